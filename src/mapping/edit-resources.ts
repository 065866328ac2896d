// What may be done to common resources: every change is checked against all that is said of the object in the
// organization, and made whole or not at all.

import { setImmediate as turn } from 'node:timers/promises';
import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type {
  CommonResourceStore,
  ResourceAccount,
  ResourcePlace,
  ResourceWriter,
  StoredTransformation,
} from '../store/common-resources.ts';
import {
  type BundledResource,
  bareDefinition,
  bareTransformation,
  type LevelPart,
  splitDefinition,
  splitTransformation,
} from './bundles.ts';
import type { Level, ObjectDefinition, Transformation } from './document.ts';
import { checkDefinition, checkTransformation } from './fields.ts';
import { mergeLevels } from './merge.ts';
import type { SystemResources } from './ready-made.ts';
import { embeddingsOf, type FieldRename, renamePaths, renameType } from './rename-fields.ts';

type Document = Record<string, unknown>;

/** Who changes common resources. */
export interface ResourceAuthor extends ResourceAccount {
  /** whether it speaks for the organization and all of its accounts, or for its own account only */
  ofOrganization: boolean;
}

/** The element that a transformation is for. */
export interface MappedElement {
  id: number;
  key: string;
}

/** A common resource as it is given in one document for all levels. */
export interface GivenResource extends Omit<BundledResource, 'transformations'> {
  /** by the key or id of the element */
  transformations: ReadonlyMap<string, Document>;
}

/** How a document for all levels meets what is there. */
export interface WriteMode {
  /** refused when a level has a definition already */
  isNew?: boolean;
  /** the levels of the author that the definition does not name lose theirs */
  replacesAll?: boolean;
  /** what the object is called from now on, everywhere below the most general level that was written */
  newName?: string | undefined;
}

/** What became of a document that names its levels itself. */
export interface Written {
  /** where something was written */
  places: ResourcePlace[];
  /** what was ignored, because the author may not say it at the level that it names */
  ignored: string[];
}

/** Changes common resources. Everything throws a Problem (400, 403, 404 or 409) that names what is wrong. */
export interface EditResources {
  /** Each answers with what was ignored, because the author may not say it at the level that it names. */
  createDefinitions(
    author: ResourceAuthor,
    place: ResourcePlace,
    given: ReadonlyMap<string, Document>,
  ): Promise<string[]>;
  replaceDefinition(
    author: ResourceAuthor,
    place: ResourcePlace,
    objectName: string,
    given: Document,
  ): Promise<string[]>;
  createTransformation(target: TransformationTarget, given: Document): Promise<string[]>;
  replaceTransformation(target: TransformationTarget, given: Document): Promise<string[]>;
  /** Writes documents that name their levels themselves. */
  write(author: ResourceAuthor, resources: readonly GivenResource[], mode: WriteMode): Promise<Written>;
  /** One definition, or all at the place. */
  removeDefinitions(place: ResourcePlace, objectName: string | undefined): Promise<void>;
  /** One transformation of an element, or all at the place. */
  removeTransformations(place: ResourcePlace, elementKey: string, objectName: string | undefined): Promise<void>;
  /** Gives an object another name, in everything that is said of it at the place and below. */
  rename(place: ResourcePlace, objectName: string, newName: string): Promise<void>;
  /** Removes what the author may remove of an object; `propagate`: with its transformations, at all places below. */
  removeResource(author: ResourceAuthor, objectName: string, propagate: boolean): Promise<void>;
  /** Removes an object's transformations for an element, where the author may. */
  removeMapping(author: ResourceAuthor, objectName: string, element: MappedElement): Promise<void>;
}

/** The transformation that is meant. */
export interface TransformationTarget {
  author: ResourceAuthor;
  place: ResourcePlace;
  element: MappedElement;
  objectName: string;
}

