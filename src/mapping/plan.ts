// One direction of a mapping as it is run for each record: what passes, then field by field what is read, converted and
// written. Everything that does not depend on the record is settled when the plan is made.

import { recordShapes } from '../core/record-shapes.ts';
import type { Direction } from './configuration.ts';
import type { MappedField, UnmappedField } from './fields.ts';
import type { Mapped, MappingFault } from './mapping.ts';
import { branchOf, passingFrom, prune } from './pass-through.ts';
import {
  beginsWith,
  canBeWithin,
  copyOf,
  depthOf,
  isRecord,
  member,
  type Path,
  pathText,
  put,
  readPath,
  reshape,
  type Step,
  writePath,
} from './paths.ts';
import { conversionTo, shown, typeName, unconvertible } from './values.ts';

/** One field in one direction. */
export interface FieldPlan {
  field: MappedField;
  source: Path;
  target: Path;
  read(record: Record<string, unknown>): unknown;
  /** a value, converted; `at` are the places in lists where it stands */
  valueOf(value: unknown, faults: MappingFault[], at: readonly number[]): unknown;
  /** stands in for a value that is empty */
  fallback: unknown;
  depth: number;
  write(record: Record<string, unknown>, value: unknown): void;
  /** whether another field is written to the same place */
  isShared: boolean;
}

/** One direction of a mapping. */
export interface Plan {
  direction: Direction;
  objectName: string;
  /** what passes of a record; a record of its own, which can be written to */
  passing(record: Record<string, unknown>): Record<string, unknown>;
  fields: readonly FieldPlan[];
  /** hears of every record that is made by it */
  made(record: object): void;
}

/** What a plan is made of. */
export interface PlannedFields {
  objectName: string;
  mapped: readonly MappedField[];
  unmapped: readonly UnmappedField[];
  passThrough: boolean;
}

/** The plan of one direction. */
export function planOf({ objectName, mapped, unmapped, passThrough }: PlannedFields, direction: Direction): Plan {
  const sides = mapped.map((field) => ({ field, ...sidesOf(field, direction) }));
  const carried = sides.filter(({ field }) => field.carried[direction]);
  const own = ownNames(unmapped, direction, passThrough);
  const isFromVendor = direction === 'fromVendor';
  const refused = sides.filter(({ field }) => !field.carried[direction]);
  const passing = passingFrom({
    read: [...sides.map(({ source }) => source.steps), ...own.withheld],
    lists: isFromVendor ? 'keep' : 'take',
    // What passes never looks like a field of ours; on the way to the vendor it gives way to what is mapped.
    closed: isFromVendor ? sides.map(closedOf) : refused.map(({ target }) => target.steps),
    written: carried.map(({ target }) => target.steps),
  });
  const fields = [
    ...carried.map((side) => fieldPlan(side, carried, direction, passThrough)),
    ...own.carried.map((path) => ownNamePlan(path)),
  ];
  const nested = fields.some(({ target }, index) =>
    fields.some((other, place) => place !== index && canBeWithin(other.target, target)),
  );
  return {
    direction,
    objectName,
    passing: passThrough ? passing : () => ({}),
    // Wholes are written before their parts.
    fields: nested ? fields.toSorted((a, b) => a.target.steps.length - b.target.steps.length) : fields,
    made: recordShapes(),
  };
}

interface Side {
  field: MappedField;
  source: Path;
  target: Path;
}

function sidesOf({ path, vendorPath }: MappedField, direction: Direction): Pick<Side, 'source' | 'target'> {
  return direction === 'fromVendor' ? { source: vendorPath, target: path } : { source: path, target: vendorPath };
}

/** Elements of two lists would be mixed, unless it is the same list on both sides. */
function closedOf({ source, target }: Side): readonly Step[] {
  const beginning = ({ steps }: Path) => {
    const end = steps.findIndex(({ kind }) => kind !== 'key');
    return end < 0 ? undefined : steps.slice(0, end);
  };
  const [ours, vendors] = [beginning(target), beginning(source)];
  if (ours === undefined || (vendors !== undefined && pathText(ours) === pathText(vendors))) return target.steps;
  return ours;
}

