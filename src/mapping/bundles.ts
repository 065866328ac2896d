// Common resources as one document: the levels of a definition or a transformation joined, each entry saying to which of
// them it belongs, and taken apart again; and the two forms in which whole common resources travel.

import { isDeepStrictEqual } from 'node:util';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { isObject } from '../core/http.ts';
import { shapeFault } from '../element/finding.ts';
import { openObject } from '../element/parameter.ts';
import { type Level, levels, ObjectDefinition, Transformation } from './document.ts';

type Document = Record<string, unknown>;

/** What one level says, as it is stored: no entry says to which level it belongs. */
export interface LevelPart {
  level: Level;
  /** the account or the instance, where it is said */
  associatedId?: number | undefined;
  document: Document;
}

/** A common resource in a bundle. */
export interface BundledResource {
  objectName: string;
  definition: Document | undefined;
  /** by element key */
  transformations: ReadonlyMap<string, Document>;
}

/** A common resource with all that is said of it, to be written to a bundle. */
export interface ExportedResource {
  objectName: string;
  definition: LevelPart[];
  /** by element key */
  transformations: ReadonlyMap<string, LevelPart[]>;
}

/** Schema of the bundle of one common resource. */
const VdrBundle = openObject({
  vdrName: Type.String({ minLength: 1 }),
  vdrVersion: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  definition: Type.Optional(Type.Union([ObjectDefinition, Type.Null()])),
  transformation: Type.Optional(Type.Union([Type.Record(Type.String(), Transformation), Type.Null()])),
});
const OlderBundle = openObject({
  objectDefinitions: Type.Optional(Type.Record(Type.String(), ObjectDefinition)),
  transformations: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Transformation))),
});
const vdrBundleCheck = Compile(VdrBundle);
const olderBundleCheck = Compile(OlderBundle);

/** What a server writes into definitions and transformations: an import leaves it out. */
const serverMembers = new Set([
  'id',
  'level',
  'objectName',
  'elementKey',
  'elementId',
  'elementInstanceId',
  'elementInstanceIds',
  'mappedElementIds',
  'instanceId',
  'startDate',
  'createdDate',
  'updatedDate',
  'changedFields',
]);
const tags = new Set(['level', 'associatedLevel', 'associatedId', 'instanceId']);

/** A definition as it is stored at one level; what is said of levels and what a server wrote into it is left out. */
export function bareDefinition(document: Document): Document {
  const { fields, ...rest } = withoutLevels(document);
  return { ...without(rest, serverMembers), ...(Array.isArray(fields) ? { fields: fields.map(untagged) } : {}) };
}

/** A transformation as it is stored at one level; its scripts stand in `script` when there is one, else in `scripts`. */
export function bareTransformation(document: Document): Document {
  const { script: _, scripts: __, ...rest } = bareDefinition(document);
  const { configuration } = rest;
  const scripts = scriptsOf(document).map(untagged);
  return {
    ...rest,
    ...(Array.isArray(configuration) ? { configuration: configuration.map(untagged) } : {}),
    ...(Array.isArray(rest['fields']) ? { fields: rest['fields'].map(withoutFieldNumber) } : {}),
    ...(scripts.length === 1 ? { script: scripts[0] } : {}),
    ...(scripts.length > 1 ? { scripts } : {}),
  };
}

/** One document of what the levels say, the more general first; each entry says where it belongs. */
export function joinDefinition(parts: readonly LevelPart[]): Document {
  return join(parts, (part) => ({ fields: part['fields'] }));
}

/** The same of a transformation. */
export function joinTransformation(parts: readonly LevelPart[]): Document {
  const { scripts, ...joined } = join(parts, (part) => ({
    fields: part['fields'],
    configuration: part['configuration'],
    scripts: scriptsOf(part),
  }));
  if (!Array.isArray(scripts)) return joined;
  return scripts.length === 1 ? { ...joined, script: scripts[0] } : { ...joined, scripts };
}

/**
 * What a definition says of each level, the more general first. What names no level belongs to the document's `level`,
 * or to `fallback` when it names none. Levels that are not known are named in `faults`.
 */
export function splitDefinition(document: Document, fallback: Level, faults: string[]): LevelPart[] {
  return split(document, fallback, ['fields'], faults).map((part) => ({
    ...part,
    document: bareDefinition(part.document),
  }));
}