/** What the edits look up elsewhere. */
export interface EditResourcesDependencies {
  store: CommonResourceStore;
  systemResources: SystemResources;
  /** undefined when the account sees no such element */
  findElement(keyOrId: string, account: ResourceAccount): Promise<MappedElement | undefined>;
  /** Whether the organization has such an account. */
  hasAccount(account: ResourceAccount): Promise<boolean>;
  /** The account of an instance of the organization. */
  accountOfInstance(organizationId: number, instanceId: number): Promise<number | undefined>;
}

/** A part of a document, and where it goes. */
interface PlacedPart {
  place: ResourcePlace;
  document: Document;
}

/** What is to be written of one object. */
interface WritePlan {
  objectName: string;
  definition: Document | undefined;
  definitions: PlacedPart[];
  /** `element` is undefined when there is none, which is a fault */
  mappings: (PlacedPart & { element: MappedElement | undefined })[];
  renames: LevelRename[];
}

/** Makes the edits. */
export function createEditResources(dependencies: EditResourcesDependencies): EditResources {
  const { store, systemResources, findElement } = dependencies;

  const isDefined = async (writer: ResourceWriter, place: ResourcePlace, objectName: string) => {
    if (systemResources.has(objectName)) return true;
    const { organizationId } = place;
    return (await writer.definitions({ organizationId, above: place, objectName })).length > 0;
  };
  const definitionAt = async (writer: ResourceWriter, place: ResourcePlace, objectName: string) =>
    (await writer.definitions({ organizationId: place.organizationId, at: place, objectName }))[0];
  const transformationAt = async (writer: ResourceWriter, { place, element, objectName }: TransformationTarget) => {
    const { organizationId } = place;
    return (await writer.transformations({ organizationId, at: place, elementKey: element.key, objectName }))[0];
  };

  /** What is visible at a place, by name; what is not defined (yet) has no fields. */
  const definitionsAt = async (writer: ResourceWriter, at: ResourcePlace) => {
    const stored = await writer.definitions({ organizationId: at.organizationId, above: at });
    const known = new Map<string, ObjectDefinition>();
    return (name: string): ObjectDefinition => {
      const merged = known.get(name) ??
        mergeLevels([
          { level: 'system', definition: systemResources.get(name)?.definition },
          ...stored
            .filter(({ objectName }) => objectName === name)
            .map(({ place, document }) => ({ level: levelOfPlace(place), definition: document as ObjectDefinition })),
        ]).definition ?? { fields: [] };
      known.set(name, merged);
      return merged;
    };
  };
  const definitionFaults = async (writer: ResourceWriter, at: ResourcePlace, objectNames: Iterable<string>) => {
    const definitionNamed = await definitionsAt(writer, at);
    const faults: string[] = [];
    for (const name of objectNames) {
      // Each can have many fields by what it names: others have their turn between them.
      await turn();
      faults.push(...checkDefinition(name, definitionNamed(name), definitionNamed));
    }
    return faults;
  };
  const transformationFaults = async (
    writer: ResourceWriter,
    at: ResourcePlace,
    objectName: string,
    document: Document,
  ) => {
    const definitionNamed = await definitionsAt(writer, at);
    const transformation = document as Transformation;
    return checkTransformation({
      objectName,
      definition: definitionNamed(objectName),
      transformation,
      definitionNamed,
    });
  };

  const putDefinition = async (
    writer: ResourceWriter,
    place: ResourcePlace,
    objectName: string,
    bare: Document,
    renames: readonly FieldRename[],
  ) => {
    const stored = await definitionAt(writer, place, objectName);
    await writer.putDefinition(place, objectName, await numbered(writer, bare, stored?.document, renames));
    if (renames.length > 0) await renameFields(writer, place, objectName, renames);
  };

  const place = async (
    author: ResourceAuthor,
    part: LevelPart,
    faults: string[],
  ): Promise<ResourcePlace | undefined> => {
    const { organizationId } = author;
    const { level, associatedId } = part;
    if (level === 'system' || (level === 'organization' && !author.ofOrganization)) return undefined;
    if (level === 'organization') return { organizationId };
    if (level === 'account') {
      const accountId = associatedId ?? author.accountId;
      if (accountId === author.accountId) return { organizationId, accountId };
      if (!author.ofOrganization) return undefined;
      if (await dependencies.hasAccount({ organizationId, accountId })) return { organizationId, accountId };
      faults.push(`No account found with the id ${accountId}; leave associatedId out to say it for your own account`);
      return undefined;
    }
    if (associatedId === undefined) {
      faults.push('What is said at the level instance needs an associatedId: the number of the instance');
      return undefined;
    }
    const accountId = await dependencies.accountOfInstance(organizationId, associatedId);
    if (accountId === undefined || (!author.ofOrganization && accountId !== author.accountId)) {
      faults.push(`No instance found with the id ${associatedId}`);
      return undefined;
    }
    return { organizationId, accountId, instanceId: associatedId };
  };
  const placeAll = async (
    author: ResourceAuthor,
    parts: readonly LevelPart[],
    what: string,
    faults: string[],
    ignored: string[],
  ): Promise<PlacedPart[]> => {
    const placed: PlacedPart[] = [];
    for (const part of parts) {
      const before = faults.length;
      const found = await place(author, part, faults);
      if (found !== undefined) placed.push({ place: found, document: part.document });
      else if (faults.length === before) ignored.push(`${what} at the level ${part.level}: ${namesOf(part.document)}`);
    }
    return placed;
  };

  const renameIn = async (writer: ResourceWriter, at: ResourcePlace, objectName: string, newName: string) => {
    const { organizationId } = at;
    if ((await definitionAt(writer, at, objectName)) === undefined) throw absentDefinition(objectName);
    if (newName === objectName) return;
    const there = [
      ...(await writer.definitions({ organizationId, within: at, objectName: newName })),
      ...(await writer.transformations({ organizationId, within: at, objectName: newName })),
    ];
    if (there.length > 0) throw new Problem('conflict', `${definitionThere(newName, at)}.`);
    await writer.rename(at, objectName, newName);
    for (const one of await writer.definitions({ organizationId, within: at })) {
      const renamed = renameType(one.document, objectName, newName);
      if (renamed !== one.document) await writer.putDefinition(one.place, one.objectName, renamed);
    }
    for (const one of await writer.transformations({ organizationId, within: at })) {
      const renamed = renameType(one.document, objectName, newName);
      if (renamed !== one.document) await writer.putTransformation(one.place, elementOf(one), one.objectName, renamed);
    }
  };

  const writeAll = async (
    author: ResourceAuthor,
    resources: readonly GivenResource[],
    { isNew = false, replacesAll = false, newName }: WriteMode,
  ): Promise<Written> => {
    const { organizationId } = author;
    const fallback: Level = author.ofOrganization ? 'organization' : 'account';
    const faults: string[] = [];
    const ignored: string[] = [];
    const plans: WritePlan[] = [];
    refuse(tooMany(resources.length));
    for (const { objectName, definition, transformations } of resources) {
      const about = (text: string) => `${objectName}: ${text}`;
      const own: string[] = [];
      const parts = definition === undefined ? [] : splitDefinition(definition, fallback, own);
      const definitions = await placeAll(author, parts, `fields of ${objectName}`, own, ignored);
      const mappings: WritePlan['mappings'] = [];
      for (const [keyOrId, document] of transformations) {
        const element = await findElement(keyOrId, author);
        if (element === undefined) own.push(`No element found with the key or id ${keyOrId}`);
        const split = splitTransformation(document, fallback, own);
        const what = `the transformation of ${objectName} for ${keyOrId}`;
        const placed = await placeAll(author, split, what, own, ignored);
        mappings.push(...placed.map((one) => ({ ...one, element })));
      }
      faults.push(...own.map(about));
      const renames = definition === undefined ? [] : renamesOf(definition);
      plans.push({ objectName, definition, definitions, mappings, renames });
    }

    await store.change(organizationId, async (writer) => {
      const conflicts: string[] = [];
      for (const { objectName, definition, definitions, renames } of plans) {
        for (const { place: at, document } of definitions) {
          if (isNew && (await definitionAt(writer, at, objectName)) !== undefined) {
            conflicts.push(definitionThere(objectName, at));
          }
          const due = renames.filter(({ level }) => level === undefined || level === levelOfPlace(at));
          await putDefinition(writer, at, objectName, document, due);
        }
        for (const { place: at } of definitions) faults.push(...(await definitionFaults(writer, at, [objectName])));
        if (!replacesAll || definition === undefined || definitions.length === 0) continue;
        for (const at of ownPlaces(author)) {
          if (definitions.some((one) => isSamePlace(one.place, at))) continue;
          if ((await definitionAt(writer, at, objectName)) === undefined) continue;
          await writer.removeDefinition(at, objectName);
        }
      }
      for (const { objectName, mappings } of plans) {
        for (const { place: at, element, document } of mappings) {
          if (!(await isDefined(writer, at, objectName))) faults.push(`${objectName}: ${noDefinition(objectName)}`);
          if (element === undefined) continue;
          const target = { author, place: at, element, objectName };
          const stored = await transformationAt(writer, target);
          faults.push(...legacyFaults(stored, document).map((text) => `${objectName} for ${element.key}: ${text}`));
          const own = await transformationFaults(writer, at, objectName, document);
          faults.push(...own.map((text) => `${objectName} for ${element.key}: ${text}`));
          await writer.putTransformation(at, element, objectName, document);
        }
      }
      if (faults.length > 0) refuse([...faults, ...conflicts]);
      if (conflicts.length > 0) throw new Problem('conflict', `${conflicts.join('; ')}.`);
      const [plan] = plans;
      const at = plan?.definitions[0]?.place;
      if (newName === undefined || plan === undefined || at === undefined) return;
      await renameIn(writer, at, plan.objectName, newName);
    });
    const placed = plans.flatMap(({ definitions, mappings }) => [...definitions, ...mappings]);
    return { places: placed.map((part) => part.place), ignored };
  };

  const removable = async (writer: ResourceWriter, at: ResourcePlace, objectName: string): Promise<string[]> => {
    const { organizationId } = at;
    const users = await writer.transformations({ organizationId, within: at, objectName });
    if (users.length === 0) return [];
    const left = (await writer.definitions({ organizationId, objectName })).filter(
      (one) => !isSamePlace(one.place, at),
    );
    const bound = users.filter(
      (user) => isSamePlace(user.place, at) || !left.some((one) => covers(one.place, user.place)),
    );
    if (bound.length === 0) return [];
    const keys = [...new Set(bound.map(({ elementKey }) => elementKey))].join(', ');
    return [`The definition of ${objectName} is used by transformations for ${keys}: delete them first`];
  };

  return {
    async createDefinitions(author, at, given) {
      const ignored: string[] = [];
      refuse(tooMany(given.size));
      await store.change(at.organizationId, async (writer) => {
        const conflicts: string[] = [];
        for (const [objectName, document] of given) {
          const own = withoutOthers(author, at, document, `fields of ${objectName}`, ignored);
          if ((await definitionAt(writer, at, objectName)) !== undefined)
            conflicts.push(definitionThere(objectName, at));
          else await putDefinition(writer, at, objectName, bareDefinition(own), []);
        }
        refuse(await definitionFaults(writer, at, given.keys()));
        if (conflicts.length > 0) throw new Problem('conflict', `${conflicts.join('; ')}.`);
      });
      return ignored;
    },
    async replaceDefinition(author, at, objectName, document) {
      const ignored: string[] = [];
      const own = withoutOthers(author, at, document, `fields of ${objectName}`, ignored);
      await store.change(at.organizationId, async (writer) => {
        if ((await definitionAt(writer, at, objectName)) === undefined) throw absentDefinition(objectName);
        await putDefinition(writer, at, objectName, bareDefinition(own), renamesOf(document));
        refuse(await definitionFaults(writer, at, [objectName]));
      });
      return ignored;
    },
    async createTransformation(target, document) {
      const ignored: string[] = [];
      const { author, place: at, element, objectName } = target;
      const own = withoutOthers(author, at, document, `the transformation of ${objectName}`, ignored);
      await store.change(at.organizationId, async (writer) => {
        if (!(await isDefined(writer, at, objectName))) throw new Problem('notFound', noDefinition(objectName));
        if ((await transformationAt(writer, target)) !== undefined) {
          throw new Problem(
            'conflict',
            `There is already a transformation of ${objectName} for ${element.key} at this level; PUT replaces it.`,
          );
        }
        const bare = bareTransformation(own);
        refuse(await transformationFaults(writer, at, objectName, bare));
        await writer.putTransformation(at, element, objectName, bare);
      });
      return ignored;
    },
    async replaceTransformation(target, document) {
      const ignored: string[] = [];
      const { author, place: at, element, objectName } = target;
      const own = withoutOthers(author, at, document, `the transformation of ${objectName}`, ignored);
      await store.change(at.organizationId, async (writer) => {
        const stored = await transformationAt(writer, target);
        if (stored === undefined) throw absentTransformation(objectName, element.key);
        const bare = bareTransformation(own);
        refuse([...legacyFaults(stored, bare), ...(await transformationFaults(writer, at, objectName, bare))]);
        await writer.putTransformation(at, element, objectName, bare);
      });
      return ignored;
    },
    write: writeAll,

    async removeDefinitions(at, objectName) {
      const { organizationId } = at;
      await store.change(organizationId, async (writer) => {
        const selection = objectName === undefined ? {} : { objectName };
        const found = await writer.definitions({ organizationId, at, ...selection });
        if (found.length === 0) {
          throw objectName === undefined ? absentDefinitions() : absentDefinition(objectName);
        }
        const bound: string[] = [];
        for (const one of found) bound.push(...(await removable(writer, at, one.objectName)));
        if (bound.length > 0) throw new Problem('conflict', `${bound.join('; ')}.`);
        for (const one of found) await writer.removeDefinition(at, one.objectName);
      });
    },
    async removeTransformations(at, elementKey, objectName) {
      const { organizationId } = at;
      await store.change(organizationId, async (writer) => {
        const selection = objectName === undefined ? {} : { objectName };
        const found = await writer.transformations({ organizationId, at, elementKey, ...selection });
        if (found.length === 0) {
          throw objectName === undefined ? absentTransformations() : absentTransformation(objectName, elementKey);
        }
        for (const one of found) await writer.removeTransformation(at, elementKey, one.objectName);
      });
    },

    rename: (at, objectName, newName) =>
      store.change(at.organizationId, (writer) => renameIn(writer, at, objectName, newName)),

    async removeResource(author, objectName, propagate) {
      const { organizationId, accountId } = author;
      const within = author.ofOrganization ? { organizationId } : { organizationId, accountId };
      await store.change(organizationId, async (writer) => {
        const places = propagate ? undefined : ownPlaces(author);
        const isMeant = (one: { place: ResourcePlace }) =>
          places === undefined || places.some((at) => isSamePlace(one.place, at));
        const found = (await writer.definitions({ organizationId, within, objectName })).filter(isMeant);
        const users = propagate ? await writer.transformations({ organizationId, within, objectName }) : [];
        if (found.length + users.length === 0) {
          const above = await writer.definitions({ organizationId, above: { organizationId, accountId }, objectName });
          throw above.length > 0 ? notYours(objectName) : absentOrReadyMade(systemResources, objectName);
        }
        for (const one of users) await writer.removeTransformation(one.place, one.elementKey, objectName);
        const bound: string[] = [];
        // From below, so that what is said above does not count as left.
        for (const one of found.reverse()) {
          bound.push(...(await removable(writer, one.place, objectName)));
          await writer.removeDefinition(one.place, objectName);
        }
        if (bound.length === 0) return;
        throw new Problem('conflict', `${[...new Set(bound)].join('; ')}, or give propagate=true.`);
      });
    },
    async removeMapping(author, objectName, element) {
      const { organizationId } = author;
      await store.change(organizationId, async (writer) => {
        let removed = 0;
        for (const at of ownPlaces(author)) {
          const found = await writer.transformations({ organizationId, at, elementKey: element.key, objectName });
          removed += found.length;
          for (const one of found) await writer.removeTransformation(at, one.elementKey, objectName);
        }
        if (removed === 0) throw absentTransformation(objectName, element.key);
      });
    },
  };
}

