// The scripts of a mapping, which run after it for each record. Most run for many records at once; what fails then is
// run again alone, which tells exactly what failed and where.

import type { AttributeCondition } from '../ceql/parse.ts';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type { CompiledMappingScript } from '../mapping/mapping.ts';
import type { Scripts } from '../script/scripts.ts';
import { changeMembers, membersSeen, withMembers } from './script-members.ts';

/** A record before and after its mapping. */
export interface ScriptedRecord {
  original: unknown;
  transformed: unknown;
}

/** What came of a script for one record. */
export interface ScriptedOutcome {
  /** the record as it is now; undefined when it is dropped */
  value: unknown;
  /** why the script failed; the record is then as the mapping left it */
  fault: string | undefined;
}

/** For whom and in which direction scripts run. */
export interface ScriptScene {
  scripts: Scripts;
  /** the account, whose scripts never share a context with another's */
  owner: string;
  fromVendor: boolean;
  /** what scripts see as `configuration` */
  configuration: Record<string, string>;
  signal: AbortSignal | undefined;
}

/** Records of one run at most: few enough that their results stay far below what a script may give. */
const mostRecordsPerRun = 100;

/** Characters of the records of one run, about: V8 keeps longer texts apart, where each one costs several times as much. */
const charactersPerRun = 24_000;

/** What a script may have done that must not be done twice. */
const actsOutside = /\b(?:require|eval|Function|setTimeout|arguments)\b|\\u/;

/** Runs one script of a mapping for each record, in their order. Never throws for what a script does. */
export async function runMappingScript(
  scene: ScriptScene,
  script: CompiledMappingScript,
  records: readonly ScriptedRecord[],
): Promise<ScriptedOutcome[]> {
  const outcomes: ScriptedOutcome[] = [];
  const runs: Promise<ScriptedOutcome[]>[] = [];
  const count = recordsPerRun(script, records);
  for (let at = 0; at < records.length; at += count) {
    runs.push(runTogether(scene, script, records.slice(at, at + count)));
  }
  for (const run of runs) outcomes.push(...(await run));
  return outcomes;
}

/**
 * Lets a script change the conditions of a `where`, as mappings with `applyJSOnQueryFieldValue` do: it sees the caller's
 * as `originalObject.where` and those in the vendor's words as `transformedObject.where`. Undefined when it gives none.
 */
export async function runWhereScript(
  scene: ScriptScene,
  script: CompiledMappingScript,
  conditions: { original: AttributeCondition[]; transformed: AttributeCondition[] },
): Promise<{ conditions: unknown[] | undefined; fault: string | undefined }> {
  const record = { original: { where: conditions.original }, transformed: { where: conditions.transformed } };
  const { result, fault } = await runOne(scene, script, record, true);
  const where = isObject(result) ? result['where'] : undefined;
  return { conditions: Array.isArray(where) ? where : undefined, fault };
}

/** How many records go into a run, judged by the first. */
function recordsPerRun(script: CompiledMappingScript, [first]: readonly ScriptedRecord[]): number {
  if (first === undefined) return mostRecordsPerRun;
  const characters = JSON.stringify(seenOf(script, first)).length;
  return Math.max(1, Math.min(mostRecordsPerRun, Math.floor(charactersPerRun / characters)));
}

async function runTogether(
  scene: ScriptScene,
  script: CompiledMappingScript,
  records: readonly ScriptedRecord[],
): Promise<ScriptedOutcome[]> {
  if (records.length > 1 && !actsOutside.test(script.body)) {
    const results = await tryTogether(scene, script, records);
    if (results !== undefined) {
      return Promise.all(
        records.map((record, at) => {
          const result = results[at];
          if (!Array.isArray(result)) return runAlone(scene, script, record);
          return { value: keptOf(script, record, givenFor(script, record, result)), fault: undefined };
        }),
      );
    }
  }
  const outcomes: ScriptedOutcome[] = [];
  for (const record of records) outcomes.push(await runAlone(scene, script, record));
  return outcomes;
}

