// The lists of parts in an element document, and the rules that a part must follow beside its neighbours.

import { LRUCache } from 'lru-cache';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import { isSameResource } from './extend.ts';
import { oneOf } from './finding.ts';
import { isReservedSetting } from './reserved-settings.ts';
import { numberParts, numbersFromNames } from './server-members.ts';

export type Part = Record<string, unknown>;

/** Where a list of parts stands: in the document, or in one of its resources, objects or models. */
export interface PartPlace {
  list: PartListName;
  within?: { list: HolderName; id: number };
}

export type PartListName = 'configuration' | 'parameters' | 'hooks' | 'resources' | 'objects' | 'fields' | 'models';
type HolderName = 'resources' | 'objects' | 'models';

/** A copy of a document for each that was looked at lately: of a large catalog few are. */
const numbered = new LRUCache<object, Part>({ max: 50 });

/** The document with a number for every part; those that the database gave none have one made of their names. */
export function withNumbers(document: object): Part {
  const known = numbered.get(document);
  if (known !== undefined) return known;
  const result = numberParts(document as Part, numbersFromNames());
  numbered.set(document, result);
  return result;
}

/** The parts at a place. Throws a Problem when the resource, object or model that should hold them is not there. */
export function partsAt(document: Part, { list, within }: PartPlace): Part[] {
  const holder = within === undefined ? document : requirePart(document, { list: within.list }, within.id);
  const parts = holder[list];
  return Array.isArray(parts) ? parts.filter(isObject) : [];
}

/** The part with a number. Throws a Problem when it is not there. */
export function requirePart(document: Part, place: PartPlace, id: number): Part {
  const found = partsAt(document, place).find((part) => part['id'] === id);
  if (found !== undefined) return found;
  throw new Problem('notFound', `No ${nounOf(place.list)} found with the id ${id} in this element.`);
}

/** The document with other parts at a place. */
export function withParts(document: Part, { list, within }: PartPlace, parts: Part[]): Part {
  if (within === undefined) return { ...document, [list]: parts };
  const holders = partsAt(document, { list: within.list });
  return {
    ...document,
    [within.list]: holders.map((holder) => (holder['id'] === within.id ? { ...holder, [list]: parts } : holder)),
  };
}

/** The document with one more part at a place, at the end. Throws a Problem for a part that cannot be there. */
export function addPart(document: Part, place: PartPlace, part: Part): Part {
  const parts = partsAt(document, place);
  const { prepare } = rules[place.list];
  const made = prepare({ part: { ...part, id: undefined }, document, place, before: undefined });
  refuseDuplicate(parts, place, made);
  return withParts(document, place, [...parts, made]);
}

/** The document with a part in place of another. Throws a Problem for one that cannot be there, or when it is not there. */
export function replacePart(document: Part, place: PartPlace, id: number, part: Part): Part {
  const before = requirePart(document, place, id);
  const parts = partsAt(document, place);
  const made = { ...rules[place.list].prepare({ part, document, place, before }), id };
  refuseDuplicate(
    parts.filter((other) => other !== before),
    place,
    made,
  );
  return withParts(
    document,
    place,
    parts.map((other) => (other === before ? made : other)),
  );
}

/** The document without a part. Throws a Problem when it is not there. */
export function removePart(document: Part, place: PartPlace, id: number): Part {
  const before = requirePart(document, place, id);
  return withParts(
    document,
    place,
    partsAt(document, place).filter((other) => other !== before),
  );
}

function refuseDuplicate(parts: Part[], { list }: PartPlace, part: Part): void {
  const { isSame, name } = rules[list];
  const other = parts.find((one) => isSame(one, part));
  if (other === undefined) return;
  throw new Problem(
    'conflict',
    `There is already a ${nounOf(list)} ${name(part)} here${typeof other['id'] === 'number' ? ` with the id ${other['id']}` : ''}: change that one.`,
  );
}

