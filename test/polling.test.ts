// Polling: what changed at a vendor is brought once, whatever happens meanwhile.

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { changeKey } from '../src/events/change-key.ts';
import { takeEventKeys } from '../src/store/events.ts';
import { type Platform, startPlatform } from './support/platform.ts';
import { enablePolling, polledItems, withDatabase } from './support/polling.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
  type VendorReply,
} from './support/recording-vendor.ts';

const minute = 60_000;
const interval = 15 * minute;
const iso = "yyyy-MM-dd'T'HH:mm:ssXXX";
const token = (text: string) => `$\{${text}}`;

let platform: Platform;
let vendor: RecordingVendor;
let now = Date.now();

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ clock: () => now, environment: { VALENCE_EGRESS: 'any' } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

afterEach(() => platform.sql('delete from instances'));

/** Records of a vendor, by id. */
interface Thing {
  id: string;
  created: number;
  updated: number;
}
let things: Map<string, Thing>;
beforeEach(() => {
  things = new Map();
  vendor.requests.length = 0;
  vendor.reply = listThings;
});

const change = (id: string, at = now): void => {
  things.set(id, { id, created: things.get(id)?.created ?? at, updated: at });
};
const written = (at: number) => new Date(at).toISOString().replace(/\.\d+/, '');

/** Those changed since `since`, the oldest change first, cut into pages by number. */
function listThings({ path, query }: RecordedRequest): VendorReply {
  if (!path.startsWith('/things')) return { body: [] };
  const since = query.has('since') ? Date.parse(query.get('since') ?? '') : 0;
  const size = Number(query.get('size') ?? 100);
  const page = Number(query.get('page') ?? 1);
  const sign = query.get('sort') === 'updated desc' ? -1 : 1;
  const rows = [...things.values()]
    .filter(({ updated }) => updated >= since)
    .sort((a, b) => sign * (a.updated - b.updated) || a.id.localeCompare(b.id));
  return {
    body: rows
      .slice((page - 1) * size, page * size)
      .map(({ id, created, updated }) => ({ id, created_at: written(created), updated_at: written(updated) })),
  };
}

const parameters = ['since', 'sort'].map((name) => ({ name, type: 'query', vendorName: name, vendorType: 'query' }));
const paging = [
  { name: 'page', type: 'query', vendorName: 'page', vendorType: 'query' },
  { name: 'pageSize', type: 'query', vendorName: 'size', vendorType: 'query' },
];
const dates = { updatedDateField: 'updated_at', updatedDateFormat: iso, createdDateField: 'created_at' };
const since = `/hubs/general/things?since=${token(`gmtDate:${iso}`)}`;
const thing = { url: since, idField: 'id', pageSize: 3, datesConfiguration: dates };

async function connect(configuration: unknown, settings: Record<string, unknown> = {}): Promise<TestInstance> {
  const instance = await connectTestElement(
    platform,
    vendor,
    {
      resources: ['things', 'things/{kind}', 'others'].map((path) => ({
        method: 'GET',
        path: `/hubs/general/${path}`,
        vendorPath: `/${path}`,
        type: 'api',
        parameters: [
          ...parameters,
          ...paging,
          ...(path.endsWith('}') ? [{ name: 'kind', type: 'path', vendorName: 'kind', vendorType: 'path' }] : []),
        ],
      })),
    },
    { 'event.poller.configuration': configuration, ...settings },
  );
  // the platform's own schedule looks every second, too: nothing is due until the clock goes on
  await enablePolling(platform, instance.id, now, now + 1);
  return instance;
}

/** Polls after an interval, when changes of that time are over. */
async function pollAgain(after = interval): Promise<void> {
  now += after;
  await platform.app.pollDue();
}

const idsOf = async ({ id }: TestInstance) => (await polledItems(platform, id)).map(({ objectId }) => objectId);
const recordsOf = async (instance: TestInstance) =>
  (await platform.call('GET', `/instances/${instance.id}/event-poller-records`)).body;

