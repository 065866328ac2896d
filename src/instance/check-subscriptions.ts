// Whether vendors still have the subscriptions of instances: one that is gone is made anew, and somebody is told.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { valueAt, writeValue } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import { eventWays } from '../element/event-settings.ts';
import { mergeSettings } from '../element/settings.ts';
import { accountOf } from '../engine/account.ts';
import type { Engine } from '../engine/call.ts';
import { compileElement } from '../engine/compile.ts';
import type { Elements } from '../engine/elements.ts';
import { noTrace } from '../engine/trace.ts';
import type { Database } from '../store/database.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { DueCheck, SubscriptionChecks } from '../store/subscription-checks.ts';
import type { NumberedAccount, Subscriptions } from './subscribe.ts';

/** Told that the subscription of an instance was gone at the vendor. */
export type TellLostSubscription = (record: InstanceRecord, message: string) => Promise<void>;

/** Checks that go on by themselves. */
export interface SubscriptionCheck {
  /** Makes every check that is due now. */
  checkDue(): Promise<void>;
  stop(): Promise<void>;
}

interface CheckDependencies {
  checks: SubscriptionChecks;
  instances: InstanceStore;
  elements: Elements;
  engine: Engine;
  subscriptions: Subscriptions;
  /** keeps the settings that a new subscription brought */
  keepSettings(account: NumberedAccount, settings: Record<string, string>): Promise<void>;
  tell: TellLostSubscription;
  clock: Clock;
  limits: { subscriptionCheckMs: number; subscriptionTickMs: number };
  failed(error: unknown, what: string): void;
}

const atOnce = 20;
/** milliseconds after which a check that was not finished is made by another process */
const givenUpMs = 10 * 60_000;

/** Begins to check. */
export function startSubscriptionCheck(dependencies: CheckDependencies): SubscriptionCheck {
  const { checks, instances, elements, engine, subscriptions, keepSettings, tell, clock, limits, failed } =
    dependencies;
  let stopped = false;
  let running: Promise<void> | undefined;
  const timer = setInterval(() => void checkDue(), limits.subscriptionTickMs);
  timer.unref();

  function checkDue(): Promise<void> {
    running ??= checkAll()
      .catch((error: unknown) => failed(error, 'subscriptions could not be checked; the next minute tries again'))
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  async function checkAll(): Promise<void> {
    while (!stopped) {
      const now = clock();
      const due = await checks.take(now, now + givenUpMs, atOnce);
      await Promise.all(due.map(checkOne));
      if (due.length < atOnce) return;
    }
  }

  async function checkOne({ organizationId, accountId, instanceId }: DueCheck): Promise<void> {
    try {
      const record = await instances.byId({ organizationId, accountId }, instanceId);
      if (record !== undefined && !record.disabled) await look(record);
      await checks.next(organizationId, instanceId, clock() + limits.subscriptionCheckMs);
    } catch (error) {
      // A vendor that cannot be asked now says nothing about the subscription.
      if (!(error instanceof Problem)) failed(error, `the subscription of instance ${instanceId} could not be checked`);
      await checks.next(organizationId, instanceId, clock() + givenUpMs);
    }
  }

  async function look(record: InstanceRecord): Promise<void> {
    const definition = await elements.byId(record.elementId, record);
    const reason = await lossOf(record, definition);
    if (reason === undefined) return;
    let end: string;
    try {
      await renew(record, definition);
      end = 'It was made anew; what happened in between is found by polling only.';
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      end = `It could not be made anew: ${error.message}`;
    }
    await tell(
      record,
      `The subscription of instance ${record.id} (${record.name}) was gone at the vendor: ${reason}. ${end}`,
    );
  }

  /** Why a subscription is lost; undefined when it is alive. Throws the Problem of a vendor that does not say. */
  async function lossOf(record: InstanceRecord, definition: Definition): Promise<string | undefined> {
    const check = definition.document.valence?.webhooks?.check;
    const account = accountOf(record, definition);
    const resource = check === undefined ? undefined : compileElement(definition).named('GET', check.path);
    if (check === undefined || resource === undefined || !eventWays(account.values).webhooks) return undefined;
    try {
      const answer = await engine.call(
        account,
        { resource, pathVariables: {} },
        {
          requestId: randomUUID(),
          method: 'GET',
          path: check.path,
          query: {},
          headers: {},
          body: { kind: 'none' },
          signal: undefined,
          trace: noTrace,
          priority: 'background',
          vendor: { milliseconds: 0, calls: 0 },
        },
      );
      answer.stream?.destroy();
      for (const [path, wanted] of Object.entries(check.alive ?? {})) {
        const found = writeValue(valueAt(answer.value, path) ?? 'nothing');
        if (found !== wanted) return `its ${path} is ${found}`;
      }
      return undefined;
    } catch (error) {
      if (error instanceof Problem && (error.status === 404 || error.status === 410)) return 'it is not there';
      throw error;
    }
  }

  async function renew(record: InstanceRecord, definition: Definition): Promise<void> {
    const account = accountOf(record, definition);
    const tokens = await subscriptions.tokensOf(definition, record);
    await subscriptions.close(definition, record);
    await keepSettings(account, await subscriptions.open(account, tokens, noTrace));
  }

  return {
    checkDue,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** Stores when the subscription of an instance is checked first, in the transaction that stores its settings. */
export async function storeCheck(
  checks: SubscriptionChecks,
  transaction: Database,
  record: InstanceRecord,
  definition: Definition,
  firstAt: number,
): Promise<void> {
  const { id: instanceId, organizationId, accountId } = record;
  const isChecked = definition.document.valence?.webhooks?.check !== undefined;
  const { webhooks } = eventWays(mergeSettings(definition, record.values));
  if (isChecked && webhooks) await checks.store(transaction, { organizationId, accountId, instanceId }, firstAt);
  else await checks.forget(transaction, instanceId);
}
