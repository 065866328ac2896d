// After the demo's walk through all eight guides: no secret stands in clear in the database or in the logs.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { guides } from '../demo/guides.ts';
import type { Terminal } from '../demo/terminal.ts';
import { type Connected, walkGuide } from '../demo/walk.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { control } from './support/consent.ts';
import { administrator, credentials, type Platform, startPlatform } from './support/platform.ts';

const silent: Terminal = { title() {}, line() {}, command() {}, answer() {}, table() {} };

let sandbox: Sandbox;
let platform: Platform;
let connected: Connected[];
beforeAll(async () => {
  sandbox = await startSandbox();
  platform = await startPlatform({ routes: sandbox.routes });
  connected = [];
  for (const guide of guides) {
    const authorization = credentials();
    connected.push(
      await walkGuide({ guide, terminal: silent, serverUrl: platform.url, sandboxUrl: sandbox.url, authorization }),
    );
  }
  await platform.call('POST', '/authentication', {
    body: { username: administrator.email, password: administrator.password },
  });
});
afterAll(async () => {
  await platform.close();
  await sandbox.close();
});

test('all eight elements are connected', () => {
  expect(connected.map(({ element, ping }) => [element, ping])).toEqual(guides.map(({ element }) => [element, '200']));
});

test('neither a dump of the database nor the logs hold a secret', async () => {
  const secrets = [
    administrator.password,
    administrator.userSecret,
    administrator.organizationSecret,
    ...guides.flatMap(({ application }) => [application.clientId, application.clientSecret]),
    ...connected.map(({ token }) => token),
    ...(await vendorSecrets()),
  ];
  expect(secrets.length).toBeGreaterThan(30);

  const dump = await dumpDatabase();
  expect(dump).toContain('acme');
  const logs = platform.logs.join('');
  expect(logs).toContain('/oauth/url');
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(dump, `the database holds ${form}`).not.toContain(form);
      expect(logs, `the logs hold ${form}`).not.toContain(form);
    }
  }
});

/** Every code, token and verifier that went over the wire to the vendors. */
async function vendorSecrets(): Promise<string[]> {
  const requests = (await control(sandbox.url, 'GET', '/requests')) as {
    headers: Record<string, string>;
    body: string;
  }[];
  const found = new Set<string>();
  for (const { headers, body } of requests) {
    const [, scheme, credential = ''] = /^(\w+) (.+)$/.exec(headers['authorization'] ?? '') ?? [];
    if (scheme === 'Bearer') found.add(credential);
    for (const [, value = ''] of credential.matchAll(/oauth_(?:token|verifier)="([^"]+)"/g)) found.add(value);
    for (const [, value = ''] of body.matchAll(/(?:code|refresh_token)["=:]+([\w.!~-]{8,})/g)) found.add(value);
  }
  return [...found];
}

/** Every row of every table as text. */
async function dumpDatabase(): Promise<string> {
  const tables = await platform.sql<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const rows = await Promise.all(
    tables.map(({ name }) => platform.sql(`select row_to_json(t)::text from "${name}" t`)),
  );
  return JSON.stringify(rows).replaceAll('\\', '');
}
