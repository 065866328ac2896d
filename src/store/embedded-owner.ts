// Which server process owns an embedded database: a session-level advisory lock on a connection that names it. The lock
// goes with the process, however that dies.

import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { databaseName } from './embedded-cluster.ts';

/** How a try to own the database ended. */
export type Claim =
  | { owner: Client }
  /** who owns it, in words that name the process */
  | { takenBy: string }
  /** PostgreSQL is starting, stopping or gone */
  | { unreachable: string };

/** Ownership that lasts as long as its connection, which is made again when only the connection was lost. */
export interface Ownership {
  /** true while the lock is held */
  held(): boolean;
  /** runs the given step, during which the connection may be lost without a report, and then lets go */
  release(step: () => Promise<void>): Promise<void>;
}

const lockKeys = [0x56414c45, 1];
const retryMilliseconds = 1000;
const connectMilliseconds = 5000;

/**
 * Tries once to own the database, and makes it if the cluster is new.
 * @throws Error for any refusal that waiting does not change, such as a wrong password
 */
export async function claimDatabase(connectionString: string): Promise<Claim> {
  const client = connection(connectionString);
  try {
    await client.connect();
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', lockKeys);
    if (rows[0]?.locked) return { owner: client };
    const takenBy = await lockHolder(client);
    await close(client);
    return takenBy === undefined ? { unreachable: 'The owner of the database is just leaving.' } : { takenBy };
  } catch (error) {
    await close(client);
    if (isMissingDatabase(error)) return createDatabase(connectionString);
    if (isPassing(error)) return { unreachable: String(error) };
    throw new Error(`The embedded PostgreSQL refuses us: ${String(error)}`, { cause: error });
  }
}

/** Whether the PostgreSQL behind a connection string answers to its password; never throws. */
export async function answers(connectionString: string): Promise<boolean> {
  const client = connection(connectionString);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await close(client);
  }
}

/**
 * Watches over a claim that succeeded. When its connection is lost it is said through `notice`, and while PostgreSQL runs
 * the database is claimed again.
 * @param stillRuns whether PostgreSQL is alive
 */
export function keepOwnership(
  first: Client,
  connectionString: string,
  stillRuns: () => Promise<boolean>,
  notice: (message: string) => void,
): Ownership {
  let owner: Client | undefined;
  let released = false;
  hold(first);

  function hold(client: Client): void {
    owner = client;
    client.once('end', () => {
      owner = undefined;
      if (!released) regain().catch((error: unknown) => notice(String(error)));
    });
    holdExit(client, false);
  }

  async function regain(): Promise<void> {
    notice('The connection that owns the embedded database was lost.');
    while (!released) {
      if (!(await stillRuns())) {
        return notice(
          'The embedded PostgreSQL has ended; its log postgres.log says why. Restart Valence, which recovers it.',
        );
      }
      const claim = await claimDatabase(connectionString);
      if ('takenBy' in claim)
        return notice(`The embedded database is now owned by ${claim.takenBy}: stop this server.`);
      if ('owner' in claim) {
        if (released) return close(claim.owner);
        hold(claim.owner);
        return notice('The embedded database is owned again.');
      }
      await sleep(retryMilliseconds, undefined, { ref: false });
    }
  }

  return {
    held: () => owner !== undefined,
    async release(step) {
      released = true;
      await step();
      if (!owner) return;
      holdExit(owner, true);
      await close(owner);
    },
  };
}

function connection(connectionString: string): Client {
  const client = new Client({
    connectionString,
    application_name: `valence, process ${process.pid}`,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
  });
  // a lost connection shows as a failed query or as 'end'; without a listener it would end the process
  client.on('error', () => undefined);
  return client;
}

async function close(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}

/** Whether the process stays alive for the connection. */
function holdExit(client: Client, stay: boolean): void {
  const { stream } = client.connection;
  if (!(stream instanceof Socket)) return;
  if (stay) stream.ref();
  else stream.unref();
}

async function lockHolder(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted
       and pg_locks.database = (select oid from pg_database where datname = current_database())`,
    lockKeys,
  );
  return rows[0]?.name;
}

async function createDatabase(connectionString: string): Promise<Claim> {
  const address = new URL(connectionString);
  address.pathname = '/postgres';
  const client = connection(address.href);
  try {
    await client.connect();
    await client.query(`create database ${databaseName}`);
  } catch (error) {
    // another server makes it at the same moment: duplicate_database, unique_violation, template in use
    const raced = error instanceof DatabaseError && ['42P04', '23505', '55006'].includes(error.code ?? '');
    if (!raced && !isPassing(error)) throw error;
  } finally {
    await close(client);
  }
  return { unreachable: 'The database was just made.' };
}

function isMissingDatabase(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '3D000';
}

/** Anything but an answer of a running server: that is still starting, shutting down, full or no longer there. */
function isPassing(error: unknown): boolean {
  return !(error instanceof DatabaseError) || /^(57P|53300|08)/.test(error.code ?? '');
}
