// Common resources as somebody sees them: what the organization and the account say of an object, joined; and those that
// come with the server.

import { isObject } from '../core/http.ts';
import { hashOfName } from '../element/settings.ts';
import type {
  CommonResourceStore,
  ResourceAccount,
  ResourcePlace,
  ResourceSelection,
  StoredDefinition,
  StoredTransformation,
} from '../store/common-resources.ts';
import { bundleOf, joinDefinition, joinTransformation, type LevelPart } from './bundles.ts';
import { inherits } from './configuration.ts';
import type { Transformation } from './document.ts';
import { isSamePlace, levelOfPlace, type ResourceAuthor } from './edit-resources.ts';
import type { SystemResource, SystemResources } from './ready-made.ts';

type Document = Record<string, unknown>;

/** One common resource of somebody. */
export interface SeenResource {
  id: number;
  objectName: string;
  isSystem: boolean;
  createdAt: Date | undefined;
  /** what the levels say, the more general first, what came with the server last */
  parts: LevelPart[];
}

/** A transformation for one element, and what the levels say of it. */
export interface SeenMapping {
  elementKey: string;
  /** undefined for one that came with the server */
  elementId: number | undefined;
  parts: LevelPart[];
}

/** Which elements and instances use an object. */
export interface ResourceUse {
  elementIds: number[];
  elementKeys: string[];
  instanceIds: number[];
}

/** Reads common resources. */
export interface ViewResources {
  /** What the account and its organization say, and what came with the server where they say nothing; by name. */
  list(account: ResourceAccount): Promise<SeenResource[]>;
  /** One, by its number or name; with what is said at further places, if any are given. */
  find(
    account: ResourceAccount,
    idOrName: string,
    places?: readonly ResourcePlace[],
  ): Promise<SeenResource | undefined>;
  /** Its transformations, by element, with those that came with the server where they hold. */
  mappings(account: ResourceAccount, objectName: string, places?: readonly ResourcePlace[]): Promise<SeenMapping[]>;
  /** The bundle of one, as it is imported elsewhere. */
  bundle(account: ResourceAccount, seen: SeenResource): Promise<Document>;
  /** Who uses what, by the object's name. */
  uses(author: ResourceAuthor): Promise<Map<string, ResourceUse>>;
}

const firstStoredNumber = 1_000_000_000;

/** Makes the views. */
export function createViewResources(store: CommonResourceStore, systemResources: SystemResources): ViewResources {
  const system = new Map([...systemResources].map(([name, resource]) => [name, systemView(name, resource)]));
  const systemById = new Map([...system.values()].map((seen) => [seen.id, seen]));

  const seenBy = async (account: ResourceAccount, objectName?: string, places: readonly ResourcePlace[] = []) => {
    const selection = objectName === undefined ? {} : { objectName };
    const found = await store.definitions({ ...scopeOf(account, places), ...selection });
    const stored = found.filter(isSeenBy(account, places));
    const byName = new Map<string, StoredDefinition[]>();
    for (const one of stored) byName.set(one.objectName, [...(byName.get(one.objectName) ?? []), one]);
    return [...byName.values()].map((levels) => {
      const seen = storedView(levels);
      const below = system.get(seen.objectName)?.parts[0];
      return below === undefined ? seen : { ...seen, parts: [...seen.parts, ...withoutPaths(below, seen.parts)] };
    });
  };
  const find: ViewResources['find'] = async (account, idOrName, places) => {
    const id = /^\d{1,15}$/.test(idOrName) ? Number(idOrName) : undefined;
    const named = id === undefined ? undefined : await store.names(account.organizationId, { id });
    const [own] = await seenBy(account, named?.objectName ?? idOrName, places);
    return own ?? (id === undefined ? undefined : systemById.get(id)) ?? system.get(idOrName);
  };
  const mappings: ViewResources['mappings'] = async (account, objectName, places = []) => {
    const found = await store.transformations({ ...scopeOf(account, places), objectName });
    const stored = found.filter(isSeenBy(account, places));
    const byElement = new Map<string, SeenMapping>();
    for (const one of stored) {
      const known = byElement.get(one.elementKey)?.parts ?? [];
      const parts = [...known, partOf(one)];
      byElement.set(one.elementKey, { elementKey: one.elementKey, elementId: one.elementId, parts });
    }
    // What came with the server holds where nothing is said, and where what is said takes it over.
    for (const [elementKey, document] of systemResources.get(objectName)?.transformations ?? []) {
      const { elementId, parts = [] } = byElement.get(elementKey) ?? {};
      const [lowest] = parts;
      if (lowest !== undefined && !inherits((lowest.document as Transformation).configuration)) continue;
      byElement.set(elementKey, { elementKey, elementId, parts: [...parts, { level: 'system', document }] });
    }
    return [...byElement.values()];
  };

  return {
    async list(account) {
      const own = await seenBy(account);
      const names = new Set(own.map(({ objectName }) => objectName));
      const all = [...own, ...[...system.values()].filter(({ objectName }) => !names.has(objectName))];
      return all.sort((one, other) => (one.objectName < other.objectName ? -1 : 1));
    },
    find,
    mappings,
    async bundle(account, { objectName, parts, isSystem }) {
      const isSaid = (one: SeenMapping) => isSystem || one.parts.some(({ level }) => level !== 'system');
      const ofElements = (await mappings(account, objectName)).filter(isSaid);
      return bundleOf({
        objectName,
        definition: parts.map(withoutOwner),
        transformations: new Map(ofElements.map((one) => [one.elementKey, one.parts.map(withoutOwner)])),
      });
    },
    async uses({ organizationId, accountId, ofOrganization }) {
      const uses = new Map<string, ResourceUse>();
      const note = (objectName: string, { instanceId }: ResourcePlace, element?: StoredTransformation) => {
        const use = uses.get(objectName) ?? { elementIds: [], elementKeys: [], instanceIds: [] };
        if (element !== undefined && !use.elementIds.includes(element.elementId)) {
          use.elementIds.push(element.elementId);
          use.elementKeys.push(element.elementKey);
        }
        if (instanceId !== undefined && !use.instanceIds.includes(instanceId)) use.instanceIds.push(instanceId);
        uses.set(objectName, use);
      };
      const isSeen = ({ place }: { place: ResourcePlace }) =>
        ofOrganization || place.accountId === undefined || place.accountId === accountId;
      const definitions = await store.definitions({ organizationId });
      const transformations = await store.transformations({ organizationId });
      for (const one of definitions.filter(isSeen)) note(one.objectName, one.place);
      for (const one of transformations.filter(isSeen)) note(one.objectName, one.place, one);
      return uses;
    },
  };
}

