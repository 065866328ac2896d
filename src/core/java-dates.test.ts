import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beforeAmbiguousHour,
  formatJavaDate,
  isJavaZone,
  javaPatternFault,
  parseJavaDate,
  readMoments,
} from './java-dates.ts';

const at = Date.parse('2024-02-29T21:05:07.123Z');

describe('writing', () => {
  test.each([
    ["yyyy-MM-dd'T'HH:mm:ssXXX", 'UTC', '2024-02-29T21:05:07Z'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", 'PST', '2024-02-29T13:05:07-08:00'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 'GMT', '2024-02-29T21:05:07.123Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSZ", 'Asia/Kolkata', '2024-03-01T02:35:07.123+0530'],
    ['yyyy-MM-dd HH:mm:ss.SSSSS', 'UTC', '2024-02-29 21:05:07.12300'],
    ['EEE, dd MMM yyyy hh:mm:ss a z', 'America/New_York', 'Thu, 29 Feb 2024 04:05:07 PM EST'],
    ['EEEE d MMMM yy', 'UTC', 'Thursday 29 February 24'],
    ['yyyyMMddHHmmssX', '+02:00', '20240229230507+02'],
    ["h 'o''clock' a", 'UTC', "9 o'clock PM"],
    ['yyyy-DDD u k:K', 'UTC', '2024-060 4 21:9'],
    ["yyyy-MM-dd'T'HH:mm:ss'", 'UTC', '2024-02-29T21:05:07'],
    ['milliseconds', 'UTC', String(at)],
    ['epoch', 'UTC', String(at)],
    ['seconds', 'UTC', '1709240707'],
  ])('%s in %s', (pattern, zone, expected) => {
    expect(formatJavaDate(at, pattern, zone)).toBe(expected);
  });

  test('the year of the week is the year that people mean', () => {
    expect(formatJavaDate(Date.parse('2024-12-30T00:00:00Z'), 'YYYY-MM-dd')).toBe('2024-12-30');
  });
});

