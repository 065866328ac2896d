// Zendesk's ticket triggers (developer docs "Ticket Triggers", "Conditions reference", "Actions reference").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { blank, isObject, type Violation } from './answers.ts';
import type { TicketChange } from './changes.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { isLacking, type Kind, recordsOf } from './records.ts';
import { byTriggers } from './webhooks.ts';

interface Condition {
  field: string;
  operator: string;
  value?: unknown;
}

/** An action of a trigger; only those that notify webhooks and targets do something here. */
export interface TriggerAction {
  field: string;
  value: unknown;
}

const kind: Kind = {
  name: 'trigger',
  plural: 'triggers',
  writable: ['title', 'description', 'active', 'position', 'category_id', 'conditions', 'all', 'any', 'actions'],
  hidden: ['all', 'any'],
  ways: 'both',
  records: (site) => site.triggers,
  add: addTrigger,
  check: (site, given, record) => [
    ...(isLacking('title', given, record) ? [blank('title')] : []),
    ...checkConditions(given, record),
    ...checkActions(site, given, record),
  ],
  derived: (changes) => ({
    ...('title' in changes && { raw_title: changes['title'] }),
    ...(hasConditions(changes) && { conditions: conditionsOf(changes) }),
  }),
  listed(rows, query) {
    const active = query.get('active');
    return inOrder(active === null ? rows : rows.filter((row) => String(row['active']) === active));
  },
};

/** /api/v2/triggers.json, /api/v2/triggers/active.json and /api/v2/triggers/{id}.json; undefined for others. */
export function triggersApi(
  site: ZendeskSite,
  request: VendorRequest,
  [id, ...more]: readonly string[],
): Answer | undefined {
  if (more.length > 0) return undefined;
  if (id === 'active' && request.method === 'GET') {
    return pageOf(request, 'triggers', activeTriggers(site).map(withoutLists), { ways: 'both' });
  }
  if (id === 'search' && request.method === 'GET') {
    const words = (new URLSearchParams(request.query).get('query') ?? '').toLowerCase();
    const found = inOrder([...site.triggers.values()]).filter((each) =>
      String(each['title']).toLowerCase().includes(words),
    );
    return pageOf(request, 'triggers', found.map(withoutLists));
  }
  if (id !== undefined && !/^\d+$/.test(id)) return json(404, { error: 'InvalidEndpoint', description: 'Not found' });
  return recordsOf(site, request, kind, id === undefined ? undefined : Number(id));
}

/** "All your ticket triggers are checked from first to last each time a ticket is created or updated." */
export function activeTriggers(site: ZendeskSite): ZendeskRecord[] {
  return inOrder([...site.triggers.values()].filter((each) => each['active'] === true));
}

/** What a trigger does. */
export function actionsOf(trigger: ZendeskRecord): TriggerAction[] {
  return trigger['actions'] as TriggerAction[];
}

/** Whether a change meets all conditions of `all`, and one of `any` where there are some. */
export function isMet(trigger: ZendeskRecord, change: TicketChange): boolean {
  const { all, any } = trigger['conditions'] as { all: Condition[]; any: Condition[] };
  const holds = (condition: Condition) => fieldOf(condition.field)?.holds(change, condition) === true;
  return all.every(holds) && (any.length === 0 || any.some(holds));
}

function inOrder(rows: ZendeskRecord[]): ZendeskRecord[] {
  return rows.toSorted((a, b) => Number(a['position']) - Number(b['position']) || a.id - b.id);
}

function withoutLists({ all: _all, any: _any, ...shown }: ZendeskRecord): ZendeskRecord {
  return shown as ZendeskRecord;
}

