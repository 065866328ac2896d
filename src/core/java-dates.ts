// Dates as element documents write them: by the patterns of Java's SimpleDateFormat, in zones named as Java names them.
// The zones' rules come from luxon; nothing else of the program touches it for this.

import { LRUCache } from 'lru-cache';
import { DateTime, FixedOffsetZone, IANAZone, type Zone } from 'luxon';

/** A part of a pattern: a field (`letter`, as often as it stands there) or text that stands as it is. */
type Piece = { letter: string; count: number } | { text: string };

/** Letters of a pattern that are understood. `Y` is read as the year that people mean by it. */
const fieldLetters = 'GyYMLDdEuaHkKhmsSzZX';

/** Words that stand in the place of a pattern: the unit in which the time since 1970 is counted, in milliseconds. */
const countedUnits = new Map([
  ['milliseconds', 1],
  ['millis', 1],
  ['epoch', 1],
  ['seconds', 1000],
  ['microseconds', 0.001],
]);

/** What is wrong with a pattern, as part of a sentence; undefined when nothing is. */
export function javaPatternFault(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'is empty';
  if (countedUnits.has(pattern.trim().toLowerCase())) return undefined;
  const strange = piecesOf(pattern).flatMap((piece) =>
    'letter' in piece && !fieldLetters.includes(piece.letter) ? [piece.letter] : [],
  );
  if (strange.length === 0) return tooMuch(pattern);
  return `has the letter ${[...new Set(strange)].join(', ')}, which stands for no date field (quote text: 'T')`;
}

/** Characters of a pattern, and of a text that may be a date: no date has more. */
const mostCharacters = 200;

/** Words can be divided among fields of words in many ways, and all are tried where none fits. */
function tooMuch(pattern: string): string | undefined {
  if (pattern.length > mostCharacters) return `has more than ${mostCharacters} characters`;
  const letters = piecesOf(pattern).flatMap((piece) => ('letter' in piece ? [piece.letter] : []));
  const often = ['zZX', 'E', 'ML'].find((group) => letters.filter((letter) => group.includes(letter)).length > 2);
  return often === undefined ? undefined : `has the field ${often[0]} more than twice`;
}

/** Whether a zone is known: `UTC`, `+02:00`, `GMT+2`, a name of the IANA data base or one of Java's short names. */
export function isJavaZone(name: string): boolean {
  return zoneOf(name) !== undefined;
}

/**
 * A moment (milliseconds since 1970) written by a pattern, in a zone. Fractions of a second are written so that they are
 * read as fractions: at least three digits. Throws an Error for a pattern or a zone that is not understood.
 */
export function formatJavaDate(at: number, pattern: string, zoneName = 'UTC'): string {
  const unit = countedUnits.get(pattern.trim().toLowerCase());
  if (unit !== undefined) return String(Math.floor(at / unit));
  const { pieces } = readyPattern(pattern);
  const moment = DateTime.fromMillis(at, { zone: knownZone(zoneName), locale: 'en-US' });
  return pieces.map((piece) => ('text' in piece ? piece.text : writeField(moment, piece.letter, piece.count))).join('');
}

/**
 * A moment that is not later than the given one and whose time of day, written without an offset, can be read in one way
 * only: what clocks show twice when summer ends is left out.
 */
export function beforeAmbiguousHour(at: number, zoneName = 'UTC'): number {
  const moment = DateTime.fromMillis(at, { zone: knownZone(zoneName) });
  const [first = moment, ...later] = moment.getPossibleOffsets();
  if (later.length === 0) return at;
  // The transition is at a full quarter of an hour everywhere; the first reading of what is shown twice begins there.
  const shownTwice = Math.max(...later.map((other) => other.toMillis())) - first.toMillis();
  const quarter = 900_000;
  for (let back = first.toMillis(); back > first.toMillis() - shownTwice - quarter; back -= quarter) {
    const boundary = Math.floor(back / quarter) * quarter - 1;
    if (DateTime.fromMillis(boundary, { zone: knownZone(zoneName) }).getPossibleOffsets().length === 1) return boundary;
  }
  return first.toMillis() - shownTwice;
}

/** Whether a pattern writes the offset or the zone, so that what it writes is one moment. */
export function writesOffset(pattern: string): boolean {
  return piecesOf(pattern).some((piece) => 'letter' in piece && 'zZX'.includes(piece.letter));
}

