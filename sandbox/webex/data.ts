// What the simulated Webex holds: people, rooms, memberships, messages and teams, seeded alike after every reset.

import { sandboxAccounts } from '../accounts.ts';
import { type Stored, storedBytes } from '../stored.ts';

/** developer.webex.com "People". */
export interface Person {
  id: string;
  emails: string[];
  phoneNumbers: unknown[];
  displayName: string;
  nickName: string;
  firstName: string;
  lastName: string;
  userName: string;
  orgId: string;
  roles: string[];
  licenses: string[];
  created: string;
  lastModified: string;
  status: string;
  invitePending: boolean;
  loginEnabled: boolean;
  type: 'person';
  [member: string]: unknown;
}

/** developer.webex.com "Rooms". */
export interface Room {
  id: string;
  title: string;
  type: 'group' | 'direct';
  isLocked: boolean;
  teamId?: string;
  lastActivity: string;
  creatorId: string;
  created: string;
  ownerId: string;
  isPublic: boolean;
  isAnnouncementOnly: boolean;
  isReadOnly: boolean;
  description?: string;
  /** When the room became public. */
  madePublic?: string;
  classificationId?: string;
}

/** developer.webex.com "Messages". */
export interface Message {
  id: string;
  roomId: string;
  roomType: Room['type'];
  parentId?: string;
  text?: string;
  markdown?: string;
  html?: string;
  /** Addresses at which the file of the message is given out; at most one. */
  files?: string[];
  /** Cards; at most one. */
  attachments?: unknown[];
  mentionedPeople?: string[];
  personId: string;
  personEmail: string;
  created: string;
  updated?: string;
}

/** A file of a message (developer.webex.com "REST API Basics", Message Attachments). */
export interface Content {
  id: string;
  roomId: string;
  name: string;
  type: string;
  stored: Stored;
}

/** What a person says in a room. */
export type Said = Pick<
  Message,
  'text' | 'markdown' | 'html' | 'files' | 'attachments' | 'mentionedPeople' | 'parentId'
>;

/** developer.webex.com "Memberships" and "Team Memberships": `placeId` is a room's or a team's id. */
export interface Membership {
  id: string;
  placeId: string;
  personId: string;
  isModerator: boolean;
  /** Whether a direct room is hidden in the member's client. */
  isRoomHidden?: boolean;
  created: string;
}

/** developer.webex.com "Teams". */
export interface Team {
  id: string;
  name: string;
  description?: string;
  creatorId: string;
  created: string;
}

/** developer.webex.com "Webhooks". */
export interface WebexWebhook {
  id: string;
  name: string;
  targetUrl: string;
  resource: string;
  event: string;
  filter?: string;
  secret?: string;
  orgId: string;
  /** The person. */
  createdBy: string;
  /** The application that made it. */
  appId: string;
  ownedBy: 'creator';
  status: 'active' | 'inactive';
  created: string;
  /** When attempts failed, in milliseconds; not shown. */
  failures: number[];
}

/** All that a Webex organization holds, by id. */
export interface WebexData {
  people: Map<string, Person>;
  rooms: Map<string, Room>;
  messages: Map<string, Message>;
  /** How often each message was edited. */
  edits: Map<string, number>;
  contents: Map<string, Content>;
  memberships: Map<string, Membership>;
  teams: Map<string, Team>;
  teamMemberships: Map<string, Membership>;
  webhooks: Map<string, WebexWebhook>;
  /** The number of something that happened, from 1. */
  nextOccasion(): number;
  /** An id that nothing else has. */
  newId(kind: WebexKind): string;
}

export type WebexKind =
  | 'PEOPLE'
  | 'ROOM'
  | 'MESSAGE'
  | 'MEMBERSHIP'
  | 'TEAM'
  | 'TEAM_MEMBERSHIP'
  | 'CONTENT'
  | 'WEBHOOK';

/** Webex ids are base64 of a URI. */
export function webexId(kind: string, id: string): string {
  return Buffer.from(`ciscospark://us/${kind}/${id}`, 'utf8').toString('base64url');
}

/** The organization of everybody. */
export const webexOrganization = {
  id: webexId('ORGANIZATION', '96abc2aa-3dcc-11e5-a152-fe34819cdc9a'),
  displayName: 'Sandbox Inc.',
  created: '2024-01-15T09:30:00.000Z',
};

