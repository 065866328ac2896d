// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillTemplate, placeholders } from './template.ts';

const values = new Map([
  ['site.name', 'acme'],
  ['empty', ''],
  ['brace', '{site.name}'],
  ['dollar', '$&$1'],
]);
const fill = (text: string) => fillTemplate(text, (key) => values.get(key));

test.each([
  ['https://{site.name}.vendor.com', 'https://acme.vendor.com'],
  ['${site.name}', 'acme'],
  ['${configuration.site.name}', 'acme'],
  ['{configuration.site.name}', 'acme'],
  ['{site.name}{site.name}', 'acmeacme'],
  ['a{empty}b', 'ab'],
  ['{unknown}', '{unknown}'],
  ['${unknown}', '${unknown}'],
  ['{}', '{}'],
  ['{ site.name }', '{ site.name }'],
  ['{"a": 1}', '{"a": 1}'],
  ['', ''],
])('the template %s becomes %s', (template, filled) => {
  expect(fill(template)).toBe(filled);
});

test('a value is put in as it is: its own braces and dollar signs mean nothing', () => {
  expect(fill('{brace} {dollar}')).toBe('{site.name} $&$1');
});

test('text without braces stays as it is', () => {
  fc.assert(fc.property(fc.string(), (text) => fill(text.replace(/[{}]/g, '')) === text.replace(/[{}]/g, '')));
});

test('the placeholders of a text are listed in order', () => {
  expect(placeholders('{b}/${a}/${configuration.c.d}/{b}/{ no }')).toEqual(['b', 'a', 'c.d', 'b']);
});
