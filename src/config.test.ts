import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { limits, readConfig } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'valence-test-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, text);
  return path;
}
function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    const [title, ...faults] = (error as Error).message.split('\n- ');
    expect(title).toBe('The configuration is wrong:');
    return faults;
  }
  return [];
}

test('without any variable the defaults of the design hold', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 8080,
    publicUrl: undefined,
    dataFolder: resolve('data'),
    databaseUrl: undefined,
    keyring: undefined,
    files: undefined,
    routes: {},
    routeBrowser: false,
    egress: { mode: 'public', allowed: [] },
    elementFolders: [resolve(import.meta.dirname, '..', 'elements')],
    trustProxy: false,
    httpsProxy: undefined,
    usageDays: 30,
    eventDays: 30,
    bulkDays: 3,
    admin: { email: undefined, password: undefined, userSecret: undefined, organizationSecret: undefined },
  });
  expect([limits.bodyBytes, limits.elementBodyBytes]).toEqual([2 * 1024 * 1024, 16 * 1024 * 1024]);
});

const all = {
  VALENCE_HOST: '0.0.0.0',
  VALENCE_PORT: '0',
  VALENCE_PUBLIC_URL: 'https://api.example.test/valence/',
  VALENCE_DATA: '/var/lib/valence',
  DATABASE_URL: 'postgres://u:pw@db/valence',
  VALENCE_KEYS: 'a:b',
  VALENCE_FILES: 's3://bulk-files/valence/bulk/',
  VALENCE_FILES_ENDPOINT: 'https://store.test:9000',
  VALENCE_FILES_REGION: 'eu-central-1',
  VALENCE_FILES_KEY_ID: 'an-id',
  VALENCE_FILES_SECRET: 'a files secret',
  VALENCE_ROUTES: '{"*.vendor.test":"http://127.0.0.1:4010/{host}","*":"https://proxy.test"}',
  VALENCE_ROUTE_BROWSER: 'true',
  VALENCE_EGRESS: 'public, 10.0.0.0/8, ::1, intern.test ,*.corp.test',
  VALENCE_ELEMENTS: '/more/one::two',
  VALENCE_TRUST_PROXY: '10.0.0.1, 192.168.0.0/16, loopback',
  HTTPS_PROXY: 'http://proxy.test:3128',
  VALENCE_USAGE_DAYS: '7',
  VALENCE_EVENT_DAYS: '14',
  VALENCE_ADMIN_EMAIL: 'root@example.test',
  VALENCE_ADMIN_PASSWORD: 'pass word, with more',
  VALENCE_ADMIN_USER_SECRET: 'dXNlcg==',
  VALENCE_ADMIN_ORGANIZATION_SECRET: '0123abcd',
};

function expectAll(config: ReturnType<typeof readConfig>): void {
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    publicUrl: 'https://api.example.test/valence',
    dataFolder: '/var/lib/valence',
    files: {
      bucket: 'bulk-files',
      prefix: 'valence/bulk',
      endpoint: 'https://store.test:9000',
      region: 'eu-central-1',
      credentials: { keyId: 'an-id' },
    },
    routes: { '*.vendor.test': 'http://127.0.0.1:4010/{host}', '*': 'https://proxy.test' },
    routeBrowser: true,
    egress: { mode: 'public', allowed: ['10.0.0.0/8', '::1', 'intern.test', '*.corp.test'] },
    trustProxy: ['10.0.0.1', '192.168.0.0/16', 'loopback'],
    httpsProxy: 'http://proxy.test:3128',
    usageDays: 7,
    eventDays: 14,
  });
  expect(config.elementFolders.slice(1)).toEqual(['/more/one', resolve('two')]);
  const { email, password, userSecret, organizationSecret } = config.admin;
  expect(
    [
      config.databaseUrl,
      config.keyring,
      config.files?.credentials?.secret,
      password,
      userSecret,
      organizationSecret,
    ].map((secret) => secret?.reveal()),
  ).toEqual([
    all.DATABASE_URL,
    all.VALENCE_KEYS,
    all.VALENCE_FILES_SECRET,
    all.VALENCE_ADMIN_PASSWORD,
    all.VALENCE_ADMIN_USER_SECRET,
    all.VALENCE_ADMIN_ORGANIZATION_SECRET,
  ]);
  expect(email).toBe('root@example.test');
}

test('every variable is read', () => expectAll(readConfig(all)));

test('every variable is read from the file that NAME_FILE names, too', () => {
  const names = Object.entries(all).map(([name, value]) => [`${name}_FILE`, file(`${value}\n`)]);
  expectAll(readConfig(Object.fromEntries(names)));
});

test('an empty variable counts as unset', () => {
  const empty = Object.fromEntries(
    Object.keys(all).flatMap((name) => [
      [name, ''],
      [`${name}_FILE`, ''],
    ]),
  );
  expect(readConfig(empty)).toEqual(readConfig({}));
});

test('the configuration is frozen, and printing it shows no secret', () => {
  const config = readConfig(all);
  expect(Object.isFrozen(config)).toBe(true);
  expect(JSON.stringify(config)).not.toMatch(/pw@db|a files secret|pass word|dXNlcg|0123abcd/);
});

