// The JSON of a new attachment, whose `content` may be too large for memory: it is found in the body and decoded whenever
// the file is asked for.

import { Transform, type TransformCallback } from 'node:stream';
import { type Stored, storedBytes } from '../stored.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import { readBody } from './answers.ts';

/** What the body says; the content is undefined when it is no base64. */
export type AttachmentBody =
  | { members: Record<string, unknown>; content: Stored | undefined; refusal?: undefined }
  | { refusal: Answer };

/** Reads the body of POST /api/v2/cases/{id}/attachments. */
export function readAttachmentBody(request: VendorRequest): AttachmentBody {
  const place = request.body === '' ? placeOfContent(request.upload) : undefined;
  if (place === undefined) {
    const { members, refusal } = readBody(request);
    if (refusal !== undefined) return { refusal };
    return { members, content: decoded(storedBytes(Buffer.from(String(members['content'] ?? '')))) };
  }
  const [start, end] = place;
  const { upload } = request;
  const around = [upload.slice(0, start), upload.slice(end, upload.size)].map((part) => part.bytes().toString('utf8'));
  const { members, refusal } = readBody({ ...request, body: around.join('kept apart') });
  if (refusal !== undefined) return { refusal };
  return { members, content: decoded(upload.slice(start, end)) };
}

/** Between which bytes the text of `content` stands. A quote inside of another text has a backslash before it. */
function placeOfContent(body: Stored): [start: number, end: number] | undefined {
  const name = Buffer.from('"content"');
  for (let at = body.indexOf(name, 0); at >= 0; at = body.indexOf(name, at + 1)) {
    const behind = at + name.length;
    const next = body
      .slice(behind, Math.min(behind + 20, body.size))
      .bytes()
      .toString('latin1');
    const opening = /^\s*:\s*"/.exec(next)?.[0].length;
    if (opening === undefined) continue;
    const end = body.indexOf(Buffer.from('"'), behind + opening);
    return end < 0 ? undefined : [behind + opening, end];
  }
  return undefined;
}

/** The bytes that a base64 text stands for (RFC 4648 section 4). */
function decoded(text: Stored): Stored | undefined {
  const last = text
    .slice(Math.max(0, text.size - 2), text.size)
    .bytes()
    .toString('latin1');
  const padding = last.length - last.replaceAll('=', '').length;
  if (!isBase64(text, padding)) return undefined;
  const bytes = () => Buffer.from(text.bytes().toString('latin1'), 'base64');
  const inMemory = () => storedBytes(bytes());
  return {
    size: (text.size / 4) * 3 - padding,
    bytes,
    stream: () => text.stream().pipe(new Base64Decoder()),
    slice: (start, end) => inMemory().slice(start, end),
    indexOf: (needle, from) => inMemory().indexOf(needle, from),
    md5: () => inMemory().md5(),
  };
}

const pieceSize = 1024 * 1024;

/** What is no base64 is passed over when it is decoded, which is faster than to look at each character. */
function isBase64(text: Stored, padding: number): boolean {
  if (text.size % 4 !== 0) return false;
  for (let start = 0; start < text.size; start += pieceSize) {
    const end = Math.min(start + pieceSize, text.size);
    const piece = Buffer.from(text.slice(start, end).bytes().toString('latin1'), 'base64');
    if (piece.length !== ((end - start) / 4) * 3 - (end === text.size ? padding : 0)) return false;
  }
  return true;
}

class Base64Decoder extends Transform {
  #rest = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#rest + chunk.toString('latin1');
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    done(null, Buffer.from(text.slice(0, whole), 'base64'));
  }
}
