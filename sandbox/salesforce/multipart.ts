// Reads multipart/form-data that is wholly in memory (RFC 7578).

import type { VendorRequest } from '../vendor.ts';

/** One part of a form; `fileName` is undefined for a plain field. */
export interface Part {
  name: string;
  fileName: string | undefined;
  contentType: string;
  bytes: Buffer;
}

/** The parts of a request's form; none when the body is no form. */
export function readParts(request: VendorRequest): Part[] {
  const type = request.headers['content-type'] ?? '';
  const [, quoted, bare] = /^multipart\/form-data;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return [];
  const parts: Part[] = [];
  const body = Buffer.concat([Buffer.from('\r\n'), request.bytes]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let from = body.indexOf(delimiter);
  while (from >= 0) {
    const start = from + delimiter.length;
    const end = body.indexOf(delimiter, start);
    if (end < 0) break;
    const part = readPart(body.subarray(start, end));
    if (part !== undefined) parts.push(part);
    from = end;
  }
  return parts;
}

function readPart(bytes: Buffer): Part | undefined {
  const gap = bytes.indexOf('\r\n\r\n');
  if (gap < 0) return undefined;
  const head = bytes.subarray(0, gap).toString('utf8');
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const name = /\bname="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) return undefined;
  return {
    name,
    fileName: /\bfilename="([^"]*)"/i.exec(disposition)?.[1],
    contentType: /^content-type:\s*(\S+)/im.exec(head)?.[1] ?? 'text/plain',
    bytes: bytes.subarray(gap + 4),
  };
}
