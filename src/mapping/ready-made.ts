// Common resources that come with the server: files beside the elements, read at the start. They are the level `system`,
// below what organizations, accounts and instances say.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { parseJson } from '../core/http.ts';
import { type Definition, resourcesOf, withoutHub } from '../element/define.ts';
import { shapeFault } from '../element/finding.ts';
import { createScriptReader } from '../element/folder-files.ts';
import { type DefinitionNamed, expandDefinition } from './definition-fields.ts';
import { ObjectDefinition, Transformation } from './document.ts';
import { checkDefinition, checkTransformation, type MappingDocuments } from './fields.ts';

/** One object that comes with the server. */
export interface SystemResource {
  readonly definition: ObjectDefinition;
  /** by the key of the element, each with its script */
  readonly transformations: ReadonlyMap<string, Transformation>;
}

/** By the name of the object. */
export type SystemResources = ReadonlyMap<string, SystemResource>;

const folderName = 'common-resources';
const definitionFile = 'definition.json';
const definitionCheck = Compile(ObjectDefinition);
const transformationCheck = Compile(Transformation);

/**
 * Reads `<folder>/common-resources/<object>/definition.json` and `<element key>.json` beside it, of every folder of the
 * catalog that has them; a folder may add elements to an object that an earlier one defines. A script without a body is
 * read from `<element key>.js`. Throws one Error that names each wrong file and the reason: a document that is none, an
 * object without a definition or with two, two transformations for one element, an element that is not in the catalog,
 * a `vendorName` that leads to none of its resources, a field that the definition does not have, a mapping that cannot be
 * compiled, a script that is no JavaScript.
 */
export function loadSystemResources(folders: readonly string[], elements: readonly Definition[]): SystemResources {
  const faults: string[] = [];
  const objects = folders.flatMap((folder) => objectFolders(join(folder, folderName)));
  const definitions = readDefinitions(objects, faults);
  const definitionNamed: DefinitionNamed = (name) => definitions.get(name)?.definition;
  const resources = new Map<string, { definition: ObjectDefinition; transformations: Map<string, Transformation> }>();
  for (const [objectName, { file, definition }] of definitions) {
    resources.set(objectName, { definition, transformations: new Map() });
    const found = checkDefinition(objectName, definition, definitionNamed);
    faults.push(...found.map((fault) => `${file}: ${fault}`));
  }
  const byKey = new Map(elements.map((element) => [element.key, element]));
  for (const { objectName, path } of objects) {
    const resource = resources.get(objectName);
    if (resource === undefined) {
      const isRead = existsSync(join(path, definitionFile));
      if (!isRead) faults.push(`${path} has no ${definitionFile}, nor has another folder`);
      continue;
    }
    const { transformations, definition } = resource;
    for (const { elementKey, file } of transformationFiles(path)) {
      const transformation = readTransformation(file, objectName, faults);
      if (transformation === undefined) continue;
      const isMapped = transformations.has(elementKey);
      if (isMapped) faults.push(`${file}: another folder maps ${objectName} of ${elementKey}, too`);
      const found = misfits({ objectName, definition, transformation, definitionNamed }, byKey.get(elementKey));
      faults.push(...found.map((fault) => `${file}: ${fault}`));
      transformations.set(elementKey, transformation);
    }
  }
  if (faults.length > 0) throw new Error(`Ready-made common resources are wrong:\n- ${faults.join('\n- ')}`);
  return resources;
}

/** A folder of one object. */
interface ObjectFolder {
  objectName: string;
  path: string;
}

function objectFolders(folder: string): ObjectFolder[] {
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ objectName: name, path: join(folder, name) }))
      // A folder may hold nothing but scripts that others include.
      .filter(({ path }) => readdirSync(path).some((file) => file.endsWith('.json')))
  );
}

function transformationFiles(folder: string): { elementKey: string; file: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== definitionFile)
    .map((name) => ({ elementKey: name.slice(0, -'.json'.length), file: join(folder, name) }));
}

/** A definition and where it was read. */
interface ReadDefinition {
  file: string;
  definition: ObjectDefinition;
}

function readDefinitions(objects: readonly ObjectFolder[], faults: string[]): Map<string, ReadDefinition> {
  const definitions = new Map<string, ReadDefinition>();
  for (const { objectName, path } of objects) {
    const file = join(path, definitionFile);
    if (!existsSync(file)) continue;
    const definition = readDocument(file, definitionCheck, faults);
    if (definition === undefined) continue;
    if (definitions.has(objectName)) {
      faults.push(`${file}: another folder defines ${objectName}, too`);
      continue;
    }
    const given = definition.objectName ?? objectName;
    if (given !== objectName) faults.push(`${file}: /objectName is ${given}, but the folder is ${objectName}`);
    definitions.set(objectName, { file, definition: { ...definition, objectName, level: 'system' } });
  }
  return definitions;
}

function readTransformation(file: string, objectName: string, faults: string[]): Transformation | undefined {
  const transformation = readDocument(file, transformationCheck, faults);
  if (transformation === undefined) return undefined;
  const whole = { ...transformation, objectName, level: 'system' };
  const { script } = transformation;
  if (!script) return whole;
  const why = 'the transformation beside it has a script without a body';
  const body = script.body ?? createScriptReader(faults).script(file.replace(/\.json$/, '.js'), why);
  try {
    compileFunction(body, ['originalObject', 'transformedObject', 'fromVendor', 'done'], { filename: file });
  } catch (error) {
    faults.push(`${file}: /script is no JavaScript: ${error instanceof Error ? error.message : error}`);
  }
  return { ...whole, script: { mimeType: 'application/javascript', ...script, body, level: 'system' } };
}

/** What does not fit between a transformation, its definition and its element. */
function misfits(documents: MappingDocuments, element: Definition | undefined): string[] {
  const { objectName, definition, transformation, definitionNamed } = documents;
  const known = new Set(expandDefinition(objectName, definition, definitionNamed).fields.map(({ path }) => path));
  const paths = (transformation.fields ?? []).flatMap(({ path }) => path ?? []);
  const { vendorName } = transformation;
  return [
    ...(element === undefined ? ['no element of the catalog has this key'] : vendorNameFaults(vendorName, element)),
    ...paths.filter((path) => !known.has(path)).map((path) => `the definition has no field ${path}`),
    ...checkTransformation(documents),
  ];
}

function vendorNameFaults(vendorName: string | null | undefined, { document }: Definition): string[] {
  if (!vendorName) return ['/vendorName must say which resource of the element is meant'];
  const leads = resourcesOf(document).some(
    ({ path, objectName }) => withoutHub(path) === `/${vendorName}` || objectName === vendorName,
  );
  return leads
    ? []
    : [`/vendorName is ${vendorName}, but the element has no resource /${vendorName}, nor such an object`];
}

function readDocument<Schema extends TSchema, Shape>(
  file: string,
  check: Validator<Record<never, never>, Schema, Shape>,
  faults: string[],
): Shape | undefined {
  const document = parseJson(readFileSync(file, 'utf8'));
  if (check.Check(document)) return document as Shape;
  if (document === undefined) faults.push(`${file}: / is not valid JSON`);
  else faults.push(...check.Errors(document).map((fault) => `${file}: ${shapeFault(fault)}`));
  return undefined;
}
