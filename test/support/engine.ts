// The engine made by hand over a platform's database, for tests of parts that no path of the API shows step by step. The
// parts are those of src/app.ts.

import { createRefresh } from '../../src/auth/refresh.ts';
import { createVendorDoor } from '../../src/auth/vendor-door.ts';
import { limits } from '../../src/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { createVault } from '../../src/core/vault.ts';
import { loadCatalog } from '../../src/element/catalog.ts';
import { accountOf, type InstanceAccount } from '../../src/engine/account.ts';
import { createEngine, type Engine } from '../../src/engine/call.ts';
import { createDescribedFields } from '../../src/engine/described-fields.ts';
import { createElements } from '../../src/engine/elements.ts';
import { createLifecycle, type RunLifecycle } from '../../src/engine/lifecycle.ts';
import { createPageTokens } from '../../src/engine/page-token.ts';
import { platformAddresses } from '../../src/engine/platform-addresses.ts';
import { createRenewal } from '../../src/engine/renewal.ts';
import { scriptSender } from '../../src/engine/script-sender.ts';
import { createGovernor } from '../../src/outbound/governor.ts';
import { createGuard } from '../../src/outbound/guard.ts';
import { createRoutes } from '../../src/outbound/routes.ts';
import { createOutbound } from '../../src/outbound/send.ts';
import { createScripts } from '../../src/script/scripts.ts';
import { createBudgets } from '../../src/store/budgets.ts';
import { startChanges } from '../../src/store/changes.ts';
import { openDatabase, withLock } from '../../src/store/database.ts';
import { createExtensionStore } from '../../src/store/element-extensions.ts';
import { createElementStore } from '../../src/store/elements.ts';
import { createInstanceStore } from '../../src/store/instances.ts';

import { createTokenStore } from '../../src/store/tokens.ts';
import type { Platform } from './platform.ts';

/** An engine beside the platform's own. */
export interface EngineBeside {
  engine: Engine;
  /** The account behind an element token. */
  account(token: string): Promise<InstanceAccount>;
  close(): Promise<void>;
}

/** Makes an engine over the database of a platform that was started with this key ring; `clock` in milliseconds. */
export async function createEngineBeside(
  platform: Platform,
  options: { keyring: string; routes: Record<string, string>; clock: () => number },
): Promise<EngineBeside> {
  const { keyring, routes, clock } = options;
  const connectionString = new Secret(platform.databaseUrl);
  const vault = createVault(new Secret(keyring));
  const database = openDatabase(connectionString);
  const changes = await startChanges(connectionString, limits);
  const settingsStored = async () => undefined;
  const instances = createInstanceStore({ database, vault, changes, limits, settingsStored });
  const tokens = createTokenStore({ database, vault, changes, owner: 1 });
  const elements = createElements({
    catalog: await loadCatalog(['elements']),
    privateElements: createElementStore({ database, changes, limits }),
    extensions: createExtensionStore({ database, changes, limits }),
  });
  const outbound = createOutbound({
    routes: createRoutes(routes),
    guard: createGuard({ mode: 'any', allowed: [] }),
    routeBrowser: false,
    httpsProxy: undefined,
  });
  const door = createVendorDoor({ outbound, limits, observe: () => undefined });
  const keepSettings = async () => undefined;
  const lifecycle: { run: RunLifecycle } = { run: () => Promise.reject(new Error('The engine is not made yet')) };
  const refresh = createRefresh({
    store: tokens,
    door,
    clock,
    observe: () => undefined,
    grantRefused: async () => undefined,
    refreshByElement: async () => undefined,
    afterRefresh: async () => ({}),
    keepSettings,
  });
  const renewal = createRenewal({
    runOnRefresh: async (account) => (await lifecycle.run(account, undefined, 'onRefresh')).settings,
    reread: async () => undefined,
    keepSettings,
    alone: (instanceId, work) => withLock(database, `renewal ${instanceId}`, work),
    clock,
  });
  const scripts = createScripts({ limits, send: scriptSender(outbound, limits) });
  const governor = createGovernor({
    store: createBudgets(database),
    process: 'beside',
    now: () => performance.now(),
    later(milliseconds, work) {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
    clock,
    failed: () => undefined,
  });
  const engine = createEngine({
    governor,
    observeWait: () => undefined,
    door,
    scripts,
    refresh,
    renewal,
    keepSettings,
    pageTokens: createPageTokens(vault),
    describedFields: createDescribedFields(clock, limits.describedFieldCharacters),
    addresses: platformAddresses(() => platform.url),
    clock,
    limits,
  });
  lifecycle.run = createLifecycle(engine);
  return {
    engine,
    async account(token) {
      const record = await instances.byToken(token);
      if (record === undefined) throw new Error('No instance has this token');
      return accountOf(record, await elements.byId(record.elementId, record));
    },
    async close() {
      governor.stop();
      await scripts.close();
      await outbound.close();
      await changes.stop();
      await database.destroy();
    },
  };
}
