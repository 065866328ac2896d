// Bytes to text, strictly: UTF-8 or a place where it is not.

import { isUtf8 } from 'node:buffer';

/** Text as far as it is sound, and whether it ends because the bytes after it are not UTF-8. */
interface Decoded {
  text: string;
  broken: boolean;
}

/**
 * Decodes a stream piece by piece; a byte order mark at its beginning is left out. A piece with bytes that are not UTF-8
 * gives the text of the lines before that place, and `broken`: nothing can be decoded after it.
 */
export function createDecoder(): { decode(bytes: Uint8Array): Decoded; end(): Decoded } {
  let kept: Buffer = Buffer.alloc(0);
  let begun = false;
  const withoutMark = (text: string) => {
    if (begun || text === '') return text;
    begun = true;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
  return {
    decode(bytes) {
      const all = kept.length === 0 ? bufferOf(bytes) : Buffer.concat([kept, bytes]);
      const end = endOfWhole(all);
      kept = all.subarray(end);
      const whole = all.subarray(0, end);
      if (isUtf8(whole)) return { text: withoutMark(whole.toString('utf8')), broken: false };
      return { text: withoutMark(soundLines(whole).toString('utf8')), broken: true };
    },
    end: () => ({ text: '', broken: kept.length > 0 }),
  };
}

/** The same bytes as a Buffer, not copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The end of the last character that is there as a whole (RFC 3629, section 3: the first byte tells how many follow). */
function endOfWhole(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function soundLines(bytes: Buffer): Buffer {
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline === -1 || !isUtf8(bytes.subarray(start, newline))) return bytes.subarray(0, start);
    start = newline + 1;
  }
}