/** developer.webex.com "Roles". */
export const webexRoles = [
  { id: webexId('ROLE', 'id_full_admin'), name: 'Full Administrator' },
  { id: webexId('ROLE', 'id_readonly_admin'), name: 'Read-only Administrator' },
  { id: webexId('ROLE', 'atlas-portal.billing.admin'), name: 'User and Device Administrator' },
] as const;

const [fullAdministrator] = webexRoles;

/** developer.webex.com "Licenses". */
export const webexLicenses = [
  { id: webexId('LICENSE', 'MS_21f8a1d2'), name: 'Messaging', totalUnits: 500, consumedUnits: 150 },
  { id: webexId('LICENSE', 'CF_5a3c90e1'), name: 'Webex Meetings Suite', totalUnits: 100, consumedUnits: 12 },
] as const;

const [messagingLicense] = webexLicenses;

const uuidStart: Record<WebexKind, string> = {
  PEOPLE: 'f5b36187-c8dd-4727-8b2f-',
  ROOM: '0a1c2b60-43f1-11e6-9147-',
  MESSAGE: '92db3be0-43bd-11e6-8ae9-',
  MEMBERSHIP: '5b36c470-56a2-4d4b-aa1b-',
  TEAM: '13e4b8d0-7a9f-11e6-bd42-',
  TEAM_MEMBERSHIP: '7c1d5f30-7a9f-11e6-a2f1-',
  CONTENT: '4ca4f4d0-7aa0-11e6-b60a-',
  WEBHOOK: 'f4e60560-6602-4fb0-a25a-',
};

/** The id of the person who logs in as this account, who is the person of the same number. */
export function personIdOfAccount(accountNumber: number): string {
  return numberedId('PEOPLE', accountNumber);
}

function numberedId(kind: WebexKind, number: number): string {
  return webexId(kind, uuidStart[kind] + String(number).padStart(12, '0'));
}

