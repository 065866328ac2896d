// The server as a process: starts it, and stops it on SIGINT and SIGTERM, also when they come during the start.

import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import pino from 'pino';
import { dataFolderOf } from './config.ts';
import type { RunningServer } from './start.ts';

// One write for many lines: a write for each would be the dearest part of a small call. What is left goes out at the end.
const logger = pino(pino.destination({ dest: 1, sync: false, minLength: 4096 }));
setInterval(() => logger.flush(), 100).unref();
let server: RunningServer | undefined;
let asked = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (asked) return;
    asked = true;
    logger.info({ signal }, 'stopping: waiting for calls in flight');
    void stop();
  });
}

// The program is read from what the last start compiled, which takes half the time.
const dataFolder = dataFolderOf(process.env);
if (existsSync(dataFolder)) enableCompileCache(join(dataFolder, 'compiled'));

try {
  const { startServer } = await import('./start.ts');
  server = await startServer(process.env, logger);
  // Here, since a process that is killed writes nothing at its end.
  flushCompileCache();
  if (asked) await stop();
} catch (error) {
  logger.fatal(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function stop(): Promise<void> {
  try {
    await server?.stop();
    if (server !== undefined) logger.info('stopped');
  } catch (error) {
    logger.fatal({ err: error }, 'the stop failed');
    process.exitCode = 1;
  }
}
