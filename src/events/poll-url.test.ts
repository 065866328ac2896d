import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asksSince, fillPollUrl, pollUrlFaults } from './poll-url.ts';

const since = Date.parse('2024-02-29T21:05:07.123Z');
const now = since + 900_000;
const token = (text: string) => `$\{${text}}`;
const written = (text: string) => fillPollUrl(`/x?where=${token(text)}`, { since, now }).query['where'];

test.each([
  ['date', '2024-02-29T21:05:07Z'],
  ["date:yyyy-MM-dd'T'HH:mm:ssXXX", '2024-02-29T21:05:07Z'],
  ["gmtDate:yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", '2024-02-29T21:05:07.123Z'],
  ['dateTimeZone:PST:yyyy-MM-dd HH:mm', '2024-02-29 13:05'],
  ['dateTimeZone:GMT+02:00:HH:mm', '23:05'],
  ['dateTimeZone:America/New_York:HH:mm z', '16:05 EST'],
  ['nowTimeZone:UTC:HH:mm', '21:20'],
  ['epoch', '1709240707123'],
  ['epoch:s', '1709240707'],
  ['epoch:us', '1709240707123000'],
  ['epoch:0', '0'],
  ['milliseconds', '1709240707123'],
  ['date:milliseconds', '1709240707123'],
])('the token %s', (text, expected) => {
  expect(pollUrlFaults(`/x?${token(text)}`)).toEqual([]);
  expect(written(text)).toBe(expected);
});

test('a URL written by hand becomes a path and a query', () => {
  const read = (url: string) => fillPollUrl(url, { since, now });
  expect(
    read(`/hubs/erp/partners?where=Created>='${token('gmtDate:yyyy')}' or Changed>='${token('date:yyyy')}'&a=b`),
  ).toEqual({
    path: '/partners',
    query: { where: "Created>='2024' or Changed>='2024'", a: 'b' },
  });
  expect(read('/hubs/helpdesk/resources/articles?where=category%20IS%20NOT+NULL').query).toEqual({
    where: 'category IS NOT NULL',
  });
  expect(read(`/clients/startingFrom=${token('epoch:0')}`)).toEqual({ path: '/clients/startingFrom=0', query: {} });
  expect(read(`/a/${token('date:yyyy/MM')}`).path).toBe('/a/2024%2F02');
  expect(read("/a?where=name='R&D' and x like '50%'&y").query).toEqual({ where: "name='R&D' and x like '50%'&y" });
  expect(read(`/a?where=t>'${token("dateTimeZone:+02:00:HH:mmXXX'?&b='")}'`).query).toEqual({
    where: "t>'23:05+02:00?&b='",
  });
});

test('what is wrong with a URL is named', () => {
  const url = `hubs/x?where=${token('dat:yyyy')}${token('date:foo')}${token('dateTimeZone:Mars:yyyy')}${token('epoch:h')}`;
  const faults = pollUrlFaults(`${url}${token('nowTimeZone:UTC')}`).join('\n');
  for (const part of ['slash', 'no token', 'letter f, o', 'zone Mars', 'epoch:h', 'nowTimeZone:<zone>']) {
    expect(faults).toContain(part);
  }
});

test('only a token of the last poll asks for what changed since', () => {
  expect(asksSince(`/x?where=a>${token('epoch:s')}`)).toBe(true);
  for (const text of ['epoch:0', 'nowTimeZone:UTC:yyyy']) expect(asksSince(`/x?a=${token(text)}`)).toBe(false);
  expect(asksSince('/x')).toBe(false);
});

test('a time that clocks showed twice is written as one before it', () => {
  const at = Date.parse('2024-11-03T05:30:00Z');
  const ask = (text: string) => fillPollUrl(`/x?a=${token(text)}`, { since: at, now: at }).query['a'];
  expect(ask('dateTimeZone:America/New_York:HH:mm:ss')).toBe('00:59:59');
  expect(ask('dateTimeZone:America/New_York:HH:mm:ssXXX')).toBe('01:30:00-04:00');
});

test('any text is read without a throw, and one without faults can be filled', () => {
  const pieces = fc.constantFrom(
    '/',
    '?',
    '&',
    '=',
    '%',
    '%41',
    '+',
    '$',
    '{',
    '}',
    'date',
    ':',
    'yyyy',
    'epoch',
    'a',
    "'",
    `$\{date}`,
    '😀',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const url = `/${parts.join('')}`;
      if (pollUrlFaults(url).length === 0) fillPollUrl(url, { since, now });
    }),
  );
});
