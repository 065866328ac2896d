// Hooks that mean harm, through calls: each ends with a clear error within its limit, and the next call of every
// account is unharmed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/config.ts';
import { type Answer, credentials, type Platform, startPlatform } from '../support/platform.ts';
import { type RecordingVendor, startRecordingVendor, type TestInstance } from '../support/recording-vendor.ts';
import { instanceOf, makeElement, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
/** the same element, connected by the account that owns it */
let own: TestInstance;
let hostile: Map<string, string>;

// Read call by call and when isolates are made; seconds are too long for so many scripts.
const changeable: { scriptMs: number; scriptWallMs: number; scriptMemoryMb: number; scriptOutputBytes: number } =
  limits;
const before = { ...changeable };
const short = { scriptMs: 400, scriptWallMs: 1500, scriptMemoryMb: 24, scriptOutputBytes: 1024 * 1024 };

/** What a script tries, and what callers are told; undefined: it may end well, as long as nothing came of it. */
const scripts: [name: string, script: string, message: RegExp | undefined][] = [
  ['an endless loop', 'for (;;) {}', /timed out after \d+ ms/],
  ['an endless loop in a promise', 'Promise.resolve().then(function () { for (;;) {} });', /timed out/],
  [
    'an endless chain of promises',
    'const again = function () { return Promise.resolve().then(again); }; again();',
    /timed out|memory/,
  ],
  ['a regular expression that never ends', '/^(a+)+$/.test("a".repeat(60) + "b");', /timed out/],
  ['endless recursion', 'const f = function () { return f() + 1; }; f();', /stack/i],
  ['a memory bomb of arrays', 'const all = []; for (;;) all.push(new Array(100000).fill(1.5));', /memory/],
  [
    'a memory bomb of texts',
    'let t = "x"; const all = []; for (;;) { t += t; all.push(t + Math.random()); }',
    /memory|string length/i,
  ],
  [
    'a memory bomb of buffers',
    'const all = []; for (;;) all.push(new Uint8Array(50000000).fill(1));',
    /memory|allocation/i,
  ],
  ['a huge output', 'done({response_body: "x".repeat(3000000)});', /bytes|large|output|memory/i],
  ['a result that holds itself', 'const a = {}; a.a = a; done({response_body: a});', /./],
  ['never calling done', 'setTimeout(function () {}, 1e9);', /done\(\) was not called in \d+ ms/],
  ['waiting for a promise that never ends', 'setInterval(function () {}, 1); new Promise(function () {});', undefined],
  [
    'polluting Object.prototype',
    'Object.prototype.polluted = "yes"; Array.prototype.map = null; done({response_body: {}});',
    undefined,
  ],
  [
    'replacing JSON and done',
    'JSON.parse = JSON.stringify = function () { return "{}"; }; Promise.prototype.then = null; done({});',
    undefined,
  ],
  [
    'a result with __proto__',
    'done({response_body: JSON.parse(\'{"__proto__": {"polluted": "yes"}, "constructor": 1}\')});',
    undefined,
  ],
  [
    'the constructor of a function',
    'done({response_body: {found: typeof (function () {}).constructor("return process")()}});',
    /process is not defined/,
  ],
  [
    'the constructor of a variable',
    'done({response_body: {found: request_parameters.constructor.constructor("return typeof process")()}});',
    undefined,
  ],
  [
    'the constructor of console',
    'done({response_body: {found: console.log.constructor("return typeof process + typeof require")()}});',
    undefined,
  ],
  [
    'an error’s prepareStackTrace',
    'Error.prepareStackTrace = function (e, frames) { return frames[0].getThis(); }; done({response_body: {found: String(new Error().stack)}});',
    undefined,
  ],
  ['import', 'import("node:fs").then(function (fs) { done({response_body: {found: "fs"}}); });', /./],
  ['a thread that blocks', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); done({});', undefined],
];

beforeAll(async () => {
  Object.assign(changeable, short);
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  vendor.reply = () => ({ body: { fine: true } });
  const hooked = (path: string, body: string) => ({
    method: 'GET',
    path: `/hubs/general${path}`,
    vendorPath: path,
    hooks: [{ type: 'postRequest', mimeType: 'application/javascript', body }],
  });
  hostile = new Map(scripts.map(([name], index) => [name, `/hostile${index}`]));
  const elementKey = await makeElement(platform, vendor, {
    resources: [
      { method: 'GET', path: '/hubs/general/plain', vendorPath: '/plain' },
      hooked('/hooked', canary),
      ...scripts.map(([name, script]) => hooked(hostile.get(name) ?? '', script)),
    ],
  });
  own = instanceOf(platform, elementKey, await provision(platform, elementKey));
});
afterAll(async () => {
  Object.assign(changeable, before);
  await platform.close();
  await vendor.close();
});

/** A hook of a good citizen, which sees whether its world is whole. */
const canary = `
  const whole = [].map instanceof Function && JSON.parse('{"a":1}').a === 1 && ({}).polluted === undefined;
  Promise.resolve(response_body.fine).then(function (fine) {
    done({response_body: {whole: whole, fine: fine, seen: typeof secretOfAnother, vendor: response_body}});
  });`;
const wholeWorld = { whole: true, fine: true, seen: 'undefined', vendor: { fine: true } };

/** The account of another customer, with an element of its own. */
async function stranger(): Promise<TestInstance> {
  const account = await platform.call('POST', '/accounts', {
    body: { name: 'Other', externalId: `other${Math.random()}` },
  });
  const user = await platform.call('POST', `/accounts/${account.body.id}/users`, {
    body: {
      email: `u${Math.random()}@example.test`,
      password: 'correct Horse 7 battery!',
      firstName: 'A',
      lastName: 'B',
    },
  });
  if (user.status !== 200) throw new Error(JSON.stringify([account.body, user.body]));
  const authorization = `User ${user.body.secret}, ${credentials().split(', ')[1]}`;
  const created = await platform.call('POST', '/elements', {
    authorization,
    body: {
      key: `stranger${account.body.id}`,
      name: 'stranger',
      hub: 'general',
      authentication: { type: 'custom' },
      configuration: [{ key: 'base.url', defaultValue: vendor.url, internal: true }],
      resources: [
        {
          method: 'GET',
          path: '/hubs/general/hooked',
          vendorPath: '/hooked',
          hooks: [{ type: 'postRequest', mimeType: 'application/javascript', body: canary }],
        },
      ],
    },
  });
  const { key } = created.body;
  return instanceOf(platform, key, await provision(platform, key, {}, { authorization }), authorization);
}

let other: TestInstance;
beforeAll(async () => {
  other = await stranger();
});

describe.each(scripts)('%s', (name, _, message) => {
  test('ends within its limit, and harms nobody', async () => {
    const began = performance.now();
    const running = own.call('GET', hostile.get(name) ?? '');
    // other accounts do not wait for it
    const beside = other.call('GET', '/hooked');
    const answer: Answer = await running;
    const tookMs = performance.now() - began;
    expect(await beside).toMatchObject({ status: 200, body: wholeWorld });
    if (message !== undefined) {
      expect(answer).toMatchObject({
        status: 500,
        body: { message: expect.stringMatching(/^Script execution failed with message: /) },
      });
      expect(answer.body.message).toMatch(message);
    }
    expect(JSON.stringify(answer.body)).not.toMatch(/"found":"(object|function|fs)/);
    // what an overloaded machine needs on top
    expect(tookMs).toBeLessThan(short.scriptWallMs + 5000);

    expect(await own.call('GET', '/hooked')).toMatchObject({ status: 200, body: wholeWorld });
    expect(await own.call('GET', '/plain')).toMatchObject({ status: 200, body: { fine: true } });
    expect(await other.call('GET', '/hooked')).toMatchObject({ status: 200, body: wholeWorld });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

test('ten of them at the same time leave calls without hooks and other accounts alone', async () => {
  const path = hostile.get('an endless loop') ?? '';
  const loops = Array.from({ length: 10 }, () => own.call('GET', path));
  const others = await Promise.all([
    own.call('GET', '/plain'),
    other.call('GET', '/hooked'),
    other.call('GET', '/hooked'),
  ]);
  expect(others.map((answer) => answer.status)).toEqual([200, 200, 200]);
  for (const answer of await Promise.all(loops)) expect([500, 503]).toContain(answer.status);
  expect(await own.call('GET', '/hooked')).toMatchObject({ status: 200, body: wholeWorld });
});
