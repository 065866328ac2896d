import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import type { InstanceAccount } from './account.ts';
import type { CompiledResource } from './compile.ts';
import { limitsOf } from './rate-limits.ts';

function keyOf(
  limit: object,
  settings: { organizationId?: number; instanceId?: number; site?: string; secret?: string },
): string | undefined {
  const { organizationId = 1, instanceId = 1, site = 'https://acme.test', secret = 'its secret' } = settings;
  const document = { valence: { rateLimits: [{ requests: 10, seconds: 1, ...limit }] } };
  const account = {
    owner: `${organizationId}/1`,
    organizationId,
    accountId: 1,
    instanceId,
    definition: { owner: undefined, key: 'shop', id: 1, document } as unknown as Definition,
    values: { 'oauth.api.key': 'public', 'site.address': site },
    secrets: { 'oauth.api.secret': new Secret(secret) },
  } as InstanceAccount;
  const resource = { path: '/contacts', method: 'GET' } as CompiledResource;
  return limitsOf(account, resource).declared[0]?.key;
}

test('an application is known by its secret, too: who knows only its key has a budget of his own', () => {
  const application = { scope: 'application' };
  expect(keyOf(application, { instanceId: 2, organizationId: 2 })).toBe(keyOf(application, {}));
  expect(keyOf(application, { secret: 'guessed' })).not.toBe(keyOf(application, {}));
});

test('a customer’s account is counted through all instances of an organization, and apart from those of others', () => {
  const ofSite = { scope: 'instance', by: ['site.address'] };
  expect(keyOf(ofSite, { instanceId: 2 })).toBe(keyOf(ofSite, {}));
  expect(keyOf(ofSite, { organizationId: 2 })).not.toBe(keyOf(ofSite, {}));
  expect(keyOf(ofSite, { site: 'https://other.test' })).not.toBe(keyOf(ofSite, {}));
});