interface Preparation {
  part: Part;
  document: Part;
  place: PartPlace;
  before: Part | undefined;
}

interface PartRules {
  noun: string;
  /** whether two parts cannot stand beside each other */
  isSame(one: Part, other: Part): boolean;
  /** what a part is called in a message */
  name(part: Part): string;
  /** The part as it is stored, without what a server wrote. Throws a Problem for one that cannot be there. */
  prepare(preparation: Preparation): Part;
}

const asGiven = ({ part }: Preparation): Part => bare(part);

function bare({ id: _, ownerAccountId: __, createdDate: ___, updatedDate: ____, ...part }: Part): Part {
  return part;
}

const byName: Pick<PartRules, 'isSame' | 'name'> = {
  isSame: (one, other) => (one['name'] ?? one['vendorName']) === (other['name'] ?? other['vendorName']),
  name: (part) => String(part['name'] ?? part['vendorName'] ?? ''),
};

const rules: Record<PartListName, PartRules> = {
  configuration: {
    noun: 'setting',
    isSame: (one, other) => one['key'] === other['key'],
    name: ({ key }) => String(key),
    prepare({ part, before }) {
      const key = String(part['key']);
      if (isReservedSetting(key) && before?.['key'] !== key) {
        throw new Problem(
          'badRequest',
          `${key} is a setting of the platform and cannot be created: PUT …/configuration/${key} changes it.`,
        );
      }
      return bare(part);
    },
  },
  parameters: {
    noun: 'parameter',
    isSame: (one, other) =>
      ['name', 'type', 'vendorName', 'vendorType', 'source'].every(
        (member) => (one[member] ?? '') === (other[member] ?? ''),
      ),
    name: ({ name, type, vendorName, vendorType }) => `${type} ${name} → ${vendorType ?? type} ${vendorName ?? name}`,
    prepare: asGiven,
  },
  hooks: {
    noun: 'hook',
    isSame: (one, other) => one['type'] === other['type'],
    name: ({ type }) => String(type),
    prepare({ part, place, before }) {
      const types = ['preRequest', 'postRequest', ...(place.within === undefined ? ['event'] : [])];
      if (!types.includes(String(part['type']))) {
        throw new Problem('badRequest', `/type must be ${oneOf(types)}, not ${String(part['type'])}.`);
      }
      if (before !== undefined && before['isLegacy'] !== true && part['isLegacy'] === true) {
        throw new Problem('badRequest', 'A hook that is not legacy cannot become legacy: leave isLegacy false.');
      }
      const { type, ...rest } = bare(part);
      return { type, mimeType: 'application/javascript', isLegacy: false, body: '', ...withoutNulls(rest) };
    },
  },
  resources: {
    noun: 'resource',
    isSame: (one, other) => isSameResource(named(one), named(other)),
    name: ({ method, path }) => `${method} ${path}`,
    prepare({ part, document }) {
      const { method, path, ...rest } = bare(part);
      const below = String(path).trim();
      const slashed = below.startsWith('/') ? below : `/${below}`;
      const hub = String(document['hub'] ?? 'general');
      return {
        method: String(method).toUpperCase(),
        path: /^\/hubs\/[^/]+\//.test(slashed) ? slashed : `/hubs/${hub}${slashed}`,
        type: 'api',
        kind: 'eb',
        parameters: [],
        hooks: [],
        ...rest,
      };
    },
  },
  objects: { noun: 'object', ...byName, prepare: asGiven },
  fields: { noun: 'field', ...byName, prepare: asGiven },
  models: { noun: 'model', ...byName, prepare: asGiven },
};

function named(part: Part): { type: string; method: string; path: string } {
  return { type: String(part['type'] ?? ''), method: String(part['method']), path: String(part['path']) };
}

function withoutNulls(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null && value !== undefined));
}

function nounOf(list: PartListName): string {
  return rules[list].noun;
}
