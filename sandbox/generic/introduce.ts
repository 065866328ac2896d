// What a person is told of a vendor that plays a document: its hosts, what to connect an account with, what it serves.

import { readyTokens } from './provisioning.ts';
import type { Introduction } from './vendor.ts';

/** A few lines of text. */
export function introduce(introduction: Introduction, url: string): string {
  const { key, name, authentication, provisioning, open, operations, notes } = introduction;
  const { settings, hosts, siteAddress } = provisioning;
  const callable = operations.filter(({ isLifecycle }) => !isLifecycle);
  const tokens = readyTokens(key);
  const isOAuth = authentication.startsWith('oauth');
  return [
    `Element ${key} (${name}), played by its document: ${callable.length} operations at ${hosts.join(', ')}`,
    `  Log of its requests: ${url}/_sandbox/requests?host=${encodeURIComponent(hosts[0] ?? '')}`,
    `  Connect an account with: ${JSON.stringify({ element: { key }, name: `Simulated ${name}`, configuration: settings })}`,
    ...(siteAddress === undefined ? [] : [`  siteAddress: ${siteAddress}`]),
    ...(isOAuth
      ? [
          `  Without its pages, with "externalAuthentication": "initial", its tokens are ${tokens.access} and ${tokens.refresh}${authentication === 'oauth1' ? `, the token's secret is ${tokens.secret}` : ''}`,
        ]
      : []),
    open === undefined ? `  It asks for credentials (${authentication}).` : `  It lets every request in: ${open}.`,
    ...notes.map((note) => `  Note: ${note}`),
  ].join('\n');
}
