// What an instance polls: every form in which documents and customers have said it, read into one plan.

import { createHash } from 'node:crypto';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { isJavaZone, javaPatternFault } from '../core/java-dates.ts';
import { type Definition, declaredObjects } from '../element/define.ts';
import { eventWays } from '../element/event-settings.ts';
import type { SettingValues } from '../element/settings.ts';
import { pollUrlFaults } from './poll-url.ts';

/** Where a record tells a time. */
export interface DateField {
  /** a path in the record */
  field: string;
  /** a pattern of SimpleDateFormat; undefined: ISO 8601 or a number */
  format: string | undefined;
  zone: string;
}

/** One kind of object that is polled. */
export interface PolledObject {
  name: string;
  /** with tokens, such as `/hubs/helpdesk/incidents?where=updated_at>'${gmtDate:yyyy-MM-dd}'` */
  url: string;
  /** a path in the record */
  idField: string;
  /** undefined: changes are found by comparing records with those of the last poll */
  updated: DateField | undefined;
  created: DateField | undefined;
  /** false: what the vendor gives counts as changed, however old it says it is */
  filterByUpdatedDate: boolean;
  /** seconds between its creation and its change within which a record counts as created */
  createdCheckTolerance: number;
  /** rows of a page; undefined: the element's own */
  pageSize: number | undefined;
  /** seconds that each poll looks further back than to the last one */
  pollDelay: number;
}

/** What is wrong with the settings of a poller. */
export interface PollFault {
  /** undefined: nothing can be polled */
  object: string | undefined;
  /** a sentence that names the setting */
  text: string;
}

/** What is polled, and what cannot be. */
export interface PollPlan {
  objects: PolledObject[];
  faults: PollFault[];
}

const keys = {
  configuration: 'event.poller.configuration',
  urls: 'event.poller.urls',
  objects: 'event.objects',
  metadata: 'event.metadata',
  interval: 'event.poller.refresh_interval',
} as const;

const defaultMinutes = 15;
const mostMinutes = 44_640;

/** Whether an instance with these settings is polled: events are enabled and `event.vendor.type` holds `polling`. */
export function isPolled(settings: SettingValues): boolean {
  return eventWays(settings).polling;
}

/** A digest of the settings that a poller reads. */
export function pollSettingsDigest(settings: SettingValues): string {
  const read = Object.values(keys).map((key) => settings[key] ?? null);
  return createHash('sha256').update(JSON.stringify(read)).digest('base64url');
}

/** Milliseconds between two polls; the default where the setting cannot be read. */
export function pollInterval(settings: SettingValues): number {
  const minutes = minutesOf(settings);
  return (Number.isNaN(minutes) ? defaultMinutes : minutes) * 60_000;
}

function minutesOf(settings: SettingValues): number {
  const text = (settings[keys.interval] ?? '').trim();
  if (text === '') return defaultMinutes;
  const minutes = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return minutes >= 1 && minutes <= mostMinutes ? minutes : Number.NaN;
}

/** Throws a Problem naming everything that is wrong with the settings of an instance that is to be polled. */
export function requirePollable(definition: Definition, settings: SettingValues): void {
  if (!isPolled(settings)) return;
  const faults = readPollPlan(definition, settings).faults.map(({ text }) => text);
  if (Number.isNaN(minutesOf(settings))) {
    faults.unshift(`${keys.interval} must be a number of minutes, 1 to ${mostMinutes}.`);
  }
  if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));
}

/**
 * The plan of an instance, from its settings with the defaults. `event.objects` chooses the objects, else those of
 * `event.poller.urls`, else all of `event.poller.configuration` and those that `event.metadata` names as polled. How one is
 * polled is said by the configuration, else by the metadata (`{objectName}` for any) and the object as the document declares
 * it. Never throws: what cannot be read is a fault, and other objects are polled.
 */
export function readPollPlan(definition: Definition, settings: SettingValues): PollPlan {
  const faults: PollFault[] = [];
  const configuration = readJson(settings, keys.configuration, faults);
  const metadata = readJson(settings, keys.metadata, faults);
  const polling = memberOf(metadata, 'polling');
  const named = namedObjects(settings);
  const inMetadata = Object.keys(polling).filter((name) => !name.includes('{'));
  const names = named.size > 0 ? [...named.keys()] : [...new Set([...Object.keys(configuration), ...inMetadata])];
  const objects = names.flatMap((name) => {
    if (storableText(name) !== name) {
      faults.push({ object: undefined, text: `${keys.configuration}: the name ${name} is no text.` });
      return [];
    }
    const given = Object.hasOwn(configuration, name) ? configuration[name] : undefined;
    const source = given ?? derivedEntry(definition, name, polling);
    const read = readObject(name, named.get(name), source, given === undefined);
    for (const text of read.faults) faults.push({ object: name, text: `${read.setting}: ${name}: ${text}.` });
    return read.object === undefined ? [] : [read.object];
  });
  return { objects, faults: faults.map(({ object, text }) => ({ object, text: storableText(text) })) };
}

/** Text without what the database does not store: NUL and halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** A setting that is JSON; a string that holds JSON once more is read, too. */
function readJson(settings: SettingValues, key: string, faults: PollFault[]): Record<string, unknown> {
  let value: unknown = settings[key] ?? '';
  for (let depth = 0; depth < 2 && typeof value === 'string'; depth++) {
    const text = value.trim();
    if (text === '') return {};
    try {
      value = JSON.parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      faults.push({ object: undefined, text: `${key} is no valid JSON: ${why}.` });
      return {};
    }
  }
  if (isObject(value)) return value;
  if (value === null || value === '') return {};
  faults.push({ object: undefined, text: `${key} must be a JSON object with a member for each object.` });
  return {};
}

