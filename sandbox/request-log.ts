// The log of what vendors were asked, for tests that count requests or look at what was sent.

import { fitsPattern } from './hosts.ts';
import type { VendorRequest } from './vendor.ts';

const longestBody = 10_000;
const mostEntries = 50_000;

/** One request to a vendor. */
interface LoggedRequest {
  time: string;
  method: string;
  host: string;
  path: string;
  /** As sent, without `?`. */
  query: string;
  headers: Readonly<Record<string, string>>;
  /** The first 10,000 characters. */
  body: string;
  /** Null as long as there is no answer, and for good when the connection was cut before the request was processed. */
  status: number | null;
  /** The kind of the fault that it met. */
  fault: string | null;
}

/** The log since the last reset. */
export interface RequestLog {
  add(time: Date, request: VendorRequest): LoggedRequest;
  list(filter: { host?: string; path?: string }): readonly LoggedRequest[];
  clear(): void;
}

/** An empty log; it keeps the newest 50,000 requests. */
export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  return {
    add(time, request) {
      const { bytes: _bytes, upload: _upload, ...logged } = request;
      const body = request.body.slice(0, longestBody);
      const entry = { ...logged, time: time.toISOString(), body, status: null, fault: null };
      if (entries.length >= mostEntries) entries = entries.slice(mostEntries / 10);
      entries.push(entry);
      return entry;
    },
    list({ host = '*', path = '*' }) {
      return entries.filter((entry) => fitsPattern(host, entry.host) && fitsPattern(path, entry.path));
    },
    clear() {
      entries = [];
    },
  };
}
