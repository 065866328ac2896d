// Simulated Zendesk's webhooks over real HTTP: their API, triggers with placeholders, event subscriptions, targets, signatures.

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { textOf } from '../test-client.ts';
import { answerWith, type Received, startTestReceiver, type TestReceiver } from '../test-receiver.ts';
import { bodyOf, site, useSite } from './test-site.ts';

const account = useSite();
const { call } = account;
let receiver: TestReceiver;
beforeEach(async () => {
  receiver = await startTestReceiver();
});
afterEach(() => receiver.close());

const settle = () => account.running.control('POST', 'webhooks/settle', { vendor: 'zendesk' });
const log = async () => bodyOf(await account.running.control('GET', 'webhooks?vendor=zendesk'));

async function received(): Promise<Received[]> {
  await settle();
  return receiver.received;
}

/** The events that were received, the last part of the type in front. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
async function events(): Promise<[string, any][]> {
  const bodies = (await received()).map(({ text }) => JSON.parse(text));
  return bodies.map((body) => [body.type.split('.').at(-1), body.event]);
}

async function webhook(more: Record<string, unknown> = {}): Promise<string> {
  const given = {
    name: 'W',
    endpoint: `${receiver.url}/in`,
    http_method: 'POST',
    request_format: 'json',
    status: 'active',
    subscriptions: ['conditional_ticket_events'],
    ...more,
  };
  const reply = await call('POST', 'webhooks', { webhook: given });
  expect(reply.status, reply.text).toBe(201);
  return bodyOf(reply).webhook.id;
}

const made = { field: 'update_type', operator: 'is', value: 'Create' };
const changed = { field: 'update_type', operator: 'is', value: 'Change' };

async function trigger(actions: unknown[], conditions: Record<string, unknown> = { any: [made, changed] }) {
  const reply = await call('POST', 'triggers.json', { trigger: { title: 'T', conditions, actions } });
  expect(reply.status, reply.text).toBe(201);
  return bodyOf(reply).trigger.id as number;
}

const notify = (id: string, message: unknown) => ({ field: 'notification_webhook', value: [id, message] });
const update = (id: number, ticket: Record<string, unknown>) => call('PUT', `tickets/${id}.json`, { ticket });

async function newTicket(more: Record<string, unknown> = {}): Promise<number> {
  return bodyOf(await call('POST', 'tickets.json', { ticket: { subject: 'S', comment: { body: 'Help' }, ...more } }))
    .ticket.id;
}

function expectSigned({ headers, text }: Received, secret: string) {
  const timestamp = String(headers['x-zendesk-webhook-signature-timestamp']);
  const signature = createHmac('sha256', secret).update(`${timestamp}${text}`).digest('base64');
  expect(headers['x-zendesk-webhook-signature']).toBe(signature);
  expect(timestamp).toBe('2026-03-01T12:00:00Z');
}

describe('the Webhooks API', () => {
  test('makes, shows, changes, clones and deletes a webhook, and hides what is secret', async () => {
    const authentication = { type: 'basic_auth', data: { username: 'u', password: 'p' }, add_position: 'header' };
    const id = await webhook({ authentication });
    const { webhook: shown } = bodyOf(await call('GET', `webhooks/${id}`));
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(shown).toMatchObject({
      id,
      status: 'active',
      subscriptions: ['conditional_ticket_events'],
      created_at: '2026-03-01T12:00:00Z',
      created_by: '35436001',
      authentication: { type: 'basic_auth', data: { username: 'u' } },
    });
    expect(JSON.stringify(shown)).not.toMatch(/secret|"p"/);
    expect((await call('PATCH', `webhooks/${id}`, { webhook: { status: 'inactive' } })).status).toBe(204);
    expect(bodyOf(await call('GET', `webhooks/${id}`)).webhook).toMatchObject({ name: 'W', status: 'inactive' });
    const clone = await call('POST', `webhooks?clone_webhook_id=${id}`);
    expect([clone.status, bodyOf(clone).webhook.name]).toEqual([201, 'W (copy)']);
    expect((await call('DELETE', `webhooks/${id}`)).status).toBe(204);
    expect((await call('GET', `webhooks/${id}`)).status).toBe(404);
  });

  test('its lists have pages and filters', async () => {
    for (const name of ['One', 'Two', 'Twofold']) await webhook({ name });
    const first = bodyOf(await call('GET', 'webhooks?page[size]=2&filter[status]=active'));
    expect([first.webhooks.length, first.meta.has_more]).toEqual([2, true]);
    const rest = bodyOf(await call('GET', first.links.next));
    expect([rest.webhooks[0].name, rest.meta.has_more, rest.links.next]).toEqual(['Twofold', false, null]);
    expect(bodyOf(await call('GET', 'webhooks?filter[name_contains]=two')).webhooks.length).toBe(2);
  });

  test('the signing secret is shown, and reset', async () => {
    const id = await webhook();
    const { signing_secret: first } = bodyOf(await call('GET', `webhooks/${id}/signing_secret`));
    expect(first).toEqual({ algorithm: 'SHA256', secret: expect.stringMatching(/^[\w+/]{43}=$/) });
    const reset = await call('POST', `webhooks/${id}/signing_secret`);
    expect(reset.status).toBe(201);
    expect(bodyOf(reset).signing_secret.secret).not.toBe(first.secret);
    expect(bodyOf(await call('GET', `webhooks/${id}/signing_secret`))).toEqual(bodyOf(reset));
  });

  test.each([
    [{ name: '' }],
    [{ endpoint: 'nowhere' }],
    [{ http_method: 'HEAD' }],
    [{ subscriptions: ['zen:event-type:ticket'] }],
    [{ subscriptions: ['conditional_ticket_events', 'zen:event-type:ticket.created'] }],
    [{ subscriptions: ['zen:event-type:ticket.created'], http_method: 'PUT' }],
    [{ authentication: { type: 'bearer_token', data: {}, add_position: 'header' } }],
  ])('refuses %j', async (more) => {
    const given = { name: 'W', endpoint: receiver.url, http_method: 'POST', request_format: 'json', status: 'active' };
    expect((await call('POST', 'webhooks', { webhook: { ...given, ...more } })).status).toBe(400);
  });

  test('a webhook keeps its connection method', async () => {
    const id = await webhook();
    const subscriptions = ['zen:event-type:ticket.created'];
    expect((await call('PATCH', `webhooks/${id}`, { webhook: { subscriptions } })).status).toBe(400);
  });
});

describe('triggers', () => {
  test('notify a webhook of what was made and changed, signed and filled in', async () => {
    const id = await webhook();
    const { secret } = bodyOf(await call('GET', `webhooks/${id}/signing_secret`)).signing_secret;
    const message = JSON.stringify({
      id: '{{ticket.id}}',
      title: '{{ticket.title}}',
      status: '{{ticket.status}}',
      at: '{{ticket.updated_at_with_timestamp}}',
      day: '{{ticket.created_at}}',
      by: '{{current_user.email}}',
      requester: '{{ticket.requester.first_name}}',
      said: '{{ticket.latest_comment}}',
      author: '{{ticket.latest_comment.author.name}}',
      field: '{{ticket.ticket_field_77}}',
      none: '{{ticket.nothing.here}}{{ unknown }}',
    });
    await trigger([notify(id, message)]);
    const ticket = await newTicket({ subject: 'A "quoted"\nline', custom_fields: [{ id: 77, value: 'x' }] });
    const [request] = await received();
    expect(JSON.parse(request?.text ?? '')).toEqual({
      id: String(ticket),
      title: 'A "quoted"\nline',
      status: 'New',
      at: '2026-03-01T12:00:00Z',
      day: 'March 1, 2026',
      by: 'robin@example.com',
      requester: 'Robin',
      said: 'Help',
      author: 'Robin Sandbox',
      field: 'x',
      none: '',
    });
    expect(request).toMatchObject({
      method: 'POST',
      path: '/in',
      headers: { 'content-type': 'application/json', 'x-zendesk-webhook-id': id },
    });
    expect(request?.headers['x-zendesk-account-id']).toMatch(/^\d+$/);
    expectSigned(request as Received, secret);
    await update(ticket, { status: 'pending' });
    await call('PUT', `tickets/${ticket}/tags.json`, { tags: ['vip'] });
    await update(ticket, { status: 'pending' });
    await call('DELETE', `tickets/${ticket}.json`);
    const all = await received();
    expect(all.map(({ text }) => JSON.parse(text).status)).toEqual(['New', 'Pending', 'Pending']);
    expect(new Set(all.map(({ headers }) => headers['x-zendesk-webhook-invocation-id'])).size).toBe(3);
    expect(new Set((await log()).map((entry: { occasion: string }) => entry.occasion)).size).toBe(3);
  });

  const is = (field: string, value: unknown, operator = 'is') => ({ field, operator, value });
  test.each([
    [{ all: [made] }, ['make']],
    [{ all: [changed] }, ['change', 'comment']],
    [{ all: [is('status', 'pending')] }, ['change', 'comment']],
    [{ all: [is('status', 'pending', 'value')] }, ['change']],
    [{ all: [is('status', 'new', 'value_previous')] }, ['change']],
    [{ all: [is('status', undefined, 'changed'), changed] }, ['change']],
    [{ all: [is('status', 'pending', 'less_than')] }, ['make']],
    [{ all: [is('current_tags', 'vip other', 'includes')] }, ['make', 'change', 'comment']],
    [{ all: [is('current_tags', 'vip', 'not_includes')] }, []],
    [{ all: [is('comment_is_public', 'false')] }, ['comment']],
    [{ any: [is('comment_includes_word', 'Secret', 'includes'), made] }, ['make', 'comment']],
    [{ all: [is('custom_fields_77', 'x'), is('role', 'agent'), made] }, ['make']],
    [{ all: [is('assignee_id', 'current_user')] }, ['change', 'comment']],
  ])('run when %j', async (conditions, expected) => {
    const id = await webhook();
    await trigger([notify(id, '{}')], conditions);
    const steps: string[] = [];
    const ticket = await newTicket({ tags: ['vip'], custom_fields: [{ id: 77, value: 'x' }] });
    const seen = async (step: string) => {
      if ((await received()).length > 0) steps.push(step);
      receiver.received = [];
    };
    await seen('make');
    await update(ticket, { status: 'pending', assignee_id: 35_436_001 });
    await seen('change');
    await update(ticket, { comment: { body: 'A secret', public: false } });
    await seen('comment');
    expect(steps).toEqual(expected);
  });

  test('are listed in order, changed, switched off and refused', async () => {
    const id = await webhook();
    const second = await trigger([notify(id, '2')]);
    const first = await trigger([notify(id, '1')]);
    await call('PUT', `triggers/${first}.json`, { trigger: { position: 0, all: [made] } });
    const { trigger: shown } = bodyOf(await call('GET', `triggers/${first}.json`));
    expect(shown).toMatchObject({ active: true, position: 0, conditions: { all: [made], any: [] }, raw_title: 'T' });
    expect(shown).not.toHaveProperty('all');
    expect(bodyOf(await call('GET', 'triggers.json')).triggers.map((each: { id: number }) => each.id)).toEqual([
      first,
      second,
    ]);
    await account.running.control('POST', 'settings', { vendor: 'zendesk', webhooks: { atOnce: 1 } });
    await newTicket();
    expect((await received()).map(({ text }) => text)).toEqual(['1', '2']);
    await call('PUT', `triggers/${second}.json`, { trigger: { active: false } });
    expect(bodyOf(await call('GET', 'triggers/active.json')).count).toBe(1);
    await call('PATCH', `webhooks/${id}`, { webhook: { status: 'inactive' } });
    await newTicket();
    expect((await received()).length).toBe(2);
    const events = await webhook({ subscriptions: ['zen:event-type:ticket.created'] });
    for (const bad of [
      { title: 'T', conditions: { all: [made] }, actions: [notify(events, '')] },
      { title: 'T', conditions: { all: [made] }, actions: [notify('none', '')] },
      { title: 'T', conditions: { all: [made] }, actions: [{ field: 'notification_target', value: ['1', ''] }] },
      { title: 'T', conditions: { all: [is('moon_phase', 'full')] }, actions: [notify(id, '')] },
      { title: 'T', conditions: { all: [] }, actions: [notify(id, '')] },
      { title: '', conditions: { all: [made] }, actions: [notify(id, '')] },
    ]) {
      expect((await call('POST', 'triggers.json', { trigger: bad })).status, JSON.stringify(bad)).toBe(422);
    }
    expect((await call('DELETE', `triggers/${first}.json`)).status).toBe(204);
    expect((await call('GET', `triggers/${first}.json`)).status).toBe(404);
  });

  test('notify in other formats, methods and with credentials', async () => {
    const query = await webhook({ http_method: 'GET', authentication: { type: 'bearer_token', data: { token: 'T' } } });
    const custom_headers = { 'x-own': 'yes' };
    const form = await webhook({ http_method: 'PUT', request_format: 'form_encoded', custom_headers });
    const pairs = [
      ['ticket', '{{ticket.id}}'],
      ['title', '{{ticket.title}}'],
    ];
    await trigger([notify(query, pairs), notify(form, pairs)]);
    const ticket = await newTicket({ subject: 'A & B' });
    const requests = await received();
    expect(requests.find(({ method }) => method === 'GET')).toMatchObject({
      path: `/in?ticket=${ticket}&title=A+%26+B`,
      text: '',
      headers: { authorization: 'Bearer T' },
    });
    expect(requests.find(({ method }) => method === 'PUT')).toMatchObject({
      path: '/in',
      text: `ticket=${ticket}&title=A+%26+B`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-own': 'yes' },
    });
    const { secret } = bodyOf(await call('GET', `webhooks/${query}/signing_secret`)).signing_secret;
    expectSigned(requests.find(({ method }) => method === 'GET') as Received, secret);
  });
});

describe('event subscriptions', () => {
  const subscribe = (...types: string[]) => webhook({ subscriptions: types.map((type) => `zen:event-type:${type}`) });

  test('have Zendesk’s payload, signed', async () => {
    const id = await subscribe('ticket.status_changed');
    const { secret } = bodyOf(await call('GET', `webhooks/${id}/signing_secret`)).signing_secret;
    const ticket = await newTicket({ priority: 'high', tags: ['vip'] });
    await update(ticket, { status: 'solved', comment: { body: 'Done' } });
    const [request] = await received();
    expectSigned(request as Received, secret);
    const { ticket: shown } = bodyOf(await call('GET', `tickets/${ticket}.json`));
    expect(JSON.parse(request?.text ?? '')).toEqual({
      account_id: Number(request?.headers['x-zendesk-account-id']),
      detail: {
        actor_id: '35436001',
        assignee_id: null,
        brand_id: String(shown.brand_id),
        created_at: shown.created_at,
        custom_status: null,
        description: 'Help',
        external_id: null,
        form_id: null,
        group_id: null,
        id: String(ticket),
        is_public: true,
        organization_id: null,
        priority: 'HIGH',
        requester_id: '35436001',
        status: 'SOLVED',
        subject: 'S',
        submitter_id: '35436001',
        tags: ['vip'],
        type: null,
        updated_at: shown.updated_at,
        via: { channel: 'web_service' },
      },
      event: {
        current: 'SOLVED',
        previous: 'NEW',
        meta: { sequence: { id: expect.stringMatching(/^[0-9A-F]{32}$/), position: 2, total: 2 } },
      },
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      subject: `zen:ticket:${ticket}`,
      time: '2026-03-01T12:00:00.000Z',
      type: 'zen:event-type:ticket.status_changed',
      zendesk_event_version: '2022-11-06',
    });
    expect(receiver.received.length).toBe(1);
  });

  test('hear of each field of a ticket', async () => {
    const names = ['created', 'comment_added', 'subject_changed', 'tags_changed', 'agent_assignment_changed'];
    await subscribe(...[...names, 'custom_field_changed', 'soft_deleted'].map((name) => `ticket.${name}`));
    await account.running.control('POST', 'settings', { vendor: 'zendesk', webhooks: { atOnce: 1 } });
    const ticket = await newTicket({ tags: ['a', 'b'], custom_fields: [{ id: 77, value: 'x' }] });
    expect(await events()).toMatchObject([['created', { meta: {} }]]);
    receiver.received = [];
    await update(ticket, {
      ...{ subject: 'Other', tags: ['b', 'c'], assignee_id: 35_436_001, comment: { body: 'Hi', public: false } },
      custom_fields: [{ id: 77, value: 'y' }],
    });
    const author = { id: '35436001', is_staff: true, name: 'Robin Sandbox' };
    expect(Object.fromEntries(await events())).toMatchObject({
      comment_added: { comment: { id: expect.any(String), body: 'Hi', is_public: false, author } },
      subject_changed: { current: 'Other', previous: 'S' },
      tags_changed: { tags_added: ['c'], tags_removed: ['a'] },
      agent_assignment_changed: { current: '35436001', previous: null },
      custom_field_changed: { field: { id: '77' }, current: 'y', previous: 'x' },
    });
    expect(receiver.received.length).toBe(5);
    receiver.received = [];
    await call('DELETE', `tickets/${ticket}.json`);
    expect((await events()).map(([name]) => name)).toEqual(['soft_deleted']);
    expect(JSON.parse(receiver.received[0]?.text ?? '').detail).toMatchObject({
      id: String(ticket),
      status: 'DELETED',
    });
  });

  test('hear of users and organizations', async () => {
    await subscribe('user.created', 'user.name_changed', 'user.deleted', 'organization.created');
    await subscribe('organization.name_changed', 'organization.tags_changed', 'organization.deleted');
    const user = bodyOf(await call('POST', 'users.json', { user: { name: 'Nia', email: 'nia@x.example' } })).user;
    await call('PUT', `users/${user.id}.json`, { user: { name: 'Nia N', notes: 'n' } });
    await call('DELETE', `users/${user.id}.json`);
    const { organization } = bodyOf(await call('POST', 'organizations.json', { organization: { name: 'O' } }));
    await call('PUT', `organizations/${organization.id}.json`, { organization: { name: 'P', tags: ['t'] } });
    await call('DELETE', `organizations/${organization.id}.json`);
    const bodies = (await received()).map(({ text }) => JSON.parse(text));
    const told = bodies.map(({ type, subject, event }) => [`${type.slice(15)} ${subject}`, event]);
    expect(Object.fromEntries(told)).toEqual({
      [`user.created zen:user:${user.id}`]: {},
      [`user.name_changed zen:user:${user.id}`]: { current: 'Nia N', previous: 'Nia' },
      [`user.deleted zen:user:${user.id}`]: {},
      [`organization.created zen:organization:${organization.id}`]: {},
      [`organization.name_changed zen:organization:${organization.id}`]: { current: 'P', previous: 'O' },
      [`organization.tags_changed zen:organization:${organization.id}`]: {
        added: { tags: ['t'] },
        removed: { tags: [] },
      },
      [`organization.deleted zen:organization:${organization.id}`]: {},
    });
    expect(bodies.length).toBe(7);
    expect(bodies.find(({ type }) => type.endsWith('user.created')).detail).toMatchObject({
      id: String(user.id),
      email: 'nia@x.example',
      organization_id: '0',
    });
  });
});

describe('retries', () => {
  const outcomes = async () => (await log()).map((entry: { attempts: { status?: number }[] }) => entry.attempts.length);

  test('are made after 409, not after 500, and after 503 with a short Retry-After', async () => {
    const webhooks = { retryDelayMs: 0 };
    await account.running.control('POST', 'settings', { vendor: 'zendesk', webhooks });
    await webhook({ subscriptions: ['zen:event-type:ticket.created'] });
    const answers = [answerWith(409), answerWith(500), answerWith(503, { 'retry-after': '5' }), answerWith(503)];
    for (const answer of answers) {
      receiver.answer = answer;
      await newTicket();
      await settle();
    }
    expect(await outcomes()).toEqual([4, 1, 4, 1]);
    const retried = receiver.received.slice(0, 4).map(({ headers }) => headers['x-zendesk-webhook-invocation-id']);
    expect(new Set(retried).size).toBe(1);
  });

  test('are made five times when nobody answers in time', async () => {
    const webhooks = { retryDelayMs: 0, timeoutMs: 15 };
    await account.running.control('POST', 'settings', { vendor: 'zendesk', webhooks });
    receiver.answer = () => {};
    await webhook({ subscriptions: ['zen:event-type:ticket.created'] });
    await newTicket();
    await settle();
    expect(await outcomes()).toEqual([6]);
  });
});

describe('targets', () => {
  async function target(more: Record<string, unknown>): Promise<number> {
    const given = { title: 'Old', type: 'url_target', target_url: `${receiver.url}/t`, ...more };
    const reply = await call('POST', 'targets.json', { target: given });
    expect(reply.status, reply.text).toBe(201);
    return bodyOf(reply).target.id;
  }

  const told = (id: number, message: unknown) => ({ field: 'notification_target', value: [String(id), message] });

  test('are made, listed, changed and deleted; the password is not shown', async () => {
    const id = await target({ username: 'u', password: 'p', method: 'post', attribute: 'body' });
    const { target: shown } = bodyOf(await call('GET', `targets/${id}.json`));
    expect(shown).toMatchObject({
      id,
      type: 'url_target',
      active: true,
      method: 'post',
      attribute: 'body',
      username: 'u',
    });
    expect(shown).not.toHaveProperty('password');
    expect(bodyOf(await call('GET', 'targets.json')).targets).toEqual([shown]);
    await call('PUT', `targets/${id}.json`, { target: { title: 'New', type: 'email_target' } });
    expect(bodyOf(await call('GET', `targets/${id}.json`)).target).toMatchObject({ title: 'New', type: 'url_target' });
    for (const bad of [{ title: '' }, { target_url: 'x' }, { method: 'patch' }]) {
      const given = { title: 'T', type: 'url_target', target_url: receiver.url, ...bad };
      expect((await call('POST', 'targets.json', { target: given })).status, JSON.stringify(bad)).toBe(422);
    }
    expect((await call('DELETE', `targets/${id}.json`)).status).toBe(204);
  });

  test('get the message of a trigger as their type and method have it, unsigned', async () => {
    const get = await target({ attribute: 'says', target_url: `${receiver.url}/t/{{ticket.id}}?a=b` });
    const post = await target({ method: 'post', username: 'u', password: 'p' });
    const json = await target({ type: 'url_target_v2', method: 'put', content_type: 'application/json' });
    const pairs = await target({ type: 'url_target_v2', method: 'delete' });
    await trigger([told(get, '{{ticket.title}}!'), told(post, '{{ticket.title}}!')]);
    await trigger([told(json, '{"t":"{{ticket.title}}"}'), told(pairs, [['t', '{{ticket.title}}']])]);
    const ticket = await newTicket({ subject: 'A "B"' });
    const requests = new Map((await received()).map((request) => [request.method, request]));
    expect(requests.get('GET')).toMatchObject({ path: `/t/${ticket}?a=b&says=A+%22B%22%21`, text: '' });
    expect(requests.get('POST')).toMatchObject({
      text: 'message=A+%22B%22%21',
      headers: { authorization: `Basic ${btoa('u:p')}`, 'user-agent': 'Zendesk Target' },
    });
    expect(requests.get('PUT')).toMatchObject({
      text: '{"t":"A \\"B\\""}',
      headers: { 'content-type': 'application/json' },
    });
    expect(requests.get('DELETE')).toMatchObject({ path: '/t?t=A+%22B%22', text: '' });
    expect(requests.get('POST')?.headers).not.toHaveProperty('x-zendesk-webhook-signature');
  });

  test('that fail 21 times in a row are switched off', async () => {
    const id = await target({ method: 'post' });
    await trigger([told(id, 'x')], { all: [made] });
    const isActive = async () => bodyOf(await call('GET', `targets/${id}.json`)).target.active;
    receiver.answer = answerWith(500);
    for (let count = 0; count < 20; count++) await newTicket();
    await settle();
    receiver.answer = answerWith(200);
    await newTicket();
    await settle();
    receiver.answer = answerWith(500);
    for (let count = 0; count < 20; count++) await newTicket();
    await settle();
    expect(await isActive()).toBe(true);
    await newTicket();
    await settle();
    expect(await isActive()).toBe(false);
    await newTicket();
    expect((await received()).length).toBe(42);
  });
});

test('a load of webhooks is made inside the sandbox', async () => {
  await webhook({ subscriptions: ['zen:event-type:ticket.created'] });
  const reply = await account.running.control('POST', 'calls', {
    method: 'POST',
    url: `${site}/api/v2/tickets.json`,
    headers: { authorization: `Bearer ${account.token}` },
    body: { ticket: { subject: 'Load {n}', comment: { body: 'x' } } },
    times: 300,
    perSecond: 3000,
  });
  expect(reply.json).toMatchObject({ statuses: { 201: 300 } });
  expect((reply.json as { seconds: number }).seconds).toBeGreaterThan(0.09);
  expect((await settle()).json).toMatchObject({ delivered: 300, waiting: 0 });
  const subjects = receiver.received.map(({ text }) => textOf(JSON.parse(text).detail, 'subject'));
  expect(new Set(subjects).size).toBe(300);
});

test('each account has its own webhooks', async () => {
  await webhook({ subscriptions: ['zen:event-type:ticket.created'] });
  const other = 'https://other.zendesk.com';
  const token = await account.logIn(other);
  expect(bodyOf(await call('GET', `${other}/api/v2/webhooks`, undefined, token)).webhooks).toEqual([]);
  await call('POST', `${other}/api/v2/tickets.json`, { ticket: { comment: { body: 'x' } } }, token);
  expect(await received()).toEqual([]);
});
