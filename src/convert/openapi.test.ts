// What each rule of the conversion from OpenAPI and Swagger makes of a small description.

import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { checkElement } from '../element/check.ts';
import type { Resource } from '../element/definition.ts';
import type { Conversion, ConversionOptions } from './conversion.ts';
import { convertOpenApi } from './openapi.ts';

type Members = Record<string, unknown>;

const row = { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } };
const ok = (schema: unknown, headers?: Members) => ({
  responses: { 200: { description: 'ok', headers, content: { 'application/json': { schema } } } },
});
const query = (name: string, schema: Members = { type: 'integer' }, more: Members = {}) => ({
  name,
  in: 'query',
  schema,
  ...more,
});
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const list = (parameters: unknown[], schema: unknown = { type: 'array', items: row }, headers?: Members) => ({
  '/pets': { get: { parameters, ...ok(schema, headers) } },
});

function description(parts: Members): Members {
  return {
    openapi: '3.0.3',
    info: { title: 'Pets', version: '1' },
    servers: [{ url: 'https://api.pets.test' }],
    paths: {},
    ...parts,
  };
}

/** Converts, and asserts what holds for every conversion: nothing that the check of elements calls an error. */
async function convert(parts: Members, options: ConversionOptions = {}): Promise<Conversion> {
  const conversion = await convertOpenApi(JSON.stringify(description(parts)), options);
  expect(checkElement(conversion.document).filter(({ level }) => level === 'error')).toEqual([]);
  return conversion;
}

async function refused(parts: Members | string, options: ConversionOptions = {}): Promise<string> {
  const text = typeof parts === 'string' ? parts : JSON.stringify(description(parts));
  const error = await convertOpenApi(text, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).status).toBe(400);
  return (error as Problem).message;
}

function find({ document }: Conversion, method: string, path: string): Resource & Members {
  const found = document.resources?.find(
    (resource) =>
      resource.method === method && resource.path === `/hubs/general${path}` && /^api/.test(resource.type ?? ''),
  );
  if (found === undefined) throw new Error(`There is no ${method} ${path}`);
  return found;
}

function setting({ document }: Conversion, key: string) {
  return document.configuration.find((one) => one.key === key);
}

const told = ({ notes }: Conversion) => notes.map(({ path, message }) => `${path} ${message}`).join('\n');

test('key, name, hub and description come from the description, or from the caller', async () => {
  const paths = list([]);
  const info = { title: 'Pet Store', version: '1', description: 'Sells pets.' };
  expect((await convert({ info, paths })).document).toMatchObject({
    key: 'petstore',
    name: 'Pet Store',
    hub: 'general',
    description: 'Sells pets.',
  });
  const named = await convert({ info, paths }, { name: 'Mine', key: 'my.pets', hub: 'crm' });
  expect(named.document).toMatchObject({ key: 'my.pets', name: 'Mine', hub: 'crm' });
  expect(named.document.resources?.at(-1)?.path).toBe('/hubs/crm/pets');
});

test('prefixes of version and API are left out where paths stay apart', async () => {
  const get = ok(row);
  const apart = await convert({
    paths: { '/api/v1/me': { get }, '/v2/pets/{id}': { get: { parameters: [id], ...get } } },
  });
  expect(find(apart, 'GET', '/me').vendorPath).toBe('/api/v1/me');
  expect(find(apart, 'GET', '/pets/{id}').vendorPath).toBe('/v2/pets/{id}');
  const alike = await convert({ paths: { '/v1/pets': { get }, '/v2/pets': { get }, '/v1/me': { get } } });
  expect(find(alike, 'GET', '/v1/pets').vendorPath).toBe('/v1/pets');
  expect(find(alike, 'GET', '/v2/pets').vendorPath).toBe('/v2/pets');
  expect(find(alike, 'GET', '/me').vendorPath).toBe('/v1/me');
});

