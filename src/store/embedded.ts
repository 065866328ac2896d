// The PostgreSQL that Valence brings along, for everyone who sets no DATABASE_URL: started, taken over from a server that
// was killed, or recovered, and always owned by one server process.

import { realpath } from 'node:fs/promises';
import { platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { type Binaries, findBinaries } from './embedded-binaries.ts';
import {
  type Cluster,
  databaseName,
  findCluster,
  keepPassword,
  makeCluster,
  openDataFolder,
  placeCluster,
  readPassword,
  recordLocation,
} from './embedded-cluster.ts';
import { answers, type Claim, claimDatabase, keepOwnership } from './embedded-owner.ts';
import {
  abandonPostmaster,
  findPostmaster,
  isPassing,
  launchPostmaster,
  logFile,
  type Postmaster,
  stopPostmaster,
} from './embedded-postmaster.ts';
import { DiskFault, filesThatGrow, keepWritten } from './embedded-writeback.ts';

/** A running embedded database that this process owns. */
export interface EmbeddedDatabase {
  connectionString: string;
  /** where the data lies: PostgreSQL's data directory */
  folder: string;
  /**
   * Shuts the database down and waits for it; a further call waits for the same end. Close other connections first.
   * @throws Error when PostgreSQL does not end, even without its leave
   */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** holds the password, and the database itself if the user PostgreSQL runs as can reach it; made if missing */
  dataFolder: string;
  /** told what an operator should know, in sentences: where things lie, what was taken over, that PostgreSQL died */
  notice(message: string): void;
  /** false: nothing is flushed to disk, for tests; default true */
  durable?: boolean;
  /** where, as root, copies of the programs and data go that PostgreSQL's user cannot reach in place */
  sharedFolder?: string;
}

interface Running {
  postmaster: Postmaster;
  connectionString: string;
  owner: Client;
}

const ownerPatienceMilliseconds = 10_000;
const startPatienceMilliseconds = 30_000;
const pollMilliseconds = 100;

/**
 * Starts the database of a data folder, making it if there is none; takes over one that a killed server left running;
 * recovers one that was itself killed.
 * @returns when it accepts connections and this process owns it
 * @throws Error that says what to do: no PostgreSQL for this platform, a folder out of reach, a database that another
 *   live server owns (after waiting 10 s), or what PostgreSQL logged when it failed
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { notice, durable = true, sharedFolder = '/var/lib/valence' } = options;
  const dataFolder = await openDataFolder(options.dataFolder);
  const cluster = await placeCluster(dataFolder, sharedFolder, notice);
  const binaries = await findBinaries(cluster.user, sharedFolder, notice);
  const password = await keepPassword(dataFolder, cluster);
  await makeCluster(cluster, binaries, password, durable);
  await recordLocation(dataFolder, cluster);
  const running = await ownRunning({ dataFolder, cluster, binaries, password, durable, notice });
  return handle({ running, cluster, binaries, durable, notice });
}

/**
 * Finds the database of a data folder for a command-line tool, without starting or owning it.
 * @returns its connection string, or undefined when none runs or accepts connections
 * @throws Error when the folder's files cannot be read
 */
export async function findEmbeddedDatabase(dataFolder: string): Promise<string | undefined> {
  const real = await realpath(dataFolder).catch(() => undefined);
  const folder = real && (await findCluster(real));
  if (!folder) return undefined;
  const postmaster = await findPostmaster(folder);
  const password = await readPassword(real);
  if (postmaster?.status !== 'ready' || password === undefined) return undefined;
  const connectionString = connectionTo(postmaster, password);
  return (await answers(connectionString)) ? connectionString : undefined;
}

interface Start {
  dataFolder: string;
  cluster: Cluster;
  binaries: Binaries;
  password: string;
  durable: boolean;
  notice(message: string): void;
}

/** Two waits that must not be one: for a PostgreSQL that comes or goes, and for a server that owns it to leave. */
async function ownRunning(start: Start): Promise<Running> {
  let launchedPid: number | undefined;
  let unreachableSince: number | undefined;
  let ownedSince: number | undefined;
  for (;;) {
    const found = await findOrLaunch(start);
    if ('launched' in found && found.launched) {
      launchedPid = found.postmaster.pid;
      unreachableSince = undefined;
    }
    const attempt = 'unreachable' in found ? found : await own(found.postmaster, start.password);
    if ('owner' in attempt) {
      const { pid } = attempt.postmaster;
      if (pid !== launchedPid) start.notice(`Took over the PostgreSQL (process ${pid}) of a server that is gone.`);
      return attempt;
    }
    if ('takenBy' in attempt) {
      ownedSince ??= Date.now();
      if (Date.now() - ownedSince > ownerPatienceMilliseconds) throw ownedByAnother(start.dataFolder, attempt.takenBy);
    } else {
      unreachableSince ??= Date.now();
      const waited = Date.now() - unreachableSince;
      if (waited > startPatienceMilliseconds) throw notStarted(start.cluster, attempt.unreachable);
    }
    await sleep(pollMilliseconds);
  }
}

type Found = { postmaster: Postmaster; launched: boolean };

async function findOrLaunch(start: Start): Promise<Found | { unreachable: string }> {
  const { cluster, binaries, durable } = start;
  let live = await findPostmaster(cluster.folder);
  // a recovery, begun on behalf of a server that was killed meanwhile, takes as long as it takes
  while (live?.status === 'starting') {
    await sleep(pollMilliseconds);
    live = await findPostmaster(cluster.folder);
  }
  if (live?.status === 'ready') return { postmaster: live, launched: false };
  if (live) return { unreachable: `The former PostgreSQL (process ${live.pid}) is still stopping.` };
  const launch = await launchPostmaster(cluster, binaries, durable);
  if ('postmaster' in launch) return { postmaster: launch.postmaster, launched: true };
  if (isPassing(launch.failure)) return { unreachable: launch.failure };
  throw notStarted(cluster, launch.failure);
}

async function own(postmaster: Postmaster, password: string): Promise<Running | Exclude<Claim, { owner: Client }>> {
  const connectionString = connectionTo(postmaster, password);
  const claim = await claimDatabase(connectionString);
  return 'owner' in claim ? { postmaster, connectionString, owner: claim.owner } : claim;
}

interface Handled extends Omit<Start, 'dataFolder' | 'password'> {
  running: Running;
}

function handle({ running, cluster, binaries, durable, notice }: Handled): EmbeddedDatabase {
  const { postmaster, connectionString } = running;
  const stillRuns = async () => (await findPostmaster(cluster.folder))?.pid === postmaster.pid;
  const ownership = keepOwnership(running.owner, connectionString, stillRuns, notice);
  // Elsewhere the operating system writes by itself what it was given.
  const writeback =
    durable && platform() === 'linux'
      ? keepWritten(cluster.folder, () => filesThatGrow(running.owner), writeFailed)
      : undefined;
  let stopped: Promise<void> | undefined;

  function writeFailed(error: unknown): void {
    if (error instanceof DiskFault) {
      notice(
        `The disk does not take what PostgreSQL wrote (${error.message}): PostgreSQL is ended, so that it recovers.`,
      );
      abandonPostmaster(postmaster.pid);
    } else {
      notice(`The files of the embedded database are no longer synced early, so that commits may wait (${error}).`);
    }
  }

  async function stop(): Promise<void> {
    await writeback?.stop();
    const mine = ownership.held() || (await claimToStop());
    // held until PostgreSQL is gone, so that no other server comes to own what is being stopped
    await ownership.release(async () => {
      if (mine) await stopPostmaster(cluster.folder, postmaster.pid, binaries);
    });
  }

  async function claimToStop(): Promise<boolean> {
    if (!(await stillRuns())) return false;
    const claim = await claimDatabase(connectionString);
    if ('takenBy' in claim) notice(`The embedded database is left running: it is owned by ${claim.takenBy}.`);
    return !('takenBy' in claim);
  }

  return {
    connectionString,
    folder: cluster.folder,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function connectionTo(postmaster: Postmaster, password: string): string {
  return `postgres://${databaseName}:${password}@127.0.0.1:${postmaster.port}/${databaseName}`;
}

function ownedByAnother(dataFolder: string, owner: string): Error {
  return new Error(
    `The database of ${dataFolder} is in use by another Valence server (${owner}). Stop that one first, or give both ` +
      'servers one PostgreSQL to share with DATABASE_URL.',
  );
}

function notStarted(cluster: Cluster, said: string): Error {
  return new Error(
    `The embedded PostgreSQL does not start. Its log ${logFile(cluster.folder)} says:\n${said}\n` +
      'Put right what it names, or set DATABASE_URL to another PostgreSQL.',
  );
}
