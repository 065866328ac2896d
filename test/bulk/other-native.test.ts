// Native bulk at a vendor of another shape than that of the catalog's: states by HTTP status, jobs named in headers and
// links, rows sent with the making of a job, results as JSON lines that number the rows. Its element is data, too.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createNativeStrategy } from '../../src/bulk/native.ts';
import type { DownloadRequest, RowOutcome, UploadRequest, UploadRow } from '../../src/bulk/strategy.ts';
import type { InstanceAccount } from '../../src/engine/account.ts';
import type { Engine } from '../../src/engine/call.ts';
import { batchOf, Crash, crashing, limits, mappedCalls, outcomesOf, stops } from '../support/bulk-strategy.ts';
import { createEngineBeside, type EngineBeside } from '../support/engine.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type VendorReply,
} from '../support/recording-vendor.ts';

interface Import {
  name: string;
  tag: string | null;
  mode: string | null;
  lines: Record<string, unknown>[];
  /** how often it still says that it is not ready */
  polls: number;
  isRefused: boolean;
}

let vendor: RecordingVendor;
let platform: Platform;
let beside: EngineBeside;
let account: InstanceAccount;
let imports: Import[];
let people: Record<string, unknown>[];
let exports: { columns: string; polls: number }[];
/** the next imports are refused as a whole */
let refuses = false;

const keyring = `test:${randomBytes(32).toString('base64')}`;

function lines(rows: readonly unknown[], headers: Record<string, string> = {}): VendorReply {
  const body = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { headers: { 'content-type': 'application/x-ndjson', ...headers }, body };
}

function reply({ method, path, query, text, headers }: RecordedRequest): VendorReply {
  const [, kind, name, part] = path.split('/');
  if (headers['x-key'] !== 'let-me-in') return { status: 401, body: { error: 'no key' } };
  if (kind === 'people') return { body: people };
  if (kind === 'exports' && method === 'POST') {
    exports.push({ columns: JSON.parse(text).columns, polls: 1 });
    return { status: 201, body: { export: { href: `${vendor.url}/exports/${exports.length - 1}` } } };
  }
  if (kind === 'exports') {
    const asked = exports[Number(name)];
    if (asked === undefined) return { status: 404, body: { error: 'no such export' } };
    if (part === undefined) return { status: asked.polls-- > 0 ? 202 : 200, body: {} };
    const from = Number(query.get('from') ?? 0);
    const size = Number(query.get('size'));
    const rest = from + size < people.length ? { 'x-next': String(from + size) } : {};
    return lines(people.slice(from, from + size), rest);
  }
  if (name === undefined && method === 'POST') {
    const rows = text.split('\n').filter((line) => line !== '');
    const made = { name: `i${imports.length}`, tag: query.get('tag'), mode: query.get('mode'), polls: 2 };
    imports.push({ ...made, lines: rows.map((line) => JSON.parse(line)), isRefused: refuses });
    return { status: 202, headers: { location: `/imports/${made.name}` }, body: {} };
  }
  if (name === undefined) return { body: { imports: imports.map(({ name: id, tag }) => ({ id, tag })) } };
  const found = imports.find((one) => one.name === name);
  if (found === undefined) return { status: 404, body: { error: 'no such import' } };
  if (part === undefined) {
    if (found.polls > 0) {
      found.polls--;
      return { status: 202, headers: { 'retry-after': '3' }, body: {} };
    }
    if (found.isRefused) return { status: 422, body: { message: 'the import makes no sense' } };
    if (found.polls === 0) people.push(...found.lines.filter(({ age }) => typeof age === 'number'));
    found.polls = -1;
    return { status: 200, body: {} };
  }
  const told = found.lines.map(({ age }, line) =>
    typeof age === 'number' ? { line, result: 'ok' } : { line, result: 'bad', why: `age is ${JSON.stringify(age)}` },
  );
  const from = Number(query.get('from') ?? 0);
  return lines(told.slice(from, from + 2).reverse(), from + 2 < told.length ? { 'x-next': String(from + 2) } : {});
}

const inPath = (name: string, vendorName = name) => ({ type: 'path', name, vendorType: 'query', vendorName });
const job = { type: 'path', name: 'job', vendorType: 'path', vendorName: 'job' };
const step = (method: string, path: string, vendorPath: string, members: Record<string, unknown> = {}) => ({
  method,
  path: `/hubs/general/steps/${path}`,
  vendorPath,
  valence: { internal: true },
  ...members,
});
const file = { valence: { internal: true, download: true } };

