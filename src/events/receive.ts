// A vendor's webhook, from the request to the inbox: a challenge is answered; else who it is for, whether it comes from the
// vendor, what it is known by, and then its row is committed before the vendor hears that it was taken.

import { hash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { valueAt, writeValue } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import { eventWays } from '../element/event-settings.ts';
import type { Webhooks } from '../element/extension.ts';
import { accountOf, type InstanceAccount } from '../engine/account.ts';
import type { Elements } from '../engine/elements.ts';
import { eventId, type NewEvent } from '../store/events.ts';
import type { Inbox } from '../store/inbox.ts';
import type { InstanceRecord, InstanceStore } from '../store/instances.ts';
import type { WebhookFinders } from '../store/webhook-finders.ts';
import { fillPlaces, holds, placeText, type VendorRequest } from './vendor-request.ts';
import { refusalOf } from './verify.ts';

/** An answer to a vendor. */
export interface VendorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Takes what vendors send. */
export interface Receive {
  /**
   * Takes a webhook for the element with a key, for the instance with an id or for those that the request names. Answers
   * when it is committed. Throws a Problem: 404 when no instance of the element is meant, 401 when it does not come from
   * the vendor, 503 when too many wait.
   */
  webhook(elementKey: string, instanceId: number | undefined, request: VendorRequest): Promise<VendorAnswer>;
}

interface ReceiveDependencies {
  elements: Elements;
  /** the definitions that answer challenges for a key, before there is an instance */
  definitionsOf(elementKey: string): Promise<Definition[]>;
  instances: Pick<InstanceStore, 'forVendor'>;
  finders: Pick<WebhookFinders, 'of' | 'find'>;
  inbox: Inbox;
  clock: Clock;
  limits: { inboxWaiting: number };
  observe(elementKey: string, outcome: 'stored' | 'duplicate' | 'refused' | 'challenge' | 'unknown'): void;
}

/** An instance that a webhook may be for. */
interface Recipient {
  record: InstanceRecord;
  definition: Definition;
  account: InstanceAccount;
}

const dayMs = 86_400_000;
/** a vendor's own id counts as long as keys are kept for certain */
const keptMs = 7 * dayMs;
const taken: VendorAnswer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"status":"received"}',
};

