// What callers are told of a vendor's error.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vendorMessage, vendorProblem } from './vendor-problem.ts';

describe('the vendor’s words are found where vendors write them', () => {
  test.each<[unknown, string]>([
    [{ error: 'invalid_grant', error_description: 'token expired' }, 'token expired'],
    [{ message: 'No such thing' }, 'No such thing'],
    [{ error: { code: 403, message: 'Rate exceeded' } }, 'Rate exceeded'],
    [{ error: 'RecordNotFound', description: 'Not found' }, 'Not found'],
    [{ error: 'Not Found' }, 'Not Found'],
    [{ errors: [{ message: 'first' }, { message: 'second' }] }, 'first (second)'],
    [{ errors: ['one', 'two'] }, 'one (two)'],
    [{ errors: 'Not Found' }, 'Not Found'],
    [{ type: 'about:blank', title: 'Bad', detail: 'The thing is bad', status: 400 }, 'The thing is bad'],
    [{ Fault: { Error: [{ Message: 'Object Not Found', Detail: 'gone' }] } }, 'Object Not Found'],
    [{ 'soap:Envelope': { 'soap:Body': { 'soap:Fault': { faultstring: 'No access' } } } }, 'No access'],
    [
      [{ message: 'Required fields are missing: [Name]', errorCode: 'X', fields: ['Name'] }],
      'Required fields are missing: [Name]',
    ],
    [[{ message: 'first' }, { message: 'second' }], 'first (second)'],
    ['plain words', 'plain words'],
    [{ strange: 12 }, '{"strange":12}'],
  ])('%j', (body, message) => {
    expect(vendorMessage(body)).toBe(message);
  });

  test.each([undefined, null, 12, []])('%j says nothing', (body) => {
    expect(vendorMessage(body)).toBeUndefined();
  });
});

describe('fields that a vendor finds wrong are named with what is wrong', () => {
  test.each<[unknown, string]>([
    [
      {
        error: 'RecordInvalid',
        description: 'Record validation errors',
        details: { subject: [{ description: 'Subject: cannot be blank' }] },
      },
      'Record validation errors (Subject: cannot be blank)',
    ],
    [{ message: 'Validation Failed', errors: { name: ['blank'] } }, 'Validation Failed (name: blank)'],
    [{ errors: { title: ["can't be blank"], price: 'is no number' } }, "title: can't be blank (price: is no number)"],
    [
      { description: 'Validation failed', errors: [{ field: 'email', message: 'It should be unique', code: 'dup' }] },
      'Validation failed (email: It should be unique)',
    ],
    [{ errorMessages: [], errors: { summary: 'You must specify a summary' } }, 'You must specify a summary'],
    [
      { title: 'Not valid', 'invalid-params': [{ name: 'age', reason: 'must be positive' }] },
      'Not valid (age: must be positive)',
    ],
    [{ errors: [{ title: 'Invalid', detail: 'is too long', source: { pointer: '/data/name' } }] }, 'is too long'],
    [{ message: 'same', errors: [{ description: 'same' }] }, 'same'],
  ])('%j', (body, message) => {
    expect(vendorMessage(body)).toBe(message);
  });
});

test('no body of any shape fails or gives more than 500 characters', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }).filter(isJson), (body) => {
      const message = vendorMessage(JSON.parse(JSON.stringify(body)));
      expect(message === undefined || message.length <= 500).toBe(true);
    }),
  );
  expect(vendorMessage({ message: 'x'.repeat(2000) })).toHaveLength(500);
  const deep = JSON.parse(`${'{"errors":'.repeat(5000)}"end"${'}'.repeat(5000)}`);
  expect(vendorMessage({ message: 'deep', ...deep })).toBe('deep');
});

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

describe('the status that callers get', () => {
  const problem = (status: number, headers = {}) => vendorProblem({ status, headers }, { message: 'said' });

  test.each([400, 401, 403, 404, 405, 406, 409, 415, 418, 422])('%i passes', (status) => {
    expect(problem(status)).toMatchObject({ code: 'vendorRefused', status, providerMessage: 'said' });
  });
  test.each([500, 501, 502, 503, 599])('%i becomes 502', (status) => {
    expect(problem(status)).toMatchObject({ code: 'vendorFailed', status: 502, providerMessage: 'said' });
  });
  test.each([302, 304])('%i, which no call asks for, becomes 502', (status) => {
    expect(problem(status).status).toBe(502);
  });

  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7],
    ['a part of a second, rounded up', { 'retry-after': '0.2' }, 1],
    [
      'a date, counted from the answer’s own',
      { date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' },
      30,
    ],
    [
      'a date that is over',
      { date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 08:40:00 GMT' },
      1,
    ],
    ['nothing', {}, 30],
    ['nonsense', { 'retry-after': 'soon' }, 30],
  ])('429 tells how long to wait: %s', (_, headers, seconds) => {
    expect(problem(429, headers)).toMatchObject({ status: 429, retryAfterSeconds: seconds });
  });
  test('503 passes on how long to wait', () => {
    expect(problem(503, { 'retry-after': '9' })).toMatchObject({ status: 502, retryAfterSeconds: 9 });
    expect(problem(503).retryAfterSeconds).toBeUndefined();
  });
});
