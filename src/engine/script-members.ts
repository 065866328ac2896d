// Which members of a record the script of a mapping can see. Most name the few that they use, and then the others need not
// travel to the process in which scripts run, and back. What is not certain counts as every member.

import { recordShapes } from '../core/record-shapes.ts';
import type { CompiledMappingScript } from '../mapping/mapping.ts';

/** The members of a record, before and after its mapping, that a script can see or change; undefined: any. */
export interface SeenMembers {
  original: ReadonlySet<string> | undefined;
  transformed: ReadonlySet<string> | undefined;
}

const known = new WeakMap<CompiledMappingScript, SeenMembers>();

const made = recordShapes();

/**
 * What a script can see of `originalObject` and `transformedObject`. The latter may be given to `done`, or returned by a
 * legacy script, as a whole: then its other members are as they were.
 */
export function membersSeen(script: CompiledMappingScript): SeenMembers {
  let seen = known.get(script);
  if (seen === undefined) {
    const { body, legacy } = script;
    const wholes = givesPlainly(body) ? [givenToDone] : [];
    if (legacy && !/\bfunction\b|=>/.test(body)) wholes.push(returned);
    seen = {
      original: membersNamed(body, 'originalObject', []),
      transformed: membersNamed(body, 'transformedObject', wholes),
    };
    known.set(script, seen);
  }
  return seen;
}

/** A record with some of its members. */
export function withMembers(record: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
  const some: Record<string, unknown> = {};
  for (const name of names) if (Object.hasOwn(record, name)) some[name] = record[name];
  return some;
}

/** A record whose members of these names have become others, or are gone. */
export function changeMembers(
  record: Record<string, unknown>,
  names: ReadonlySet<string>,
  changed: Record<string, unknown>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    if (!names.has(name)) {
      if (record[name] !== undefined) result[name] = record[name];
    } else if (Object.hasOwn(changed, name)) result[name] = changed[name];
  }
  for (const name of Object.keys(changed)) if (!Object.hasOwn(result, name)) result[name] = changed[name];
  made(result);
  return result;
}

/** A way to use a variable as a whole: what stands before it, and behind it. */
type Whole = readonly [before: RegExp, behind: RegExp];
const givenToDone: Whole = [/(?<![\w$.])done\s*\(\s*$/, /^\s*\)(?!\s*(?:\{|=>))/];
const returned: Whole = [/(?<![\w$.])return[ \t]+$/, /^\s*(?:;|\}|$)/];

/** Whether `done` is what it is everywhere, and not the name of something of the script's own. */
function givesPlainly(body: string): boolean {
  return [...body.matchAll(/(?<![\w$])done(?![\w$])/g)].every(
    ({ index }) => !/(?:\.|\bfunction\s*\*?\s*)$/.test(body.slice(0, index)) && /^done\s*\(/.test(body.slice(index)),
  );
}

/** What members of every object do depends on all that it has; `toJSON` decides what becomes of it. */
const ofEveryObject = new Set([...Object.getOwnPropertyNames(Object.prototype), 'toJSON']);

const member = /^\s*\??\.\s*([A-Za-z_$][\w$]*)|^\s*(?:\?\.\s*)?\[\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)")\s*\]/;

/** The members that stand behind a variable's name wherever it stands; undefined where it stands otherwise. */
function membersNamed(body: string, variable: string, wholes: readonly Whole[]): Set<string> | undefined {
  const names = new Set<string>();
  for (const { index } of body.matchAll(new RegExp(`(?<![\\w$])${variable}(?![\\w$])`, 'g'))) {
    const [before, behind] = [body.slice(0, index), body.slice(index + variable.length)];
    if (/\.\s*$/.test(before)) return undefined;
    if (wholes.some(([ahead, after]) => ahead.test(before) && after.test(behind))) continue;
    const [, plain, single, double] = member.exec(behind) ?? [];
    const name = plain ?? single ?? double;
    if (name === undefined || ofEveryObject.has(name)) return undefined;
    names.add(name);
  }
  return names;
}
