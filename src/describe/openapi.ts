// A description in Swagger 2.0 told in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1).

import { isObject } from '../core/http.ts';
import { createUniqueNames } from './operation-id.ts';
import { referredName } from './schema.ts';
import type { Schema, SwaggerDocument, SwaggerOperation, SwaggerParameter } from './swagger.ts';

type ComponentName = (model: string) => string;

/**
 * Translates a description. Who calls becomes a security scheme, because OpenAPI 3 passes over parameters called
 * Authorization; bodies and parts of forms become request bodies; names of models are spelled as components may be.
 */
export function toOpenApi(document: SwaggerDocument): Record<string, unknown> {
  const { info, host, basePath, schemes, tags, paths, definitions } = document;
  const nameOf = componentNames(Object.keys(definitions));
  const methods = (one: Record<string, SwaggerOperation>) =>
    Object.fromEntries(Object.entries(one).map(([method, operation]) => [method, translate(operation, nameOf)]));
  return {
    openapi: '3.1.0',
    info,
    servers:
      host === undefined ? [{ url: basePath }] : schemes.map((scheme) => ({ url: `${scheme}://${host}${basePath}` })),
    tags,
    security: [{ authorization: [] }],
    paths: Object.fromEntries(Object.entries(paths).map(([path, one]) => [path, methods(one)])),
    components: {
      securitySchemes: {
        authorization: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'Element <token>, User <user secret>, Organization <organization secret>',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(definitions).map(([name, schema]) => [nameOf(name), translateSchema(schema, nameOf)]),
      ),
    },
  };
}

/** OpenAPI allows letters, digits, dots, dashes and underscores in the names of components. */
function componentNames(models: readonly string[]): ComponentName {
  const uniqueName = createUniqueNames();
  const names = new Map(models.map((model) => [model, uniqueName(model.replace(/[^A-Za-z0-9._-]/g, '_') || '_')]));
  return (model) => names.get(model) ?? model;
}

function translate(operation: SwaggerOperation, nameOf: ComponentName): Record<string, unknown> {
  const { operationId, summary, tags, consumes, produces = ['application/json'], parameters, responses } = operation;
  const isBody = ({ in: place }: SwaggerParameter) => place === 'body' || place === 'formData';
  const body = requestBody(parameters.filter(isBody), consumes, nameOf);
  const content = (schema: Schema) =>
    Object.fromEntries(produces.map((type) => [type, { schema: translateSchema(schema, nameOf) }]));
  return {
    operationId,
    summary,
    tags,
    parameters: parameters
      .filter((one) => !isBody(one) && !(one.in === 'header' && one.name === 'Authorization'))
      .map((one) => translateParameter(one, nameOf)),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { schema, ...rest }]) => [
        status,
        schema === undefined ? rest : { ...rest, content: content(schema) },
      ]),
    ),
  };
}

function translateParameter(parameter: SwaggerParameter, nameOf: ComponentName): Record<string, unknown> {
  const { name, in: place, description, required } = parameter;
  const sample = parameter['x-cloudelements-sample'];
  return {
    name,
    in: place,
    description,
    required,
    schema: valueSchema(parameter, nameOf),
    ...(parameter.type === 'array' && place === 'query' ? { explode: false } : {}),
    ...(sample === undefined ? {} : { example: sample }),
  };
}

/** The schema of a value outside of a body; text that holds a model says so. */
function valueSchema(parameter: SwaggerParameter, nameOf: ComponentName): Schema {
  const { type, format, items, enum: values, default: initial } = parameter;
  const model = parameter['x-schema'];
  const members = { type, format, items, enum: values, default: initial };
  const given = Object.entries(members).filter(([, member]) => member !== undefined);
  return {
    ...translateSchema(Object.fromEntries(given), nameOf),
    ...(isObject(model) ? { contentMediaType: 'application/json', contentSchema: translateSchema(model, nameOf) } : {}),
  };
}

function requestBody(
  parts: readonly SwaggerParameter[],
  consumes: readonly string[] | undefined,
  nameOf: ComponentName,
): Record<string, unknown> | undefined {
  const body = parts.find((one) => one.in === 'body' || one['x-body'] === true);
  const form = parts.filter((one) => one.in === 'formData' && one !== body);
  if (body === undefined && form.length === 0) return undefined;
  const required = form.filter((one) => one.required).map(({ name }) => name);
  const properties = form.map((one): [string, Schema] => [
    one.name,
    { description: one.description, ...valueSchema(one, nameOf) },
  ]);
  const formSchema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
  };
  const formTypes = form.length === 0 ? [] : (consumes ?? ['multipart/form-data']);
  return {
    description: body?.description ?? '',
    required: parts.some((one) => one.required),
    content: {
      ...(body === undefined ? {} : { 'application/json': { schema: translateSchema(bodySchema(body), nameOf) } }),
      ...Object.fromEntries(formTypes.map((type) => [type, { schema: formSchema }])),
    },
  };
}

function bodySchema({ schema, 'x-schema': ofPart }: SwaggerParameter): Schema {
  return schema ?? (isObject(ofPart) ? ofPart : {});
}

/** A schema of Swagger 2.0 as JSON Schema 2020-12, which OpenAPI 3.1 has. */
function translateSchema(schema: Schema, nameOf: ComponentName): Schema {
  const translated = new Map<string, unknown>();
  const inner = (value: unknown) => (isObject(value) ? translateSchema(value, nameOf) : value);
  for (const [name, member] of Object.entries(schema)) {
    if (name === '$ref') translated.set('$ref', `#/components/schemas/${nameOf(referredName(String(member)))}`);
    else if (name === 'items' || name === 'additionalProperties') translated.set(name, inner(member));
    else if (name === 'allOf' && Array.isArray(member)) translated.set(name, member.map(inner));
    else if (name === 'properties' && isObject(member)) {
      translated.set(name, Object.fromEntries(Object.entries(member).map(([key, one]) => [key, inner(one)])));
    } else if (name === 'discriminator') translated.set(name, { propertyName: member });
    else if (name === 'example') translated.set('examples', [member]);
    else translated.set(name, member);
  }
  makeExclusive(translated, 'maximum', 'exclusiveMaximum');
  makeExclusive(translated, 'minimum', 'exclusiveMinimum');
  if (translated.get('type') === 'file') {
    translated.set('type', 'string').set('contentMediaType', 'application/octet-stream');
  }
  return Object.fromEntries(translated);
}

/** What was a limit and whether it counts itself is one number now. */
function makeExclusive(schema: Map<string, unknown>, limit: string, exclusive: string): void {
  const isExclusive = schema.get(exclusive) === true;
  const bound = schema.get(limit);
  schema.delete(exclusive);
  if (!isExclusive || bound === undefined) return;
  schema.delete(limit);
  schema.set(exclusive, bound);
}
