// The server as a process: starting (also many at once), stopping with calls in flight, recovering, rotating keys.

import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { guides } from '../demo/guides.ts';
import { walkGuide } from '../demo/walk.ts';
import { sandboxApplications } from '../sandbox/applications.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { writePrivately } from '../src/first-start.ts';
import { findEmbeddedDatabase } from '../src/store/embedded.ts';
import { consent, control } from './support/consent.ts';
import {
  createTestDatabase,
  createTestKeyring,
  credentials,
  embeddedEnvironment,
  platformEnvironment,
  startPlatform,
} from './support/platform.ts';
import { type ServerProcess, startServerProcess } from './support/server-process.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const silent = { title() {}, line() {}, command() {}, answer() {}, table() {} };
const run = promisify(execFile);
const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const commandLine = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valence-test-lifecycle-'));
  // so that, as root, the user PostgreSQL runs as can pass through
  await chmod(folder, 0o711);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const embedded = (dataFolder: string) => embeddedEnvironment({ dataFolder, routes: sandbox.routes });

/** Connects an account at the first guide's element and gives back its element token. */
async function connectAccount(server: ServerProcess): Promise<string> {
  const [guide] = guides;
  if (guide === undefined) throw new Error('there is no guide');
  const authorization = credentials();
  const made = await walkGuide({
    guide,
    terminal: silent,
    serverUrl: server.url,
    sandboxUrl: sandbox.url,
    authorization,
  });
  expect(made.ping).toBe('200');
  return made.token;
}

test('four servers start at once on one empty database, and there is one administrator', async () => {
  const [databaseUrl, keyring, folder] = [
    await createTestDatabase('nothing'),
    createTestKeyring(),
    await temporaryFolder(),
  ];
  const servers = await Promise.all(
    [1, 2, 3, 4].map((number) =>
      startServerProcess(platformEnvironment({ databaseUrl, keyring, dataFolder: join(folder, String(number)) })),
    ),
  );
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.kill()))));
  for (const server of servers) expect((await server.call('GET', '/users')).body).toHaveLength(1);
  const files = await Promise.allSettled(
    [1, 2, 3, 4].map((number) => stat(join(folder, String(number), 'admin.json'))),
  );
  const written = files.filter((file) => file.status === 'fulfilled');
  expect(written).toHaveLength(1);
  expect(written[0]?.value.mode.toString(8)).toMatch(/600$/);
});

test('a stop waits for calls in flight, then ends the embedded database; the next start has everything', async () => {
  const folder = await temporaryFolder();
  const server = await startServerProcess(embedded(folder));
  const token = await connectAccount(server);
  const authorization = credentials(token);

  await control(sandbox.url, 'POST', '/faults', { host: '*.zendesk.com', kind: 'slow', delayMs: 1500 });
  const slow = server.call('GET', '/ping', { authorization });
  await expect.poll(() => pending()).toBe(1);
  const stopped = server.stop();
  expect((await slow).status).toBe(200);
  await stopped;
  expect(await findEmbeddedDatabase(folder)).toBeUndefined();

  const started = performance.now();
  const again = await startServerProcess(embedded(folder));
  onTestFinished(() => again.kill());
  expect((await fetch(`${again.url}/ready`)).status).toBe(200);
  console.info(`second start to /ready: ${Math.round(performance.now() - started)} ms`);
  expect((await again.call('GET', '/ping', { authorization })).status).toBe(200);
  await again.stop();
});

test('a stop waits for a call whose client has gone, because it may be storing a token', async () => {
  const folder = await temporaryFolder();
  const server = await startServerProcess(embedded(folder));
  const { clientId, clientSecret } = sandboxApplications.salesforce;
  const callbackUrl = 'https://www.mycoolapp.com/auth';
  const query = new URLSearchParams({ apiKey: clientId, apiSecret: clientSecret, callbackUrl });
  const { body } = await server.call('GET', `/elements/sfdc/oauth/url?${query}`);
  const { code } = await consent(sandbox.url, body.oauthUrl);
  await control(sandbox.url, 'POST', '/faults', { host: 'login.salesforce.com', kind: 'slowAnswer', delayMs: 1500 });
  const leaving = new AbortController();
  const abandoned = fetch(`${server.url}/elements/api-v2/instances`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { authorization: credentials(), 'content-type': 'application/json' },
    body: JSON.stringify({
      element: { key: 'sfdc' },
      name: 'abandoned',
      providerData: { code },
      configuration: {
        'oauth.api.key': clientId,
        'oauth.api.secret': clientSecret,
        'oauth.callback.url': callbackUrl,
      },
    }),
  });
  await expect.poll(() => pending()).toBe(1);
  leaving.abort();
  await expect(abandoned).rejects.toThrow();
  await server.stop();

  const again = await startServerProcess(embedded(folder));
  onTestFinished(() => again.kill());
  expect((await again.call('GET', '/instances')).body).toMatchObject([{ name: 'abandoned', valid: true }]);
  await again.stop();
});