describe('a poll', () => {
  test('brings what was created and changed since events were enabled, all pages of it', async () => {
    for (const id of ['old', 'older']) change(id, now - 2 * minute);
    const instance = await connect({ things: thing });
    now += 10 * minute;
    const at = now;
    for (let index = 0; index < 8; index++) change(`new${index}`);
    change('old');
    await pollAgain(minute);
    // events of one millisecond have no order
    const items = (await polledItems(platform, instance.id)).sort((a, b) => a.objectId.localeCompare(b.objectId));
    expect(items.map(({ objectId, eventType }) => [objectId, eventType])).toEqual([
      ...Array.from({ length: 8 }, (_, index) => [`new${index}`, 'CREATED']),
      ['old', 'UPDATED'],
    ]);
    expect(items[0]).toEqual({
      elementKey: instance.elementKey,
      eventType: 'CREATED',
      objectType: 'things',
      objectId: 'new0',
      date: new Date(Math.floor(at / 1000) * 1000).toISOString(),
      pollDate: new Date(now).toISOString(),
      hubKey: 'general',
    });
    const [event] = await platform.sql<{ body: string }>(
      'select body from events where instance_id = $1 order by body limit 1',
      [instance.id],
    );
    expect(JSON.parse(event?.body ?? '')).toMatchObject({
      objectType: 'things',
      pollDate: new Date(now).toISOString(),
      things: [{ id: 'new0' }, {}, {}],
    });
    await pollAgain();
    await pollAgain();
    expect(await idsOf(instance)).toHaveLength(9);
  });

  test('leaves a second that is not over to the next poll, so that a later change in it is not lost', async () => {
    const instance = await connect({ things: thing });
    now = Math.ceil((now + interval) / 1000) * 1000 + 100;
    change('a');
    await platform.app.pollDue();
    expect(await idsOf(instance)).toEqual([]);
    now += 800;
    change('a');
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['a']);
  });

  test('looks back, so that what an index showed late is brought all the same', async () => {
    const instance = await connect({ things: { ...thing, pollDelay: 600 } });
    await pollAgain();
    await pollAgain();
    change('late', now - 14 * minute);
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['late']);
  });

  test('does not bring again what a webhook brought', async () => {
    const instance = await connect({ things: thing });
    now += minute;
    for (const id of ['heard', 'missed']) change(id);
    await withDatabase(platform, (database) => {
      const keys = [changeKey('things', 'heard', now)];
      return takeEventKeys(database, { instanceId: instance.id, keys, source: 'webhook' }, now);
    });
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['missed']);
  });

  test('reads a list that cannot be asked for changes until older ones come', async () => {
    for (let index = 0; index < 100; index++) change(`t${index}`, now - (index + 1) * minute);
    const configuration = { url: '/hubs/general/things?sort=updated desc', idField: 'id', datesConfiguration: dates };
    const instance = await connect({ things: configuration });
    now += minute;
    change('t99');
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['t99']);
    expect(vendor.requests.map(({ query }) => query.get('size'))).toEqual(['20']);
  });

  test('reads a list in another order to its end', async () => {
    for (let index = 0; index < 100; index++) change(`t${index}`, now - (200 - index) * minute);
    const instance = await connect({
      things: { url: '/hubs/general/things', idField: 'id', datesConfiguration: dates },
    });
    now += minute;
    change('t50');
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['t50']);
    expect(vendor.requests).toHaveLength(6);
  });

  test('compares records that tell no time, and begins by noting them', async () => {
    let rows: unknown[] = [
      { '@id': 1, name: 'a' },
      { '@id': 2, name: 'b' },
    ];
    vendor.reply = () => ({ body: rows });
    const instance = await connect({ others: { url: '/hubs/general/others', idField: '@.@id' } });
    await pollAgain();
    expect(await idsOf(instance)).toEqual([]);
    rows = [{ '@id': 1, name: 'a' }, { '@id': 2, name: 'changed' }, { '@id': 3 }];
    await pollAgain();
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['2', '3']);
    rows = [{ '@id': 2, name: 'b' }];
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['2', '3', '2']);
  });

  test('goes on where it stopped when it has read many pages, and others have their turn', async () => {
    const instance = await connect({ things: { ...thing, pageSize: 1 } });
    now += minute;
    for (let index = 0; index < 120; index++) change(`t${String(index).padStart(3, '0')}`);
    await pollAgain();
    expect(await idsOf(instance)).toHaveLength(120);
    const pages = vendor.requests.map(({ query }) => Number(query.get('page') ?? 1));
    expect(pages.slice(0, 120)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });
});

