// Compares the request that arrived with the one that a definition says.

import { isDeepStrictEqual } from 'node:util';
import { expectedSignature, readSignedRequest, signatureBaseString } from '../sandbox/oauth1-signature.ts';
import { storedBytes } from '../sandbox/stored.ts';
import type { ElementDocument } from './element-document.ts';
import type { ExpectedRequest } from './expected-request.ts';
import type { MadeFile } from './made-up.ts';
import type { RecordedRequest } from './recorder.ts';

/** Headers that belong to the connection, or that any client may add. */
const transportHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept',
  'accept-encoding',
  'user-agent',
  'content-type',
]);

/** Everything in which a request that arrived is another than the expected one, as text; empty when it is the same. */
export function differences(
  expected: ExpectedRequest,
  arrived: RecordedRequest,
  document: ElementDocument,
  settings: Readonly<Record<string, string>>,
): string[] {
  const found: string[] = [];
  const compare = (what: string, wanted: unknown, got: unknown): void => {
    if (!alike(wanted, got)) found.push(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  };
  const foreseen = (part: 'method' | 'url' | 'query' | 'headers' | 'body') => !expected.unforeseen.has(part);
  const query = [...new URLSearchParams(arrived.query)];
  const signed = document.authentication.type === 'oauth1' && expected.headers['authorization'] === undefined;

  if (foreseen('method')) compare('method', expected.method, arrived.method);
  if (foreseen('url')) {
    compare('host', expected.url.host, arrived.host);
    compare('path', expected.url.pathname, arrived.path);
  }
  const own = signed ? query.filter(([name]) => !name.startsWith('oauth_')) : query;
  if (foreseen('query')) compare('query', sorted(expected.query), sorted(own));
  if (foreseen('headers')) {
    compareHeaders(expected, arrived, compare);
    if (signed) found.push(...signatureFaults(expected, arrived, settings));
    else
      compare('authorization', expectedAuthorization(expected, document, settings), arrived.headers['authorization']);
  }
  if (foreseen('body')) compareBody(expected, arrived, compare);
  return found;
}

type Compare = (what: string, wanted: unknown, got: unknown) => void;

function sorted(pairs: [string, string][]): string[] {
  return pairs.map(([name, value]) => `${name}=${value}`).sort();
}

/** Deeply the same; the platform's own address may stand for its placeholder. */
function alike(wanted: unknown, got: unknown): boolean {
  if (typeof wanted === 'string' && typeof got === 'string' && wanted.includes('{webhookCallbackUrl}')) {
    const parts = wanted
      .split(/\{?\{webhookCallbackUrl\}\}?/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('https?://[^{}"\\s]+')}$`).test(got);
  }
  if (typeof wanted !== 'object' || wanted === null || typeof got !== 'object' || got === null) {
    return isDeepStrictEqual(wanted, got);
  }
  const names = Object.keys(wanted);
  if (Array.isArray(wanted) !== Array.isArray(got) || names.length !== Object.keys(got).length) return false;
  return names.every((name) => {
    return (
      Object.hasOwn(got, name) &&
      alike((wanted as Record<string, unknown>)[name], (got as Record<string, unknown>)[name])
    );
  });
}

function compareHeaders({ headers, body }: ExpectedRequest, arrived: RecordedRequest, compare: Compare): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'content-type' && name !== 'authorization') compare(`header ${name}`, value, arrived.headers[name]);
  }
  for (const name of Object.keys(arrived.headers)) {
    if (name === 'authorization' || transportHeaders.has(name) || name in headers) continue;
    compare(`header ${name}`, undefined, arrived.headers[name]);
  }
  const declared = headers['content-type'];
  const type = arrived.headers['content-type'];
  const mediaType = type?.split(';')[0]?.trim();
  if (body.kind === 'multipart') compare('content type', 'multipart/form-data', mediaType);
  else if (declared?.startsWith('multipart/form-data') === true && body.kind !== 'none')
    compare('content type', 'multipart/form-data', mediaType);
  else if (body.kind === 'form') compare('content type', 'application/x-www-form-urlencoded', mediaType);
  else if (declared !== undefined) compare('content type', declared, type);
  else if (body.kind === 'json') compare('content type', 'application/json', mediaType);
}

/** Step 8: what is put on a request that has no Authorization. */
function expectedAuthorization(
  { headers }: ExpectedRequest,
  { authentication }: ElementDocument,
  settings: Readonly<Record<string, string>>,
): string | undefined {
  if (headers['authorization'] !== undefined) return headers['authorization'];
  const { username, password } = settings;
  if (authentication.type === 'oauth2') return `Bearer ${settings['oauth.user.token']}`;
  if (authentication.type !== 'basic' || (username === undefined && password === undefined)) return undefined;
  return `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
}

/** RFC 5849, as the sandbox reads it. */
function signatureFaults(
  expected: ExpectedRequest,
  arrived: RecordedRequest,
  settings: Readonly<Record<string, string>>,
): string[] {
  const { method, host, path, query, headers, body } = arrived;
  const signed = readSignedRequest({
    ...{ method, host, path, query, headers, body: body.toString(), bytes: body },
    upload: storedBytes(body),
  });
  if (signed === undefined) return ['signature: the OAuth parameters are not there or twice'];
  const { protocol, covered } = signed;
  const base = signatureBaseString(method, `${expected.url.protocol}//${host}${path}`, covered);
  const secrets = {
    client: settings['oauth.api.secret'] ?? '',
    token: settings['oauth.user.token.secret'] ?? '',
  };
  const wanted = expectedSignature(protocol.get('oauth_signature_method'), base, secrets);
  if (wanted === undefined || wanted !== protocol.get('oauth_signature')) return ['signature: it is wrong'];
  return protocol.get('oauth_token') === settings['oauth.user.token'] ? [] : ['signature: another token'];
}

function compareBody({ body, headers }: ExpectedRequest, arrived: RecordedRequest, compare: Compare): void {
  const text = arrived.body.toString('utf8');
  const type = arrived.headers['content-type'] ?? '';
  switch (body.kind) {
    case 'none':
      compare('body', '', text);
      return;
    case 'text':
      compare('body', body.text, text);
      return;
    case 'json':
      // step 10: the content type drives how a body is written
      if (/^multipart\/form-data/.test(headers['content-type'] ?? '')) {
        compareParts(body.value as Record<string, unknown>, undefined, arrived, compare);
      } else if (/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) {
        compare(
          'form',
          fieldTexts(body.value as Record<string, unknown>),
          Object.fromEntries(new URLSearchParams(text)),
        );
      } else compare('body', body.value, parsed(text));
      return;
    case 'form':
      if (type.startsWith('multipart/')) compareParts(body.fields, undefined, arrived, compare);
      else compare('form', fieldTexts(body.fields), Object.fromEntries(new URLSearchParams(text)));
      return;
    case 'multipart':
      compareParts(body.fields, body.file, arrived, compare);
  }
}

function compareParts(
  fields: Record<string, unknown>,
  file: MadeFile | undefined,
  { headers, body }: RecordedRequest,
  compare: Compare,
): void {
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1] ?? '';
  const parts = body.toString('utf8').split(`--${boundary}`).slice(1, -1);
  const read = parts.map((part) => {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    return { head, text: rest.join('\r\n\r\n').replace(/\r\n$/, '') };
  });
  const nameOf = (head: string, name: string) => new RegExp(`[; ]${name}="([^"]*)"`).exec(head)?.[1];
  const plainParts = read.filter(({ head }) => nameOf(head, 'filename') === undefined);
  const given = plainParts.map(({ head, text }) => [nameOf(head, 'name') ?? '', text]);
  compare('form fields', fieldTexts(fields), Object.fromEntries(given));
  const files = read.filter((part) => !plainParts.includes(part));
  const arrivedFiles = files.map(({ head, text }) => ({
    field: nameOf(head, 'name'),
    fileName: nameOf(head, 'filename'),
    text,
  }));
  compare('files', file === undefined ? [] : [{ ...file }], arrivedFiles);
}

function fieldTexts(fields: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    texts.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
