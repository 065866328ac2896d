// The body of a caller's request, as far as it is read before the call begins.

import type { Readable } from 'node:stream';

/** What a caller sent. Streams are not read yet: whoever takes one reads it to its end or destroys it. */
export type CallBody =
  | { kind: 'none' }
  | { kind: 'json'; value: unknown }
  | { kind: 'text'; text: string; contentType: string }
  /** `application/x-www-form-urlencoded`; the last value of a name counts */
  | { kind: 'form'; fields: Record<string, string> }
  | MultipartBody
  /** anything else; `length` in bytes, where the caller told it */
  | { kind: 'stream'; stream: Readable; contentType: string; length: number | undefined };

/**
 * `multipart/form-data` (RFC 7578), streamed: `fields` are those before the first file, `file` is the first file, not
 * yet read, and `rest` yields what follows once that file has been read.
 */
export interface MultipartBody {
  kind: 'multipart';
  fields: Record<string, string>;
  file: FilePart | undefined;
  rest: AsyncIterable<MultipartPart>;
}

/** A file of a form: the form's name for it, the file's own name, and its bytes. */
export interface FilePart {
  name: string;
  fileName: string;
  contentType: string;
  stream: Readable;
}

/** One part of a form. */
export type MultipartPart =
  | { kind: 'field'; name: string; value: string; contentType?: string }
  | ({ kind: 'file' } & FilePart);
