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

const sorts = { id: 'id', created: 'created', lastactivity: 'lastActivity' } as const;

/** GET /rooms: the rooms that the caller is in, of a `type` or a `teamId`, sorted by `sortBy`. */
export function listRooms(call: WebexCall): Answer {
  const type = call.query.get('type');
  const teamId = call.query.get('teamId');
  const sortBy = call.query.get('sortBy') ?? 'id';
  if (type !== null && type !== 'direct' && type !== 'group') {
    throw new WebexRefusal(400, 'The parameter type must be one of direct, group.');
  }
  if (!Object.hasOwn(sorts, sortBy)) {
    throw new WebexRefusal(400, 'The parameter sortBy must be one of id, lastactivity, created.');
  }
  const field = sorts[sortBy as keyof typeof sorts];
  const mine = new Set(
    [...call.data.memberships.values()].filter((one) => one.personId === call.self.id).map((one) => one.placeId),
  );
  const rooms = [...call.data.rooms.values()]
    .filter((room) => mine.has(room.id))
    .filter((room) => (type === null || room.type === type) && (teamId === null || room.teamId === teamId));
  return page(call, rooms, { by: (room) => room[field], descending: field === 'lastActivity' });
}

/** POST /rooms: `title`, and a `teamId` of the caller's teams. */
export function createRoom(call: WebexCall): Answer {
  const body = bodyOf(call);
  const title = required(textOf(body, 'title'), 'title');
  const teamId = textOf(body, 'teamId');
  if (teamId !== undefined && !isMember(call.data.teamMemberships, teamId, call.self.id)) {
    throw new WebexRefusal(404, 'Could not find a team with provided ID.');
  }
  const room = newRoom(call.data, title, call.self, call.now);
  if (teamId !== undefined) room.teamId = teamId;
  room.isLocked = flagOf(body, 'isLocked') ?? false;
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
  room.title = required(textOf(body, 'title'), 'title');
  room.isLocked = flagOf(body, 'isLocked') ?? room.isLocked;
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

function groupRoom(call: WebexCall): Room {
  const room = roomOf(call, call.id);
  if (room.type === 'direct') throw new WebexRefusal(400, 'A direct room cannot be changed or deleted.');
  return room;
}
