// The models of an element's resources: which there are, and which an operation answers.

import { isObject } from '../core/http.ts';
import { withoutHub } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import { modelNameOf } from './operation-id.ts';
import { modelSchema, referenceTo } from './schema.ts';
import type { Schema } from './swagger.ts';

/** The models of an element. */
export interface Models {
  readonly definitions: ReadonlyMap<string, Schema>;
  /** The schema of what a resource answers; undefined where nothing is known. */
  answerOf(resource: Resource): Schema | undefined;
}

/**
 * Collects the models of resources, which come in the order of their paths and methods. Of several models with one name
 * the last counts, and one of an answer before one of a request. A model that is only a list of another is no definition
 * as long as a record has its name.
 */
export function collectModels(resources: readonly Resource[]): Models {
  const definitions = new Map<string, Schema>();
  const ownNames = new Map<string, Set<string>>();
  for (const member of ['requestSwagger', 'swagger']) {
    for (const resource of resources) {
      for (const [name, model] of modelsOf(resource, member)) {
        const schema = modelSchema(model);
        const isList = schema['type'] === 'array';
        const known = definitions.get(name);
        if (isList && known !== undefined && known['type'] !== 'array') continue;
        definitions.set(name, schema);
        if (member === 'swagger') addTo(ownNames, staticPath(resource), name);
      }
    }
  }
  return { definitions, answerOf };

  function answerOf(resource: Resource): Schema | undefined {
    if (resource.method.toUpperCase() === 'DELETE') return undefined;
    const name = modelName(resource) ?? nameOfNeighbours(resource);
    if (name === undefined) return undefined;
    const own = modelsOf(resource, 'swagger').get(name);
    const schema = own === undefined ? undefined : modelSchema(own);
    if (schema?.['type'] === 'array') return { type: 'array', items: schema['items'] ?? {} };
    const row = `${name}Object`;
    if (own === undefined && modelsOf(resource, 'swagger').has(row)) return { type: 'array', items: referenceTo(row) };
    return definitions.has(name) ? referenceTo(name) : undefined;
  }

  /** A resource without a model answers what others at its path do, when their model is called like the path. */
  function nameOfNeighbours(resource: Resource): string | undefined {
    const name = modelNameOf(withoutHub(resource.path));
    return ownNames.get(staticPath(resource))?.has(name) ? name : undefined;
  }
}

/** The name of the model of an answer; a model may be no more than its name. */
function modelName({ model }: Resource): string | undefined {
  const name = isObject(model) ? model['name'] : model;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The name of the model of a resource's request. */
export function requestModelName({ model }: Resource): string | undefined {
  const name = isObject(model) ? model['requestName'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function modelsOf({ model }: Resource, member: string): Map<string, Record<string, unknown>> {
  const models = isObject(model) ? model[member] : undefined;
  const found = new Map<string, Record<string, unknown>>();
  if (!isObject(models)) return found;
  for (const [name, one] of Object.entries(models)) if (isObject(one)) found.set(name, one);
  return found;
}

function staticPath(resource: Resource): string {
  return withoutHub(resource.path)
    .trim()
    .replace(/\/\{[^{}]*\}/g, '');
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}