/** Objects that one request may write: each is checked against all that is said in the organization. */
const mostObjects = 500;

function tooMany(objects: number): string[] {
  return objects > mostObjects ? [`${objects} objects are too many for one request, ${mostObjects} are the most`] : [];
}

/** Throws a Problem that names every fault, when there are any. */
function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Problem('badRequest', `${[...new Set(faults)].join('; ')}.`);
}

/** The levels that an author writes when it names no account and no instance. */
function ownPlaces({ organizationId, accountId, ofOrganization }: ResourceAuthor): ResourcePlace[] {
  return [...(ofOrganization ? [{ organizationId }] : []), { organizationId, accountId }];
}

/** Gives each field a number: the one that its path had, else a new one. */
async function numbered(
  writer: ResourceWriter,
  bare: Document,
  stored: Document | undefined,
  renames: readonly FieldRename[],
): Promise<Document> {
  if (!Array.isArray(bare['fields'])) return bare;
  const before = new Map<unknown, unknown>(
    (Array.isArray(stored?.['fields']) ? stored['fields'].filter(isObject) : []).map(({ path, id }) => [path, id]),
  );
  const known = bare['fields'].map((field: Document) => {
    const old = renames.find(({ path }) => path === field['path'])?.oldPath;
    return before.get(field['path']) ?? before.get(old);
  });
  const fresh = await writer.takeNumbers(known.filter((number) => number === undefined).length);
  const fields = bare['fields'].map(({ id: _, ...field }: Document, index) => ({
    id: known[index] ?? fresh.shift(),
    ...field,
  }));
  return { ...bare, fields };
}

