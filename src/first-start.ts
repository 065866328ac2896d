// The first start on a new database: one organization with its default account, an administrator, and `admin.json`.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import { newOrganizationSecret, newUserSecret } from './auth/own-secrets.ts';
import { hashPassword } from './auth/password.ts';
import type { Config } from './config.ts';
import { isObject, parseJson } from './core/http.ts';
import { Secret } from './core/secret.ts';
import { type Database, withLock } from './store/database.ts';
import type { OrganizationStore } from './store/organizations.ts';

interface FirstStart {
  config: Config;
  database: Database;
  organizations: OrganizationStore;
  logger: FastifyBaseLogger;
}

interface Administrator {
  email: string;
  password: string;
  userSecret: string;
  organizationSecret: string;
}

/**
 * Makes the administrator of a new database and writes `<data>/admin.json` (mode 0600); does nothing on a database that
 * has an organization. The file is written first: a start that is killed in between is made up for by the next one.
 */
export async function createAdministrator({ config, database, organizations, logger }: FirstStart): Promise<void> {
  if (!(await organizations.isEmpty())) return;
  await withLock(database, 'first-start', async () => {
    if (!(await organizations.isEmpty())) return;
    const file = join(config.dataFolder, 'admin.json');
    const administrator = settle(config, readAdministrator(file));
    writePrivately(file, `${JSON.stringify(administrator, null, 2)}\n`);
    const passwordHash = await hashPassword(new Secret(administrator.password));
    await organizations.createOrganization(
      { name: 'My organization', secret: new Secret(administrator.organizationSecret) },
      {
        email: administrator.email,
        firstName: 'Administrator',
        lastName: null,
        externalId: null,
        profile: {},
        passwordHash,
        secret: new Secret(administrator.userSecret),
      },
    );
    logger.info({ file }, 'first start: the administrator’s email, password and secrets are in this file');
  });
}

/** What the operator set, else what an interrupted first start wrote, else fresh values. */
function settle(config: Config, written: Partial<Administrator>): Administrator {
  const { admin } = config;
  return {
    email: admin.email ?? written.email ?? 'admin@valence.local',
    password: admin.password?.reveal() ?? written.password ?? randomBytes(18).toString('base64url'),
    userSecret: admin.userSecret?.reveal() ?? written.userSecret ?? newUserSecret().reveal(),
    organizationSecret:
      admin.organizationSecret?.reveal() ?? written.organizationSecret ?? newOrganizationSecret().reveal(),
  };
}

function readAdministrator(file: string): Partial<Administrator> {
  const found = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : undefined;
  if (!isObject(found)) return {};
  return Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === 'string'));
}

/** Writes a file that only its owner can read; it is there whole or not at all. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}
