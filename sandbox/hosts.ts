// Host and path patterns: which vendor a request is for, and which requests a fault or a log query means.

import type { Vendor } from './vendor.ts';

/** Whether `value` fits `pattern`, in which `*` stands for any characters, also none; upper and lower case are alike. */
export function fitsPattern(pattern: string, value: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'is').test(value);
}

/** The vendor that answers for a host, undefined when none does. */
export function vendorOfHost(vendors: readonly Vendor[], host: string): Vendor | undefined {
  return vendors.find((vendor) => vendor.hosts.some((pattern) => fitsPattern(pattern, host)));
}

/** Splits `/acme.zendesk.com/oauth/tokens?a=b` into vendor host, path and query. */
export function splitTarget(target: string): { host: string; path: string; query: string } {
  const [, host = '', path = '', query = ''] = /^\/?([^/?]*)([^?]*)\??([^#]*)/s.exec(target) ?? [];
  return { host: host.toLowerCase(), path: path === '' ? '/' : path, query };
}
