// The description of a hub: what its elements have in common ways, each call once.

import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../core/http.ts';
import type { Definition } from '../element/define.ts';
import { assemble, byPathAndMethod, describeOperations, shapeOf } from './describe-element.ts';
import { createUniqueNames } from './operation-id.ts';
import { neededDefinitions } from './references.ts';
import { referenceTo, referredName } from './schema.ts';
import type { ServiceAddress } from './service-address.ts';
import type { Described, Schema, SwaggerDocument, SwaggerOperation } from './swagger.ts';

/** An operation of a hub, and the elements that have it. */
interface HubOperation extends Described {
  operation: SwaggerOperation & { 'x-elements': string[] };
}

/**
 * The calls of a hub in Swagger 2.0, below its path. A call that several elements have is told as the first of them has
 * it, and names all of them; models of one name that differ are told apart by their element's key.
 */
export function describeHub(hub: string, elements: readonly Definition[], address: ServiceAddress): SwaggerDocument {
  const found = new Map<string, HubOperation>();
  const models = new Map<string, Schema>();
  const uniqueName = createUniqueNames();
  for (const element of elements) {
    const { operations, models: own } = describeOperations(element);
    const fresh = operations.filter((one) => !found.has(shapeOf(one)));
    for (const one of operations) found.get(shapeOf(one))?.operation['x-elements'].push(element.key);
    const needed = neededDefinitions(
      fresh.map(({ operation }) => operation),
      own,
    );
    const names = addModels(models, needed, element.key);
    for (const one of fresh) {
      const operation = renameModels(one.operation, names) as SwaggerOperation;
      found.set(shapeOf(one), {
        method: one.method,
        path: one.path,
        operation: { ...operation, operationId: uniqueName(operation.operationId), 'x-elements': [element.key] },
      });
    }
  }
  const below = { ...address, basePath: `${address.basePath}/hubs/${encodeURIComponent(hub)}` };
  return assemble([...found.values()].sort(byPathAndMethod), models, below, { title: hub, version: 'api-v2' });
}

/** Adds models, under other names where one of their name means something else; gives back the new names. */
function addModels(models: Map<string, Schema>, added: ReadonlyMap<string, Schema>, key: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, schema] of added) {
    const known = models.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) names.set(name, `${key}.${name}`);
  }
  for (const [name, schema] of added) models.set(names.get(name) ?? name, renameModels(schema, names) as Schema);
  return names;
}

function renameModels(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (names.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => renameModels(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, one]) => {
      if (member !== '$ref' || typeof one !== 'string') return [member, renameModels(one, names)];
      const name = referredName(one);
      return [member, referenceTo(names.get(name) ?? name)['$ref']];
    }),
  );
}
