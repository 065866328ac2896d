// What simulated vendors send of their own accord. A vendor answers at once and only hands over what is to be sent; here it
// goes out over real HTTP behind the answer, by the vendor's retry rule, sometimes twice or never, and everything is logged.

import { setTimeout as wait } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import { Agent, request } from 'undici';
import { createSeed, type Seed } from './seed.ts';
import type { AllSettings } from './settings.ts';
import type { VendorKey } from './vendor.ts';

/** What came of one attempt. */
export type WebhookOutcome = { status: number; body: string; retryAfter: string | undefined } | { error: string };

/** When a vendor tries again, as it documents that. */
export interface RetryRule {
  /** How long the receiver may take. */
  timeoutMs: number;
  /** The first that fits an attempt decides; when none does, the webhook has failed. */
  retries: readonly {
    /** Statuses, `timeout`, `connection` (there was no answer), or `failure` for everything that is no success. */
    on: readonly (number | 'timeout' | 'connection' | 'failure')[];
    /** Before the second attempt, the third …; when they are used up, the webhook has failed. */
    delaysMs: readonly number[];
    /** Only when the answer has a Retry-After below so many seconds, which then is the delay. */
    retryAfterBelowSeconds?: number;
  }[];
  /** Whether an answer is a success; left out: every 2xx is. */
  accepts?: (answer: { status: number; body: string }) => boolean;
}

/** A request that a vendor wants to be sent. */
export interface WebhookOrder {
  vendor: VendorKey;
  /** What happened at the vendor; all webhooks about it have the same. */
  occasion: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Empty: the request has none. */
  body: string;
  rule: RetryRule;
  /** Told of every attempt, so that a vendor can switch off a receiver that fails. */
  onAttempt?: (isDelivered: boolean) => void;
}

/** One webhook as the log shows it. */
export interface SentWebhook {
  id: string;
  vendor: VendorKey;
  occasion: string;
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** 1, and more where a setting has copies made. */
  copy: number;
  /** The webhook whose replay this is. */
  replayOf: string | null;
  /** Chosen at random never to be sent. */
  dropped: boolean;
  state: 'waiting' | 'delivered' | 'failed' | 'dropped' | 'stopped';
  /** ISO 8601; `error` is `timeout` or what the network said. */
  attempts: ({ at: string; status: number } | { at: string; error: string })[];
}

/** How a vendor's webhooks can be bent; what is left out is as documented. */
export const WebhookSettings = Type.Object(
  {
    /** How often each is sent, alike. */
    copies: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    /** How many of all are never sent: 0 to 1. */
    dropRate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    /** What is chosen at random is chosen alike for the same text. */
    seed: Type.Optional(Type.String()),
    /** Waited before every further attempt instead of what is documented. */
    retryDelayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
    /** Attempts at the most. */
    attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    /** Each waits up to so long before its first attempt, at random: they overtake one another. */
    spreadMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    /** How long the receiver may take. */
    timeoutMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000 })),
    /** How many are under way at the same time; 100 unless given. */
    atOnce: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
);

export type WebhookSettings = Static<typeof WebhookSettings>;

/** How many webhooks of the log are in each state. */
export type WebhookCounts = Record<SentWebhook['state'], number>;

/** Sends, and remembers what was sent. */
export interface Webhooks {
  /** Returns at once; the first attempt comes after what is running now. */
  send(order: WebhookOrder): void;
  list(vendor?: VendorKey): readonly SentWebhook[];
  find(id: string): SentWebhook | undefined;
  counts(vendor?: VendorKey): WebhookCounts;
  /** Sends a logged one once more with its old headers, in one attempt; undefined when there is none with this id. */
  replay(id: string): Promise<SentWebhook> | undefined;
  /** Resolves when none is waiting any more. */
  settled(vendor?: VendorKey): Promise<void>;
  /** Cuts what is under way, and sends nothing from now on. */
  stop(): Promise<void>;
}

const mostEntries = 100_000;
const usuallyAtOnce = 100;