test('a path that is one variable, and segments of several parts, can be called', async () => {
  const get = ok(row);
  const path = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
  const conversion = await convert({
    paths: {
      '/{id}': { get: { parameters: [id], ...get } },
      '/compare/{base}...{head}': { get: { parameters: [path('base'), path('head')], ...get } },
      '/pets/{pet id}:close': { post: { parameters: [path('pet id')], ...get } },
    },
  });
  expect(find(conversion, 'GET', '/root/{id}').vendorPath).toBe('/{id}');
  expect(find(conversion, 'GET', '/compare/{base}/{head}').vendorPath).toBe('/compare/{base}...{head}');
  expect(find(conversion, 'POST', '/pets/{pet_id}/:close').vendorPath).toBe('/pets/{pet_id}:close');
});

test('of two operations that serve the same calls the first is kept, and the other noted', async () => {
  const get = ok(row);
  const conversion = await convert({
    paths: {
      '/pets/{id}': { get: { parameters: [id], ...get } },
      '/pets/{name}': { get: { parameters: [{ ...id, name: 'name' }], ...get } },
    },
  });
  expect(conversion.document.resources?.filter(({ method }) => method === 'GET')).toHaveLength(1);
  expect(told(conversion)).toContain('/paths/~1pets~1{name}/get serves the same calls as /pets/{id}');
});

