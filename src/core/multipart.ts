// Writes forms with files as a stream, so that no file is ever held whole.

import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { MultipartPart } from './body.ts';

/**
 * Encodes parts as `multipart/form-data` (RFC 7578; names as the HTML standard escapes them, section 4.10.21.8). Files
 * are read as the stream is read; when it is destroyed or breaks, the file being read is destroyed with it. That a file
 * may break before it is reached is its owner's concern, as with any stream.
 */
export function encodeMultipart(parts: AsyncIterable<MultipartPart> | Iterable<MultipartPart>): {
  contentType: string;
  stream: Readable;
} {
  const boundary = `----form-${randomBytes(16).toString('hex')}`;
  const reading: { file: Readable | undefined } = { file: undefined };
  const stream = Readable.from(write(parts, boundary, reading), { objectMode: false });
  // The generator may be waiting for bytes that never come: it only ends when the file does.
  stream.once('close', () => reading.file?.destroy());
  return { contentType: `multipart/form-data; boundary=${boundary}`, stream };
}

async function* write(
  parts: AsyncIterable<MultipartPart> | Iterable<MultipartPart>,
  boundary: string,
  reading: { file: Readable | undefined },
): AsyncGenerator<string | Buffer> {
  for await (const part of parts) {
    const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(part.name)}"`;
    if (part.kind === 'field') {
      const type = part.contentType === undefined ? '' : `\r\nContent-Type: ${safeType(part.contentType)}`;
      yield `${disposition}${type}\r\n\r\n${part.value}\r\n`;
      continue;
    }
    reading.file = part.stream;
    yield `${disposition}; filename="${escapeName(part.fileName)}"\r\nContent-Type: ${safeType(part.contentType)}\r\n\r\n`;
    for await (const chunk of part.stream) if (chunk.length > 0) yield chunk;
    yield '\r\n';
  }
  yield `--${boundary}--\r\n`;
}

function escapeName(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function safeType(contentType: string): string {
  return /^[\x20-\x7e]+$/.test(contentType) ? contentType : 'application/octet-stream';
}
