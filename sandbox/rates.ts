// How many calls each account has made in the present minute, and the refusal of those above the vendor's rate.

import type { AllSettings } from './settings.ts';
import { type Answer, json, type Vendor, type VendorRequest } from './vendor.ts';

/** Counts calls. */
export interface Rates {
  /** Counts a call; the headers go with its answer, and the refusal in its place, where the vendor's limit is enforced. */
  count(vendor: Vendor, request: VendorRequest, now: Date): { headers: Record<string, string>; refusal?: Answer };
}

const minute = 60_000;

/** Nobody has called yet. */
export function createRates(settings: AllSettings): Rates {
  const counts = new Map<string, { minute: number; calls: number }>();
  return {
    count(vendor, { host, headers }, now) {
      const { rateLimit } = vendor;
      const caller = headers['authorization'];
      if (rateLimit === undefined || caller === undefined) return { headers: {} };
      const key = `${host} ${caller.startsWith('OAuth') ? '' : caller}`;
      const present = Math.floor(now.getTime() / minute);
      const known = counts.get(key);
      const count = known?.minute === present ? known : { minute: present, calls: 0 };
      count.calls += 1;
      counts.set(key, count);
      const { callsPerMinute } = rateLimit;
      const told = rateLimit.headers(callsPerMinute, Math.max(0, callsPerMinute - count.calls));
      if (settings[vendor.key]?.enforceRateLimit !== true || count.calls <= callsPerMinute) return { headers: told };
      const wait = Math.ceil(((present + 1) * minute - now.getTime()) / 1000);
      return { headers: told, refusal: json(429, vendor.faultBody(429), { 'retry-after': String(wait) }) };
    },
  };
}
