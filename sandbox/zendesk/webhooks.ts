// Zendesk's Webhooks API (developer docs "Webhooks API", "Creating and monitoring webhooks", "Webhook security and
// authentication").

import { randomBytes } from 'node:crypto';
import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { isBlank, isObject, wrappedBody } from './answers.ts';
import type { ZendeskSite } from './data.ts';

/** A webhook with what is not shown of it. */
export interface ZendeskWebhook {
  id: string;
  name: string;
  description: string | null;
  status: string;
  endpoint: string;
  http_method: string;
  request_format: string;
  subscriptions: string[];
  authentication: WebhookAuthentication | undefined;
  custom_headers: Record<string, string> | undefined;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
  secret: string;
}

interface WebhookAuthentication {
  type: string;
  data: Record<string, string>;
  add_position: string;
}

type Members = Record<string, unknown>;

/** What connects a webhook to triggers; it excludes all other subscriptions. */
export const byTriggers = 'conditional_ticket_events';

const choices = {
  status: ['active', 'inactive'],
  http_method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  request_format: ['json', 'xml', 'form_encoded'],
};

/** The data that each way of authentication has, and which of it is shown: only a user name. */
const authentications: Record<string, { data: readonly string[]; shown: readonly string[] }> = {
  basic_auth: { data: ['username', 'password'], shown: ['username'] },
  bearer_token: { data: ['token'], shown: [] },
  api_key: { data: ['name', 'value'], shown: ['name'] },
};

const domains = 'account|agent|article|community_post|messaging_ticket|organization|ticket|user';
const eventType = new RegExp(`^zen:event-type:(${domains})\\.[a-z_]+$`);

/** /api/v2/webhooks, /api/v2/webhooks/{id} and its signing_secret; undefined for others. */
export function webhooksApi(
  site: ZendeskSite,
  request: VendorRequest,
  [id, child, ...more]: readonly string[],
  userId: number,
): Answer | undefined {
  const { method } = request;
  if (more.length > 0) return undefined;
  if (id === undefined) {
    if (method === 'GET') return list(site, request);
    return method === 'POST' ? create(site, request, userId) : undefined;
  }
  const webhook = site.webhooks.get(id);
  if (webhook === undefined) return refused(404, [['WebhookNotFound', `Webhook ${id} could not be found`]]);
  if (child === 'signing_secret') return signingSecret(webhook, method);
  if (child !== undefined) return undefined;
  if (method === 'GET') return json(200, { webhook: show(webhook) });
  if (method === 'PATCH' || method === 'PUT') return update(site, request, webhook, userId);
  if (method !== 'DELETE') return undefined;
  site.webhooks.delete(id);
  return empty(204);
}

function list(site: ZendeskSite, request: VendorRequest): Answer {
  const query = new URLSearchParams(request.query);
  const words = query.get('filter[name_contains]')?.toLowerCase();
  const status = query.get('filter[status]');
  const size = Math.min(Number(query.get('page[size]') ?? 100) || 100, 100);
  const after = query.get('page[after]');
  const all = [...site.webhooks.values()].filter(
    (each) =>
      (words === undefined || each.name.toLowerCase().includes(words)) && (status === null || each.status === status),
  );
  const start = after === null ? 0 : all.findIndex((each) => each.id === after) + 1;
  const shown = all.slice(start, start + size);
  const hasMore = start + size < all.length;
  const cursors = { after_cursor: shown.at(-1)?.id ?? null, before_cursor: shown[0]?.id ?? null };
  query.set('page[after]', String(cursors.after_cursor));
  const next = hasMore ? `https://${request.host}${request.path}?${query}` : null;
  return json(200, { webhooks: shown.map(show), meta: { has_more: hasMore, ...cursors }, links: { next, prev: null } });
}

function create(site: ZendeskSite, request: VendorRequest, userId: number): Answer {
  const cloned = new URLSearchParams(request.query).get('clone_webhook_id');
  if (cloned !== null) return clone(site, cloned, userId);
  const { members, refusal } = wrappedBody(request, 'webhook');
  if (refusal !== undefined) return refusal;
  const given = { subscriptions: [], ...members };
  const faults = faultsOf(given, ['name', 'endpoint', 'http_method', 'request_format', 'status']);
  if (faults.length > 0) return refused(400, faults);
  return json(201, { webhook: show(add(site, given, userId)) });
}

/** "A new webhook created by cloning will have the same name as the original webhook with (copy) appended to the end." */
function clone(site: ZendeskSite, id: string, userId: number): Answer {
  const original = site.webhooks.get(id);
  if (original === undefined) return refused(404, [['WebhookNotFound', `Webhook ${id} could not be found`]]);
  const copy = add(site, { ...original, name: `${original.name} (copy)` }, userId);
  return json(201, { webhook: show(copy) });
}

function add(site: ZendeskSite, given: Members, userId: number): ZendeskWebhook {
  const now = toSecond(site.now());
  const webhook: ZendeskWebhook = {
    ...membersOf({ description: null, ...given }),
    // Zendesk's ids are ULIDs.
    id: `01HZ6QK7T8W9X0Y1Z2${String(site.newId() % 100_000_000).padStart(8, '0')}`,
    created_at: now,
    created_by: String(userId),
    updated_at: now,
    updated_by: String(userId),
    secret: newSecret(),
  };
  site.webhooks.set(webhook.id, webhook);
  return webhook;
}

