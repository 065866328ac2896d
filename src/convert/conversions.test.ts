// Conversions beside the server's own thread: bounded in time, memory and number.

import { afterEach, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { type ConversionLimits, type Conversions, createConversions } from './conversions.ts';

const roomy: ConversionLimits = {
  conversionMs: 30_000,
  conversionMemoryMb: 512,
  conversionsAtOnce: 1,
  conversionsWaiting: 1,
};
const text = 'openapi: 3.0.3\ninfo: {title: Pets, version: "1"}\npaths:\n  /me:\n    get: {responses: {}}\n';
const task = { text, type: undefined, options: {} };

let conversions: Conversions;
afterEach(() => conversions.close());

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
}

test('a conversion gives the document with its notes; a refusal keeps its words', async () => {
  conversions = createConversions(roomy);
  const { json, notes } = await conversions.convert(task);
  expect(JSON.parse(json)).toMatchObject({ key: 'pets' });
  expect(JSON.parse(json).conversionNotes).toHaveLength(notes);
  expect(await problemOf(conversions.convert({ ...task, text: 'a: 1' }))).toMatchObject({
    code: 'badRequest',
    message: expect.stringContaining('/openapi'),
  });
});

test('one that takes too long is ended, and one that takes too much memory', async () => {
  conversions = createConversions({ ...roomy, conversionMs: 1 });
  expect((await problemOf(conversions.convert(task))).message).toContain('to convert: give a smaller one');
  conversions = createConversions({ ...roomy, conversionMemoryMb: 40 });
  const many = Array.from({ length: 60_000 }, (_, index) => `  /a${index}: {get: {responses: {}}}`).join('\n');
  const large = { ...task, text: `${text}${many}` };
  expect((await problemOf(conversions.convert(large))).message).toContain('too much memory');
});

test('beyond those that run some wait, and others are turned away', async () => {
  conversions = createConversions(roomy);
  const [first, second, third] = [conversions.convert(task), conversions.convert(task), conversions.convert(task)];
  expect((await problemOf(third)).code).toBe('overloaded');
  await first;
  expect((await second).json).toContain('pets');
});

test('what waits when the server stops is not begun', async () => {
  conversions = createConversions(roomy);
  const both = [problemOf(conversions.convert(task)), problemOf(conversions.convert(task))];
  await conversions.close();
  expect((await Promise.all(both)).map(({ code }) => code)).toEqual(['overloaded', 'overloaded']);
});