/** Makes the receiver of webhooks. */
export function createReceive(dependencies: ReceiveDependencies): Receive {
  const { elements, definitionsOf, instances, finders, inbox, clock, limits, observe } = dependencies;
  /** what was made of an instance, which stays the same object until something of it changes */
  const known = new WeakMap<InstanceRecord, { definition: Definition; recipient: Recipient | undefined }>();

  return {
    async webhook(elementKey, instanceId, request) {
      if (inbox.waiting() >= limits.inboxWaiting) {
        throw new Problem('overloaded', 'Too many webhooks wait to be stored: send it again.', {
          retryAfterSeconds: 1,
        });
      }
      await inbox.turn();
      const recipients = await findRecipients(elementKey, instanceId, request);
      const challenge = await answerChallenge(elementKey, recipients, request);
      if (challenge !== undefined) {
        observe(elementKey, 'challenge');
        return challenge;
      }
      if (recipients.length === 0) {
        observe(elementKey, 'unknown');
        throw nobody(elementKey, instanceId);
      }
      const events = verified(recipients, elementKey, request);
      const stored = await Promise.all(events.map((event) => inbox.take(event)));
      for (const isNew of stored) observe(elementKey, isNew ? 'stored' : 'duplicate');
      return taken;
    },
  };

  /** By the path, by the header Element-Instances, or by what the payload says. */
  async function findRecipients(
    elementKey: string,
    instanceId: number | undefined,
    request: VendorRequest,
  ): Promise<Recipient[]> {
    if (instanceId !== undefined) {
      const one = await recipient(elementKey, instanceId);
      return one === undefined ? [] : [one];
    }
    const ids = await namedInstances(elementKey, request);
    const found = await Promise.all(ids.map((id) => recipient(elementKey, id)));
    return found.filter((one) => one !== undefined);
  }

  async function namedInstances(elementKey: string, request: VendorRequest): Promise<number[]> {
    const header = request.headers['element-instances'];
    if (header !== undefined) return header.split(',').map(Number).filter(Number.isSafeInteger).slice(0, mostInstances);
    const ids: number[] = [];
    for (const finder of await finders.of(elementKey)) {
      const path = finder.slice(finder.indexOf('|') + 1).trim();
      const value = valueAt(request.body, path);
      if (value === undefined || value === null) continue;
      ids.push(...(await finders.find(elementKey, finder, writeValue(value))));
    }
    return [...new Set(ids)];
  }

  async function recipient(elementKey: string, id: number): Promise<Recipient | undefined> {
    const record = await instances.forVendor(id);
    if (record === undefined || record.elementKey !== elementKey) return undefined;
    const definition = await elements.byId(record.elementId, record);
    const kept = known.get(record);
    if (kept?.definition === definition) return kept.recipient;
    const account = accountOf(record, definition);
    const recipient = eventWays(account.values).webhooks ? { record, definition, account } : undefined;
    known.set(record, { definition, recipient });
    return recipient;
  }

  /** A vendor may ask before the instance is stored, too: then the element alone decides. */
  async function answerChallenge(
    elementKey: string,
    recipients: Recipient[],
    request: VendorRequest,
  ): Promise<VendorAnswer | undefined> {
    for (const { definition, account } of recipients) {
      const answer = challengeAnswer(webhooksOf(definition), request, settingOf(account));
      if (answer !== undefined) return answer;
    }
    if (recipients.length > 0) return undefined;
    for (const definition of await definitionsOf(elementKey)) {
      const answer = challengeAnswer(webhooksOf(definition), request, () => undefined);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The events for those recipients whose proof holds. Throws the Problem with every reason when there is none. */
  function verified(recipients: Recipient[], elementKey: string, request: VendorRequest): NewEvent[] {
    const now = clock();
    const reasons: string[] = [];
    const events: NewEvent[] = [];
    for (const { record, definition, account } of recipients) {
      const { verify = [] } = webhooksOf(definition);
      const reason = verify.length === 0 ? undefined : refusalOf(verify, request, settingOf(account), now);
      if (reason === undefined) events.push(newEvent(record, definition, account, request, now));
      else reasons.push(`instance ${record.id}: ${reason}`);
    }
    for (const _ of reasons) observe(elementKey, 'refused');
    if (events.length === 0) {
      throw new Problem('credentialsWrong', `The webhook is not the vendor’s: ${reasons.join('; ')}.`);
    }
    return events;
  }
}

/** instances that one request may name */
const mostInstances = 100;

function webhooksOf({ document }: Definition): Webhooks {
  return document.valence?.webhooks ?? {};
}

/** Finds an account's settings; its secrets are opened when the first of them is asked for. */
function settingOf(account: InstanceAccount): (key: string) => string | undefined {
  return (key) => {
    const { values } = account;
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value !== undefined && value !== null) return value;
    const { secrets } = account;
    return Object.hasOwn(secrets, key) ? secrets[key]?.reveal() : undefined;
  };
}

/** The answer to a challenge that a request is, or undefined when it is none. */
function challengeAnswer(
  { challenges = [] }: Webhooks,
  request: VendorRequest,
  setting: (key: string) => string | undefined,
): VendorAnswer | undefined {
  const challenge = challenges.find(({ when }) => holds(request, when, { setting }));
  if (challenge === undefined) return undefined;
  const { status = 200, contentType = 'text/plain; charset=utf-8', headers = {}, body = '' } = challenge.answer;
  const filled = Object.entries(headers).map(
    ([name, value]) => [name, fillPlaces(request, value, { setting })] as const,
  );
  return {
    status,
    headers: { 'content-type': contentType, 'x-content-type-options': 'nosniff', ...Object.fromEntries(filled) },
    body: fillPlaces(request, body, { setting }),
  };
}

function newEvent(
  record: InstanceRecord,
  definition: Definition,
  account: InstanceAccount,
  request: VendorRequest,
  now: number,
): NewEvent {
  return {
    id: eventId(now),
    organizationId: record.organizationId,
    accountId: record.accountId,
    instanceId: record.id,
    elementKey: definition.key,
    source: 'webhook',
    body: request.raw.length === 0 ? JSON.stringify(request.body) : request.raw,
    headers: keptHeaders(request.headers),
    unique: uniqueOf(webhooksOf(definition), account, request, now),
  };
}

/** The vendor's own id, else a digest of the raw body that counts for a day, unless that is switched off. */
function uniqueOf(
  { eventId: place, sameBody }: Webhooks,
  { values }: InstanceAccount,
  request: VendorRequest,
  now: number,
): NewEvent['unique'] {
  const id = place === undefined ? undefined : placeText(request, place);
  if (id !== undefined && id !== '') return { key: `id|${id}`, until: now + keptMs };
  if (sameBody === false || values['event.notification.deduplicate'] === 'false') return undefined;
  const raw = request.raw.length === 0 ? JSON.stringify(request.body) : request.raw;
  return { key: `body|${hash('sha256', raw, 'base64')}`, until: now + dayMs };
}

const secretHeaders = ['authorization', 'cookie', 'proxy-authorization'];

function keptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!secretHeaders.some((name) => Object.hasOwn(headers, name))) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.includes(name)));
}

function nobody(elementKey: string, instanceId: number | undefined): Problem {
  const who = instanceId === undefined ? 'nothing in it names an instance' : `${instanceId} is none`;
  return new Problem(
    'notFound',
    `No instance of ${elementKey} takes this webhook: ${who} of that element with webhooks enabled ` +
      '(event.notification.enabled true and event.vendor.type webhook).',
  );
}
