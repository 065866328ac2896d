// When something that is scheduled by a Quartz expression is due. The libraries for cron at hand do not know Quartz's
// `L-3`, count weekdays from another day, and stop at the first fault; with all of that done before them, only the
// calendar below would be left to them.

import { Problem } from './errors.ts';

/** A schedule, ready to be asked. */
export interface QuartzSchedule {
  /** The first time after a moment, both in milliseconds since 1970; undefined when there is none until the end of 2099. */
  nextAfter(moment: number): number | undefined;
  /** No two times are closer than this. */
  readonly shortestGapSeconds: number;
}

/**
 * Reads an expression of Quartz's CronTrigger: seconds, minutes, hours, day of month, month, day of week (1 is Sunday)
 * and perhaps year, with `* ? , - /`, `L`, `L-3`, `LW`, `15W`, `6L`, `MON#2` and ranges that go around, such as `22-2`.
 * `zone` is an IANA name. A time of day that a clock change leaves out is due as long after the change as it would have
 * been; one that a clock change repeats is due the first time only, unless the expression means every hour. Throws a
 * Problem (400) that names every fault.
 */
export function readQuartz(expression: string, zone = 'UTC'): QuartzSchedule {
  const faults: string[] = [];
  const offsetAt = zoneOffsets(zone, faults);
  const fields = readFields(expression, faults);
  if (fields === undefined || offsetAt === undefined) {
    throw new Problem('badRequest', `The schedule "${expression}" cannot be used: ${faults.join('; ')}.`);
  }
  const everyHour = fields.hours.length === 24;
  return {
    shortestGapSeconds: shortestGap(fields.seconds),
    nextAfter(moment) {
      // Near a clock change, what comes next may have a lower time of day than now.
      const offsets = new Set([moment - dayMs, moment, moment + dayMs].map(offsetAt));
      const times = [...offsets].map((offset) => firstAfter(moment, moment + offset));
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };

  function firstAfter(moment: number, local: number): number | undefined {
    for (let next = nextLocal(fields as Fields, local); next !== undefined; next = nextLocal(fields as Fields, next)) {
      const time = momentsOf(next).find((one) => one > moment);
      if (time !== undefined) return time;
    }
    return undefined;
  }

  /** The moments at which a local time is due. */
  function momentsOf(local: number): number[] {
    const [before = 0, after = 0] = [local - dayMs, local + dayMs].map((moment) => (offsetAt as OffsetAt)(moment));
    const moments = [...new Set([before, after])]
      .map((offset) => local - offset)
      .filter((moment) => moment + (offsetAt as OffsetAt)(moment) === local)
      .sort((one, other) => one - other);
    if (moments.length === 0) return everyHour ? [] : [local - before];
    return everyHour ? moments : moments.slice(0, 1);
  }
}

const dayMs = 86_400_000;

/** Milliseconds that a zone's clocks are ahead of UTC at a moment. */
type OffsetAt = (moment: number) => number;

function zoneOffsets(zone: string, faults: string[]): OffsetAt | undefined {
  if (zone === 'UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...numeric, ...clock });
  } catch {
    faults.push(`"${zone}" is no time zone: give an IANA name such as Europe/Berlin`);
    return undefined;
  }
  return (moment) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(moment)) part[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
  };
}

/** A month of a year, as its days are chosen. */
interface Month {
  lastDay: number;
  /** 1 is Sunday */
  weekdayOf(day: number): number;
}
/** The days of a month that one part of a list means; one outside of the month is no day. */
type Days = (month: Month) => number[];

interface Fields {
  seconds: number[];
  minutes: number[];
  hours: number[];
  months: number[];
  years: number[];
  days: Days[];
}

