// What a vendor's answer says of its rate limit: in the headers that a definition names, or in the usual ones.

/** How a header writes when a window is over. */
export type ResetForm = 'seconds' | 'milliseconds' | 'epochSeconds' | 'epochMilliseconds' | 'date';

/** The headers in which a vendor tells its limit; names in any case. */
export interface RateHeaders {
  limit?: string | undefined;
  remaining?: string | undefined;
  reset?: string | undefined;
  /** how `reset` is written; by default it is told from the number itself */
  form?: ResetForm | undefined;
  /** a header that says `used/limit`, alone or behind a name and an equals sign */
  usage?: string | undefined;
}

/** What an answer says of a limit. */
export interface ToldRate {
  limit: number | undefined;
  remaining: number | undefined;
  /** milliseconds until the window is over, or calls are allowed again */
  resetMs: number | undefined;
  /** milliseconds of the window, where the vendor says it */
  windowMs: number | undefined;
}

type Headers = Readonly<Record<string, string>>;

/** The usual names; the first of which an answer has limit and remaining counts, or else remaining and reset. */
const usual: readonly (RateHeaders & { remaining: string })[] = [
  { limit: 'ratelimit-limit', remaining: 'ratelimit-remaining', reset: 'ratelimit-reset' },
  { limit: 'x-ratelimit-limit', remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' },
  { limit: 'x-rate-limit-limit', remaining: 'x-rate-limit-remaining', reset: 'x-rate-limit-reset' },
  { limit: 'x-rate-limit', remaining: 'x-rate-limit-remaining', reset: 'x-rate-limit-reset' },
  { limit: 'rate-limit-limit', remaining: 'rate-limit-remaining', reset: 'rate-limit-reset' },
];

/**
 * What an answer's headers say of the vendor's limit, at a moment (milliseconds since 1970); undefined when nothing. Reads
 * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, also its older forms) and the names in use
 * before it. Without `declared` names the usual ones are read.
 */
export function readRateHeaders(
  headers: Headers,
  declared: RateHeaders | undefined,
  now: number,
): ToldRate | undefined {
  if (declared !== undefined) return readNamed(headers, declared, now);
  let without: ToldRate | undefined;
  for (const names of usual) {
    if (headers[names.remaining] === undefined) continue;
    const told = readNamed(headers, names, now);
    if (told?.remaining === undefined) continue;
    if (told.limit !== undefined) return { ...told, windowMs: windowOfPolicy(headers, told.limit) };
    if (told.resetMs !== undefined) without ??= told;
  }
  return headers['ratelimit'] === undefined ? without : readStructured(headers, now);
}

/** The longest that a vendor is left alone, in milliseconds: no window of a vendor is longer than a day. */
const longestMs = 86_400_000;

/** How many milliseconds a refused call is to wait, a day at most, by `Retry-After` (RFC 9110 section 10.2.3) or the end of the window. */
export function refusedMs(headers: Headers, told: ToldRate | undefined, now: number): number | undefined {
  const milliseconds = saidMs(headers, told, now);
  return milliseconds === undefined ? undefined : Math.min(milliseconds, longestMs);
}

function saidMs(headers: Headers, told: ToldRate | undefined, now: number): number | undefined {
  const text = headers['retry-after'];
  const seconds = Number(text ?? Number.NaN);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const moment = Date.parse(text ?? '');
  const answered = Date.parse(headers['date'] ?? '');
  if (!Number.isNaN(moment)) return Math.max(0, moment - (Number.isNaN(answered) ? now : answered));
  return told?.remaining === 0 || told?.remaining === undefined ? told?.resetMs : undefined;
}

function readNamed(headers: Headers, names: RateHeaders, now: number): ToldRate | undefined {
  const find = (name: string | undefined) => (name === undefined ? undefined : headers[name.toLowerCase()]);
  const usage = /(?:^|[=:\s])(\d+)\s*\/\s*(\d+)/.exec(find(names.usage) ?? '');
  const limit = usage === null ? firstNumber(find(names.limit)) : Number(usage[2]);
  const remaining =
    usage === null ? firstNumber(find(names.remaining)) : Math.max(0, Number(usage[2]) - Number(usage[1]));
  const resetMs = readReset(find(names.reset), names.form, headers, now);
  if ((limit ?? remaining ?? resetMs) === undefined) return undefined;
  return { limit: limit === undefined || limit < 1 ? undefined : limit, remaining, resetMs, windowMs: undefined };
}

/** The first number of a text: some vendors list several limits, or write a window behind it (`100, 100;w=60`). */
function firstNumber(text: string | undefined): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)(?![\w.])/.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Math.floor(Number(found));
}

