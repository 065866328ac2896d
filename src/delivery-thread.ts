// The delivery of events in a thread of its own (delivery-worker.ts), so that vendors' webhooks need not wait for it. A
// fault that ends the thread ends the process, as it would without one.

import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Secret } from './core/secret.ts';
import type { Catalog } from './element/catalog.ts';
import type { ElementDocument } from './element/definition.ts';
import type { Delivery } from './events/delivery.ts';
import { type ChangeKind, changeKinds } from './store/change-ledger.ts';
import type { Changes } from './store/changes.ts';

/** What the thread is given. */
export interface DeliveryTask {
  environment: NodeJS.ProcessEnv;
  connectionString: string;
  keyring: string;
  /** the address that this server listens at */
  ownUrl: string;
  /** the folder of what was compiled before */
  compiled: string | undefined;
}

/** What the thread is told. */
export type ToDelivery =
  | { kind: 'stored'; lanes: readonly number[]; busyShare: number }
  | { kind: 'redelivered'; accountIds: readonly number[] }
  | { kind: 'due' }
  | { kind: 'changed'; what: ChangeKind; id: number | undefined }
  | { kind: 'keyring'; keyring: string }
  /** the answer to a question for an element */
  | { kind: 'element'; id: number; document: ElementDocument | undefined }
  | { kind: 'stop' };

/** A callback that was delivered or failed, and how long it took. */
export interface CallbackDone {
  outcome: string;
  seconds: number;
}

/** What the thread tells. */
export type FromDelivery =
  | { kind: 'element'; id: number }
  | { kind: 'callbacks'; callbacks: readonly CallbackDone[] }
  | { kind: 'failed'; error: unknown; what: string };

/** The delivery, and what else its thread must know. */
export interface DeliveryThread extends Delivery {
  /** Opens with another key ring from now on. */
  useKeyring(keyring: Secret): void;
  /** Starts the thread of a server that listens at an address. */
  start(ownUrl: string): void;
}

/** milliseconds between two messages about stored events at least */
const hushMs = 20;

interface DeliveryThreadDependencies {
  /** the variables that the configuration is read from */
  environment: NodeJS.ProcessEnv;
  connectionString: Secret;
  keyring: Secret;
  catalog: Catalog;
  changes: Pick<Changes, 'on'>;
  callbackDone(outcome: string, seconds: number): void;
  failed(error: unknown, what: string): void;
}

/**
 * Makes the delivery. Its thread is started later, so that the server is ready sooner; what it was not told of before, it
 * finds in the database.
 */
export function createDeliveryThread(dependencies: DeliveryThreadDependencies): DeliveryThread {
  const { environment, connectionString, catalog, changes, callbackDone, failed } = dependencies;
  const elements = new Map(catalog.elements.map((element) => [element.id, element]));
  let { keyring } = dependencies;
  let worker: Worker | undefined;
  let ended = Promise.resolve();
  let stopping = false;
  /** the lanes of events that were stored and that the thread has not been told of, and how busy this thread was */
  let unheard: number[] = [];
  let lastBusyShare = 0;
  let hushed: NodeJS.Timeout | undefined;
  const tell = (message: ToDelivery) => worker?.postMessage(message);
  // Before what follows from a change in this process can be stored, the thread has heard of the change.
  const listening = changeKinds.map((what) => changes.on(what, (id) => tell({ kind: 'changed', what, id })));

  function hear(message: FromDelivery): void {
    if (message.kind === 'element') tell({ ...message, document: elements.get(message.id)?.document });
    else if (message.kind === 'failed') failed(message.error, message.what);
    else for (const { outcome, seconds } of message.callbacks) callbackDone(outcome, seconds);
  }

  /** The first is told at once; those that follow soon are told together, since each message wakes the thread. */
  function tellStored(): void {
    hushed = undefined;
    if (unheard.length === 0) return;
    tell({ kind: 'stored', lanes: unheard, busyShare: lastBusyShare });
    unheard = [];
    hushed = setTimeout(tellStored, hushMs);
  }

  return {
    start(ownUrl) {
      const cache = getCompileCacheDir();
      const task: DeliveryTask = {
        environment: { ...environment },
        connectionString: connectionString.reveal(),
        keyring: keyring.reveal(),
        ownUrl,
        compiled: cache && dirname(cache),
      };
      const started = new Worker(new URL('./delivery-worker.ts', import.meta.url), { workerData: task });
      started.on('message', hear);
      started.on('error', (error) => {
        throw error;
      });
      ended = new Promise((resolve) => started.once('exit', () => resolve()));
      started.once('exit', (code) => {
        if (!stopping) throw new Error(`The thread that delivers events ended by itself, with ${code}`);
      });
      worker = started;
    },
    stored(lanes, busyShare) {
      unheard.push(...lanes);
      lastBusyShare = busyShare;
      if (hushed === undefined) tellStored();
    },
    redelivered: (accountIds) => tell({ kind: 'redelivered', accountIds }),
    deliverDue: () => tell({ kind: 'due' }),
    useKeyring(next) {
      keyring = next;
      tell({ kind: 'keyring', keyring: next.reveal() });
    },
    async stop() {
      stopping = true;
      for (const end of listening) end();
      clearTimeout(hushed);
      tell({ kind: 'stop' });
      await ended;
    },
  };
}