describe('what patterns cost', () => {
  test.each([
    ["S'1'".repeat(20), '1'.repeat(60)],
    [" ' '".repeat(20), ' '.repeat(60)],
    [`${'d '.repeat(20)}z`, '1 '.repeat(60)],
    ['E E z Z MMM LLL', 'a '.repeat(90)],
  ])('%s is read or given up at once', (pattern, text) => {
    const began = performance.now();
    parseJavaDate(`x${text}x`, `'x'${pattern}'y'`);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test.each([
    ['z z z', 'has the field z more than twice'],
    ['y'.repeat(201), 'has more than 200 characters'],
  ])('%s is no pattern', (pattern, fault) => {
    expect(javaPatternFault(pattern)).toBe(fault);
  });

  test('a number before text that begins with a digit has as many digits as letters', () => {
    expect(parseJavaDate('2024-05-06 0712', "yyyy-MM-dd HH'12'")).toEqual([Date.parse('2024-05-06T07:00:00Z')]);
  });
});

describe('reading', () => {
  test.each([
    ['2024-02-29T21:05:07.123Z', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 'UTC', at],
    ['2024-02-29T13:05:07.123-0800', "yyyy-MM-dd'T'HH:mm:ss.SSSZ", 'UTC', at],
    ['2024-02-29T21:05:07.12345Z', "yyyy-MM-dd'T'HH:mm:ss.SSSSS'Z'", 'GMT', at],
    ['20240229210507123', 'yyyyMMddHHmmssSSS', 'UTC', at],
    ['Thu, 29 Feb 2024 04:05:07.123 pm EST', 'EEE, dd MMM yyyy hh:mm:ss.SSS a z', 'UTC', at],
    ['2/29/24 9:05:07.123 PM', 'M/d/yy h:mm:ss.SSS a', 'UTC', at],
    [String(at), 'milliseconds', 'UTC', at],
  ])('%s by %s', (text, pattern, zone, expected) => {
    expect(parseJavaDate(text, pattern, zone)).toEqual([expected]);
  });

  test.each([
    ['2023-02-29', 'yyyy-MM-dd'],
    ['2023-13-01', 'yyyy-MM-dd'],
    ['yesterday', 'yyyy-MM-dd'],
    ['2023-01-01T00:00:00 Nowhere', "yyyy-MM-dd'T'HH:mm:ss z"],
    ['', 'yyyy'],
    ['12x', 'milliseconds'],
  ])('%s does not fit %s', (text, pattern) => {
    expect(parseJavaDate(text, pattern)).toEqual([]);
  });

  test('a time that clocks showed twice means either moment, one that they left out the one that follows', () => {
    const read = (text: string) => parseJavaDate(text, 'yyyy-MM-dd HH:mm', 'America/New_York');
    expect(read('2024-11-03 01:30')).toEqual(['2024-11-03T05:30Z', '2024-11-03T06:30Z'].map(Date.parse));
    expect(read('2024-03-10 02:30')).toEqual([Date.parse('2024-03-10T07:30Z')]);
  });

  test('a value that does not fit its pattern is read as what it looks like', () => {
    const iso = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    for (const value of [
      '2024-02-29T21:05:07.123Z',
      '2024-02-29T22:05:07.123+01:00',
      at,
      String(at),
      `/Date(${at})/`,
    ]) {
      expect(readMoments(value, iso)).toEqual([at]);
      expect(readMoments(value, undefined)).toEqual([at]);
    }
    expect(readMoments('Thu, 29 Feb 2024 21:05:07 GMT', undefined)).toEqual([at - 123]);
    expect(readMoments('2024-02-29 13:05:07', '', 'PST')).toEqual([at - 123]);
    expect(readMoments(Math.floor(at / 1000), undefined)).toEqual([at - 123]);
    for (const value of [null, undefined, {}, true, 'soon', '']) expect(readMoments(value, iso)).toEqual([]);
  });
});

test('what a pattern cannot say is named', () => {
  expect(javaPatternFault("yyyy-MM-dd'T'HH:mm:ss")).toBeUndefined();
  expect(javaPatternFault('yyyy-MM-ddTHH:mm')).toContain('the letter T');
  expect(javaPatternFault(' ')).toBe('is empty');
  expect(() => formatJavaDate(at, 'nonsense')).toThrow('letter n');
  expect(() => formatJavaDate(at, 'yyyy', 'Mars/Base')).toThrow('zone Mars/Base');
});

test('zones go by names and offsets', () => {
  for (const name of ['UTC', 'GMT', 'PST', 'America/New_York', '+02:00', 'GMT+2', '-0330', 'utc']) {
    expect(isJavaZone(name)).toBe(true);
  }
  for (const name of ['', 'Mars', '+99:00', 'GMT+2:99']) expect(isJavaZone(name)).toBe(false);
});

const zones = fc.constantFrom(
  'UTC',
  'PST',
  'America/New_York',
  'Europe/London',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  '-03:30',
);
const moments = fc.integer({ min: Date.parse('1971-01-01'), max: Date.parse('2068-12-31') });

test('what is written with its offset reads as the same moment', () => {
  const patterns = fc.constantFrom(
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    'yyyyMMddHHmmssSSSXX',
    'EEEE, dd MMMM yyyy hh:mm:ss.SSSSS a Z',
    'yy-DDD k:m:s.SSS X',
    'milliseconds',
  );
  fc.assert(
    fc.property(moments, patterns, zones, (moment, pattern, zone) => {
      // X writes no minutes of an offset that has none
      expect(parseJavaDate(formatJavaDate(moment, pattern, zone), pattern, 'UTC')).toEqual([moment]);
    }),
  );
});

test('what is written without an offset is among what it reads as, in every zone and hour', () => {
  const nearTransition = fc
    .constantFrom(
      '2024-11-03T06:00Z',
      '2024-03-10T07:00Z',
      '2024-10-27T01:00Z',
      '2024-04-06T15:00Z',
      '2024-02-29T00:00Z',
    )
    .chain((text) => fc.integer({ min: -7_200_000, max: 7_200_000 }).map((off) => Date.parse(text) + off));
  fc.assert(
    fc.property(fc.oneof(moments, nearTransition), zones, (moment, zone) => {
      const pattern = 'yyyy-MM-dd HH:mm:ss.SSS';
      expect(parseJavaDate(formatJavaDate(moment, pattern, zone), pattern, zone)).toContain(moment);
    }),
  );
  fc.assert(
    fc.property(nearTransition, zones, (moment, zone) => {
      const safe = beforeAmbiguousHour(moment, zone);
      const read = readMoments(formatJavaDate(safe, 'yyyy-MM-dd HH:mm:ss.SSS', zone), 'yyyy-MM-dd HH:mm:ss.SSS', zone);
      expect(read).toEqual([safe]);
      expect(safe).toBeLessThanOrEqual(moment);
      expect(moment - safe).toBeLessThanOrEqual(2 * 3_600_000);
    }),
  );
});