/** Milliseconds until a reset. A number of no declared form is told by its size: seconds, or a moment since 1970. */
function readReset(
  text: string | undefined,
  form: ResetForm | undefined,
  headers: Headers,
  now: number,
): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  // The vendor's moments are compared with the vendor's own clock, where it tells the time.
  const sent = Date.parse(headers['date'] ?? '');
  const present = Number.isNaN(sent) ? now : sent;
  const number = Number(/^\s*(\d+(?:\.\d+)?)/.exec(text)?.[1] ?? Number.NaN);
  const isNumber = /^\s*\d+(\.\d+)?\s*(;|,|$)/.test(text);
  const how = form ?? (isNumber ? formOfNumber(number) : 'date');
  switch (how) {
    case 'seconds':
      return Number.isNaN(number) ? undefined : number * 1000;
    case 'milliseconds':
      return Number.isNaN(number) ? undefined : number;
    case 'epochSeconds':
      return Number.isNaN(number) ? undefined : Math.max(0, number * 1000 - present);
    case 'epochMilliseconds':
      return Number.isNaN(number) ? undefined : Math.max(0, number - present);
    case 'date': {
      const moment = Date.parse(text);
      return Number.isNaN(moment) ? undefined : Math.max(0, moment - present);
    }
  }
}

function formOfNumber(number: number): ResetForm {
  if (number > 1e11) return 'epochMilliseconds';
  return number > 1e8 ? 'epochSeconds' : 'seconds';
}

/** `RateLimit: "default";r=50;t=30`, or in older drafts `limit=100, remaining=50, reset=30`. */
function readStructured(headers: Headers, now: number): ToldRate | undefined {
  const text = headers['ratelimit'] ?? '';
  const find = (name: string) => firstNumber(new RegExp(`(?:^|[;,\\s])${name}=(\\d+)`).exec(text)?.[1]);
  const name = /^\s*("[^"]*"|[\w-]+)\s*;/.exec(text)?.[1];
  const remaining = find('r') ?? find('remaining');
  if (remaining === undefined) return undefined;
  const policy = policyOf(headers, name);
  const seconds = find('t') ?? find('reset');
  return {
    limit: find('limit') ?? policy?.quota,
    remaining,
    resetMs: readReset(seconds === undefined ? undefined : String(seconds), 'seconds', headers, now),
    windowMs: policy?.windowMs,
  };
}

function windowOfPolicy(headers: Headers, limit: number | undefined): number | undefined {
  const text = headers['ratelimit-policy'] ?? headers['ratelimit-limit'] ?? '';
  for (const policy of text.split(',')) {
    const window = /;\s*w=(\d+)/.exec(policy)?.[1];
    const quota = firstNumber(policy.trim()) ?? firstNumber(/;\s*q=(\d+)/.exec(policy)?.[1]);
    if (window !== undefined && Number(window) > 0 && (limit === undefined || quota === limit))
      return Number(window) * 1000;
  }
  return undefined;
}

/** The policy of a name, or the first (`"default";q=100;w=10`). */
function policyOf(
  headers: Headers,
  name: string | undefined,
): { quota: number | undefined; windowMs: number | undefined } | undefined {
  const policies = (headers['ratelimit-policy'] ?? '').split(',').map((policy) => policy.trim());
  const chosen = policies.find((policy) => name !== undefined && policy.startsWith(`${name};`)) ?? policies[0];
  if (chosen === undefined || chosen === '') return undefined;
  const window = /;\s*w=(\d+)/.exec(chosen)?.[1];
  return {
    quota: firstNumber(/;\s*q=(\d+)/.exec(chosen)?.[1]) ?? firstNumber(chosen),
    windowMs: window === undefined ? undefined : Number(window) * 1000,
  };
}