test.each([
  ['VALENCE_USAGE_DAYS', '0', 'must be a number of days'],
  ['VALENCE_USAGE_DAYS', '1.5', 'must be a number of days'],
  ['VALENCE_PORT', '65536', 'must be a port between 0 and 65535'],
  ['VALENCE_PORT', '-1', 'must be a port'],
  ['VALENCE_PORT', '80.5', 'must be a port'],
  ['VALENCE_PORT', 'http', 'must be a port'],
  ['VALENCE_PUBLIC_URL', 'example.test', 'must be an http or https URL'],
  ['VALENCE_PUBLIC_URL', 'https://x.test/?a', 'must have no query and no fragment'],
  ['VALENCE_PUBLIC_URL', 'https://x.test/#a', 'must have no query and no fragment'],
  ['VALENCE_FILES', 'bucket', 'must be s3://bucket or s3://bucket/prefix'],
  ['VALENCE_FILES', 's3://UPPER', 'must be s3://bucket'],
  ['VALENCE_FILES', 's3://bucket/a b', 'the prefix of letters, digits'],
  ['VALENCE_FILES_ENDPOINT', 'https://store.test', 'is set, and VALENCE_FILES is not'],
  ['VALENCE_FILES_REGION', 'eu-central-1', 'is set, and VALENCE_FILES is not'],
  ['VALENCE_ROUTES', '{', 'must be a JSON object'],
  ['VALENCE_ROUTES', '[]', 'must be a JSON object'],
  ['VALENCE_ROUTES', 'null', 'must be a JSON object'],
  ['VALENCE_ROUTES', '{"a b":"http://x.test"}', 'has a wrong host pattern: a b'],
  ['VALENCE_ROUTES', '{"x.*.test":"http://x.test"}', 'has a wrong host pattern'],
  ['VALENCE_ROUTES', '{"x.test":"nowhere"}', 'has a wrong target for x.test'],
  ['VALENCE_ROUTES', '{"x.test":"ftp://y.test"}', 'has a wrong target for x.test'],
  ['VALENCE_ROUTES', '{"x.test":5}', 'has a wrong target for x.test'],
  ['VALENCE_ROUTE_BROWSER', 'yes', 'must be true or false'],
  ['VALENCE_EGRESS', 'private', 'must be `public`, `any`, or'],
  ['VALENCE_EGRESS', 'any,10.0.0.0/8', 'must be `public`, `any`, or'],
  ['VALENCE_EGRESS', 'public,10.0.0.0/', '10.0.0.0/'],
  ['VALENCE_EGRESS', 'public,10.0.0.0/33', '10.0.0.0/33'],
  ['VALENCE_EGRESS', 'public,300.0.0.1,x y', '300.0.0.1, x y'],
  ['VALENCE_EGRESS', 'public,*', '*'],
  ['VALENCE_TRUST_PROXY', 'yes', 'must be true, false, or addresses'],
  ['VALENCE_TRUST_PROXY', '10.0.0.1,proxy.test', 'proxy.test'],
  ['HTTPS_PROXY', 'proxy:3128', 'must be an http or https URL'],
  ['VALENCE_ADMIN_USER_SECRET', 'a b', 'must hold no space and no comma'],
  ['VALENCE_ADMIN_ORGANIZATION_SECRET', 'a,b', 'must hold no space and no comma'],
])('%s=%s is refused with the reason', (name, value, reason) => {
  const faults = faultsOf({ [name]: value });
  expect(faults).toEqual([expect.stringContaining(reason)]);
  expect(faults[0]).toMatch(new RegExp(`^${name} `));
});

test('an object store needs its bucket only; a key and its secret belong together', () => {
  expect(readConfig({ VALENCE_FILES: 's3://bulk-files' }).files).toEqual({
    ...{ bucket: 'bulk-files', prefix: '', region: 'us-east-1' },
    ...{ endpoint: undefined, credentials: undefined },
  });
  for (const name of ['KEY_ID', 'SECRET']) {
    expect(faultsOf({ VALENCE_FILES: 's3://bulk-files', [`VALENCE_FILES_${name}`]: 'x' })).toEqual([
      'VALENCE_FILES_KEY_ID and VALENCE_FILES_SECRET belong together: set both or none',
    ]);
  }
  expect(faultsOf({ VALENCE_FILES: 'x', VALENCE_FILES_ENDPOINT: 'https://store.test' })).toHaveLength(1);
});

describe('mistakes', () => {
  test('are all named at once', () => {
    const faults = faultsOf({
      DATABASE_URL: 'postgres://db',
      VALENCE_PORT: 'x',
      VALENCE_ROUTE_BROWSER: 'x',
      VALENCE_EGRESS: 'x',
      HTTPS_PROXY: 'x',
      VALENCE_HOST: 'a',
      VALENCE_HOST_FILE: file('b'),
      VALENCE_DATA_FILE: join(folder, 'missing'),
      VALENCE_ADMIN_EMAIL_FILE: file('  \n'),
    });
    for (const name of [
      'VALENCE_KEYS is required with DATABASE_URL',
      'VALENCE_PORT',
      'VALENCE_ROUTE_BROWSER',
      'VALENCE_EGRESS',
      'HTTPS_PROXY',
    ]) {
      expect(faults).toContainEqual(expect.stringContaining(name));
    }
    expect(faults).toContain('VALENCE_HOST and VALENCE_HOST_FILE are both set: keep one');
    expect(faults).toContainEqual(expect.stringMatching(/^VALENCE_DATA_FILE cannot be read: ENOENT/));
    expect(faults).toContain('VALENCE_ADMIN_EMAIL_FILE names an empty file');
    expect(faults).toHaveLength(8);
  });

  test('do not show secrets', () => {
    const faults = faultsOf({
      VALENCE_ADMIN_USER_SECRET: 'very secret',
      DATABASE_URL: 'postgres://u:hidden@db',
    }).join();
    expect(faults).not.toMatch(/very secret|hidden/);
  });
});
