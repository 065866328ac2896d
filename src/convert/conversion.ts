// What a converter makes of a vendor's description, and what all converters build alike: names that an element document
// allows, settings, and refusals that name every fault.

import { Problem } from '../core/errors.ts';
import type { ElementDocument, Resource, Setting } from '../element/definition.ts';
import type { Parameter } from '../element/parameter.ts';

/** What a caller may say about the element; what is absent comes from the description. */
export interface ConversionOptions {
  name?: string;
  key?: string;
  hub?: string;
  /** the address that calls go to, in place of the description's own */
  baseUrl?: string;
  /** where the description was fetched from; relative addresses in it are resolved against this */
  source?: string;
}

/** Something of the description that the element does not have, or has in another way. */
export interface ConversionNote {
  /** JSON pointer (RFC 6901) into the description, or a path of elements for XML: `/definitions/binding[2]` */
  path: string;
  message: string;
}

/** An element document that `POST /elements` takes unchanged, and everything that could not be carried over. */
export interface Conversion {
  document: ElementDocument;
  notes: ConversionNote[];
}

/** A converter. Throws a Problem (`badRequest`, naming every fault) for a text that it cannot read. */
export type Converter = (text: string, options: ConversionOptions) => Conversion;

/** One thing that is wrong with a description: where (as in a note), and what. */
export interface Fault {
  path: string;
  message: string;
}

const faultsTold = 20;

/** The refusal of a description: one Problem that names every fault, up to twenty of them. */
export function refusal(kind: string, faults: readonly Fault[]): Problem {
  const told = faults.slice(0, faultsTold).map(({ path, message }) => `${path === '' ? '/' : path}: ${message}`);
  const more = faults.length > faultsTold ? ` And ${faults.length - faultsTold} more.` : '';
  return new Problem('badRequest', `The ${kind} description cannot be converted. ${told.join(' ')}${more}`);
}

/** The settings `pagination.type` that converters choose from. */
export type PagingType = 'page' | 'page 0' | 'page starts with 1' | 'offset' | 'cursor';

/** One element document, its members in the order in which people read them. */
export function elementDocument(parts: {
  options: ConversionOptions;
  /** what the description calls itself */
  title: string;
  description: string | undefined;
  /** for the original's readers: http, soap or odata */
  protocol: 'http' | 'soap' | 'odata';
  authentication: string;
  settings: readonly Setting[];
  parameters?: readonly Parameter[];
  resources: readonly Resource[];
}): ElementDocument {
  const { options } = parts;
  const name = text(options.name) ?? text(parts.title) ?? 'Converted element';
  const document = {
    key: options.key === undefined ? keyFrom(name) : checkedKey(options.key),
    name: name.slice(0, 200),
    description: shorten(text(parts.description) ?? `Connect to ${name}`, 1000),
    hub: hubOf(options),
    protocolType: parts.protocol,
    authentication: { type: parts.authentication },
    configuration: inOrder(parts.settings),
    parameters: [...(parts.parameters ?? [])],
    resources: [...parts.resources],
    hooks: [],
    objects: [],
  };
  return document;
}

/** A text that says something, or undefined. */
function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}

function inOrder(settings: readonly Setting[]): Setting[] {
  return settings.map((setting, index) => ({ ...setting, displayOrder: index }));
}

/** The first `length` characters of a text, its white space made single. */
export function shorten(value: string, length: number): string {
  const line = value
    .slice(0, length * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

/** A key made of a name: its letters and digits in lower case, up to 64 of them. */
export function keyFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
  return plain === '' ? 'converted' : plain.slice(0, 64);
}

function checkedKey(key: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(key)) return key;
  throw new Problem('badRequest', `key "${key.slice(0, 100)}" must be letters, digits, ".", "_" and "-", 128 at most.`);
}

/** The hub of the element: the caller's, or `general`. Throws a Problem for one that no path can have. */
export function hubOf({ hub }: ConversionOptions): string {
  if (hub === undefined || hub === '') return 'general';
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(hub)) return hub;
  throw new Problem('badRequest', `hub "${hub.slice(0, 100)}" must be letters, digits, "_" and "-", 64 at most.`);
}

/** A path of the element: `/hubs/<hub>/` and segments, each a name (made safe) or a variable `{name}` (kept). */
export function hubPath(options: ConversionOptions, segments: readonly string[]): string {
  return `/hubs/${hubOf(options)}/${segments.map(pathSegment).join('/')}`;
}

