// Models of resources as the original format has them: JSON schemas by name, which refer to each other.

import { isObject } from '../core/http.ts';

/** A JSON schema as Swagger 2.0 has it. */
export type JsonSchema = Record<string, unknown>;

/** The schemas that a description defines, by name. */
export type Definitions = ReadonlyMap<string, JsonSchema>;

/** What a resource gives or takes: a schema, or rows of it. */
export interface Shape {
  /** what it is called: the name of its type, or of its resource */
  name: string;
  schema: JsonSchema;
  isList?: boolean;
}

/** A reference to a definition. */
export function referenceTo(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

/**
 * The `model` of a resource: the schema of its answer, and of its body if it takes one, each with all that it refers to.
 * The model of a list has the rows' schema as `<name>Object`, under no other name (the original's convention).
 * A model brings `mostTypes` types with it at most; what lies behind them is any object.
 */
export function modelOf(
  response: Shape | undefined,
  request: Shape | undefined,
  definitions: Definitions,
  mostTypes = 60,
): Record<string, unknown> | undefined {
  if (response === undefined && request === undefined) return undefined;
  const answered = response === undefined ? {} : responseModel(response, definitions, mostTypes);
  if (request === undefined) return answered;
  return {
    ...answered,
    requestName: request.name,
    requestSwagger: withTypes(request.name, request.schema, definitions, mostTypes),
  };
}

function responseModel(
  { name, schema, isList }: Shape,
  definitions: Definitions,
  mostTypes: number,
): Record<string, unknown> {
  if (isList !== true) return { name, swagger: withTypes(name, schema, definitions, mostTypes) };
  const rowName = `${name}Object`;
  const types = withTypes(rowName, schema, definitions, mostTypes);
  let free = name;
  while (Object.hasOwn(types, free)) free = `${free}List`;
  const { [rowName]: row, ...others } = types;
  return { name: free, swagger: { [`${free}Object`]: row, ...others } };
}

/** A schema under its name, with every definition that it leads to. */
function withTypes(
  name: string,
  schema: JsonSchema,
  definitions: Definitions,
  mostTypes: number,
): Record<string, JsonSchema> {
  const swagger: Record<string, JsonSchema> = { [name]: schemaOf(schema, definitions) };
  const waiting = [...referencesIn(swagger[name])];
  let lacksTypes = false;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (Object.hasOwn(swagger, next)) continue;
    const found = definitions.get(next);
    if (found === undefined || Object.keys(swagger).length >= mostTypes) {
      lacksTypes ||= found !== undefined;
      swagger[next] = { type: 'object' };
      continue;
    }
    swagger[next] = found;
    if (!lacksTypes) waiting.push(...referencesIn(found));
  }
  return swagger;
}

/** A schema that is no reference itself. */
function schemaOf(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const [name] = typeof schema['$ref'] === 'string' ? referencesIn(schema) : [];
  return name === undefined ? schema : (definitions.get(name) ?? { type: 'object' });
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member.slice('#/definitions/'.length)] : referencesIn(member),
  );
}