test('parameters keep their places; variables that are not declared are added', async () => {
  const conversion = await convert({
    paths: {
      '/pets/{id}': {
        parameters: [query('shared', { type: 'string' })],
        get: {
          parameters: [
            query('limit64', { type: 'integer', format: 'int64' }),
            query('flags', { type: 'array', items: { type: 'string' } }, { required: true }),
            query('filter', { type: 'object', properties: { status: {}, kind: {} } }, { style: 'deepObject' }),
            { name: 'X-Version', in: 'header', required: true, schema: { type: 'string', enum: ['2024-01-01'] } },
            { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
            { name: 'Accept', in: 'header', schema: { type: 'string' } },
            { name: 'session', in: 'cookie', schema: { type: 'string' } },
            query('where', { type: 'string' }),
          ],
          ...ok(row),
        },
      },
    },
  });
  const parameters = find(conversion, 'GET', '/pets/{id}').parameters ?? [];
  const shown = parameters.map(
    ({ type, name, vendorType, vendorName }) => `${type} ${name} ${vendorType} ${vendorName}`,
  );
  expect(shown).toEqual([
    'path id path id',
    'query shared query shared',
    'query limit64 query limit64',
    'query flags query flags',
    'query filter[status] query filter[status]',
    'query filter[kind] query filter[kind]',
    'value 2024-01-01 header X-Version',
    'header X-Version header X-Version',
    'header X-Trace header X-Trace',
    'query vendor_where query where',
  ]);
  expect(parameters.find(({ name }) => name === 'flags')).toMatchObject({ required: true, dataType: 'array' });
  expect(parameters.find(({ name }) => name === 'limit64')?.dataType).toBe('string');
  expect(told(conversion)).toContain('the cookie session is left out');
});

test.each([
  ['page', [query('page'), query('per_page', { type: 'integer', maximum: 50 })], { type: 'page', max: '50' }],
  ['page 0', [query('pageNumber', { type: 'integer', default: 0 }), query('size')], { type: 'page 0', max: '100' }],
  ['offset', [query('offset'), query('limit', { type: 'integer', default: 20 })], { type: 'offset', max: '20' }],
  [
    'page[number]',
    [query('page[number]'), query('page[size]', { type: 'integer' }, { description: 'At most 200 rows.' })],
    { type: 'page', max: '200' },
  ],
])('pages counted by %s', async (_, parameters, { type, max }) => {
  const conversion = await convert({ paths: list(parameters) });
  const [page, size] = parameters.map(({ name }) => name);
  expect(setting(conversion, 'pagination.type')?.defaultValue).toBe(type);
  expect(setting(conversion, 'pagination.max')?.defaultValue).toBe(max);
  const resource = find(conversion, 'GET', '/pets');
  expect(resource).toMatchObject({ paginationType: 'VENDOR_SUPPORTED', objectName: 'pets' });
  expect(resource.parameters).toMatchObject([
    { name: 'page', vendorName: page, type: 'query' },
    { name: 'pageSize', vendorName: size, type: 'query' },
  ]);
});

const wrapped = (name: string, members: Members) => ({
  type: 'object',
  properties: { [name]: { type: 'array', items: row }, ...members },
});
const object = (properties: Members) => ({ type: 'object', properties });
const textType = { type: 'string' };

test.each([
  ['cursor', 'data', { next_cursor: textType }, 'body.next_cursor'],
  ['cursor', 'items', { meta: object({ next: textType }) }, 'body.meta.next'],
  ['after', 'results', { paging: object({ next: object({ after: textType }) }) }, 'body.paging.next.after'],
  ['page[after]', 'data', { links: object({ next: textType }) }, 'body.links.next?page[after]'],
  ['pageToken', 'pets', { nextPageToken: textType }, 'body.nextPageToken'],
  ['offset', 'data', { next_page: object({ offset: textType, uri: textType }) }, 'body.next_page.offset'],
  ['iterator', 'data', { iterator: textType, done: { type: 'boolean' } }, 'body.iterator'],
  ['cursor', 'pets', { next: { type: 'string', format: 'uri' } }, 'body.next?cursor'],
])('pages by the vendor’s word: %s in %s', async (parameter, rows, members, nextPageKey) => {
  const conversion = await convert({
    paths: list([query(parameter, textType), query('limit')], wrapped(rows, members)),
  });
  expect(setting(conversion, 'pagination.type')?.defaultValue).toBe('cursor');
  expect(find(conversion, 'GET', '/pets')).toMatchObject({ nextPageKey, rootKey: `|${rows}` });
  expect(find(conversion, 'GET', '/pets').parameters?.[0]).toMatchObject({ name: 'page', vendorName: parameter });
});

test('a Link header, a URL of the next page without a parameter, and a total are found', async () => {
  const link = await convert({
    paths: list([query('page'), query('per_page')], undefined, { Link: { schema: textType } }),
  });
  expect(find(link, 'GET', '/pets').nextPageKey).toBe('header.link?page');
  const url = await convert({
    paths: list([query('limit')], wrapped('results', { next: { ...textType, format: 'uri' } })),
  });
  expect(find(url, 'GET', '/pets')).toMatchObject({ nextPageKey: 'body.next?page' });
  expect(find(url, 'GET', '/pets').parameters?.[0]).toMatchObject({ name: 'nextPage', vendorType: 'no-op' });
  const meta = object({ total: { type: 'integer' } });
  const total = await convert({ paths: list([query('page'), query('limit')], wrapped('data', { meta })) });
  expect(find(total, 'GET', '/pets').valence).toEqual({ totalKey: 'meta.total' });
});

test('the way of most lists is the element’s; others page by the vendor’s word or say that they do not', async () => {
  const get = (parameters: unknown[], schema: unknown) => ({ get: { parameters, ...ok(schema) } });
  const rows = { type: 'array', items: row };
  const conversion = await convert({
    paths: {
      '/a': get([query('page'), query('limit', { type: 'integer', maximum: 10 })], rows),
      '/b': get([query('page'), query('limit', { type: 'integer', maximum: 10 })], rows),
      '/c': get(
        [query('cursor', textType), query('limit', { type: 'integer', maximum: 30 })],
        wrapped('data', { next_cursor: textType }),
      ),
      '/d': get([query('offset'), query('limit')], rows),
      '/e': get([query('limit')], rows),
    },
  });
  expect(setting(conversion, 'pagination.type')?.defaultValue).toBe('page');
  expect(JSON.parse(setting(conversion, 'pagination.max')?.defaultValue ?? '')).toEqual({ default: 10, c: 30 });
  expect(find(conversion, 'GET', '/c').parameters?.[0]).toMatchObject({ name: 'nextPage', vendorName: 'cursor' });
  expect(find(conversion, 'GET', '/d')).toMatchObject({ paginationType: 'NO_PAGINATION' });
  expect(find(conversion, 'GET', '/d').parameters?.map(({ name }) => name)).toEqual(['offset', 'limit']);
  expect(told(conversion)).toContain('/paths/~1d/get d is not paged by this platform: its pages are counted as offset');
  expect(told(conversion)).toContain('/paths/~1e/get e is not paged by this platform: limit limits the rows');
});

test('what is only a wrapper is taken away, of answers and of bodies', async () => {
  const content = (schema: unknown) => ({ required: true, content: { 'application/json': { schema } } });
  const enveloped = object({ data: row, meta: object({}) });
  const conversion = await convert({
    paths: {
      '/pets': {
        get: ok(object({ data: object({ pets: { type: 'array', items: row } }) })),
        post: { requestBody: content(object({ pet: row })), ...ok(enveloped) },
      },
      '/pets/{id}': { parameters: [id], get: ok(enveloped), delete: { responses: { 204: { description: 'gone' } } } },
    },
  });
  expect(find(conversion, 'GET', '/pets').rootKey).toBe('|data.pets');
  expect(find(conversion, 'POST', '/pets').rootKey).toBe('pet|data');
  expect(find(conversion, 'GET', '/pets/{id}').rootKey).toBe('|data');
  expect(find(conversion, 'DELETE', '/pets/{id}').rootKey).toBeUndefined();
});

test('bodies of other types: a form, a form with a file, bytes, JSON of its own type, a download', async () => {
  const body = (type: string, schema: unknown) => ({
    post: { requestBody: { content: { [type]: { schema } } }, ...ok(row) },
  });
  const conversion = await convert({
    paths: {
      '/form': body('application/x-www-form-urlencoded', object({ a: textType })),
      '/upload': body('multipart/form-data', object({ file: { type: 'string', format: 'binary' }, note: textType })),
      '/bytes': body('application/octet-stream', { type: 'string', format: 'binary' }),
      '/api': body('application/vnd.api+json', row),
      '/pdf': { get: { responses: { 200: { description: 'a file', content: { 'application/pdf': {} } } } } },
    },
  });
  const shown = (path: string) =>
    find(conversion, 'POST', path).parameters?.map(
      ({ type, name, vendorType, vendorName }) => `${type} ${name} ${vendorType} ${vendorName}`,
    );
  expect(shown('/form')).toEqual([
    'value application/x-www-form-urlencoded header Content-Type',
    'body body body body',
  ]);
  expect(shown('/upload')).toEqual(['multipart note multipart note', 'multipart file multipart file']);
  expect(find(conversion, 'POST', '/upload').parameters?.[1]?.dataType).toBe('file');
  expect(shown('/bytes')).toEqual(['multipart file body body', 'body body body body']);
  expect(shown('/api')?.[0]).toBe('value application/vnd.api+json header Content-Type');
  expect(find(conversion, 'GET', '/pdf').valence).toEqual({ download: true });
});

test('PATCH sends what the vendor updates with, beside the vendor’s own method', async () => {
  const requestBody = { content: { 'application/json': { schema: row } } };
  const write = { requestBody, ...ok(row) };
  const conversion = await convert({
    paths: {
      '/pets/{id}': { parameters: [id], get: ok(row), put: write },
      '/cats/{id}': { parameters: [id], get: ok(row), post: write },
      '/dogs/{id}': { parameters: [id], get: ok(row), put: write, patch: write },
    },
  });
  expect(find(conversion, 'PUT', '/pets/{id}').vendorMethod).toBe('PUT');
  expect(find(conversion, 'PATCH', '/pets/{id}')).toMatchObject({ vendorMethod: 'PUT', vendorPath: '/pets/{id}' });
  expect(find(conversion, 'PATCH', '/cats/{id}').vendorMethod).toBe('POST');
  expect(find(conversion, 'PATCH', '/dogs/{id}').vendorMethod).toBe('PATCH');
});

test('models bring the schemas that they name, put into the form of Swagger 2.0', async () => {
  const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const schemas = {
    Pet: {
      allOf: [reference('Animal'), object({ owner: reference('Person') })],
      required: ['id'],
    },
    Animal: object({ id: { type: ['string', 'null'], maxLength: 3 }, kind: { const: 'pet' } }),
    Person: object({
      friends: { type: 'array', items: reference('Person') },
      pet: { anyOf: [reference('Pet'), { type: 'null' }] },
    }),
    Other: object({ x: textType }),
  };
  const conversion = await convert({
    openapi: '3.1.0',
    components: { schemas },
    paths: {
      '/pets': {
        get: ok({ type: 'array', items: reference('Pet') }),
        post: {
          requestBody: { content: { 'application/json': { schema: reference('Pet') } } },
          ...ok(reference('Pet')),
        },
      },
    },
  });
  const { model } = find(conversion, 'POST', '/pets') as unknown as { model: Record<string, Members> };
  expect(model).toMatchObject({ name: 'Pet', requestName: 'Pet' });
  expect(Object.keys(model['swagger'] ?? {}).sort()).toEqual(['Person', 'Pet']);
  expect(model['swagger']?.['Pet']).toMatchObject({
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string', 'x-nullable': true, 'x-primary-key': true },
      kind: { type: 'string', enum: ['pet'] },
      owner: { $ref: '#/definitions/Person' },
    },
  });
  const rows = find(conversion, 'GET', '/pets')['model'] as Members;
  // without a schema of its own name the answer is a list of `<name>Object`
  expect(rows['name']).toBe('PetList');
  expect(Object.keys(rows['swagger'] as Members).sort()).toEqual(['Person', 'Pet', 'PetListObject']);
});

