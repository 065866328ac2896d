// Tells dates from other text: CEQL writes both in quotes, several targets do not.

/** A date (`2020-01-31`), or a date with a time (`10:00:00`, `10:00:00.123`) and perhaps a zone (`Z`, `+01:00`). */
export interface Moment {
  date: string;
  time: string | undefined;
  zone: string | undefined;
}

const pattern =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;

/** Reads a text as a date or date-time of ISO 8601 in its long form; undefined when it is something else. */
export function momentOf(text: string): Moment | undefined {
  if (text.length < 10 || text.length > 33) return undefined;
  const [, date, time, zone] = pattern.exec(text) ?? [];
  return date === undefined ? undefined : { date, time, zone };
}
