// What Zendesk tells others of its own accord: triggers that notify webhooks and targets, and event subscriptions (developer
// docs "Anatomy of a webhook request", "Verifying webhook authenticity", "Webhooks" on retries).

import { createHmac, randomUUID } from 'node:crypto';
import { createSeed, toSecond } from '../seed.ts';
import type { RetryRule } from '../webhooks.ts';
import type { TicketChange } from './changes.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { fillIn, insideJson } from './placeholders.ts';
import { isHttpTarget } from './targets.ts';
import { eventsOf, ticketDetail, type ZendeskEvent } from './ticket-events.ts';
import { actionsOf, activeTriggers, isMet } from './triggers.ts';
import { byTriggers, type ZendeskWebhook } from './webhooks.ts';

/**
 * "Webhooks", retries: 409 up to three times; 429 and 503 with a Retry-After of less than 60 seconds; what takes longer than
 * 12 seconds up to five times. How long it waits without Retry-After, and how often it comes again with it, is _assumed_.
 */
const webhookRule: RetryRule = {
  timeoutMs: 12_000,
  retries: [
    { on: [409], delaysMs: [1000, 2000, 4000] },
    { on: [429, 503], delaysMs: [0, 0, 0], retryAfterBelowSeconds: 60 },
    { on: ['timeout'], delaysMs: [1000, 2000, 4000, 8000, 16_000] },
  ],
};

/** Targets are told once (_assumed_). */
const targetRule: RetryRule = { timeoutMs: 12_000, retries: [] };

/** "If all attempts fail, the target is deactivated" (support.zendesk.com "Managing external targets"). */
const mostTargetFailures = 21;

/** Tells of a ticket that was made or changed: first the triggers run, from first to last, then the events go out. */
export function tellOfTicket(
  site: ZendeskSite,
  ticket: ZendeskRecord,
  kind: TicketChange['kind'],
  audit: ZendeskRecord,
): void {
  const events = audit['events'] as Record<string, unknown>[];
  const comment = events.find((event) => event['type'] === 'Comment');
  const change: TicketChange = { site, ticket, kind, authorId: Number(audit['author_id']), events, comment };
  const occasion = `https://${site.host}/api/v2/tickets/${ticket.id}/audits/${audit.id}.json`;
  for (const trigger of activeTriggers(site)) {
    if (!isMet(trigger, change)) continue;
    for (const { field, value } of actionsOf(trigger)) {
      const [id, message] = Array.isArray(value) ? value : [];
      if (field === 'notification_webhook') notifyWebhook(change, occasion, String(id), message);
      if (field === 'notification_target') notifyTarget(change, occasion, Number(id), message);
    }
  }
  publish(site, occasion, eventsOf(change), ['ticket', ticket.id], ticketDetail(ticket, change.authorId));
}

/** Tells of a ticket that was deleted: no trigger runs, as none does for deleting. */
export function tellOfDeletedTicket(site: ZendeskSite, ticket: ZendeskRecord, userId: number): void {
  const detail = { ...ticketDetail(ticket, userId), status: 'DELETED', updated_at: toSecond(site.now()) };
  const occasion = `https://${site.host}/api/v2/tickets/${ticket.id}.json deleted`;
  publish(site, occasion, [{ type: 'ticket.soft_deleted', event: {} }], ['ticket', ticket.id], detail);
}

/** Sends each event to the webhooks that subscribe to it. */
export function publish(
  site: ZendeskSite,
  occasion: string,
  events: readonly ZendeskEvent[],
  [subject, id]: readonly [type: string, id: number],
  detail: Record<string, unknown>,
): void {
  const sequence = randomUUID().replaceAll('-', '').toUpperCase();
  for (const [index, { type, event }] of events.entries()) {
    const fullType = `zen:event-type:${type}`;
    const wanting = [...site.webhooks.values()].filter(
      (webhook) => webhook.status === 'active' && webhook.subscriptions.includes(fullType),
    );
    if (wanting.length === 0) continue;
    const meta = { sequence: { id: sequence, position: index + 1, total: events.length } };
    const body = JSON.stringify({
      account_id: accountId(site),
      detail,
      event: { ...event, ...(subject === 'ticket' && { meta }) },
      id: randomUUID(),
      subject: `zen:${subject}:${id}`,
      time: site.now().toISOString(),
      type: fullType,
      zendesk_event_version: '2022-11-06',
    });
    for (const webhook of wanting) sendTo(site, webhook, { occasion, url: webhook.endpoint, body });
  }
}

/** A webhook of a trigger gets the trigger's message; for GET and DELETE that is a list of query parameters. */
function notifyWebhook(change: TicketChange, occasion: string, id: string, message: unknown): void {
  const webhook = change.site.webhooks.get(id);
  if (webhook?.status !== 'active' || !webhook.subscriptions.includes(byTriggers)) return;
  const fields = filledPairs(change, message);
  const endpoint = fillIn(webhook.endpoint, change, encodeURIComponent);
  if (fields !== undefined && ['GET', 'DELETE'].includes(webhook.http_method)) {
    sendTo(change.site, webhook, { occasion, url: withQuery(endpoint, fields), body: '' });
    return;
  }
  const body = fields?.toString() ?? fillIn(String(message ?? ''), change, escapeFor(webhook.request_format));
  const hasBody = webhook.http_method !== 'GET' && webhook.http_method !== 'DELETE';
  sendTo(change.site, webhook, { occasion, url: endpoint, body: hasBody ? body : '' });
}

