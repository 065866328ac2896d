// What an OpenAPI 3 and a Swagger 2.0 description say alike: operations, their parameters, bodies and answers, servers
// and ways to sign in. Everything behind this file knows one form only.

import { isObject } from '../core/http.ts';
import { type Fault, type Notes, pointer } from './conversion.ts';
import { type DescriptionTree, valueAtPointer } from './openapi-read.ts';

type Members = Record<string, unknown>;

/** A JSON schema as it is written; `true` and `false` count as one that says nothing. */
export type Schema = Members;

export interface ApiServer {
  url: string;
  variables: Record<string, { default?: string; description?: string; options: string[] }>;
}

export interface ApiParameter {
  path: string;
  place: 'path' | 'query' | 'header' | 'cookie';
  name: string;
  required: boolean;
  description: string | undefined;
  schema: Schema;
  /** whether the members of an object are parameters of their own, `filter[status]` */
  isDeep: boolean;
}

export interface ApiBody {
  path: string;
  required: boolean;
  description: string | undefined;
  /** by media type, in lower case and without parameters */
  contents: ReadonlyMap<string, Schema>;
}

export interface ApiAnswer {
  contents: ReadonlyMap<string, Schema>;
  /** in lower case */
  headers: ReadonlySet<string>;
}

/** One way to satisfy a demand for credentials: all of these schemes together, with the scopes that are needed. */
export type ApiRequirement = Record<string, string[]>;

export interface ApiOperation {
  path: string;
  method: string;
  /** as the description writes it, with `{variables}` */
  address: string;
  id: string | undefined;
  summary: string | undefined;
  deprecated: boolean;
  parameters: ApiParameter[];
  body: ApiBody | undefined;
  /** of a success */
  answer: ApiAnswer;
  /** undefined: as everywhere in the description */
  security: ApiRequirement[] | undefined;
  /** where it differs from the description's own */
  server: ApiServer | undefined;
}

export type ApiScheme = { path: string; description: string | undefined } & (
  | { kind: 'key'; place: 'header' | 'query' | 'cookie'; name: string }
  | { kind: 'basic' | 'bearer' }
  | { kind: 'oauth2'; flows: Record<string, ApiFlow> }
  | { kind: 'other'; what: string }
);

export interface ApiFlow {
  authorizationUrl: string | undefined;
  tokenUrl: string | undefined;
  refreshUrl: string | undefined;
  scopes: string[];
}

export interface ApiDescription {
  title: string;
  description: string | undefined;
  servers: ApiServer[];
  schemes: ReadonlyMap<string, ApiScheme>;
  security: ApiRequirement[] | undefined;
  operations: ApiOperation[];
  /** what a reference leads to; anything else as it is */
  resolve(value: unknown): unknown;
}

const callableMethods = ['get', 'post', 'put', 'patch', 'delete'];
const otherMethods = ['head', 'options', 'trace', 'query'];

/** Reads a description; what it says wrongly becomes a fault, what has no place in an element a note. */
export function readDescription(
  tree: DescriptionTree,
  source: string | undefined,
  notes: Notes,
): { api: ApiDescription; faults: Fault[] } {
  const reader = new Reader(tree, notes);
  const { root, version } = tree;
  const info = members(root['info']);
  const api: ApiDescription = {
    title: text(info['title']) ?? '',
    description: text(info['description']),
    servers: version === '3' ? reader.servers(root['servers']) : swaggerServers(root, source),
    schemes: reader.schemes(),
    security: reader.security(root['security'], pointer('security')),
    operations: reader.operations(),
    resolve: (value) => reader.resolve(value),
  };
  if (isObject(root['webhooks'])) {
    const count = Object.keys(root['webhooks']).length;
    if (count > 0)
      notes.add('/webhooks', `${count} webhooks are not carried over: an element calls, it is not called.`);
  }
  return { api, faults: reader.faults };
}

class Reader {
  readonly faults: Fault[] = [];
  readonly #tree: DescriptionTree;
  readonly #notes: Notes;

  constructor(tree: DescriptionTree, notes: Notes) {
    this.#tree = tree;
    this.#notes = notes;
  }

  resolve(value: unknown): unknown {
    let found = value;
    for (let hops = 0; hops < 20 && isObject(found) && typeof found['$ref'] === 'string'; hops++) {
      found = valueAtPointer(this.#tree.root, found['$ref']);
    }
    return isObject(found) && typeof found['$ref'] === 'string' ? undefined : found;
  }

  /** An object at a place; anything else is a fault. */
  #object(value: unknown, path: string, what: string): Members | undefined {
    const found = this.resolve(value);
    if (isObject(found)) return found;
    this.faults.push({ path, message: `${what} must be an object.` });
    return undefined;
  }