/** Fields without a path at the vendor pass under their own name, as the object does or as they say themselves. */
function ownNames(unmapped: readonly UnmappedField[], direction: Direction, passThrough: boolean) {
  const passes = ({ settings }: UnmappedField) => {
    if (settings?.remove[direction]) return false;
    return settings?.passThrough[direction] ?? passThrough;
  };
  return {
    withheld: unmapped.filter((field) => !passes(field)).map(({ path }) => path.steps),
    carried: passThrough ? [] : unmapped.filter(passes).map(({ path }) => path),
  };
}

function ownNamePlan(path: Path): FieldPlan {
  const none = { fromVendor: undefined, toVendor: undefined };
  const settings = {
    passThrough: none,
    remove: { fromVendor: false, toVendor: false },
    defaultValue: none,
    date: undefined,
  };
  const field: MappedField = {
    path,
    vendorPath: path,
    type: undefined,
    vendorType: undefined,
    settings,
    carried: { fromVendor: true, toVendor: true },
    convert: none,
  };
  return fieldPlan({ field, source: path, target: path }, [], 'fromVendor', false);
}

function fieldPlan(side: Side, all: readonly Side[], direction: Direction, passThrough: boolean): FieldPlan {
  const { field, source, target } = side;
  const convert = field.convert[direction];
  const given = field.settings.defaultValue[direction];
  const made = given === undefined || field.settings.date !== undefined ? given : (convert?.(given) ?? given);
  const shape = shapeOf(side, all, direction, passThrough);
  const [from, to] = [depthOf(source), depthOf(target)];
  const write = writerOf(target.steps);
  return {
    field,
    source,
    target,
    read: readerOf(source.steps),
    fallback: made,
    depth: from,
    valueOf(value, faults, at) {
      if (made !== undefined && (value === undefined || value === null || value === '')) return made;
      let converted = value;
      if (convert !== undefined && value !== undefined && value !== null) {
        converted = convert(value);
        if (converted === unconvertible) {
          faults.push(conversionFault(field, value, direction, at));
          converted = value;
        }
      }
      return shape === undefined ? converted : shape(converted);
    },
    write: from === to ? write : (record, value) => write(record, reshape(value, from, to)),
    isShared: all.some((other) => other !== side && other.target.text === target.text),
  };
}

/**
 * What becomes of a value of which other fields take parts, or into which they write: parts that are mapped one by one are
 * left out of it, and it is copied, so that the record that it came from stays as it is.
 */
function shapeOf(
  side: Side,
  all: readonly Side[],
  direction: Direction,
  passThrough: boolean,
): ((value: unknown) => unknown) | undefined {
  const { field, source, target } = side;
  const others = all.filter((other) => other !== side);
  const within = others.filter((other) => isBelow(other.source, source));
  const members = within.filter((other) => isBelow(other.target, target));
  const moved = direction === 'toVendor' ? within : members;
  const isWritten = others.some((other) => canBeWithin(other.target, target));
  if (moved.length === 0) return isWritten ? copyOf : undefined;
  const passes = field.settings.passThrough[direction] ?? passThrough;
  if (members.length > 0 && !passes) {
    return (value) => (typeof value === 'object' && value !== null ? undefined : value);
  }
  const branch = branchOf(
    moved.map((other) => other.source.steps.slice(source.steps.length)),
    direction === 'fromVendor' ? 'keep' : 'take',
  );
  return (value) => copyOf(prune(value, branch));
}

function isBelow(path: Path, whole: Path): boolean {
  return path.steps.length > whole.steps.length && beginsWith(path, whole);
}

function readerOf(steps: readonly Step[]): FieldPlan['read'] {
  const [first, second, ...others] = steps;
  if (first?.kind === 'key' && second === undefined) {
    const { name } = first;
    return (record) => (Object.hasOwn(record, name) ? record[name] : undefined);
  }
  if (first?.kind === 'key' && second?.kind === 'key' && others.length === 0) {
    return (record) => member(member(record, first.name), second.name);
  }
  return (record) => readPath(record, steps);
}