test.each<[string, Members, { type: string; settings: string[]; sends?: string }]>([
  [
    'bearer',
    { type: 'http', scheme: 'bearer' },
    { type: 'custom', settings: ['access.token'], sends: 'value Bearer {access.token} header Authorization' },
  ],
  ['basic', { type: 'http', scheme: 'basic' }, { type: 'basic', settings: ['username', 'password'] }],
  [
    'a key in a header',
    { type: 'apiKey', in: 'header', name: 'X-Key' },
    { type: 'custom', settings: ['api.key'], sends: 'configuration api.key header X-Key' },
  ],
  [
    'a key in the query',
    { type: 'apiKey', in: 'query', name: 'key' },
    { type: 'custom', settings: ['api.key'], sends: 'configuration api.key query key' },
  ],
  [
    'a key in a cookie',
    { type: 'apiKey', in: 'cookie', name: 'sid' },
    { type: 'custom', settings: ['api.key'], sends: 'value sid={api.key} header Cookie' },
  ],
  [
    'OpenID Connect',
    { type: 'openIdConnect', openIdConnectUrl: 'https://id.test' },
    { type: 'custom', settings: ['access.token'] },
  ],
  [
    'OAuth 2 with a password',
    { type: 'oauth2', flows: { password: { tokenUrl: '/token', scopes: {} } } },
    {
      type: 'oauth2Password',
      settings: [
        'username',
        'password',
        'oauth.api.key',
        'oauth.api.secret',
        'oauth.scope',
        'oauth.token.url',
        'oauth.token.refresh_url',
      ],
    },
  ],
])('signs in by %s', async (_, scheme, { type, settings, sends }) => {
  const conversion = await convert({
    components: { securitySchemes: { main: scheme } },
    security: [{ main: [] }],
    paths: { '/me': { get: ok(row) } },
  });
  expect(conversion.document.authentication.type).toBe(type);
  const keys = conversion.document.configuration.map(({ key }) => key);
  expect(keys.filter((key) => !/^(base|pagination)\./.test(key))).toEqual(settings);
  for (const key of ['api.key', 'access.token', 'password']) {
    if (keys.includes(key)) expect(setting(conversion, key)?.type).toBe('PASSWORD');
  }
  const shown = conversion.document.parameters?.map(
    (one) => `${one.type} ${one.name} ${one.vendorType} ${one.vendorName}`,
  );
  if (sends !== undefined) expect(shown).toEqual([sends]);
  expect(conversion.document.resources?.[0]).toMatchObject({ type: 'provisionAuthValidation', vendorPath: '/me' });
});

