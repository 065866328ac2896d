// What a webhook tells, in the platform's terms: by the element's event hook, else by the rules of its definition.

import { isObject, writeValue } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import type { EventRule } from '../element/extension.ts';
import type { Scripts } from '../script/scripts.ts';
import type { EventItem } from '../store/events.ts';
import { fillPlaces, holds, placeRows, placeText, type Surroundings, type VendorRequest } from './vendor-request.ts';

/** Turns a webhook into event items. */
export type Normalize = (event: {
  definition: Definition;
  /** the account, for the isolate that the hook runs in */
  owner: string;
  /** gives the instance's settings in clear, as hooks see them */
  configuration(): Record<string, unknown>;
  request: VendorRequest;
  /** when the webhook came, in milliseconds since 1970 */
  receivedAt: number;
}) => Promise<EventItem[]>;

/**
 * Makes the normalizer. It throws the Problem of a hook that fails. Items have no date later than the hook or the rules
 * say; without one it is the time at which the webhook came.
 */
export function createNormalize(scripts: Scripts): Normalize {
  return async ({ definition, owner, configuration, request, receivedAt }) => {
    const hook = (definition.document.hooks ?? []).find(({ type, body }) => type === 'event' && body);
    const common = { elementKey: definition.key, ...hubOf(definition) };
    if (!hook?.body) {
      const rules = definition.document.valence?.webhooks?.events ?? [];
      return itemsOfRules(rules, request, settingsIn(configuration), receivedAt).map((item) => ({
        ...item,
        ...common,
      }));
    }
    const { result } = await scripts.run({
      owner,
      source: hook.body,
      legacy: hook.isLegacy === true,
      variables: {
        events: eventsVariable(request),
        configuration: configuration(),
        request_headers: request.headers,
      },
    });
    return itemsOfHook(result, receivedAt).map((item) => ({ ...item, ...common }));
  };
}

function hubOf({ document }: Definition): Pick<EventItem, 'hubKey'> {
  return typeof document.hub === 'string' ? { hubKey: document.hub } : {};
}

/** What hooks see as `events`: the payload, with the headers in it. */
function eventsVariable(request: VendorRequest): unknown {
  const { body, headers } = request;
  return isObject(body) ? { ...body, eventHeaders: headers } : { body, eventHeaders: headers };
}

function settingsIn(configuration: () => Record<string, unknown>): Surroundings {
  return {
    setting: (key) => {
      const all = configuration();
      const value = Object.hasOwn(all, key) ? all[key] : undefined;
      return value === undefined || value === null ? undefined : String(value);
    },
  };
}

type Item = Omit<EventItem, 'elementKey' | 'hubKey'>;

/** The items that the first rule whose condition holds tells of. */
function itemsOfRules(
  rules: readonly EventRule[],
  request: VendorRequest,
  around: Surroundings,
  receivedAt: number,
): Item[] {
  const rule = rules.find(({ when = {} }) => holds(request, when, around));
  if (rule === undefined) return [];
  const rows = rule.rows === undefined ? [undefined] : placeRows(request, rule.rows);
  return rows.flatMap((row) => {
    const near = { ...around, row };
    const eventType = eventTypeOf(rule, request, near);
    const objectId = fillPlaces(request, rule.objectId, near);
    if (eventType === undefined || objectId === '') return [];
    const date = rule.date === undefined ? undefined : fillPlaces(request, rule.date, near);
    return [
      { eventType, objectType: fillPlaces(request, rule.objectType, near), objectId, date: isoDate(date, receivedAt) },
    ];
  });
}

function eventTypeOf(rule: EventRule, request: VendorRequest, around: Surroundings): Item['eventType'] | undefined {
  const { eventType } = rule;
  if (typeof eventType === 'string') return eventType;
  const word = placeText(request, eventType.from, around) ?? '';
  return Object.hasOwn(eventType.map, word) ? eventType.map[word] : eventType.otherwise;
}

/** The items among what a hook gave to `done`: `{events: [{event_type, event_object_id, …}]}`. */
function itemsOfHook(result: unknown, receivedAt: number): Item[] {
  const events = isObject(result) ? result['events'] : undefined;
  const list = Array.isArray(events) ? events : isObject(events) ? [events] : [];
  return list.filter(isObject).map((event) => ({
    eventType: wellKnownType(text(event['event_type'])),
    objectType: text(event['event_object_type']) ?? '',
    objectId: text(event['event_object_id']) ?? '',
    date: isoDate(text(event['event_date']), receivedAt),
  }));
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : writeValue(value);
}

/** Hooks also say UNKNOWN, and words of their own; what is no creation and no deletion is a change. */
function wellKnownType(word: string | undefined): Item['eventType'] {
  if (/^(create|insert|add|new)/i.test(word ?? '')) return 'CREATED';
  return /^(delete|remove|destroy)/i.test(word ?? '') ? 'DELETED' : 'UPDATED';
}

/** A date as vendors write it (ISO 8601, seconds or milliseconds since 1970) in ISO 8601; else the given moment. */
function isoDate(text: string | undefined, otherwise: number): string {
  const number = Number(text?.trim() || Number.NaN);
  const at = Number.isFinite(number) ? (Math.abs(number) < 1e11 ? number * 1000 : number) : Date.parse(text ?? '');
  return new Date(Number.isFinite(at) && Math.abs(at) < 8.64e15 ? at : otherwise).toISOString();
}
