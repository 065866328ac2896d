// Schedules: every example of Quartz's own documentation, clocks that change, leap days, faults, and the law that what
// comes next is the first moment that matches.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from './errors.ts';
import { readQuartz } from './quartz.ts';

/** The next times after a moment, in ISO 8601 without the seconds' fraction. */
function times(expression: string, after: string, count: number, zone?: string): string[] {
  const schedule = readQuartz(expression, zone);
  const found: string[] = [];
  for (let moment: number | undefined = Date.parse(after); found.length < count; ) {
    moment = schedule.nextAfter(moment);
    if (moment === undefined) return [...found, 'never'];
    found.push(new Date(moment).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

function faultOf(expression: string, zone?: string): string {
  try {
    readQuartz(expression, zone);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).status).toBe(400);
    return (error as Problem).message;
  }
  throw new Error(`${expression} was taken`);
}

// 2026-11-28 is a Saturday.
const saturday = '2026-11-28T12:00:00Z';

describe('the examples of Quartz’s tutorial', () => {
  test.each([
    ['0 0 12 * * ?', ['2026-11-29T12:00:00Z', '2026-11-30T12:00:00Z']],
    ['0 15 10 ? * *', ['2026-11-29T10:15:00Z', '2026-11-30T10:15:00Z']],
    ['0 15 10 * * ?', ['2026-11-29T10:15:00Z', '2026-11-30T10:15:00Z']],
    ['0 15 10 * * ? *', ['2026-11-29T10:15:00Z', '2026-11-30T10:15:00Z']],
    ['0 15 10 * * ? 2005', ['never']],
    ['0 15 10 * * ? 2028', ['2028-01-01T10:15:00Z', '2028-01-02T10:15:00Z']],
    ['0 * 14 * * ?', ['2026-11-28T14:00:00Z', '2026-11-28T14:01:00Z']],
    ['0 0/5 14 * * ?', ['2026-11-28T14:00:00Z', '2026-11-28T14:05:00Z']],
    ['0 0/30 14,18 * * ?', ['2026-11-28T14:00:00Z', '2026-11-28T14:30:00Z', '2026-11-28T18:00:00Z']],
    ['0 0-1 14 * * ?', ['2026-11-28T14:00:00Z', '2026-11-28T14:01:00Z', '2026-11-29T14:00:00Z']],
    ['0 10,44 14 ? 3 WED', ['2027-03-03T14:10:00Z', '2027-03-03T14:44:00Z', '2027-03-10T14:10:00Z']],
    ['0 15 10 ? * MON-FRI', ['2026-11-30T10:15:00Z', '2026-12-01T10:15:00Z']],
    ['0 15 10 15 * ?', ['2026-12-15T10:15:00Z', '2027-01-15T10:15:00Z']],
    ['0 15 10 L * ?', ['2026-11-30T10:15:00Z', '2026-12-31T10:15:00Z', '2027-01-31T10:15:00Z', '2027-02-28T10:15:00Z']],
    ['0 15 10 L-2 * ?', ['2026-12-29T10:15:00Z', '2027-01-29T10:15:00Z', '2027-02-26T10:15:00Z']],
    ['0 15 10 ? * 6L', ['2026-12-25T10:15:00Z', '2027-01-29T10:15:00Z']],
    ['0 15 10 ? * FRIL 2028-2029', ['2028-01-28T10:15:00Z', '2028-02-25T10:15:00Z']],
    ['0 15 10 ? * 6#3', ['2026-12-18T10:15:00Z', '2027-01-15T10:15:00Z']],
    ['0 0 12 1/5 * ?', ['2026-12-01T12:00:00Z', '2026-12-06T12:00:00Z', '2026-12-11T12:00:00Z']],
    ['0 11 11 11 11 ?', ['2027-11-11T11:11:00Z', '2028-11-11T11:11:00Z']],
  ])('%s', (expression, expected) => {
    expect(times(expression, saturday, expected.length)).toEqual(expected);
  });
});

describe('what the platform’s documents use, and corners', () => {
  test.each([
    ['0 0/15 * 1/1 * ? *', ['2026-11-28T12:15:00Z', '2026-11-28T12:30:00Z']],
    ['0 0 1 ? * MON,TUE,WED,THU,FRI *', ['2026-11-30T01:00:00Z', '2026-12-01T01:00:00Z']],
    ['0 0 8 ? * MON-FRI *', ['2026-11-30T08:00:00Z', '2026-12-01T08:00:00Z']],
    // 1 is Sunday
    ['0 0 0 ? * 1', ['2026-11-29T00:00:00Z', '2026-12-06T00:00:00Z']],
    ['0 0 0 ? * L', ['2026-12-05T00:00:00Z']],
    ['0 0 0 ? * 7', ['2026-12-05T00:00:00Z']],
    ['0 0 12 ? * MON#2', ['2026-12-14T12:00:00Z', '2027-01-11T12:00:00Z']],
    // only months that have five
    ['0 0 12 ? * MON#5', ['2026-11-30T12:00:00Z', '2027-03-29T12:00:00Z']],
    ['0 0 12 LW * ?', ['2026-11-30T12:00:00Z', '2026-12-31T12:00:00Z', '2027-01-29T12:00:00Z']],
    // the 1st is a Saturday: the nearest weekday of the same month is the 3rd
    ['0 0 12 1W 5 ? 2027', ['2027-05-03T12:00:00Z']],
    // the 31st is a Sunday
    ['0 0 12 31W 1 ? 2027', ['2027-01-29T12:00:00Z']],
    ['0 0 12 L-3W 1 ? 2027', ['2027-01-28T12:00:00Z']],
    // around the end
    [
      '0 0 22-2/2 * * ?',
      ['2026-11-28T22:00:00Z', '2026-11-29T00:00:00Z', '2026-11-29T02:00:00Z', '2026-11-29T22:00:00Z'],
    ],
    [
      '0 0 0 1 NOV-FEB ?',
      ['2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z', '2027-11-01T00:00:00Z'],
    ],
    ['0 0 0 ? * SAT-MON', ['2026-11-29T00:00:00Z', '2026-11-30T00:00:00Z', '2026-12-05T00:00:00Z']],
    ['59 59 23 31 12 ? 2099', ['2099-12-31T23:59:59Z', 'never']],
    ['0 0 0 31 2 ?', ['never']],
    ['/20 * * * * ?', ['2026-11-28T12:00:20Z', '2026-11-28T12:00:40Z', '2026-11-28T12:01:00Z']],
    ['0 0 0 29 FEB ?', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['0 0 0 l feb ? 2028', ['2028-02-29T00:00:00Z', 'never']],
  ])('%s', (expression, expected) => {
    expect(times(expression, saturday, expected.length)).toEqual(expected);
  });
});

describe('clocks that change', () => {
  const york = 'America/New_York';
  test('a time of day that a change leaves out is due as long after it', () => {
    expect(times('0 30 2 * * ?', '2027-03-13T00:00:00Z', 3, york)).toEqual([
      '2027-03-13T07:30:00Z',
      '2027-03-14T07:30:00Z', // 03:30 there, for there is no 02:30
      '2027-03-15T06:30:00Z',
    ]);
    // asked between the change and that moment
    expect(times('0 30 2 * * ?', '2027-03-14T07:10:00Z', 1, york)).toEqual(['2027-03-14T07:30:00Z']);
  });

  test('a time of day that is there twice is due the first time only', () => {
    const expected = ['2026-10-31T05:30:00Z', '2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z'];
    expect(times('0 30 1 * * ?', '2026-10-31T00:00:00Z', 3, york)).toEqual(expected);
    expect(times('0 30 1 * * ?', '2026-11-01T06:10:00Z', 1, york)).toEqual(['2026-11-02T06:30:00Z']);
  });

  test('what is due every hour goes on every hour, through both changes', () => {
    const spring = times('0 0/30 * * * ?', '2027-03-14T05:50:00Z', 6, york);
    const autumn = times('0 0/30 * * * ?', '2026-11-01T04:50:00Z', 6, york);
    for (const found of [spring, autumn]) {
      const gaps = found.slice(1).map((time, index) => Date.parse(time) - Date.parse(found[index] ?? ''));
      expect(gaps).toEqual([1800e3, 1800e3, 1800e3, 1800e3, 1800e3]);
    }
  });

  test('zones that change by half an hour, and that are behind', () => {
    expect(times('0 15 2 * * ?', '2026-10-03T00:00:00Z', 2, 'Australia/Lord_Howe')).toEqual([
      '2026-10-03T15:45:00Z', // 02:45 there, for there is no 02:15
      '2026-10-04T15:15:00Z',
    ]);
    expect(times('0 0 9 ? * MON', saturday, 1, 'Pacific/Auckland')).toEqual(['2026-11-29T20:00:00Z']);
  });
});

describe('faults', () => {
  test('every one is named', () => {
    const message = faultOf('60 1-x 25 * FOO MON 1969', 'Mars/Olympus');
    for (const part of [
      'seconds: "60"',
      'minutes: "1-X"',
      'hours: "25"',
      'month: "FOO"',
      'year: "1969"',
      'Mars/Olympus',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).toContain('one of day of month and day of week must be ?');
  });

  test.each([
    ['', /it is empty/],
    ['every 5 minutes', /it has 3 fields/],
    ['0/15 * * * *', /it has 5 fields/],
    ['0 0 12 * * ? 2027 x', /it has 8 fields/],
    ['0 0 12 * * *', /must be \?/],
    ['0 0 12 ? * ?', /must be \?/],
    ['? 0 12 * * ?', /seconds: \? stands in/],
    ['0 0/0 * * * ?', /minutes: a step of 0/],
    ['0 0/60 * * * ?', /minutes: a step of 60/],
    ['0 0 0/24 * * ?', /hours: a step of 24/],
    ['0 0 12 ? * 0', /day of week: "0"/],
    ['0 0 12 ? * 8', /day of week: "8"/],
    ['0 0 12 ? * MON#6', /#6/],
    ['0 0 12 0 * ?', /day of month: "0"/],
    ['0 0 12 32W * ?', /day of month: "32"/],
    ['0 0 12 L-31 * ?', /L-31/],
    ['0 0 12 LX * ?', /day of month/],
    ['0 0 12 1, * ?', /day of month/],
    ['0 0 12 1 13 ?', /month: "13"/],
    ['0 0 12 1 1 ? 2030-2020', /ends before it begins/],
    ['0 0 12 1-5W * ?', /day of month/],
    ['0 0 12 ? * 1-3L', /day of week/],
    ['0 -5 12 * * ?', /minutes/],
  ])('%s', (expression, message) => {
    expect(faultOf(expression)).toMatch(message);
  });
});

test('tells how close two times may be', () => {
  const gap = (expression: string) => readQuartz(expression).shortestGapSeconds;
  expect(gap('0 0 12 * * ?')).toBe(60);
  expect(gap('* * * * * ?')).toBe(1);
  expect(gap('0/7 * * * * ?')).toBe(4);
  expect(gap('5,50 * * * * ?')).toBe(15);
});

test('what comes next is the first moment that matches', () => {
  const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo'];
  const some = (from: number, to: number) =>
    fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 4 });
  const minuteMs = 60_000;
  fc.assert(
    fc.property(
      fc.record({
        minutes: fc.oneof(some(0, 59), fc.constant(undefined)),
        hours: fc.oneof(some(0, 23), fc.constant(undefined)),
        weekdays: some(1, 7),
        zone: fc.constantFrom(...zones),
        after: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) }),
      }),
      ({ minutes, hours, weekdays, zone, after }) => {
        const list = (values: number[] | undefined) => values?.join(',') ?? '*';
        const schedule = readQuartz(`0 ${list(minutes)} ${list(hours)} ? * ${list(weekdays)}`, zone);
        const format = new Intl.DateTimeFormat('en-US', {
          ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short', hour: 'numeric', minute: 'numeric' },
        });
        const matches = (moment: number) => {
          const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
          const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part['weekday'] ?? '') + 1;
          return (
            (minutes === undefined || minutes.includes(Number(part['minute']))) &&
            (hours === undefined || hours.includes(Number(part['hour']))) &&
            weekdays.includes(weekday)
          );
        };
        const next = schedule.nextAfter(after) ?? 0;
        expect(next).toBeGreaterThan(after);
        expect(next % minuteMs).toBe(0);
        // A clock change within three hours has rules of its own, tested above.
        const offset = (moment: number) =>
          new Date(moment).toLocaleString('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).slice(-9);
        const threeHours = 3 * 3_600_000;
        fc.pre(offset(after) === offset(next + threeHours) && offset(after - threeHours) === offset(after));
        expect(matches(next)).toBe(true);
        const first = Math.floor(after / minuteMs) * minuteMs + minuteMs;
        for (let moment = first; moment < next && moment < first + 2000 * minuteMs; moment += minuteMs) {
          expect(matches(moment)).toBe(false);
        }
      },
    ),
    { numRuns: 150 },
  );
});