test('OAuth 2 with a code asks for the scopes that calls need, and is chosen before keys; the others are noted', async () => {
  const flow = {
    authorizationUrl: '/authorize',
    tokenUrl: 'https://id.pets.test/token',
    scopes: { read: '', write: '', admin: '' },
  };
  const conversion = await convert({
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Key' },
        oauth: { type: 'oauth2', flows: { authorizationCode: flow } },
      },
    },
    security: [{ key: [] }, { oauth: ['read'] }],
    paths: {
      '/me': { get: ok(row) },
      '/pets': { post: { security: [{ oauth: ['write'] }], ...ok(row) } },
      '/keys': { get: { security: [{ key: [] }], ...ok(row) } },
    },
  });
  expect(conversion.document.authentication.type).toBe('oauth2');
  expect(setting(conversion, 'oauth.scope')?.defaultValue).toBe('read write');
  expect(setting(conversion, 'oauth.authorization.url')?.defaultValue).toBe('https://api.pets.test/authorize');
  expect(setting(conversion, 'oauth.token.url')?.defaultValue).toBe('https://id.pets.test/token');
  expect(told(conversion)).toContain('/components/securitySchemes/key the way to sign in "key" is not used');
  expect(told(conversion)).toContain('/paths/~1keys/get/security wants another way to sign in');
});