describe('what goes wrong', () => {
  test('an object that fails keeps its place, and others go on', async () => {
    const instance = await connect({ things: thing, others: { ...thing, url: since.replace('things', 'others') } });
    const fails = (request: RecordedRequest): VendorReply =>
      request.path === '/others' ? { status: 500, body: { message: 'Out of order' } } : listThings(request);
    vendor.reply = fails;
    now += minute;
    change('a');
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['a']);
    const [good, bad] = await recordsOf(instance);
    expect(good).toMatchObject({ objectName: 'things', status: 'ok', message: null });
    expect(bad).toMatchObject({ objectName: 'others', status: 'failed', lastPollDate: null });
    expect(bad.message).toContain('Out of order');

    await pollAgain();
    await pollAgain();
    await pollAgain();
    // after 1, 2 and 4 intervals
    const asked = vendor.requests.filter(({ path }) => path === '/others').length;
    expect(asked).toBe(3);
    vendor.reply = (request) =>
      request.path === '/others' ? { body: [...things.values()].map(asRow) } : listThings(request);
    await pollAgain(5 * interval);
    expect((await polledItems(platform, instance.id)).map(({ objectType }) => objectType)).toEqual([
      'things',
      'others',
    ]);
    expect(await recordsOf(instance)).toMatchObject([{ status: 'ok' }, { status: 'ok', message: null }]);
  });

  const asRow = ({ id, created, updated }: Thing) => ({
    id,
    created_at: written(created),
    updated_at: written(updated),
  });

  test('a page in the middle that fails costs nothing', async () => {
    const instance = await connect({ things: { ...thing, pageSize: 2 } });
    now += minute;
    for (let index = 0; index < 7; index++) change(`t${index}`);
    let failing = 3;
    vendor.reply = (request) =>
      request.query.get('page') === '3' && failing-- > 0 ? { status: 503, body: {} } : listThings(request);
    for (let round = 0; round < 8; round++) await pollAgain();
    expect((await idsOf(instance)).sort()).toEqual(Array.from({ length: 7 }, (_, index) => `t${index}`));
  });

  test('settings that cannot be read are recorded, object by object', async () => {
    const instance = await connect({ things: thing, flat: 'text' });
    now += minute;
    change('a');
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['a']);
    expect(await recordsOf(instance)).toMatchObject([
      { objectName: 'things', status: 'ok' },
      { objectName: 'flat', status: 'failed', message: expect.stringContaining('must be an object') },
    ]);
    const broken = await connect('{"things": {');
    await pollAgain();
    const [row] = await platform.sql<{ last_error: string }>('select last_error from polls where instance_id = $1', [
      broken.id,
    ]);
    expect(row?.last_error).toContain('event.poller.configuration is no valid JSON');
  });

  test.each([
    ['an answer that is no list', { body: { a: 1 } }, 'is no list'],
    ['records without their id', { body: [{ key: 1 }] }, 'check idField'],
    ['a refusal', { status: 403, body: { message: 'Not yours' } }, 'Not yours'],
    ['no answer', 'cut', ''],
  ] as const)('%s is a failed poll with its reason', async (_, reply, reason) => {
    vendor.reply = () => reply;
    const instance = await connect({ things: thing });
    await pollAgain();
    const [record] = await recordsOf(instance);
    expect(record).toMatchObject({ status: 'failed', message: expect.stringContaining(reason) });
  });

  test('credentials that are refused again and again stop the polling until the account is connected again', async () => {
    vendor.reply = () => ({ status: 401, body: { message: 'Who are you?' } });
    const instance = await connect({ things: thing });
    now += minute;
    change('a');
    for (let round = 0; round < 12; round++) await pollAgain();
    expect(vendor.requests.filter(({ path }) => path === '/things')).toHaveLength(3);
    expect(await recordsOf(instance)).toMatchObject([{ status: 'stopped', nextPollDate: null }]);
    const { body: told } = await platform.call('GET', '/notifications?topics[]=polling.stopped');
    expect(
      told.filter((one: { about: object }) => JSON.stringify(one).includes(`"instanceId":${instance.id}`)),
    ).toHaveLength(1);
    vendor.reply = listThings;
    await enablePolling(platform, instance.id, now);
    await platform.app.pollDue();
    expect(await idsOf(instance)).toEqual(['a']);
  });

  test('a disabled instance is not polled, and loses nothing', async () => {
    const instance = await connect({ things: thing });
    await platform.call('DELETE', `/instances/${instance.id}/enabled`);
    now += minute;
    change('a');
    await pollAgain();
    expect(vendor.requests).toHaveLength(0);
    await platform.call('PUT', `/instances/${instance.id}/enabled`);
    await pollAgain();
    expect(await idsOf(instance)).toEqual(['a']);
  });
});