  operations(): ApiOperation[] {
    const { root } = this.#tree;
    if (root['paths'] === undefined) {
      this.faults.push({ path: '', message: 'there are no paths, so there is nothing to call.' });
      return [];
    }
    const paths = this.#object(root['paths'], '/paths', 'paths');
    return Object.entries(paths ?? {}).flatMap(([address, value]) => {
      if (address.startsWith('x-')) return [];
      const path = pointer('paths', address);
      if (!address.startsWith('/')) {
        this.faults.push({ path, message: 'a path must begin with a slash.' });
        return [];
      }
      const item = this.#object(value, path, 'a path');
      return item === undefined ? [] : this.#pathOperations(address, item, path);
    });
  }

  #pathOperations(address: string, item: Members, path: string): ApiOperation[] {
    for (const method of otherMethods) {
      if (item[method] !== undefined) {
        this.#notes.add(
          path + pointer(method),
          `${method.toUpperCase()} is no method of this platform's callers; left out.`,
        );
      }
    }
    return callableMethods.flatMap((method) => {
      if (item[method] === undefined) return [];
      const place = path + pointer(method);
      const operation = this.#object(item[method], place, 'an operation');
      return operation === undefined ? [] : [this.#operation(address, method, item, operation, place)];
    });
  }

  #operation(address: string, method: string, item: Members, operation: Members, path: string): ApiOperation {
    if (operation['callbacks'] !== undefined) {
      this.#notes.add(`${path}/callbacks`, 'callbacks are not carried over: an element calls, it is not called.');
    }
    const given = this.#parameters(item, operation, path);
    const isSwagger = this.#tree.version === '2.0';
    const body = isSwagger ? this.#swaggerBody(given, operation, path) : this.#body(operation['requestBody'], path);
    return {
      path,
      method: method.toUpperCase(),
      address,
      id: text(operation['operationId']),
      summary: text(operation['summary']) ?? text(operation['description']) ?? text(item['summary']),
      deprecated: operation['deprecated'] === true,
      parameters: given.flatMap((parameter) => this.#parameter(parameter) ?? []),
      body,
      answer: this.#answer(operation, path),
      security: this.security(operation['security'], `${path}/security`),
      server: isSwagger ? undefined : (this.servers(operation['servers'])[0] ?? this.servers(item['servers'])[0]),
    };
  }

  /** The parameters of an operation and those of its path that it does not replace (same place and name). */
  #parameters(item: Members, operation: Members, path: string): { value: Members; path: string }[] {
    const read = (list: unknown, place: string) => {
      if (list === undefined) return [];
      if (!Array.isArray(list)) {
        this.faults.push({ path: place, message: 'parameters must be a list.' });
        return [];
      }
      return list.flatMap((value, index) => {
        const at = `${place}/${index}`;
        const parameter = this.#object(value, at, 'a parameter');
        if (parameter === undefined) return [];
        if (text(parameter['name']) !== undefined && typeof parameter['in'] === 'string') {
          return [{ value: parameter, path: at }];
        }
        this.faults.push({ path: at, message: 'a parameter must have a name and a place (in).' });
        return [];
      });
    };
    const own = read(operation['parameters'], `${path}/parameters`);
    const key = ({ value }: { value: Members }) => `${value['in']} ${value['name']}`;
    const known = new Set(own.map(key));
    const shared = read(item['parameters'], `${path.slice(0, path.lastIndexOf('/'))}/parameters`);
    const all = [...shared.filter((parameter) => !known.has(key(parameter))), ...own];
    return all.filter((parameter, index) => {
      if (all.findIndex((other) => key(other) === key(parameter)) === index) return true;
      this.#notes.add(parameter.path, `${key(parameter)} is there twice; the first is taken.`);
      return false;
    });
  }

  #parameter({ value, path }: { value: Members; path: string }): ApiParameter | undefined {
    const place = value['in'];
    if (place === 'body' || place === 'formData') return undefined;
    if (place !== 'path' && place !== 'query' && place !== 'header' && place !== 'cookie') {
      this.#notes.add(path, `a parameter in "${String(place).slice(0, 40)}" has no place in a request; left out.`);
      return undefined;
    }
    const content = isObject(value['content']) ? Object.values(value['content'])[0] : undefined;
    const schema = this.resolve(value['schema'] ?? members(content)['schema']);
    return {
      path,
      place,
      name: String(value['name']),
      required: value['required'] === true || place === 'path',
      description: text(value['description']),
      // a parameter of Swagger 2.0 is its own schema
      schema: isObject(schema) ? schema : this.#tree.version === '2.0' ? value : {},
      isDeep: value['style'] === 'deepObject',
    };
  }

  #body(value: unknown, path: string): ApiBody | undefined {
    if (value === undefined) return undefined;
    const place = `${path}/requestBody`;
    const body = this.#object(value, place, 'requestBody');
    if (body === undefined) return undefined;
    return {
      path: place,
      required: body['required'] === true,
      description: text(body['description']),
      contents: this.#contents(body['content'], `${place}/content`),
    };
  }

  #contents(value: unknown, path: string): Map<string, Schema> {
    const contents = new Map<string, Schema>();
    if (value === undefined) return contents;
    for (const [type, media] of Object.entries(this.#object(value, path, 'content') ?? {})) {
      const schema = members(this.resolve(media))['schema'];
      contents.set(mediaType(type), isObject(schema) ? schema : {});
    }
    return contents;
  }

  /** The body of Swagger 2.0: a parameter in the body, or those of a form. */
  #swaggerBody(given: { value: Members; path: string }[], operation: Members, path: string): ApiBody | undefined {
    const consumes = mediaTypes(operation['consumes'] ?? this.#tree.root['consumes']);
    const body = given.find(({ value }) => value['in'] === 'body');
    if (body !== undefined) {
      const schema = isObject(body.value['schema']) ? body.value['schema'] : {};
      const types = consumes.filter((type) => !/form/.test(type));
      return {
        path: body.path,
        required: body.value['required'] === true,
        description: text(body.value['description']),
        contents: new Map((types.length === 0 ? ['application/json'] : types).map((type) => [type, schema])),
      };
    }
    const fields = given.filter(({ value }) => value['in'] === 'formData');
    if (fields.length === 0) return undefined;
    const hasFile = fields.some(({ value }) => value['type'] === 'file');
    const type = hasFile || consumes.includes('multipart/form-data') ? 'multipart/form-data' : formType;
    const properties = Object.fromEntries(
      fields.map(({ value }) => [
        String(value['name']),
        value['type'] === 'file' ? { type: 'string', format: 'binary', description: value['description'] } : value,
      ]),
    );
    const required = fields.filter(({ value }) => value['required'] === true).map(({ value }) => String(value['name']));
    return {
      path: `${path}/parameters`,
      required: required.length > 0,
      description: undefined,
      contents: new Map([[type, { type: 'object', properties, required }]]),
    };
  }

  /** What a success answers: the first of 200, 201, other 2xx and default that has a content, else the first. */
  #answer(operation: Members, path: string): ApiAnswer {
    const place = `${path}/responses`;
    const none: ApiAnswer = { contents: new Map(), headers: new Set() };
    if (operation['responses'] === undefined) return none;
    const responses = this.#object(operation['responses'], place, 'responses') ?? {};
    const order = (code: string) => (code === '200' ? 0 : code === '201' ? 1 : code === 'default' ? 9 : 2);
    const codes = Object.keys(responses)
      .filter((code) => /^2(\d\d|XX)$/i.test(code) || code === 'default')
      .sort((a, b) => order(a) - order(b));
    const answers = codes.flatMap((code) => {
      const response = this.resolve(responses[code]);
      if (!isObject(response)) {
        this.faults.push({ path: place + pointer(code), message: 'a response must be an object.' });
        return [];
      }
      // what stands for all other answers is mostly an error
      if (code === 'default' && codes.length > 1) return [];
      const contents =
        this.#tree.version === '3'
          ? this.#contents(response['content'], `${place}${pointer(code)}/content`)
          : this.#swaggerContents(response, operation);
      const headers = new Set(Object.keys(members(response['headers'])).map((name) => name.toLowerCase()));
      return [{ contents, headers }];
    });
    return answers.find(({ contents }) => contents.size > 0) ?? answers[0] ?? none;
  }

  #swaggerContents(response: Members, operation: Members): Map<string, Schema> {
    const schema = response['schema'];
    if (!isObject(schema)) return new Map();
    const produces = mediaTypes(operation['produces'] ?? this.#tree.root['produces']);
    const isFile = schema['type'] === 'file';
    const types = produces.length > 0 ? produces : [isFile ? 'application/octet-stream' : 'application/json'];
    const kept = isFile ? types.filter((type) => !/json|xml/.test(type)) : types;
    return new Map((kept.length === 0 ? ['application/octet-stream'] : kept).map((type) => [type, schema]));
  }

  servers(value: unknown): ApiServer[] {
    if (!Array.isArray(value)) return [];
    return value.filter(isObject).flatMap((server) => {
      const url = text(server['url']);
      if (url === undefined) return [];
      const variables: ApiServer['variables'] = Object.create(null);
      for (const [name, variable] of Object.entries(members(server['variables']))) {
        const given = members(variable);
        const fallback = given['default'];
        const description = text(given['description']);
        Object.defineProperty(variables, name, {
          enumerable: true,
          value: {
            ...(fallback === undefined || fallback === null ? {} : { default: String(fallback) }),
            ...(description === undefined ? {} : { description }),
            options: Array.isArray(given['enum']) ? given['enum'].map(String) : [],
          },
        });
      }
      return [{ url, variables }];
    });
  }

  security(value: unknown, path: string): ApiRequirement[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) {
      this.faults.push({ path, message: 'security must be a list.' });
      return undefined;
    }
    return value
      .filter(isObject)
      .map((requirement) =>
        Object.fromEntries(
          Object.entries(requirement).map(([name, scopes]) => [name, Array.isArray(scopes) ? scopes.map(String) : []]),
        ),
      );
  }

  schemes(): Map<string, ApiScheme> {
    const { root, version } = this.#tree;
    const written = version === '2.0' ? root['securityDefinitions'] : members(root['components'])['securitySchemes'];
    const schemes = new Map<string, ApiScheme>();
    for (const [name, value] of Object.entries(members(written))) {
      const scheme = this.resolve(value);
      const path = version === '2.0' ? '/securityDefinitions' : '/components/securitySchemes';
      if (isObject(scheme)) schemes.set(name, this.#scheme(scheme, path + pointer(name)));
    }
    return schemes;
  }

  #scheme(scheme: Members, path: string): ApiScheme {
    const shared = { path, description: text(scheme['description']) };
    const { type } = scheme;
    if (type === 'basic') return { ...shared, kind: 'basic' };
    if (type === 'apiKey') {
      const place = scheme['in'];
      const name = text(scheme['name']);
      if (name !== undefined && (place === 'header' || place === 'query' || place === 'cookie')) {
        return { ...shared, kind: 'key', place, name };
      }
    }
    if (type === 'http') {
      const how = String(scheme['scheme']).toLowerCase();
      if (how === 'basic' || how === 'bearer') return { ...shared, kind: how };
      return { ...shared, kind: 'other', what: `HTTP ${how.slice(0, 40)}` };
    }
    if (type === 'oauth2') return { ...shared, kind: 'oauth2', flows: this.#flows(scheme) };
    return { ...shared, kind: 'other', what: String(type ?? 'a scheme without a type').slice(0, 60) };
  }

  #flows(scheme: Members): Record<string, ApiFlow> {
    const flow = (value: Members): ApiFlow => ({
      authorizationUrl: text(value['authorizationUrl']),
      tokenUrl: text(value['tokenUrl']),
      refreshUrl: text(value['refreshUrl']),
      scopes: Object.keys(members(value['scopes'])),
    });
    if (this.#tree.version === '2.0') {
      const names = new Map([
        ['accessCode', 'authorizationCode'],
        ['application', 'clientCredentials'],
      ]);
      const written = String(scheme['flow']);
      return { [names.get(written) ?? written]: flow(scheme) };
    }
    const entries = Object.entries(members(scheme['flows'])).filter(([name]) => !name.startsWith('x-'));
    return Object.fromEntries(entries.map(([name, value]) => [name, flow(members(value))]));
  }
}

const formType = 'application/x-www-form-urlencoded';

/** The address of Swagger 2.0; without a host it is where the description came from. */
function swaggerServers(root: Members, source: string | undefined): ApiServer[] {
  const { schemes, basePath } = root;
  const host = text(root['host']) ?? (source === undefined ? undefined : URL.parse(source)?.host);
  if (host === undefined || host === '') return [];
  const offered = Array.isArray(schemes) ? schemes.map(String) : [];
  const scheme = offered.includes('http') && !offered.includes('https') ? 'http' : 'https';
  return [{ url: `${scheme}://${host}${text(basePath) ?? ''}`, variables: {} }];
}

function mediaTypes(value: unknown): string[] {
  return Array.isArray(value) ? value.map((type) => mediaType(String(type))) : [];
}

function mediaType(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** An object's members; none of anything else. */
export function members(value: unknown): Members {
  return isObject(value) ? value : {};
}

/** A text that says something, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