/**
 * The moments that a text may mean (milliseconds since 1970), the earliest first: two when it has no offset and clocks
 * showed it twice; none when it does not fit the pattern from its beginning to its end. A time that clocks left out is
 * the one that follows. Throws an Error for a pattern or a zone that is not understood.
 */
export function parseJavaDate(text: string, pattern: string, zoneName = 'UTC'): number[] {
  const unit = countedUnits.get(pattern.trim().toLowerCase());
  if (unit !== undefined) return countedMoment(text, pattern, unit);
  const { fields, reader } = readyPattern(pattern);
  if (text.length > mostCharacters) return [];
  const match = reader.exec(text.trim());
  if (match === null) return [];
  const read: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 };
  for (const [index, { letter, count }] of fields.entries()) readField(read, letter, count, match[index + 1] ?? '');
  return momentsOf(read, knownZone(zoneName));
}

/**
 * The moments that a vendor's value may mean: a number or text, by its pattern if it has one, else as ISO 8601, as in mail
 * and HTTP headers, or as a number of seconds or milliseconds. What does not fit its pattern is tried in those ways, too.
 */
export function readMoments(value: unknown, pattern: string | undefined, zoneName = 'UTC'): number[] {
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  const text = String(value).trim();
  if (text.length > mostCharacters) return [];
  const byPattern = pattern === undefined || pattern.trim() === '' ? [] : parseJavaDate(text, pattern, zoneName);
  if (byPattern.length > 0) return byPattern;
  const counted = /^(?:\/Date\()?(-?\d{9,17})(?:[+-]\d{4}\)\/|\)\/)?$/.exec(text)?.[1];
  if (counted !== undefined) return countedMoment(counted, 'epoch', 1);
  const zone = knownZone(zoneName);
  for (const read of [DateTime.fromISO, DateTime.fromSQL, DateTime.fromRFC2822, DateTime.fromHTTP]) {
    const moment = read(text, { zone, setZone: true });
    if (!moment.isValid) continue;
    const hasOffset = /(?:[zZ]|[+-]\d\d:?\d\d|[A-Z]{3})$/.test(text);
    return hasOffset ? [moment.toMillis()] : possibleMoments(moment);
  }
  return [];
}

/** A number of seconds is told from one of milliseconds by its size: the latter are later than March 1973. */
function countedMoment(text: string, word: string, unit: number): number[] {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return [];
  const number = Number(text);
  const isGuessed = word.trim().toLowerCase() === 'epoch';
  if (!isGuessed) return [Math.floor(number * unit)];
  if (Math.abs(number) >= 1e14) return [Math.floor(number / 1000)];
  return [Math.floor(Math.abs(number) >= 1e11 ? number : number * 1000)];
}

/** A pattern taken apart: made once for many values. */
interface ReadyPattern {
  pieces: readonly Piece[];
  fields: readonly { letter: string; count: number }[];
  /** reads a text by the pattern, each field as a group */
  reader: RegExp;
}

const readyPatterns = new LRUCache<string, ReadyPattern>({ max: 1000 });

/** Throws an Error for a pattern that is not understood. */
function readyPattern(pattern: string): ReadyPattern {
  const known = readyPatterns.get(pattern);
  if (known !== undefined) return known;
  const fault = javaPatternFault(pattern);
  if (fault !== undefined) throw new Error(`The date pattern ${pattern} ${fault}`);
  const pieces = piecesOf(pattern);
  const ready = {
    pieces,
    fields: pieces.filter((piece) => 'letter' in piece),
    reader: new RegExp(`^${pieces.map(readerOf).join('')}$`, 'i'),
  };
  readyPatterns.set(pattern, ready);
  return ready;
}

function piecesOf(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  const found = pattern.matchAll(/''|'((?:[^']|'')*)(?:'|$)|([A-Za-z])\2*|[^A-Za-z']+/g);
  for (const [whole, quoted, letter] of found) {
    if (letter !== undefined) {
      pieces.push({ letter, count: whole.length });
      continue;
    }
    const text = whole === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? whole);
    const last = pieces.at(-1);
    if (last !== undefined && 'text' in last) last.text += text;
    else pieces.push({ text });
  }
  return pieces;
}

const pad = (value: number, count: number) => String(value).padStart(count, '0');

