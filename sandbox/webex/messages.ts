// Webex's Messages API (developer.webex.com "Messages"), without files and cards.

import { type Answer, json } from '../vendor.ts';
import {
  bodyOf,
  deleted,
  isMember,
  page,
  personNamed,
  required,
  roomOf,
  textOf,
  type WebexCall,
  WebexRefusal,
} from './call.ts';
import { enter, type Message, newRoom, type Person, type Room, say } from './data.ts';

/** GET /messages: those of a `roomId`, newest first; the next page's link says `beforeMessage`. */
export function listMessages(call: WebexCall): Answer {
  const room = roomOf(call, required(call.query.get('roomId'), 'roomId'));
  const before = call.query.get('before');
  const parentId = call.query.get('parentId');
  const messages = [...call.data.messages.values()]
    .filter((message) => message.roomId === room.id)
    .filter((message) => before === null || message.created < before)
    .filter((message) => parentId === null || message.parentId === parentId);
  const newestFirst = { by: (message: Message) => message.created, descending: true };
  return page(call, messages, newestFirst, (message) => message, 'beforeMessage');
}

/** POST /messages: `text` or `markdown`, to a `roomId`, a `toPersonId` or a `toPersonEmail`. */
export function createMessage(call: WebexCall): Answer {
  const body = bodyOf(call);
  const room = addressee(call, body);
  const content = contentOf(body);
  const parentId = textOf(body, 'parentId');
  if (parentId !== undefined && call.data.messages.get(parentId)?.roomId !== room.id) {
    throw new WebexRefusal(400, 'The parent message is not in this room.');
  }
  return json(200, say(call.data, room, call.self, { ...content, ...(parentId && { parentId }) }, call.now));
}

/** GET /messages/{messageId}. */
export function readMessage(call: WebexCall): Answer {
  return json(200, messageOf(call));
}

/** PUT /messages/{messageId}: the author edits it. */
export function updateMessage(call: WebexCall): Answer {
  const message = ownMessage(call);
  const body = bodyOf(call);
  if (required(textOf(body, 'roomId'), 'roomId') !== message.roomId) {
    throw new WebexRefusal(400, 'The message is not in this room.');
  }
  Object.assign(message, contentOf(body), { updated: call.now });
  return json(200, message);
}

/** DELETE /messages/{messageId}. */
export function deleteMessage(call: WebexCall): Answer {
  call.data.messages.delete(ownMessage(call).id);
  return deleted;
}

function messageOf(call: WebexCall): Message {
  const message = call.data.messages.get(call.id);
  if (message === undefined || !isMember(call.data.memberships, message.roomId, call.self.id)) {
    throw new WebexRefusal(404, 'Unable to get message.');
  }
  return message;
}

function ownMessage(call: WebexCall): Message {
  const message = messageOf(call);
  if (message.personId !== call.self.id) throw new WebexRefusal(403, 'Only the author can change or delete a message.');
  return message;
}

function contentOf(body: Record<string, unknown>): { text: string; markdown?: string } {
  const markdown = textOf(body, 'markdown');
  const text = textOf(body, 'text') ?? markdown;
  if (text === undefined || text === '')
    throw new WebexRefusal(400, 'A message needs text, markdown, files or attachments.');
  if (Buffer.byteLength(text) > 7439) throw new WebexRefusal(400, 'A message has at most 7439 bytes.');
  return { text, ...(markdown !== undefined && { markdown }) };
}

function addressee(call: WebexCall, body: Record<string, unknown>): Room {
  const person = personNamed(call, textOf(body, 'toPersonId'), textOf(body, 'toPersonEmail'));
  if (person === undefined) return roomOf(call, required(textOf(body, 'roomId'), 'roomId'));
  return directRoom(call, person);
}

/** The room of two people, made when they first talk; its title is the other one's name. */
function directRoom(call: WebexCall, person: Person): Room {
  const { rooms, memberships } = call.data;
  const found = [...rooms.values()].find(
    ({ id, type }) =>
      type === 'direct' && isMember(memberships, id, person.id) && isMember(memberships, id, call.self.id),
  );
  if (found !== undefined) return found;
  const room = newRoom(call.data, person.displayName, call.self, call.now, 'direct');
  enter(call.data, room, person, false, call.now);
  return room;
}
