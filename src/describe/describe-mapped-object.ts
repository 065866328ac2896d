// The description of a common resource at one element: the calls of the vendor's object under our name, with our fields.

import type { Definition } from '../element/define.ts';
import { describeOperations } from './describe-element.ts';
import { createUniqueNames, operationIdOf } from './operation-id.ts';
import { responsesOf } from './responses.ts';
import { referenceTo, typeNamed } from './schema.ts';
import { type Described, type Schema, type SwaggerDocument, swaggerMethods } from './swagger.ts';

/** What is described of a common resource. */
export interface CommonResourceView {
  objectName: string;
  /** the vendor's object, as it stands in the element's paths */
  vendorName: string;
  /** dotted paths, `[*]` for each entry of a list */
  fields: readonly { path: string; type: string | undefined }[];
}

/** A description with the calls of common resources added; what is there already keeps its place. */
export function withCommonResources(
  document: SwaggerDocument,
  definition: Definition,
  views: readonly CommonResourceView[],
): SwaggerDocument {
  const paths = { ...document.paths };
  const definitions = { ...document.definitions };
  const tags = [...document.tags];
  const uniqueName = createUniqueNames();
  for (const operations of Object.values(paths)) {
    for (const { operationId } of Object.values(operations)) uniqueName(operationId);
  }
  for (const view of views) {
    const modelName = createModelName(definitions, view.objectName);
    definitions[modelName] = modelOf(view.fields);
    tags.push({ name: view.objectName });
    for (const { method, path, operation } of operationsOf(definition, view, modelName)) {
      operation.operationId = uniqueName(operation.operationId);
      paths[path] = { ...paths[path], [method]: operation };
    }
  }
  return { ...document, tags, paths, definitions };
}

function createModelName(definitions: Record<string, Schema>, objectName: string): string {
  let name = objectName;
  for (let count = 2; Object.hasOwn(definitions, name); count += 1) name = `${objectName}${count}`;
  return name;
}

/** The vendor's calls under our name: those of its own paths, else those that take any object. */
function operationsOf(definition: Definition, view: CommonResourceView, modelName: string): Described[] {
  const { operations } = describeOperations(definition);
  const own = operations.filter(({ path, resource }) => {
    const [, first = '', , more] = path.split('/');
    return (
      more === undefined &&
      (first === view.vendorName || (resource?.objectName === view.vendorName && !first.startsWith('{')))
    );
  });
  const wanted =
    own.length > 0 ? own : operations.filter(({ path }) => /^\/\{objectName\}(?:\/\{[^/]+\})?$/.test(path));
  return wanted
    .filter(({ method }) => swaggerMethods.has(method))
    .map(({ method, path, operation }) => {
      const [, , ...rest] = path.split('/');
      const ours = ['', view.objectName, ...rest].join('/');
      const isList = method === 'get' && rest.length === 0;
      const record = referenceTo(modelName);
      const answer = isList ? { type: 'array', items: record } : method === 'delete' ? undefined : record;
      return {
        method,
        path: ours,
        operation: {
          ...operation,
          operationId: operationIdOf(method, ours),
          summary: `${operation.summary} (as the common resource ${view.objectName})`.trim(),
          tags: [view.objectName],
          parameters: operation.parameters
            .filter((parameter) => !(parameter.in === 'path' && parameter.name === 'objectName'))
            .map((parameter) => (parameter.in === 'body' ? { ...parameter, schema: record } : parameter)),
          responses: responsesOf(answer),
        },
      };
    });
}

/** A model of fields: a dotted path is an object in an object, `[*]` a list of them. */
function modelOf(fields: CommonResourceView['fields']): Schema {
  const model: Schema = { type: 'object', properties: {} };
  for (const { path, type } of fields) {
    let place = model;
    const steps = path.split('.');
    for (const [at, step] of steps.entries()) {
      const name = step.replace(/\[.*$/, '');
      const isList = step.endsWith('[*]');
      const isLast = at === steps.length - 1;
      const properties = place['properties'] as Record<string, Schema>;
      const inner = isLast ? leafOf(type) : { type: 'object', properties: {} };
      const present = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const entry = present ?? (isList ? { type: 'array', items: inner } : inner);
      Object.defineProperty(properties, name, { value: entry, enumerable: true, configurable: true, writable: true });
      if (isLast) break;
      const next = isList ? (entry['items'] as Schema) : entry;
      if (next?.['properties'] === undefined) break;
      place = next;
    }
  }
  return model;
}

function leafOf(type: string | undefined): Schema {
  const items = /^array\[(.*)\]$/i.exec(type ?? '')?.[1];
  if (items !== undefined) return { type: 'array', items: typeNamed(items) ?? {} };
  return { ...typeNamed(type ?? 'string') };
}
