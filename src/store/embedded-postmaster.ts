// The running PostgreSQL of a cluster: found by its postmaster.pid and proven to be it, launched in its own process
// group, and stopped by signal. PostgreSQL's own lock on the cluster is what keeps two of them apart.

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Binaries, identity, postgresEnvironment, runProgram } from './embedded-binaries.ts';
import { type Cluster, lastLines } from './embedded-cluster.ts';

/** A live PostgreSQL of a cluster, as its postmaster.pid tells. */
export interface Postmaster {
  pid: number;
  port: number;
  status: 'starting' | 'ready' | 'stopping';
}

/** Either the PostgreSQL that became ready, or the last lines it logged before it gave up. */
export type Launch = { postmaster: Postmaster } | { failure: string };

const pollMilliseconds = 10;
const logLimitBytes = 10_000_000;
const fastStopMilliseconds = 30_000;
const immediateStopMilliseconds = 15_000;

/** Finds the live PostgreSQL of a cluster; undefined when none runs, whatever a stale postmaster.pid says. */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  const lock = await readLock(folder);
  return lock !== undefined && (await holdsCluster(lock.pid, folder)) ? lock : undefined;
}

/**
 * Launches PostgreSQL and waits until it is ready, however long its recovery takes.
 * @param durable false: nothing is flushed to disk
 * @throws Error when the program cannot be run at all
 */
export async function launchPostmaster(cluster: Cluster, binaries: Binaries, durable: boolean): Promise<Launch> {
  await removeStaleLock(cluster.folder);
  const port = await freePort();
  const log = await openLog(cluster.folder);
  const child = spawn(binaries.postgres, ['-D', cluster.folder, ...settings(port, durable)], {
    ...identity(cluster.user),
    cwd: '/',
    env: postgresEnvironment(),
    // its own process group: Ctrl-C is for the server, which stops the database last
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log.handle.fd, log.handle.fd],
  });
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = String(error);
  });
  child.once('exit', (code, signal) => {
    ended = `PostgreSQL ended with ${signal ?? `code ${code}`}.`;
  });
  child.unref();
  await log.handle.close();

  while (ended === undefined) {
    const lock = await readLock(cluster.folder);
    if (lock !== undefined && lock.pid === child.pid && lock.status === 'ready') return { postmaster: lock };
    await sleep(pollMilliseconds);
  }
  const said = (await readFile(log.path)).subarray(log.size).toString('utf8');
  return { failure: lastLines(`${said}\n${ended}`) };
}

/** Whether a launch failed for a reason that goes by itself: another one came first, old backends, a taken port. */
export function isPassing(failure: string): boolean {
  return /pre-existing shared memory block|lock file ".*" already exists|could not (bind|create any TCP)/.test(failure);
}

/**
 * Stops PostgreSQL: a fast shutdown, and an immediate one if that takes longer than 30 s (the next start recovers).
 * @throws Error when it runs on regardless
 */
export async function stopPostmaster(folder: string, pid: number, binaries: Binaries): Promise<void> {
  if (await endsAfter('INT', fastStopMilliseconds)) return;
  if (await endsAfter('QUIT', immediateStopMilliseconds)) return;
  throw new Error(`The embedded PostgreSQL (process ${pid}, ${folder}) does not stop.`);

  async function endsAfter(signal: 'INT' | 'QUIT', patience: number): Promise<boolean> {
    const deadline = Date.now() + patience;
    if (!(await holdsCluster(pid, folder))) return true;
    await send(signal);
    while (await holdsCluster(pid, folder)) {
      if (Date.now() > deadline) return false;
      await sleep(pollMilliseconds);
    }
    return true;
  }

  async function send(signal: 'INT' | 'QUIT'): Promise<void> {
    // Windows has no signals; PostgreSQL brings its own
    if (platform() === 'win32') await runProgram(binaries.pgCtl, ['kill', signal, String(pid)], undefined);
    else signalIfThere(pid, `SIG${signal}`);
  }
}

/** Ends PostgreSQL at once, as if the machine had failed: the next start recovers it from its log. Not on Windows. */
export function abandonPostmaster(pid: number): void {
  signalIfThere(pid, 'SIGQUIT');
}

/** The file PostgreSQL logs to, beside its cluster. */
export function logFile(folder: string): string {
  return join(dirname(folder), 'postgres.log');
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    // initdb makes these of the size of a file of the log
    min_wal_size: '80MB',
    max_wal_size: '1GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** postmaster.pid, line by line: pid, folder, start time, port, socket folder, address, shared memory, status. */
async function readLock(folder: string): Promise<Postmaster | undefined> {
  const text = await readFile(lockFile(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new Error(`The database in ${folder} cannot be read: ${error.message}`, { cause: error });
  });
  return parseLock(text);
}

function parseLock(text: string): Postmaster | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const status = lines[7] === 'ready' || lines[7] === 'stopping' ? lines[7] : 'starting';
  return { pid, port: Number(lines[3] ?? 0), status };
}

/** A pid is reused after a crash or a restart of the machine, so it has to be shown that it is this cluster's. */
async function holdsCluster(pid: number, folder: string): Promise<boolean> {
  // a process we may not signal runs as somebody else, and ours never does
  if (!signalIfThere(pid, 0)) return false;
  const command = await commandOf(pid);
  if (command === undefined) return true;
  if (!/(^|[\\/])postgres$/.test(command[0] ?? '')) return false;
  const at = command.indexOf('-D');
  const theirs = at < 0 ? undefined : command[at + 1];
  if (theirs === undefined || theirs === folder) return true;
  const [other, own] = await Promise.all([inode(theirs), inode(folder)]);
  // a folder that is gone was renamed under the running server
  return other === undefined || other === own;
}

/** A process's program and arguments, empty for one that is dead but not yet reaped; undefined where it cannot be told. */
async function commandOf(pid: number): Promise<string[] | undefined> {
  if (platform() === 'win32') return undefined;
  if (platform() === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.split('\0');
  }
  const listed = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
  return listed?.stdout.trim().split(' ');
}

async function inode(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

function signalIfThere(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * PostgreSQL refuses to start while any process has the pid of a stale lock file. Removing it takes away no protection of
 * the data: old backends are still told by their shared memory, whose key follows from the cluster's folder.
 */
async function removeStaleLock(folder: string): Promise<void> {
  const lock = await readLock(folder);
  if (lock === undefined || !signalIfThere(lock.pid, 0) || (await holdsCluster(lock.pid, folder))) return;
  const taken = `${lockFile(folder)}.stale-${randomBytes(4).toString('hex')}`;
  try {
    await rename(lockFile(folder), taken);
    // another server may have started PostgreSQL since we looked: then the file is its own and goes back
    if (parseLock(await readFile(taken, 'utf8'))?.pid !== lock.pid) await link(taken, lockFile(folder));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EEXIST')))
      throw error;
  } finally {
    await rm(taken, { force: true });
  }
}

async function openLog(folder: string) {
  const path = logFile(folder);
  const handle = await open(path, 'a', 0o600);
  const { size } = await handle.stat();
  if (size <= logLimitBytes) return { path, handle, size };
  await truncate(path, 0);
  return { path, handle, size: 0 };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function lockFile(folder: string): string {
  return join(folder, 'postmaster.pid');
}
