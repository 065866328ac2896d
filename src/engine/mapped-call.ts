// A call to an object that is a common resource: its path, query and body are said in the vendor's words, and the answer
// in ours. `find` tells what a call means; the caller of it makes the call between `body` and `answer`.

import { type AttributeCondition, type Condition, conditionsOf, type Expression } from '../ceql/parse.ts';
import { writeOrderBy, writeWhere } from '../ceql/write.ts';
import type { CallBody } from '../core/body.ts';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import type { Mapped, Mapping, MappingFault } from '../mapping/mapping.ts';
import type { MappingScope, Mappings } from '../mapping/resolve.ts';
import type { Scripts } from '../script/scripts.ts';
import { selectFields } from './answer.ts';
import { readOrderBy, readWhere } from './draft.ts';
import type { ElementAnswer, ElementCall } from './element-call.ts';
import { runMappingScript, runWhereScript, type ScriptScene } from './mapping-scripts.ts';
import { matchResource } from './match.ts';
import { vendorPaths } from './vendor-paths.ts';

/** Knows which calls are to common resources. */
export interface MappedCalls {
  /**
   * What a call means where its path names a common resource; undefined where it names none. Throws a Problem for a
   * mapping that cannot be used, and for a `where` or `orderBy` that cannot be read.
   */
  find(scope: MappingScope, definition: Definition, call: ElementCall): Promise<MappedCall | undefined>;
}

/** A call in the vendor's words. */
export interface MappedCall {
  /** the call that the element knows, as yet without its body */
  call: ElementCall;
  /** The body in the vendor's words. Throws a Problem that names every field with a value of a wrong type. */
  body(body: CallBody): Promise<CallBody>;
  /** The answer in ours; what could not be mapped is told in `elements-error`. */
  answer(answer: ElementAnswer): Promise<ElementAnswer>;
}

interface MappedCallDependencies {
  mappings: Mappings;
  scripts: Scripts;
  /** the address under which the platform is reached from outside */
  publicUrl(): string;
}

/** Wrong values of a body that are named: many records can have very many. */
const mostFaults = 100;
/** Characters of what `elements-error` tells. */
const mostErrorCharacters = 2000;

/** Makes the reader of calls to common resources. */
export function createMappedCalls({ mappings, scripts, publicUrl }: MappedCallDependencies): MappedCalls {
  return {
    async find(scope, definition, call) {
      const known = await mappings.of(scope, definition.key);
      if (known === undefined) return undefined;
      const place = findPlace(known.find, definition, call);
      if (place === undefined) return undefined;
      const { path, mapping } = place;
      if (mapping === undefined) return { call: { ...call, path }, body: async (body) => body, answer: async (a) => a };
      const scene = {
        scripts,
        owner: `${scope.organizationId}/${scope.accountId}`,
        configuration: mapping.scripts.length === 0 ? {} : configurationOf(call, publicUrl()),
        signal: call.signal,
      };
      const told: string[] = [];
      const query = await mappedQuery(mapping, call, { ...scene, fromVendor: false }, told);
      call.trace.add(`mapping of ${mapping.objectName}`, () => ({ path, query }));
      return {
        call: { ...call, path, query },
        body: (body) => mappedBody(mapping, body, { ...scene, fromVendor: false }, told),
        answer: (answer) => mappedAnswer(mapping, answer, call, { ...scene, fromVendor: true }, told),
      };
    },
  };
}