const givenNames = ['Ana', 'Ben', 'Chloé', 'Dev', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ines', 'Jonas'];
const familyNames = ['Abbott', 'Brandt', 'Castro', 'Dubois', 'Eriksen', 'Fischer', 'García', 'Haddad'];

/** Minutes after the first of January 2025. */
function seedTime(minutes: number): string {
  return new Date(Date.UTC(2025, 0, 1) + minutes * 60_000).toISOString();
}

/**
 * 150 people; 140 rooms, of which robin is in 135 and kim in every second; 105 messages and 105 members in the first room,
 * three messages and nine or ten members in the others; 12 teams, of which robin is in 10, each with two of the rooms. Every
 * tenth message of the first room has a file, every 15th mentions robin; every 20th room is public.
 */
export function createWebexData(): WebexData {
  const numbers: Record<WebexKind, number> = {
    PEOPLE: 0,
    ROOM: 0,
    MESSAGE: 0,
    MEMBERSHIP: 0,
    TEAM: 0,
    TEAM_MEMBERSHIP: 0,
    CONTENT: 0,
    WEBHOOK: 0,
  };
  let occasions = 0;
  const data: WebexData = {
    people: new Map(),
    rooms: new Map(),
    messages: new Map(),
    edits: new Map(),
    contents: new Map(),
    memberships: new Map(),
    teams: new Map(),
    teamMemberships: new Map(),
    webhooks: new Map(),
    nextOccasion: () => ++occasions,
    newId: (kind) => numberedId(kind, ++numbers[kind]),
  };
  for (const account of sandboxAccounts) add(data.people, seedPerson(data, account, [fullAdministrator.id]));
  while (data.people.size < 150) {
    const number = data.people.size + 1;
    const firstName = givenNames[number % givenNames.length] ?? '';
    const lastName = familyNames[number % familyNames.length] ?? '';
    add(data.people, seedPerson(data, { firstName, lastName, email: `person${number}@example.com` }, []));
  }
  const people = [...data.people.values()];
  const [robin, kim] = people as [Person, Person];

  for (let number = 1; number <= 12; number++) {
    const creator = number <= 10 ? robin : kim;
    const team = { id: data.newId('TEAM'), name: `Team ${number}`, creatorId: creator.id, created: seedTime(number) };
    add(data.teams, team);
    join(data, team.id, creator, true, team.created);
    for (const person of people.slice(number + 2, number + 5)) join(data, team.id, person, false, team.created);
  }

  const teams = [...data.teams.values()];
  for (let number = 1; number <= 140; number++) {
    const creator = number <= 135 ? robin : kim;
    const room = newRoom(data, `Room ${number}`, creator, seedTime(number * 10));
    const team = number <= 24 ? teams[(number - 1) % 12] : undefined;
    if (team !== undefined) room.teamId = team.id;
    if (number % 20 === 0) {
      Object.assign(room, { isPublic: true, description: `Everybody about ${number}`, madePublic: room.created });
    }
    if (creator !== kim && number % 2 === 0) enter(data, room, kim, false, room.created);
    const guests = number === 1 ? people.slice(2, 106) : people.slice((number % 140) + 2, (number % 140) + 10);
    for (const person of guests) enter(data, room, person, false, room.created);
    const messages = number === 1 ? 105 : 3;
    for (let position = 1; position <= messages; position++) {
      const author = (position % 2 === 0 ? guests[0] : undefined) ?? creator;
      const said: Said = { text: `Message ${position} in room ${number}` };
      if (number === 1 && position % 10 === 0) said.files = [contentAddress(seedFile(data, room, position))];
      if (number === 1 && position % 15 === 0) said.mentionedPeople = [robin.id];
      say(data, room, author, said, seedTime(2000 + number * 200 + position));
    }
  }
  return data;
}

function seedFile(data: WebexData, room: Room, number: number): Content {
  const lines = Array.from({ length: number }, (_, line) => `${line + 1};Row ${line + 1} of report ${number}\r\n`);
  const stored = storedBytes(Buffer.from(lines.join(''), 'utf8'));
  return addContent(data, room, { name: `report-${number}.csv`, type: 'text/csv', stored });
}

/** Keeps a file of a message in a room. */
export function addContent(data: WebexData, room: Room, file: Pick<Content, 'name' | 'type' | 'stored'>): Content {
  return add(data.contents, { id: data.newId('CONTENT'), roomId: room.id, ...file });
}

/** Where a file is given out. */
export function contentAddress({ id }: Content, host = 'webexapis.com'): string {
  return `https://${host}/v1/contents/${id}`;
}

function add<Row extends { id: string }>(rows: Map<string, Row>, row: Row): Row {
  rows.set(row.id, row);
  return row;
}

function seedPerson(
  data: WebexData,
  { firstName, lastName, email }: { firstName: string; lastName: string; email: string },
  roles: string[],
): Person {
  const person = newPerson(data, [email], '2024-01-15T09:30:00.000Z');
  Object.assign(person, { firstName, lastName, nickName: firstName, displayName: `${firstName} ${lastName}` });
  person.roles = roles;
  person.licenses = [messagingLicense.id];
  return person;
}

/** Makes a person, not yet in the organization. */
export function newPerson(data: WebexData, emails: string[], created: string): Person {
  return {
    id: data.newId('PEOPLE'),
    emails,
    phoneNumbers: [],
    displayName: emails[0] ?? '',
    nickName: '',
    firstName: '',
    lastName: '',
    userName: emails[0] ?? '',
    orgId: webexOrganization.id,
    roles: [],
    licenses: [],
    created,
    lastModified: created,
    status: 'active',
    invitePending: false,
    loginEnabled: true,
    type: 'person',
  };
}

/** Makes a room; the one who makes it is its first member. */
export function newRoom(
  data: WebexData,
  title: string,
  creator: Person,
  created: string,
  type: Room['type'] = 'group',
): Room {
  const room: Room = {
    id: data.newId('ROOM'),
    title,
    type,
    isLocked: false,
    lastActivity: created,
    creatorId: creator.id,
    created,
    ownerId: webexOrganization.id,
    isPublic: false,
    isAnnouncementOnly: false,
    isReadOnly: false,
  };
  add(data.rooms, room);
  enter(data, room, creator, false, created);
  return room;
}

/** Makes a person a member of a room. */
export function enter(data: WebexData, room: Room, person: Person, isModerator: boolean, created: string): Membership {
  const id = data.newId('MEMBERSHIP');
  return add(data.memberships, { id, placeId: room.id, personId: person.id, isModerator, created });
}

/** Makes a person a member of a team. */
export function join(
  data: WebexData,
  teamId: string,
  person: Person,
  isModerator: boolean,
  created: string,
): Membership {
  const id = data.newId('TEAM_MEMBERSHIP');
  return add(data.teamMemberships, { id, placeId: teamId, personId: person.id, isModerator, created });
}

/** Posts a message, which is an activity of its room. */
export function say(data: WebexData, room: Room, author: Person, content: Said, created: string): Message {
  room.lastActivity = created;
  return add(data.messages, {
    id: data.newId('MESSAGE'),
    roomId: room.id,
    roomType: room.type,
    ...content,
    personId: author.id,
    personEmail: author.emails[0] ?? '',
    created,
  });
}
