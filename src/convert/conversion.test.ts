// Names that converters make, and the one refusal that names every fault.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { placeholders } from '../core/template.ts';
import {
  createNotes,
  hubOf,
  hubPath,
  keyFrom,
  pathSegment,
  pointer,
  refusal,
  shorten,
  variableName,
} from './conversion.ts';

test('any name becomes a key, a segment and a variable that documents allow', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(keyFrom(name)).toMatch(/^[a-z0-9]{1,64}$/);
      expect(pathSegment(name)).toMatch(/^[A-Za-z0-9._~@$:{}-]+$/);
      expect(pathSegment(name)).not.toMatch(/^\.{1,2}$/);
      const variable = variableName(name);
      expect(placeholders(`{${variable}}`)).toEqual([variable]);
    }),
  );
  expect(keyFrom('Ünïque API (v2)')).toBe('uniqueapiv2');
  expect(hubPath({ hub: 'crm' }, ['contacts', '{contact id}'])).toBe('/hubs/crm/contacts/{contact_id}');
});

test('a hub that no path can have is refused', () => {
  expect(hubOf({})).toBe('general');
  for (const hub of ['a/b', '{x}', '..', 'a b']) expect(() => hubOf({ hub })).toThrow(Problem);
});

test('a refusal names every fault, up to twenty', () => {
  const faults = Array.from({ length: 25 }, (_, index) => ({
    path: pointer('paths', `/a${index}`),
    message: 'is wrong.',
  }));
  const { message, status } = refusal('OpenAPI', faults);
  expect(status).toBe(400);
  expect(message).toContain('/paths/~1a0: is wrong.');
  expect(message).toContain('/paths/~1a19: is wrong. And 5 more.');
});

test('notes beyond the most are counted', () => {
  const notes = createNotes(1);
  notes.add('/a', 'first');
  notes.add('/b', 'second');
  expect(notes.all()).toEqual([
    { path: '/a', message: 'first' },
    { path: '', message: '1 more notes are left out.' },
  ]);
});

test('a long text is cut at its length', () => {
  expect(shorten('a  b\nc', 10)).toBe('a b c');
  expect(shorten('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
});
