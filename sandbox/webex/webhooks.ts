// Webex's Webhooks API (developer.webex.com "Webhooks"): who wants to hear of what.

import { scopesOf } from '../oauth2.ts';
import { type Answer, json } from '../vendor.ts';
import { bodyOf, deleted, page, required, roomOf, textOf, type WebexCall, WebexRefusal } from './call.ts';
import { type WebexWebhook, webexId, webexOrganization } from './data.ts';

/** What can be heard of, and what narrows it down ("Event reference", Messaging). */
const filters: Record<string, readonly string[]> = {
  memberships: ['roomId', 'personId', 'personEmail', 'isModerator'],
  messages: ['roomId', 'roomType', 'personId', 'personEmail', 'mentionedPeople', 'hasFiles'],
  rooms: ['type', 'isLocked'],
  // Nothing is pressed on the cards of the sandbox, so that such a webhook stays silent.
  attachmentActions: ['messageId', 'personId', 'roomId'],
};

const readScopes: Record<string, string> = {
  memberships: 'spark:memberships_read',
  messages: 'spark:messages_read',
  rooms: 'spark:rooms_read',
  attachmentActions: 'spark:messages_read',
};

const events = ['created', 'updated', 'deleted', 'all'];

/** GET /webhooks: those of the caller, made by the same application. */
export function listWebhooks(call: WebexCall): Answer {
  return page(call, ownWebhooks(call), { by: ({ created }) => created }, { show });
}

/** POST /webhooks: `name`, `targetUrl`, `resource` and `event` are required; `all` of both is the firehose. */
export function createWebhook(call: WebexCall, scope: string): Answer {
  const body = bodyOf(call);
  const [name, targetUrl] = nameAndTarget(body);
  const resource = required(textOf(body, 'resource'), 'resource');
  const event = required(textOf(body, 'event'), 'event');
  if (resource !== 'all' && !Object.hasOwn(filters, resource)) {
    throw new WebexRefusal(400, `Invalid value for resource: ${resource}.`);
  }
  if (!events.includes(event)) throw new WebexRefusal(400, `Invalid value for event: ${event}.`);
  if (textOf(body, 'ownedBy') === 'org') throw new WebexRefusal(403, 'Webhooks of an organization are not simulated.');
  const filter = textOf(body, 'filter');
  if (filter !== undefined) checkFilter(call, resource, filter);
  const had = scopesOf(scope);
  const needed = resource === 'all' ? Object.values(readScopes) : [readScopes[resource] ?? ''];
  if (!had.includes('spark:all') && needed.some((one) => !had.includes(one))) {
    throw new WebexRefusal(403, `A webhook for ${resource} needs the read scope of the resource.`);
  }
  const secret = textOf(body, 'secret');
  const webhook: WebexWebhook = {
    id: call.data.newId('WEBHOOK'),
    name,
    targetUrl,
    resource,
    event,
    ...(filter !== undefined && { filter }),
    ...(secret !== undefined && { secret }),
    orgId: webexOrganization.id,
    createdBy: call.self.id,
    appId: webexId('APPLICATION', call.clientId),
    ownedBy: 'creator',
    status: 'active',
    created: call.now,
    failures: [],
  };
  call.data.webhooks.set(webhook.id, webhook);
  return json(200, show(webhook));
}

/** GET /webhooks/{webhookId}. */
export function readWebhook(call: WebexCall): Answer {
  return json(200, show(ownWebhook(call)));
}

/** PUT /webhooks/{webhookId}: `name` and `targetUrl` are required; `status` `active` wakes one that was switched off. */
export function updateWebhook(call: WebexCall): Answer {
  const webhook = ownWebhook(call);
  const body = bodyOf(call);
  const [name, targetUrl] = nameAndTarget(body);
  const secret = textOf(body, 'secret');
  const status = textOf(body, 'status');
  if (status !== undefined && status !== 'active' && status !== 'inactive') {
    throw new WebexRefusal(400, `Invalid value for status: ${status}.`);
  }
  if (status === 'active') webhook.failures = [];
  Object.assign(webhook, { name, targetUrl }, secret !== undefined && { secret }, status !== undefined && { status });
  return json(200, show(webhook));
}

/** DELETE /webhooks/{webhookId}. */
export function deleteWebhook(call: WebexCall): Answer {
  call.data.webhooks.delete(ownWebhook(call).id);
  return deleted;
}

function show({ failures: _failures, ...shown }: WebexWebhook): Omit<WebexWebhook, 'failures'> {
  return shown;
}

function ownWebhooks(call: WebexCall): WebexWebhook[] {
  const appId = webexId('APPLICATION', call.clientId);
  return [...call.data.webhooks.values()].filter((one) => one.createdBy === call.self.id && one.appId === appId);
}

function ownWebhook(call: WebexCall): WebexWebhook {
  const webhook = ownWebhooks(call).find(({ id }) => id === call.id);
  if (webhook === undefined) throw new WebexRefusal(404, 'Could not find a webhook with provided ID.');
  return webhook;
}

/** Webex asks for https; the sandbox, whose receivers are on this machine, also takes http. */
function nameAndTarget(body: Record<string, unknown>): [name: string, targetUrl: string] {
  const name = required(textOf(body, 'name'), 'name');
  const targetUrl = required(textOf(body, 'targetUrl'), 'targetUrl');
  if (!URL.canParse(targetUrl) || !/^https?:$/.test(new URL(targetUrl).protocol)) {
    throw new WebexRefusal(400, 'Invalid value for targetUrl: it must be an absolute http or https URL.');
  }
  return [name, targetUrl];
}

/** "If you do not have access to a particular resource or ID filter, you will receive an error" ("Webhooks", Filtering). */
function checkFilter(call: WebexCall, resource: string, filter: string): void {
  const known = filters[resource] ?? [];
  for (const [name, value] of new URLSearchParams(filter)) {
    if (!known.includes(name) || value === '') throw new WebexRefusal(400, `Invalid value for filter: ${name}.`);
    if (name !== 'roomId') continue;
    try {
      roomOf(call, value);
    } catch (error) {
      if (error instanceof WebexRefusal) throw new WebexRefusal(400, 'Invalid value for filter: roomId.');
      throw error;
    }
  }
}