interface FieldKind {
  name: string;
  from: number;
  to: number;
  names?: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const kinds = {
  seconds: { name: 'seconds', from: 0, to: 59 },
  minutes: { name: 'minutes', from: 0, to: 59 },
  hours: { name: 'hours', from: 0, to: 23 },
  dayOfMonth: { name: 'day of month', from: 1, to: 31 },
  months: { name: 'month', from: 1, to: 12, names: monthNames },
  dayOfWeek: { name: 'day of week', from: 1, to: 7, names: dayNames },
  years: { name: 'year', from: 1970, to: 2099 },
} as const satisfies Record<string, FieldKind>;

/** Reads every field, so that every fault is told; undefined when there is one. */
function readFields(expression: string, faults: string[]): Fields | undefined {
  const known = faults.length;
  const texts = expression.trim().toUpperCase().split(/\s+/);
  if (texts.length < 6 || texts.length > 7) {
    const given = expression.trim() === '' ? 'it is empty' : `it has ${texts.length} fields`;
    faults.push(
      `${given}, and must have 6 or 7: seconds, minutes, hours, day of month, month, day of week and perhaps year`,
    );
    return undefined;
  }
  const [seconds = '', minutes = '', hours = '', dayOfMonth = '', months = '', dayOfWeek = '', years = '*'] = texts;
  const fields = {
    seconds: readNumbers(seconds, kinds.seconds, faults),
    minutes: readNumbers(minutes, kinds.minutes, faults),
    hours: readNumbers(hours, kinds.hours, faults),
    months: readNumbers(months, kinds.months, faults),
    years: readNumbers(years, kinds.years, faults),
    days: readDays(dayOfMonth, dayOfWeek, faults),
  };
  return faults.length === known ? fields : undefined;
}

function readNumbers(text: string, kind: FieldKind, faults: string[]): number[] {
  const found = new Set(text.split(',').flatMap((part) => readPart(part, kind, faults)));
  return [...found].sort((one, other) => one - other);
}

/** One part of a list: a number or name, a range, steps, or `*`. */
function readPart(part: string, kind: FieldKind, faults: string[]): number[] {
  const { name, from, to, names } = kind;
  const fault = (what: string): number[] => {
    faults.push(`${name}: ${what}`);
    return [];
  };
  const word = '\\d+|[A-Z]{3}';
  const [, all, first, last, slash] =
    new RegExp(`^(?:(\\*)|(${word})(?:-(${word}))?)?(?:/(\\d+))?$`).exec(part === '' ? '!' : part) ?? [];
  if (all === undefined && first === undefined && slash === undefined) {
    return fault(part === '?' ? '? stands in a day of month or day of week only' : `"${part}" cannot be read`);
  }
  const numberOf = (text: string): number => {
    const named = names?.indexOf(text) ?? -1;
    return named >= 0 ? named + from : Number(text);
  };
  const start = first === undefined ? from : numberOf(first);
  const end = last !== undefined ? numberOf(last) : first !== undefined && slash === undefined ? start : to;
  const step = Number(slash ?? 1);
  for (const [value, written] of [
    [start, first],
    [end, last],
  ] as const) {
    if (!(value >= from && value <= to)) return fault(`"${written}" is not between ${from} and ${to}`);
  }
  const widest = name === kinds.years.name ? to - from : Math.max(to - from, to);
  if (step < 1 || step > widest) return fault(`a step of ${step} is not between 1 and ${widest}`);
  if (start > end && name === kinds.years.name) return fault(`the range ${part} ends before it begins`);
  const size = to - from + 1;
  const length = start <= end ? end - start : end - start + size;
  const values: number[] = [];
  for (let distance = 0; distance <= length; distance += step) values.push(((start - from + distance) % size) + from);
  return values;
}

/** The days of both fields, of which one is `?`. */
function readDays(dayOfMonth: string, dayOfWeek: string, faults: string[]): Days[] {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    faults.push('one of day of month and day of week must be ?, and only one');
  }
  const parts = (text: string, read: (part: string, faults: string[]) => Days) =>
    text === '?' ? [] : text.split(',').map((part) => read(part, faults));
  return [...parts(dayOfMonth, readDayOfMonth), ...parts(dayOfWeek, readDayOfWeek)];
}

