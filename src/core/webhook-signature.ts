// How customers know that a callback is ours: the contract's signature, and that of Standard Webhooks.

import { randomBytes } from 'node:crypto';
import { hmac } from './hmac.ts';
import { Secret } from './secret.ts';

const standardPrefix = 'whsec_';

/** Makes a signature key: the text is the key of the contract's scheme and the secret of Standard Webhooks. */
export function createSignatureKey(): Secret {
  return new Secret(standardPrefix + randomBytes(32).toString('base64'));
}

/**
 * The headers that sign a body: `Elements-Webhook-Id` and `Elements-Webhook-Signature` (`sha256=`, then base64 of
 * HMAC-SHA256 over the raw body with the key's text), and `webhook-id`, `webhook-timestamp`, `webhook-signature` of the
 * Standard Webhooks specification (a key `whsec_…` stands for the bytes after its prefix, any other for its own). `at` is
 * in milliseconds since 1970. Without a key only the ids are given.
 */
export function signatureHeaders(
  id: string,
  body: string,
  key: Secret | undefined,
  at: number,
): Record<string, string> {
  const ids = { 'elements-webhook-id': id, 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)) };
  if (key === undefined) return ids;
  const text = key.reveal();
  const standardKey = text.startsWith(standardPrefix) ? Buffer.from(text.slice(standardPrefix.length), 'base64') : text;
  const signed = `${id}.${ids['webhook-timestamp']}.${body}`;
  return {
    ...ids,
    'elements-webhook-signature': `sha256=${hmac('sha256', text, [body], 'base64')}`,
    'webhook-signature': `v1,${hmac('sha256', standardKey, [signed], 'base64')}`,
  };
}
