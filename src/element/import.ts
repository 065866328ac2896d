// What a caller sends as an element becomes a document that can be stored: server members left out, what a document
// must have added where it is missing.

import { Problem } from '../core/errors.ts';
import { documentFaults } from './catalog.ts';
import type { ElementDocument } from './definition.ts';
import { withoutServerMembers } from './server-members.ts';

type Json = Record<string, unknown>;

/**
 * The document to store for what was sent: unknown members, broken hooks and odd texts are kept, numbers, dates and
 * owners left out. Without a key it gets one made of its name; without hub, authentication or configuration, `general`,
 * `custom` and none. An export of the result is imported to the same document. Throws a Problem that names every fault
 * with its JSON pointer (RFC 6901).
 */
export function importDocument(sent: Json): ElementDocument {
  const document = withoutServerMembers(sent);
  const name = typeof document['name'] === 'string' ? document['name'] : undefined;
  const missing = { key: keyOfName(name ?? ''), hub: 'general', authentication: { type: 'custom' }, configuration: [] };
  for (const [member, value] of Object.entries(missing)) document[member] ??= value;
  return checkDocument(document);
}

/** A document that may be stored. Throws a Problem that names every fault with its JSON pointer. */
export function checkDocument(document: Json): ElementDocument {
  const faults = documentFaults(document);
  if (faults.length === 0) return document as unknown as ElementDocument;
  const shown = faults.slice(0, mostFaults).join('; ');
  const more = faults.length > mostFaults ? `; and ${faults.length - mostFaults} more` : '';
  throw new Problem('badRequest', `The element cannot be used: ${shown}${more}.`);
}

const mostFaults = 50;

/** The key that an element with a name gets: in lower case, without spaces and what no key may hold. */
export function keyOfName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '')
    .replace(/^[._-]+/, '')
    .slice(0, 128);
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? value : []);

/**
 * The document as `GET /elements/{key}/export` gives it: importing it makes the same element. Its lists are there and
 * every hook has a text, as existing clients rely on; nothing in it was made by the server.
 */
export function exportDocument(document: ElementDocument): Json {
  const bare = withoutServerMembers(document);
  return {
    ...bare,
    configuration: list(bare['configuration']),
    parameters: list(bare['parameters']),
    hooks: list(bare['hooks']).map(withBody),
    resources: list(bare['resources']).map(withHookBodies),
    objects: bare['objects'] ?? [],
  };
}

function withHookBodies(resource: Json): Json {
  return Array.isArray(resource['hooks']) ? { ...resource, hooks: resource['hooks'].map(withBody) } : resource;
}

function withBody(hook: Json): Json {
  return typeof hook['body'] === 'string' ? hook : { ...hook, body: '' };
}
