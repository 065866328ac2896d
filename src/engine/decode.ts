// Reads what a vendor answered: JSON, XML or text as a value, anything else as a download that is streamed through.

import { type HttpReply, parseJson } from '../core/http.ts';
import { parseXml } from '../core/xml.ts';

/** An answer as a value. */
export interface Decoded {
  value: unknown;
  /** set for plain text, which is passed on in its own content type */
  textType: string | undefined;
  /** false when it is certain that the value holds no null */
  mayHoldNull: boolean;
}

/** Whether an answer is passed on as it is: what is no text, and what the vendor calls an attachment. */
export function isDownload(headers: Readonly<Record<string, string>>): boolean {
  if ((headers['content-disposition'] ?? '').toLowerCase().startsWith('attachment')) return true;
  const type = mediaType(headers);
  if (type.startsWith('image/')) return true;
  return type !== '' && !isText(type);
}

/** The name in a Content-Disposition (RFC 6266 section 4.3); `file` where it has none that can be read. */
export function fileNameOf(disposition: string): string {
  const [, encoded] = /\bfilename\*=UTF-8''([^;\s]+)/i.exec(disposition) ?? [];
  const [, plain] = /\bfilename="?([^";]+)"?/i.exec(disposition) ?? [];
  try {
    return encoded === undefined ? (plain ?? 'file') : decodeURIComponent(encoded);
  } catch {
    return plain ?? 'file';
  }
}

/** The headers of an answer that describe its body. */
export function bodyHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [
    'content-type',
    'content-disposition',
    'content-length',
    'content-encoding',
    'etag',
    'last-modified',
  ]) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/**
 * Reads a whole answer, by what it is more than by what it calls itself. An empty one is undefined; what calls itself
 * JSON or XML but is none stays text, and is called so.
 */
export function decodeReply(reply: HttpReply): Decoded {
  if (reply.body.length === 0) return { value: undefined, textType: undefined, mayHoldNull: false };
  const type = mediaType(reply.headers);
  const charset = foreignCharset(reply.headers);
  const text = decodeText(reply.body, charset);
  const first = text.trimStart()[0] ?? '';
  if (type.includes('json') || first === '{' || first === '[') {
    const parsed = parseJson(text);
    if (parsed !== undefined) return { value: parsed, textType: undefined, mayHoldNull: text.includes('null') };
  }
  if (/\bxml\b/.test(type) || text.startsWith('<?xml')) {
    const parsed = parseXmlOrUndefined(text);
    if (parsed !== undefined) return { value: parsed, textType: undefined, mayHoldNull: true };
  }
  if (text.trim() === '') return { value: undefined, textType: undefined, mayHoldNull: false };
  const claimed = type === '' || /json|\bxml\b/.test(type) ? 'text/plain' : type;
  const isPlain = claimed !== type || charset !== undefined;
  const textType = isPlain ? `${claimed}; charset=utf-8` : (reply.headers['content-type'] ?? claimed);
  return { value: text, textType, mayHoldNull: false };
}

/** The character set of an answer, unless it is UTF-8 or nobody knows it. */
function foreignCharset(headers: Readonly<Record<string, string>>): string | undefined {
  const [, charset] = /;\s*charset\s*=\s*"?([\w:.-]+)/i.exec(headers['content-type'] ?? '') ?? [];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return undefined;
  return knownCharset(charset) ? charset : undefined;
}

function knownCharset(charset: string): boolean {
  try {
    new TextDecoder(charset);
    return true;
  } catch {
    return false;
  }
}

function decodeText(body: Buffer, charset: string | undefined): string {
  if (charset !== undefined) return new TextDecoder(charset).decode(body);
  const text = body.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function mediaType(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isText(type: string): boolean {
  return type.startsWith('text/') || /json|xml|javascript|x-www-form-urlencoded|graphql/.test(type);
}

function parseXmlOrUndefined(text: string): unknown {
  try {
    return parseXml(text);
  } catch {
    return undefined;
  }
}
