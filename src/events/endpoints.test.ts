// An endpoint that fails is spared, and noticed when it is well again.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEndpoints } from './endpoints.ts';
import { retryDelayMs } from './retry-times.ts';

const limits = { callbacksPerEndpoint: 2, callbackFailures: 3, callbackPauseMs: 1000, callbackLongestPauseMs: 3000 };

/** Whether a promise has settled by now, and with what. */
async function state<Value>(promise: Promise<Value>): Promise<Value | 'waiting'> {
  return Promise.race([promise, new Promise<'waiting'>((resolve) => setImmediate(() => resolve('waiting')))]);
}

test('gets a few callbacks at a time', async () => {
  const endpoints = createEndpoints(limits, () => 0);
  expect(await endpoints.enter('a', false)).toEqual({ go: true });
  expect(await endpoints.enter('a', false)).toEqual({ go: true });
  const third = endpoints.enter('a', false);
  expect(await state(third)).toBe('waiting');
  expect(await endpoints.enter('b', false)).toEqual({ go: true });
  endpoints.left('a', true);
  expect(await state(third)).toEqual({ go: true });
});

test('is paused after failures in a row, tried by one callback, and paused longer when that fails', async () => {
  let now = 0;
  const endpoints = createEndpoints(limits, () => now);
  const changes: string[] = [];
  const fail = async (isRetry = false) => {
    expect(await endpoints.enter('a', isRetry)).toEqual({ go: true });
    changes.push(endpoints.left('a', false));
  };
  for (let failure = 0; failure < 3; failure++) await fail();
  expect(changes).toEqual(['same', 'same', 'opened']);
  expect(await endpoints.enter('a', false)).toEqual({ go: false, until: 1000 });
  await fail(true);
  expect(changes.at(-1)).toBe('same');
  now = 1000;
  expect(await endpoints.enter('a', false)).toEqual({ go: true });
  const waiting = endpoints.enter('a', false);
  expect(await state(waiting)).toBe('waiting');
  expect(endpoints.left('a', false)).toBe('opened');
  expect(await state(waiting)).toEqual({ go: false, until: 3000 });
  now = 3000;
  await fail();
  expect(await endpoints.enter('a', false)).toEqual({ go: false, until: 6000 });
  now = 6000;
  expect(await endpoints.enter('a', false)).toEqual({ go: true });
  const other = endpoints.enter('a', false);
  expect(endpoints.left('a', true)).toBe('closed');
  expect(await state(other)).toEqual({ go: true });
  endpoints.left('a', false);
  expect(await endpoints.enter('a', false)).toEqual({ go: true });
});

test('whatever happens, no more than the allowed run, and all who wait are told in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ retry: fc.boolean(), succeeds: fc.boolean() }), { maxLength: 40 }),
      async (calls) => {
        let now = 0;
        const endpoints = createEndpoints(limits, () => now);
        const admitted: boolean[] = [];
        let told = 0;
        let running = 0;
        for (const { retry, succeeds } of calls) {
          void endpoints.enter('a', retry).then(({ go }) => {
            told++;
            if (!go) return;
            running++;
            expect(running).toBeLessThanOrEqual(limits.callbacksPerEndpoint);
            admitted.push(succeeds);
          });
        }
        for (let round = 0; told < calls.length || running > 0; round++) {
          expect(round).toBeLessThan(500);
          await new Promise((resolve) => setImmediate(resolve));
          now += 500;
          const succeeds = admitted.shift();
          if (succeeds === undefined) continue;
          running--;
          endpoints.left('a', succeeds);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('retries come 2^(2x) seconds after the attempt before, up to a tenth more, nine times', () => {
  const seconds = (attempts: number, random: number) => (retryDelayMs(attempts, random) ?? Number.NaN) / 1000;
  expect(Array.from({ length: 10 }, (_, made) => seconds(made + 1, 0))).toEqual([
    4,
    16,
    64,
    256,
    1024,
    4096,
    16_384,
    65_536,
    262_144,
    Number.NaN,
  ]);
  expect(seconds(2, 1)).toBeCloseTo(17.6);
});
