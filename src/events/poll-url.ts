// The URLs that pollers ask, with the time of the last poll written into them: `${gmtDate:yyyy-MM-dd}` and the like.

import { beforeAmbiguousHour, formatJavaDate, isJavaZone, javaPatternFault, writesOffset } from '../core/java-dates.ts';
import { withoutHub } from '../element/define.ts';

/** What is asked of an element: a path below its hub, percent-encoded, and its query. */
export interface PollRequest {
  path: string;
  query: Record<string, string>;
}

/** The two moments that a URL may name, in milliseconds since 1970. */
export interface PollMoments {
  /** from when on changes are asked for */
  since: number;
  /** when the poll began */
  now: number;
}

const token = /\$\{([^}]*)\}/g;
const isoPattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";
const zoneOffset = /^((?:UTC|GMT)?[+-]\d{1,2}:\d\d):/i;

/** A token read: which moment it stands for and how it is written; or what is wrong with it. */
type Token = { moment: keyof PollMoments | 'start of the epoch'; pattern: string; zone: string } | { fault: string };

function readToken(text: string): Token {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const rest = colon < 0 ? undefined : text.slice(colon + 1);
  switch (name) {
    case 'date':
    case 'gmtDate':
      return dated('since', rest ?? isoPattern, 'UTC');
    case 'dateTimeZone':
    case 'nowTimeZone': {
      const zone = zoneOffset.exec(rest ?? '')?.[1] ?? (rest ?? '').split(':')[0] ?? '';
      const pattern = (rest ?? '').slice(zone.length + 1);
      if (pattern === '') return { fault: `\${${text}} must be \${${name}:<zone>:<date pattern>}` };
      return dated(name === 'nowTimeZone' ? 'now' : 'since', pattern, zone);
    }
    case 'milliseconds':
      return { moment: 'since', pattern: 'milliseconds', zone: 'UTC' };
    case 'epoch': {
      if (rest === '0') return { moment: 'start of the epoch', pattern: 'milliseconds', zone: 'UTC' };
      const unit = { ms: 'milliseconds', s: 'seconds', us: 'microseconds' }[rest ?? 'ms'];
      if (unit === undefined)
        return { fault: `\${${text}} must be \${epoch}, \${epoch:s}, \${epoch:us} or \${epoch:0}` };
      return { moment: 'since', pattern: unit, zone: 'UTC' };
    }
    default:
      return {
        fault:
          `\${${text}} is no token: there are \${date:…}, \${gmtDate:…}, \${dateTimeZone:<zone>:…}, ` +
          `\${nowTimeZone:<zone>:…}, \${epoch[:s|us|0]} and \${milliseconds}`,
      };
  }
}

function dated(moment: keyof PollMoments, pattern: string, zone: string): Token {
  const fault = javaPatternFault(pattern);
  if (fault !== undefined) return { fault: `the date pattern ${pattern} ${fault}` };
  if (!isJavaZone(zone)) return { fault: `the time zone ${zone} is not known` };
  return { moment, pattern, zone };
}

/** Everything that is wrong with the URL of a poller. */
export function pollUrlFaults(url: string): string[] {
  const faults = [...url.matchAll(token)].flatMap(([, text = '']) => {
    const read = readToken(text);
    return 'fault' in read ? [read.fault] : [];
  });
  if (url.includes('\0') || !url.isWellFormed()) faults.unshift('must be text');
  if (!url.startsWith('/')) faults.unshift('must begin with a slash, such as /hubs/<hub>/<resource>');
  return faults;
}

/** Whether a URL asks for what changed since a moment; else it asks for all there is. */
export function asksSince(url: string): boolean {
  return [...url.matchAll(token)].some(([, text = '']) => {
    const read = readToken(text);
    return 'moment' in read && read.moment === 'since';
  });
}

/**
 * The request of a URL without faults, its tokens filled. Times without an offset that clocks showed twice are written as
 * an earlier one, so that no reading of them leaves changes out. Text between tokens is percent-decoded and `+` is a space,
 * as in any query; what a token writes is taken as it is.
 */
export function fillPollUrl(url: string, moments: PollMoments): PollRequest {
  const end = firstOutsideTokens(url, '?');
  const path = fill(end < 0 ? url : url.slice(0, end), moments, (text) => text, encodeURIComponent);
  const query: Record<string, string> = {};
  for (const pair of end < 0 ? [] : splitPairs(url.slice(end + 1))) {
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).trim();
    const value = equals < 0 ? '' : fill(pair.slice(equals + 1), moments, decode, (text) => text);
    if (name === '') continue;
    Object.defineProperty(query, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return { path: withoutHub(path), query };
}

function fill(
  template: string,
  moments: PollMoments,
  plain: (text: string) => string,
  written: (text: string) => string,
): string {
  const parts = template.split(token);
  // split gives text and tokens by turns
  return parts.map((part, index) => (index % 2 === 0 ? plain(part) : written(write(part, moments)))).join('');
}

function write(text: string, moments: PollMoments): string {
  const read = readToken(text);
  if ('fault' in read) throw new Error(read.fault);
  const { moment, pattern, zone } = read;
  if (moment === 'start of the epoch') return '0';
  const isUnique = moment === 'now' || writesOffset(pattern);
  const at = isUnique ? moments[moment] : beforeAmbiguousHour(moments[moment], zone);
  return formatJavaDate(at, pattern, zone);
}

function firstOutsideTokens(text: string, character: string): number {
  return text.replace(token, (whole) => '_'.repeat(whole.length)).indexOf(character);
}

/** A `&` in a value that no name follows belongs to the value: queries are written by hand. */
function splitPairs(query: string): string[] {
  const masked = query.replace(token, (whole) => '_'.repeat(whole.length));
  const pairs: string[] = [];
  let start = 0;
  for (const { index } of masked.matchAll(/&(?=[\w.$[\]-]+=)/g)) {
    pairs.push(query.slice(start, index));
    start = index + 1;
  }
  return [...pairs, query.slice(start)];
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // a percent sign that encodes nothing, as in `like '50%'`
    return spaced;
  }
}
