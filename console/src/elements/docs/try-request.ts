// A call as a person fills it in, as our own request and as the same request for a shell.

import { basePath, type CallOptions } from '../../call.ts';
import { describeType, exampleOf, type Operation, type Schema } from './description.ts';

/** What was filled in: parameters and parts of forms by place and name, files, and the body as text. */
export interface Filled {
  values: Record<string, string>;
  files: Record<string, File>;
  body: string;
}

/** A request to the API. */
export interface TryRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: FormData | Blob | undefined;
}

/** How a field is named among the filled ones. */
export function fieldName(place: string, name: string): string {
  return `${place} ${name}`;
}

/** The kind of body that an operation takes, and its schema. */
export function bodyKind({ body }: Operation): { kind: 'none' | 'json' | 'form'; type: string; schema: Schema } {
  const content = body?.content ?? {};
  const [type = '', { schema = {} } = {}] =
    Object.entries(content).find(([name]) => name.includes('json')) ?? Object.entries(content)[0] ?? [];
  if (body === undefined || type === '') return { kind: 'none', type, schema };
  return { kind: /form/.test(type) ? 'form' : 'json', type, schema };
}

/** What is filled in at the beginning: defaults, and an example of the body. */
export function firstFilled(operation: Operation, schemas: Record<string, Schema>): Filled {
  const { kind, schema } = bodyKind(operation);
  const values = operation.parameters.flatMap(({ name, in: place, schema: own, example }) => {
    const value = example ?? own?.default;
    return value === undefined ? [] : [[fieldName(place, name), String(value)]];
  });
  return {
    values: Object.fromEntries(values),
    files: {},
    body: kind === 'json' ? JSON.stringify(exampleOf(schema, schemas), null, 2) : '',
  };
}

/** What is still missing, by the name of its field. */
export function missingFields(operation: Operation, { values, files, body }: Filled): string[] {
  const { kind, schema } = bodyKind(operation);
  const missing = operation.parameters
    .filter(({ required = false, in: place, name }) => required && !values[fieldName(place, name)])
    .map(({ in: place, name }) => fieldName(place, name));
  if (kind === 'form') {
    for (const name of schema.required ?? []) {
      const field = fieldName('form', name);
      if (!values[field] && files[field] === undefined) missing.push(field);
    }
  }
  if (kind === 'json' && operation.body?.required === true && body.trim() === '') missing.push('body');
  return missing;
}

/** The request that was filled in; the hub is part of the path, as programs write it. */
export function composeRequest(operation: Operation, hub: string, filled: Filled): TryRequest {
  const filledAt = (place: string, name: string) => filled.values[fieldName(place, name)] ?? '';
  const at = (place: string) =>
    operation.parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name }): [string, string] => [name, filledAt(place, name)])
      .filter(([, value]) => value !== '');
  const path = operation.path.replace(/\{([^{}]+)\}/g, (_, name: string) => encodeURIComponent(filledAt('path', name)));
  return {
    method: operation.method,
    path: `/hubs/${encodeURIComponent(hub)}${path}`,
    query: Object.fromEntries(at('query')),
    headers: Object.fromEntries(at('header')),
    body: composeBody(operation, filled),
  };
}

function composeBody(operation: Operation, { values, files, body }: Filled): FormData | Blob | undefined {
  const { kind, type, schema } = bodyKind(operation);
  if (kind === 'none') return undefined;
  if (kind === 'json') return body.trim() === '' ? undefined : new Blob([body], { type });
  const names = Object.keys(schema.properties ?? {});
  const given = names
    .map((name): [string, string] => [name, values[fieldName('form', name)] ?? ''])
    .filter(([, value]) => value !== '');
  if (type === 'application/x-www-form-urlencoded') return new Blob([String(new URLSearchParams(given))], { type });
  const form = new FormData();
  for (const [name, value] of given) form.append(name, value);
  for (const name of names) {
    const file = files[fieldName('form', name)];
    if (file !== undefined) form.append(name, file);
  }
  return form;
}

/** Whether a part of a form is a file. */
export function isFile(schema: Schema): boolean {
  return describeType(schema, {}) === 'file';
}

/** The options of `send` for a request at an account. */
export function sendOptions({ query, headers, body }: TryRequest, instance: number): CallOptions {
  return { query, headers, instance, ...(body === undefined ? {} : { body }) };
}

/** The same request for a shell; secrets stand in it by name only. */
export function toCurl({ method, path, query, headers, body }: TryRequest, bodyText: string): string {
  const search = new URLSearchParams(query);
  const url = `${window.location.origin}${basePath}${path}${search.size === 0 ? '' : `?${search}`}`;
  const authorization =
    'Authorization: User <user secret>, Organization <organization secret>, Element <element token>';
  const lines = [
    `curl -X ${method} ${quoted(url)}`,
    `-H ${quoted(authorization)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
  ];
  if (body instanceof FormData) {
    for (const [name, value] of body) {
      lines.push(`-F ${quoted(`${name}=${typeof value === 'string' ? value : `@${value.name}`}`)}`);
    }
  } else if (body !== undefined) {
    lines.push(`-H ${quoted(`Content-Type: ${body.type}`)}`, `-d ${quoted(bodyText)}`);
  }
  return lines.join(' \\\n  ');
}

/** Text in single quotes, as POSIX shells read it (section 2.2.2). */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
