// The parts that deliver events, made and handed to each other: lanes, pump, and what events are prepared with. They need
// nothing of what takes webhooks but to be told of them, and so may run in a thread of their own.

import type { Account } from '../auth/schemes.ts';
import type { limits as Limits } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import type { Elements } from '../engine/elements.ts';
import type { PlatformAddresses } from '../engine/platform-addresses.ts';
import type { Raise } from '../notifications/raise.ts';
import type { Outbound } from '../outbound/send.ts';
import type { Scripts } from '../script/scripts.ts';
import { createCallbackEndpoints } from '../store/callback-endpoints.ts';
import type { Database } from '../store/database.ts';
import { revivedMs } from '../store/deliveries.ts';
import { createEventWork, type EventWork } from '../store/event-work.ts';
import { keysOfPolls } from '../store/events.ts';
import type { InstanceStore } from '../store/instances.ts';
import { startLanes } from '../store/lanes.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import { createSendCallback } from './callback.ts';
import { createEndpoints } from './endpoints.ts';
import { createNormalize } from './normalize.ts';
import { createPace } from './pace.ts';
import { createPrepare } from './prepare.ts';
import { type Pump, startPump } from './pump.ts';

/** The delivery of events, running. */
export interface Delivery {
  /**
   * Tells whoever works on them that events were stored: the lane of each, and the share of its time (0 to 1) that the
   * thread which takes webhooks was busy.
   */
  stored(lanes: readonly number[], busyShare: number): void;
  /** Events of accounts are to be sent again: the endpoints that they go to are read anew. */
  redelivered(accountIds: readonly number[]): void;
  /** Begins with what is due now, without waiting for the next second. */
  deliverDue(): void;
  /** Ends what runs; what is not done yet is done by another process, or after the next start. */
  stop(): Promise<void>;
}

interface DeliveryDependencies {
  connectionString: Secret;
  database: Database;
  elements: Pick<Elements, 'byId'>;
  instances: Pick<InstanceStore, 'forVendor'>;
  organizations: Pick<OrganizationStore, 'account'>;
  scripts: Scripts;
  outbound: Outbound;
  addresses(account: Account): PlatformAddresses;
  /** the signing key of a subscription to notifications; undefined when it is gone */
  subscriptionKey(organizationId: number, subscriptionId: number): Promise<Secret | undefined>;
  raise: Pick<Raise, 'trouble'>;
  clock: Clock;
  limits: typeof Limits;
  /** told of each callback: delivered or failed, and how long it took */
  callbackDone(outcome: string, seconds: number): void;
  failed(error: unknown, what: string): void;
}

/** Makes the parts and starts the pump. */
export async function startDelivery(dependencies: DeliveryDependencies): Promise<Delivery> {
  const { connectionString, database, elements, instances, organizations, clock, limits, failed } = dependencies;
  const endpoints = createCallbackEndpoints(database);
  const work = createEventWork(database);
  const pump: { current: Pump | undefined } = { current: undefined };
  const wake = () => pump.current?.wake();

  async function noteTrouble(event: EventWork, url: string, state: 'failing' | 'stopped', reason: string) {
    if (!(await endpoints.note(event, url, state, reason))) return;
    const { organizationId, accountId, instanceId } = event;
    const after = {
      failing: 'It is asked less often until it answers; each event is tried again.',
      stopped: 'Its deliveries wait until they are asked for: PUT /notifications/subscriptions/deliveries.',
    };
    await dependencies.raise.trouble({
      organizationId,
      accountId,
      topic: `callback.${state}`,
      subject: url,
      message: `The endpoint ${url} does not take callbacks: ${reason} ${after[state]}`,
      about: { url, ...(instanceId === undefined ? {} : { instanceId }) },
    });
  }

  const lanes = await startLanes({
    connectionString,
    database,
    everyMs: limits.lanesEveryMs,
    onWork: wake,
    drain: async (left) => pump.current?.drain(left),
    failed: (error) => failed(error, 'the lanes of events could not be looked after; the next second tries again'),
  });
  const pace = createPace();
  pump.current = startPump({
    work,
    pace,
    lanes: lanes.owned,
    prepare: createPrepare({
      elements,
      instances,
      normalize: createNormalize(dependencies.scripts),
      addresses: dependencies.addresses,
      subscriptionKey: dependencies.subscriptionKey,
      knownFromPolls: (instanceId, keys) => keysOfPolls(database, instanceId, keys, clock()),
    }),
    sendCallback: createSendCallback(dependencies.outbound, limits.callbackMs),
    endpoints: createEndpoints(limits, clock),
    isStopped: endpoints.isStopped,
    failurePolicy: async ({ organizationId, accountId }) => {
      const account = await organizations.account(organizationId, accountId);
      return account?.settings['notification.webhook.failure.policy'] === 'queue' ? 'queue' : 'retry';
    },
    health: {
      failing: (event, url, reason) => noteTrouble(event, url, 'failing', reason),
      stopped: (event, url, reason) => noteTrouble(event, url, 'stopped', reason),
      recovered: async (event, url) => void (await endpoints.recovered(event, url)),
    },
    clock,
    random: Math.random,
    limits,
    observe: dependencies.callbackDone,
    failed,
  });

  return {
    stored(stored, busyShare) {
      pace.arrived(stored.length, busyShare);
      wake();
      lanes.announce(stored);
    },
    redelivered(accountIds) {
      for (const accountId of accountIds) endpoints.reread(accountId);
      // Those of an endpoint that was given up are due only when every process has forgotten that.
      pump.current?.wakeAt(clock() + revivedMs);
    },
    deliverDue: wake,
    async stop() {
      await pump.current?.stop();
      await lanes.stop();
      await work.settled();
    },
  };
}
