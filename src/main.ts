// The server as a process: starts it, and stops it on SIGINT and SIGTERM.

import pino from 'pino';
import { startServer } from './start.ts';

const logger = pino();

try {
  const server = await startServer(process.env, logger);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      logger.info({ signal }, 'stopping: waiting for calls in flight');
      server.stop().then(
        () => logger.info('stopped'),
        (error: unknown) => {
          logger.fatal({ err: error }, 'the stop failed');
          process.exitCode = 1;
        },
      );
    });
  }
} catch (error) {
  logger.fatal(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