test('a variable in an address of OAuth is asked for', async () => {
  const flow = {
    authorizationUrl: 'https://id.test/{tenant}/authorize',
    tokenUrl: 'https://id.test/{tenant}/token',
    scopes: {},
  };
  const conversion = await convert({
    components: { securitySchemes: { oauth: { type: 'oauth2', flows: { authorizationCode: flow } } } },
    paths: { '/me': { get: ok(row) } },
  });
  expect(setting(conversion, 'tenant')).toMatchObject({ required: true });
});

test('client credentials get a token when an account is connected, and again', async () => {
  const flows = { clientCredentials: { tokenUrl: 'https://id.pets.test/token', scopes: { all: '' } } };
  const conversion = await convert({
    components: { securitySchemes: { oauth: { type: 'oauth2', flows } } },
    security: [{ oauth: [] }],
    paths: { '/me': { get: ok(row) } },
  });
  const types = conversion.document.resources?.map(({ type, vendorPath }) => `${type} ${vendorPath}`);
  expect(types).toEqual([
    'provisionAuthValidation https://id.pets.test/token',
    'onRefresh https://id.pets.test/token',
    'provisionAuthValidation /me',
    'api /me',
  ]);
});

test('schemes that are wanted together are sent together', async () => {
  const key = (name: string) => ({ type: 'apiKey', in: 'header', name });
  const conversion = await convert({
    components: { securitySchemes: { id: key('X-Id'), secret: key('X-Secret') } },
    security: [{ id: [], secret: [] }],
    paths: { '/me': { get: ok(row) } },
  });
  expect(conversion.document.parameters?.map(({ name, vendorName }) => `${name} ${vendorName}`)).toEqual([
    'api.key X-Id',
    'api.key.2 X-Secret',
  ]);
});

test('without a way to sign in an Authorization header may be given', async () => {
  const conversion = await convert({ paths: { '/me': { get: ok(row) } } });
  expect(setting(conversion, 'authorization')).toMatchObject({ required: false, type: 'PASSWORD' });
  expect(told(conversion)).toContain('no way to sign in is described');
});

