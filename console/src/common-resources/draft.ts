// What somebody is about to say of an object at one level: its definition and its mapping, changed step by step.

import {
  type Definition,
  entryOf,
  type MappingField,
  type Script,
  type Transformation,
  withEntry,
} from './documents.ts';

/** What is said at the level, or will be; undefined where it says nothing. */
export interface Draft {
  definition: Definition | undefined;
  transformation: Transformation | undefined;
  /** fields of the saved definition that have another path now */
  renames: { oldPath: string; path: string }[];
}

/** One step. Drafts are never changed in place. */
export type Change = (draft: Draft) => Draft;

/** Adds a field to the definition; one that is there stays as it is. */
export function addField(path: string, type: string): Change {
  return (draft) => {
    const fields = draft.definition?.fields ?? [];
    if (fields.some((field) => field.path === path)) return draft;
    return { ...draft, definition: { ...draft.definition, fields: [...fields, { path, type }] } };
  };
}

/** Removes a field of the definition, and where it is found at the vendor. */
export function removeField(path: string): Change {
  return (draft) => {
    const fields = (draft.definition?.fields ?? []).filter((field) => field.path !== path);
    const without = unsayField(path)(draft);
    return {
      ...without,
      definition: { ...draft.definition, fields },
      renames: draft.renames.filter((rename) => rename.path !== path),
    };
  };
}

/** Gives a field of the definition another path, in its mapping, too. */
export function renameField(path: string, newPath: string): Change {
  return (draft) => {
    const renamed = <Field extends { path?: string | null }>(fields: Field[] | null | undefined) =>
      (fields ?? []).map((field) => (field.path === path ? { ...field, path: newPath } : field));
    const before = draft.renames.find((rename) => rename.path === path);
    const oldPath = before?.oldPath ?? path;
    const others = draft.renames.filter((rename) => rename !== before);
    return {
      definition: { ...draft.definition, fields: renamed(draft.definition?.fields) },
      transformation: draft.transformation && {
        ...draft.transformation,
        fields: renamed(draft.transformation.fields),
      },
      renames: oldPath === newPath ? others : [...others, { oldPath, path: newPath }],
    };
  };
}

/** Gives a field of the definition another type. */
export function setType(path: string, type: string): Change {
  return (draft) => ({
    ...draft,
    definition: {
      ...draft.definition,
      fields: (draft.definition?.fields ?? []).map((field) => (field.path === path ? { ...field, type } : field)),
    },
  });
}

/**
 * Changes what the mapping says of a field. Where the level says nothing of it yet, that begins with what is inherited;
 * where it has no mapping at all, with `beginning`.
 */
export function sayField(
  path: string,
  members: Partial<MappingField>,
  beginning: Transformation,
  inherited: MappingField | undefined,
): Change {
  return (draft) => {
    const transformation = draft.transformation ?? beginning;
    const fields = transformation.fields ?? [];
    const said = fields.find((field) => field.path === path);
    const { associatedLevel: _, level: __, associatedId: ___, vdrFieldId: ____, ...above } = inherited ?? {};
    const field = { ...(said ?? above), ...members, path };
    return {
      ...draft,
      transformation: {
        ...transformation,
        fields: said === undefined ? [...fields, field] : fields.map((one) => (one === said ? field : one)),
      },
    };
  };
}

/** Takes back what the level says of a field; what is inherited holds again. */
export function unsayField(path: string): Change {
  return (draft) =>
    draft.transformation === undefined
      ? draft
      : {
          ...draft,
          transformation: {
            ...draft.transformation,
            fields: (draft.transformation.fields ?? []).filter((field) => field.path !== path),
          },
        };
}

/** Changes the mapping as a whole. */
export function sayMapping(members: Partial<Transformation>, beginning: Transformation): Change {
  return (draft) => ({ ...draft, transformation: { ...(draft.transformation ?? beginning), ...members } });
}

/** Takes back all that the level says of the mapping. */
export function unsayMapping(): Change {
  return (draft) => ({ ...draft, transformation: undefined });
}

/** Sets or removes an entry of the mapping’s configuration. */
export function configure(
  type: string,
  properties: Record<string, unknown> | undefined,
  beginning: Transformation,
): Change {
  return (draft) => {
    const transformation = draft.transformation ?? beginning;
    const configuration = withEntry(transformation.configuration, type, properties);
    return { ...draft, transformation: { ...transformation, configuration } };
  };
}

/** Replaces the scripts of the mapping. */
export function setScripts(scripts: readonly Script[], beginning: Transformation): Change {
  return (draft) => {
    const { script: _, scripts: __, ...rest } = draft.transformation ?? beginning;
    const [first, ...others] = scripts;
    const said = first === undefined ? {} : others.length === 0 ? { script: first } : { scripts: [...scripts] };
    return { ...draft, transformation: { ...rest, ...said } };
  };
}

/** The directions in which a field is carried; `remove` without ways stops both. */
export function carriedOf({ configuration }: MappingField): { fromVendor: boolean; toVendor: boolean } {
  const removal = entryOf(configuration, 'remove');
  const passes = entryOf(configuration, 'passThrough')?.properties ?? {};
  const ways = removal?.properties ?? {};
  const saysWay = typeof ways['fromVendor'] === 'boolean' || typeof ways['toVendor'] === 'boolean';
  const carried = (way: 'fromVendor' | 'toVendor') =>
    !(removal !== undefined && (saysWay ? ways[way] === true : true)) && passes[way] !== false;
  return { fromVendor: carried('fromVendor'), toVendor: carried('toVendor') };
}

/** The configuration of a field that is carried in these directions. */
export function carry(field: MappingField, carried: { fromVendor: boolean; toVendor: boolean }): MappingField {
  const others = withEntry(field.configuration, 'passThrough', undefined);
  const isWhole = carried.fromVendor && carried.toVendor;
  const removal = { fromVendor: !carried.fromVendor, toVendor: !carried.toVendor };
  return { ...field, configuration: withEntry(others, 'remove', isWhole ? undefined : removal) };
}
