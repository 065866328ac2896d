// Whether a request signed with OAuth 1.0a may be served (RFC 5849 section 3.2): client, token, signature, and never twice.

import type { Application } from './applications.ts';
import { expectedSignature, readSignedRequest, signatureBaseString } from './oauth1-signature.ts';
import type { SandboxState } from './state.ts';
import type { VendorKey, VendorRequest } from './vendor.ts';

/** How far a timestamp may be from the server's clock; RFC 5849 leaves it open, five minutes are usual. */
const timestampWindowSeconds = 300;

/** Why a request is refused: 400 for what it lacks, 401 for what is wrong (RFC 5849 section 3.2). */
export interface Refusal {
  status: 400 | 401;
  reason: string;
}

/** A request whose signature holds; `token` is the one that it names, empty when it names none. */
export interface Verified {
  application: Application;
  token: string;
  protocol: ReadonlyMap<string, string>;
}

/** The nonces seen, each with its timestamp: those outside the time window can be forgotten. */
export type NonceStore = Map<string, number>;

/**
 * The checks of RFC 5849 section 3.2 and 3.3. `secretOf` answers the secret of a token that is good for this request,
 * undefined for any other.
 */
export function verify(
  state: SandboxState,
  { vendor, nonces }: { vendor: VendorKey; nonces: NonceStore },
  request: VendorRequest,
  secretOf: (token: string, clientId: string) => string | undefined,
  scheme: 'http' | 'https' = 'https',
): Verified | Refusal {
  const signed = readSignedRequest(request);
  if (signed === undefined) return { status: 400, reason: 'parameter_rejected' };
  const { protocol, covered } = signed;
  const needed = ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature'];
  if (!needed.every((name) => protocol.has(name))) return { status: 400, reason: 'parameter_absent' };
  if ((protocol.get('oauth_version') ?? '1.0') !== '1.0') return { status: 400, reason: 'version_rejected' };

  const application = state.applications.find(vendor, protocol.get('oauth_consumer_key') ?? '');
  if (application === undefined) return { status: 401, reason: 'consumer_key_unknown' };
  const token = protocol.get('oauth_token') ?? '';
  const tokenSecret = secretOf(token, application.clientId);
  if (tokenSecret === undefined) return { status: 401, reason: 'token_rejected' };

  const method = protocol.get('oauth_signature_method');
  const baseString = signatureBaseString(request.method, `${scheme}://${request.host}${request.path}`, covered);
  const expected = expectedSignature(method, baseString, { client: application.clientSecret, token: tokenSecret });
  if (expected === undefined) return { status: 400, reason: 'signature_method_rejected' };
  if (protocol.get('oauth_signature') !== expected) return { status: 401, reason: 'signature_invalid' };
  const refusal = method === 'PLAINTEXT' ? undefined : checkNonce(state, nonces, application, token, protocol);
  return refusal ?? { application, token, protocol };
}

/** Timestamp and nonce (RFC 5849 section 3.3); with PLAINTEXT they may be left out. */
function checkNonce(
  state: SandboxState,
  nonces: NonceStore,
  application: Application,
  token: string,
  protocol: ReadonlyMap<string, string>,
): Refusal | undefined {
  const timestamp = protocol.get('oauth_timestamp');
  const nonce = protocol.get('oauth_nonce');
  if (timestamp === undefined || nonce === undefined) return { status: 400, reason: 'parameter_absent' };
  if (!/^[1-9]\d*$/.test(timestamp)) return { status: 400, reason: 'parameter_rejected' };
  const seconds = Math.floor(state.now().getTime() / 1000);
  if (Math.abs(Number(timestamp) - seconds) > timestampWindowSeconds) {
    return { status: 401, reason: 'timestamp_refused' };
  }
  const key = JSON.stringify([application.clientId, token, timestamp, nonce]);
  if (nonces.has(key)) return { status: 401, reason: 'nonce_used' };
  nonces.set(key, Number(timestamp));
  if (nonces.size % 1000 === 0) forgetOldNonces(nonces, seconds);
  return undefined;
}

function forgetOldNonces(nonces: NonceStore, seconds: number): void {
  for (const [key, timestamp] of nonces) if (timestamp < seconds - timestampWindowSeconds) nonces.delete(key);
}
