// The fields of an object as they are shown: what the level says, what it inherits, and what both lead to.

import { type Definition, type DefinitionField, type Level, levels, type MappingField } from './documents.ts';
import type { Draft } from './draft.ts';
import type { Law } from './queries.ts';

/** One field, with where it is found at the vendor. */
export interface FieldRow {
  path: string;
  type: string | undefined;
  /** where the field itself is said; undefined for one that only a mapping or a type of another object brings */
  level: Level | undefined;
  /** whether it is said at the level that is edited */
  isOwn: boolean;
  mapping: MappingField | undefined;
  /** what would hold if this level said nothing of its mapping */
  inheritedMapping: MappingField | undefined;
  isOwnMapping: boolean;
  law: Law | undefined;
}

interface RowSources {
  draft: Draft;
  level: Level;
  /** the fields of all levels, as saved */
  fields: readonly DefinitionField[];
  inherited: ReadonlyMap<string, MappingField>;
  laws: readonly Law[];
}

/** The rows of a draft: inherited fields, then its own, then what else a mapping has. */
export function rowsOf({ draft, level, fields, inherited, laws }: RowSources): FieldRow[] {
  const own = draft.definition?.fields ?? [];
  const ownPaths = new Set(own.map(({ path }) => path));
  const above = fields.filter(
    (field) => isAbove(field.associatedLevel ?? 'system', level) && !ownPaths.has(field.path),
  );
  const lawOf = new Map(laws.map((law) => [law.path, law]));
  const said = new Map((draft.transformation?.fields ?? []).map((field) => [field.path ?? '', field]));
  const row = (path: string, type: string | null | undefined, at: Level | undefined, isOwn: boolean): FieldRow => {
    const ownMapping = said.get(path);
    const law = lawOf.get(path);
    const inheritedMapping = inherited.get(path) ?? (ownMapping === undefined ? mappingOf(law) : undefined);
    return {
      path,
      type: type ?? law?.type,
      level: at,
      isOwn,
      mapping: ownMapping ?? (law?.vendorPath === undefined ? undefined : inheritedMapping),
      inheritedMapping,
      isOwnMapping: ownMapping !== undefined,
      law,
    };
  };
  const rows = [
    ...above.map(({ path, type, associatedLevel }) => row(path, type, associatedLevel ?? 'system', false)),
    ...own.map(({ path, type }) => row(path, type, level, true)),
  ];
  const known = new Set(rows.map(({ path }) => path));
  const more = new Set([...said.keys(), ...lawOf.keys()].filter((path) => path !== '' && !known.has(path)));
  return [...rows, ...[...more].map((path) => row(path, undefined, undefined, false))];
}

function mappingOf(law: Law | undefined): MappingField | undefined {
  return law?.vendorPath === undefined ? undefined : { path: law.path, vendorPath: law.vendorPath };
}

/** Whether what is said at one level also holds at another, more specific one. */
export function isAbove(one: Level, other: Level): boolean {
  return levels.indexOf(one) < levels.indexOf(other);
}

/** Names of objects that may be the type of a field, and the types that every field may have. */
export function typeChoices(names: readonly string[], definition: Definition | undefined): string[] {
  const builtIn = ['string', 'number', 'boolean', 'date', 'object', 'array[string]', 'array[number]'];
  const used = (definition?.fields ?? []).flatMap(({ type }) => (type ? [type] : []));
  return [...new Set([...builtIn, ...used, ...names.flatMap((name) => [name, `array[${name}]`])])];
}
