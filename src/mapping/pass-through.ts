// What is not mapped passes a mapping under its own name: what a record has, less what fields have taken out of it.

import type { Step } from './paths.ts';
import { copyOf, isRecord, put } from './paths.ts';

/** The places of a record that fields take, as a tree of names. */
export interface Branch {
  /** whether everything from here on is taken */
  taken: boolean;
  names: Map<string, Branch>;
  /** the elements of a list */
  each: Branch | undefined;
}

const emptyBranch = (): Branch => ({ taken: false, names: new Map(), each: undefined });

/**
 * The tree of paths. A path that takes single elements out of a list leaves the list where it is (`keep`), or takes the
 * whole list (`take`).
 */
export function branchOf(paths: readonly (readonly Step[])[], lists: 'keep' | 'take'): Branch {
  const root = emptyBranch();
  for (const steps of paths) {
    const end = endOf(root, steps, lists);
    if (end !== undefined) end.taken = true;
  }
  return root;
}

function endOf(root: Branch, steps: readonly Step[], lists: 'keep' | 'take'): Branch | undefined {
  let branch = root;
  for (const step of steps) {
    if (step.kind === 'key') {
      const next = branch.names.get(step.name) ?? emptyBranch();
      branch.names.set(step.name, next);
      branch = next;
    } else if (step.kind === 'each') {
      branch.each ??= emptyBranch();
      branch = branch.each;
    } else return lists === 'take' ? branch : undefined;
  }
  return branch;
}

/**
 * What is left of a value when everything in the tree is taken out of it; undefined when nothing is. The elements of a list
 * keep their places. The value is not changed; what is left shares its members.
 */
export function prune(value: unknown, branch: Branch): unknown {
  if (branch.taken) return undefined;
  if (Array.isArray(value) && branch.each !== undefined) return pruneList(value, branch.each);
  if (!isRecord(value) || branch.names.size === 0) return value;
  const left: Record<string, unknown> = {};
  let [some, hasTaken] = [false, false];
  for (const name of Object.keys(value)) {
    const inner = branch.names.get(name);
    const rest = inner === undefined ? value[name] : prune(value[name], inner);
    if (rest === undefined) hasTaken = true;
    else {
      put(left, name, rest);
      some = true;
    }
  }
  return some || !hasTaken ? left : undefined;
}

function pruneList(list: unknown[], each: Branch): unknown[] | undefined {
  const left = list.map((element) => prune(element, each) ?? {});
  return left.some((element) => !isRecord(element) || Object.keys(element).length > 0) ? left : undefined;
}

/** Where records are read and written, in one direction. */
export interface Places {
  /** where fields are read */
  read: readonly (readonly Step[])[];
  /** what a list is from which fields take single elements: the vendor's own, or ours and so read as a whole */
  lists: 'keep' | 'take';
  /** where nothing may come to stand that passes */
  closed: readonly (readonly Step[])[];
  /** where fields are written */
  written: readonly (readonly Step[])[];
}

/** Makes the record into which the fields are then written: what passes. It can be changed where fields are written. */
export function passingFrom({
  read,
  lists,
  closed,
  written,
}: Places): (record: Record<string, unknown>) => Record<string, unknown> {
  const [taken, closedTo] = [branchOf(read, lists).names, branchOf(closed, 'keep').names];
  const changed = new Set(
    written.flatMap((steps) => (steps[0]?.kind === 'key' && steps.length > 1 ? [steps[0].name] : [])),
  );
  const special = new Map(
    [...taken.keys(), ...closedTo.keys(), ...changed].map((name) => {
      const branches = [taken.get(name), closedTo.get(name)].filter((branch) => branch !== undefined);
      return [name, { branches, isChanged: changed.has(name) }] as const;
    }),
  );
  return (record) => {
    const passed: Record<string, unknown> = {};
    for (const name of Object.keys(record)) {
      let value = record[name];
      const here = special.get(name);
      if (here !== undefined) {
        for (const branch of here.branches) value = value === undefined ? undefined : prune(value, branch);
        if (here.isChanged && value !== undefined) value = copyOf(value);
      }
      if (value !== undefined) put(passed, name, value);
    }
    return passed;
  };
}