test('a stop waits for a call that goes on in the database when its client has gone', async () => {
  const platform = await startPlatform();
  const { body: user } = await platform.call('POST', '/organizations/users', {
    body: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Before', password: 'Correct-horse-7' },
  });
  const lock = new pg.Client({ connectionString: platform.databaseUrl });
  await lock.connect();
  onTestFinished(() => lock.end());
  await lock.query('begin; lock table users in access exclusive mode');
  const leaving = new AbortController();
  const abandoned = fetch(`${platform.url}/elements/api-v2/users/${user.id}`, {
    method: 'PATCH',
    signal: leaving.signal,
    headers: { authorization: credentials(), 'content-type': 'application/json' },
    body: JSON.stringify({ lastName: 'After' }),
  });
  const waitingForUsers = async () => {
    const { rows } = await lock.query("select from pg_locks where relation = 'users'::regclass and not granted");
    return rows.length;
  };
  await expect.poll(waitingForUsers).toBe(1);
  leaving.abort();
  await expect(abandoned).rejects.toThrow();
  const closed = platform.close();
  // by then all is closed that waits for nothing
  for (let question = 0; question < 500; question++) await lock.query('select');
  await lock.query('commit');
  await closed;
  expect((await lock.query('select last_name from users where id = $1', [user.id])).rows).toEqual([
    { last_name: 'After' },
  ]);
});

test('a killed server’s database is taken over by the next start', async () => {
  const folder = await temporaryFolder();
  const server = await startServerProcess(embedded(folder));
  const token = await connectAccount(server);
  await server.kill();
  expect(await findEmbeddedDatabase(folder)).toBeDefined();

  const again = await startServerProcess(embedded(folder));
  expect((await again.call('GET', '/ping', { authorization: credentials(token) })).status).toBe(200);
  await again.stop();
  expect(await findEmbeddedDatabase(folder)).toBeUndefined();
});

test('keys are rotated while the server runs, and a restart without the old key still opens everything', async () => {
  const folder = await temporaryFolder();
  const environment = embedded(folder);
  const server = await startServerProcess(environment);
  const token = await connectAccount(server);
  const job = { uri: '/instances', trigger: { cron: '0 0 12 * * ?' } };
  expect((await server.call('POST', '/jobs', { body: job })).status).toBe(200);
  const oldRing = await readFile(join(folder, 'keys'), 'utf8');

  const rotation = await run(node, [commandLine, 'keys', 'rotate'], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  expect(rotation.stdout).toContain('instances.secrets_sealed: 1 sealed again');
  expect(rotation.stdout).toContain('jobs.call_sealed: 1 sealed again');
  const newRing = await readFile(join(folder, 'keys'), 'utf8');
  expect(newRing.trim().endsWith(oldRing.trim())).toBe(true);
  expect((await server.call('GET', '/ping', { authorization: credentials(token) })).status).toBe(200);
  await server.stop();

  const [newest = ''] = newRing.split(',');
  writePrivately(join(folder, 'keys'), `${newest}\n`);
  const again = await startServerProcess(environment);
  expect((await again.call('GET', '/ping', { authorization: credentials(token) })).status).toBe(200);
  await again.stop();
});

test('a wrong configuration stops the start and names every mistake', async () => {
  const environment = { VALENCE_PORT: 'many', VALENCE_EGRESS: 'all', DATABASE_URL: 'postgres://127.0.0.1:1/x' };
  const failure = await startServerProcess(environment).catch((error: Error) => error.message);
  for (const name of ['VALENCE_PORT', 'VALENCE_EGRESS', 'VALENCE_KEYS']) expect(failure).toContain(name);
});

test('a database that is not there and a port that is taken stop the start with what to do', async () => {
  const [databaseUrl, keyring, dataFolder] = [await createTestDatabase(), createTestKeyring(), await temporaryFolder()];
  const environment = platformEnvironment({ databaseUrl, keyring, dataFolder });
  const start = (changed: Record<string, string>) =>
    startServerProcess({ ...environment, ...changed }).catch((error: Error) => error.message);
  expect(await start({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' })).toMatch(/cannot be used.*Check host, port/);
  const { port } = new URL(sandbox.url);
  expect(await start({ VALENCE_PORT: port })).toContain(`Port ${port} of 127.0.0.1 cannot be used (EADDRINUSE)`);
});

test('the commands for operators answer', async () => {
  const key = await run(node, [commandLine, 'keys', 'new']);
  expect(key.stdout).toMatch(/^k[0-9a-f]{8}:[A-Za-z0-9+/]{43}=\n$/);
  const elements = await run(node, [commandLine, 'elements', 'check']);
  expect(elements.stdout).toContain('8 elements are right.');
  const databaseUrl = await createTestDatabase('nothing');
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, VALENCE_KEYS: createTestKeyring() };
  expect((await run(node, [commandLine, 'migrate'], { env })).stdout).toContain('0001-foundation.sql');
  expect((await run(node, [commandLine, 'migrate'], { env })).stdout).toContain('up to date');
  await expect(run(node, [commandLine, 'nonsense'])).rejects.toMatchObject({ code: 2 });
});

/** How many requests the vendors have not answered yet. */
async function pending(): Promise<number> {
  const requests = (await control(sandbox.url, 'GET', '/requests')) as { status: number | null; fault?: string }[];
  return requests.filter((request) => request.status === null).length;
}
