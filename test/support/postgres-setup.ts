// One PostgreSQL for a whole test run. Tests make databases of their own in it, so they can run side by side.

import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { Secret } from '../../src/core/secret.ts';
import { migrate, openDatabase } from '../../src/store/database.ts';
import { type EmbeddedDatabase, findEmbeddedDatabase, startEmbeddedDatabase } from '../../src/store/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** connection string of a superuser; make a database for each test file */
    postgres: string;
    /** a database of the newest schema, to copy */
    template: string;
  }
}

const prefix = 'valence-test-postgres-';
const template = `valence_template_${process.pid}`;

let folder: string | undefined;
let database: EmbeddedDatabase | undefined;

/** Called by vitest once before all tests. `DATABASE_URL_TEST` names another server to use, by its connection string. */
export async function setup(project: TestProject): Promise<void> {
  const server = process.env['DATABASE_URL_TEST'] ?? (await startPostgres());
  await makeTemplate(server);
  project.provide('postgres', server);
  project.provide('template', template);
}

async function startPostgres(): Promise<string> {
  await removeLeftovers();
  folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  // so that, as root, the user PostgreSQL runs as can pass through
  await chmod(folder, 0o711);
  database = await startEmbeddedDatabase({ dataFolder: folder, durable: false, notice: console.warn });
  return database.connectionString;
}

/** Tests copy it, which takes a quarter of the time of making its tables. */
async function makeTemplate(server: string): Promise<void> {
  await runOn(server, `create database ${template}`);
  const url = new URL(server);
  url.pathname = `/${template}`;
  const made = openDatabase(new Secret(url.href));
  await migrate(made);
  await made.destroy();
}

async function runOn(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Called by vitest once after all tests. */
export async function teardown(): Promise<void> {
  const given = process.env['DATABASE_URL_TEST'];
  if (given) await runOn(given, `drop database ${template}`);
  await database?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
}

/** A run that was killed could not stop its PostgreSQL. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const left = join(tmpdir(), name);
    try {
      if (await findEmbeddedDatabase(left)) {
        await (await startEmbeddedDatabase({ dataFolder: left, durable: false, notice: () => undefined })).stop();
      }
      await rm(left, { recursive: true, force: true });
    } catch (error) {
      console.warn(`${left}, left by a test run that was killed, could not be removed: ${String(error)}`);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
