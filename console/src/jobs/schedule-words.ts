// Quartz expressions in words. What has no simple words stays an expression: its next times say the rest.

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const shortDays = weekdays.map((name) => name.slice(0, 3).toUpperCase());
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const shortMonths = months.map((name) => name.slice(0, 3).toUpperCase());
const ordinals: Record<string, string> = { '1': 'first', '2': 'second', '3': 'third', '4': 'fourth', '5': 'fifth' };

/** A schedule in words, such as “At 20:00, from Monday to Friday”; undefined when it has no simple ones. */
export function describeSchedule(expression: string): string | undefined {
  const fields = expression.trim().toUpperCase().split(/\s+/);
  const [seconds = '', minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] = fields;
  if (fields.length < 6 || fields.length > 7) return undefined;
  const time = describeTime(seconds, minutes, hours);
  const day = describeDay(dayOfMonth, dayOfWeek);
  const inMonths = isEvery(month) ? '' : namesOf(month, shortMonths, months, 1);
  const inYear = isEvery(year) ? '' : year;
  if (time === undefined || day === undefined || inMonths === undefined || !/^(\d{4})?$/.test(inYear)) return undefined;
  const isOften = !time.startsWith('at ');
  const parts = [time, isOften && day === 'every day' ? '' : day];
  if (inMonths !== '') parts.push(inMonths.startsWith('from ') ? inMonths : `in ${inMonths}`);
  if (inYear !== '') parts.push(`in ${inYear}`);
  const text = parts.filter((part) => part !== '').join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeTime(seconds: string, minutes: string, hours: string): string | undefined {
  if (!/^\d{1,2}$/.test(seconds)) return every(seconds, 'second', minutes === '*' && hours === '*');
  const isWhole = seconds === '0' || seconds === '00';
  if (hours === '*') {
    if (!isWhole) return undefined;
    if (/^\d{1,2}$/.test(minutes)) return minutes === '0' ? 'every hour' : `every hour at minute ${minutes}`;
    return every(minutes, 'minute', true);
  }
  const eachHours = every(hours, 'hour', true);
  if (eachHours !== undefined) return isWhole && /^0{1,2}$/.test(minutes) ? eachHours : undefined;
  if (!/^\d{1,2}$/.test(minutes) || !/^\d{1,2}(,\d{1,2})*$/.test(hours)) return undefined;
  const end = isWhole ? '' : `:${seconds.padStart(2, '0')}`;
  return `at ${listOf(hours.split(',').map((hour) => `${hour.padStart(2, '0')}:${minutes.padStart(2, '0')}${end}`))}`;
}

/** What happens every so many units from the first one on. */
function every(field: string, unit: string, isAlone: boolean): string | undefined {
  if (!isAlone) return undefined;
  if (field === '*') return `every ${unit}`;
  const [, count] = /^(?:0|\*)\/(\d+)$/.exec(field) ?? [];
  if (count === undefined) return undefined;
  return count === '1' ? `every ${unit}` : `every ${count} ${unit}s`;
}

function describeDay(dayOfMonth: string, dayOfWeek: string): string | undefined {
  if (isEvery(dayOfWeek)) return isEvery(dayOfMonth) ? 'every day' : describeDayOfMonth(dayOfMonth);
  if (!isEvery(dayOfMonth)) return undefined;
  const [, lastDay] = /^([1-7]|[A-Z]{3})L$/.exec(dayOfWeek) ?? [];
  if (lastDay !== undefined) return monthly('last', lastDay);
  const [, someDay, place = ''] = /^([1-7]|[A-Z]{3})#([1-5])$/.exec(dayOfWeek) ?? [];
  if (someDay !== undefined) return monthly(ordinals[place] ?? place, someDay);
  const names = namesOf(dayOfWeek, shortDays, weekdays, 1);
  return names === undefined ? undefined : names.startsWith('from ') ? names : `on ${names}`;
}

function monthly(which: string, day: string): string | undefined {
  const name = namesOf(day, shortDays, weekdays, 1);
  return name === undefined ? undefined : `on the ${which} ${name} of the month`;
}

function describeDayOfMonth(field: string): string | undefined {
  if (field === 'L') return 'on the last day of the month';
  if (field === 'LW') return 'on the last working day of the month';
  const [, before] = /^L-(\d+)$/.exec(field) ?? [];
  if (before !== undefined) return `${before} ${before === '1' ? 'day' : 'days'} before the last day of the month`;
  const [, near] = /^(\d+)W$/.exec(field) ?? [];
  if (near !== undefined) return `on the working day nearest to day ${near} of the month`;
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return undefined;
  const days = field.split(',');
  return `on ${days.length === 1 ? 'day' : 'days'} ${listOf(days)} of the month`;
}

/** The names of a field’s values, one by one or as a range; undefined when one is none. */
function namesOf(field: string, short: readonly string[], long: readonly string[], first: number): string | undefined {
  const nameOf = (value: string) => long[/^\d+$/.test(value) ? Number(value) - first : short.indexOf(value)];
  const [, from = '', to = ''] = /^(\w+)-(\w+)$/.exec(field) ?? [];
  if (from !== '') {
    const [begin, end] = [nameOf(from), nameOf(to)];
    return begin === undefined || end === undefined ? undefined : `from ${begin} to ${end}`;
  }
  const names = field.split(',').map(nameOf);
  return names.some((name) => name === undefined) ? undefined : listOf(names as string[]);
}

function isEvery(field: string): boolean {
  return field === '*' || field === '?' || field === '1/1';
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
