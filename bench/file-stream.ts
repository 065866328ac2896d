// A file that is nowhere stored: as many bytes as wanted, one piece at a time.

import { randomBytes } from 'node:crypto';

const piece = randomBytes(64 * 1024);

/** The bytes of a file of this length. */
export function* bytesOf(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= piece.length) {
    yield left >= piece.length ? piece : piece.subarray(0, left);
  }
}