/** The objects that are named one by one, with the URL of each that has one. */
function namedObjects(settings: SettingValues): Map<string, string | undefined> {
  const chosen = listOf(settings[keys.objects]);
  if (chosen.length > 0) return new Map(chosen.map((name) => [name, undefined]));
  const named = new Map<string, string | undefined>();
  // `contacts|accounts`, one on a line, separated by commas; or `contacts|/hubs/crm/contacts?where=…` on each line
  for (const line of (settings[keys.urls] ?? '').split(/\r?\n/)) {
    let last: string | undefined;
    for (const part of line.split(/\|(?=\s*(?:\/|[\w.-]+\s*(?:$|[|,])))/)) {
      if (part.trim().startsWith('/') && last !== undefined) named.set(last, part.trim());
      else if (part.trim().startsWith('/')) named.set(nameOf(part), part.trim());
      else for (const name of listOf(part)) named.set(name, undefined);
      last = part.trim().startsWith('/') ? undefined : listOf(part).at(-1);
    }
  }
  return named;
}

/** The name of an object that only its URL tells: the last part of the path. */
function nameOf(url: string): string {
  return (url.trim().split('?')[0] ?? '').split('/').findLast((part) => part !== '') ?? url;
}

/** How an object is polled that the configuration does not hold. */
function derivedEntry(definition: Definition, name: string, polling: Record<string, unknown>): Record<string, unknown> {
  const { document } = definition;
  const declared = declaredObjects(document).find((object) => object['name'] === name) ?? {};
  const wildcard = memberOf(polling, '{objectName}');
  const own = memberOf(polling, name);
  const entry = { ...wildcard, ...own };
  const dates = { ...memberOf(wildcard, 'datesConfiguration'), ...memberOf(own, 'datesConfiguration') };
  const datesConfiguration = {
    updatedDateField: declared['updatedDateName'],
    updatedDateFormat: declared['updatedDateFormat'],
    createdDateField: declared['createdDateName'],
    createdDateFormat: declared['createdDateFormat'],
    ...dates,
  };
  const url = entry['url'] ?? entry['pollUrl'] ?? defaultUrl(document.hub, name, datesConfiguration);
  return {
    idField: declared['primaryKeyName'] || 'id',
    ...entry,
    url: typeof url === 'string' ? url.replaceAll('{objectName}', encodeURIComponent(name)) : url,
    datesConfiguration,
  };
}

function defaultUrl(hub: string, name: string, dates: Record<string, unknown>): string {
  const path = `/hubs/${hub}/${encodeURIComponent(name)}`;
  const field = dates['updatedDateField'];
  if (typeof field !== 'string' || field === '') return path;
  const given = dates['updatedDateFormat'];
  const format = typeof given === 'string' && given !== '' ? given : "yyyy-MM-dd'T'HH:mm:ss'Z'";
  return `${path}?where=${field}>='\${gmtDate:${format}}'`;
}

function readObject(
  name: string,
  ownUrl: string | undefined,
  source: unknown,
  isDerived: boolean,
): { object: PolledObject | undefined; faults: string[]; setting: string } {
  const setting = isDerived ? (ownUrl === undefined ? keys.objects : keys.urls) : keys.configuration;
  if (!isObject(source)) return { object: undefined, faults: ['must be an object with url and idField'], setting };
  const faults: string[] = [];
  const url = ownUrl ?? source['url'];
  if (typeof url !== 'string' || url.trim() === '') faults.push('url is missing');
  else faults.push(...pollUrlFaults(url.trim()).map((fault) => `url: ${fault}`));
  const idField = textOf(source['idField']);
  if (idField === undefined) faults.push('idField is missing');
  const dates = memberOf(source, 'datesConfiguration');
  const updated = readDate(dates, 'updated', undefined, faults);
  const created = readDate(dates, 'created', updated, faults);
  const number = (member: string, least: number, otherwise: number | undefined) => {
    const given = source[member];
    if (given === undefined || given === null || given === '') return otherwise;
    const value = typeof given === 'boolean' ? Number.NaN : Number(given);
    if (value >= least && Number.isFinite(value)) return value;
    faults.push(`${member} must be a number, at least ${least}`);
    return otherwise;
  };
  const object: PolledObject = {
    name,
    url: String(url).trim(),
    idField: idField ?? '',
    updated: updated ?? created,
    created,
    filterByUpdatedDate: String(source['filterByUpdatedDate'] ?? true) !== 'false',
    createdCheckTolerance: number('createdCheckTolerance', 0, 0) ?? 0,
    pageSize: number('pageSize', 1, undefined),
    pollDelay: number('pollDelay', 0, 0) ?? 0,
  };
  return { object: faults.length === 0 ? object : undefined, faults, setting };
}

/** What dates of creation do not say is as with dates of change. */
function readDate(
  dates: Record<string, unknown>,
  kind: 'updated' | 'created',
  like: DateField | undefined,
  faults: string[],
): DateField | undefined {
  const field = textOf(dates[`${kind}DateField`]);
  if (field === undefined) return undefined;
  const format = textOf(dates[`${kind}DateFormat`]) ?? like?.format;
  const zone = textOf(dates[`${kind}DateTimezone`]) ?? like?.zone ?? 'UTC';
  const fault = format === undefined ? undefined : javaPatternFault(format);
  if (fault !== undefined) faults.push(`${kind}DateFormat ${fault}`);
  if (!isJavaZone(zone)) faults.push(`${kind}DateTimezone ${zone} is no time zone`);
  return { field, format, zone };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function memberOf(value: unknown, name: string): Record<string, unknown> {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(member) ? member : {};
}

function listOf(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
