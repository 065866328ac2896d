import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { buildXml, escapeXml, parseXml, XmlError } from './xml.ts';

test('a SOAP answer reads as definitions expect it', () => {
  const text = `\uFEFF<?xml version="1.0" encoding="utf-8"?>\r
    <!-- made by a vendor -->
    <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
      <soap:Body>
        <GetResponse total='2'>
          <row id="1"><name>A &amp; B</name><note/></row>
          <row id="2"><name><![CDATA[<b>&amp;</b>]]></name><note xsi:nil="true"/>tail</row>
          <single> kept  as is </single>
        </GetResponse>
      </soap:Body>
    </soap:Envelope>`;
  expect(parseXml(text)).toEqual({
    'soap:Envelope': {
      '@xmlns:soap': 'http://schemas.xmlsoap.org/soap/envelope/',
      'soap:Body': {
        GetResponse: {
          '@total': '2',
          row: [
            { '@id': '1', name: 'A & B', note: '' },
            { '@id': '2', name: '<b>&amp;</b>', note: { '@xsi:nil': 'true' }, '#text': 'tail' },
          ],
          single: ' kept  as is ',
        },
      },
    },
  });
});

test('entities of XML and character references are resolved once, any other stays', () => {
  expect(parseXml('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&amp;lt;&nbsp;&#0;&#x110000;&#xD800;</a>')).toEqual({
    a: `<>&"'A😀&lt;&nbsp;&#0;&#x110000;&#xD800;`,
  });
  expect(parseXml('<a b="1&#10;2\n3"/>')).toEqual({ a: { '@b': '1\n2 3' } });
});

describe('refused is', () => {
  const nested = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels);
  test.each([
    '',
    ' ',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a/>x',
    'x<a/>',
    '<a b=1/>',
    '<a b/>',
    '<a b="1" b="2"/>',
    '<a b="1"c="2"/>',
    '<a b="<"/>',
    '<1/>',
    '< a/>',
    '<a',
    '<!-- <a/>',
    '<a><![CDATA[</a>',
    '<![CDATA[x]]><a/>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>',
    '<a><!DOCTYPE b></a>',
    '<__proto__>1</__proto__>',
    '<a><__proto__><polluted>1</polluted></__proto__></a>',
    nested(101),
  ])('%s', (text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
  });

  test('no hundred levels', () => {
    expect(parseXml(nested(100))).toHaveProperty('a.a.a.a');
  });
});

test('names of prototype members are names like any other', () => {
  const read = parseXml('<a constructor="1" __proto__="2"><constructor>3</constructor><toString>4</toString></a>');
  expect(Object.entries(read['a'] as object)).toEqual([
    ['@constructor', '1'],
    ['@__proto__', '2'],
    ['constructor', '3'],
    ['toString', '4'],
  ]);
});

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,5}(:[a-z]{1,3})?$/).filter((text) => text !== '__proto__');
/** Any text that XML can hold, but none of white space only, which reads as empty. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('<', '>', '&', '"', "'", ' ', '\n', '\r', '\t', ']]>'),
      fc.string({ unit: 'binary', maxLength: 1, minLength: 1 }),
    ),
  })
  .filter(
    (value) =>
      value === '' || (value.trim() !== '' && !/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value)),
  );
const trimmed = text.map((value) => value.trim());
const { element } = fc.letrec<{ element: unknown }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc
      .tuple(
        fc.dictionary(name, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
        fc.dictionary(name, fc.oneof(tie('element'), fc.array(tie('element'), { minLength: 2, maxLength: 3 })), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        trimmed,
      )
      .map(([attributes, children, own]) => ({
        ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [`@${key}`, value])),
        ...children,
        ...(own === '' ? {} : { '#text': own }),
      })),
  ),
}));

test('what is written is read back', () => {
  fc.assert(
    fc.property(name, element, (root, value) => {
      expect(parseXml(buildXml({ [root]: value }))).toEqual({ [root]: value });
    }),
    { numRuns: 1000 },
  );
});

test('what is written is well-formed and means the same to another reader', () => {
  const other = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    onDangerousProperty: (key: string) => key,
  });
  const plain = fc
    .string({ minLength: 1 })
    .filter((value) => value.trim() === value && value !== '' && !/[&\r]/.test(value));
  const safe = name.filter((one) => !['constructor', 'prototype'].includes(one));
  fc.assert(
    fc.property(safe, fc.dictionary(safe, plain, { minKeys: 1, noNullPrototype: true }), (root, members) => {
      const written = buildXml({ [root]: { '@id': '<1>', ...members } });
      expect(XMLValidator.validate(written)).toBe(true);
      expect(other.parse(written)).toEqual({ [root]: { '@id': '<1>', ...members } });
    }),
  );
});

test('no text leaves the place it is put into', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(
        parseXml(`<a b="${escapeXml(value)}" c='${escapeXml(value)}'><d>${escapeXml(value)}</d></a>`),
      ).toMatchObject({
        a: { '@b': value.replace(/[\t\n]/g, ' '), '@c': value.replace(/[\t\n]/g, ' '), d: value },
      });
    }),
  );
});

test.each(['\0', '\u001b', '\ud800', '\uffff'])('a text with %j cannot be escaped', (character) => {
  expect(() => escapeXml(`a${character}b`)).toThrow('control character');
});

test('plain values are written as text, and none as an empty element', () => {
  expect(buildXml({ a: { n: 1, b: false, z: null, u: undefined, e: [], r: [1, 'x'] } })).toBe(
    '<a><n>1</n><b>false</b><z/><u/><r>1</r><r>x</r></a>',
  );
});

test.each(['a b', '', '1', 'a>', 'a/><b', '@x', '#text', 'a\0'])('%j is no element name', (wrong) => {
  expect(() => buildXml({ [wrong]: 'x' })).toThrow('cannot be the name');
  if (!/^[@#]/.test(wrong)) expect(() => buildXml({ a: { [`@${wrong}`]: 'x' } })).toThrow('cannot be the name');
});

test('arrays in arrays and endless depth are refused', () => {
  expect(() => buildXml({ a: [['x']] })).toThrow('array in an array');
  const ring: Record<string, unknown> = {};
  ring['a'] = ring;
  expect(() => buildXml(ring)).toThrow('100 levels');
});
