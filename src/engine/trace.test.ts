// No form of a secret stays in a trace, and a trace stays readable and small.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentEncode } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { createMasking } from './mask.ts';
import { createTrace, noTrace } from './trace.ts';

const clock = () => 0;

function traced(secrets: string[], detail: unknown): unknown {
  const trace = createTrace(() => secrets, clock);
  trace.add('step', () => detail);
  return trace.steps()?.[0]?.detail;
}

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const inAsciiJson = (text: string) =>
  inJson(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const inXml = (text: string) =>
  text.replace(/[<>&"']/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[sign] ?? '&#39;');
const inXmlNumbers = (text: string) => [...text].map((sign) => `&#x${sign.codePointAt(0)?.toString(16)};`).join('');
const inForm = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** Ways in which a secret stands in what is sent and got. */
const forms: Record<string, (secret: string) => string> = {
  itself: (secret) => secret,
  'percent-encoded': percentEncode,
  'percent-encoded by encodeURIComponent': encodeURIComponent,
  'percent-encoded in small letters': (secret) => percentEncode(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  'percent-encoded but for the signs that a path may have': encodeURI,
  'in a form': inForm,
  'in JSON': inJson,
  'in JSON of ASCII': inAsciiJson,
  'in JSON in JSON': (secret) => inJson(inJson(secret)),
  'in XML': inXml,
  'in XML as numbers': inXmlNumbers,
  'in XML in JSON': (secret) => inJson(inXml(secret)),
  'percent-encoded twice': (secret) => percentEncode(percentEncode(secret)),
  'JSON in a form': (secret) => inForm(inJson(secret)),
};
/** The same in base64, where other text beside it moves its bits. */
const forms64: Record<string, (secret: string) => string> = {
  'in base64': base64,
  'in base64url': base64url,
  'in base64 in a query': (secret) => percentEncode(base64(secret)),
  'as password': (secret) => `Basic ${base64(`user:${secret}`)}`,
  'as user': (secret) => `Basic ${base64(`${secret}:x`)}`,
  'as password, encoded': (secret) => `Basic ${base64(`client:${percentEncode(secret)}`)}`,
  'as password, encoded as in forms': (secret) => `Basic ${base64(`ab:${inForm(secret)}`)}`,
  'in JSON in base64': (secret) => base64(`{"a":"${secret}"}`),
};

const secretText = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 }),
  fc.string({ unit: 'binary-ascii', minLength: 4, maxLength: 40 }),
  fc.stringMatching(/^[%+&;\\"'<>=/ a*u0-9]{4,30}$/),
  fc.base64String({ minLength: 8, maxLength: 60 }),
);
const around = fc.string({ maxLength: 12 });

test.each(Object.entries({ ...forms, ...forms64 }))('a secret is masked %s', (_name, write) => {
  fc.assert(
    fc.property(secretText, around, around, (secret, before, after) => {
      const form = write(secret);
      const shown = traced([secret], { a: [`${before} ${form} ${after}`], [`k ${form}`]: { b: form } });
      for (const text of strings(shown)) expect(text.includes(form)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test.each(Object.entries(forms))(
  'a secret is masked %s when nothing stands between it and other text',
  (_name, write) => {
    fc.assert(
      fc.property(secretText, fc.stringMatching(/^[a-z]{0,5}$/), (secret, beside) => {
        const form = write(secret);
        for (const text of strings(traced([secret], `${beside}${form}${beside}`)))
          expect(text.includes(form)).toBe(false);
      }),
      { numRuns: 200 },
    );
  },
);

test('text without a secret stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(createMasking(['a secret that is nowhere'])(text)).toBe(text.toWellFormed());
      expect(createMasking([])(text)).toBe(text.toWellFormed());
    }),
  );
});

test('only the secret is masked', () => {
  const secret = 'p@ss w/ö"rd';
  const masking = createMasking([secret]);
  expect(masking(`before ${secret} after ${secret}`)).toBe('before *** after ***');
  expect(masking(`/token?a=1&password=${encodeURIComponent(secret)}&b=2`)).toBe('/token?a=1&password=***&b=2');
  expect(masking(JSON.stringify({ user: 'ann', password: secret }))).toBe('{"user":"ann","password":"***"}');
  expect(masking(`<password>${inXml(secret)}</password>`)).toBe('<password>***</password>');
  expect(masking(`Basic ${base64(`ann.of.acme:${secret}`)}`)).toMatch(/^Basic YW5uLm9mLmFjbW[U6=]*\*\*\*$/);
  expect(masking('abc')).toBe('abc');
});

test('a value shorter than four characters is not looked for', () => {
  expect(createMasking(['abc'])('abc')).toBe('abc');
  expect(createMasking(['abcd'])('abcd')).toBe('***');
});

test('one secret inside another, and one beside another, are masked', () => {
  const masking = createMasking(['inner', 'an inner secret', 'beside']);
  expect(masking('an inner secret')).toBe('***');
  expect(masking('innerbeside')).not.toMatch(/inner|beside/);
});

test('secrets that overlap are masked whole', () => {
  expect(createMasking(['abcab'])('x abcabcabcab y')).toBe('x *** y');
});

test('what is left around a mask is no secret either', () => {
  const secret = 'ab***cd';
  expect(createMasking([secret, 'xxxx'])('abxxxxcd')).toBe('***');
});

test('members with the name of a secret are masked although their value is not known', () => {
  const detail = traced([], {
    headers: { Authorization: 'Bearer abc', 'X-Api-Key': 'k', 'Set-Cookie': ['a=1'], accept: 'text/plain' },
    body: { password: 'hunter2', access_token: 'new', client_secret: 's', nextPageToken: 'p', note: '', secret: null },
  });
  expect(detail).toEqual({
    headers: { Authorization: 'Bearer ***', 'X-Api-Key': '***', 'Set-Cookie': '***', accept: 'text/plain' },
    body: { password: '***', access_token: '***', client_secret: '***', nextPageToken: 'p', note: '', secret: null },
  });
});

test('a secret that is a number, and one in the name of a step, are masked', () => {
  const trace = createTrace(() => ['12345678'], clock);
  trace.add('pin 12345678', () => ({ pin: 12345678, count: 5 }));
  expect(trace.steps()).toEqual([{ step: 'pin ***', atMs: 0, detail: { pin: '***', count: 5 } }]);
});

test('a secret that is learned later, or replaced, is masked in every step', () => {
  let secrets = ['first-token'];
  const trace = createTrace(() => secrets, clock);
  trace.add('before', () => 'first-token then second-token');
  secrets = ['second-token'];
  trace.add('after', () => 'first-token then second-token');
  secrets = ['third-token'];
  trace.add('last', () => 'fourth-token');
  secrets = ['fourth-token'];
  expect(trace.steps()?.map((step) => step.detail)).toEqual(['*** then ***', '*** then ***', '***']);
});

test('a secret across the place where a text is cut is masked whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16 * 1024 - 60, max: 16 * 1024 + 5 }), (position) => {
      const secret = 'the-secret-value/with+signs-0123456789';
      for (const form of [secret, encodeURIComponent(secret)]) {
        const shown = String(traced([secret], `${'.'.repeat(position)}${form}${'.'.repeat(40_000)}`));
        expect(shown.replace(/^\.*/, '')).toMatch(/^(\*\*\*\.*)?\[cut\]$/);
        expect(shown.length).toBeLessThanOrEqual(16 * 1024 + 10);
      }
    }),
    { numRuns: 60 },
  );
});

test('a cut never leaves half of a character', () => {
  for (let before = 16 * 1024 - 4; before <= 16 * 1024; before++) {
    expect(String(traced([], `${'.'.repeat(before)}😀😀😀😀`)).isWellFormed()).toBe(true);
    expect(String(traced([], `${'.'.repeat(before)}😀😀😀😀`))).not.toContain('\ufffd');
  }
});

test('each detail and the whole are cut, and so is the number of steps', () => {
  const trace = createTrace(() => [], clock);
  for (let step = 0; step < 40; step++) trace.add('large', () => ({ text: 'x'.repeat(100_000), more: ['y', 'z'] }));
  for (let step = 0; step < 2000; step++) trace.add('small', () => 'detail');
  const steps = trace.steps() ?? [];
  expect(JSON.stringify(steps[0]).length).toBeGreaterThan(16_000);
  expect(JSON.stringify(steps[0]).length).toBeLessThan(17_000);
  expect(steps.length).toBe(1000);
  expect(JSON.stringify(steps).length).toBeLessThan(400_000);
});

test('the size holds for arrays, objects and depth without end', () => {
  const deep: Record<string, unknown> = {};
  deep['self'] = deep;
  expect(JSON.stringify(traced([], deep)).split('self')).toHaveLength(17);
  const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `row ${id}` }));
  const wide = Object.fromEntries(rows.map((row) => [row.name, row.id]));
  for (const detail of [deep, rows, wide, rows.map(() => 1), rows.map(() => [])]) {
    expect(JSON.stringify(traced([], detail)).length).toBeLessThan(40_000);
  }
});

