// Webex's Rooms API (developer.webex.com "Rooms").

import { type Answer, json } from '../vendor.ts';
import {
  bodyOf,
  deleted,
  flagOf,
  isMember,
  page,
  required,
  roomOf,
  textOf,
  type WebexCall,
  WebexRefusal,
} from './call.ts';
import { newRoom, type Room } from './data.ts';
import { shownMembership } from './memberships.ts';
import { tellOfMembership, tellOfRoom } from './notices.ts';

const sorts = { id: 'id', created: 'created', lastactivity: 'lastActivity' } as const;

/**
 * GET /rooms: the rooms that the caller is in, of a `type` or a `teamId`, sorted by `sortBy`; with `orgPublicSpaces` the
 * public ones of the organization instead, made public after `from` and before `to`, sorted by when they were.
 */
export function listRooms(call: WebexCall): Answer {
  const type = call.query.get('type');
  const teamId = call.query.get('teamId');
  const sortBy = call.query.get('sortBy');
  const publicOnly = call.query.get('orgPublicSpaces');
  if (type !== null && type !== 'direct' && type !== 'group') {
    throw new WebexRefusal(400, 'The parameter type must be one of direct, group.');
  }
  if (sortBy !== null && !Object.hasOwn(sorts, sortBy)) {
    throw new WebexRefusal(400, 'The parameter sortBy must be one of id, lastactivity, created.');
  }
  if (publicOnly !== null && publicOnly !== 'true' && publicOnly !== 'false') {
    throw new WebexRefusal(400, 'The parameter orgPublicSpaces must be a boolean.');
  }
  if (publicOnly === 'true') {
    if (type !== null || teamId !== null || sortBy !== null) {
      throw new WebexRefusal(400, 'orgPublicSpaces cannot be set in combination with teamId, type or sortBy.');
    }
    return listPublicRooms(call);
  }
  const field = sorts[(sortBy ?? 'id') as keyof typeof sorts];
  const mine = new Set(
    [...call.data.memberships.values()].filter((one) => one.personId === call.self.id).map((one) => one.placeId),
  );
  const rooms = [...call.data.rooms.values()]
    .filter((room) => mine.has(room.id))
    .filter((room) => (type === null || room.type === type) && (teamId === null || room.teamId === teamId));
  return page(call, rooms, { by: (room) => room[field], descending: field === 'lastActivity' });
}

function listPublicRooms(call: WebexCall): Answer {
  const from = call.query.get('from');
  const to = call.query.get('to');
  const rooms = [...call.data.rooms.values()]
    .filter(({ isPublic }) => isPublic)
    .filter(({ madePublic = '' }) => (from === null || madePublic > from) && (to === null || madePublic < to));
  return page(call, rooms, { by: ({ madePublic = '' }) => madePublic });
}

/** POST /rooms: `title`, and a `teamId` of the caller's teams; who makes a locked room moderates it. */
export function createRoom(call: WebexCall): Answer {
  const body = bodyOf(call);
  const title = required(textOf(body, 'title'), 'title');
  const changes = changesOf(call, body, undefined);
  const room = Object.assign(newRoom(call.data, title, call.self, call.now), changes);
  for (const member of call.data.memberships.values()) {
    if (member.placeId !== room.id) continue;
    member.isModerator = room.isLocked;
    tellOfMembership(call, 'created', shownMembership(call, member));
  }
  tellOfRoom(call, 'created', room);
  return json(200, room);
}

/** GET /rooms/{roomId}. */
export function readRoom(call: WebexCall): Answer {
  return json(200, roomOf(call, call.id));
}

/** PUT /rooms/{roomId}: `title` is required. */
export function updateRoom(call: WebexCall): Answer {
  const room = groupRoom(call);
  const body = bodyOf(call);
  const title = required(textOf(body, 'title'), 'title');
  Object.assign(room, { title }, changesOf(call, body, room));
  tellOfRoom(call, 'updated', room);
  return json(200, room);
}

/** DELETE /rooms/{roomId}, with its messages and memberships. */
export function deleteRoom(call: WebexCall): Answer {
  const room = groupRoom(call);
  for (const message of call.data.messages.values()) {
    if (message.roomId === room.id) call.data.messages.delete(message.id);
  }
  for (const membership of call.data.memberships.values()) {
    if (membership.placeId === room.id) call.data.memberships.delete(membership.id);
  }
  call.data.rooms.delete(room.id);
  return deleted;
}

/** What the body changes of a room beside its title. A public room has a description, one for announcements is locked. */
function changesOf(call: WebexCall, body: Record<string, unknown>, room: Room | undefined): Partial<Room> {
  const changes: Partial<Room> = {};
  for (const name of ['isLocked', 'isPublic', 'isAnnouncementOnly', 'isReadOnly'] as const) {
    const flag = flagOf(body, name);
    if (flag !== undefined) changes[name] = flag;
  }
  for (const name of ['teamId', 'description', 'classificationId'] as const) {
    const text = textOf(body, name);
    if (text !== undefined) changes[name] = text;
  }
  const { isPublic, description = '', isLocked, isAnnouncementOnly } = { ...room, ...changes };
  if (changes.teamId !== undefined && !isMember(call.data.teamMemberships, changes.teamId, call.self.id)) {
    throw new WebexRefusal(404, 'Could not find a team with provided ID.');
  }
  if (isPublic === true && description.trim() === '') {
    throw new WebexRefusal(400, 'The request is missing a required parameter: description.');
  }
  if (isAnnouncementOnly && !isLocked) {
    throw new WebexRefusal(400, 'A space can only be put into announcement mode when it is locked.');
  }
  if (isPublic === true && room?.isPublic !== true) changes.madePublic = call.now;
  return changes;
}

function groupRoom(call: WebexCall): Room {
  const room = roomOf(call, call.id);
  if (room.type === 'direct') throw new WebexRefusal(400, 'A direct room cannot be changed or deleted.');
  return room;
}
