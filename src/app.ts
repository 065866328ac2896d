// The map of the program: every part is made here, by hand, and handed to the next.

import type { FastifyBaseLogger } from 'fastify';
import { createRefresh } from './auth/refresh.ts';
import { createVendorDoor } from './auth/vendor-door.ts';
import { type Config, limits } from './config.ts';
import type { Clock } from './core/clock.ts';
import type { Secret } from './core/secret.ts';
import { createTelemetry } from './core/telemetry.ts';
import { createVault } from './core/vault.ts';
import { loadCatalog } from './element/catalog.ts';
import { splitSettings } from './element/settings.ts';
import { createEngine } from './engine/call.ts';
import { createElements } from './engine/elements.ts';
import { createAdministrator } from './first-start.ts';
import type { Server } from './http/context.ts';
import { createServer } from './http/server.ts';
import { createAuthorize } from './instance/authorize.ts';
import { createConnect } from './instance/connect.ts';
import { createProvision } from './instance/provision.ts';
import { createRemove } from './instance/remove.ts';
import { createUpdate } from './instance/update.ts';
import { createGuard } from './outbound/guard.ts';
import { createRoutes } from './outbound/routes.ts';
import { createOutbound } from './outbound/send.ts';
import { createAuthorizationStore } from './store/authorizations.ts';
import { checkDatabase, isReachable, migrate, openDatabase } from './store/database.ts';
import { createElementStore } from './store/elements.ts';
import { createInstanceStore } from './store/instances.ts';
import { createOrganizationStore } from './store/organizations.ts';
import { startPresence } from './store/presence.ts';
import { createSignInStore } from './store/sign-in.ts';
import { createTokenStore } from './store/tokens.ts';

export interface AppDependencies {
  config: Config;
  connectionString: Secret;
  keyring: Secret;
  logger: FastifyBaseLogger;
  clock: Clock;
}

/** The running program. */
export interface App {
  server: Server;
  /** Seals with another key ring from now on. */
  useKeyring(keyring: Secret): void;
  /** Waits for calls in flight, then lets go of the database. */
  close(): Promise<void>;
}

/** Brings the database up to date and makes every part. The server does not listen yet. */
export async function createApp({ config, connectionString, keyring, logger, clock }: AppDependencies): Promise<App> {
  const telemetry = createTelemetry();
  const vault = createVault(keyring);
  const catalog = loadCatalog(config.elementFolders);

  const database = openDatabase(connectionString);
  await checkDatabase(database);
  const applied = await migrate(database);
  if (applied.length > 0) logger.info({ migrations: applied }, 'database brought up to date');
  const presence = await startPresence(connectionString);

  const organizations = createOrganizationStore(database, vault);
  const signIn = createSignInStore(database, vault);
  const privateElements = createElementStore(database);
  const instances = createInstanceStore(database, vault);
  const tokens = createTokenStore(database, vault, presence.owner);
  const authorizations = createAuthorizationStore(database, vault);
  await createAdministrator({ config, database, organizations, logger });

  const outbound = createOutbound({
    routes: createRoutes(config.routes),
    guard: createGuard(config.egress),
    routeBrowser: config.routeBrowser,
    httpsProxy: config.httpsProxy,
  });
  const door = createVendorDoor({ outbound, limits, observe: telemetry.vendorCalled });

  const elements = createElements(catalog, privateElements);
  const refresh = createRefresh({
    store: tokens,
    door,
    clock,
    observe: telemetry.refreshDone,
    async keepSettings(account, settings) {
      const filled = splitSettings(account.definition, settings);
      await instances.update(account.organizationId, account.instanceId, (stored) => ({
        values: { ...stored.values, ...filled.values },
        secrets: { ...stored.secrets, ...filled.secrets },
      }));
    },
  });
  const engine = createEngine({ door, refresh, clock, limits });
  const connect = createConnect({ authorizations, engine, door, clock });

  const { server, settled } = await createServer({
    config,
    limits,
    clock,
    telemetry,
    logger,
    catalog,
    elements,
    engine,
    authorize: createAuthorize({ authorizations, door, browserUrl: outbound.browserUrl, clock, limits }),
    provision: createProvision({ authorizations, connect, instances }),
    update: createUpdate({ connect, instances }),
    remove: createRemove({ connect, instances }),
    organizations,
    instances,
    privateElements,
    signIn,
    isReady: () => isReachable(database),
  });

  return {
    server,
    useKeyring: vault.useKeyring,
    async close() {
      await server.close();
      await settled();
      await outbound.close();
      await presence.stop();
      await database.destroy();
    },
  };
}