function writeField(moment: DateTime, letter: string, count: number): string {
  switch (letter) {
    case 'G':
      return moment.year > 0 ? 'AD' : 'BC';
    case 'y':
    case 'Y':
      return count === 2 ? pad(moment.year % 100, 2) : pad(moment.year, count);
    case 'M':
    case 'L':
      return count < 3 ? pad(moment.month, count) : moment.toFormat(count === 3 ? 'LLL' : 'LLLL');
    case 'D':
      return pad(moment.ordinal, count);
    case 'd':
      return pad(moment.day, count);
    case 'E':
      return moment.toFormat(count < 4 ? 'ccc' : 'cccc');
    case 'u':
      return pad(moment.weekday, count);
    case 'a':
      return moment.hour < 12 ? 'AM' : 'PM';
    case 'H':
      return pad(moment.hour, count);
    case 'k':
      return pad(moment.hour === 0 ? 24 : moment.hour, count);
    case 'K':
      return pad(moment.hour % 12, count);
    case 'h':
      return pad(moment.hour % 12 === 0 ? 12 : moment.hour % 12, count);
    case 'm':
      return pad(moment.minute, count);
    case 's':
      return pad(moment.second, count);
    case 'S':
      return pad(moment.millisecond, 3).padEnd(count, '0');
    case 'z':
      return (count < 4 ? moment.offsetNameShort : moment.offsetNameLong) ?? moment.toFormat('ZZ');
    case 'Z':
      return moment.toFormat('ZZZ');
    default:
      return writeOffset(moment.offset, count);
  }
}

/** ISO 8601, `X` to `XXX`. */
function writeOffset(minutes: number, count: number): string {
  if (minutes === 0) return 'Z';
  const sign = minutes < 0 ? '-' : '+';
  const [hours, rest] = [pad(Math.floor(Math.abs(minutes) / 60), 2), pad(Math.abs(minutes) % 60, 2)];
  if (count === 1 && rest === '00') return sign + hours;
  return `${sign}${hours}${count === 3 ? ':' : ''}${rest}`;
}

interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  ordinal?: number;
  isAfternoon?: boolean;
  zone?: Zone | 'unknown';
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * The expression that reads a piece; a number right before another one has as many digits as it has letters. Every other
 * number ends where its digits end, so that digits are read in one way only.
 */
function readerOf(piece: Piece, index: number, pieces: Piece[]): string {
  if ('text' in piece) return piece.text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+');
  const { letter, count } = piece;
  if (letter === 'E') return '([a-z]{1,20})\\.?';
  if (letter === 'G') return '(ad|bc)';
  if (letter === 'a') return '([ap]\\.?m\\.?)';
  if ('zZX'.includes(letter)) return '([a-z][a-z/_ ]{0,40}(?:[+-]\\d{1,2}(?::?\\d\\d)?)?|[+-]\\d\\d?(?::?\\d\\d)?)';
  if ('ML'.includes(letter) && count > 2) return '([a-z]{3,9})\\.?';
  const next = pieces[index + 1];
  const isAbutting =
    next !== undefined && ('letter' in next ? 'yYMLDduHkKhmsS'.includes(next.letter) : /^\d/.test(next.text));
  if (isAbutting) return `(\\d{${count}})`;
  if (letter === 'S') return '(\\d{1,9})(?!\\d)';
  if ('yY'.includes(letter)) return count === 2 ? '(\\d{2}|\\d{4})(?!\\d)' : '(\\d{1,6})(?!\\d)';
  return letter === 'D' ? '(\\d{1,3})(?!\\d)' : '(\\d{1,2})(?!\\d)';
}

function readField(fields: Fields, letter: string, count: number, text: string): void {
  const number = Number(text);
  switch (letter) {
    case 'y':
    case 'Y':
      fields.year = count === 2 && text.length === 2 ? (number < 70 ? 2000 : 1900) + number : number;
      break;
    case 'M':
    case 'L':
      fields.month = count < 3 ? number : months.indexOf(text.slice(0, 3).toLowerCase()) + 1;
      break;
    case 'D':
      fields.ordinal = number;
      break;
    case 'd':
      fields.day = number;
      break;
    case 'a':
      fields.isAfternoon = /^p/i.test(text);
      break;
    case 'H':
    case 'K':
      fields.hour = number;
      break;
    case 'k':
      fields.hour = number === 24 ? 0 : number;
      break;
    case 'h':
      fields.hour = number === 12 ? 0 : number;
      break;
    case 'm':
      fields.minute = number;
      break;
    case 's':
      fields.second = number;
      break;
    case 'S':
      fields.millisecond = Math.floor(Number(`0.${text}`) * 1000 + 1e-6);
      break;
    case 'z':
    case 'Z':
    case 'X':
      fields.zone = zoneOf(text) ?? 'unknown';
      break;
    default:
    // G, E and u tell nothing that the date does not
  }
}