/** Writes new paths of fields to the transformations at a place and below, also of objects that hold the object. */
async function renameFields(
  writer: ResourceWriter,
  at: ResourcePlace,
  objectName: string,
  renames: readonly FieldRename[],
): Promise<void> {
  const { organizationId } = at;
  const said = [
    ...(await writer.definitions({ organizationId, above: at })),
    ...(await writer.definitions({ organizationId, within: at })),
  ];
  const documents = new Map<string, Document[]>();
  for (const one of said) documents.set(one.objectName, [...(documents.get(one.objectName) ?? []), one.document]);
  for (const [name, prefixes] of embeddingsOf(objectName, documents)) {
    for (const one of await writer.transformations({ organizationId, within: at, objectName: name })) {
      // A field of the same path that is said at or above the transformation, but below the renamed one, is another.
      const others = said.filter(
        (definition) =>
          definition.objectName === objectName &&
          !isSamePlace(definition.place, at) &&
          covers(at, definition.place) &&
          covers(definition.place, one.place),
      );
      const kept = new Set(others.flatMap(({ document }) => pathsOf(document)));
      const due = renames.filter(({ oldPath }) => !kept.has(oldPath));
      const renamed = renamePaths(one.document, prefixes, due);
      if (renamed !== one.document) await writer.putTransformation(one.place, elementOf(one), name, renamed);
    }
  }
}

