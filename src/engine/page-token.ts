// The opaque token by which callers ask for the next page: what the engine must remember, signed, so that nobody can
// make one up or use it at another instance.

import { Problem } from '../core/errors.ts';
import { isObject, parseJson } from '../core/http.ts';

/** Where the next page begins. */
export interface PageMark {
  /** rows before it */
  offset: number;
  /** its number, from 1 */
  page: number;
  /** the vendor's own word for it */
  cursor?: string | undefined;
  /** rows that a page has, as the first one had */
  size: number;
  /** a fingerprint of the page before it, by which a vendor that repeats a page is found out */
  before?: string | undefined;
}

/** Writes and reads page tokens. */
export interface PageTokens {
  /** The token of a mark, for one instance and one resource. */
  write(mark: PageMark, place: string): string;
  /** The mark of a token. Throws a Problem for one that was not written for this place. */
  read(token: string, place: string): PageMark;
}

interface Signer {
  /** a keyed digest with the current key */
  digest(text: string): string;
  /** the digests with every key that may still be in use */
  digests(text: string): string[];
}

/** The signature is the digest without the name of its key, cut to 192 bits. */
function signatureOf(digest: string): string {
  return digest
    .slice(digest.indexOf('.') + 1, digest.indexOf('.') + 33)
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** Makes the writer and reader of page tokens; the signer's keys are those of all processes. */
export function createPageTokens(signer: Signer): PageTokens {
  return {
    write(mark, place) {
      const text = Buffer.from(
        JSON.stringify([mark.offset, mark.page, mark.size, mark.before ?? null, mark.cursor ?? null]),
      ).toString('base64url');
      return `${text}.${signatureOf(signer.digest(`page ${place} ${text}`))}`;
    },
    read(token, place) {
      const [text = '', signature = ''] = token.split('.');
      const signed = `page ${place} ${text}`;
      const isOf = (digest: string) => signatureOf(digest) === signature;
      const known = isOf(signer.digest(signed)) || signer.digests(signed).some(isOf);
      const mark = known ? parseJson(Buffer.from(text, 'base64url').toString('utf8')) : undefined;
      if (!Array.isArray(mark)) {
        throw new Problem(
          'badRequest',
          'nextPage is not a token of this list: pass on Elements-Next-Page-Token of the page before, unchanged, or leave it out for the first page.',
        );
      }
      const [offset, page, size, before, cursor] = mark;
      return { offset, page, size, before: before ?? undefined, cursor: cursor ?? undefined };
    },
  };
}

/** A short text that differs between pages with different rows (FNV-1a over the first row, the last and their number). */
export function fingerprint(rows: readonly unknown[]): string | undefined {
  if (rows.length === 0) return undefined;
  let hash = 0x811c9dc5;
  for (const row of [rows[0], rows.at(-1)]) {
    const text = isObject(row) || Array.isArray(row) ? JSON.stringify(row) : String(row);
    for (let position = 0; position < text.length; position++) {
      hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193);
    }
  }
  return `${rows.length.toString(36)}-${(hash >>> 0).toString(36)}`;
}
