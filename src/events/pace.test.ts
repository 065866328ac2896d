// Deliveries leave vendors' webhooks the time that they need, and no more.

import { expect, test } from 'vitest';
import { createPace, pauseMs } from './pace.ts';

/** The same all the time, or something else in each tenth of a second. */
type PerTenth = number | ((tenth: number) => number);

function inTenth(given: PerTenth, at: number): number {
  return typeof given === 'number' ? given : given(at / 100);
}

/** How many events are taken up in each of some seconds, while so many webhooks come in a second. */
function takenPerSecond(seconds: { arrivals: PerTenth; busyShare: PerTenth }[], cores = 2): number[] {
  let now = 0;
  const pace = createPace(0.5, cores, () => now);
  return seconds.map(({ arrivals, busyShare }) => {
    let taken = 0;
    for (let at = 0; at < 1000; at += pauseMs) {
      pace.arrived((inTenth(arrivals, at) * pauseMs) / 1000, inTenth(busyShare, at));
      now += pauseMs;
      taken += pace.take(100_000);
    }
    return taken;
  });
}

test('as fast as can be when no webhooks come, however busy the thread is', () => {
  expect(takenPerSecond([{ arrivals: 0, busyShare: 1 }])[0]).toBeGreaterThan(10_000);
});

test('slowly while webhooks come and leave no time, and never slower than 300 in a second', () => {
  const busy = { arrivals: 2000, busyShare: 0.9 };
  const [, second = 0, third = 0] = takenPerSecond([busy, busy, busy]);
  for (const taken of [second, third]) {
    expect(taken).toBeGreaterThanOrEqual(300);
    expect(taken).toBeLessThan(350);
  }
});

test('faster during a burst that leaves time, the more cores there are, but not at once as fast as can be', () => {
  const burst = { arrivals: 2000, busyShare: 0.4 };
  const [first = 0, , third = 0] = takenPerSecond([burst, burst, burst]);
  expect(first).toBeLessThan(900);
  expect(third).toBeGreaterThan(900);
  expect(third).toBeLessThanOrEqual(1000);
  expect(takenPerSecond([burst, burst, burst], 16).at(-1)).toBeGreaterThan(5000);
});

test('by what the thread does in a second, whatever it does in a tenth of it', () => {
  const share = (tenth: number) => (tenth % 5 === 0 ? 0.8 : 0.3);
  const [, , third = 0] = takenPerSecond([0, 1, 2].map(() => ({ arrivals: 2000, busyShare: share })));
  expect(third).toBeGreaterThan(900);
});

test('as fast during a burst of which a tenth of a second had little', () => {
  const arrivals = (tenth: number) => (tenth % 2 === 0 ? 600 : 400);
  const [, , third = 0] = takenPerSecond([0, 1, 2].map(() => ({ arrivals, busyShare: 0.4 })));
  expect(third).toBeGreaterThan(900);
});

test('at full speed again soon after the last webhook', () => {
  const busy = { arrivals: 2000, busyShare: 0.9 };
  const over = { arrivals: 0, busyShare: 0.9 };
  const taken = takenPerSecond([busy, busy, over, over, over]);
  expect(taken.at(-1)).toBeGreaterThan(5000);
});

test('at the beginning of a burst, whatever was before, slowly until it is known how much time it leaves', () => {
  let now = 0;
  const pace = createPace(0.5, 2, () => now);
  now += 60_000;
  pace.take(0);
  now += 60_000;
  let taken = 0;
  for (let come = 10; come <= 200; come += 10) {
    pace.arrived(10, 0.01);
    now += 5;
    taken += pace.take(come - taken);
  }
  // those that came before it was seen to be a burst, and what 100 ms of 320 in a second allow
  expect(taken).toBeLessThan(100);
});
