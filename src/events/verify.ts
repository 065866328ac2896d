// Whether a webhook comes from the vendor: by a code over its raw body, or by a secret that it brings.

import { hash, timingSafeEqual } from 'node:crypto';
import { hmac } from '../core/hmac.ts';
import type { WebhookProof } from '../element/extension.ts';
import { filledParts, placeText, type VendorRequest } from './vendor-request.ts';

/** Gives the value of a setting, secret or not; undefined without one. */
export type FindSetting = (key: string) => string | undefined;

const defaultToleranceSeconds = 300;

/**
 * Why a webhook is not taken for the vendor's, or undefined when one of the proofs holds. `now` is in milliseconds since
 * 1970. Codes are compared in constant time; a proof whose setting has no value never holds.
 */
export function refusalOf(
  proofs: readonly WebhookProof[],
  request: VendorRequest,
  setting: FindSetting,
  now: number,
): string | undefined {
  const reasons: string[] = [];
  for (const proof of proofs) {
    const reason = checkProof(proof, request, setting, now);
    if (reason === undefined) return undefined;
    reasons.push(reason);
  }
  return [...new Set(reasons)].join('; ') || 'nothing says how the vendor signs';
}

function checkProof(
  proof: WebhookProof,
  request: VendorRequest,
  setting: FindSetting,
  now: number,
): string | undefined {
  const key = setting(proof.setting) ?? '';
  if (key === '') return `the setting ${proof.setting} has no value to check with`;
  const given = placeText(request, proof.from);
  if (given === undefined || given === '') return `${proof.from} is missing`;
  if (proof.way === 'secret') return isSecret(given, key) ? undefined : `${proof.from} is not the secret`;
  const expected = (proof.prefix ?? '') + codeOf(proof, request, key);
  if (!isCode(given, expected)) return `${proof.from} is not the signature of this body`;
  return proof.timestamp === undefined ? undefined : staleness(proof.timestamp, request, now);
}

function codeOf(proof: WebhookProof, request: VendorRequest, key: string): string {
  const message = filledParts(request, proof.signs ?? '{body}');
  return hmac(proof.algorithm ?? 'sha256', key, message, proof.encoding ?? 'hex');
}

function staleness(
  { from, form, toleranceSeconds = defaultToleranceSeconds }: NonNullable<WebhookProof['timestamp']>,
  request: VendorRequest,
  now: number,
): string | undefined {
  const text = placeText(request, from) ?? '';
  const at = form === 'iso' ? Date.parse(text) : Number(text || Number.NaN) * (form === 'seconds' ? 1000 : 1);
  if (!Number.isFinite(at)) return `${from} is no time`;
  const apart = Math.abs(now - at) / 1000;
  return apart <= toleranceSeconds
    ? undefined
    : `${from} is ${Math.round(apart)} s away from now, and ${toleranceSeconds} s are allowed`;
}

/** Compares digests, so that neither the length nor the first difference shows in the time it takes. */
function isSecret(given: string, secret: string): boolean {
  return isCode(hash('sha256', given), hash('sha256', secret));
}

/** Whether two codes are the same, in a time that shows no more than their length, which everybody knows. */
function isCode(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
