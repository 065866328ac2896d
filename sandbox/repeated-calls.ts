// Many calls of a vendor in a short time, made inside the sandbox: so a load of webhooks needs no client that keeps up.

import { setTimeout as wait } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import { splitTarget, vendorOfHost } from './hosts.ts';
import { storedBytes } from './stored.ts';
import type { Vendor, VendorRequest } from './vendor.ts';

/** A call and how often it is made; `{n}` in the address and in the body is its number, from 1. */
export const RepeatedCalls = Type.Object(
  {
    method: Type.String({ minLength: 1 }),
    /** The vendor's, with its host. */
    url: Type.String({ pattern: '^https?://' }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    body: Type.Optional(Type.Unknown()),
    times: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    /** Left out: as fast as it goes. */
    perSecond: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  },
  { additionalProperties: false },
);

export type RepeatedCalls = Static<typeof RepeatedCalls>;

/** How many calls were answered with each status, and how long it took on the real clock. */
export interface RepeatedAnswers {
  statuses: Record<string, number>;
  seconds: number;
}

/**
 * Makes the calls one after another, evenly in time, without faults, log and rates. Undefined when no vendor has the host;
 * ends early when `closing` is aborted.
 */
export async function repeatCalls(
  vendors: readonly Vendor[],
  { method, url, headers = {}, body, times, perSecond }: RepeatedCalls,
  closing: AbortSignal,
): Promise<RepeatedAnswers | undefined> {
  const vendor = vendorOfHost(vendors, new URL(url).hostname);
  if (vendor === undefined) return undefined;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const sent = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...Object.fromEntries(names) };
  const statuses: Record<string, number> = {};
  const start = performance.now();
  for (let number = 1; number <= times && !closing.aborted; number++) {
    const due = perSecond === undefined ? 0 : start + ((number - 1) * 1000) / perSecond - performance.now();
    // Also without a rate, what is to be sent must get its turn.
    if (due > 1 || number % 100 === 0) await wait(Math.max(0, due), undefined, { signal: closing }).catch(() => {});
    const { status } = vendor.handle(callOf(method, numbered(url, number), sent, numbered(text, number)));
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { statuses, seconds: (performance.now() - start) / 1000 };
}

function numbered(text: string, number: number): string {
  return text.replaceAll('{n}', String(number));
}

function callOf(method: string, url: string, headers: Record<string, string>, body: string): VendorRequest {
  const bytes = Buffer.from(body, 'utf8');
  const target = splitTarget(url.replace(/^https?:\/\//, '/'));
  return { method, ...target, headers, body, bytes, upload: storedBytes(bytes) };
}