/** What has to be read to see what an account sees, and what is said at further places. */
function scopeOf({ organizationId, accountId }: ResourceAccount, places: readonly ResourcePlace[]): ResourceSelection {
  return places.length > 0 ? { organizationId } : { organizationId, above: { organizationId, accountId } };
}

function isSeenBy({ accountId }: ResourceAccount, places: readonly ResourcePlace[]) {
  return ({ place }: { place: ResourcePlace }) =>
    place.accountId === undefined ||
    (place.accountId === accountId && place.instanceId === undefined) ||
    places.some((one) => isSamePlace(one, place));
}

/** What is stored at one level, with the account or the instance that it belongs to. */
function partOf(stored: StoredDefinition | StoredTransformation): LevelPart {
  const { place, document } = stored;
  return { level: levelOfPlace(place), associatedId: place.instanceId ?? place.accountId, document };
}

/** A definition, joined. */
export function definitionOf({ id, objectName, parts, createdAt }: Omit<SeenResource, 'isSystem'>): Document {
  return {
    id,
    objectName,
    ...joinDefinition(parts),
    ...(createdAt === undefined ? {} : { createdDate: createdAt.toISOString() }),
  };
}

/** A stored definition alone. */
export function storedDefinitionOf(stored: StoredDefinition): Document {
  const { resourceId: id, objectName, createdAt } = stored;
  return definitionOf({ id, objectName, createdAt, parts: [partOf(stored)] });
}

/** A stored transformation alone. */
export function storedTransformationOf(stored: StoredTransformation): Document {
  const { id, objectName, elementId, elementKey, createdAt } = stored;
  return {
    id,
    objectName,
    elementId,
    elementKey,
    ...joinTransformation([partOf(stored)]),
    startDate: startDate(createdAt),
  };
}

/** A transformation, joined; its fields name the numbers of the definition's. */
export function mappingOf(seen: SeenResource, { elementKey, elementId, parts }: SeenMapping): Document {
  const numbers = new Map<unknown, unknown>();
  for (const { document } of seen.parts) {
    for (const field of fieldsOf(document)) numbers.set(field['path'], field['id']);
  }
  const joined = joinTransformation(parts);
  const fields = fieldsOf(joined).map((field) => {
    const number = numbers.get(field['path']);
    return number === undefined ? field : { ...field, vdrFieldId: number };
  });
  const { objectName } = seen;
  return { objectName, elementKey, ...(elementId === undefined ? {} : { elementId }), ...joined, fields };
}

function storedView(stored: StoredDefinition[]): SeenResource {
  const [first] = stored;
  if (first === undefined) throw new Error('A common resource has a definition');
  return {
    id: first.resourceId,
    objectName: first.objectName,
    isSystem: false,
    createdAt: first.createdAt,
    parts: stored.map(partOf),
  };
}

/** What came with the server, without the fields that are said again; nothing when no field is left. */
function withoutPaths({ level, document }: LevelPart, parts: readonly LevelPart[]): LevelPart[] {
  const paths = new Set(parts.flatMap((part) => fieldsOf(part.document)).map(({ path }) => path));
  const fields = fieldsOf(document).filter(({ path }) => !paths.has(path));
  return fields.length === 0 ? [] : [{ level, document: { ...document, fields } }];
}

/** Numbers of what came with the server are made of names, so that they are the same on every server. */
function systemView(objectName: string, { definition }: SystemResource): SeenResource {
  const fields = fieldsOf(definition).map((field) => ({ id: numberOf(`${objectName} ${field['path']}`), ...field }));
  const document = { ...definition, fields };
  const id = numberOf(objectName);
  return { id, objectName, isSystem: true, createdAt: undefined, parts: [{ level: 'system', document }] };
}

function numberOf(name: string): number {
  return (hashOfName(name) % (firstStoredNumber - 1)) + 1;
}

/** A bundle says the level; whose account that is shows where it is imported. */
function withoutOwner({ level, document }: LevelPart): LevelPart {
  return { level, document };
}

function fieldsOf(document: Document): Document[] {
  return Array.isArray(document['fields']) ? document['fields'].filter(isObject) : [];
}

/** `yyyy-MM-dd HH:mm:ss.SSSSS`, as transformations have it. */
function startDate(moment: Date): string {
  return `${moment.toISOString().slice(0, -1).replace('T', ' ')}00`;
}
