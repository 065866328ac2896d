// Tells of one record, field by field, where each value came from, what it was before, and what was lost on the way.

import type { Explained, FieldTrace, MappingFault } from './mapping.ts';
import { isRecord, pathText, placesOf, readPath, type Step } from './paths.ts';
import { type FieldPlan, noRecord, type Plan, runField, type SharedPlaces } from './plan.ts';
import { shown, unconvertible } from './values.ts';

/** Maps a record as `runPlan` does, and tells how. */
export function explainPlan(plan: Plan, record: unknown): Explained {
  if (!isRecord(record)) return { ...noRecord(plan, record), fields: [], dropped: [] };
  const value = plan.passing(record);
  const passed = leavesOf(value);
  const faults: MappingFault[] = [];
  const shared: SharedPlaces = new Map();
  const fields = plan.fields.flatMap((field) => traceOf(field, plan, record, value, faults, shared));
  const written = new Set(plan.fields.map(({ target }) => target.text));
  for (const { path, value: after } of passed) {
    if (!written.has(path)) fields.push({ path, from: path, by: 'passThrough', before: after, after });
  }
  return { value, faults, fields, dropped: droppedOf(plan, record, passed) };
}

function traceOf(
  field: FieldPlan,
  plan: Plan,
  record: Record<string, unknown>,
  into: Record<string, unknown>,
  faults: MappingFault[],
  shared: SharedPlaces,
): FieldTrace[] {
  const own: MappingFault[] = [];
  const before = readPath(record, field.source.steps);
  const written = runField(field, record, into, own, shared);
  faults.push(...own);
  if (before === undefined && written === undefined) return [];
  const after = readPath(into, field.target.steps);
  const isDefault = field.depth === 0 && field.fallback !== undefined && (before ?? '') === '';
  const lost = own[0]?.message ?? lossOf(field, plan, before, written);
  return [
    {
      path: field.target.text,
      from: isDefault ? undefined : field.source.text,
      by: isDefault ? 'default' : 'field',
      before,
      after,
      ...(isDefault || lost === undefined ? {} : { lost }),
    },
  ];
}

/** What would come back of a value if the mapping were gone the other way. */
function lossOf({ field, depth }: FieldPlan, { direction }: Plan, before: unknown, after: unknown): string | undefined {
  const back = field.convert[direction === 'fromVendor' ? 'toVendor' : 'fromVendor'];
  if (field.convert[direction] === undefined || back === undefined || depth > 0) return undefined;
  if (before === undefined || before === null || after === undefined || typeof before === 'object') return undefined;
  const restored = after === null ? null : back(after);
  if (restored === before) return undefined;
  return restored === unconvertible || restored === null
    ? `${shown(before)} cannot be made of ${shown(after)} again`
    : `${shown(after)} becomes ${shown(restored)} on the way back, not ${shown(before)}`;
}

interface Leaf {
  path: string;
  value: unknown;
}

/** Paths of what no field takes up and what does not pass, those of lists once for all elements. */
function droppedOf(plan: Plan, record: Record<string, unknown>, passed: readonly Leaf[]): string[] {
  const taken = new Set(plan.fields.flatMap(({ source }) => placesOf(record, source.steps).map(pathText)));
  const kept = new Set(passed.map(({ path }) => path));
  const left = leavesOf(record, taken).map(({ path }) => path);
  return [...new Set(left)].filter((path) => !kept.has(path));
}

/** The ends of a record, less what is taken, with their paths: `[*]` for every element of a list. */
function leavesOf(record: unknown, taken: ReadonlySet<string> = new Set()): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: readonly Step[], place: readonly Step[]) => {
    if (place.length > 0 && taken.has(pathText(place))) return;
    if (Array.isArray(value) && value.length > 0) {
      for (const [index, element] of value.entries()) {
        // Nothing but the place of an element whose members stand elsewhere.
        if (isRecord(element) && Object.keys(element).length === 0) continue;
        walk(element, [...path, { kind: 'each' }], [...place, { kind: 'index', index }]);
      }
    } else if (isRecord(value) && Object.keys(value).length > 0) {
      for (const name of Object.keys(value)) {
        walk(value[name], [...path, { kind: 'key', name }], [...place, { kind: 'key', name }]);
      }
    } else if (path.length > 0) leaves.push({ path: pathText(path), value });
  };
  walk(record, [], []);
  return leaves;
}