function readDayOfMonth(part: string, faults: string[]): Days {
  const [, before, lastWeekday] = /^L(?:-(\d+))?(W)?$/.exec(part) ?? [];
  if (part.startsWith('L') && (before !== undefined || part === 'L' || part === 'LW')) {
    const days = Number(before ?? 0);
    if (days > 30) faults.push(`day of month: L-${days} is before every month, at most L-30`);
    return (month) => {
      const day = month.lastDay - days;
      return lastWeekday === undefined ? [day] : nearestWeekday(month, day);
    };
  }
  const near = /^(\d+)W$/.exec(part)?.[1];
  if (near !== undefined) {
    const [day = 0] = readPart(near, kinds.dayOfMonth, faults);
    return (month) => nearestWeekday(month, day);
  }
  const days = readPart(part, kinds.dayOfMonth, faults);
  return () => days;
}

/** The working day that is nearest to a day and in its month. */
function nearestWeekday({ lastDay, weekdayOf }: Month, day: number): number[] {
  if (day < 1 || day > lastDay) return [];
  switch (weekdayOf(day)) {
    case 7:
      return [day === 1 ? 3 : day - 1];
    case 1:
      return [day === lastDay ? day - 2 : day + 1];
    default:
      return [day];
  }
}

function readDayOfWeek(part: string, faults: string[]): Days {
  const [, last, numbered, count] = /^(?:(\w+)L|(\w+)#(\d+))$/.exec(part) ?? [];
  const [one = 0, ...more] = readPart(part === 'L' ? '7' : (last ?? numbered ?? part), kinds.dayOfWeek, faults);
  if (numbered !== undefined && (Number(count) < 1 || Number(count) > 5)) {
    faults.push(`day of week: #${count} is not between 1 and 5`);
  }
  return (month) => {
    const { lastDay, weekdayOf } = month;
    const first = 1 + ((one - weekdayOf(1) + 7) % 7);
    if (last !== undefined) return [first + 7 * Math.floor((lastDay - first) / 7)];
    if (numbered !== undefined) return [first + 7 * (Number(count) - 1)];
    const wanted = new Set([one, ...more]);
    return Array.from({ length: lastDay }, (_, index) => index + 1).filter((day) => wanted.has(weekdayOf(day)));
  };
}

/** The first local time after another that the fields mean; local times are milliseconds as if they were UTC. */
function nextLocal(fields: Fields, after: number): number | undefined {
  const start = Math.floor(after / 1000) * 1000 + 1000;
  const first = new Date(start);
  for (const year of fields.years) {
    if (year < first.getUTCFullYear()) continue;
    for (const month of fields.months) {
      if (year === first.getUTCFullYear() && month < first.getUTCMonth() + 1) continue;
      for (const day of daysOf(fields, year, month)) {
        const midnight = Date.UTC(year, month - 1, day);
        const time = timeFrom(fields, start - midnight);
        if (time !== undefined) return midnight + time;
      }
    }
  }
  return undefined;
}

function daysOf({ days }: Fields, year: number, month: number): number[] {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekdayOfFirst = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const shape: Month = { lastDay, weekdayOf: (day) => ((weekdayOfFirst + day - 1) % 7) + 1 };
  const found = new Set(days.flatMap((choose) => choose(shape)).filter((day) => day >= 1 && day <= lastDay));
  return [...found].sort((one, other) => one - other);
}

/** The first time of day that is not before another, both in milliseconds since midnight. */
function timeFrom({ hours, minutes, seconds }: Fields, earliest: number): number | undefined {
  if (earliest >= dayMs) return undefined;
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= earliest) continue;
    for (const minute of minutes) {
      const whole = hour * 3_600_000 + minute * 60_000;
      if (whole + 60_000 <= earliest) continue;
      for (const second of seconds) if (whole + second * 1000 >= earliest) return whole + second * 1000;
    }
  }
  return undefined;
}

function shortestGap(seconds: readonly number[]): number {
  return Math.min(
    ...seconds.map((second, index) =>
      index === 0 ? second + 60 - (seconds.at(-1) ?? 0) : second - (seconds[index - 1] ?? 0),
    ),
  );
}
