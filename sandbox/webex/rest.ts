// Webex's REST API: which method and path goes where, and the scopes that allow it.

import { scopesOf } from '../oauth2.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { type WebexCall, WebexRefusal } from './call.ts';
import { personIdOfAccount, type WebexData } from './data.ts';
import { webexError } from './login.ts';
import { roomMemberships, teamMemberships } from './memberships.ts';
import { readContent } from './message-files.ts';
import { createMessage, deleteMessage, listMessages, readMessage, updateMessage } from './messages.ts';
import * as people from './people.ts';
import { createRoom, deleteRoom, listRooms, readRoom, updateRoom } from './rooms.ts';
import { createTeam, deleteTeam, listTeams, readTeam, updateTeam } from './teams.ts';
import { createWebhook, deleteWebhook, listWebhooks, readWebhook, updateWebhook } from './webhooks.ts';

type Handler = (call: WebexCall, scope: string) => Answer;

interface Resource {
  /** One of these allows GET; left out: every token does. */
  read?: string[];
  /** One of these allows the other methods; left out: every token does. */
  write?: string[];
  collection: Record<string, Handler>;
  item: Record<string, Handler>;
}

/** The resources by what follows `/v1/`. Scopes: developer.webex.com "Integrations & Authorization", Scopes. */
const resources: Record<string, Resource> = {
  rooms: {
    ...scopes('spark:rooms'),
    collection: { GET: listRooms, POST: createRoom },
    item: { GET: readRoom, PUT: updateRoom, DELETE: deleteRoom },
  },
  messages: {
    ...scopes('spark:messages'),
    collection: { GET: listMessages, POST: createMessage },
    item: { GET: readMessage, PUT: updateMessage, DELETE: deleteMessage },
  },
  memberships: {
    ...scopes('spark:memberships'),
    collection: { GET: roomMemberships.list, POST: roomMemberships.create },
    item: { GET: roomMemberships.read, PUT: roomMemberships.update, DELETE: roomMemberships.remove },
  },
  teams: {
    ...scopes('spark:teams'),
    collection: { GET: listTeams, POST: createTeam },
    item: { GET: readTeam, PUT: updateTeam, DELETE: deleteTeam },
  },
  'team/memberships': {
    ...scopes('spark:team_memberships'),
    collection: { GET: teamMemberships.list, POST: teamMemberships.create },
    item: { GET: teamMemberships.read, PUT: teamMemberships.update, DELETE: teamMemberships.remove },
  },
  people: {
    read: ['spark:people_read', 'spark-admin:people_read'],
    write: ['spark-admin:people_write'],
    collection: { GET: people.listPeople, POST: people.createPerson },
    item: {
      GET: (call) => (call.id === 'me' ? people.webexSelf(call) : people.readPerson(call)),
      PUT: people.updatePerson,
      DELETE: people.deletePerson,
    },
  },
  organizations: {
    ...scopes('spark-admin:organizations'),
    collection: { GET: people.listOrganizations },
    item: { GET: people.readOrganization },
  },
  contents: {
    ...scopes('spark:messages'),
    collection: {},
    item: { GET: readContent, HEAD: readContent },
  },
  roles: {
    ...scopes('spark-admin:roles'),
    collection: { GET: people.listRoles },
    item: { GET: people.readRole },
  },
  // What one may hear of is decided when a webhook is made ("Webhooks": a read scope of its resource).
  webhooks: {
    collection: { GET: listWebhooks, POST: createWebhook },
    item: { GET: readWebhook, PUT: updateWebhook, DELETE: deleteWebhook },
  },
  licenses: {
    ...scopes('spark-admin:licenses'),
    collection: { GET: people.listLicenses },
    item: { GET: people.readLicense },
  },
};

function scopes(name: string): { read: string[]; write: string[] } {
  return { read: [`${name}_read`], write: [`${name}_write`] };
}

/** Answers a call below `/v1/` of the account with this number, whose token has this scope. */
export function webexApi(
  data: WebexData,
  request: VendorRequest,
  {
    accountNumber,
    scope,
    ...more
  }: { accountNumber: number; scope: string } & Pick<WebexCall, 'largestFile' | 'clientId' | 'send' | 'clock'>,
): Answer {
  const [, name = '', id] = /^\/v1\/(team\/memberships|[a-z]+)(?:\/([^/]+))?$/.exec(request.path) ?? [];
  const resource = Object.hasOwn(resources, name) ? resources[name] : undefined;
  const self = data.people.get(personIdOfAccount(accountNumber));
  if (resource === undefined || self === undefined) return notFound();
  const handlers = id === undefined ? resource.collection : resource.item;
  const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined;
  if (handler === undefined) return json(405, webexError('The requested method is not supported.'));
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!mayCall(scope, isRead ? resource.read : resource.write)) return missingScope();
  const query = new URLSearchParams(request.query);
  const call = { data, self, now: more.clock().toISOString(), request, query, id: id ?? '', ...more };
  return answer(handler, call, scope);
}

function answer(handler: Handler, call: WebexCall, scope: string): Answer {
  try {
    return handler({ ...call, id: decodeURIComponent(call.id) }, scope);
  } catch (error) {
    if (error instanceof WebexRefusal) return error.answer;
    throw error;
  }
}

function mayCall(granted: string, allowing: string[] | undefined): boolean {
  if (allowing === undefined) return true;
  const had = scopesOf(granted);
  return had.includes('spark:all') || allowing.some((scope) => had.includes(scope));
}

function missingScope(): Answer {
  return json(
    403,
    webexError(
      'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.',
    ),
  );
}

function notFound(): Answer {
  return json(404, webexError('The requested resource could not be found.'));
}