/** The entries of a document that belong to its place; those of levels above that the author may not write are ignored. */
function withoutOthers(
  author: ResourceAuthor,
  at: ResourcePlace,
  document: Document,
  what: string,
  ignored: string[],
): Document {
  const isForeign = (entry: unknown) => {
    if (!isObject(entry)) return false;
    const level = entry['associatedLevel'] ?? entry['level'];
    return level === 'system' || (level === 'organization' && at.accountId !== undefined && !author.ofOrganization);
  };
  const kept = { ...document };
  for (const list of ['fields', 'configuration', 'scripts']) {
    const entries = document[list];
    if (!Array.isArray(entries) || !entries.some(isForeign)) continue;
    kept[list] = entries.filter((entry) => !isForeign(entry));
    ignored.push(`${what}: ${namesOf({ [list]: entries.filter(isForeign) })}`);
  }
  return kept;
}

/** A new path of a field, and the level that it is said at, if one is named. */
interface LevelRename extends FieldRename {
  level: unknown;
}

/** The renames that a document tells of. */
export function renamesOf({ changedFields }: Document): LevelRename[] {
  const given = Array.isArray(changedFields) ? changedFields.filter(isObject) : [];
  return given.flatMap(({ path, oldPath, associatedLevel }) =>
    typeof path === 'string' && typeof oldPath === 'string' && path !== oldPath
      ? [{ path, oldPath, level: associatedLevel ?? undefined }]
      : [],
  );
}