test('variables of a server are settings; a whole host, or no server, is asked for', async () => {
  const paths = { '/me': { get: ok(row) } };
  const variables = {
    site: { default: 'your-site', description: 'Your site' },
    version: { default: 'v2', enum: ['v1', 'v2'] },
  };
  const named = await convert({ paths, servers: [{ url: 'https://{site}.pets.test/{version}/', variables }] });
  expect(setting(named, 'base.url')?.defaultValue).toBe('https://{site}.pets.test/{version}');
  expect(setting(named, 'site')).toMatchObject({ required: true, description: 'Your site' });
  expect(setting(named, 'version')).toMatchObject({ required: false, defaultValue: 'v2', type: 'COMBO' });

  const host = await convert({
    paths,
    servers: [{ url: 'https://{host}/api', variables: { host: { default: 'a.pets.test' } } }],
  });
  expect(setting(host, 'base.url')).toMatchObject({
    required: true,
    internal: false,
    defaultValue: 'https://a.pets.test/api',
  });

  const relative = await convert(
    { paths, servers: [{ url: '/v3' }] },
    { source: 'https://pets.test/docs/openapi.json' },
  );
  expect(setting(relative, 'base.url')?.defaultValue).toBe('https://pets.test/v3');
  for (const servers of [[], [{ url: '/v3' }]]) {
    const asked = await convert({ paths, servers });
    expect(setting(asked, 'base.url')).toMatchObject({ required: true, internal: false });
    expect(told(asked)).toContain('asked for base.url');
  }
  const given = await convert({ paths }, { baseUrl: 'https://other.test/' });
  expect(setting(given, 'base.url')?.defaultValue).toBe('https://other.test');
});

test('an operation with a server of its own goes there, and that is noted', async () => {
  const conversion = await convert({
    paths: { '/me': { get: ok(row) }, '/up': { post: { servers: [{ url: 'https://up.pets.test' }], ...ok(row) } } },
  });
  expect(find(conversion, 'POST', '/up').vendorPath).toBe('https://up.pets.test/up');
  expect(told(conversion)).toContain('/paths/~1up/post/servers goes to https://up.pets.test');
});

test('what has no place in an element is noted, never silently left out', async () => {
  const conversion = await convert({
    openapi: '3.1.0',
    webhooks: { created: { post: {} } },
    paths: {
      '/pets': {
        head: { responses: {} },
        get: { deprecated: true, requestBody: { content: {} }, callbacks: { done: {} }, ...ok(row) },
      },
    },
  });
  expect(find(conversion, 'GET', '/pets').type).toBe('apiNoDocumentation');
  for (const note of [
    '/webhooks 1 webhooks',
    '/paths/~1pets/head HEAD',
    '/callbacks',
    'the body of a GET is left out',
  ]) {
    expect(told(conversion)).toContain(note);
  }
});

