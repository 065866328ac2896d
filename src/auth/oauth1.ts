// OAuth 1.0a (RFC 5849): what is signed, how, and how the protocol parameters travel.

import { constants, createHmac, createSign, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Problem } from '../core/errors.ts';
import { encodePairs, type HttpRequest, percentEncode } from '../core/http.ts';
import type { Secret } from '../core/secret.ts';

export type SignatureMethod = 'HMAC-SHA1' | 'HMAC-SHA256' | 'RSA-SHA1' | 'PLAINTEXT';

/** Who signs: the application, and the account once there is one. */
export interface Signer {
  consumerKey: string;
  /** the shared secret, or for RSA-SHA1 the private key in PEM form */
  consumerSecret: Secret;
  token?: string | undefined;
  tokenSecret?: Secret | undefined;
  method: SignatureMethod;
  transmission: 'header' | 'query';
}

type Pair = readonly [name: string, value: string];

/**
 * Signs a request (RFC 5849 section 3): the protocol parameters go into the Authorization header (3.5.1) or the query
 * (3.5.3). `extra` are further protocol parameters such as `oauth_callback`; `nonce` and `timestamp` (seconds since
 * 1970) are given by the caller so that signing is a pure function.
 */
export function signRequest(
  request: HttpRequest,
  signer: Signer,
  moment: { nonce: string; timestamp: number },
  extra: Record<string, string> = {},
): HttpRequest {
  const protocol: Pair[] = [
    ['oauth_consumer_key', signer.consumerKey],
    ...(signer.token === undefined ? [] : [['oauth_token', signer.token] as const]),
    ['oauth_signature_method', signer.method],
    ['oauth_timestamp', String(moment.timestamp)],
    ['oauth_nonce', moment.nonce],
    ['oauth_version', '1.0'],
    ...Object.entries(extra),
  ];
  const complete: Pair[] = [...protocol, ['oauth_signature', signature(baseString(request, protocol), signer)]];
  if (signer.transmission === 'query') {
    const url = request.url + (request.url.includes('?') ? '&' : '?') + encodePairs(complete);
    return { ...request, url };
  }
  const header = complete.map(([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`).join(', ');
  return { ...request, headers: { ...request.headers, authorization: `OAuth ${header}` } };
}

/** A fresh nonce and timestamp (RFC 5849 section 3.3). */
export function signingMoment(now: number): { nonce: string; timestamp: number } {
  return { nonce: randomBytes(16).toString('hex'), timestamp: Math.floor(now / 1000) };
}

/** The signature base string (RFC 5849 section 3.4.1) of a request and its protocol parameters. */
export function baseString(request: HttpRequest, protocol: readonly Pair[]): string {
  const url = new URL(request.url);
  const uri = `${url.protocol}//${url.host.toLowerCase()}${url.pathname}`;
  const parameters = [
    ...new URLSearchParams(url.search),
    ...protocol.filter(([name]) => name !== 'oauth_signature' && name !== 'realm'),
    ...formParameters(request),
  ];
  return [request.method.toUpperCase(), uri, normalize(parameters)].map(percentEncode).join('&');
}

/** Encoded, then sorted by name and value in bytes (RFC 5849 section 3.4.1.3.2). */
function normalize(parameters: readonly Pair[]): string {
  return parameters
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A form-encoded body takes part in the signature, any other does not (RFC 5849 section 3.4.1.3.1). */
function formParameters({ headers, body = '' }: HttpRequest): Pair[] {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return [];
  if (body instanceof Readable) throw new Problem('badRequest', 'A form that is signed cannot be streamed.');
  return [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
}

/** The signature of a base string (RFC 5849 sections 3.4.2 to 3.4.4). */
export function signature(base: string, signer: Signer): string {
  const key = `${percentEncode(signer.consumerSecret.reveal())}&${percentEncode(signer.tokenSecret?.reveal() ?? '')}`;
  switch (signer.method) {
    case 'PLAINTEXT':
      return key;
    case 'RSA-SHA1':
      return createSign('RSA-SHA1')
        .update(base)
        .sign({ key: signer.consumerSecret.reveal(), padding: constants.RSA_PKCS1_PADDING }, 'base64');
    case 'HMAC-SHA1':
      return createHmac('sha1', key).update(base).digest('base64');
    case 'HMAC-SHA256':
      return createHmac('sha256', key).update(base).digest('base64');
  }
}
