// The words of the sandbox: a request as a vendor sees it, an answer as plain data, and what every simulated vendor offers.
// Vendors are plain functions from request to answer, so a request is handled in one go and no two of them can interleave.

import type { Account } from './accounts.ts';
import type { Stored } from './stored.ts';

/** The simulated vendors, by the keys that the control API and `sandboxApplications` use. */
export const vendorKeys = ['zendesk', 'desk', 'salesforce', 'act', 'webex'] as const;

/** A vendor's key; that of one which plays an element document (generic/) is `element:` and the element's key. */
export type VendorKey = (typeof vendorKeys)[number] | `element:${string}`;

/** What a person chose on the consent page. */
export type Decision = 'allow' | 'deny';

/** A request as the vendor would see it: the host is the vendor's, not the sandbox's. */
export interface VendorRequest {
  method: string;
  host: string;
  /** Path without host prefix and without query, as sent (not decoded). */
  path: string;
  /** Query as sent, without `?`. */
  query: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The body read as UTF-8; empty for one that is too large for memory. */
  body: string;
  /** The body as it came, for uploads; empty for one that is too large for memory. */
  bytes: Buffer;
  /** The body as it came, whatever its size. */
  upload: Stored;
}

/** How many calls a vendor takes. */
export interface RateLimit {
  /** As documented, for one account and minute. */
  callsPerMinute: number;
  /** The headers that tell the caller. */
  headers(limit: number, remaining: number, resetSeconds: number): Record<string, string>;
}

/** An answer as plain data; bytes for downloads. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | Stored;
}

/** One simulated vendor. */
export interface Vendor {
  key: VendorKey;
  name: string;
  /** Host patterns, `*` standing for any number of labels. */
  hosts: readonly string[];
  handle(request: VendorRequest): Answer;
  /** What the consent page of this authorize request does when `account` decides; without pages, for scripts. */
  consent(request: VendorRequest, decision: Decision, account: Account): Answer;
  /** The vendor's body for a status that a fault makes up (429, 500 …). */
  faultBody(status: number): unknown;
  /** Counted always, refused only with the setting `enforceRateLimit`. */
  rateLimit?: RateLimit;
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify(value);
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

/** A form-encoded answer, as OAuth 1.0a servers give (RFC 5849 section 2.1). */
export function formEncoded(status: number, fields: Record<string, string>): Answer {
  const body = new URLSearchParams(fields).toString();
  return { status, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
}

/** A plain text answer. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** An answer without a body. */
export function empty(status: number): Answer {
  return { status, headers: {}, body: '' };
}

/**
 * A redirect to `uri` with parameters added to its query; a query that is already there stays as it is
 * (RFC 6749 section 3.1.2, RFC 5849 section 2.2).
 */
export function redirectTo(uri: string, parameters: Record<string, string | undefined>): Answer {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) added.append(name, value);
  }
  const separator = uri.includes('?') ? '&' : '?';
  const location = `${uri}${separator}${added.toString()}`;
  return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: '' };
}

/** The media type of the request's body, in lower case and without parameters (RFC 9110 section 8.3). */
export function mediaType(request: VendorRequest): string {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase();
}

/** The body's parameters when it is form-encoded, else none. */
export function formParameters(request: VendorRequest): URLSearchParams {
  return new URLSearchParams(mediaType(request) === 'application/x-www-form-urlencoded' ? request.body : '');
}

/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), undefined when there is none. */
export function bearerToken(request: VendorRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
}