test('Swagger 2.0: host, base path, bodies and forms', async () => {
  const swagger = {
    swagger: '2.0',
    info: { title: 'Old', version: '1' },
    host: 'api.old.test',
    basePath: '/v1',
    schemes: ['http', 'https'],
    securityDefinitions: {
      oauth: {
        type: 'oauth2',
        flow: 'accessCode',
        authorizationUrl: 'https://a.test/a',
        tokenUrl: 'https://a.test/t',
        scopes: {},
      },
    },
    security: [{ oauth: [] }],
    definitions: { Pet: row },
    paths: {
      '/pets': {
        get: {
          parameters: [
            { name: 'page', in: 'query', type: 'integer' },
            { name: 'per_page', in: 'query', type: 'integer', maximum: 40 },
          ],
          responses: { 200: { description: 'ok', schema: { type: 'array', items: { $ref: '#/definitions/Pet' } } } },
        },
        post: {
          parameters: [{ name: 'pet', in: 'body', required: true, schema: { $ref: '#/definitions/Pet' } }],
          responses: { 201: { description: 'made', schema: { $ref: '#/definitions/Pet' } } },
        },
      },
      '/photos': {
        post: {
          consumes: ['multipart/form-data'],
          parameters: [{ name: 'photo', in: 'formData', type: 'file', required: true }],
          responses: { 200: { description: 'ok' } },
        },
        get: { produces: ['image/png'], responses: { 200: { description: 'a picture', schema: { type: 'file' } } } },
      },
    },
  };
  const conversion = await convertOpenApi(JSON.stringify(swagger), {});
  expect(checkElement(conversion.document)).toEqual([]);
  expect(setting(conversion, 'base.url')?.defaultValue).toBe('https://api.old.test/v1');
  expect(conversion.document.authentication.type).toBe('oauth2');
  expect(setting(conversion, 'pagination.max')?.defaultValue).toBe('40');
  expect(find(conversion, 'POST', '/pets')).toMatchObject({
    objectName: 'pets',
    model: { name: 'Pet', requestName: 'Pet' },
  });
  expect(find(conversion, 'POST', '/photos').parameters).toMatchObject([
    { name: 'photo', type: 'multipart', dataType: 'file' },
  ]);
  expect(find(conversion, 'GET', '/photos').valence).toEqual({ download: true });
});

test('YAML is read, also with a byte order mark or in flow style', async () => {
  const yaml =
    'openapi: 3.0.3\ninfo: {title: Pets, version: "1"}\npaths:\n  /me:\n    get:\n      responses:\n        200: {description: ok}\n';
  expect((await convertOpenApi(yaml, {})).document.key).toBe('pets');
  const flow = '{openapi: 3.0.3, info: {title: Pets, version: "1"}, paths: {/me: {get: {responses: {}}}}}';
  expect((await convertOpenApi(flow, {})).document.key).toBe('pets');
});

test('a description that cannot be read is refused with every fault and its place', async () => {
  expect(await refused('{"openapi": "3.0.0"')).toContain('is no JSON');
  expect(await refused('a: [1\nb: 2')).toContain('is no YAML');
  expect(await refused('[]')).toContain('is no object');
  expect(await refused({ openapi: '4.0.0' })).toContain('/openapi: the version "4.0.0" is not known');
  expect(await refused({ paths: {} })).toContain('there is no GET, POST, PUT, PATCH or DELETE to call');
  const many = await refused({
    paths: {
      pets: {},
      '/a': { get: { parameters: [{ in: 'query' }, 7], responses: { 200: { $ref: '#/components/responses/None' } } } },
      '/b': { get: 'x' },
    },
  });
  for (const fault of [
    '/paths/pets: a path must begin with a slash',
    '/paths/~1a/get/parameters/0: a parameter must have a name',
    '/paths/~1a/get/parameters/1: a parameter must be an object',
    '/paths/~1a/get/responses/200/$ref: refers to "#/components/responses/None", which is not in the description',
    '/paths/~1b/get: an operation must be an object',
  ]) {
    expect(many).toContain(fault);
  }
});

test('references out of the description are refused, and nothing is fetched for them', async () => {
  const get = ok({ $ref: 'https://127.0.0.1:1/pet.json#/Pet' });
  const message = await refused({
    paths: { '/a': { get }, '/b': { $ref: './b.yaml' }, '/c': { get: ok({ $ref: '/etc/passwd' }) } },
  });
  for (const name of [
    '"https://127.0.0.1:1/pet.json#/Pet", outside',
    '"./b.yaml", outside',
    '"/etc/passwd", outside',
  ]) {
    expect(message).toContain(name);
  }
});

test('faults against the specification that do not matter are noted', async () => {
  const conversion = await convert({ info: { title: 'Pets' }, paths: { '/me': { get: {} } } });
  expect(told(conversion)).toContain(
    "/info is not as the specification wants it: must have required property 'version'",
  );
});
