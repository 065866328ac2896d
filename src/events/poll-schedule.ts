// When which instance is polled: claims those that are due, polls some at once, and writes what became of them in groups.

import type { Clock } from '../core/clock.ts';
import type { Definition } from '../element/define.ts';
import { mergeSettings } from '../element/settings.ts';
import type { Database } from '../store/database.ts';
import type { InstanceRecord } from '../store/instances.ts';
import {
  type ClaimedPoll,
  ClaimLost,
  disablePoll,
  enablePoll,
  type FinishedPoll,
  type PollStore,
} from '../store/polls.ts';
import type { PollInstance, PollTarget } from './poll.ts';
import { isPolled, pollInterval, pollSettingsDigest } from './poll-settings.ts';
import type { UnpolledTarget } from './poll-targets.ts';
import { gridPoint } from './poll-times.ts';

/** What bounds polling as a whole. */
export interface ScheduleLimits {
  /** instances that are polled at once, and of one element */
  pollsAtOnce: number;
  pollsAtOncePerElement: number;
  /** instances claimed by one statement */
  pollClaims: number;
  /** milliseconds of the injected clock for which a claim counts without being renewed */
  pollClaimMs: number;
  /** milliseconds of real time between two looks for what is due */
  pollLookMs: number;
}

/** Told when polling stops because the vendor accepts an account's credentials no longer. */
export type RaiseRefusedGrant = (refused: TroubledPolling) => Promise<void>;

/** An instance whose polling is in trouble. */
interface TroubledPolling {
  organizationId: number;
  accountId: number;
  instanceId: number;
  elementKey: string;
  message: string;
}

interface ScheduleDependencies {
  polls: PollStore;
  pollInstance: PollInstance;
  /** the stored instances, with their definitions and accounts; one that is gone is left out */
  targets(polls: readonly ClaimedPoll[]): Promise<(PollTarget | UnpolledTarget)[]>;
  raise: RaiseRefusedGrant;
  /** told when polls of an instance fail over and over */
  raiseFailing(failing: TroubledPolling): Promise<void>;
  clock: Clock;
  limits: ScheduleLimits;
  failed(error: unknown): void;
}

/** Polling that goes on by itself. */
export interface Polling {
  /** Polls everything that is due now and waits until it is done. */
  pollDue(): Promise<void>;
  /** Stops polls between two pages and lets go of what is claimed. */
  stop(): Promise<void>;
}

const tickMs = 1000;
/** failures in a row after which somebody is told */
const worthTelling = 3;

