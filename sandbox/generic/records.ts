// The vendor's records: each collection begins with made-up ones, and creating, changing and deleting changes it.

import { isObject, setAt, valueAt } from '../../src/core/http.ts';
import type { Upload } from './body.ts';
import { type Collection, plain } from './operation.ts';
import { define, sampleOf, uuidOf } from './samples.ts';

/** One record. */
export interface StoredRecord {
  id: string;
  members: Record<string, unknown>;
  /** what was uploaded with it */
  file: Upload | undefined;
}

/** The records of one collection and one set of parents. */
export interface RecordSet {
  all(): StoredRecord[];
  /** undefined when there is none, or no more */
  find(id: string): StoredRecord | undefined;
  /** Adds a record with what was written; `id` is given where the caller chose it. */
  create(written: Record<string, unknown>, file: Upload | undefined, id?: string): StoredRecord;
  /** Changes the members that were written, and leaves the others. */
  update(record: StoredRecord, written: Record<string, unknown>, file: Upload | undefined): void;
  remove(record: StoredRecord): void;
  /** Makes records that belong to a parent which has none yet. */
  adopt(member: string, value: unknown): void;
}

/** All records of a vendor. */
export interface Records {
  of(collection: Collection, parents: readonly string[]): RecordSet;
}

/** Nothing has been read or written yet: every set is made when it is asked for first. */
export function createRecords(now: () => Date): Records {
  const sets = new Map<string, RecordSet>();
  return {
    of(collection, parents) {
      const key = JSON.stringify([collection.skeleton, ...parents]);
      const set = sets.get(key) ?? createSet(collection, parents, now);
      sets.set(key, set);
      return set;
    },
  };
}

const firstNumber = 1001;

function createSet(collection: Collection, parents: readonly string[], now: () => Date): RecordSet {
  const { record: shape, idMember, idStyle, title } = collection;
  const origin = [title, ...parents].join(' ');
  const records = new Map<string, StoredRecord>();
  const removed = new Set<string>();
  let next = 0;

  const idAt = (index: number) => (idStyle === 'uuid' ? uuidOf(`${origin} ${index}`) : String(firstNumber + index));
  const make = (id: string, index: number): StoredRecord => {
    const made = sampleOf(shape, title, { collection: origin, index }) as Record<string, unknown>;
    // Where no model tells, a record has what nearly every record has.
    if (shape.members.size === 0) define(made, 'name', `${title} ${index + 1}`);
    const kept = collection.kept[index % Math.max(1, collection.kept.length)];
    if (kept !== undefined) setAt(made, kept.field, kept.value);
    setId(made, idMember, idStyle === 'number' && Number.isSafeInteger(Number(id)) ? Number(id) : id);
    return { id, members: made, file: undefined };
  };
  const add = (record: StoredRecord) => {
    records.set(record.id, record);
    removed.delete(record.id);
    return record;
  };
  const seed = (count: number) => {
    for (const end = next + count; next < end; next++) add(make(idAt(next), next));
  };
  const fresh = (): string => {
    while (records.has(idAt(next)) || removed.has(idAt(next))) next++;
    return idAt(next);
  };
  /** Some vendors let callers choose what names a record. */
  const chosenId = (written: Record<string, unknown>): string | undefined => {
    const chosen = written[idMember];
    const id = typeof chosen === 'string' || typeof chosen === 'number' ? String(chosen) : '';
    return id === '' || records.has(id) ? undefined : id;
  };
  if (collection.isListed) seed(collection.size);

  return {
    all: () => [...records.values()],
    find(id) {
      const found = records.get(id);
      if (found !== undefined || removed.has(id) || collection.isListed || id === '') return found;
      // Nobody can list these records, so that any of them may be there.
      return add(make(id, 0));
    },
    create(written, file, id = chosenId(written) ?? fresh()) {
      const index = next++;
      const record = make(id, index);
      const stamp = now().toISOString();
      for (const [name, member] of Object.entries(record.members)) {
        if (typeof member === 'string' && /^(date)?_?created(_?at|_?on|_?date|_?time)?$/i.test(name))
          define(record.members, name, stamp);
      }
      write(record, written);
      record.file = file;
      return add(record);
    },
    update(record, written, file) {
      write(record, written);
      record.file = file ?? record.file;
    },
    remove(record) {
      records.delete(record.id);
      removed.add(record.id);
    },
    adopt(member, value) {
      if (records.size === 0 || [...records.values()].some(({ members }) => sameText(members[member], value))) return;
      const count = Math.min(collection.size, 250);
      const from = next;
      seed(count);
      for (let index = from; index < next; index++) {
        const record = records.get(idAt(index));
        if (record !== undefined) define(record.members, member, value);
      }
    },
  };

  /** What names a record does not change by writing. */
  function write(record: StoredRecord, written: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(written)) {
      if (name !== idMember) define(record.members, name, value);
    }
  }
}

function setId(members: Record<string, unknown>, member: string, id: unknown): void {
  if (member.includes('.') && isObject(members[member.split('.')[0] ?? ''])) setAt(members, member, id);
  else define(members, member, id);
}

/** Whether two values read alike: numbers come as text from queries. */
export function sameText(one: unknown, other: unknown): boolean {
  if (one === undefined || one === null) return false;
  return String(one) === String(other);
}

/** Whether a member names another record, as `accountId` and `account_id` do. */
export function namesOther(collection: Collection, member: string): boolean {
  return member !== collection.idMember && /[a-z]_?id$/i.test(member) && plain(member) !== 'id';
}

/** The row whose value somewhere is the given text: some vendors go on behind a row that the caller names. */
export function positionOf(rows: readonly StoredRecord[], text: string): number {
  const holds = (value: unknown, depth: number): boolean => {
    if (typeof value === 'string' || typeof value === 'number') return String(value) === text;
    if (depth > 4 || typeof value !== 'object' || value === null) return false;
    return Object.values(value).some((inner) => holds(inner, depth + 1));
  };
  return rows.findIndex(({ members }) => holds(members, 0));
}

/** A member by its dotted path or by its whole name. */
export function memberOf(record: StoredRecord, path: string): unknown {
  return Object.hasOwn(record.members, path) ? record.members[path] : valueAt(record.members, path);
}