test('a vendor that does not answer holds no other up', async () => {
  const slow = await connect({ others: { ...thing, url: '/hubs/general/others' } });
  // as many of its instances as may be polled at once, and some more
  for (let index = 0; index < 15; index++) {
    await platform.sql(
      `insert into instances (organization_id, account_id, user_id, element_id, element_key, name, configuration,
         secrets_sealed, token_sealed, token_digest)
       select organization_id, account_id, user_id, element_id, element_key, name, configuration, secrets_sealed,
         token_sealed, 'slow' || $2 from instances where id = $1`,
      [slow.id, index],
    );
  }
  const all = await platform.sql<{ id: string }>('select id from instances');
  for (const { id } of all) await enablePolling(platform, Number(id), now, now + 1);
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  vendor.reply = async (request) => {
    if (request.path === '/others') {
      asked++;
      await answered;
    }
    return listThings(request);
  };
  onTestFinished(answer);
  now += minute;
  const done = platform.app.pollDue();
  await vi.waitFor(() => expect(asked).toBe(10), { timeout: 15_000 });
  const instance = await connect({ things: thing });
  now += minute;
  change('a');
  now += minute;
  // the schedule's own second, or the next round of another poll
  await vi.waitFor(async () => expect(await idsOf(instance)).toEqual(['a']), { timeout: 15_000 });
  expect(asked).toBe(10);
  answer();
  await done;
  await platform.app.pollDue();
  expect(asked).toBe(16);
}, 40_000);