/** The same of a transformation. */
export function splitTransformation(document: Document, fallback: Level, faults: string[]): LevelPart[] {
  const { script: _, ...rest } = document;
  const scripts = scriptsOf(document);
  const whole = { ...rest, ...(scripts.length > 0 ? { scripts } : {}) };
  return split(whole, fallback, ['fields', 'configuration', 'scripts'], faults).map((part) => ({
    ...part,
    document: bareTransformation(part.document),
  }));
}

/** The bundle of one common resource; without numbers, which mean nothing elsewhere. */
export function bundleOf({ objectName, definition, transformations }: ExportedResource): Document {
  return {
    vdrName: objectName,
    vdrVersion: 'v2',
    definition: { objectName, ...withoutNumbers(joinDefinition(definition)) },
    transformation: Object.fromEntries(
      [...transformations].map(([elementKey, parts]) => [
        elementKey,
        { objectName, elementKey, ...joinTransformation(parts) },
      ]),
    ),
  };
}

/** Reads a bundle of either form. Every fault of its shape is named; then no resources are given. */
export function readBundle(body: unknown): { resources: BundledResource[]; faults: string[] } {
  if (!isObject(body)) return { resources: [], faults: ['A bundle is a JSON object.'] };
  const isOlder = 'objectDefinitions' in body || 'transformations' in body;
  const check = isOlder ? olderBundleCheck : vdrBundleCheck;
  const faults = check.Check(body) ? [] : check.Errors(body).map((error) => `the bundle${shapeFault(error)}`);
  if (faults.length > 0) return { resources: [], faults };
  return { resources: isOlder ? readOlder(body) : [readVdr(body)], faults };
}

function readVdr(bundle: Document): BundledResource {
  const { vdrName, definition, transformation } = bundle;
  return {
    objectName: String(vdrName),
    definition: isObject(definition) ? definition : undefined,
    transformations: mapOf(transformation),
  };
}

function readOlder(bundle: Document): BundledResource[] {
  const definitions = mapOf(bundle['objectDefinitions']);
  const elements = [...mapOf(bundle['transformations'])].map(([key, ofElement]) => [key, mapOf(ofElement)] as const);
  const names = new Set([...definitions.keys(), ...elements.flatMap(([, ofElement]) => [...ofElement.keys()])]);
  return [...names].map((objectName) => {
    const transformations = new Map<string, Document>();
    for (const [key, ofElement] of elements) {
      const transformation = ofElement.get(objectName);
      if (transformation !== undefined) transformations.set(key, transformation);
    }
    return { objectName, definition: definitions.get(objectName), transformations };
  });
}

function mapOf(value: unknown): Map<string, Document> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, Document] => isObject(entry[1])));
}

/** The lists of a level, each entry with its level; what else it says stands above, that of further levels in `valence`. */
function join(parts: readonly LevelPart[], listsOf: (document: Document) => Record<string, unknown>): Document {
  const lists: Record<string, unknown[]> = {};
  const rests = parts.map(({ level, associatedId, document }) => {
    const rest = { ...document };
    let isSaid = false;
    for (const [name, entries] of Object.entries(listsOf(document))) {
      if (!Array.isArray(entries) || entries.length === 0) continue;
      isSaid = true;
      delete rest[name];
      if (name === 'scripts') delete rest['script'];
      const tagged = entries.map((entry) => tag(entry, name, level, associatedId));
      lists[name] = [...(lists[name] ?? []), ...tagged];
    }
    return { level, rest, isSaid };
  });
  const [first, ...others] = rests;
  if (first === undefined) return {};
  const isApart = ({ rest, isSaid }: (typeof rests)[number]) =>
    !isSaid || Object.keys(rest).some((name) => name in lists) || !isDeepStrictEqual(rest, first.rest);
  const apart = others.length === 0 ? [] : rests.filter(isApart);
  const valence = Object.fromEntries(apart.map(({ level, rest }) => [level, rest]));
  const own = isObject(first.rest['valence']) ? first.rest['valence'] : {};
  return {
    ...first.rest,
    level: first.level,
    ...lists,
    ...(apart.length === 0 ? {} : { valence: { ...own, levels: valence } }),
  };
}

