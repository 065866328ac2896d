import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCredentials } from './caller.ts';

const space = fc.stringMatching(/^[ \t]{0,3}$/);
const someSpace = fc.stringMatching(/^[ \t]{1,3}$/);
const secret = fc.stringMatching(/^[A-Za-z0-9+/=_.~-]{1,40}$/);
const kind = fc.constantFrom('User', 'Organization', 'Element', 'Bearer');
const spelled = (name: string) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase());

test('credentials are read in any order, spacing and case', () => {
  const parts = fc.uniqueArray(fc.record({ kind, secret, before: space, between: someSpace, after: space }), {
    selector: (part) => part.kind,
  });
  const header = parts.chain((chosen) =>
    fc.tuple(fc.constant(chosen), ...chosen.map((part) => spelled(part.kind))).map(([list, ...names]) => ({
      list,
      text: list
        .map((part, index) => `${part.before}${names[index]}${part.between}${part.secret}${part.after}`)
        .join(','),
    })),
  );
  fc.assert(
    fc.property(header, ({ list, text }) => {
      expect(readCredentials(text)).toEqual(
        Object.fromEntries(list.map((part) => [part.kind.toLowerCase(), part.secret])),
      );
    }),
  );
});

test.each([undefined, '', ' ', ',', ' , ,'])('a header that says nothing (%j) gives no credentials', (header) => {
  expect(readCredentials(header)).toEqual({});
});

test('a credential that is there twice is refused', () => {
  fc.assert(
    fc.property(kind, secret, secret, (name, first, second) => {
      expect(() => readCredentials(`${name} ${first}, ${name.toLowerCase()} ${second}`)).toThrow('is there twice');
    }),
  );
});

test.each([
  'User',
  'User ',
  'x',
  'Basic YTpi',
  'User a b',
  'User a Organization b',
  'User=a',
  'Users a',
  'constructor x',
  'User a; Organization b',
])('a header that is no list of credentials (%j) is refused without being repeated', (header) => {
  expect(() => readCredentials(header)).toThrow(
    expect.objectContaining({
      code: 'credentialsWrong',
      message: 'The Authorization header cannot be read: give User <secret>, Organization <secret>[, Element <token>].',
    }),
  );
});
