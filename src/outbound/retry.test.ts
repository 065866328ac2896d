import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem, type ProblemCode, problemStatuses } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../core/http.ts';
import { NotSent, pauseBeforeRetry } from './retry.ts';

const request = (method: string, body?: HttpRequest['body']): HttpRequest => ({
  method,
  url: 'https://vendor.test/',
  headers: {},
  ...(body === undefined ? {} : { body }),
});
const reply = (status: number, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers,
  body: Buffer.of(),
});
const notSent = new Problem('vendorUnreachable', '', { cause: new NotSent('') });
const broke = new Problem('vendorUnreachable', '');
const again = (
  ...[first, outcome, tries = 1, left = 10_000, random = 0.5]: Partial<Parameters<typeof pauseBeforeRetry>>
) => pauseBeforeRetry(first ?? request('GET'), outcome ?? broke, tries, left, random) !== undefined;

describe('sent again is', () => {
  test('a read whose connection broke, and anything that certainly was not sent', () => {
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    expect(methods.filter((method) => again(request(method), broke))).toEqual(['GET', 'HEAD']);
    expect(methods.filter((method) => again(request(method, 'body'), notSent))).toEqual(methods);
    expect(again(request('POST', Buffer.from('body')), notSent)).toBe(true);
  });

  test('never a body that can only be read once', () => {
    expect(again(request('POST', Readable.from('body')), notSent)).toBe(false);
    expect(again(request('GET', Readable.from('body')), broke)).toBe(false);
  });

  test('a GET that was answered 502, 503 or 504, and no other answer', () => {
    const statuses = Array.from({ length: 400 }, (_, index) => index + 200);
    expect(statuses.filter((status) => again(request('GET'), reply(status)))).toEqual([502, 503, 504]);
    expect(statuses.filter((status) => again(request('POST'), reply(status)))).toEqual([]);
  });

  test('no other failure', () => {
    const codes = Object.keys(problemStatuses) as ProblemCode[];
    expect(codes.filter((code) => again(request('GET'), new Problem(code, '', { cause: new NotSent('') })))).toEqual([
      'vendorUnreachable',
    ]);
  });
});

test('three tries are made, each later than the one before', () => {
  expect(pauseBeforeRetry(request('GET'), broke, 1, 10_000, 0.5)).toBe(100);
  expect(pauseBeforeRetry(request('GET'), broke, 2, 10_000, 0.5)).toBe(200);
  expect(pauseBeforeRetry(request('GET'), broke, 3, 10_000, 0.5)).toBeUndefined();
});

test('a vendor that says when is asked no sooner, and not at all if that is late', () => {
  expect(pauseBeforeRetry(request('GET'), reply(503, { 'retry-after': '1' }), 1, 10_000, 0.5)).toBe(1000);
  expect(pauseBeforeRetry(request('GET'), reply(503, { 'retry-after': '3' }), 1, 60_000, 0.5)).toBeUndefined();
});

test('at most half of the time left is waited', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -100, max: 1000 }),
      fc.integer({ min: 1, max: 3 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (left, tries, random) => {
        expect(pauseBeforeRetry(request('GET'), broke, tries, left, random) ?? 0).toBeLessThanOrEqual(
          Math.max(left / 2, 0),
        );
      },
    ),
  );
});
