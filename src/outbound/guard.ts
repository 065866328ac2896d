// Keeps requests away from addresses that are not the vendor's: loopback, private networks, cloud metadata.

import { lookup as resolveName } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { Problem } from '../core/errors.ts';
import { matchesHost } from './routes.ts';

/** Decides which hosts and addresses may be reached. */
export interface Guard {
  /** Resolves a host name to the addresses that may be used; throws a Problem when none may. */
  resolve(host: string): Promise<{ address: string; family: 4 | 6 }[]>;
}

/** The special-purpose ranges of the IANA registries (RFC 6890) that are not globally reachable, and multicast. */
const privateRanges: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // the unspecified address, loopback and IPv4-compatible addresses
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/**
 * Makes the guard of `VALENCE_EGRESS`. `allowed` holds host patterns, addresses and CIDRs that are let through beside
 * public addresses. `lookup` is the name resolver, given by tests.
 */
export function createGuard(
  egress: { mode: 'public' | 'any'; allowed: string[] },
  lookup: typeof lookupAll = lookupAll,
): Guard {
  const forbidden = new BlockList();
  for (const [address, prefix] of privateRanges) forbidden.addSubnet(address, prefix, familyOf(address));
  const allowedAddresses = new BlockList();
  const allowedHosts: string[] = [];
  for (const entry of egress.allowed) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address);
    if (family === 0) allowedHosts.push(entry);
    else allowedAddresses.addSubnet(address, Number(prefix ?? (family === 4 ? 32 : 128)), familyOf(address));
  }

  const mayReach = (address: string) => {
    if (egress.mode === 'any') return true;
    const family = familyOf(address);
    return !forbidden.check(address, family) || allowedAddresses.check(address, family);
  };

  return {
    async resolve(host) {
      const literal = host.replace(/^\[|\]$/g, '');
      const found = isIP(literal) === 0 ? await lookup(host) : [literal];
      const hostAllowed = allowedHosts.some((pattern) => matchesHost(host, pattern));
      const usable = found.filter((address) => hostAllowed || mayReach(address));
      if (usable.length === 0) {
        throw new Problem(
          'egressRefused',
          `Requests to ${host} are not allowed: it is at a private address. An operator can allow it with VALENCE_EGRESS.`,
        );
      }
      return usable.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
    },
  };
}

async function lookupAll(host: string): Promise<string[]> {
  return (await resolveName(host, { all: true })).map((entry) => entry.address);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
