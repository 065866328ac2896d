// Swagger 2.0 as data: the parts of the specification (https://swagger.io/specification/v2) that descriptions are made of.

/** A JSON schema as Swagger 2.0 has it; `x-` members are free. */
export type Schema = Record<string, unknown>;

/** One parameter: a body has a schema, all others have a type. */
export interface SwaggerParameter {
  name: string;
  in: 'query' | 'path' | 'header' | 'body' | 'formData';
  description: string;
  required: boolean;
  type?: string;
  format?: string;
  items?: Schema;
  enum?: string[];
  default?: string;
  schema?: Schema;
  [extension: `x-${string}`]: unknown;
}

/** One answer, by status. */
export interface SwaggerResponse {
  description: string;
  schema?: Schema;
  [extension: `x-${string}`]: unknown;
}

/** What can be done at a path. */
export interface SwaggerOperation {
  operationId: string;
  summary: string;
  tags: string[];
  consumes?: string[];
  produces?: string[];
  parameters: SwaggerParameter[];
  responses: Record<string, SwaggerResponse>;
  security?: Record<string, string[]>[];
}

/** A whole description. */
export interface SwaggerDocument {
  swagger: '2.0';
  info: { title: string; version: string; description?: string; [extension: `x-${string}`]: unknown };
  host?: string;
  basePath: string;
  schemes: string[];
  tags: { name: string }[];
  paths: Record<string, Record<string, SwaggerOperation>>;
  definitions: Record<string, Schema>;
  securityDefinitions?: Record<string, Schema>;
}

/** An operation with the method (in lower case) and the path that lead to it. */
export interface Described {
  method: string;
  path: string;
  operation: SwaggerOperation;
}

/** The methods that Swagger 2.0 knows; an operation of another one has no place in a description. */
export const swaggerMethods: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
]);

/** The order of code units, in which paths stand whatever the machine's language is. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
