// Starts the platform for tests: the real program over a database of its own, its vendors played by the sandbox.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { loadCatalog } from '../../src/element/catalog.ts';

/** The administrator that every test platform is started with. */
export const administrator = {
  email: 'admin@example.test',
  password: 'correct horse battery',
  userSecret: 'dGVzdC11c2VyLXNlY3JldC10ZXN0LXVzZXItc2VjcmV0MDA=',
  organizationSecret: '0123456789abcdef0123456789abcdef',
};

/** The Authorization header of the administrator, with an element token if one is given. */
export function credentials(elementToken?: string): string {
  const { userSecret, organizationSecret } = administrator;
  const element = elementToken === undefined ? '' : `, Element ${elementToken}`;
  return `User ${userSecret}, Organization ${organizationSecret}${element}`;
}

/** An answer of the platform, its body read as JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

export interface CallOptions {
  body?: unknown;
  authorization?: string | undefined;
  headers?: Record<string, string>;
}

/** A platform that answers over HTTP. */
export interface Platform {
  /** such as `http://127.0.0.1:40123` */
  url: string;
  databaseUrl: string;
  dataFolder: string;
  app: App;
  /** everything that was logged, one JSON line each */
  logs: string[];
  /** Calls a path below `/elements/api-v2`; by default as the administrator. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Runs SQL on the platform's database. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Makes a database of the newest schema, or an empty one, in the test run's PostgreSQL: its connection string. */
export async function createTestDatabase(contents: 'schema' | 'nothing' = 'schema'): Promise<string> {
  const base = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: base });
  await client.connect();
  const template = contents === 'schema' ? `template ${inject('template')} strategy file_copy` : '';
  await client.query(`create database ${name} ${template}`);
  await client.end();
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}

/** A key ring for tests, fresh each time. */
export function createTestKeyring(): string {
  return `test:${randomBytes(32).toString('base64')}`;
}

/** The environment of a test platform; the same serves a process of its own (`node src/main.ts`). */
export function platformEnvironment(options: {
  databaseUrl: string;
  keyring: string;
  dataFolder: string;
  routes?: Record<string, string>;
}): Record<string, string> {
  return {
    DATABASE_URL: options.databaseUrl,
    VALENCE_KEYS: options.keyring,
    VALENCE_DATA: options.dataFolder,
    VALENCE_PORT: '0',
    VALENCE_ROUTES: JSON.stringify(options.routes ?? {}),
    VALENCE_ADMIN_EMAIL: administrator.email,
    VALENCE_ADMIN_PASSWORD: administrator.password,
    VALENCE_ADMIN_USER_SECRET: administrator.userSecret,
    VALENCE_ADMIN_ORGANIZATION_SECRET: administrator.organizationSecret,
  };
}

/** The same for a process with an embedded database, in its data folder. */
export function embeddedEnvironment(options: {
  dataFolder: string;
  routes: Record<string, string>;
}): Record<string, string> {
  const {
    DATABASE_URL: _,
    VALENCE_KEYS: __,
    ...rest
  } = platformEnvironment({ ...options, databaseUrl: '', keyring: '' });
  return rest;
}

/**
 * Starts a platform in this process, over a database of its own unless one is given.
 * `routes` leads vendors' hosts to a sandbox; `environment` adds to or overrides the configuration.
 */
export async function startPlatform(
  options: {
    routes?: Record<string, string>;
    databaseUrl?: string;
    keyring?: string;
    environment?: Record<string, string>;
    clock?: Clock;
  } = {},
): Promise<Platform> {
  const databaseUrl = options.databaseUrl ?? (await createTestDatabase());
  const keyring = options.keyring ?? createTestKeyring();
  const dataFolder = await mkdtemp(join(tmpdir(), 'valence-test-data-'));
  const common = { databaseUrl, keyring, dataFolder };
  const environment = platformEnvironment(
    options.routes === undefined ? common : { ...common, routes: options.routes },
  );
  const logs: string[] = [];
  const config = readConfig({ ...environment, ...options.environment });
  const app = await createApp({
    config,
    catalog: await loadCatalog(config.elementFolders),
    connectionString: new Secret(databaseUrl),
    keyring: new Secret(keyring),
    logger: pino({}, { write: (line: string) => void logs.push(line) }),
    clock: options.clock ?? Date.now,
  });
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });

  return {
    url,
    databaseUrl,
    dataFolder,
    app,
    logs,
    call: (method, path, callOptions) => callPlatform(url, method, path, callOptions),
    async sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      return (await pool.query<Row>(text, values)).rows;
    },
    async close() {
      await app.close();
      await pool.end();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Calls a path below `/elements/api-v2` of any platform; by default as the administrator. */
export async function callPlatform(
  url: string,
  method: string,
  path: string,
  { body, headers = {}, ...rest }: CallOptions = {},
): Promise<Answer> {
  const authorization = 'authorization' in rest ? rest.authorization : credentials();
  const response = await fetch(`${url}/elements/api-v2${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}
