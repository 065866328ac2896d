// The files of the embedded database: where a data folder's cluster lies, its password, and how it is made without ever
// leaving half of one or touching one that is complete.

import { createHash, randomBytes } from 'node:crypto';
import { chown, link, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Binaries, makeSharedFolder, postgresUser, runProgram, type SystemUser } from './embedded-binaries.ts';

/** A cluster's place, whether or not it has been made yet. */
export interface Cluster {
  /** real path of PostgreSQL's own data directory */
  folder: string;
  /** as whom PostgreSQL runs; undefined: as us */
  user: SystemUser | undefined;
  exists: boolean;
}

/** The superuser of the cluster and its database have one name. */
export const databaseName = 'valence';

const unfinishedPrefix = 'postgres.new-';

/**
 * Makes the data folder unless it is there.
 * @returns its real path
 * @throws Error naming the folder when it cannot be made or written to
 */
export async function openDataFolder(dataFolder: string): Promise<string> {
  try {
    // passable for the user PostgreSQL runs as when we are root; the files in it have modes of their own
    await mkdir(dataFolder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    return await realpath(dataFolder);
  } catch (error) {
    throw new Error(`The data folder ${resolve(dataFolder)} cannot be used: ${String(error)}`, { cause: error });
  }
}

/**
 * Decides where the cluster of a data folder lies. One that was made stays where it is, whatever has changed since.
 * @param sharedFolder where it goes when, as root, PostgreSQL's user cannot reach the data folder
 * @throws Error when the cluster is known but not there or out of reach, rather than beginning an empty one
 */
export async function placeCluster(
  dataFolder: string,
  sharedFolder: string,
  notice: (message: string) => void,
): Promise<Cluster> {
  const known = await findCluster(dataFolder);
  if (known !== undefined) return reachableCluster(known, dataFolder, notice);

  const user = await postgresUser();
  if (user === undefined || (await canReach(user, dataFolder))) {
    return { folder: join(dataFolder, 'postgres'), user, exists: false };
  }
  const digest = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  await makeSharedFolder(join(sharedFolder, digest));
  const folder = join(await realpath(join(sharedFolder, digest)), 'postgres');
  if (await isCluster(folder)) return reachableCluster(folder, dataFolder, notice);
  sayWhere(folder, user, dataFolder, notice);
  return { folder, user, exists: false };
}

/**
 * Finds the cluster that was made for a data folder.
 * @returns its folder, or undefined when none was made or none is recorded
 * @throws Error when one is recorded but is not there, or belongs to another user
 */
export async function findCluster(dataFolder: string): Promise<string | undefined> {
  const record = locationFile(dataFolder);
  const recorded = (await readIfThere(record))?.trim();
  const folder = recorded || join(dataFolder, 'postgres');
  if (await isCluster(folder)) return folder;
  if (!recorded) return undefined;
  throw new Error(
    `The database of ${dataFolder} lies in ${folder}, but nothing is there any more. ` +
      `Bring it back from a backup, or remove ${record} to begin with an empty database.`,
  );
}

/**
 * Reads the password of a data folder's database; made once, before the cluster.
 * @throws Error when a cluster exists but its password is gone
 */
export async function keepPassword(dataFolder: string, cluster: Cluster): Promise<string> {
  const kept = await readPassword(dataFolder);
  if (kept !== undefined) return kept;
  const file = passwordFile(dataFolder);
  if (cluster.exists) {
    throw new Error(
      `The database in ${cluster.folder} exists, but its password file ${file} is gone. Bring the file back, or move ` +
        'the database folder away to begin with an empty one.',
    );
  }
  await writeOnce(file, randomBytes(32).toString('hex'));
  const written = await readPassword(dataFolder);
  if (written === undefined) throw new Error(`The password file ${file} is empty.`);
  return written;
}

/** Reads the password of a data folder's database; undefined when there is none. */
export async function readPassword(dataFolder: string): Promise<string | undefined> {
  return (await readIfThere(passwordFile(dataFolder)))?.trim() || undefined;
}

/**
 * Makes the cluster unless it exists. It is made under a temporary name and renamed when complete, so a half-made one is
 * never taken for a database and of two servers that start at once one wins.
 * @param durable false: not flushed to disk
 * @throws Error with the last lines of what initdb said
 */
export async function makeCluster(cluster: Cluster, binaries: Binaries, password: string, durable: boolean) {
  await removeAbandoned(dirname(cluster.folder));
  if (cluster.exists) return;
  const work = unfinishedName(dirname(cluster.folder));
  const made = join(work, 'cluster');
  const passwordCopy = join(work, 'password');
  try {
    await mkdir(work, { mode: 0o700 });
    await mkdir(made, { mode: 0o700 });
    await writeDurably(passwordCopy, password);
    for (const path of [work, made, passwordCopy]) {
      if (cluster.user) await chown(path, cluster.user.uid, cluster.user.gid);
    }
    const outcome = await runProgram(binaries.initdb, initdbArguments(made, passwordCopy, durable), cluster.user);
    if (!outcome.ok) {
      throw new Error(
        `The database in ${cluster.folder} could not be made. initdb said:\n${lastLines(outcome.output)}`,
      );
    }
    await publish(made, cluster.folder);
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Writes down where a cluster lies that is not in its data folder, so that it is found after the folder was moved. */
export async function recordLocation(dataFolder: string, cluster: Cluster): Promise<void> {
  if (dirname(cluster.folder) !== dataFolder) await writeOnce(locationFile(dataFolder), cluster.folder);
}

/** The end of a program's output, short enough for an error message. */
export function lastLines(output: string): string {
  return output.trim().split('\n').slice(-15).join('\n');
}

async function reachableCluster(
  folder: string,
  dataFolder: string,
  notice: (message: string) => void,
): Promise<Cluster> {
  const user = await postgresUser(await stat(folder));
  if (user !== undefined && !(await canReach(user, dirname(folder)))) {
    throw new Error(
      `The database lies in ${folder}, but the user ${user.name}, as whom PostgreSQL runs, cannot reach it any more. ` +
        'Let that user pass through the folders above it (mode o+x), or set DATABASE_URL.',
    );
  }
  if (dirname(folder) !== dataFolder && user) sayWhere(folder, user, dataFolder, notice);
  return { folder, user, exists: true };
}

function sayWhere(folder: string, user: SystemUser, dataFolder: string, notice: (message: string) => void): void {
  notice(
    `The database lies in ${folder}: the user ${user.name}, as whom PostgreSQL runs, could not reach ${dataFolder}.`,
  );
}

async function canReach(user: SystemUser, folder: string): Promise<boolean> {
  return (await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user)).ok;
}

async function isCluster(folder: string): Promise<boolean> {
  try {
    return (await stat(join(folder, 'PG_VERSION'))).isFile();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw new Error(
      `The database in ${folder} cannot be read: ${String(error)}. Start Valence as the user it was made by, ` +
        'or change the owner of its files.',
      { cause: error },
    );
  }
}

function initdbArguments(folder: string, passwordCopy: string, durable: boolean): string[] {
  return [
    ...['--pgdata', folder, '--username', databaseName, '--pwfile', passwordCopy, '--auth', 'scram-sha-256'],
    // text sorts by code point as in C, while upper and lower case know all of Unicode, and no library can change either
    ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    // Each new file of its log is filled and synced while commits wait: 50 ms for the usual 16 MB, 4 ms for one.
    ...['--wal-segsize', '1'],
    ...['--no-instructions', ...(durable ? [] : ['--no-sync'])],
  ];
}

async function publish(made: string, folder: string): Promise<void> {
  try {
    await rename(made, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    if (await isCluster(folder)) return;
    throw new Error(
      `The database could not be put in ${folder}: ${String(error)}. ` +
        'If that folder holds something else, move it away; Valence deletes nothing there.',
      { cause: error },
    );
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(unfinishedPrefix)
      ? Number.parseInt(name.slice(unfinishedPrefix.length), 10)
      : Number.NaN;
    if (Number.isNaN(pid)) continue;
    const path = join(parent, name);
    const since = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
    // in a container every server has the same pid, and what is older than this process is not its own
    const inUse = pid === process.pid ? since > Date.now() - process.uptime() * 1000 : isAlive(pid);
    // an initdb that outlived its server may still write there; then the next start has another try
    if (!inUse) await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function writeOnce(file: string, text: string): Promise<void> {
  const unfinished = unfinishedName(dirname(file));
  try {
    await writeDurably(unfinished, text);
    await link(unfinished, file);
    await syncFolder(dirname(file));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw new Error(`${file} cannot be written: ${String(error)}`, { cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  // Windows cannot flush a folder and does not need to
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new Error(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

function unfinishedName(parent: string): string {
  return join(parent, `${unfinishedPrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
}

function passwordFile(dataFolder: string): string {
  return join(dataFolder, 'postgres.password');
}

function locationFile(dataFolder: string): string {
  return join(dataFolder, 'postgres.location');
}
