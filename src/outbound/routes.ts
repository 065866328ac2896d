// Sends a vendor's host elsewhere: to the sandbox, a test or a proxied network. Definitions keep the real hosts.

/** Finds where requests to a host really go. */
export interface Routes {
  /** The URL to send to instead, or undefined when the host has no route. */
  target(url: URL): URL | undefined;
}

/**
 * Makes routes from host pattern to target URL. `*` matches any labels, the longest pattern wins, and `{host}` in a
 * target stands for the original host: `https://acme.vendor.com/x` becomes `http://127.0.0.1:4010/acme.vendor.com/x`.
 */
export function createRoutes(map: Record<string, string>): Routes {
  const patterns = Object.entries(map).sort(([a], [b]) => fixedLength(b) - fixedLength(a));
  return {
    target(url) {
      const found = patterns.find(([pattern]) => matchesHost(url.hostname, pattern));
      if (found === undefined) return undefined;
      const base = found[1].replaceAll('{host}', url.host).replace(/\/+$/, '');
      return new URL(base + url.pathname + url.search);
    },
  };
}

/** Without its star, a pattern is always shorter than a host under it. */
function fixedLength(pattern: string): number {
  return pattern.replace('*', '').length;
}

/** Whether a host name is the pattern's: equal, or under it where the pattern begins with `*.`; `*` alone is any. */
export function matchesHost(host: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const [name, wanted] = [host.toLowerCase(), pattern.toLowerCase()];
  return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
}
