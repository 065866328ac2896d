// Reads what stands at a URL that a caller gives: through the guard, bounded, as text.

import { Problem } from '../core/errors.ts';
import type { Outbound } from './send.ts';

/** Reads a text from a URL. Throws the Problems of `Outbound.send`, and `badRequest` when there is none. */
export type ReadAddress = (url: string) => Promise<string>;

const patienceMs = 30_000;

/** Makes the reader; a text has `mostBytes` at most. */
export function createReadAddress(outbound: Outbound, mostBytes: number): ReadAddress {
  return async (url) => {
    const { status, body } = await outbound.send(
      { method: 'GET', url, headers: { accept: 'application/json, application/yaml, application/xml, */*;q=0.5' } },
      { timeoutMs: patienceMs, answerBytes: mostBytes, followRedirects: true },
    );
    if (status < 200 || status > 299) {
      throw new Problem('badRequest', `${new URL(url).host} answered ${status} for the URL of the description.`);
    }
    return decodeText(body);
  };
}

/** Bytes as text: UTF-8, or UTF-16 where a byte order mark says so. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