function legacyFaults(stored: StoredTransformation | undefined, document: Document): string[] {
  if (stored === undefined || document['isLegacy'] !== true || stored.document['isLegacy'] === true) return [];
  return ['isLegacy is false and cannot become true again: the script has to call done()'];
}

function elementOf({ elementId, elementKey }: StoredTransformation): MappedElement {
  return { id: elementId, key: elementKey };
}

function pathsOf(document: Document): unknown[] {
  return Array.isArray(document['fields']) ? document['fields'].filter(isObject).map(({ path }) => path) : [];
}

function namesOf({ fields, configuration, scripts, script }: Document): string {
  const paths = Array.isArray(fields) ? fields.filter(isObject).map(({ path, vendorPath }) => path ?? vendorPath) : [];
  const types = Array.isArray(configuration) ? configuration.filter(isObject).map(({ type }) => type) : [];
  const names = [...paths, ...types, ...(Array.isArray(scripts) || isObject(script) ? ['script'] : [])];
  return names.length === 0 ? 'everything' : names.map(String).join(', ');
}

/** Whether two places are the same. */
export function isSamePlace(one: ResourcePlace, other: ResourcePlace): boolean {
  return one.accountId === other.accountId && one.instanceId === other.instanceId;
}

/** Whether what is said at one place holds at the other. */
function covers(upper: ResourcePlace, lower: ResourcePlace): boolean {
  return (
    (upper.accountId === undefined || upper.accountId === lower.accountId) &&
    (upper.instanceId === undefined || upper.instanceId === lower.instanceId)
  );
}

