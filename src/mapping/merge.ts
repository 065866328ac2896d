// What holds for one instance: definitions and transformations of system, organization, account and instance, made one.

import { inherits } from './configuration.ts';
import {
  type DefinitionField,
  type Level,
  levels,
  type MappingConfiguration,
  type MappingScript,
  type ObjectDefinition,
  type Transformation,
  type TransformationField,
} from './document.ts';

/** What one level says of an object. */
export interface LevelDocuments {
  level: Level;
  definition?: ObjectDefinition | undefined;
  transformation?: Transformation | undefined;
}

/** What all levels say together; undefined what none of them says. */
export interface MergedDocuments {
  definition: ObjectDefinition | undefined;
  transformation: Transformation | undefined;
}

/**
 * Merges what the levels say, in whatever order they are given. Every level adds its fields to the definition, a more
 * specific one replaces fields of the same path. Of transformations the most specific holds; what the levels below it say
 * (fields by path, configuration by type, scripts before its own) it takes over only if it is configured to `inherit`,
 * and they from those below them likewise. Each field says in `level` and `associatedLevel` whose it is, each script in
 * `level`, and whether it has the older contract in `isLegacy`.
 */
export function mergeLevels(documents: readonly LevelDocuments[]): MergedDocuments {
  const sorted = documents.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  let definition: ObjectDefinition | undefined;
  let transformation: Transformation | undefined;
  for (const { level, definition: ownDefinition, transformation: own } of sorted) {
    if (ownDefinition) definition = overDefinition(definition, ownDefinition, level);
    if (own) transformation = overTransformation(inherits(own.configuration) ? transformation : undefined, own, level);
  }
  return { definition, transformation };
}

function overDefinition(lower: ObjectDefinition | undefined, own: ObjectDefinition, level: Level): ObjectDefinition {
  const fields = byKey(
    [...(lower?.fields ?? []), ...withLevel<DefinitionField>(own.fields, level)],
    ({ path }) => path,
  );
  return { ...lower, ...own, level, fields };
}

function overTransformation(lower: Transformation | undefined, own: Transformation, level: Level): Transformation {
  const fields = byKey(
    [...(lower?.fields ?? []), ...withLevel<TransformationField>(own.fields, level)],
    ({ path, vendorPath }) => path ?? `→${vendorPath}`,
  );
  const configuration = byKey<MappingConfiguration>(
    [...(lower?.configuration ?? []), ...(own.configuration ?? [])],
    ({ type }) => type,
  );
  const scripts = byBody([...(lower?.scripts ?? []), ...ownScripts(own, level)]);
  const { script: _, ...rest } = own;
  return {
    ...lower,
    ...rest,
    vendorName: own.vendorName || lower?.vendorName || null,
    level,
    fields,
    configuration,
    scripts,
  };
}

/** Real documents give a single script in both places. */
function ownScripts({ script, scripts, isLegacy }: Transformation, level: Level): MappingScript[] {
  const own = scripts && scripts.length > 0 ? scripts : script ? [script] : [];
  return own.map((one) => ({ ...one, level: levelOf(one.level) ?? level, isLegacy: isLegacy === true }));
}

/** A script that an exported document brought along with those of other levels runs once. */
function byBody(scripts: readonly MappingScript[]): MappingScript[] {
  const first = new Map<string, MappingScript>();
  for (const script of scripts) {
    const body = script.body?.trim() ?? '';
    if (body !== '' && !first.has(body)) first.set(body, script);
  }
  return [...first.values()];
}

function withLevel<Field extends { associatedLevel?: string | null; level?: unknown }>(
  fields: readonly Field[] | null | undefined,
  level: Level,
): Field[] {
  return (fields ?? []).map((field) => {
    const own = levelOf(field.associatedLevel) ?? levelOf(field.level) ?? level;
    return { ...field, associatedLevel: own, level: own };
  });
}

function levelOf(text: unknown): Level | undefined {
  return levels.find((level) => level === text);
}

/** The last of each key, at the place of the first. */
function byKey<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): Entry[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}
