// The server: configuration, database, program, listening; and a stop that drains calls first and the database last.

import pino, { type Logger } from 'pino';
import { createApp } from './app.ts';
import { limits, readConfig } from './config.ts';
import { Secret } from './core/secret.ts';
import { readKeyring } from './keyring.ts';
import { startEmbeddedDatabase } from './store/embedded.ts';

async function start(logger: Logger): Promise<void> {
  const config = readConfig(process.env);
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedDatabase({ dataFolder: config.dataFolder, notice: (message) => logger.info(message) })
      : undefined;
  const connectionString = config.databaseUrl ?? new Secret(embedded?.connectionString ?? '');
  let app: Awaited<ReturnType<typeof createApp>>;
  try {
    app = await createApp({ config, connectionString, keyring: readKeyring(config), logger, clock: Date.now });
    await app.server.listen({ host: config.host, port: config.port });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping: waiting for calls in flight');
    const overdue = setTimeout(() => app.server.server.closeAllConnections(), limits.drainMs);
    await app.close();
    clearTimeout(overdue);
    await embedded?.stop();
    logger.info('stopped');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.fatal({ err: error }, 'the stop failed');
        process.exit(1);
      });
    });
  }
}

const logger = pino();
try {
  await start(logger);
} catch (error) {
  logger.fatal(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