/** One segment of a path with the characters that need no encoding; a variable `{name}` stays as it is. */
export function pathSegment(name: string): string {
  if (/^\{[^{}/]+\}$/.test(name)) return `{${variableName(name.slice(1, -1))}}`;
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._~@$:-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^\.*$/.test(safe) ? `x${safe}` : safe.slice(0, 100);
}

/** A name that placeholders can have (src/core/template.ts). */
export function variableName(name: string): string {
  const safe = name.replace(/[^\w.@-]+/g, '_');
  return /^[A-Za-z0-9_@]/.test(safe) ? safe.slice(0, 100) : `_${safe.slice(0, 99)}`;
}

/**
 * A setting that callers are asked for; `more` says what is different. With a `defaultValue` it is not required unless
 * `more` says so. A name that sounds like a secret needs `type: 'PASSWORD'` of the caller.
 */
export function setting(key: string, name: string, more: Partial<Setting> = {}): Setting {
  const hasDefault = (more.defaultValue ?? '') !== '';
  return {
    key,
    name,
    description: name,
    type: 'TEXTFIELD_1000',
    required: !hasDefault,
    internal: false,
    hideFromConsole: false,
    active: true,
    ...more,
  };
}

/** A setting that the platform reads and nobody is asked for. */
export function internalSetting(key: string, name: string, defaultValue: string): Setting {
  return setting(key, name, {
    type: 'TEXTFIELD_128',
    defaultValue,
    required: false,
    internal: true,
    hideFromConsole: true,
  });
}

/** Where calls go: a fixed address that nobody is asked for, one with `{settings}` in it, or a required setting. */
export function baseUrlSetting(address: string | undefined): Setting {
  if (address === undefined) {
    return setting('base.url', 'Base URL', { description: 'The address of your account at the vendor: https://…' });
  }
  return internalSetting('base.url', 'Base URL', address.replace(/\/+$/, ''));
}

/** How pages are counted and how many rows a page has at most. */
export function pagingSettings(type: PagingType | undefined, max: number): Setting[] {
  return [
    ...(type === undefined ? [] : [internalSetting('pagination.type', 'How pages are counted', type)]),
    internalSetting('pagination.max', 'Most rows of a page', String(max)),
  ];
}

/** The settings of the authentication type `basic`, and of `oauth2Password` beside its addresses. */
export function passwordSettings(): Setting[] {
  return [
    setting('username', 'User name', { type: 'TEXTFIELD_128' }),
    setting('password', 'Password', { type: 'PASSWORD' }),
  ];
}

/** The settings of the authentication type `oauth2`. */
export function oauth2Settings(addresses: {
  authorizationUrl: string;
  tokenUrl: string;
  refreshUrl?: string;
  scopes: readonly string[];
}): Setting[] {
  const { authorizationUrl, tokenUrl, refreshUrl, scopes } = addresses;
  return [
    setting('oauth.api.key', 'Client id', { type: 'TEXTFIELD_1000' }),
    setting('oauth.api.secret', 'Client secret', { type: 'PASSWORD' }),
    setting('oauth.callback.url', 'Callback URL'),
    setting('oauth.scope', 'Scope', { defaultValue: scopes.join(' '), required: false }),
    internalSetting('oauth.authorization.url', 'Authorization URL', authorizationUrl),
    internalSetting('oauth.token.url', 'Token URL', tokenUrl),
    internalSetting('oauth.token.refresh_url', 'Refresh URL', refreshUrl ?? tokenUrl),
    setting('oauth.user.token', 'Access token', { type: 'PASSWORD', required: false, internal: true }),
    setting('oauth.user.refresh_token', 'Refresh token', { type: 'PASSWORD', required: false, internal: true }),
    setting('oauth.user.refresh_interval', 'Seconds between refreshes', {
      type: 'TEXTFIELD_32',
      defaultValue: '3600',
      internal: true,
    }),
    setting('oauth.user.refresh_time', 'Time of the last refresh', {
      type: 'TEXTFIELD_32',
      required: false,
      internal: true,
    }),
  ];
}

/** Collects notes. */
export interface Notes {
  add(path: string, message: string): void;
  /** the notes in order, up to the most; the last then says how many were left out */
  all(): ConversionNote[];
}

/** Makes an empty collection that holds `most` notes. */
export function createNotes(most = 1000): Notes {
  const notes: ConversionNote[] = [];
  let leftOut = 0;
  return {
    add(path, message) {
      if (notes.length < most) notes.push({ path, message });
      else leftOut += 1;
    },
    all: () => (leftOut === 0 ? [...notes] : [...notes, { path: '', message: `${leftOut} more notes are left out.` }]),
  };
}

/** A JSON pointer (RFC 6901) made of member names. */
export function pointer(...names: (string | number)[]): string {
  return names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
