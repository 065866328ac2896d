// Models found by reference, put in place of references, and stripped of extensions.

import { expect, test } from 'vitest';
import { neededDefinitions, resolveReferences, withoutExtensions } from './references.ts';
import { referenceTo, referredName } from './schema.ts';

test.each(['Contact', 'a/b', 'a~b', 'ä b', '100%', 'a#b?c', 'List«Row»'])('%s is found again', (name) => {
  expect(referredName(String(referenceTo(name)['$ref']))).toBe(name);
});

test('needed are the models that a value names, directly or not, and those that nobody describes', () => {
  const definitions = new Map([
    ['unused', {}],
    ['a', { properties: { b: referenceTo('b') } }],
    ['b', { properties: { a: referenceTo('a'), lost: referenceTo('lost') } }],
  ]);
  const needed = neededDefinitions([{ schema: referenceTo('a') }], definitions);
  expect([...needed.keys()]).toEqual(['a', 'b', 'lost']);
  expect(needed.get('lost')).toEqual({ type: 'object' });
});

test('references are replaced by what they lead to, except into themselves', () => {
  const definitions = {
    person: { type: 'object', properties: { home: referenceTo('address'), friend: referenceTo('person') } },
    address: { type: 'object', title: 'address' },
  };
  const friend = { ...definitions.person, properties: { home: definitions.address, friend: referenceTo('person') } };
  expect(resolveReferences({ items: referenceTo('person') }, definitions)).toEqual({ items: friend });
});

test('models that double with every level are not put in place without end', () => {
  const definitions = Object.fromEntries(
    Array.from({ length: 60 }, (_, level) => [
      `m${level}`,
      { properties: { a: referenceTo(`m${level + 1}`), b: referenceTo(`m${level + 1}`) } },
    ]),
  );
  expect(JSON.stringify(resolveReferences(referenceTo('m0'), definitions)).length).toBeLessThan(20_000_000);
});

test('extensions go, fields that are called like one stay', () => {
  const schema = { type: 'object', 'x-a': 1, properties: { 'x-b': { type: 'string', 'x-mask': 'm' } } };
  expect(withoutExtensions(schema)).toEqual({ type: 'object', properties: { 'x-b': { type: 'string' } } });
});
