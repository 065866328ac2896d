// Writes JSON in which a file stands as base64 text, as a stream, so that the file is never held whole.

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setAt } from './http.ts';

/**
 * The JSON of a value with a file's bytes as base64 (RFC 4648 section 4) at a dotted path. The file is read as the
 * stream is read, and destroyed with it.
 */
export function embedFile(value: Record<string, unknown>, path: string, file: Readable): Readable {
  const mark = randomBytes(16).toString('hex');
  const marked = structuredClone(value);
  setAt(marked, path, mark);
  const [before = '', after = ''] = JSON.stringify(marked).split(mark);
  const stream = Readable.from(write(before, file, after), { objectMode: false });
  // The generator may be waiting for bytes that never come: it only ends when the file does.
  stream.once('close', () => file.destroy());
  return stream;
}

async function* write(before: string, file: Readable, after: string): AsyncGenerator<string> {
  yield before;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of file) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // Three bytes make four characters; what is left over waits for the next chunk.
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    if (whole > 0) yield bytes.toString('base64', 0, whole);
  }
  yield rest.toString('base64') + after;
}