function addTrigger(site: ZendeskSite, trigger: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/triggers/${trigger.id}.json`,
    active: true,
    category_id: '10026',
    default: false,
    description: null,
    position: site.triggers.size + 1,
    ...trigger,
  };
  site.triggers.set(record.id, record);
  return record;
}

/** Conditions stand in `conditions`; in requests also beside it, as the page has it for updates of older clients. */
function hasConditions(members: Record<string, unknown>): boolean {
  return ['conditions', 'all', 'any'].some((name) => name in members);
}

function conditionsOf(members: Record<string, unknown>): { all: unknown[]; any: unknown[] } {
  const given = isObject(members['conditions']) ? members['conditions'] : members;
  const listed = (value: unknown) => (Array.isArray(value) ? value : []);
  return { all: listed(given['all']), any: listed(given['any']) };
}

/** The wordings are _assumed_. */
function checkConditions(given: Record<string, unknown>, record: ZendeskRecord | undefined): Violation[] {
  if (record !== undefined && !hasConditions(given)) return [];
  const { all, any } = conditionsOf(given);
  if (all.length + any.length === 0) return [blank('conditions')];
  return [...all, ...any]
    .filter((each) => !isCondition(each))
    .map((each) => ({
      field: 'conditions',
      description: `Conditions: ${JSON.stringify(each)} is not a condition that the sandbox knows`,
      error: 'InvalidValue',
    }));
}

function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  return fieldOf(String(value['field']))?.operators.includes(String(value['operator'])) === true;
}

/** That each notified webhook and target is there is _assumed_ to be checked. */
function checkActions(
  site: ZendeskSite,
  given: Record<string, unknown>,
  record: ZendeskRecord | undefined,
): Violation[] {
  if (!('actions' in given)) return record === undefined ? [blank('actions')] : [];
  const { actions } = given;
  if (!Array.isArray(actions) || actions.length === 0) return [blank('actions')];
  return actions
    .filter((each) => !isAction(site, each))
    .map((each) => ({
      field: 'actions',
      description: `Actions: ${JSON.stringify(each)} is invalid`,
      error: 'InvalidValue',
    }));
}

function isAction(site: ZendeskSite, value: unknown): boolean {
  if (!isObject(value) || typeof value['field'] !== 'string') return false;
  const [id] = Array.isArray(value['value']) ? value['value'] : [];
  if (value['field'] === 'notification_target') return site.targets.has(Number(id));
  if (value['field'] !== 'notification_webhook') return 'value' in value;
  return site.webhooks.get(String(id))?.subscriptions.includes(byTriggers) === true;
}

/** One thing that a condition may ask about. */
interface ConditionField {
  operators: readonly string[];
  holds(change: TicketChange, condition: Condition): boolean;
}

/** A ticket field that has one value: compared as it is now, as it was, and whether it changed. */
function single(name: string, order: readonly string[] = []): ConditionField {
  const text = (value: unknown) => String(value ?? '');
  return {
    operators: [
      ...['is', 'is_not', 'changed', 'not_changed', 'value', 'not_value', 'value_previous', 'not_value_previous'],
      ...(order.length > 0 ? ['less_than', 'greater_than'] : []),
    ],
    holds(change, { operator, value }) {
      const asked = value === 'current_user' ? text(change.authorId) : text(value);
      const now = text(ticketValue(change.ticket, name));
      const changed = change.events.find((event) => event['field_name'] === name);
      const rank = (one: string) => order.indexOf(one);
      const answers: Record<string, boolean> = {
        is: now === asked,
        is_not: now !== asked,
        changed: changed !== undefined,
        not_changed: changed === undefined,
        value: changed !== undefined && now === asked,
        not_value: changed !== undefined && now !== asked,
        value_previous: changed !== undefined && text(changed['previous_value']) === asked,
        not_value_previous: changed !== undefined && text(changed['previous_value']) !== asked,
        less_than: rank(now) < rank(asked),
        greater_than: rank(now) > rank(asked),
      };
      return answers[operator] === true;
    },
  };
}

function ticketValue(ticket: ZendeskRecord, name: string): unknown {
  const id = /^custom_fields_(\d+)$/.exec(name)?.[1];
  if (id === undefined) return ticket[name];
  const fields = ticket['custom_fields'] as { id: number; value: unknown }[];
  return fields.find((field) => String(field.id) === id)?.value;
}

/** Words of a text, of which one is among those that are asked for. */
function words(textsOf: (change: TicketChange) => string): ConditionField {
  return {
    operators: ['includes', 'not_includes'],
    holds(change, { operator, value }) {
      const known = textsOf(change)
        .toLowerCase()
        .split(/[^\p{L}\p{N}_-]+/u);
      const found = String(value ?? '')
        .toLowerCase()
        .split(/\s+/)
        .some((word) => known.includes(word));
      return found === (operator === 'includes');
    },
  };
}

function only(test: (change: TicketChange, value: string) => boolean): ConditionField {
  return {
    operators: ['is', 'is_not'],
    holds: (change, { operator, value }) => test(change, String(value)) === (operator === 'is'),
  };
}

const commentBody = ({ comment }: TicketChange) => String(comment?.['body'] ?? '');

const conditionFields: Record<string, ConditionField> = {
  update_type: only((change, value) => change.kind === value),
  status: single('status', ['new', 'open', 'pending', 'hold', 'solved', 'closed']),
  priority: single('priority', ['', 'low', 'normal', 'high', 'urgent']),
  type: single('type'),
  group_id: single('group_id'),
  assignee_id: single('assignee_id'),
  requester_id: single('requester_id'),
  organization_id: single('organization_id'),
  brand_id: single('brand_id'),
  current_tags: words(({ ticket }) => (ticket['tags'] as string[]).join(' ')),
  subject_includes_word: words(({ ticket }) => String(ticket['subject'] ?? '')),
  description_includes_word: words(({ ticket }) => String(ticket['description'] ?? '')),
  comment_includes_word: words(commentBody),
  comment_is_public: only(({ comment }, value) => {
    if (value === 'not_relevant') return comment !== undefined;
    return comment !== undefined && (comment['public'] === true) === (value !== 'false');
  }),
  role: only(({ site, authorId }, value) => {
    const role = site.users.get(Number(authorId))?.['role'];
    return value === 'end_user'
      ? role === 'end-user'
      : value === 'agent'
        ? role !== 'end-user'
        : value === String(authorId);
  }),
};

function fieldOf(name: string): ConditionField | undefined {
  if (/^custom_fields_\d+$/.test(name)) return single(name);
  return Object.hasOwn(conditionFields, name) ? conditionFields[name] : undefined;
}
