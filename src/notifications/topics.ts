// What the platform itself raises: one place for the names, how grave each is, and how long it is quiet once it was told.

import type { Severity } from '../store/notifications.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Every topic of the platform's own. */
export const topics = {
  /** a vendor no longer accepts an account's tokens */
  'instance.grant.lost': { severity: 'high', quietMs: 30 * dayMs },
  /** a vendor's subscription, by which it tells of changes, is gone */
  'instance.subscription.lost': { severity: 'high', quietMs: dayMs },
  /** a customer's endpoint fails, and is tried again */
  'callback.failing': { severity: 'medium', quietMs: hourMs },
  /** a customer's endpoint failed for too long: deliveries wait in the queue */
  'callback.stopped': { severity: 'high', quietMs: hourMs },
  /** polling of an instance ended until its account is connected again */
  'polling.stopped': { severity: 'high', quietMs: dayMs },
  /** polls of an instance fail over and over */
  'polling.failing': { severity: 'medium', quietMs: hourMs },
} as const satisfies Record<string, { severity: Severity; quietMs: number }>;

/** A topic of the platform's own. */
export type Topic = keyof typeof topics;
