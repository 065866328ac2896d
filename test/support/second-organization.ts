// A second organization on the same platform, for tests of the walls between organizations; there is no call of the API
// for that.

import { randomBytes } from 'node:crypto';
import { limits } from '../../src/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { createVault } from '../../src/core/vault.ts';
import { startChanges } from '../../src/store/changes.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createOrganizationStore } from '../../src/store/organizations.ts';
import type { Platform } from './platform.ts';

/** Adds an organization with one user to a platform that was started with this key ring; gives the user's Authorization header. */
export async function addOrganization(platform: Platform, keyring: string): Promise<string> {
  const database = openDatabase(new Secret(platform.databaseUrl), 'test', 1);
  const changes = await startChanges(new Secret(platform.databaseUrl), limits);
  const store = createOrganizationStore({ database, vault: createVault(new Secret(keyring)), changes, limits });
  const secrets = { organization: randomBytes(16).toString('hex'), user: randomBytes(32).toString('base64') };
  await store.createOrganization(
    { name: 'Another organization', secret: new Secret(secrets.organization) },
    {
      email: `${secrets.organization}@example.test`,
      firstName: 'Stranger',
      lastName: null,
      externalId: null,
      profile: {},
      passwordHash: null,
      secret: new Secret(secrets.user),
    },
  );
  await changes.stop();
  await database.destroy();
  return `User ${secrets.user}, Organization ${secrets.organization}`;
}