function momentsOf({ isAfternoon, zone: given, ordinal, ...fields }: Fields, zone: Zone): number[] {
  if (given === 'unknown') return [];
  const hour = isAfternoon === true && fields.hour < 12 ? fields.hour + 12 : fields.hour;
  const { year, month, day, ...time } = fields;
  const date = ordinal === undefined ? { year, month, day } : { year, ordinal };
  const moment = DateTime.fromObject({ ...date, ...time, hour }, { zone: given ?? zone });
  return moment.isValid ? possibleMoments(moment) : [];
}

function possibleMoments(moment: DateTime): number[] {
  return moment
    .getPossibleOffsets()
    .map((possible) => possible.toMillis())
    .sort((a, b) => a - b);
}

/** Java's short names (`java.time.ZoneId.SHORT_IDS`), and those of RFC 822, which say by themselves whether it is summer. */
const zoneNames = new Map<string, string | number>(
  Object.entries({
    ...{ ACT: 'Australia/Darwin', AET: 'Australia/Sydney', AGT: 'America/Argentina/Buenos_Aires', ART: 'Africa/Cairo' },
    ...{ AST: 'America/Anchorage', BET: 'America/Sao_Paulo', BST: 'Asia/Dhaka', CAT: 'Africa/Harare' },
    ...{ CNT: 'America/St_Johns', CST: 'America/Chicago', CTT: 'Asia/Shanghai', EAT: 'Africa/Addis_Ababa' },
    ...{ ECT: 'Europe/Paris', IET: 'America/Indiana/Indianapolis', IST: 'Asia/Kolkata', JST: 'Asia/Tokyo' },
    ...{ MIT: 'Pacific/Apia', NET: 'Asia/Yerevan', NST: 'Pacific/Auckland', PLT: 'Asia/Karachi' },
    ...{ PNT: 'America/Phoenix', PRT: 'America/Puerto_Rico', PST: 'America/Los_Angeles', SST: 'Pacific/Guadalcanal' },
    ...{
      VST: 'Asia/Ho_Chi_Minh',
      EST: 'America/New_York',
      MST: 'America/Denver',
      HST: -600,
      AKST: 'America/Anchorage',
    },
    ...{ EDT: -240, CDT: -300, MDT: -360, PDT: -420, AKDT: -480, CEST: 120, EEST: 180, WEST: 60, AEDT: 660, NZDT: 780 },
    ...{ 'EASTERN STANDARD TIME': -300, 'EASTERN DAYLIGHT TIME': -240, 'CENTRAL STANDARD TIME': -360 },
    ...{ 'CENTRAL DAYLIGHT TIME': -300, 'MOUNTAIN STANDARD TIME': -420, 'MOUNTAIN DAYLIGHT TIME': -360 },
    ...{ 'PACIFIC STANDARD TIME': -480, 'PACIFIC DAYLIGHT TIME': -420, 'GREENWICH MEAN TIME': 0 },
    ...{ 'COORDINATED UNIVERSAL TIME': 0, Z: 0, UTC: 0, GMT: 0, UT: 0, UCT: 0 },
  }),
);

const zones = new LRUCache<string, Zone>({ max: 1000 });

/** A zone by its name; undefined when it is not known. */
function zoneOf(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = findZone(name);
  if (zone !== undefined) zones.set(name, zone);
  return zone;
}

function findZone(name: string): Zone | undefined {
  const text = name.trim();
  const offset = /^(?:UTC|GMT|UT)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(text);
  if (offset !== null) {
    const [, sign, hours = '0', minutes = '0'] = offset;
    if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
    return FixedOffsetZone.instance((sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)));
  }
  const known = zoneNames.get(text.toUpperCase());
  if (typeof known === 'number') return FixedOffsetZone.instance(known);
  const zone = known ?? text;
  return IANAZone.isValidZone(zone) ? IANAZone.create(zone) : undefined;
}

function knownZone(name: string): Zone {
  const zone = zoneOf(name);
  if (zone === undefined) throw new Error(`The time zone ${name} is not known`);
  return zone;
}
