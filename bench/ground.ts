// A PostgreSQL that counts statements, and servers over its databases, each a process of its own with one key ring.

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedDatabase } from '../src/store/embedded.ts';
import { createTestKeyring, credentials, platformEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';

/** What servers stand on. */
export interface Ground {
  keyring: string;
  /** a folder for files of the measurement, gone after `stop` */
  folder: string;
  /** Makes an empty database and gives its connection string. */
  createDatabase(name: string): Promise<string>;
  /** Connects to a database, until `stop`. */
  connect(databaseUrl: string): Promise<pg.Client>;
  /** Starts a Valence that has the bench element. */
  startServer(databaseUrl: string, environment?: Record<string, string>): Promise<ServerProcess>;
  /** Ends everything that was started here. */
  stop(): Promise<void>;
}

/** An account at the upstream. */
export interface Connected {
  id: number;
  token: string;
  /** the Authorization header of its callers */
  authorization: string;
}

/** Starts a PostgreSQL with pg_stat_statements, which is in `postgres`, the database that every connection can see. */
export async function startGround(): Promise<Ground> {
  const folder = await makeDataFolder();
  const options = { dataFolder: folder, durable: false, notice: () => undefined };
  const plain = await startEmbeddedDatabase(options);
  await withClient(plain.connectionString, (client) =>
    client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`),
  );
  await plain.stop();
  const postgres = await startEmbeddedDatabase(options);

  const keyring = createTestKeyring();
  const servers: ServerProcess[] = [];
  const clients: pg.Client[] = [];
  return {
    keyring,
    folder,
    async createDatabase(name) {
      await withClient(postgres.connectionString, (client) => client.query(`create database ${name}`));
      const url = new URL(postgres.connectionString);
      url.pathname = `/${name}`;
      return url.href;
    },
    async connect(databaseUrl) {
      const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench' });
      await client.connect();
      clients.push(client);
      return client;
    },
    async startServer(databaseUrl, environment = {}) {
      const server = await startServerProcess({
        ...platformEnvironment({ databaseUrl, keyring, dataFolder: folder }),
        VALENCE_EGRESS: 'any',
        VALENCE_ELEMENTS: fileURLToPath(new URL('elements', import.meta.url)),
        ...environment,
      });
      servers.push(server);
      return server;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
      await Promise.all(clients.map((client) => client.end()));
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The address of a path of the bench element. */
export function urlOf(server: ServerProcess, path: string): string {
  return `${server.url}/elements/api-v2/hubs/general${path}`;
}

/** Connects an account of an element, the bench element unless another is named, at a vendor. */
export async function connectAccount(server: ServerProcess, vendorUrl: string, key = 'bench'): Promise<Connected> {
  const { status, body } = await server.call('POST', '/instances', {
    body: { element: { key }, name: key, configuration: { 'base.url': vendorUrl, 'api.key': 'bench-key' } },
  });
  if (status !== 200) throw new Error(`The ${key} account cannot be connected: ${status} ${body?.message}`);
  return { id: body.id, token: body.token, authorization: credentials(body.token) };
}

async function withClient(connectionString: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await work(client).finally(() => client.end());
}
