// Zendesk's records that are listed, shown, made, changed and deleted alike: each kind says what is its own.

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { recordInvalid, recordNotFound, type Violation, wrappedBody } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { type Listing, pageOf } from './pages.ts';
import type { Fate } from './people-events.ts';
import { besideRows, type SideLoaded } from './side-loads.ts';

type Members = Record<string, unknown>;

/** What is particular about one kind of records. */
export interface Kind {
  /** the member that a record stands under, `organization` */
  name: string;
  /** the member that a list stands under */
  plural: string;
  /** what a request may set; everything else is ignored, as Zendesk ignores it */
  writable: readonly string[];
  ways?: Listing['ways'];
  sideLoaded?: SideLoaded;
  records(site: ZendeskSite): Map<number, ZendeskRecord>;
  add(site: ZendeskSite, record: ZendeskRecord): ZendeskRecord;
  /** what is wrong with members that are given; `record` is undefined when one is made */
  check(site: ZendeskSite, given: Members, record: ZendeskRecord | undefined): Violation[];
  /** the rows of a list in their order, as the query asks */
  listed?(rows: ZendeskRecord[], query: URLSearchParams): ZendeskRecord[];
  /** members that follow from those that are set */
  derived?(changes: Members): Members;
  /** members of `writable` that only a new record takes; a change of them is passed over (_assumed_) */
  fixed?: readonly string[];
  /** members of `writable` that are kept and never shown */
  hidden?: readonly string[];
  /** hears of every record that is made, changed or deleted */
  tell?(site: ZendeskSite, record: ZendeskRecord, fate: Fate): void;
  /** why a record cannot be deleted */
  stays?(record: ZendeskRecord): Violation | undefined;
}

/** Answers for a collection, or for a record of it; undefined for other methods. */
export function recordsOf(
  site: ZendeskSite,
  request: VendorRequest,
  kind: Kind,
  id: number | undefined,
): Answer | undefined {
  if (id === undefined) {
    if (request.method === 'GET') return list(site, request, kind);
    return request.method === 'POST' ? create(site, request, kind) : undefined;
  }
  const record = kind.records(site).get(id);
  if (record === undefined) return recordNotFound();
  if (request.method === 'GET') return show(site, request, kind, record);
  if (request.method === 'PUT') return update(site, request, kind, record);
  return request.method === 'DELETE' ? remove(site, kind, record) : undefined;
}

function list(site: ZendeskSite, request: VendorRequest, kind: Kind): Answer {
  const rows = [...kind.records(site).values()];
  const listed = kind.listed?.(rows, new URLSearchParams(request.query)) ?? rows;
  return pageOf(
    request,
    kind.plural,
    listed.map((row) => shown(kind, row)),
    {
      ...(kind.ways === undefined ? {} : { ways: kind.ways }),
      ...(kind.sideLoaded === undefined ? {} : { beside: besideRows(site, request, kind.sideLoaded) }),
    },
  );
}

function show(site: ZendeskSite, request: VendorRequest, kind: Kind, record: ZendeskRecord): Answer {
  const beside = kind.sideLoaded === undefined ? {} : besideRows(site, request, kind.sideLoaded)([record]);
  return json(200, { [kind.name]: shown(kind, record), ...beside });
}

function create(site: ZendeskSite, request: VendorRequest, kind: Kind): Answer {
  const { members: given, refusal } = wrappedBody(request, kind.name);
  if (refusal !== undefined) return refusal;
  const violations = kind.check(site, given, undefined);
  if (violations.length > 0) return recordInvalid(violations);
  const now = toSecond(site.now());
  const record = kind.add(site, { id: site.newId(), ...changesOf(kind, given), created_at: now, updated_at: now });
  kind.tell?.(site, record, { kind: 'created' });
  return json(201, { [kind.name]: shown(kind, record) }, { location: String(record['url']) });
}

function update(site: ZendeskSite, request: VendorRequest, kind: Kind, record: ZendeskRecord): Answer {
  const { members: given, refusal } = wrappedBody(request, kind.name);
  if (refusal !== undefined) return refusal;
  const violations = kind.check(site, given, record);
  if (violations.length > 0) return recordInvalid(violations);
  const fixed = new Set(kind.fixed);
  const changes = Object.entries(changesOf(kind, given)).filter(([name]) => !fixed.has(name));
  const before = { ...record };
  Object.assign(record, Object.fromEntries(changes), { updated_at: toSecond(site.now()) });
  kind.tell?.(site, record, { kind: 'changed', before });
  return json(200, { [kind.name]: shown(kind, record) });
}

function shown({ hidden }: Kind, record: ZendeskRecord): ZendeskRecord {
  if (hidden === undefined) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => !hidden.includes(name))) as ZendeskRecord;
}

function remove(site: ZendeskSite, kind: Kind, record: ZendeskRecord): Answer {
  const stays = kind.stays?.(record);
  if (stays !== undefined) return recordInvalid([stays]);
  kind.records(site).delete(record.id);
  kind.tell?.(site, record, { kind: 'deleted' });
  return empty(204);
}

function changesOf(kind: Kind, given: Members): Members {
  const changes = picked(kind.writable, given);
  return { ...changes, ...kind.derived?.(changes) };
}

/** The members that a request may set. */
export function picked(writable: readonly string[], given: Members): Members {
  return Object.fromEntries(writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

/** Whether a member will be blank: it is given so, or a new record has none. */
export function isLacking(name: string, given: Members, record: ZendeskRecord | undefined): boolean {
  if (name in given) return String(given[name] ?? '').trim() === '';
  return record === undefined;
}

/** Whether another record of the kind has the same value already. */
export function isTaken(
  records: ReadonlyMap<number, ZendeskRecord>,
  name: string,
  value: unknown,
  record: ZendeskRecord | undefined,
): boolean {
  return [...records.values()].some((other) => other.id !== record?.id && other[name] === value);
}
