// What goes out over real HTTP: retries by a vendor's rule, copies, drops, replays, and that closing waits for nothing.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { documentedSettings } from './settings.ts';
import { answerWith, startTestReceiver, type TestReceiver } from './test-receiver.ts';
import { createWebhooks, type RetryRule, type WebhookSettings, type Webhooks } from './webhooks.ts';

const rule: RetryRule = {
  timeoutMs: 10_000,
  retries: [
    { on: [409, 'timeout'], delaysMs: [0, 0] },
    { on: [429], delaysMs: [1], retryAfterBelowSeconds: 60 },
    { on: ['connection'], delaysMs: [0] },
  ],
};

let receiver: TestReceiver;
let webhooks: Webhooks;
let bent: WebhookSettings;

beforeEach(async () => {
  receiver = await startTestReceiver();
  const settings = documentedSettings();
  bent = {};
  settings.webex = { webhooks: bent };
  webhooks = createWebhooks(() => new Date('2026-03-01T12:00:00Z'), settings);
});
afterEach(async () => {
  await webhooks.stop();
  await receiver.close();
});

function send(occasion: string, more: { url?: string; rule?: RetryRule; onAttempt?: (good: boolean) => void } = {}) {
  const headers = { 'content-type': 'application/json', 'x-occasion': occasion };
  const body = JSON.stringify({ occasion });
  webhooks.send({ vendor: 'webex', occasion, method: 'POST', url: receiver.url, headers, body, rule, ...more });
}

async function sent(occasion: string) {
  await webhooks.settled();
  return webhooks.list('webex').filter((entry) => entry.occasion === occasion);
}

const at = '2026-03-01T12:00:00.000Z';

test('a webhook is sent after the call that makes it, once, as it was handed over', async () => {
  send('one');
  expect(webhooks.counts()).toMatchObject({ waiting: 1 });
  expect(await sent('one')).toMatchObject([
    {
      vendor: 'webex',
      url: receiver.url,
      copy: 1,
      dropped: false,
      state: 'delivered',
      attempts: [{ at, status: 200 }],
    },
  ]);
  expect(receiver.received).toMatchObject([
    { method: 'POST', path: '/', headers: { 'x-occasion': 'one' }, text: '{"occasion":"one"}' },
  ]);
});

test('retries follow the rule and end with it', async () => {
  receiver.answer = answerWith(409);
  const outcomes: boolean[] = [];
  send('conflict', { onAttempt: (good) => outcomes.push(good) });
  const [entry] = await sent('conflict');
  expect(entry).toMatchObject({ state: 'failed', attempts: [{ status: 409 }, { status: 409 }, { status: 409 }] });
  expect(outcomes).toEqual([false, false, false]);
  receiver.answer = answerWith(500);
  send('not retried');
  expect(await sent('not retried')).toMatchObject([{ state: 'failed', attempts: [{ status: 500 }] }]);
  const statuses = [409, 200];
  receiver.answer = (response) => response.writeHead(statuses.shift() ?? 0).end();
  send('second');
  expect(await sent('second')).toMatchObject([{ state: 'delivered', attempts: [{ status: 409 }, { status: 200 }] }]);
});

test('a rule may ask for a Retry-After of few seconds', async () => {
  for (const [wait, attempts] of [
    ['0', 2],
    ['60', 1],
    [undefined, 1],
  ] as const) {
    receiver.answer = answerWith(429, wait === undefined ? {} : { 'retry-after': wait });
    send(`after ${wait}`);
    expect((await sent(`after ${wait}`))[0]?.attempts.length, wait).toBe(attempts);
  }
});

test('who takes too long, and who is not there, is an error', async () => {
  receiver.answer = () => {};
  bent.timeoutMs = 20;
  send('slow');
  const [slow] = await sent('slow');
  expect(slow?.attempts).toEqual([1, 2, 3].map(() => ({ at, error: 'timeout' })));
  send('nobody', { url: 'http://127.0.0.1:1' });
  const [nobody] = await sent('nobody');
  expect(nobody).toMatchObject({ state: 'failed', attempts: [1, 2].map(() => ({ error: expect.any(String) })) });
});

test('a vendor may look into the answer', async () => {
  receiver.answer = (response, { text }) => response.end(text.includes('yes') ? 'Ack' : 'no');
  const accepts = ({ body }: { body: string }) => body === 'Ack';
  const asking = { ...rule, accepts };
  for (const occasion of ['yes', 'no']) send(occasion, { rule: asking });
  expect(await sent('yes')).toMatchObject([{ state: 'delivered' }]);
  expect(await sent('no')).toMatchObject([{ state: 'failed' }]);
});