/** PATCH changes what is given, PUT sets all; both answer 204. "You can't change an existing webhook's connection method." */
function update(site: ZendeskSite, request: VendorRequest, webhook: ZendeskWebhook, userId: number): Answer {
  const { members, refusal } = wrappedBody(request, 'webhook');
  if (refusal !== undefined) return refusal;
  const isWhole = request.method === 'PUT';
  const given: Members = isWhole ? { subscriptions: [], description: null, ...members } : { ...webhook, ...members };
  const faults = faultsOf(given, ['name', 'endpoint', 'http_method', 'request_format', 'status']);
  const before = webhook.subscriptions.includes(byTriggers);
  if (faults.length === 0 && (given['subscriptions'] as string[]).includes(byTriggers) !== before) {
    faults.push(['InvalidSubscriptions', "subscriptions: a webhook's connection method cannot be changed"]);
  }
  if (faults.length > 0) return refused(400, faults);
  const changed = membersOf(given);
  Object.assign(webhook, changed, { updated_at: toSecond(site.now()), updated_by: String(userId) });
  return empty(204);
}

function signingSecret(webhook: ZendeskWebhook, method: string): Answer | undefined {
  if (method !== 'GET' && method !== 'POST') return undefined;
  if (method === 'POST') webhook.secret = newSecret();
  return json(method === 'POST' ? 201 : 200, { signing_secret: { algorithm: 'SHA256', secret: webhook.secret } });
}

function newSecret(): string {
  return randomBytes(32).toString('base64');
}

function membersOf(given: Members): Pick<ZendeskWebhook, (typeof settable)[number]> {
  return Object.fromEntries(settable.map((name) => [name, given[name]])) as ReturnType<typeof membersOf>;
}

const settable = [
  'name',
  'description',
  'status',
  'endpoint',
  'http_method',
  'request_format',
  'subscriptions',
  'authentication',
  'custom_headers',
] as const;

function show({ secret: _secret, authentication, ...shown }: ZendeskWebhook): Members {
  if (authentication === undefined || authentication === null) return shown;
  const { data, ...more } = authentication;
  const named = authentications[authentication.type]?.shown ?? [];
  const kept = named.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]]));
  return { ...shown, authentication: { ...more, data: Object.fromEntries(kept) } };
}

type Fault = [code: string, detail: string];

/** The form of Zendesk's refusals and their wordings are _assumed_. */
function refused(status: number, faults: readonly Fault[]): Answer {
  return json(status, { errors: faults.map(([code, detail]) => ({ code, title: code, detail })) });
}

function faultsOf(given: Members, needed: readonly string[]): Fault[] {
  const faults: Fault[] = needed
    .filter((name) => isBlank(given[name]))
    .map((name) => ['MissingParameter', `${name}: is required`]);
  for (const [name, allowed] of Object.entries(choices)) {
    if (isBlank(given[name]) || allowed.includes(String(given[name]))) continue;
    faults.push(['InvalidValue', `${name}: must be one of ${allowed.join(', ')}`]);
  }
  const endpoint = String(given['endpoint'] ?? '');
  // Zendesk asks for a public address; the sandbox, whose receivers are on this machine, takes any.
  if (endpoint !== '' && !/^https?:\/\/./.test(endpoint)) faults.push(['InvalidValue', 'endpoint: is not a valid URL']);
  return [...faults, ...subscriptionFaults(given), ...authenticationFaults(given['authentication'])];
}

function subscriptionFaults(given: Members): Fault[] {
  const { subscriptions } = given;
  if (!Array.isArray(subscriptions)) return [['InvalidSubscriptions', 'subscriptions: must be an array']];
  const faults: Fault[] = subscriptions
    .filter((each) => each !== byTriggers && !eventType.test(String(each)))
    .map((each) => ['InvalidSubscriptions', `subscriptions: ${each} is not an event type`]);
  if (subscriptions.includes(byTriggers)) {
    if (subscriptions.length > 1)
      faults.push(['InvalidSubscriptions', `subscriptions: ${byTriggers} must be the only one`]);
  } else if (subscriptions.length > 0 && (given['http_method'] !== 'POST' || given['request_format'] !== 'json')) {
    faults.push(['InvalidSubscriptions', 'subscriptions: events need the method POST and the format json']);
  }
  return faults;
}

function authenticationFaults(value: unknown): Fault[] {
  if (value === undefined || value === null) return [];
  const { type, data, add_position } = isObject(value) ? value : {};
  const kind = authentications[String(type)];
  const isWhole = kind?.data.every((name) => isObject(data) && typeof data[name] === 'string') === true;
  if (isWhole && (add_position === 'header' || add_position === undefined)) return [];
  return [
    [
      'InvalidAuthentication',
      `authentication: must be one of ${Object.keys(authentications).join(', ')} with its data`,
    ],
  ];
}
