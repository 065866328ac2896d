// The server's side of OAuth 1.0a signatures, step by step as RFC 5849 section 3.4 tells them. Written apart from Valence's
// signer on purpose: two readings of the same text check each other.

import { createHmac } from 'node:crypto';
import { formParameters, type VendorRequest } from './vendor.ts';

export type Parameter = readonly [name: string, value: string];

/** A request's protocol parameters, and all of the parameters that its signature covers. */
export interface SignedRequest {
  /** The `oauth_…` parameters. */
  protocol: ReadonlyMap<string, string>;
  /** Everything of section 3.4.1.3.1, before encoding and sorting. */
  covered: readonly Parameter[];
}

/** Percent-encoding: all but unreserved characters, in upper case (RFC 5849 section 3.6). */
export function percentEncode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The parameters of an `Authorization: OAuth …` header without `realm` (RFC 5849 sections 3.5.1 and 3.4.1.3.1). */
function headerParameters(header: string | undefined): Parameter[] {
  const list = /^OAuth\s+(.*)$/is.exec(header ?? '')?.[1];
  if (list === undefined) return [];
  const pairs = [...list.matchAll(/([^\s=,"]+)="([^"]*)"/g)];
  return pairs
    .map(([, name = '', value = '']): Parameter => [percentDecode(name), percentDecode(value)])
    .filter(([name]) => name.toLowerCase() !== 'realm');
}

function percentDecode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Gathers the parameters from query, header and single-part form body (RFC 5849 section 3.4.1.3.1). Protocol parameters
 * must come by one way only and no name twice (sections 3.1 and 3.5): undefined when they do not.
 */
export function readSignedRequest(request: VendorRequest): SignedRequest | undefined {
  const sources: Parameter[][] = [
    headerParameters(request.headers['authorization']),
    [...new URLSearchParams(request.query)],
    [...formParameters(request)],
  ];
  const ways = sources.map((parameters) => parameters.filter(([name]) => name.startsWith('oauth_')));
  const used = ways.filter((parameters) => parameters.some(([name]) => name === 'oauth_signature'));
  const [protocol = []] = used;
  if (used.length > 1) return undefined;
  if (new Set(protocol.map(([name]) => name)).size !== protocol.length) return undefined;
  return { protocol: new Map(protocol), covered: sources.flat() };
}

/** The base string URI: scheme and host in lower case, no default port, no query (RFC 5849 section 3.4.1.2). */
export function baseStringUri(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Normalized parameters: encoded, sorted by name then value, joined; without `oauth_signature` (RFC 5849 section 3.4.1.3.2). */
export function normalizeParameters(parameters: readonly Parameter[]): string {
  return parameters
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]): Parameter => [percentEncode(name), percentEncode(value)])
    .sort(([leftName, leftValue], [rightName, rightValue]) => {
      return compareBytes(leftName, rightName) || compareBytes(leftValue, rightValue);
    })
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The signature base string (RFC 5849 section 3.4.1.1). */
export function signatureBaseString(method: string, url: string, parameters: readonly Parameter[]): string {
  return [method.toUpperCase(), baseStringUri(url), normalizeParameters(parameters)].map(percentEncode).join('&');
}

/** The signature that the request ought to carry, for HMAC-SHA1 and PLAINTEXT; undefined for any other method (sections 3.4.2, 3.4.4). */
export function expectedSignature(
  signatureMethod: string | undefined,
  baseString: string,
  secrets: { client: string; token: string },
): string | undefined {
  const key = `${percentEncode(secrets.client)}&${percentEncode(secrets.token)}`;
  if (signatureMethod === 'PLAINTEXT') return key;
  if (signatureMethod === 'HMAC-SHA1') return createHmac('sha1', key).update(baseString).digest('base64');
  return undefined;
}