/** Where in a path a common resource stands, and what the path is at the element; the mapping of the last one counts. */
function findPlace(
  find: (objectName: string) => Mapping | undefined,
  definition: Definition,
  { method, path }: ElementCall,
): { path: string; mapping: Mapping | undefined } | undefined {
  const segments = path.split('/');
  let mapping: Mapping | undefined;
  let last = 0;
  for (let at = 1; at < segments.length; at += 2) {
    const found = find(decoded(segments[at] ?? ''));
    if (found === undefined) continue;
    mapping = found;
    last = at;
    segments[at] = found.vendorName;
    const place = vendorPaths(definition, found.vendorName).find((candidate) => {
      segments[at] = candidate;
      return matchResource(definition, method, segments.join('/')) !== undefined;
    });
    segments[at] = place ?? encodeURIComponent(found.vendorName);
  }
  if (mapping === undefined) return undefined;
  // Below one of its records stands another object, which is the element's own; but where a record is bytes, its fields
  // stand below it as `metadata`.
  const [, ...below] = segments.slice(last + 1);
  const isRecord = below.length === 0 || (below.length === 1 && below[0] === 'metadata');
  return { path: segments.join('/'), mapping: isRecord ? mapping : undefined };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function mappedQuery(
  mapping: Mapping,
  { query }: ElementCall,
  scene: ScriptScene,
  told: string[],
): Promise<ElementCall['query']> {
  const mapped = { ...query };
  const where = readWhere(query);
  if (where !== undefined) mapped['where'] = writeWhere(await mappedWhere(mapping, where, scene, told));
  const orders = readOrderBy(query);
  if (orders !== undefined) mapped['orderBy'] = writeOrderBy(mapping.orderBy(orders));
  const fields = namedFields(query);
  if (fields !== undefined) {
    // A script may need any of the vendor's fields: then all are asked for, and those that the caller names are kept.
    if (mapping.scripts.length === 0) mapped['fields'] = mapping.vendorFields(fields).join(',');
    else delete mapped['fields'];
  }
  return mapped;
}

async function mappedWhere(
  mapping: Mapping,
  where: Expression,
  scene: ScriptScene,
  told: string[],
): Promise<Expression> {
  let mapped = mapping.where(where);
  if (!mapping.scriptsSeeWhere) return mapped;
  for (const script of mapping.scripts) {
    const seen = { original: conditionsOf(where), transformed: conditionsOf(mapped) };
    const { conditions, fault } = await runWhereScript(scene, script, seen);
    if (fault !== undefined) told.push(`The script of ${mapping.objectName} failed for where: ${fault}.`);
    if (conditions !== undefined) mapped = withConditions(mapped, readConditions(conditions, mapping));
  }
  return mapped;
}

const operators: Record<string, Condition['operator']> = {
  LIKE: 'like',
  'NOT LIKE': 'notLike',
  IN: 'in',
  'NOT IN': 'notIn',
  'IS NULL': 'isNull',
  'IS NOT NULL': 'isNotNull',
};
const comparisons = new Set(['=', '!=', '<', '>', '<=', '>=']);

/** The conditions that a script gave. Throws a Problem for one that is none. */
function readConditions(given: readonly unknown[], { objectName }: Mapping): Condition[] {
  return given.map((one) => {
    const { attribute, operator, value } = (isObject(one) ? one : {}) as Partial<AttributeCondition>;
    const symbol = String(operator).toUpperCase();
    const known = comparisons.has(symbol) ? (symbol as Condition['operator']) : operators[symbol];
    if (typeof attribute !== 'string' || known === undefined) {
      throw new Problem(
        'scriptFailed',
        `The script of ${objectName} gave a condition that is none; one is {"attribute": …, "operator": "=", "value": …}.`,
      );
    }
    return { kind: 'condition', field: attribute, operator: known, value: value ?? null };
  });
}

/** The same junctions with other conditions; where their number has changed, all of them joined by AND. */
function withConditions(expression: Expression, conditions: readonly Condition[]): Expression {
  const [first, ...rest] = conditions;
  if (first === undefined) return expression;
  if (conditionsOf(expression).length !== conditions.length) {
    return rest.reduce<Expression>((left, right) => ({ kind: 'and', left, right }), first);
  }
  let next = 0;
  const replaced = (one: Expression): Expression =>
    one.kind === 'condition'
      ? (conditions[next++] as Condition)
      : { kind: one.kind, left: replaced(one.left), right: replaced(one.right) };
  return replaced(expression);
}

async function mappedBody(mapping: Mapping, body: CallBody, scene: ScriptScene, told: string[]): Promise<CallBody> {
  if (body.kind !== 'json' || !(isObject(body.value) || Array.isArray(body.value))) return body;
  const many = Array.isArray(body.value) ? body.value : [body.value];
  const mapped = many.map((record) => mapping.toVendor(record));
  const faults = mapped.flatMap(({ faults }, at) => faults.map((fault) => placedFault(fault, many.length > 1, at)));
  if (faults.length > 0) {
    const more = faults.length > mostFaults ? `. ${faults.length - mostFaults} more values are wrong` : '';
    throw new Problem('badRequest', `${faults.slice(0, mostFaults).join('. ')}${more}.`);
  }
  const values = await scripted(mapping, scene, many, mapped, told);
  return { kind: 'json', value: Array.isArray(body.value) ? values : values[0] };
}

function placedFault({ message }: MappingFault, isOneOfMany: boolean, at: number): string {
  return isOneOfMany ? `Record ${at + 1}: ${message}` : message;
}

async function mappedAnswer(
  mapping: Mapping,
  answer: ElementAnswer,
  call: ElementCall,
  scene: ScriptScene,
  told: string[],
): Promise<ElementAnswer> {
  const { value, headers } = answer;
  const isList = Array.isArray(value);
  const many: unknown[] = isList ? value : isObject(value) ? [value] : [];
  let given = value;
  const headersTold = { ...headers };
  if (many.length > 0) {
    const mapped = many.map((record): Mapped => (isObject(record) ? mapping.fromVendor(record) : asItIs(record)));
    for (const [at, { faults }] of mapped.entries()) {
      for (const fault of faults) told.push(`${placedFault(fault, many.length > 1, at)}.`);
    }
    const values = await scripted(mapping, scene, many, mapped, told);
    const kept = values.filter((one) => one !== undefined);
    const fields = call.method === 'GET' ? namedFields(call.query) : undefined;
    const shown = fields === undefined ? kept : (selectFields(kept, fields) as unknown[]);
    given = isList ? shown : shown[0];
    if (isList && headers['elements-returned-count'] !== undefined) {
      headersTold['elements-returned-count'] = String(shown.length);
    }
  }
  if (told.length > 0) headersTold['elements-error'] = errorHeader(headers['elements-error'], told);
  return { ...answer, headers: headersTold, value: given };
}

function asItIs(record: unknown): Mapped {
  return { value: record as Record<string, unknown>, faults: [] };
}

/** The records after the scripts of the mapping; undefined for one that a script dropped. */
async function scripted(
  mapping: Mapping,
  scene: ScriptScene,
  originals: readonly unknown[],
  mapped: readonly Mapped[],
  told: string[],
): Promise<unknown[]> {
  let values: unknown[] = mapped.map(({ value }) => value);
  for (const script of mapping.scripts) {
    const present = values.flatMap((transformed, at) => (transformed === undefined ? [] : [{ at, transformed }]));
    const records = present.map(({ at, transformed }) => ({ original: originals[at], transformed }));
    const outcomes = await runMappingScript(scene, script, records);
    const next = [...values];
    for (const [order, { at }] of present.entries()) {
      const outcome = outcomes[order];
      next[at] = outcome?.value;
      if (outcome?.fault !== undefined) {
        const which = originals.length > 1 ? ` for record ${at + 1}` : '';
        told.push(`The script of ${mapping.objectName} failed${which}: ${outcome.fault}.`);
      }
    }
    values = next;
  }
  return values;
}

/** What a script may call the platform with: its address, and the secrets of the caller. */
function configurationOf({ headers }: ElementCall, publicUrl: string): Record<string, string> {
  const { protocol, host, pathname } = new URL(publicUrl);
  const secrets: Record<string, string> = Object.create(null);
  for (const [, kind = '', secret = ''] of (headers['authorization'] ?? '').matchAll(/(\w+)\s+([^\s,]+)/g)) {
    secrets[kind.toLowerCase()] = secret;
  }
  const { user = '', organization = '', element = '' } = secrets;
  return {
    protocol: protocol.slice(0, -1),
    host,
    pathPrefix: `${pathname.replace(/\/$/, '')}/elements/api-v2`,
    userSecret: user,
    organizationSecret: organization,
    elementInstanceToken: element,
  };
}

function namedFields({ fields }: ElementCall['query']): string[] | undefined {
  if (fields === undefined) return undefined;
  const names = String(fields)
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
  return names.length === 0 ? undefined : names;
}

/** What is told in a header: one line of visible characters, cut where it is long. */
function errorHeader(before: string | undefined, told: readonly string[]): string {
  const text = [...(before === undefined ? [] : [before]), ...new Set(told)].join(' ');
  const line = text.replace(/[^\t\x20-\x7e\xa0-\xff]+/g, ' ');
  return line.length > mostErrorCharacters ? `${line.slice(0, mostErrorCharacters)} …` : line;
}
