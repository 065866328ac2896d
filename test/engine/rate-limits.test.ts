// Calls inside the rate that a vendor allows: as the definition says, as the vendor's answers say, and when it has refused.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';
import { connectTestElement, type RecordingVendor, startRecordingVendor } from '../support/recording-vendor.ts';
import { instanceOf, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
let arrived: number[] = [];
const answerWell: RecordingVendor['reply'] = () => {
  arrived.push(Date.now());
  return { body: { ok: true } };
};

const resources = [
  { method: 'GET', path: '/hubs/general/things', vendorPath: '/things' },
  { method: 'GET', path: '/hubs/general/others', vendorPath: '/others' },
  {
    method: 'POST',
    path: '/hubs/general/files',
    vendorPath: '/files',
    parameters: [{ type: 'multipart', name: 'file', dataType: 'file', vendorType: 'body', vendorName: 'file' }],
  },
];

const connect = (...rateLimits: Record<string, unknown>[]) =>
  connectTestElement(platform, vendor, { resources, ...(rateLimits.length === 0 ? {} : { valence: { rateLimits } }) });

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  arrived = [];
  vendor.requests.length = 0;
  vendor.reply = answerWell;
});
afterEach(() => {
  vendor.reply = answerWell;
});

describe('a limit that the definition states', () => {
  test('is kept: what is too much waits, and says how long', async () => {
    const instance = await connect({ scope: 'instance', requests: 20, seconds: 1 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => instance.call('GET', '/things')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const waited = answers.flatMap(({ headers }) => headers.get('elements-rate-waited') ?? []);
    expect(waited.length).toBeGreaterThan(5);
    expect(Math.max(...waited.map(Number))).toBeLessThan(10_000);
    const times = arrived.toSorted((a, b) => a - b);
    for (const [index, time] of times.entries()) {
      const twentyBefore = times[index - 20];
      // As far as it can be seen from here: the first calls have connections to make (governor.test.ts sees exactly).
      if (twentyBefore !== undefined) expect(time - twentyBefore).toBeGreaterThanOrEqual(800);
    }
  });

  test('refuses at once what would wait too long, and says when it would run', async () => {
    const instance = await connect({ scope: 'instance', requests: 1, seconds: 60 });
    expect((await instance.call('GET', '/things')).status).toBe(200);
    const refused = await instance.call('GET', '/things');
    expect(refused).toMatchObject({
      status: 429,
      body: { message: expect.stringMatching(/1 calls in 60 s.*It was not sent: make it again at 20\d\d-/) },
    });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThan(70);
    expect(vendor.requests).toHaveLength(1);
  });

  test('counts only the calls that it is about', async () => {
    const instance = await connect({ scope: 'instance', requests: 1, seconds: 60, paths: ['/things'] });
    expect((await instance.call('GET', '/things')).status).toBe(200);
    expect((await instance.call('GET', '/things')).status).toBe(429);
    expect((await instance.call('GET', '/others')).status).toBe(200);
    expect((await instance.call('GET', '/others')).status).toBe(200);
  });

  test('counts the calls of one application, or one account, through all instances together', async () => {
    const limited = { scope: 'instance', by: ['base.url'], requests: 2, seconds: 60 };
    const first = await connect(limited);
    const second = instanceOf(platform, first.elementKey, await provision(platform, first.elementKey));
    expect((await first.call('GET', '/things')).status).toBe(200);
    expect((await second.call('GET', '/things')).status).toBe(200);
    expect((await second.call('GET', '/things')).status).toBe(429);
    expect((await first.call('GET', '/things')).status).toBe(429);
  });

  test('of calls at the same time lets the next go when one is over', async () => {
    const instance = await connect({ scope: 'instance', concurrency: 2 });
    let most = 0;
    let running = 0;
    vendor.reply = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return { body: { ok: true } };
    };
    const answers = await Promise.all(Array.from({ length: 12 }, () => instance.call('GET', '/things')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(most).toBeLessThanOrEqual(2);
  });
});

describe('a call that the vendor refused with 429', () => {
  test('is sent once more when the vendor wants it again', async () => {
    const instance = await connect();
    let refusals = 1;
    vendor.reply = (request) =>
      refusals-- > 0 ? { status: 429, headers: { 'retry-after': '1' }, body: {} } : answerWell(request);
    const answer = await instance.call('GET', '/things');
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('elements-rate-waited'))).toBeGreaterThanOrEqual(990);
    expect(vendor.requests).toHaveLength(2);
  });

  test('is passed on when that is too late, and others are not sent until then', async () => {
    const instance = await connect();
    vendor.reply = () => ({ status: 429, headers: { 'retry-after': '60' }, body: { message: 'slow down' } });
    const refused = await instance.call('GET', '/things');
    expect(refused).toMatchObject({ status: 429, body: { providerMessage: 'slow down' } });
    const next = await instance.call('GET', '/others');
    expect(next).toMatchObject({ status: 429, body: { message: expect.stringContaining('asks to be left alone') } });
    expect(next.headers.get('retry-after')).toBe('60');
    expect(vendor.requests).toHaveLength(1);
    const other = await connect();
    vendor.reply = answerWell;
    expect((await other.call('GET', '/things')).status).toBe(200);
  });
});

describe('a limit that the vendor tells', () => {
  test('is kept once little is left of it', async () => {
    const instance = await connect();
    let left = 1;
    vendor.reply = () => {
      arrived.push(Date.now());
      left -= 1;
      return {
        headers: {
          'x-ratelimit-limit': '50',
          'x-ratelimit-remaining': String(Math.max(0, left)),
          'x-ratelimit-reset': '1',
        },
        body: { ok: true },
      };
    };
    expect((await instance.call('GET', '/things')).status).toBe(200);
    left = 50;
    expect((await instance.call('GET', '/things')).status).toBe(200);
    const [first = 0, second = 0] = arrived;
    expect(second - first).toBeGreaterThanOrEqual(900);
  });
});

test('no limit, no statement: nothing is stored of vendors that tell nothing', async () => {
  const instance = await connect();
  const before = await platform.sql('select key from rate_budgets');
  await instance.call('GET', '/things');
  expect(await platform.sql('select key from rate_budgets')).toEqual(before);
});

test('a priority that is none is refused', async () => {
  const instance = await connect();
  const answer = await instance.call('GET', '/things', { headers: { 'elements-priority': 'urgent' } });
  expect(answer).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('interactive or background') },
  });
});
