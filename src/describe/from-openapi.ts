// An OpenAPI 3.1 document, as the server has of its own routes, told in Swagger 2.0.

import { isObject } from '../core/http.ts';
import { assemble, byPathAndMethod } from './describe-element.ts';
import { createUniqueNames, operationIdOf, tagOf } from './operation-id.ts';
import { cleanSchema } from './schema.ts';
import type { ServiceAddress } from './service-address.ts';
import {
  type Described,
  type Schema,
  type SwaggerDocument,
  type SwaggerParameter,
  type SwaggerResponse,
  swaggerMethods,
} from './swagger.ts';

type Open = Record<string, unknown>;

/**
 * Translates the operations below a path, which becomes the base of the description; `resource` keeps those whose path
 * begins with it. Undefined when no operation is left.
 */
export function fromOpenApi(
  document: Open,
  below: string,
  address: ServiceAddress,
  resource: string | undefined,
): SwaggerDocument | undefined {
  const uniqueName = createUniqueNames();
  const operations = Object.entries(membersOf(document['paths']))
    .filter(([path]) => path.startsWith(`${below}/`))
    .map(([path, methods]) => ({ path: path.slice(below.length), methods: membersOf(methods) }))
    .filter(({ path }) => resource === undefined || path.split('/')[1] === resource)
    .flatMap(({ path, methods }) =>
      Object.entries(methods)
        .filter(([method]) => swaggerMethods.has(method))
        .map(([method, operation]) => translate(path, method, membersOf(operation))),
    )
    .sort(byPathAndMethod);
  if (operations.length === 0) return undefined;
  for (const { operation } of operations) operation.operationId = uniqueName(operation.operationId);
  const info = membersOf(document['info']);
  return {
    ...assemble(operations, new Map(), address, {
      title: String(info['title'] ?? ''),
      version: String(info['version'] ?? ''),
      ...(typeof info['description'] === 'string' ? { description: info['description'] } : {}),
    }),
    securityDefinitions: securityOf(membersOf(document['components'])),
  };
}

function membersOf(value: unknown): Open {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): Open[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function translate(path: string, method: string, operation: Open): Described {
  const parameters = listOf(operation['parameters']).flatMap(translateParameter);
  const { tags, security } = operation;
  return {
    method,
    path,
    operation: {
      operationId: operationIdOf(method, path),
      summary: String(operation['summary'] ?? ''),
      tags: Array.isArray(tags) && tags.length > 0 ? tags.map(String) : [tagOf(path)],
      parameters: [...parameters, ...bodyOf(membersOf(operation['requestBody']))],
      responses: responsesOf(membersOf(operation['responses'])),
      ...(Array.isArray(security) ? { security: security as Record<string, string[]>[] } : {}),
    },
  };
}

const places = new Map<unknown, 'query' | 'path' | 'header'>([
  ['query', 'query'],
  ['path', 'path'],
  ['header', 'header'],
]);

function translateParameter(parameter: Open): SwaggerParameter[] {
  const place = places.get(parameter['in']);
  if (place === undefined) return [];
  const { type, format, enum: values, items } = swaggerSchema(parameter['schema']);
  const isList = type === 'array';
  return [
    {
      name: String(parameter['name']),
      in: place,
      description: String(parameter['description'] ?? ''),
      required: place === 'path' || parameter['required'] === true,
      type: typeof type === 'string' && type !== 'object' ? type : 'string',
      ...(typeof format === 'string' ? { format } : {}),
      ...(Array.isArray(values) && !isList ? { enum: values } : {}),
      ...(isList ? { items: { type: membersOf(items)['type'] ?? 'string' } } : {}),
    },
  ];
}

function bodyOf(body: Open): SwaggerParameter[] {
  const [content] = Object.values(membersOf(body['content']));
  if (content === undefined) return [];
  return [
    {
      name: 'body',
      in: 'body',
      description: String(body['description'] ?? ''),
      required: body['required'] === true,
      schema: swaggerSchema(membersOf(content)['schema']),
    },
  ];
}

/** Ranges of statuses, which Swagger 2.0 does not know, are what happens by default. */
function responsesOf(responses: Open): Record<string, SwaggerResponse> {
  const translated = new Map<string, SwaggerResponse>();
  for (const [status, response] of Object.entries(responses)) {
    const key = /^\d{3}$/.test(status) ? status : 'default';
    if (translated.has(key)) continue;
    const { description, content } = membersOf(response);
    const [first] = Object.values(membersOf(content));
    const schema = membersOf(first)['schema'];
    translated.set(key, {
      description: String(description ?? ''),
      ...(schema === undefined ? {} : { schema: swaggerSchema(schema) }),
    });
  }
  return Object.fromEntries(translated);
}

/** Every way to sign in is a header. */
function securityOf(components: Open): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(membersOf(components['securitySchemes'])).map(([name, scheme]) => {
      const { description } = membersOf(scheme);
      return [name, { type: 'apiKey', in: 'header', name: 'Authorization', description: String(description ?? '') }];
    }),
  );
}

function swaggerSchema(schema: unknown): Schema {
  return cleanSchema(withoutAlternatives(schema));
}

/** Swagger 2.0 knows neither alternatives nor constants: texts to choose from are an enum, others may be anything. */
function withoutAlternatives(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const { anyOf, oneOf, const: constant, ...rest } = schema;
  const alternatives = listOf(anyOf ?? oneOf).filter((one) => one['type'] !== 'null');
  const [only] = alternatives;
  if (only !== undefined) {
    const values = alternatives.flatMap((one) => (Array.isArray(one['enum']) ? one['enum'] : [one['const']]));
    const common = values.includes(undefined) ? {} : { type: 'string', enum: values };
    return { ...rest, ...(alternatives.length === 1 ? membersOf(withoutAlternatives(only)) : common) };
  }
  const members = Object.entries(rest).map(([name, member]): [string, unknown] => {
    if (name === 'items' || name === 'additionalProperties') return [name, withoutAlternatives(member)];
    if (name === 'allOf') return [name, listOf(member).map(withoutAlternatives)];
    if (name !== 'properties') return [name, member];
    const properties = Object.entries(membersOf(member));
    return [name, Object.fromEntries(properties.map(([key, one]) => [key, withoutAlternatives(one)]))];
  });
  return { ...Object.fromEntries(members), ...(constant === undefined ? {} : { enum: [constant] }) };
}
