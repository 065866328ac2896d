// What callers give to a resource, as parameters of an operation, in the order that readers know from the original.

import type { Definition } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import type { Parameter } from '../element/parameter.ts';
import { requestModelName } from './models.ts';
import { pathParameters } from './operation-id.ts';
import { referenceTo, typeNamed } from './schema.ts';
import type { Schema, SwaggerParameter } from './swagger.ts';

const places = new Map<string, SwaggerParameter['in']>([
  ['query', 'query'],
  ['path', 'path'],
  ['body', 'body'],
  ['header', 'header'],
  ['form', 'formData'],
  ['multipart', 'formData'],
]);

/** Who calls; every operation begins with it. */
export const authorization: SwaggerParameter = {
  name: 'Authorization',
  in: 'header',
  description:
    "The authorization tokens. The format for the header value is 'Element &lt;token&gt;, User &lt;user secret&gt;'",
  required: true,
  type: 'string',
};

/** The token of the page that follows; it takes the place of `page`. */
export const nextPage: SwaggerParameter = {
  name: 'nextPage',
  in: 'query',
  description: 'The next page cursor, taken from the response header: `elements-next-page-token`',
  required: false,
  type: 'string',
};

const fields: SwaggerParameter = {
  name: 'fields',
  in: 'query',
  description: 'The fields to return on the response. Can be a single field or a comma-separated list of fields',
  required: false,
  type: 'string',
};

/** What callers may give to every list of an element whose setting `allow.select.fields` is true. */
export function withFields(definition: Definition, method: string, given: SwaggerParameter[]): SwaggerParameter[] {
  if (definition.settings.get('allow.select.fields')?.defaultValue !== 'true' || method !== 'get') return given;
  const has = (name: string) => given.some((parameter) => parameter.name === name);
  return has('nextPage') && has('pageSize') && !has('fields') ? [...given, fields] : given;
}

/**
 * The parameters of a resource: who calls; those of the path as they occur in it; then required ones, the body as their
 * last, and optional ones; the parts of a form; the page. What the document itself fills in is not shown.
 */
export function parametersOf(definition: Definition, resource: Resource, path: string): SwaggerParameter[] {
  const given = (resource.parameters ?? []).filter(isGiven);
  // Documents with numbered parameters list the latest first.
  const written = given.some((parameter) => typeof numbered(parameter)['id'] === 'number') ? given.toReversed() : given;
  const described = unique(
    written.filter(({ name }) => name !== 'page').flatMap((parameter) => describe(resource, parameter)),
  );
  const inPath = pathParameters(path).map(
    (name) => described.find((one) => one.in === 'path' && one.name === name) ?? undeclared(name),
  );
  const isBody = (one: SwaggerParameter) => one.in === 'body';
  const parts = described.filter((one) => one.in === 'formData').toReversed();
  const form = parts.length === 0 ? [] : unique([...parts, ...described.filter(isBody).map(asPart)]);
  const others = described.filter(
    (one) => one.in !== 'path' && one.in !== 'formData' && !(isBody(one) && form.length > 0),
  );
  return withFields(definition, resource.method.toLowerCase(), [
    authorization,
    ...unique(inPath),
    ...others.filter((one) => one.required).toSorted((a, b) => Number(isBody(a)) - Number(isBody(b))),
    ...others.filter((one) => !one.required),
    ...form.toSorted((a, b) => Number(b.required) - Number(a.required)),
    ...(given.some(({ name }) => name === 'page') && !described.some((one) => one.name === 'nextPage')
      ? [nextPage]
      : []),
  ]);
}

/** Members that the schema of a parameter does not name. */
function numbered(parameter: Parameter): Record<string, unknown> {
  return parameter;
}

/** Whether the caller gives a parameter: neither is it read from an answer, nor is it a literal in the reversed form. */
function isGiven({ type, source, vendorType }: Parameter): boolean {
  return places.has(type) && source !== 'response' && vendorType !== 'value';
}

function describe(resource: Resource, parameter: Parameter): SwaggerParameter[] {
  const { name, type, description } = parameter;
  const place = places.get(type);
  if (place === undefined) return [];
  const sample = numbered(parameter)['sampleData'];
  return [
    {
      name,
      in: place,
      description: name === 'nextPage' ? nextPage.description : (description ?? ''),
      required: place === 'path' || parameter.required === true,
      ...(sample === undefined || sample === null ? {} : { 'x-cloudelements-sample': sample }),
      ...(place === 'body' ? { schema: bodySchema(resource, parameter) } : valueType(parameter, place)),
    },
  ];
}

function bodySchema(resource: Resource, { dataType }: Parameter): Schema {
  // An object of which the document knows more: what the resource's request is said to be.
  const name = (dataType !== 'object' && dataType) || requestModelName(resource) || 'object';
  const type = typeNamed(name);
  if (type === undefined) return referenceTo(name);
  return type['type'] === 'array' ? { type: 'array', items: {} } : type;
}

/** The type of a value outside of a body, where nothing but text can be structured: a model is named beside it. */
function valueType({ name, dataType }: Parameter, place: SwaggerParameter['in']): Partial<SwaggerParameter> {
  if (dataType?.toLowerCase() === 'file' && place === 'formData') return { type: 'file' };
  const known = typeNamed(dataType || 'string');
  const model = known === undefined && dataType ? { 'x-schema': referenceTo(dataType) } : {};
  const type = String(known?.['type'] ?? 'string');
  const format = name === 'pageSize' ? 'int64' : known?.['format'];
  return {
    ...model,
    ...(typeof format === 'string' ? { format } : {}),
    type: type === 'object' ? 'string' : type,
    ...(type === 'array' ? { items: { type: 'string' } } : {}),
  };
}

/** A body beside a form, which Swagger 2.0 does not know, as a part of the form; `x-body` says that it may stand alone. */
function asPart({ schema, ...body }: SwaggerParameter): SwaggerParameter {
  return { ...body, in: 'formData', type: 'string', 'x-schema': schema, 'x-body': true };
}

/** A parameter of the path that the document takes from elsewhere, or says nothing of. */
function undeclared(name: string): SwaggerParameter {
  return { name, in: 'path', description: '', required: true, type: 'string' };
}

/** The first of each name and place; there is one body only. */
function unique(parameters: readonly SwaggerParameter[]): SwaggerParameter[] {
  const found = new Map<string, SwaggerParameter>();
  for (const parameter of parameters) {
    const key = parameter.in === 'body' ? 'body' : `${parameter.in} ${parameter.name}`;
    if (!found.has(key)) found.set(key, parameter);
  }
  return [...found.values()];
}