/** The level of a place. */
export function levelOfPlace({ accountId, instanceId }: ResourcePlace): Level {
  if (instanceId !== undefined) return 'instance';
  return accountId === undefined ? 'organization' : 'account';
}

function definitionThere(objectName: string, at: ResourcePlace): string {
  return `There is already a definition of ${objectName} at the level ${levelOfPlace(at)}`;
}

/** Existing clients read a message that ends so as an empty list. */
export function absentDefinitions(): Problem {
  return new Problem('notFound', 'No object definitions found');
}

/** The same of one definition. */
export function absentDefinition(objectName: string): Problem {
  return new Problem('notFound', `No object definition of ${objectName} found`);
}

/** Existing clients read a message that ends so as an empty list. */
export function absentTransformations(): Problem {
  return new Problem('notFound', 'No transformations found');
}

/** The same of one transformation. */
export function absentTransformation(objectName: string, elementKey: string): Problem {
  return new Problem('notFound', `No transformation of ${objectName} for ${elementKey} found`);
}

/** The Problem of what is not there, or came with the server. */
export function absentOrReadyMade(systemResources: SystemResources, objectName: string): Problem {
  if (!systemResources.has(objectName)) return new Problem('notFound', `No common resource ${objectName} found`);
  return new Problem(
    'forbidden',
    `${objectName} comes with the server and cannot be changed or removed: clone it (POST /vdrs/{id}/clone).`,
  );
}

function notYours(objectName: string): Problem {
  return new Problem(
    'forbidden',
    `${objectName} is said by the organization: only users of its default account may remove it.`,
  );
}

function noDefinition(objectName: string): string {
  return `No object definition of ${objectName} found; define it at this level or above before its transformations`;
}