test('settings make fewer attempts, copies, and drop alike for a seed', async () => {
  receiver.answer = answerWith(409);
  bent.attempts = 2;
  send('twice');
  expect((await sent('twice'))[0]?.attempts.length).toBe(2);
  receiver.answer = answerWith(200);
  bent.copies = 3;
  receiver.received = [];
  send('copied');
  expect((await sent('copied')).map((entry) => entry.copy)).toEqual([1, 2, 3]);
  expect(new Set(receiver.received.map(({ text, headers }) => text + headers['x-occasion'])).size).toBe(1);
  expect(receiver.received.length).toBe(3);

  const chosen = async (seed: string) => {
    Object.assign(bent, { copies: 2, dropRate: 0.3, seed });
    receiver.received = [];
    for (let number = 0; number < 200; number++) send(`${seed} ${number}`);
    await webhooks.settled();
    const mine = webhooks.list().filter((entry) => entry.occasion.startsWith(`${seed} `));
    const dropped = mine.filter((entry) => entry.dropped);
    expect(dropped.every((entry) => entry.state === 'dropped' && entry.attempts.length === 0)).toBe(true);
    expect(receiver.received.length).toBe(2 * (200 - dropped.length));
    return dropped.map((entry) => entry.occasion.split(' ')[1]);
  };
  const first = await chosen('a');
  expect(first.length).toBeGreaterThan(30);
  expect(first.length).toBeLessThan(90);
  expect(await chosen('b')).not.toEqual(first);
  const other = createWebhooks(() => new Date(), { ...documentedSettings(), webex: { webhooks: bent } });
  Object.assign(bent, { seed: 'a' });
  const order = { vendor: 'webex', method: 'POST', url: receiver.url, headers: {}, body: '', rule } as const;
  for (let number = 0; number < 200; number++) other.send({ ...order, occasion: `a ${number}` });
  const again = other.list().filter((entry) => entry.dropped);
  expect(again.map((entry) => entry.occasion.split(' ')[1])).toEqual(first);
  await other.stop();
});

test('no more than so many are under way at once, and none is forgotten', async () => {
  bent.atOnce = 3;
  const open: (() => void)[] = [];
  let arrived = () => {};
  receiver.answer = (response, { path }) => {
    open.push(() => response.end());
    if (open.length >= 3) arrived();
    if (path === '/last') response.end();
  };
  const three = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  for (let number = 0; number < 50; number++) send(`${number}`);
  await three;
  // Another vendor's webhook goes out behind them, and arrives before any that waits for a place.
  const order = { vendor: 'act', method: 'POST', headers: {}, body: '', rule } as const;
  webhooks.send({ ...order, occasion: 'last', url: `${receiver.url}/last` });
  await webhooks.settled('act');
  expect(receiver.received.length).toBe(4);
  receiver.answer = (response) => response.end();
  for (const end of open) end();
  await webhooks.settled('webex');
  expect(webhooks.counts('webex')).toEqual({ waiting: 0, delivered: 50, failed: 0, dropped: 0, stopped: 0 });
  expect(receiver.received.length).toBe(51);
});

test('a replay has the old headers and body, and one attempt', async () => {
  send('old');
  const [old] = await sent('old');
  receiver.answer = answerWith(409);
  bent.copies = 2;
  const again = await webhooks.replay(old?.id ?? '');
  expect(again).toMatchObject({ replayOf: old?.id, occasion: 'old', state: 'failed', attempts: [{ status: 409 }] });
  expect(receiver.received[1]).toMatchObject({ text: receiver.received[0]?.text, headers: { 'x-occasion': 'old' } });
  expect(webhooks.replay('nothing')).toBeUndefined();
});

test('stopping cuts what is under way, what waits for a place and what waits for a retry', async () => {
  bent.atOnce = 1;
  let arrived = () => {};
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  receiver.answer = () => arrived();
  send('under way');
  send('queued');
  await first;
  await webhooks.stop();
  await webhooks.settled();
  send('later');
  expect(webhooks.list().map((entry) => entry.state)).toEqual(['stopped', 'stopped', 'stopped']);
  expect(receiver.received.length).toBe(1);

  const settings = documentedSettings();
  const other = createWebhooks(() => new Date(), settings);
  let refused = () => {};
  const answered = new Promise<void>((resolve) => {
    refused = resolve;
  });
  receiver.answer = (response) => response.writeHead(409).end(() => refused());
  const slow = { timeoutMs: 1000, retries: [{ on: [409], delaysMs: [3_600_000] }] };
  other.send({ vendor: 'act', occasion: 'x', method: 'GET', url: receiver.url, headers: {}, body: '', rule: slow });
  await answered;
  await other.stop();
  await other.settled();
  expect(other.list()).toMatchObject([{ state: 'stopped' }]);
});
