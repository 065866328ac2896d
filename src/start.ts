// Starting and stopping a server: the database first, then the program, then the port; and back in the other order.

import type { AddressInfo } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { type App, createApp } from './app.ts';
import { type Config, limits, readConfig } from './config.ts';
import { Secret } from './core/secret.ts';
import { loadCatalog } from './element/catalog.ts';
import { readKeyring, watchKeyring } from './keyring.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './store/embedded.ts';

/** A server that listens. */
export interface RunningServer {
  /** such as `http://127.0.0.1:8080` */
  url: string;
  dataFolder: string;
  databaseUrl: Secret;
  /** The console’s address with a code that signs this user in: good once, for ten minutes, and on this machine only. */
  signInLink(email: string): Promise<string>;
  /** Takes no more calls, waits for those in flight (at most 30 s), and stops the embedded database last. */
  stop(): Promise<void>;
}

/**
 * Starts a server from environment variables. Throws an Error whose message says what to do: every mistake of the
 * configuration or the catalog at once, a database that is not reachable, a port that is taken.
 */
export async function startServer(environment: NodeJS.ProcessEnv, logger: FastifyBaseLogger): Promise<RunningServer> {
  const config = readConfig(environment);
  // A database and a large catalog take their time to be there: both at once.
  const reading = loadCatalog(config.elementFolders);
  reading.catch(() => undefined);
  const embedded = await startOwnDatabase(config, logger);
  const databaseUrl = config.databaseUrl ?? new Secret(embedded?.connectionString ?? '');
  let app: App | undefined;
  try {
    const catalog = await reading;
    const keyring = readKeyring(config);
    app = await createApp({
      config,
      catalog,
      connectionString: databaseUrl,
      keyring,
      logger,
      clock: Date.now,
      deliveryEnvironment: environment,
    });
    await listen(app, config);
  } catch (error) {
    await app?.close();
    await embedded?.stop();
    throw error;
  }

  const running = app;
  const keyringWatch = watchKeyring(config, running.useKeyring);
  const { address, family, port } = running.server.server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  return {
    url,
    dataFolder: config.dataFolder,
    databaseUrl,
    // What stands behind # is sent to no server and written to no log.
    signInLink: async (email) => `${url}/sign-in#code=${await running.signInCode(email)}`,
    async stop() {
      keyringWatch.stop();
      const overdue = setTimeout(() => running.server.server.closeAllConnections(), limits.drainMs);
      await running.close();
      clearTimeout(overdue);
      await embedded?.stop();
    },
  };
}

async function startOwnDatabase(config: Config, logger: FastifyBaseLogger): Promise<EmbeddedDatabase | undefined> {
  if (config.databaseUrl !== undefined) return undefined;
  return startEmbeddedDatabase({ dataFolder: config.dataFolder, notice: (message) => logger.info(message) });
}

async function listen(app: App, { host, port }: Config): Promise<void> {
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw new Error(`Port ${port} of ${host} cannot be used (${code}): stop what uses it, or set VALENCE_PORT.`);
  }
}
