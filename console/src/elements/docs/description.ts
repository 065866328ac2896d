// The description of an element's API, as OpenAPI 3.1 has it, read into what the views show.

import { useQuery } from '@tanstack/react-query';
import { call } from '../../call.ts';
import { keyOfElement, pathOfElement } from '../queries.ts';

/** A JSON Schema, as far as the views look into it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  contentMediaType?: string;
}

/** A parameter in a path, a query or a header. */
export interface OperationParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}

interface Content {
  [type: string]: { schema?: Schema };
}

/** One call that can be made. */
export interface Operation {
  /** such as `GET /contacts`, by which the address names it */
  name: string;
  method: string;
  path: string;
  summary: string;
  /** the resource that it belongs to */
  group: string;
  parameters: OperationParameter[];
  body: { description: string; required: boolean; content: Content } | undefined;
  answers: { status: string; description: string; schema: Schema | undefined }[];
}

/** An element's API. */
export interface Description {
  hub: string;
  operations: Operation[];
  schemas: Record<string, Schema>;
}

interface OpenApi {
  info: { 'x-element-hub'?: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components?: { schemas?: Record<string, Schema> };
}

interface OpenApiOperation {
  summary?: string;
  tags?: string[];
  parameters?: OperationParameter[];
  requestBody?: { description?: string; required?: boolean; content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
}

/** Reads a description. */
function readDescription({ info, paths, components }: OpenApi): Description {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => readOperation(path, method.toUpperCase(), operation)),
  );
  return { hub: info['x-element-hub'] ?? 'general', operations, schemas: components?.schemas ?? {} };
}

function readOperation(path: string, method: string, operation: OpenApiOperation): Operation {
  const { summary = '', tags = [], parameters = [], requestBody, responses = {} } = operation;
  return {
    name: `${method} ${path}`,
    method,
    path,
    summary,
    group: tags[0] ?? path.split('/')[1] ?? '',
    parameters,
    body:
      requestBody === undefined
        ? undefined
        : {
            description: requestBody.description ?? '',
            required: requestBody.required ?? false,
            content: requestBody.content ?? {},
          },
    answers: Object.entries(responses).map(([status, { description = '', content = {} }]) => ({
      status,
      description,
      schema: Object.values(content)[0]?.schema,
    })),
  };
}

/** The API of an element. */
export function useElementDescription(key: string) {
  return useQuery({
    queryKey: [...keyOfElement(key), 'docs'],
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      readDescription(
        await call<OpenApi>('GET', `${pathOfElement(key)}/docs`, { query: { format: 'openapi3' }, signal }),
      ),
  });
}

/** The schema that a reference names, and its name; a schema that is none stays as it is. */
export function resolve(schema: Schema, schemas: Record<string, Schema>): { name: string | undefined; schema: Schema } {
  const name = schema.$ref?.split('/').at(-1);
  if (name === undefined) return { name: undefined, schema };
  const found = schemas[decodeURIComponent(name)];
  return { name: decodeURIComponent(name), schema: found ?? {} };
}

/** The members of an object, those of its parts included. */
export function membersOf(schema: Schema, schemas: Record<string, Schema>, depth = 0): [string, Schema, boolean][] {
  const required = new Set(schema.required);
  const own = Object.entries(schema.properties ?? {}).map(([name, member]): [string, Schema, boolean] => [
    name,
    member,
    required.has(name),
  ]);
  if (depth > 8) return own;
  const parts = (schema.allOf ?? []).flatMap((part) => membersOf(resolve(part, schemas).schema, schemas, depth + 1));
  return [...parts, ...own];
}

/** What kind of value a schema allows, in a word or two. */
export function describeType(schema: Schema, schemas: Record<string, Schema>): string {
  const { name, schema: meant } = resolve(schema, schemas);
  if (meant.items !== undefined) return `list of ${describeType(meant.items, schemas)}`;
  if (name !== undefined) return name;
  if (meant.contentMediaType === 'application/octet-stream') return 'file';
  if (meant.properties !== undefined || meant.allOf !== undefined) return 'object';
  const type = Array.isArray(meant.type) ? meant.type.join(' or ') : (meant.type ?? 'any');
  return meant.format === undefined || meant.format === 'int64' || meant.format === 'int32'
    ? type
    : `${type} (${meant.format})`;
}

/** An example of a value: what is required of it and a little more, so that people see its form. */
export function exampleOf(schema: Schema, schemas: Record<string, Schema>, seen: readonly string[] = []): unknown {
  const { name, schema: meant } = resolve(schema, schemas);
  if (name !== undefined && seen.includes(name)) return {};
  const path = name === undefined ? seen : [...seen, name];
  if (meant.examples?.[0] !== undefined) return meant.examples[0];
  if (meant.default !== undefined) return meant.default;
  if (meant.enum?.[0] !== undefined) return meant.enum[0];
  if (meant.items !== undefined) return [exampleOf(meant.items, schemas, path)];
  const members = membersOf(meant, schemas);
  if (members.length > 0) {
    const needed = members.filter(([, , required]) => required);
    const shown = needed.length > 0 ? needed : members.slice(0, 3);
    if (path.length > 6) return {};
    return Object.fromEntries(shown.map(([member, inner]) => [member, exampleOf(inner, schemas, path)]));
  }
  const type = Array.isArray(meant.type) ? meant.type[0] : meant.type;
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (type === 'string') return '';
  return {};
}
