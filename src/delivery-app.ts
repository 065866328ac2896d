// What runs in the thread that delivers events (delivery-thread.ts is its other side): the second, smaller map of the
// program. What is made here has connections and memory of its own, as in another process.

import { parentPort, workerData } from 'node:worker_threads';
import { limits, readConfig } from './config.ts';
import { Secret } from './core/secret.ts';
import { createVault } from './core/vault.ts';
import type { CallbackDone, DeliveryTask, FromDelivery, ToDelivery } from './delivery-thread.ts';
import { type Definition, defineElement } from './element/define.ts';
import type { ElementDocument } from './element/definition.ts';
import { createElementById } from './engine/elements.ts';
import { platformAddresses } from './engine/platform-addresses.ts';
import { scriptSender } from './engine/script-sender.ts';
import { type Delivery, startDelivery } from './events/delivery.ts';
import { createRaise } from './notifications/raise.ts';
import { createGuard } from './outbound/guard.ts';
import { createRoutes } from './outbound/routes.ts';
import { createOutbound } from './outbound/send.ts';
import { createScripts } from './script/scripts.ts';
import { startChanges } from './store/changes.ts';
import { openDatabase } from './store/database.ts';
import { createExtensionStore } from './store/element-extensions.ts';
import { createElementStore } from './store/elements.ts';
import { createInstanceStore } from './store/instances.ts';
import { laneOf } from './store/lane.ts';
import { createNotificationStore } from './store/notifications.ts';
import { createOrganizationStore } from './store/organizations.ts';

const { environment, connectionString: address, keyring, ownUrl } = workerData as DeliveryTask;
const config = readConfig(environment);
const connectionString = new Secret(address);
const clock = Date.now;
const tell = (message: FromDelivery) => parentPort?.postMessage(message);
const failed = (error: unknown, what: string) => tell({ kind: 'failed', error, what });

const callbacks: CallbackDone[] = [];
const tellMs = 100;

const vault = createVault(new Secret(keyring));
const database = openDatabase(connectionString, 'valence delivery', 12);
const changes = await startChanges(connectionString, limits);
const outbound = createOutbound({
  routes: createRoutes(config.routes),
  guard: createGuard(config.egress),
  routeBrowser: config.routeBrowser,
  httpsProxy: config.httpsProxy,
});
const scripts = createScripts({ limits, send: scriptSender(outbound, limits) });
const notifications = createNotificationStore(database, vault);
const catalog = createCatalogQuestions();
const running: { delivery?: Delivery } = {};

const delivery = await startDelivery({
  connectionString,
  database,
  elements: {
    byId: createElementById({
      ofCatalog: catalog.ask,
      privateElements: createElementStore({ database, changes, limits }),
      extensions: createExtensionStore({ database, changes, limits }),
    }),
  },
  instances: createInstanceStore({
    database,
    vault,
    changes,
    limits,
    settingsStored: () => Promise.reject(new Error('The delivery of events stores no instances')),
  }),
  organizations: createOrganizationStore({ database, vault, changes, limits }),
  scripts,
  outbound,
  addresses: platformAddresses(() => config.publicUrl ?? ownUrl),
  subscriptionKey: notifications.subscriptionKey,
  raise: createRaise({
    store: notifications,
    clock,
    failed,
    stored: (events) =>
      running.delivery?.stored(
        events.map(({ instanceId, accountId }) => laneOf(instanceId ?? accountId)),
        0,
      ),
  }),
  clock,
  limits,
  callbackDone,
  failed,
});
running.delivery = delivery;

parentPort?.on('message', (message: ToDelivery) => {
  switch (message.kind) {
    case 'stored':
      return delivery.stored(message.lanes, message.busyShare);
    case 'redelivered':
      return delivery.redelivered(message.accountIds);
    case 'due':
      return delivery.deliverDue();
    case 'changed':
      return message.id === undefined ? changes.changedAll() : changes.changed(message.what, [message.id]);
    case 'keyring':
      vault.useKeyring(new Secret(message.keyring));
      return changes.changedAll();
    case 'element':
      return catalog.answered(message.id, message.document);
    case 'stop':
      return void stop();
  }
});

/** Many are told at once: each message takes the other side's time, which is that of webhooks and calls. */
function callbackDone(outcome: string, seconds: number): void {
  if (callbacks.length === 0) setTimeout(tellCallbacks, tellMs);
  callbacks.push({ outcome, seconds });
}

function tellCallbacks(): void {
  tell({ kind: 'callbacks', callbacks: callbacks.splice(0) });
}

async function stop(): Promise<void> {
  await delivery.stop();
  await scripts.close();
  await outbound.close();
  await changes.stop();
  await database.destroy();
  tellCallbacks();
  parentPort?.close();
}

/** Elements of the catalog, asked of the other side once each: most of them bring no events, and all take much memory. */
function createCatalogQuestions() {
  const known = new Map<number, Promise<Definition | undefined>>();
  const waiting = new Map<number, (document: ElementDocument | undefined) => void>();
  return {
    ask(id: number): Promise<Definition | undefined> {
      const asked = known.get(id);
      if (asked !== undefined) return asked;
      const answer = new Promise<ElementDocument | undefined>((resolve) => waiting.set(id, resolve)).then((document) =>
        document === undefined ? undefined : defineElement(document, id, undefined),
      );
      known.set(id, answer);
      tell({ kind: 'element', id });
      return answer;
    },
    answered(id: number, document: ElementDocument | undefined): void {
      waiting.get(id)?.(document);
      waiting.delete(id);
    },
  };
}
