// Reads multipart/form-data (RFC 7578) of a request, whose files may be large.

import type { Stored } from './stored.ts';
import type { VendorRequest } from './vendor.ts';

/** One part of a form; `fileName` is undefined for a plain field. */
export interface Part {
  name: string;
  fileName: string | undefined;
  contentType: string;
  stored: Stored;
}

const longestHead = 16 * 1024;

/** The parts of a request's form; none when the body is no form. */
export function readParts({ headers, upload }: VendorRequest): Part[] {
  const type = headers['content-type'] ?? '';
  const [, quoted, bare] = /^multipart\/form-data;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return [];
  const parts: Part[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first boundary has no line break in front of it.
  let from = upload.indexOf(delimiter.subarray(2), 0) - 2;
  while (from >= -2) {
    const start = from + delimiter.length;
    const end = upload.indexOf(delimiter, start);
    if (end < 0) break;
    const part = readPart(upload.slice(start, end));
    if (part !== undefined) parts.push(part);
    from = end;
  }
  return parts;
}

function readPart(whole: Stored): Part | undefined {
  const beginning = whole.slice(0, Math.min(longestHead, whole.size)).bytes();
  const gap = beginning.indexOf('\r\n\r\n');
  if (gap < 0) return undefined;
  const head = beginning.subarray(0, gap).toString('utf8');
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const name = /\bname="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) return undefined;
  return {
    name,
    fileName: /\bfilename="([^"]*)"/i.exec(disposition)?.[1],
    contentType: /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'text/plain',
    stored: whole.slice(gap + 4, whole.size),
  };
}

/** A part's bytes as text. */
export function textOf({ stored }: Part): string {
  return stored.bytes().toString('utf8');
}
