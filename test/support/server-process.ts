// Starts servers as processes of their own, so that tests can have many of them over one database and kill them.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../src/store/embedded.ts';
import { type Answer, type CallOptions, callPlatform } from './platform.ts';

const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** What servers compile is kept between tests, whose data folders are new each time. */
const compiled = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

/** A running server. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** everything that it printed, line by line */
  logs: string[];
  /** Calls a path below `/elements/api-v2`; by default as the administrator. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** kill -9; comes back when the process is gone. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does. Throws an Error when it does not end with status 0. */
  stop(): Promise<void>;
}

/**
 * Starts `node src/main.ts` with nothing but this environment and PATH (see `platformEnvironment`), and waits until it
 * listens. Throws an Error with what it printed when it ends before.
 */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(node, ['--no-node-snapshot', '--max-semi-space-size=16', '--heap-growing-percent=50', program], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compiled, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    child.once('error', (error) => resolve(String(error)));
  });
  const logs: string[] = [];
  const url = await Promise.race([listeningAddress(child, logs), ended.then((how) => ({ how }))]);
  if (typeof url !== 'string')
    throw new Error(`The server ended with ${url.how} before it listened:\n${logs.join('\n')}`);

  return {
    url,
    pid: child.pid ?? 0,
    logs,
    call: (method, path, options) => callPlatform(url, method, path, options),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      const how = await ended;
      if (how !== 'status 0') throw new Error(`The server ended with ${how}:\n${logs.slice(-20).join('\n')}`);
    },
  };
}

/** The address in the log line that says where the server listens; every line is collected, before and after. */
function listeningAddress(child: ChildProcess, logs: string[]): Promise<string> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        logs.push(line);
        const found = /Server listening at (http:[^"\s]+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
  });
}

/** A PostgreSQL for one test or trial, for those that need more connections than the shared one has left. */
export async function startOwnPostgres(): Promise<EmbeddedDatabase> {
  const folder = await makeDataFolder();
  const database = await startEmbeddedDatabase({ dataFolder: folder, durable: false, notice: () => undefined });
  return {
    ...database,
    async stop() {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A new folder that the user PostgreSQL runs as can pass through, also when we are root. */
export async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valence-process-'));
  await chmod(folder, 0o711);
  return folder;
}

/** Asks again and again until the answer is neither undefined nor false; throws an Error after `patienceMs`. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false> | Value | undefined | false,
  patienceMs = 30_000,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Waited in vain for ${patienceMs / 1000} s: ${what}`);
    await wait(20);
  }
}