/** Begins to poll; asks the clock every second of real time. */
export function startPolling(dependencies: ScheduleDependencies): Polling {
  const { polls, pollInstance, targets, raise, raiseFailing, clock, limits, failed } = dependencies;
  const stopping = new AbortController();
  /** claimed by this process, by instance: being polled, or waiting until others of the element are done */
  const held = new Map<number, ClaimedPoll>();
  const running = new Map<number, Promise<void>>();
  let waiting: PollTarget[] = [];
  let finished: FinishedPoll[] = [];
  let renewedAt = 0;
  let round: Promise<void> | undefined;
  let isMore = false;
  /** somebody waits for what is due now; else the database is looked at every few seconds */
  let isAsked = false;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const timer = setInterval(() => void turn().catch(failed), tickMs);
  timer.unref();

  /** One round at a time; one that is asked for meanwhile is the one that runs. */
  function turn(): Promise<void> {
    round ??= work().finally(() => {
      round = undefined;
    });
    return round;
  }

  async function work(): Promise<void> {
    await writeFinished();
    if (stopping.signal.aborted) return;
    const now = clock();
    if (held.size > 0 && now - renewedAt > limits.pollClaimMs / 3) {
      renewedAt = now;
      const claimIds = [...held.values()].map(({ claimId }) => claimId);
      await polls.extend(claimIds, now + limits.pollClaimMs);
    }
    const free = limits.pollsAtOnce - running.size;
    const wasMore = isMore;
    isMore = free <= 0;
    if (free <= 0) return;
    if (!isAsked && !wasMore && performance.now() - lookedAt < limits.pollLookMs) return;
    isAsked = false;
    lookedAt = performance.now();
    const endsAt = now + limits.pollClaimMs;
    const most = Math.min(free, limits.pollClaims);
    const claimed = await polls.claim({ now, endsAt, most, held: [...held.keys()], busyElements: busyElements() });
    isMore = claimed.length === most;
    if (claimed.length > 0) await take(claimed);
  }

  async function take(claimed: ClaimedPoll[]): Promise<void> {
    for (const poll of claimed) held.set(poll.instanceId, poll);
    try {
      const found = await targets(claimed);
      for (const target of found) {
        if ('unpolled' in target) finished.push(unpolled(target, clock()));
        else waiting.push(target);
      }
      const missing = claimed.filter(({ claimId }) => !found.some(({ poll }) => poll.claimId === claimId));
      await letGo(missing);
    } catch (error) {
      await letGo(claimed);
      throw error;
    }
    startWaiting();
  }

  function startWaiting(): void {
    const left: PollTarget[] = [];
    for (const target of waiting) {
      const { elementId, instanceId } = target.poll;
      const ofElement = [...running.keys()].filter((id) => held.get(id)?.elementId === elementId).length;
      if (stopping.signal.aborted || ofElement >= limits.pollsAtOncePerElement) left.push(target);
      else running.set(instanceId, pollOne(target));
    }
    waiting = left;
  }

  async function pollOne(target: PollTarget): Promise<void> {
    const { poll, definition } = target;
    let done: FinishedPoll | undefined;
    try {
      done = await pollInstance(target, stopping.signal);
      if (done.stoppedReason !== undefined) done = await tellRefusal(poll, definition, done);
      else if (done.error !== undefined && done.failures === worthTelling) await tellFailing(poll, definition, done);
    } catch (error) {
      if (!(error instanceof ClaimLost)) failed(error);
    }
    if (done !== undefined) finished.push(done);
    else if (held.get(poll.instanceId) === poll) await letGo([poll]).catch(failed);
    running.delete(poll.instanceId);
    startWaiting();
    if (isMore && !stopping.signal.aborted) void turn().catch(failed);
  }

  /** Only what somebody was told of stops the polling; else the next poll tries again. */
  async function tellRefusal(poll: ClaimedPoll, { key }: Definition, done: FinishedPoll): Promise<FinishedPoll> {
    const { organizationId, accountId, instanceId } = poll;
    const message = done.stoppedReason ?? '';
    try {
      await raise({ organizationId, accountId, instanceId, elementKey: key, message });
      return done;
    } catch (error) {
      failed(error);
      return { ...done, stoppedReason: undefined };
    }
  }

  async function tellFailing(poll: ClaimedPoll, { key }: Definition, { error = '' }: FinishedPoll): Promise<void> {
    const { organizationId, accountId, instanceId } = poll;
    const message = `Polling of instance ${instanceId} has failed ${worthTelling} times in a row: ${error}`;
    await raiseFailing({ organizationId, accountId, instanceId, elementKey: key, message });
  }

  async function writeFinished(): Promise<void> {
    const batch = finished;
    if (batch.length === 0) return;
    finished = [];
    try {
      await polls.finish(batch);
    } catch (error) {
      finished = [...batch, ...finished];
      throw error;
    }
    for (const { poll } of batch) held.delete(poll.instanceId);
  }

  async function letGo(claimed: readonly ClaimedPoll[]): Promise<void> {
    for (const { instanceId } of claimed) held.delete(instanceId);
    await polls.release(claimed.map(({ claimId }) => claimId));
  }

  /** Elements of which no more can begin: what is due of them waits without being claimed. */
  function busyElements(): number[] {
    const counts = new Map<number, number>();
    for (const { elementId } of held.values()) counts.set(elementId, (counts.get(elementId) ?? 0) + 1);
    return [...counts].flatMap(([id, count]) => (count >= limits.pollsAtOncePerElement ? [id] : []));
  }

  return {
    async pollDue() {
      for (;;) {
        isAsked = true;
        await turn();
        if (running.size === 0 && waiting.length === 0 && finished.length === 0 && !isMore) return;
        await Promise.all(running.values());
      }
    },
    async stop() {
      clearInterval(timer);
      stopping.abort(new Error('The server stops'));
      await round?.catch(failed);
      await Promise.all(running.values());
      await writeFinished().catch(failed);
      await letGo([...held.values()]).catch(failed);
    },
  };
}

/** What becomes of an instance that cannot be polled now: it is looked at again when the next poll would be due. */
function unpolled({ poll, unpolled: error }: UnpolledTarget, now: number): FinishedPoll {
  const nextAt = gridPoint(poll.instanceId, pollInterval({}), now);
  return { poll, state: poll.state, nextAt, failures: 0, error, polledAt: undefined, stoppedReason: undefined };
}

/**
 * Has a provisioned or changed instance polled as its settings say, or no more; in the transaction that stores it.
 * `requirePollable` has checked the settings before.
 */
export async function syncPolling(
  transaction: Database,
  instance: Pick<InstanceRecord, 'id' | 'organizationId' | 'accountId' | 'values'>,
  definition: Definition,
  now: number,
): Promise<void> {
  const settings = mergeSettings(definition, instance.values);
  if (!isPolled(settings)) return disablePoll(transaction, instance.id);
  const { id: instanceId, organizationId, accountId } = instance;
  const nextAt = gridPoint(instanceId, pollInterval(settings), now);
  const polled = { instanceId, organizationId, accountId, elementId: definition.id };
  await enablePoll(transaction, { ...polled, settings: pollSettingsDigest(settings) }, { now, nextAt });
}