const contentTypes: Record<string, string> = {
  json: 'application/json',
  xml: 'application/xml',
  form_encoded: 'application/x-www-form-urlencoded',
};

function sendTo(
  site: ZendeskSite,
  webhook: ZendeskWebhook,
  { occasion, url, body }: { occasion: string; url: string; body: string },
): void {
  const timestamp = toSecond(site.now());
  const signature = createHmac('sha256', webhook.secret).update(`${timestamp}${body}`).digest('base64');
  site.send({
    vendor: 'zendesk',
    occasion,
    method: webhook.http_method,
    url,
    headers: {
      ...(body !== '' && { 'content-type': contentTypes[webhook.request_format] ?? '' }),
      'user-agent': 'Zendesk Webhook',
      ...webhook.custom_headers,
      ...authenticationOf(webhook),
      'x-zendesk-account-id': String(accountId(site)),
      'x-zendesk-webhook-id': webhook.id,
      'x-zendesk-webhook-invocation-id': String(site.newId()),
      'x-zendesk-webhook-signature': signature,
      'x-zendesk-webhook-signature-timestamp': timestamp,
    },
    body,
    rule: webhookRule,
  });
}

function authenticationOf({ authentication }: ZendeskWebhook): Record<string, string> {
  const { type, data = {} } = authentication ?? {};
  if (type === 'basic_auth') return { authorization: basic(data['username'], data['password']) };
  if (type === 'bearer_token') return { authorization: `Bearer ${data['token']}` };
  return type === 'api_key' ? { [String(data['name']).toLowerCase()]: String(data['value']) } : {};
}

function basic(username: unknown, password: unknown): string {
  return `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`, 'utf8').toString('base64')}`;
}

/**
 * A target gets the message in its `attribute`, in the query or as a form; one of the newer type gets it as the body, or as a
 * list of parameters ("Targets"). Its address may have placeholders.
 */
function notifyTarget(change: TicketChange, occasion: string, id: number, message: unknown): void {
  const { site } = change;
  const target = site.targets.get(id);
  if (target?.['active'] !== true || !isHttpTarget(target)) return;
  const method = String(target['method'] ?? 'get').toUpperCase();
  const isOld = target['type'] === 'url_target';
  const contentType = String(target['content_type'] ?? contentTypes['form_encoded']);
  const url = fillIn(String(target['target_url']), change, encodeURIComponent);
  const fields = isOld
    ? new URLSearchParams({ [String(target['attribute'] ?? 'message')]: fillIn(String(message ?? ''), change) })
    : filledPairs(change, message);
  const isInQuery = ['GET', 'DELETE'].includes(method);
  const text = fillIn(String(message ?? ''), change, escapeFor(contentType.includes('json') ? 'json' : 'xml'));
  const body = isInQuery ? '' : (fields?.toString() ?? text);
  const { username, password } = target;
  site.send({
    vendor: 'zendesk',
    occasion,
    method,
    url: isInQuery && fields !== undefined ? withQuery(url, fields) : url,
    headers: {
      ...(body !== '' && { 'content-type': isOld ? (contentTypes['form_encoded'] ?? '') : contentType }),
      'user-agent': 'Zendesk Target',
      ...(username !== null && username !== undefined && { authorization: basic(username, password) }),
    },
    body,
    rule: targetRule,
    onAttempt: (isDelivered) => countFailures(site, target, isDelivered),
  });
}

function countFailures(site: ZendeskSite, target: ZendeskRecord, isDelivered: boolean): void {
  const failures = isDelivered ? 0 : (site.targetFailures.get(target.id) ?? 0) + 1;
  site.targetFailures.set(target.id, failures);
  if (failures >= mostTargetFailures) target['active'] = false;
}

/** A message that is a list of names and values, filled in; undefined when it is a text. */
function filledPairs(change: TicketChange, message: unknown): URLSearchParams | undefined {
  if (!Array.isArray(message)) return undefined;
  const fields = new URLSearchParams();
  for (const pair of message) {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (name !== undefined) fields.append(String(name), fillIn(String(value ?? ''), change));
  }
  return fields;
}

/** That values are made to fit the JSON around them is _assumed_. */
function escapeFor(format: string): (value: string) => string {
  if (format === 'json') return insideJson;
  return (value) => value;
}

function withQuery(url: string, fields: URLSearchParams): string {
  return `${url}${url.includes('?') ? '&' : '?'}${fields}`;
}

function accountId(site: ZendeskSite): number {
  return 10_000_000 + createSeed(site.host).number(10_000_000);
}