/**
 * The results of a run for many records, one for each: null where it failed, else a list with what was given to `done`,
 * and behind it `true` where that is the transformed record itself.
 */
async function tryTogether(
  { scripts, owner, fromVendor, configuration, signal }: ScriptScene,
  script: CompiledMappingScript,
  records: readonly ScriptedRecord[],
): Promise<unknown[] | undefined> {
  try {
    const { result } = await scripts.run({
      owner,
      source: together(script),
      legacy: false,
      variables: {
        valenceRecords: records.map((record) => seenOf(script, record)),
        fromVendor,
        isWhere: false,
        configuration,
      },
      signal,
    });
    return Array.isArray(result) && result.length === records.length ? result : undefined;
  } catch (error) {
    if (!(error instanceof Problem) || signal?.aborted) throw error;
    return undefined;
  }
}

/** What a script is given of a record: the members that it can see. */
function seenOf(script: CompiledMappingScript, { original, transformed }: ScriptedRecord): [unknown, unknown] {
  const seen = membersSeen(script);
  return [
    seen.original !== undefined && isObject(original) ? withMembers(original, seen.original) : original,
    seen.transformed !== undefined && isObject(transformed) ? withMembers(transformed, seen.transformed) : transformed,
  ];
}

/** What a script made of a record, with the members that it cannot have seen. */
function givenFor(
  script: CompiledMappingScript,
  { transformed }: ScriptedRecord,
  [value, isRecord]: unknown[],
): unknown {
  const { transformed: names } = membersSeen(script);
  if (isRecord !== true || names === undefined || !isObject(transformed) || !isObject(value)) return value;
  return changeMembers(transformed, names, value);
}

const wrapped = new WeakMap<CompiledMappingScript, string>();

/** The script as a function that is called for each record; its lines keep their numbers. */
function together(script: CompiledMappingScript): string {
  const known = wrapped.get(script);
  if (known !== undefined) return known;
  const source = `const valenceEach = function (done, originalObject, transformedObject) {${script.body}\n};
const valenceResults = [];
for (const [original, transformed] of valenceRecords) {
  let given = null;
  try {
    const give = (value) => { given ??= value === transformed ? [value, true] : [value]; };
    const returned = valenceEach(give, original, transformed);
    ${script.legacy ? 'give(returned);' : ''}
  } catch (error) {
    given = null;
  }
  valenceResults.push(given);
}
done(valenceResults);`;
  wrapped.set(script, source);
  return source;
}

async function runAlone(
  scene: ScriptScene,
  script: CompiledMappingScript,
  record: ScriptedRecord,
): Promise<ScriptedOutcome> {
  const { result, fault } = await runOne(scene, script, record, false);
  if (fault !== undefined) return { value: record.transformed, fault };
  return { value: keptOf(script, record, result), fault: undefined };
}

async function runOne(
  { scripts, owner, fromVendor, configuration, signal }: ScriptScene,
  { body, legacy }: CompiledMappingScript,
  { original, transformed }: ScriptedRecord,
  isWhere: boolean,
): Promise<{ result: unknown; fault: string | undefined }> {
  try {
    const { result } = await scripts.run({
      owner,
      source: body,
      legacy,
      variables: { originalObject: original, transformedObject: transformed, fromVendor, isWhere, configuration },
      signal,
    });
    return { result, fault: undefined };
  } catch (error) {
    if (!(error instanceof Problem) || signal?.aborted) throw error;
    return { result: undefined, fault: error.message };
  }
}

/** What a script leaves of a record: what it gave to `done`, or the record as it was when it gave nothing. */
function keptOf(script: CompiledMappingScript, { transformed }: ScriptedRecord, result: unknown): unknown {
  const isEmpty = result === undefined || result === null || (isObject(result) && Object.keys(result).length === 0);
  if (script.filterEmptyResponse && isEmpty) return undefined;
  return result === undefined || result === null ? transformed : result;
}
