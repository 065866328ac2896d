// Bodies as templates: a value that is put in changes nothing but itself, in every language.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXml } from '../core/xml.ts';
import { type BodyTemplate, compileBodyTemplate, renderBody } from './body-template.ts';

const render = (template: string | BodyTemplate, values: Record<string, unknown>) =>
  renderBody(typeof template === 'string' ? compileBodyTemplate(template) : template, (key) => values[key]);

describe('JSON', () => {
  test.each([
    ['{"a":"{x}"}', { x: '"\\\n' }, { a: '"\\\n' }],
    ['{"a":"1 {x} 2"}', { x: 'y' }, { a: '1 y 2' }],
    ['{"a":{x}}', { x: 12 }, { a: 12 }],
    ['{"a":{x}}', { x: 'text' }, { a: 'text' }],
    ['{"a":{x},"b":[{x}]}', { x: { c: [1] } }, { a: { c: [1] }, b: [{ c: [1] }] }],
    ['{"a":"{x}"}', { x: { c: 1 } }, { a: '{"c":1}' }],
    ['{"a":"{x}"}', { x: null }, { a: '' }],
    ['{"a":{x}}', { x: null }, { a: null }],
    ['{"a":"\\"{x}\\""}', { x: '"' }, { a: '"""' }],
    ['["{x}",{x}]', { x: 'y' }, ['y', 'y']],
    ['{"a":"{missing}"}', {}, { a: '{missing}' }],
    ['{"a":{missing}}', {}, '{"a":{missing}}'],
    ['{"it\'s":"{x}"}', { x: "it's" }, { "it's": "it's" }],
    ['{"note":"it\'s {x}, isn\'t it"}', { x: "o'clock" }, { note: "it's o'clock, isn't it" }],
  ])('%s filled with %j', (template, values, expected) => {
    expect(render(template, values)).toEqual(expected);
  });
});

test('one placeholder alone is the text that it stands for', () => {
  expect([render('{x}', { x: 'a"b' }), render('{x}', { x: { a: 1 } })]).toEqual(['a"b', '{"a":1}']);
});

test.each([
  ['<a>{x}</a>', { x: '<b>&' }, '<a>&lt;b&gt;&amp;</a>'],
  ['<a b="{x}"/>', { x: '"' }, '<a b="&quot;"/>'],
  ["<a b='{x}'/>", { x: "'" }, "<a b='&apos;'/>"],
  ['<a>{x}</a>', { x: 12 }, '<a>12</a>'],
  ['<a>{missing}</a>', {}, '<a>{missing}</a>'],
])('XML %s filled with %j', (template, values, expected) => {
  expect(render(template, values)).toBe(expected);
});

describe('a literal of a language within the body', () => {
  const literals = (template: string) => {
    const found: string[] = [];
    renderBody(compileBodyTemplate(template), (key, inLiteral) => {
      if (inLiteral) found.push(key);
      return 1;
    });
    return found;
  };
  test.each([
    [`{"q":"name = '{x}' and n = {y}"}`, ['x']],
    [`{"q":"f('{x}', '%{y}%') {z}"}`, ['x', 'y']],
    [`{"note":"it's {x}, isn't it {y}"}`, []],
    [`{"note":"rock 'n' roll {x}"}`, []],
    [`<q>name = '{x}'</q><n>{y}</n>`, ['x']],
    [`<a b='{x}' c="{y}">{z}</a>`, []],
    [`<a b = '{x}'>{y} = '{z}'</a>`, ['z']],
    [`select '{x}', {y}`, ['x']],
  ])('%s has the placeholders %j', (template, keys) => {
    expect(literals(template)).toEqual(keys);
  });
});

test.each(['\0', '\u0001', '\uFFFE'])('XML cannot hold the character %j, which is refused', (x) => {
  expect(() => render('<a>{x}</a>', { x })).toThrow(/XML cannot hold/);
});

describe('law: a reader gets exactly the value', () => {
  const text = fc.string({ unit: 'binary' });

  test('between the quotes of JSON', () => {
    fc.assert(
      fc.property(text, text, (x, y) => {
        expect(render('{"a":"{x}","b":{"c":"-{y}-"},"d":{x}}', { x, y })).toEqual({ a: x, b: { c: `-${y}-` }, d: x });
      }),
    );
  });

  test('as any JSON value outside of quotes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        expect(render('{"a":{x},"b":1}', { x })).toEqual({ a: JSON.parse(JSON.stringify(x)), b: 1 });
      }),
    );
  });

  test('in XML, as text and in both kinds of attributes', () => {
    const xmlText = text.filter((value) => !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value));
    fc.assert(
      fc.property(xmlText, (x) => {
        const value = `.${x.replace(/[\t\n]/g, ' ')}.`;
        const read = parseXml(String(render(`<r a="{x}" b='{x}'><t>{x}</t></r>`, { x: value })));
        expect(read).toEqual({ r: { '@a': value, '@b': value, t: value } });
      }),
    );
  });

  test('in a form', () => {
    const form: BodyTemplate = { ...compileBodyTemplate('a={x}&b=1'), language: 'form' };
    fc.assert(
      fc.property(text, (x) => {
        const pairs = [...new URLSearchParams(String(render(form, { x })))];
        expect(pairs).toEqual([
          ['a', x],
          ['b', '1'],
        ]);
      }),
    );
  });
});