describe('time', () => {
  test('a poll that takes longer than its interval does not overlap itself', async () => {
    const instance = await connect({ things: thing });
    now += minute;
    change('a');
    let isFirst = true;
    let atOnce = 0;
    vendor.reply = async (request) => {
      atOnce = Math.max(atOnce, vendor.pending());
      if (isFirst) {
        isFirst = false;
        // three intervals pass while the vendor thinks, and everybody looks for what is due
        for (let round = 0; round < 3; round++) {
          now += interval;
          change(`during${round}`);
          await Promise.race([platform.app.pollDue(), new Promise((done) => setImmediate(done))]);
        }
      }
      return listThings(request);
    };
    await pollAgain();
    await pollAgain();
    expect(atOnce).toBe(1);
    expect((await idsOf(instance)).sort()).toEqual(['a', 'during0', 'during1', 'during2']);
  });

  test.each(['2024-11-03T04:00:00Z', '2024-03-10T05:30:00Z', '2024-02-28T23:40:00Z', '2024-12-31T23:40:00Z'])(
    'no change is lost or doubled by local times around %s',
    async (text) => {
      const local = (at: number) =>
        new Intl.DateTimeFormat('sv-SE', {
          timeZone: 'America/New_York',
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(at);
      const before = now;
      now = Date.parse(text);
      vendor.reply = ({ query }) => {
        const from = query.get('since') ?? '';
        const rows = [...things.values()].filter(({ updated }) => local(updated) >= from);
        return { body: rows.map(({ id, updated }) => ({ id, updated_at: local(updated) })) };
      };
      const pattern = 'yyyy-MM-dd HH:mm:ss';
      const instance = await connect({
        things: {
          url: `/hubs/general/things?since=${token(`dateTimeZone:America/New_York:${pattern}`)}`,
          idField: 'id',
          datesConfiguration: {
            updatedDateField: 'updated_at',
            updatedDateFormat: pattern,
            updatedDateTimezone: 'America/New_York',
          },
        },
      });
      const expected: string[] = [];
      for (let round = 0; round < 12; round++) {
        for (let index = 0; index < 3; index++) {
          now += 5 * minute;
          expected.push(`t${round}.${index}`);
          change(`t${round}.${index}`);
        }
        await platform.app.pollDue();
      }
      await pollAgain();
      await pollAgain(3 * interval);
      expect((await idsOf(instance)).sort()).toEqual(expected.sort());
      now = before;
    },
  );
});

test('whatever changes when, each object’s last change is brought, and none twice', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('change' as const), id: fc.nat({ max: 9 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('poll' as const),
        after: fc.integer({ min: 0, max: 2 * interval }),
        // what happens while pages are read
        during: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
        failsAt: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('webhook' as const), id: fc.nat({ max: 9 }) }) },
  );
  const scenario = async (steps: (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
    things = new Map();
    const instance = await connect({ things: { ...thing, pageSize: 2 } });
    const heard = new Set<string>();
    const last = new Map<string, number>();
    const touch = (id: number) => {
      change(String(id));
      last.set(String(id), now);
    };
    now += 1000;
    for (const one of steps) {
      if (one.kind === 'wait') now += one.ms;
      if (one.kind === 'change') touch(one.id);
      const known = one.kind === 'webhook' ? things.get(String(one.id)) : undefined;
      if (known !== undefined) {
        const key = changeKey('things', known.id, known.updated);
        const wanted = { instanceId: instance.id, keys: [key], source: 'webhook' as const };
        const taken = await withDatabase(platform, (database) => takeEventKeys(database, wanted, now));
        if (taken.has(key)) heard.add(`${known.id}@${written(known.updated)}`);
      }
      if (one.kind !== 'poll') continue;
      const during = [...one.during];
      let pages = 0;
      vendor.reply = (request) => {
        const next = ++pages > 1 ? during.shift() : undefined;
        if (next !== undefined) touch(next);
        return pages === one.failsAt ? { status: 500, body: {} } : listThings(request);
      };
      await pollAgain(one.after);
    }
    vendor.reply = listThings;
    await pollAgain(5 * interval);
    await pollAgain(5 * interval);
    const brought = (await polledItems(platform, instance.id)).map(
      ({ objectId, date }) => `${objectId}@${written(Date.parse(date))}`,
    );
    const all = [...brought, ...heard];
    expect(all.length).toBe(new Set(all).size);
    for (const [id, at] of last) expect(all).toContain(`${id}@${written(at)}`);
    await platform.call('DELETE', `/instances/${instance.id}`);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), scenario), { numRuns: 25, endOnFailure: true });
}, 60_000);
