// How many calls of a vendor's window each caller has made, and the refusal of those above the vendor's rate.

import type { RateSettings } from './rate-settings.ts';
import type { AllSettings } from './settings.ts';
import type { TokenStore } from './tokens.ts';
import { type Answer, json, type Vendor, type VendorRequest } from './vendor.ts';

/** Counts calls. */
export interface Rates {
  /** Counts a call; the headers go with its answer, and the refusal in its place, where the vendor's limit is enforced. */
  count(vendor: Vendor, request: VendorRequest, now: Date): { headers: Record<string, string>; refusal?: Answer };
}

/** Nobody has called yet. */
export function createRates(settings: AllSettings, tokens: Pick<TokenStore, 'findAccessToken'>): Rates {
  const windows = new Map<string, Window>();
  return {
    count(vendor, request, now) {
      const { rateLimit } = vendor;
      const { enforceRateLimit = false, rateLimit: set } = settings[vendor.key] ?? {};
      if ((rateLimit ?? set) === undefined || request.headers['authorization'] === undefined) return { headers: {} };
      const limit: Required<RateSettings> = {
        ...{ requests: rateLimit?.callsPerMinute ?? 0, seconds: 60, per: 'caller', window: 'fixed' },
        ...set,
      };
      const key = `${vendor.key} ${callerOf(vendor, request, limit.per, tokens)}`;
      const time = now.getTime();
      const windowMs = limit.seconds * 1000;
      const window = windows.get(key) ?? { began: 0, calls: 0, times: [] };
      windows.set(key, window);
      passTime(window, limit.window, windowMs, time);
      const isRefused = window.calls >= limit.requests && (enforceRateLimit || set !== undefined);
      // What is refused by a fixed window counts for nothing more; a sliding one would never open if it counted.
      if (!isRefused) {
        window.calls += 1;
        if (limit.window === 'sliding') window.times.push(time);
      }
      const ends = (limit.window === 'sliding' ? (window.times[0] ?? time) : window.began) + windowMs;
      const resetSeconds = Math.max(1, Math.ceil((ends - time) / 1000));
      const told = rateLimit?.headers(limit.requests, Math.max(0, limit.requests - window.calls), resetSeconds) ?? {};
      if (!isRefused) return { headers: told };
      return { headers: told, refusal: json(429, vendor.faultBody(429), { 'retry-after': String(resetSeconds) }) };
    },
  };
}

interface Window {
  /** milliseconds since 1970; of a fixed window */
  began: number;
  calls: number;
  /** when they were made, in a sliding window */
  times: number[];
}

function passTime(window: Window, form: Required<RateSettings>['window'], windowMs: number, time: number): void {
  if (form === 'sliding') {
    while (window.times[0] !== undefined && window.times[0] <= time - windowMs) window.times.shift();
    window.calls = window.times.length;
    return;
  }
  const begins = Math.floor(time / windowMs) * windowMs;
  if (window.began !== begins) Object.assign(window, { began: begins, calls: 0 });
}

/** Whose calls are counted together. */
function callerOf(
  { key }: Vendor,
  { host, headers }: VendorRequest,
  per: Required<RateSettings>['per'],
  tokens: Pick<TokenStore, 'findAccessToken'>,
): string {
  const authorization = headers['authorization'] ?? '';
  const isOAuth1 = authorization.startsWith('OAuth');
  if (per === 'account') return host;
  if (per === 'caller') return `${host} ${isOAuth1 ? '' : authorization}`;
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const consumer = /oauth_consumer_key="([^"]*)"/.exec(authorization)?.[1];
  return (token === undefined ? consumer : tokens.findAccessToken(key, token)?.grant.clientId) ?? authorization;
}