test('values of every kind are shown as plain data, taken when the step happens', () => {
  const list = [1];
  const trace = createTrace(() => [], clock);
  trace.add('list', () => list);
  list.push(2);
  trace.add('kinds', () => [
    undefined,
    null,
    true,
    Number.NaN,
    12n,
    new Date(0),
    new Error('broken'),
    Buffer.from('abc'),
    () => 1,
    new Map(),
    new Secret('hidden'),
    JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'),
  ]);
  const [first, second] = JSON.parse(JSON.stringify(trace.steps()));
  expect(first.detail).toEqual([1]);
  expect(second.detail.slice(0, -1)).toEqual([
    ...[null, null, true, 'NaN', '12', '1970-01-01T00:00:00.000Z', 'Error: broken'],
    ...['[3 bytes]', '[function]', '[Map]', '[secret]'],
  ]);
  expect(Object.entries(second.detail.at(-1))).toEqual([
    ['__proto__', { polluted: 1 }],
    ['constructor', 2],
  ]);
});

test('a step that cannot be shown says so, without its secrets, and breaks nothing', () => {
  const trace = createTrace(() => ['top-secret'], clock);
  trace.add('broken', () => {
    throw new Error('no top-secret here');
  });
  expect(trace.steps()).toEqual([{ step: 'broken', atMs: 0, detail: 'This step cannot be shown: Error: no *** here' }]);
});

test('steps tell when they happened', () => {
  let now = 1000;
  const trace = createTrace(
    () => [],
    () => now,
  );
  now = 1012;
  trace.add('sent', () => ({}));
  expect(trace.steps()).toEqual([{ step: 'sent', atMs: 12, detail: {} }]);
});

test('without a reader nothing is asked for', () => {
  noTrace.add('step', () => {
    throw new Error('asked');
  });
  expect(noTrace.steps()).toBeUndefined();
});

test('hostile text is masked in linear time', () => {
  const started = performance.now();
  for (const text of [
    '\\'.repeat(32_000),
    '%'.repeat(32_000),
    '&#'.repeat(16_000),
    'A'.repeat(32_000),
    '%2525'.repeat(6000),
  ]) {
    traced(['AAAA', '%25%', '\\\\\\\\', 'A'.repeat(2000)], text);
  }
  expect(performance.now() - started).toBeLessThan(5000);
});

/** Every string and member name of a value. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    ...(Array.isArray(value) || name === 'a' || name === 'b' ? [] : [name]),
    ...strings(member),
  ]);
}
