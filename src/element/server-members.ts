// What a server writes into a document and its parts: numbers, dates, owners. An import leaves them out and an export
// has none; a stored document has a number for each part, by which the routes of the builder name it.

import { isObject, writeValue } from '../core/http.ts';
import { hashOfName } from './settings.ts';

type Json = Record<string, unknown>;

const ownMembers = ['id', 'ownerAccountId', 'createdDate', 'updatedDate'];
const memberNames = new Set([...ownMembers, 'elementId', 'resourceId', 'objectId']);

/** The lists of parts that a document and its parts have, and what names a part among its neighbours. */
interface PartList {
  /** the member that holds them */
  name: string;
  identity(part: Json): string;
  inner: readonly PartList[];
}

const words = (...values: unknown[]) => values.map(writeValue).join(' ');

const parameterList: PartList = {
  name: 'parameters',
  identity: ({ name, type, vendorName, vendorType, source }) => words(name, type, vendorName, vendorType, source),
  inner: [],
};
const hookList: PartList = { name: 'hooks', identity: ({ type }) => words(type), inner: [] };
const fieldList: PartList = {
  name: 'fields',
  identity: ({ name, vendorName }) => words(name ?? vendorName),
  inner: [],
};

/** Every list of parts of an element document. */
const partLists: readonly PartList[] = [
  { name: 'configuration', identity: ({ key }) => words(key), inner: [] },
  parameterList,
  hookList,
  {
    name: 'resources',
    identity: ({ type, method, path }) => words(type, writeValue(method).toUpperCase(), path),
    inner: [parameterList, hookList],
  },
  { name: 'objects', identity: ({ name }) => words(name), inner: [fieldList] },
  { name: 'models', identity: ({ name }) => words(name), inner: [fieldList] },
];

/**
 * The document without what a server wrote into it; the order of members stays, and so does everything else. The numbers
 * of models that other models name stay, too: they are how models refer to each other.
 */
export function withoutServerMembers(document: Json): Json {
  const named = namedModels(document);
  return without(document, partLists, (list, part) => list.name === 'models' && named.has(Number(part['id'])));
}

function without(holder: Json, lists: readonly PartList[], keepsId: (list: PartList, part: Json) => boolean): Json {
  const kept = Object.entries(holder).filter(([name]) => !memberNames.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      if (name === 'model' && isObject(value)) return [name, withoutId(value)];
      const list = lists.find((one) => one.name === name);
      if (list === undefined || !Array.isArray(value)) return [name, value];
      return [
        name,
        value.map((part: unknown) => {
          if (!isObject(part)) return part;
          const bare = without(part, list.inner, keepsId);
          return keepsId(list, part) ? { id: part['id'], ...bare } : bare;
        }),
      ];
    }),
  );
}

function withoutId({ id: _, ...model }: Json): Json {
  return model;
}

/** The numbers of models that other models of a document name. */
function namedModels({ models }: Json): Set<number> {
  const named = new Set<number>();
  const add = (value: unknown) => {
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one === 'number') named.add(one);
  };
  for (const model of Array.isArray(models) ? models.filter(isObject) : []) {
    add(model['childModelIds']);
    add(model['parentModelIds']);
    for (const field of Array.isArray(model['fields']) ? model['fields'].filter(isObject) : []) {
      add(field['relatedModelId']);
    }
  }
  return named;
}

/** Gives a number to a part that has none. */
export type GiveNumber = (place: string, identity: string) => number;

/** The document with a number (`id`) for each of its parts that has none; `give` is asked once for each of them. */
export function numberParts(document: Json, give: GiveNumber): Json {
  return numbered(document, partLists, '', give);
}

function numbered(holder: Json, lists: readonly PartList[], place: string, give: GiveNumber): Json {
  const result: Json = { ...holder };
  for (const list of lists) {
    const parts = holder[list.name];
    if (!Array.isArray(parts)) continue;
    result[list.name] = parts.map((part: unknown) => {
      if (!isObject(part)) return part;
      const identity = list.identity(part);
      const inner = numbered(part, list.inner, `${place}${list.name} ${identity}/`, give);
      if (typeof part['id'] === 'number') return inner;
      return { id: give(`${place}${list.name}`, identity), ...inner };
    });
  }
  return result;
}

/**
 * The document with the numbers that its parts had before: those of its parts that carry such a number keep it, and
 * those that have none get that of the part with the same name. Numbers from elsewhere are left out.
 */
export function keepNumbers(document: Json, before: Json): Json {
  return kept(document, before, partLists);
}

function kept(holder: Json, before: Json, lists: readonly PartList[]): Json {
  const result: Json = { ...holder };
  for (const list of lists) {
    const parts = holder[list.name];
    if (!Array.isArray(parts)) continue;
    const old = (Array.isArray(before[list.name]) ? (before[list.name] as unknown[]) : [])
      .filter(isObject)
      .filter(({ id }) => typeof id === 'number');
    const free = new Map(old.map((part) => [Number(part['id']), part]));
    const claimed = parts.map((part: unknown) => {
      if (!isObject(part) || !free.has(Number(part['id']))) return undefined;
      const match = free.get(Number(part['id']));
      free.delete(Number(part['id']));
      return match;
    });
    const byName = new Map<string, Json>([...free.values()].map((part) => [list.identity(part), part]));
    result[list.name] = parts.map((part: unknown, index) => {
      if (!isObject(part)) return part;
      const identity = list.identity(part);
      const match = claimed[index] ?? byName.get(identity);
      if (match !== undefined) byName.delete(identity);
      const { id, ...bare } = kept(part, match ?? {}, list.inner);
      // Models refer to each other by number, wherever those come from.
      if (list.name === 'models' && typeof id === 'number') return { id, ...bare };
      return match === undefined ? bare : { id: match['id'], ...bare };
    });
  }
  return result;
}

/** Numbers below are those of the catalog's parts, made of their names; the database counts from here. */
export const firstOwnNumber = 1_000_000_000;

/** Numbers for the parts of a document that no database counted: made of their names, the same in every process. */
export function numbersFromNames(): GiveNumber {
  const taken = new Set<number>();
  return (place, identity) => {
    let number = (hashOfName(`${place} ${identity}`) % (firstOwnNumber - 1)) + 1;
    while (taken.has(number)) number = (number % (firstOwnNumber - 1)) + 1;
    taken.add(number);
    return number;
  };
}