/** Sends for all vendors by their `settings`; the log has its times from `now`, and keeps the newest 100,000. */
export function createWebhooks(now: () => Date, settings: AllSettings): Webhooks {
  const entries = new Map<string, SentWebhook>();
  const seeds = new Map<string, Seed>();
  const lanes = new Map<VendorKey, { running: number; queue: (() => void)[] }>();
  const waiting = new Map<VendorKey, number>();
  const watchers = new Set<() => void>();
  const stopped = new AbortController();
  const agent = new Agent({ connections: 256 });
  let lastNumber = 0;

  const settingsOf = (vendor: VendorKey): WebhookSettings => settings[vendor]?.webhooks ?? {};

  const chance = (vendor: VendorKey): number => {
    const text = `${vendor} ${settingsOf(vendor).seed ?? ''}`;
    const seed = seeds.get(text) ?? createSeed(text);
    seeds.set(text, seed);
    return seed.number(1_000_000) / 1_000_000;
  };

  const add = (order: Omit<WebhookOrder, 'rule'>, own: Pick<SentWebhook, 'copy' | 'replayOf' | 'dropped'>) => {
    lastNumber += 1;
    const { vendor, occasion, method, url, headers, body } = order;
    const state = own.dropped ? 'dropped' : stopped.signal.aborted ? 'stopped' : 'waiting';
    const entry: SentWebhook = {
      id: String(lastNumber),
      ...{ vendor, occasion, method, url, headers, body },
      ...own,
      state,
      attempts: [],
    };
    entries.set(entry.id, entry);
    if (state === 'waiting') waiting.set(vendor, (waiting.get(vendor) ?? 0) + 1);
    for (const [id, old] of entries) {
      if (entries.size <= mostEntries || old.state === 'waiting') break;
      entries.delete(id);
    }
    return entry;
  };

  /** Waits for a place among those that are under way. */
  const enter = async (vendor: VendorKey): Promise<() => void> => {
    const lane = lanes.get(vendor) ?? { running: 0, queue: [] };
    lanes.set(vendor, lane);
    if (lane.running >= (settingsOf(vendor).atOnce ?? usuallyAtOnce)) {
      await new Promise<void>((resolve) => lane.queue.push(resolve));
    } else {
      lane.running += 1;
    }
    return () => {
      const next = lane.queue.shift();
      if (next === undefined) lane.running -= 1;
      // The place goes straight to the next one, so that nobody else takes it in between.
      else next();
    };
  };

  const attempt = async (entry: SentWebhook, timeoutMs: number): Promise<WebhookOutcome> => {
    const leave = await enter(entry.vendor);
    const at = now().toISOString();
    const outcome = stopped.signal.aborted ? { error: 'stopped' } : await exchange(agent, entry, timeoutMs);
    leave();
    entry.attempts.push('error' in outcome ? { at, error: outcome.error } : { at, status: outcome.status });
    return outcome;
  };

  const pause = async (milliseconds: number) => {
    if (milliseconds > 0) await wait(milliseconds, undefined, { signal: stopped.signal }).catch(() => {});
  };

  const end = (entry: SentWebhook, state: SentWebhook['state']) => {
    if (entry.state !== 'waiting') return;
    entry.state = stopped.signal.aborted ? 'stopped' : state;
    waiting.set(entry.vendor, (waiting.get(entry.vendor) ?? 0) - 1);
    for (const watcher of watchers) watcher();
  };

  const run = async (entry: SentWebhook, { rule, onAttempt }: WebhookOrder) => {
    const bent = settingsOf(entry.vendor);
    await pause((bent.spreadMs ?? 0) * (bent.spreadMs === undefined ? 0 : chance(entry.vendor)));
    while (!stopped.signal.aborted) {
      const outcome = await attempt(entry, bent.timeoutMs ?? rule.timeoutMs);
      if (stopped.signal.aborted) break;
      const isDelivered = isAccepted(rule, outcome);
      onAttempt?.(isDelivered);
      if (isDelivered) return end(entry, 'delivered');
      const delay = delayAfter(rule, outcome, entry.attempts.length);
      if (delay === undefined || entry.attempts.length >= (bent.attempts ?? Number.POSITIVE_INFINITY)) break;
      await pause(bent.retryDelayMs ?? delay);
    }
    end(entry, 'failed');
  };

  const list = (vendor?: VendorKey) =>
    [...entries.values()].filter((entry) => vendor === undefined || entry.vendor === vendor);

  const counts = (vendor?: VendorKey) => {
    const all: WebhookCounts = { waiting: 0, delivered: 0, failed: 0, dropped: 0, stopped: 0 };
    for (const entry of list(vendor)) all[entry.state] += 1;
    return all;
  };

  return {
    send(order) {
      const { copies = 1, dropRate = 0 } = settingsOf(order.vendor);
      if (dropRate > 0 && chance(order.vendor) < dropRate) {
        add(order, { copy: 1, replayOf: null, dropped: true });
        return;
      }
      for (let copy = 1; copy <= copies; copy++) {
        const entry = add(order, { copy, replayOf: null, dropped: false });
        setImmediate(() => void run(entry, order));
      }
    },
    list,
    find: (id) => entries.get(id),
    counts,
    replay(id) {
      const original = entries.get(id);
      if (original === undefined) return undefined;
      const entry = add(original, { copy: 1, replayOf: id, dropped: false });
      const once = async () => {
        const outcome = await attempt(entry, settingsOf(entry.vendor).timeoutMs ?? replayTimeoutMs);
        end(entry, isAccepted({}, outcome) ? 'delivered' : 'failed');
        return entry;
      };
      return once();
    },
    settled(vendor) {
      return new Promise((resolve) => {
        const check = () => {
          if ([...waiting].some(([key, count]) => count > 0 && (vendor === undefined || key === vendor))) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      });
    },
    async stop() {
      stopped.abort();
      for (const lane of lanes.values()) for (const resolve of lane.queue.splice(0)) resolve();
      await agent.destroy();
    },
  };
}

const replayTimeoutMs = 30_000;

async function exchange(
  agent: Agent,
  { method, url, headers, body }: SentWebhook,
  timeoutMs: number,
): Promise<WebhookOutcome> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: method as 'POST',
      headers,
      body: body === '' ? null : body,
      signal: limit.signal,
    });
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, body: await answer.body.text(), retryAfter: retryAfter?.toString() };
  } catch (error) {
    if (limit.signal.aborted) return { error: 'timeout' };
    return { error: error instanceof Error && error.message !== '' ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function isAccepted({ accepts }: Pick<RetryRule, 'accepts'>, outcome: WebhookOutcome): boolean {
  if ('error' in outcome) return false;
  return accepts?.(outcome) ?? (outcome.status >= 200 && outcome.status < 300);
}

/** Milliseconds until the attempt after the one of this number; undefined when there is none. */
function delayAfter(rule: RetryRule, outcome: WebhookOutcome, made: number): number | undefined {
  const kind = 'error' in outcome ? (outcome.error === 'timeout' ? 'timeout' : 'connection') : outcome.status;
  const retry = rule.retries.find(({ on }) => on.includes(kind) || on.includes('failure'));
  const delay = retry?.delaysMs[made - 1];
  if (retry?.retryAfterBelowSeconds === undefined || delay === undefined) return delay;
  const seconds = Number(('retryAfter' in outcome ? outcome.retryAfter : undefined) ?? Number.NaN);
  return seconds < retry.retryAfterBelowSeconds ? seconds * 1000 : undefined;
}
