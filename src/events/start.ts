// The parts that take events, made and handed to each other; those that deliver them (delivery.ts) are told of each.

import type { limits as Limits } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { Elements } from '../engine/elements.ts';
import { type CallbackEndpoints, createCallbackEndpoints } from '../store/callback-endpoints.ts';
import type { Database } from '../store/database.ts';
import type { NewEvent } from '../store/events.ts';
import { createInbox } from '../store/inbox.ts';
import type { InstanceStore } from '../store/instances.ts';
import { laneOf } from '../store/lane.ts';
import type { WebhookFinders } from '../store/webhook-finders.ts';
import type { Delivery } from './delivery.ts';
import { measureBusyShare } from './pace.ts';
import { createReceive, type Receive } from './receive.ts';

/** Events, running. */
export interface Events {
  receive: Receive;
  /** Tells whoever works on them that events were stored. */
  stored(events: readonly Pick<NewEvent, 'instanceId' | 'accountId'>[]): void;
  /** Tells whoever works on them that events are to be sent again; the endpoints that they go to are read anew. */
  redelivered(events: readonly Pick<NewEvent, 'instanceId' | 'accountId'>[]): void;
  /** Customers' endpoints that do not take callbacks. */
  troubledEndpoints: CallbackEndpoints['list'];
  /** Waits until everything taken is stored, and ends the delivery. */
  stop(): Promise<void>;
}

interface EventsDependencies {
  database: Database;
  elements: Elements;
  instances: InstanceStore;
  finders: WebhookFinders;
  delivery: Delivery;
  clock: Clock;
  limits: typeof Limits;
  telemetry: Telemetry;
}

/** Makes the parts. */
export function createEvents(dependencies: EventsDependencies): Events {
  const { database, elements, instances, finders, delivery, clock, limits, telemetry } = dependencies;
  const busyShare = measureBusyShare();
  const stored = (events: readonly Pick<NewEvent, 'instanceId' | 'accountId'>[]) =>
    delivery.stored(
      events.map(({ instanceId, accountId }) => laneOf(instanceId ?? accountId)),
      busyShare(),
    );
  const inbox = createInbox({ database, clock, limits, stored });
  return {
    receive: createReceive({
      elements,
      definitionsOf: elements.forVendor,
      instances,
      finders,
      inbox,
      clock,
      limits,
      observe: telemetry.webhookReceived,
    }),
    stored,
    redelivered(events) {
      delivery.redelivered(events.map(({ accountId }) => accountId));
      stored(events);
    },
    troubledEndpoints: createCallbackEndpoints(database).list,
    async stop() {
      await inbox.settled();
      await delivery.stop();
    },
  };
}
