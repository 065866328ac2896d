// Which mapping an object has at one instance: what its organization, its account and itself say, over what comes with
// the server. Each is compiled once, and kept as long as nothing that it is made of changes.

import type { ResourceLevels } from '../store/common-resources.ts';
import { compileMapping } from './compile.ts';
import { levels, type ObjectDefinition, type Transformation } from './document.ts';
import type { Mapping } from './mapping.ts';
import { type LevelDocuments, mergeLevels } from './merge.ts';
import type { SystemResources } from './ready-made.ts';

/** Whose mappings are asked for. */
export interface MappingScope {
  organizationId: number;
  accountId: number;
  instanceId: number;
}

/** The scope of a stored instance: these members alone, since whoever copies all of them opens its secrets. */
export function scopeOf({
  id,
  organizationId,
  accountId,
}: Omit<MappingScope, 'instanceId'> & { id: number }): MappingScope {
  return { organizationId, accountId, instanceId: id };
}

/** The mappings of one instance. */
export interface InstanceMappings {
  /** The mapping of an object; undefined when it is none that is mapped. Throws a Problem for one that cannot be used. */
  find(objectName: string): Mapping | undefined;
  /** the objects that are mapped, sorted */
  names: readonly string[];
}

/** What somebody is about to say of an object at a level; what is left out stays as it is saved there. */
export interface MappingDraft extends LevelDocuments {
  objectName: string;
}

/** Finds mappings. */
export interface Mappings {
  /** The mappings of an instance; undefined when it has none. No statement while nothing changes. */
  of(scope: MappingScope, elementKey: string): Promise<InstanceMappings | undefined>;
  /**
   * The mapping that would hold at a draft's level if it were saved; more specific levels do not count. Undefined when
   * nothing would be mapped. Throws a Problem that names every fault of the draft.
   */
  drafted(scope: MappingScope, elementKey: string, draft: MappingDraft): Promise<Mapping | undefined>;
}

interface MappingDependencies {
  system: SystemResources;
  /** what the levels of an instance say, kept in memory */
  levelsFor(scope: MappingScope): Promise<ResourceLevels>;
}

/** Makes the finder of mappings. */
export function createMappings({ system, levelsFor }: MappingDependencies): Mappings {
  const known = new WeakMap<ResourceLevels, Map<string, InstanceMappings | undefined>>();
  return {
    async of(scope, elementKey) {
      const stored = await levelsFor(scope);
      let elements = known.get(stored);
      if (elements === undefined) {
        elements = new Map();
        known.set(stored, elements);
      }
      if (!elements.has(elementKey)) elements.set(elementKey, mappingsOf(system, stored, elementKey));
      return elements.get(elementKey);
    },
    async drafted(scope, elementKey, draft) {
      const stored = await levelsFor(scope);
      const said = (name: string) => withDraft(levelsOf(system, stored, elementKey, name), name, draft);
      return compile(said, draft.objectName);
    },
  };
}

/** What holds at a draft's level, the draft in place of what is saved there. */
function withDraft(documents: readonly LevelDocuments[], objectName: string, draft: MappingDraft): LevelDocuments[] {
  const { level, definition, transformation } = draft;
  const holds = documents.filter((one) => levels.indexOf(one.level) <= levels.indexOf(level));
  if (objectName !== draft.objectName) return holds;
  return holds.map((one) =>
    one.level === level
      ? { level, definition: definition ?? one.definition, transformation: transformation ?? one.transformation }
      : one,
  );
}

function mappingsOf(system: SystemResources, stored: ResourceLevels, elementKey: string): InstanceMappings | undefined {
  const own = [stored.organization, stored.account, stored.instance];
  const names = new Set<string>();
  for (const [name, { transformations }] of system) if (transformations.has(elementKey)) names.add(name);
  for (const { transformations } of own)
    for (const name of transformations.get(elementKey)?.keys() ?? []) names.add(name);
  if (names.size === 0) return undefined;
  const compiled = new Map<string, Mapping | undefined>();
  return {
    names: [...names].sort(),
    find(objectName) {
      if (!names.has(objectName)) return undefined;
      if (!compiled.has(objectName)) {
        compiled.set(
          objectName,
          compile((name) => levelsOf(system, stored, elementKey, name), objectName),
        );
      }
      return compiled.get(objectName);
    },
  };
}

function compile(said: (objectName: string) => LevelDocuments[], objectName: string): Mapping | undefined {
  const { definition, transformation } = mergeLevels(said(objectName));
  if (transformation === undefined) return undefined;
  return compileMapping({
    objectName,
    // what was mapped before anybody defined it has the fields that are mapped
    definition: definition ?? { fields: [] },
    transformation,
    definitionNamed: (name) => mergeLevels(said(name)).definition,
  });
}

/** What each level says of an object; stored documents were checked when they were written. */
function levelsOf(
  system: SystemResources,
  stored: ResourceLevels,
  elementKey: string,
  objectName: string,
): LevelDocuments[] {
  const own = (['organization', 'account', 'instance'] as const).map((level) => ({
    level,
    definition: stored[level].definitions.get(objectName) as ObjectDefinition | undefined,
    transformation: stored[level].transformations.get(elementKey)?.get(objectName) as Transformation | undefined,
  }));
  const ready = system.get(objectName);
  if (ready === undefined) return own;
  const { definition, transformations } = ready;
  return [{ level: 'system', definition, transformation: transformations.get(elementKey) }, ...own];
}
