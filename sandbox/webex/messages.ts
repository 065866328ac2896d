// Webex's Messages API (developer.webex.com "Messages").

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
import { contentAddress, enter, type Message, newRoom, type Person, type Room, type Said, say } from './data.ts';
import { shownMembership } from './memberships.ts';
import { keepFile, readPosted } from './message-files.ts';
import { tellOfMembership, tellOfMessage, tellOfRoom } from './notices.ts';

/** As many as a page has without `max` ("List Messages"). */
const usualPage = 50;
/** ("List Messages", max) */
const mostWithMentions = 100;
/** ("Create a Message", text) */
const longestText = 7439;
/** ("Edit a Message") */
const mostEdits = 10;

/** GET /messages: those of a `roomId`, newest first; the next page's link says `beforeMessage`. */
export function listMessages(call: WebexCall): Answer {
  const room = roomOf(call, required(call.query.get('roomId'), 'roomId'));
  const before = call.query.get('before');
  const parentId = call.query.get('parentId');
  const mentioned = mentionedPerson(call);
  if (before !== null && Number.isNaN(Date.parse(before))) {
    throw new WebexRefusal(400, 'The parameter before must be a date and time in ISO 8601 format.');
  }
  const messages = [...call.data.messages.values()]
    .filter((message) => message.roomId === room.id)
    .filter((message) => before === null || Date.parse(message.created) < Date.parse(before))
    .filter((message) => parentId === null || message.parentId === parentId)
    .filter((message) => mentioned === undefined || message.mentionedPeople?.includes(mentioned) === true);
  const newestFirst = { by: (message: Message) => message.created, descending: true };
  return page(call, messages, newestFirst, { next: 'beforeMessage', usual: usualPage });
}

/** Whom `mentionedPeople` names: `me` or the caller's own id ("List Messages"). */
function mentionedPerson(call: WebexCall): string | undefined {
  const named = call.query.get('mentionedPeople');
  if (named === null) return undefined;
  if (named !== 'me' && named !== call.self.id) {
    throw new WebexRefusal(400, 'mentionedPeople can only be me or the ID of the current user.');
  }
  if (Number(call.query.get('max') ?? 0) > mostWithMentions) {
    throw new WebexRefusal(400, `The parameter max cannot exceed ${mostWithMentions} with mentionedPeople.`);
  }
  return call.self.id;
}

/** POST /messages, as JSON or as a form with a file: to a `roomId`, a `toPersonId` or a `toPersonEmail`. */
export function createMessage(call: WebexCall): Answer {
  const { body, file } = readPosted(call);
  const attachments = cardsOf(body);
  const content = contentOf(call, body, file !== undefined || attachments !== undefined);
  const room = addressee(call, body);
  const parentId = textOf(body, 'parentId');
  if (parentId !== undefined && call.data.messages.get(parentId)?.roomId !== room.id) {
    throw new WebexRefusal(400, 'The parent message is not in this room.');
  }
  const said: Said = {
    ...content,
    ...(parentId !== undefined && { parentId }),
    ...(file !== undefined && { files: [contentAddress(keepFile(call, room, file), call.request.host)] }),
    ...(attachments !== undefined && { attachments }),
  };
  const message = say(call.data, room, call.self, said, call.now);
  tellOfMessage(call, 'created', message);
  return json(200, message);
}

/** GET /messages/{messageId}. */
export function readMessage(call: WebexCall): Answer {
  return json(200, messageOf(call));
}

/** PUT /messages/{messageId}: the author edits it, ten times at most, unless it has a file or a card ("Edit a Message"). */
export function updateMessage(call: WebexCall): Answer {
  const message = ownMessage(call);
  const body = bodyOf(call);
  if (required(textOf(body, 'roomId'), 'roomId') !== message.roomId) {
    throw new WebexRefusal(400, 'The message is not in this room.');
  }
  if (message.files !== undefined || message.attachments !== undefined) {
    throw new WebexRefusal(400, 'Editing messages that contain files or attachments is currently unsupported.');
  }
  const edits = call.data.edits.get(message.id) ?? 0;
  if (edits >= mostEdits) throw new WebexRefusal(400, 'The limit of edits of this message has been reached.');
  Object.assign(message, contentOf(call, body, false), { updated: call.now });
  call.data.edits.set(message.id, edits + 1);
  tellOfMessage(call, 'updated', message);
  return json(200, message);
}

/** DELETE /messages/{messageId}. */
export function deleteMessage(call: WebexCall): Answer {
  const message = ownMessage(call);
  call.data.messages.delete(message.id);
  tellOfMessage(call, 'deleted', message);
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

/** The words of a message and whom they mention; none are needed beside a file or a card. */
function contentOf(call: WebexCall, body: Record<string, unknown>, hasMore: boolean): Said {
  const markdown = textOf(body, 'markdown');
  const html = textOf(body, 'html');
  const text = textOf(body, 'text') ?? plainText(markdown ?? html);
  if ((text === undefined || text === '') && !hasMore) {
    throw new WebexRefusal(400, 'A message needs text, markdown, files or attachments.');
  }
  for (const words of [text, markdown, html]) {
    if (words !== undefined && Buffer.byteLength(words) > longestText) {
      throw new WebexRefusal(400, `A message has at most ${longestText} bytes.`);
    }
  }
  const mentionedPeople = markdown === undefined ? [] : mentionsIn(call, markdown);
  return {
    ...(text !== undefined && { text }),
    ...(markdown !== undefined && { markdown }),
    ...(html !== undefined && { html }),
    ...(mentionedPeople.length > 0 && { mentionedPeople }),
  };
}

/** `<@personEmail:kim@example.com|Kim>` and `<@personId:…>` (developer.webex.com "Formatting Messages"). */
const mention = /<@person(Id|Email):([^|>]+)(?:\|([^>]*))?>/g;

function mentionsIn(call: WebexCall, markdown: string): string[] {
  return [...markdown.matchAll(mention)].flatMap(([, kind, named = '']) => {
    const person = kind === 'Id' ? personNamed(call, named, undefined) : personNamed(call, undefined, named);
    return person === undefined ? [] : [person.id];
  });
}

function plainText(words: string | undefined): string | undefined {
  return words
    ?.replace(mention, (_whole, _kind, named: string, name?: string) => name ?? named)
    .replace(/<[^>]*>/g, '');
}

/** The one card that a message may have (developer.webex.com "Cards"). */
function cardsOf(body: Record<string, unknown>): unknown[] | undefined {
  const cards = body['attachments'] ?? undefined;
  if (cards === undefined) return undefined;
  const isCard = (card: unknown) =>
    (card as { contentType?: unknown } | null)?.contentType === 'application/vnd.microsoft.card.adaptive';
  if (!Array.isArray(cards) || cards.length !== 1 || !cards.every(isCard)) {
    throw new WebexRefusal(400, 'attachments must be one card of the type application/vnd.microsoft.card.adaptive.');
  }
  return cards;
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
  for (const member of memberships.values()) {
    if (member.placeId === room.id) tellOfMembership(call, 'created', shownMembership(call, member));
  }
  tellOfRoom(call, 'created', room);
  return room;
}