function writerOf(steps: readonly Step[]): FieldPlan['write'] {
  const [first, second, ...others] = steps;
  if (first?.kind === 'key' && second === undefined) {
    const { name } = first;
    return (record, value) => {
      if (value !== undefined) put(record, name, value);
    };
  }
  if (first?.kind === 'key' && second?.kind === 'key' && others.length === 0) {
    return (record, value) => {
      if (value === undefined) return;
      const there = member(record, first.name);
      if (isRecord(there)) put(there, second.name, value);
      else {
        const made: Record<string, unknown> = {};
        put(made, second.name, value);
        put(record, first.name, made);
      }
    };
  }
  return (record, value) => writePath(record, steps, value);
}

function conversionFault(
  field: MappedField,
  value: unknown,
  direction: Direction,
  at: readonly number[],
): MappingFault {
  const [ours, vendors] = [placeOf(field.path, at), placeOf(field.vendorPath, at)];
  const wanted = wantedOf(field, value, direction);
  if (direction === 'toVendor') {
    return { path: ours, message: `The value ${shown(value)} of ${ours} is not ${wanted}: send ${wanted}` };
  }
  return {
    path: ours,
    message: `The vendor's value ${shown(value)} of ${vendors} is not ${wanted}, as ${ours} should be, and was left as it is: change the type of the field or the record`,
  };
}

/** A path with the numbers of elements in the place of `[*]`. */
function placeOf({ text }: Path, at: readonly number[]): string {
  let next = 0;
  return text.replaceAll('[*]', (each) => (next < at.length ? `[${at[next++]}]` : each));
}

/** What a value that could not be converted should have been: of our type, or, where it is, of the vendor's. */
function wantedOf({ type, vendorType, settings }: MappedField, value: unknown, direction: Direction): string {
  if (settings.date !== undefined || type === undefined) return 'a date that can be read';
  const isOurs = direction === 'toVendor' && conversionTo(type)?.(value) !== unconvertible;
  return typeName(isOurs && vendorType !== undefined ? vendorType : type);
}

/** Maps a record by a plan. */
export function runPlan(plan: Plan, record: unknown): Mapped {
  if (!isRecord(record)) return noRecord(plan, record);
  const faults: MappingFault[] = [];
  const value = plan.passing(record);
  const shared: SharedPlaces = new Map();
  for (const field of plan.fields) runField(field, record, value, faults, shared);
  plan.made(value);
  return { value, faults };
}

/** What was written to places that several fields share, and by which of them. */
export type SharedPlaces = Map<string, { by: string; written: string }>;

/** Maps one field of a record into what is made of it; what was written is the answer. */
export function runField(
  plan: FieldPlan,
  record: Record<string, unknown>,
  into: Record<string, unknown>,
  faults: MappingFault[],
  shared: SharedPlaces,
): unknown {
  const read = plan.read(record);
  const value = plan.depth === 0 ? plan.valueOf(read, faults, []) : valuesOf(plan, read, plan.depth, faults, []);
  if (value === undefined) return undefined;
  if (plan.isShared) noteShared(plan, value, faults, shared);
  plan.write(into, value);
  return value;
}

function valuesOf(
  plan: FieldPlan,
  read: unknown,
  depth: number,
  faults: MappingFault[],
  at: readonly number[],
): unknown {
  if (depth === 0) return plan.valueOf(read, faults, at);
  if (!Array.isArray(read)) return undefined;
  return read.map((element, index) => valuesOf(plan, element, depth - 1, faults, [...at, index]));
}

function noteShared({ field, target }: FieldPlan, value: unknown, faults: MappingFault[], shared: SharedPlaces): void {
  const written = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const before = shared.get(target.text);
  if (before === undefined) shared.set(target.text, { by: field.path.text, written });
  else if (before.written !== written) {
    faults.push({
      path: field.path.text,
      message: `${before.by} and ${field.path.text} are both written to ${target.text} and have different values: send one of them`,
    });
  }
}

/** The answer for what is no object. */
export function noRecord({ objectName }: Plan, record: unknown): Mapped {
  const message = `${shown(record)} is not an object, as ${objectName} should be, and cannot be mapped`;
  return { value: {}, faults: [{ path: objectName, message }] };
}
