// The memory that kept answers may take: bounded over all instances, and given back.

import { expect, test } from 'vitest';
import type { ElementCall } from './element-call.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { noTrace } from './trace.ts';

const changes = {
  now: () => 0,
  isCurrent: () => true,
  areKnown: () => true,
  notify: () => undefined,
} as unknown as Parameters<typeof createKeptAnswers>[0]['changes'];

const callOf = (path: string): ElementCall => ({
  requestId: '',
  method: 'GET',
  path,
  query: {},
  headers: {},
  body: { kind: 'none' },
  signal: undefined,
  trace: noTrace,
  vendor: { milliseconds: 0, calls: 0 },
});
const policy = (id: number) => ({
  id,
  accountId: 7,
  elementId: 9,
  cachingEnabled: true,
  maxCacheSize: 0,
  cacheTimeToLive: 0,
});
const answer = (text: string) => ({ headers: {}, value: text, stream: undefined });

const resource = { headerNames: [], hooksReadHeaders: false };

function keeper(limits: { keptAnswerBytes: number; keptAnswersBytes: number }) {
  const kept = createKeptAnswers({ changes, clock: () => 0, limits });
  return {
    keep: (id: number, path: string, text: string) => kept.expect(policy(id), callOf(path), resource)(answer(text)),
    has: (id: number, path: string) => kept.find(policy(id), callOf(path), resource) !== undefined,
  };
}

test('an answer larger than the limit of one is not kept', () => {
  const { keep, has } = keeper({ keptAnswerBytes: 100, keptAnswersBytes: 10_000 });
  keep(1, '/a', 'x'.repeat(98));
  keep(1, '/b', 'x'.repeat(99));
  expect([has(1, '/a'), has(1, '/b')]).toEqual([true, false]);
});

test('all together take no more than their limit: the instance goes whose answers were used longest ago', () => {
  const { keep, has } = keeper({ keptAnswerBytes: 1000, keptAnswersBytes: 2500 });
  keep(1, '/', 'x'.repeat(900));
  keep(2, '/', 'x'.repeat(900));
  expect(has(1, '/')).toBe(true);
  keep(3, '/', 'x'.repeat(900));
  expect([has(1, '/'), has(2, '/'), has(3, '/')]).toEqual([true, false, true]);
});

test('what is replaced or forgotten is not counted any more, however often', () => {
  const { keep, has } = keeper({ keptAnswerBytes: 1000, keptAnswersBytes: 33_000 });
  for (let turn = 0; turn < 50; turn++) keep(1, '/', `${turn}`.padEnd(900));
  // far more instances than are remembered
  for (let id = 2; id < 30_000; id++) keep(id, '/', 'x');
  keep(40_000, '/', 'x'.repeat(900));
  keep(40_001, '/', 'x'.repeat(900));
  expect([has(40_000, '/'), has(40_001, '/')]).toEqual([true, true]);
});