const bulk = {
  download: {
    objects: { people: 'person' },
    create: { resource: 'POST:/steps/exports', job: 'body.export.href', jobAfter: '/' },
    poll: { resource: 'GET:/steps/exports/{job}', state: 'status', done: ['200'] },
    fetch: {
      resource: 'GET:/steps/exports/{job}/data',
      format: 'jsonLines',
      next: 'header.x-next',
      rows: 2,
    },
  },
  upload: {
    objects: { people: 'person' },
    operations: { create: 'add' },
    create: { resource: 'POST:/steps/imports', job: 'header.location', jobAfter: '/' },
    find: { resource: 'GET:/steps/imports', job: 'id', reference: 'tag' },
    poll: { resource: 'GET:/steps/imports/{job}', state: 'status', done: ['200'], failed: ['422'] },
    format: 'jsonLines',
    contentType: 'application/x-ndjson',
    largest: { rows: 3, bytes: 10_000 },
    outcomes: [
      {
        resource: 'GET:/steps/imports/{job}/report',
        format: 'jsonLines',
        next: 'header.x-next',
        means: 'failed',
        written: { result: ['ok'] },
        error: 'why',
        row: { member: 'line', first: 0 },
      },
    ],
  },
};

const resources = [
  { method: 'GET', path: '/hubs/general/people', vendorPath: '/people' },
  {
    method: 'POST',
    path: '/hubs/general/people',
    vendorPath: '/people',
    parameters: [{ type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' }],
  },
  step('POST', 'exports', '/exports', {
    parameters: [
      { type: 'value', name: '{"of":"{object}"}', vendorType: 'body', vendorName: 'body' },
      { type: 'path', name: 'fields', vendorType: 'bodyField', vendorName: 'columns' },
    ],
  }),
  step('GET', 'exports/{job}', '/exports/{job}', { parameters: [job] }),
  step('GET', 'exports/{job}/data', '/exports/{job}/data', {
    ...file,
    parameters: [job, inPath('locator', 'from'), inPath('rows', 'size')],
  }),
  step('POST', 'imports', '/imports', {
    parameters: [
      inPath('reference', 'tag'),
      inPath('operation', 'mode'),
      { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' },
    ],
  }),
  step('GET', 'imports', '/imports', { rootKey: '|imports' }),
  step('GET', 'imports/{job}', '/imports/{job}', { parameters: [job] }),
  step('GET', 'imports/{job}/report', '/imports/{job}/report', {
    ...file,
    parameters: [job, inPath('locator', 'from')],
  }),
];

beforeAll(async () => {
  vendor = await startRecordingVendor();
  vendor.reply = reply;
  platform = await startPlatform({ keyring, environment: { VALENCE_EGRESS: 'any' } });
  const instance = await connectTestElement(platform, vendor, {
    parameters: [{ type: 'value', name: 'let-me-in', vendorType: 'header', vendorName: 'X-Key' }],
    resources,
    valence: { bulk },
  });
  beside = await createEngineBeside(platform, { keyring, routes: {}, clock: Date.now });
  account = await beside.account(instance.token);
});
afterAll(async () => {
  await beside.close();
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  imports = [];
  exports = [];
  refuses = false;
  people = Array.from({ length: 5 }, (_, index) => ({ id: index, name: `Person ${index}`, age: 20 + index }));
});

let waited: number[] = [];
const pause = async (milliseconds: number, signal: AbortSignal) => {
  signal.throwIfAborted();
  waited.push(milliseconds);
};

function strategyOver(engine: Pick<Engine, 'step'> = beside.engine) {
  return createNativeStrategy({ engine, mappedCalls, pause, limits });
}

const place = { objectName: 'people', path: '/people', elementPath: '/people' };

function downloadRequest(members: Partial<DownloadRequest> = {}): DownloadRequest {
  const nothing = { fields: undefined, where: undefined, orderBy: undefined, limit: undefined, pageSize: undefined };
  return { account, ...place, ...nothing, ...members };
}

function uploadRequest(members: Partial<UploadRequest> = {}): UploadRequest {
  return { account, ...place, identifierField: undefined, serial: false, ...members };
}

function rowsOf(ages: readonly unknown[]): UploadRow[] {
  return ages.map((age, index) => ({ row: 10 + index, record: { name: `New ${index}`, age } }));
}

async function sendOver(
  engine: Pick<Engine, 'step'>,
  rows: readonly UploadRow[],
  batch = batchOf(rows),
  request = uploadRequest(),
): Promise<readonly RowOutcome[]> {
  return outcomesOf(await strategyOver(engine).upload(request)?.send(request, batch, stops()));
}

describe('a download', () => {
  test('is made, awaited by HTTP status, and read in sets', async () => {
    const request = downloadRequest({ fields: ['name', 'age'] });
    const found: unknown[] = [];
    for await (const page of strategyOver().download(request)?.(request, undefined, stops().signal) ?? []) {
      found.push(...page.records);
      const rest: unknown[] = [];
      for await (const more of strategyOver().download(request)?.(request, page.after, stops().signal) ?? []) {
        rest.push(...more.records);
      }
      expect([...found, ...rest]).toEqual(people);
    }
    expect(found).toEqual(people);
    const made = vendor.requests.filter(({ method }) => method === 'POST');
    expect(made.map(({ text }) => JSON.parse(text))).toEqual([{ of: 'person', columns: 'name,age' }]);
  });

  test('is not for conditions that the vendor’s exports cannot have', () => {
    expect(strategyOver().download(downloadRequest({ where: 'age > 3' }))).toBeUndefined();
    expect(strategyOver().download(downloadRequest({ orderBy: 'age' }))).toBeUndefined();
    expect(strategyOver().download(downloadRequest({ elementPath: '/animals' }))).toBeUndefined();
  });
});

describe('an upload', () => {
  test('goes in with the making of its jobs, and its report tells of each row by number', async () => {
    waited = [];
    const rows = rowsOf([30, 'old', 31, null, 32]);
    const outcomes = await sendOver(beside.engine, rows);
    expect(outcomes.map(({ row, state }) => `${row} ${state}`)).toEqual([
      '10 written',
      '11 failed',
      '12 written',
      '13 failed',
      '14 written',
    ]);
    expect(outcomes[1]).toMatchObject({ providerMessage: 'age is "old"' });
    expect(imports.map(({ mode, lines: sent }) => [mode, sent.length])).toEqual([
      ['add', 3],
      ['add', 2],
    ]);
    expect(people.slice(5).map(({ age }) => age)).toEqual([30, 31, 32]);
    expect(waited.slice(0, 3)).toEqual([1000, 3000, 6000]);
  });

  test('is not for rows that the vendor would have to find', () => {
    expect(strategyOver().upload(uploadRequest({ identifierField: 'name' }))).toBeUndefined();
  });

  test('that failed as a whole leaves its rows to be looked at, since nothing tells of them', async () => {
    refuses = true;
    const rows = rowsOf([30]);
    vendor.reply = (request) => (request.path.endsWith('/report') ? lines([]) : reply(request));
    const outcomes = await sendOver(beside.engine, rows);
    vendor.reply = reply;
    expect(outcomes).toMatchObject([{ state: 'doubtful', message: expect.stringContaining('makes no sense') }]);
  });
});

describe.each(['before', 'after'] as const)('a process that ends %s any step', (when) => {
  test.each([true, false])('writes no row twice where jobs can be found (%s)', async (isFound) => {
    const document = structuredClone(account.definition.document);
    if (!isFound) delete document.valence?.bulk?.upload?.find;
    const request = uploadRequest({ account: { ...account, definition: { ...account.definition, document } } });
    let hadDoubts = false;
    for (let number = 1; ; number++) {
      imports = [];
      people = [];
      const rows = rowsOf([40, 41, 42, 43, 'x']);
      const { engine, reached } = crashing(beside.engine, number, when);
      const batch = batchOf(rows);
      await sendOver(engine, rows, batch, request).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      if (!reached()) {
        expect(number).toBeGreaterThan(8);
        expect(hadDoubts).toBe(!isFound);
        return;
      }
      const outcomes = await sendOver(beside.engine, rows, batchOf(rows, batch.written() ?? {}), request);
      const ages = people.map(({ age }) => age);
      expect(new Set(ages).size, `step ${number}`).toBe(ages.length);
      for (const { row, state } of outcomes) {
        const { age } = rows.find((one) => one.row === row)?.record ?? {};
        if (state === 'doubtful') hadDoubts = true;
        else expect(ages.includes(age), `step ${number}, row ${row}`).toBe(state === 'written');
      }
      if (isFound) expect(outcomes.map(({ state }) => state)).toEqual([...Array(4).fill('written'), 'failed']);
    }
  });
});
