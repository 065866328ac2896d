// Where a vendor's answer names its next page.

import { valueAt } from '../core/http.ts';

/** Where the next page stands: a header or a path in the body, and the query parameter to take when it is a URL. */
export interface NextPageKey {
  place: 'header' | 'body';
  name: string;
  parameter: string | undefined;
}

/** Reads `header.X`, `body.a.b`, `body.a?param` or a plain path; undefined for none. */
export function parseNextPageKey(text: string | null | undefined): NextPageKey | undefined {
  if (text === undefined || text === null || text.trim() === '') return undefined;
  const [where = '', parameter] = text.trim().split('?');
  if (where.startsWith('header.')) return { place: 'header', name: where.slice(7).toLowerCase(), parameter };
  if (where.startsWith('body.')) return { place: 'body', name: where.slice(5), parameter };
  return { place: 'body', name: where, parameter };
}

/** The vendor's word for the next page, or undefined when this is the last; `body` is the answer, not taken out of its root. */
export function findNextPage(
  key: NextPageKey,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): string | undefined {
  const found = key.place === 'header' ? headerValue(key.name, headers) : bodyValue(key.name, body);
  if (found === undefined || found === null || found === '' || typeof found === 'object' || found === false) {
    return undefined;
  }
  const text = String(found);
  if (key.parameter === undefined) return text;
  // Where the URL has another parameter than the definition says, it is better followed than taken for the last page.
  return queryParameter(text, key.parameter) ?? followUrl(text);
}

/** A Link header is read for its `rel="next"` (RFC 8288). */
function headerValue(name: string, headers: Readonly<Record<string, string>>): string | undefined {
  const value = headers[name];
  if (name !== 'link' || value === undefined) return value;
  for (const [, url, parameters = ''] of value.matchAll(/<([^>]*)>((?:\s*;\s*[^,;=]+(?:=(?:"[^"]*"|[^",;]*))?)*)/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?(?:\s*;|\s*$)/i.test(parameters)) return url;
  }
  return undefined;
}

/** Some definitions name the member below the root key, though it stands beside it. */
function bodyValue(path: string, body: unknown): unknown {
  const found = valueAt(body, path);
  return found === undefined && path.includes('.') ? valueAt(body, path.slice(path.indexOf('.') + 1)) : found;
}

const follow = 'follow ';

/** The word for a next page that is a whole URL, to be called as it is. */
export function followUrl(url: string): string | undefined {
  return /^(https?:\/)?\//i.test(url) ? follow + url : undefined;
}

/** The URL of such a word, or undefined for any other. */
export function followedUrl(cursor: string | undefined): string | undefined {
  return cursor?.startsWith(follow) ? cursor.slice(follow.length) : undefined;
}

function queryParameter(url: string, name: string): string | undefined {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1).split('#', 1)[0] : '';
  return new URLSearchParams(query).get(name) ?? undefined;
}