function tag(entry: unknown, list: string, level: Level, associatedId: number | undefined): unknown {
  if (!isObject(entry)) return entry;
  const id = associatedId === undefined ? {} : { associatedId };
  return { ...entry, level, ...(list === 'fields' ? { associatedLevel: level } : {}), ...id };
}

/** Sorts entries of lists by their levels. */
function split(document: Document, fallback: Level, lists: readonly string[], faults: string[]): LevelPart[] {
  const base = levelOf(document['level'], 'level', faults) ?? fallback;
  const apart = isObject(document['valence']) ? mapOf(document['valence']['levels']) : new Map<string, Document>();
  const rest = withoutLevels(document);
  const parts = new Map<string, LevelPart>();
  const partOf = (level: Level, associatedId: number | undefined): LevelPart => {
    const key = `${level} ${associatedId ?? ''}`;
    const known = parts.get(key);
    if (known !== undefined) return known;
    const said = apart.get(level) ?? rest;
    const filled = lists.filter((name) => Array.isArray(rest[name]) && (rest[name] as unknown[]).length > 0);
    const part = { level, associatedId, document: without(said, new Set(said === rest ? filled : [])) };
    parts.set(key, part);
    return part;
  };
  for (const name of lists) {
    const entries = Array.isArray(rest[name]) ? rest[name] : [];
    for (const [index, entry] of entries.entries()) {
      const given = isObject(entry) ? entry : {};
      const place = `${name}/${index}`;
      const level = levelOf(given['associatedLevel'] ?? given['level'], place, faults) ?? base;
      const { document: target } = partOf(level, idOf(level, given, place, faults));
      target[name] = [...(Array.isArray(target[name]) ? target[name] : []), entry];
    }
  }
  for (const level of apart.keys()) {
    const known = levelOf(level, 'valence/levels', faults);
    if (known !== undefined && ![...parts.values()].some((part) => part.level === known)) partOf(known, undefined);
  }
  if (parts.size === 0) partOf(base, undefined);
  return [...parts.values()].sort((one, other) => levels.indexOf(one.level) - levels.indexOf(other.level));
}

function levelOf(value: unknown, place: string, faults: string[]): Level | undefined {
  if (value === undefined || value === null) return undefined;
  const level = levels.find((one) => one === String(value).toLowerCase());
  if (level === undefined) faults.push(`/${place} names the level ${String(value)}: give one of ${levels.join(', ')}`);
  return level;
}

function idOf(level: Level, entry: Document, place: string, faults: string[]): number | undefined {
  if (level !== 'account' && level !== 'instance') return undefined;
  const value = entry['associatedId'] ?? (level === 'instance' ? entry['instanceId'] : undefined) ?? undefined;
  if (value === undefined) return undefined;
  const id = Number(value);
  if (Number.isSafeInteger(id)) return id;
  faults.push(`/${place} has the associatedId ${JSON.stringify(value)}: give the number of the ${level}`);
  return undefined;
}

/** Real documents give a single script in both places. */
function scriptsOf({ script, scripts }: Document): unknown[] {
  const several = Array.isArray(scripts) ? scripts.filter(isObject) : [];
  const isNew = isObject(script) && !several.some(({ body }) => body === script['body']);
  return isNew ? [script, ...several] : several;
}

function withoutLevels(document: Document): Document {
  const { valence, ...rest } = document;
  if (!isObject(valence)) return document;
  const { levels: _, ...kept } = valence;
  return Object.keys(kept).length === 0 ? rest : { ...rest, valence: kept };
}

function withoutNumbers(definition: Document): Document {
  const { fields } = definition;
  return Array.isArray(fields) ? { ...definition, fields: fields.map((field) => dropMember(field, 'id')) } : definition;
}

function withoutFieldNumber(field: unknown): unknown {
  return dropMember(field, 'vdrFieldId');
}

function dropMember(value: unknown, member: string): unknown {
  return isObject(value) ? without(value, new Set([member])) : value;
}

function untagged(entry: unknown): unknown {
  return isObject(entry) ? without(entry, tags) : entry;
}

function without(document: Document, members: ReadonlySet<string>): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !members.has(name)));
}
