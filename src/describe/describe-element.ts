// The description of an element in Swagger 2.0: its resources, and what the platform adds to every element.

import { type Definition, isCallable, withoutHub } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import { collectModels } from './models.ts';
import { createUniqueNames, operationIdOf, tagOf } from './operation-id.ts';
import { parametersOf } from './parameters.ts';
import { platformModels, platformOperations } from './platform-paths.ts';
import { neededDefinitions } from './references.ts';
import { responsesOf } from './responses.ts';
import type { ServiceAddress } from './service-address.ts';
import {
  byCodeUnit,
  type Described,
  type Schema,
  type SwaggerDocument,
  type SwaggerOperation,
  swaggerMethods,
} from './swagger.ts';

/** The operations of an element, in the order of paths and methods, and every model that its document has. */
export interface ElementDescription {
  operations: readonly OwnedOperation[];
  models: ReadonlyMap<string, Schema>;
}

/** An operation and the resource behind it; undefined for what the platform answers. */
export interface OwnedOperation extends Described {
  resource: Resource | undefined;
}

/** Describes every operation of an element. Names of operations are unique in it. */
export function describeOperations(definition: Definition): ElementDescription {
  const resources = documentedResources(definition);
  const { definitions, answerOf } = collectModels(resources.map(({ resource }) => resource));
  const own = resources.map(({ resource, method, path }): OwnedOperation => {
    return { method, path, resource, operation: describeResource(definition, resource, path, answerOf(resource)) };
  });
  const taken = new Set(own.map(shapeOf));
  const platform = platformOperations(definition)
    .filter((one) => !taken.has(shapeOf(one)))
    .map((one): OwnedOperation => ({ ...one, resource: undefined }));
  const uniqueName = createUniqueNames();
  for (const { operation } of [...own, ...platform]) operation.operationId = uniqueName(operation.operationId);
  return {
    operations: [...own, ...platform].sort(byPathAndMethod),
    models: new Map([...platformModels, ...definitions]),
  };
}

/** What to describe of an element, and where it is reached. */
export interface DescribeOptions {
  address: ServiceAddress;
  /** only the operation of this name, with the models that it needs */
  operationId?: string | undefined;
  /** only the element's own resources of this object, with the models that they need */
  objectName?: string | undefined;
}

/**
 * An element in Swagger 2.0; undefined when it has no operation of that name or no such object. A description of
 * everything has every model of the document, one of a part only what the part needs.
 */
export function describeElement(
  definition: Definition,
  { address, operationId, objectName }: DescribeOptions,
): SwaggerDocument | undefined {
  const { operations, models } = describeOperations(definition);
  const isPart = operationId !== undefined || objectName !== undefined;
  const wanted = operations.filter(
    (one) =>
      (operationId === undefined || one.operation.operationId === operationId) &&
      (objectName === undefined || isOfObject(one, objectName)),
  );
  if (isPart && wanted.length === 0) return undefined;
  const { document } = definition;
  const own = [...models].filter(([name, schema]) => platformModels.get(name) !== schema);
  const needed = neededDefinitions(isPart ? pathsOf(wanted) : [pathsOf(wanted), Object.fromEntries(own)], models);
  return assemble(wanted, isPart ? needed : new Map([...own, ...needed]), address, {
    title: definition.key,
    version: 'api-v2',
    'x-element-id': definition.id,
    'x-element-key': definition.key,
    'x-element-name': document.name,
    'x-element-hub': document.hub,
  });
}

/** A document of operations and models; tags follow from the operations. */
export function assemble(
  operations: readonly Described[],
  models: ReadonlyMap<string, Schema>,
  { host, basePath, schemes }: ServiceAddress,
  info: SwaggerDocument['info'],
): SwaggerDocument {
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  return {
    swagger: '2.0',
    info,
    ...(host === undefined ? {} : { host }),
    basePath,
    schemes,
    tags: tags.map((name) => ({ name })),
    paths: pathsOf(operations),
    definitions: Object.fromEntries(models),
  };
}

/** What makes two operations the same call: method and path, whatever its parameters are called. */
export function shapeOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.replace(/\{[^{}]*\}/g, '{}')}`;
}

/** Sorts operations by their paths, and those of one path by method. */
export function byPathAndMethod(a: Described, b: Described): number {
  return byCodeUnit(a.path, b.path) || byCodeUnit(a.method, b.method);
}

function pathsOf(operations: readonly Described[]): SwaggerDocument['paths'] {
  const paths = new Map<string, Map<string, SwaggerOperation>>();
  for (const { path, method, operation } of operations) {
    const known = paths.get(path);
    if (known === undefined) paths.set(path, new Map([[method, operation]]));
    else known.set(method, operation);
  }
  return Object.fromEntries([...paths].map(([path, methods]) => [path, Object.fromEntries(methods)]));
}

interface DocumentedResource {
  resource: Resource;
  method: string;
  path: string;
}

/** The resources that readers are shown, in the order of paths and methods; of two at one place calls reach the first. */
function documentedResources({ document }: Definition): DocumentedResource[] {
  const found = new Map<string, DocumentedResource>();
  for (const resource of document.resources ?? []) {
    if (!isCallable(resource) || resource.type === 'apiNoDocumentation') continue;
    const method = resource.method.toLowerCase();
    const path = distinctParameters(`/${withoutHub(resource.path.trim()).replace(/^\/+/, '')}`);
    if (!swaggerMethods.has(method) || found.has(`${method} ${path}`)) continue;
    found.set(`${method} ${path}`, { resource, method, path });
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.path, b.path) || byCodeUnit(a.method, b.method));
}

/** A path whose parameters all have names of their own: the second of one name gets the suffix 2. */
function distinctParameters(path: string): string {
  const uniqueName = createUniqueNames();
  return path.replace(/\{([^{}/]+)\}/g, (_, name: string) => `{${uniqueName(name)}}`);
}

function describeResource(
  definition: Definition,
  resource: Resource,
  path: string,
  answer: Schema | undefined,
): SwaggerOperation {
  const parameters = parametersOf(definition, resource, path);
  const response: unknown = (resource as Record<string, unknown>)['response'];
  const sample = typeof response === 'object' && response !== null ? Reflect.get(response, 'sampleData') : undefined;
  return {
    operationId: operationIdOf(resource.method, path),
    summary: resource.description ?? '',
    tags: [tagOf(path)],
    ...(parameters.some((parameter) => parameter.in === 'formData') ? { consumes: ['multipart/form-data'] } : {}),
    parameters,
    responses: responsesOf(answer, sample),
  };
}

function isOfObject({ resource, path }: OwnedOperation, name: string): boolean {
  if (resource === undefined) return false;
  return resource.objectName === name || path.split('/')[1] === name;
}
