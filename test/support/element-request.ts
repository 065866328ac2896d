// Calls to an element with bodies that are no JSON, answered as the bytes that came.

import { credentials, type Platform } from './platform.ts';
import type { RecordedRequest } from './recording-vendor.ts';

/** An answer as it came. */
export interface ElementReply {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
}

/** Sends a body of any kind with an element token; fetch names the content type of forms itself. */
export async function sendToElement(
  platform: Platform,
  { token }: { token: string },
  method: string,
  path: string,
  body?: RequestInit['body'],
  headers: Record<string, string> = {},
): Promise<ElementReply> {
  const response = await fetch(`${platform.url}/elements/api-v2${path}`, {
    method,
    headers: { authorization: credentials(token), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') };
}

/** The form that a vendor was sent, read as the vendor would. */
export async function receivedForm({ headers, body }: RecordedRequest): Promise<FormData> {
  return new Response(new Uint8Array(body), {
    headers: { 'content-type': headers['content-type'] ?? '' },
  }).formData();
}
