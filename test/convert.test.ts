// POST /elements/convert: a description as a file, its content or its URL becomes an element that works as it is.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, callPlatform, credentials, type Platform, startPlatform } from './support/platform.ts';
import { type RecordedRequest, type RecordingVendor, startRecordingVendor } from './support/recording-vendor.ts';

let platform: Platform;
let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ routes: { 'api.pets.test': vendor.url, 'docs.pets.test': vendor.url } });
});
afterAll(async () => {
  await platform.close();
  await vendor.close();
});

const pet = { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } };
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const answers = (schema: unknown) => ({ responses: { 200: { description: 'ok', ...json(schema) } } });
const envelope = { type: 'object', properties: { data: { $ref: '#/components/schemas/Pet' } } };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const description = {
  openapi: '3.1.0',
  info: { title: 'Pets', version: '1' },
  servers: [{ url: 'https://api.pets.test/v1' }],
  security: [{ token: [] }],
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas: { Pet: pet } },
  paths: {
    '/v1/me': { get: answers(pet) },
    '/v1/pets': {
      get: {
        parameters: [
          { name: 'cursor', in: 'query', schema: { type: 'string' } },
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 2 } },
        ],
        ...answers({
          type: 'object',
          properties: {
            data: { type: 'array', items: { $ref: '#/components/schemas/Pet' } },
            next_cursor: { type: 'string' },
          },
        }),
      },
      post: { requestBody: { required: true, ...json({ $ref: '#/components/schemas/Pet' }) }, ...answers(envelope) },
    },
    '/v1/pets/{id}': {
      parameters: [id],
      get: answers(envelope),
      put: { requestBody: { required: true, ...json({ $ref: '#/components/schemas/Pet' }) }, ...answers(envelope) },
      delete: { responses: { 204: { description: 'gone' } } },
    },
  },
};

/** Sends a body as it is. */
async function convert(
  body: string | FormData | Uint8Array<ArrayBuffer>,
  type?: string,
  query = '',
  authorization = credentials(),
): Promise<Answer> {
  const response = await fetch(`${platform.url}/elements/api-v2/elements/convert${query}`, {
    method: 'POST',
    headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
    body,
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const text = JSON.stringify(description);
const yaml = 'openapi: 3.0.3\ninfo: {title: Yaml, version: "1"}\npaths:\n  /me:\n    get: {responses: {}}\n';

describe('a description comes', () => {
  test.each([
    ['as it is, in JSON', text, 'application/json', 'pets'],
    ['as it is, in YAML', yaml, 'application/yaml', 'yaml'],
    ['as it is, under any type', yaml, 'text/plain', 'yaml'],
    ['as content, an object', JSON.stringify({ content: description }), 'application/json', 'pets'],
    ['as content, a text', JSON.stringify({ content: yaml }), 'application/json', 'yaml'],
  ])('%s', async (_, body, type, key) => {
    const answer = await convert(body, type);
    expect(answer.body).toMatchObject({ key, hub: 'general' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('elements-conversion-notes')).toBe(String(answer.body.conversionNotes.length));
  });

  test('as a file of a form', async () => {
    const form = new FormData();
    form.append('file', new Blob([yaml]), 'openapi.yaml');
    expect((await convert(form)).body.key).toBe('yaml');
  });

  test('from its URL, by JSON and by a form; relative addresses are those of the URL', async () => {
    vendor.reply = () => ({ body: { ...description, servers: [{ url: '/v7' }] } });
    const url = 'https://docs.pets.test/a/openapi.json';
    const form = new FormData();
    form.append('url', url);
    for (const answer of [await convert(JSON.stringify({ url }), 'application/json'), await convert(form)]) {
      expect(answer.status).toBe(200);
      const base = answer.body.configuration.find(({ key }: { key: string }) => key === 'base.url');
      expect(base.defaultValue).toBe('https://docs.pets.test/v7');
    }
    expect(vendor.requests.at(-1)?.path).toBe('/a/openapi.json');
  });

  test('with a name, a key, a hub and a base URL of the caller’s', async () => {
    const query = '?type=swagger&name=My%20pets&key=my.pets&hub=crm&baseUrl=https://other.test/api';
    const { body } = await convert(text, 'application/json', query);
    expect(body).toMatchObject({ name: 'My pets', key: 'my.pets', hub: 'crm' });
    expect(body.resources.at(-1).path).toMatch(/^\/hubs\/crm\//);
    expect(body.configuration).toContainEqual(
      expect.objectContaining({ key: 'base.url', defaultValue: 'https://other.test/api' }),
    );
  });
});

describe('is refused', () => {
  test('without credentials', async () => {
    const answer = await callPlatform(platform.url, 'POST', '/elements/convert', {
      body: description,
      authorization: undefined,
    });
    expect(answer.status).toBe(401);
  });

  test.each([
    [
      'a description with faults, every one named',
      { ...description, paths: { '/a': 1, b: {} } },
      ['/paths/~1a', '/paths/b'],
    ],
    ['a url beside content', { url: 'https://docs.pets.test', content: 'x' }, ['either url or content']],
    ['a url that is none', { url: 'file:///etc/passwd' }, ['http or https']],
    ['an address of this machine', { url: 'http://127.0.0.1:9/openapi.json' }, ['not allowed']],
    ['the address of a cloud’s metadata', { url: 'http://169.254.169.254/latest' }, ['not allowed']],
  ])('%s', async (_, body, named) => {
    const answer = await convert(JSON.stringify(body), 'application/json');
    expect(answer.status).toBe(400);
    for (const name of named) expect(answer.body.message).toContain(name);
  });

  test('nothing, an unknown type, and wrong options, all at once', async () => {
    expect((await convert('', 'application/json')).body.message).toContain('empty');
    expect((await convert(text, 'application/json', '?type=raml')).body.message).toContain('raml cannot be converted');
    const { status, body } = await convert(text, 'application/json', '?key=a%20b&hub=a/b&baseUrl=ftp://x');
    expect(status).toBe(400);
    for (const name of ['key', 'hub', 'baseUrl']) expect(body.message).toContain(name);
    const empty = new FormData();
    empty.append('other', 'x');
    expect((await convert(empty)).body.message).toContain('neither a file nor a url');
  });

  test('a URL at which there is nothing', async () => {
    vendor.reply = () => ({ status: 404 });
    const answer = await convert(JSON.stringify({ url: 'https://docs.pets.test/none' }), 'application/json');
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('docs.pets.test answered 404');
  });
});

test('the element connects, pages, creates, reads, updates and deletes, as it was made', async () => {
  const pets = new Map([...'abcde'].map((name) => [name, { id: name, name: `Pet ${name}` }]));
  vendor.reply = ({ method, path, query, headers, text: sent }: RecordedRequest) => {
    if (headers.authorization !== 'Bearer right') return { status: 401, body: { message: 'Who are you?' } };
    const [, , , name] = path.split('/');
    if (path === '/v1/v1/me') return { body: { id: 'me' } };
    if (name === undefined || name !== 'pets') return { status: 404 };
    const petId = path.split('/')[4];
    if (petId === undefined && method === 'GET') {
      const all = [...pets.values()];
      const start = Number(query.get('cursor') ?? 0);
      const end = start + Number(query.get('limit') ?? 1);
      const next = end < all.length ? { next_cursor: String(end) } : {};
      return { body: { data: all.slice(start, end), ...next } };
    }
    if (method === 'POST') {
      const made = { ...JSON.parse(sent), id: 'new' };
      pets.set('new', made);
      return { status: 201, body: { data: made } };
    }
    const found = pets.get(petId ?? '');
    if (found === undefined) return { status: 404, body: { message: 'No such pet' } };
    if (method === 'PUT') pets.set(found.id, { ...JSON.parse(sent), id: found.id });
    if (method === 'DELETE') {
      pets.delete(found.id);
      return { status: 204 };
    }
    return { body: { data: pets.get(found.id) } };
  };
  const converted = await convert(text, 'application/json');
  const created = await platform.call('POST', '/elements', { body: converted.body });
  expect(created.status).toBe(200);
  const connect = (token: string) =>
    platform.call('POST', '/instances', {
      body: { element: { key: 'pets' }, name: 'pets', configuration: { 'access.token': token } },
    });
  expect((await connect('wrong')).status).toBe(401);
  const instance = await connect('right');
  expect(instance.status).toBe(200);
  const call = (method: string, path: string, body?: unknown) =>
    platform.call(method, path, {
      authorization: credentials(instance.body.token),
      ...(body === undefined ? {} : { body }),
    });

  const names: string[] = [];
  let next: string | null = '';
  do {
    const page: Answer = await call(
      'GET',
      `/hubs/general/pets${next === '' ? '' : `?nextPage=${encodeURIComponent(next ?? '')}`}`,
    );
    expect(page.status).toBe(200);
    expect(page.body.length).toBeLessThanOrEqual(2);
    names.push(...page.body.map((one: { id: string }) => one.id));
    next = page.headers.get('elements-next-page-token');
  } while (next !== null);
  expect(names.join('')).toBe('abcde');

  expect((await call('POST', '/hubs/general/pets', { name: 'Rex' })).body).toEqual({ id: 'new', name: 'Rex' });
  expect((await call('GET', '/pets/new')).body).toEqual({ id: 'new', name: 'Rex' });
  expect((await call('PATCH', '/pets/new', { name: 'Max' })).body).toEqual({ id: 'new', name: 'Max' });
  expect((await call('PUT', '/pets/new', { name: 'Tim' })).body).toEqual({ id: 'new', name: 'Tim' });
  expect((await call('DELETE', '/pets/new')).status).toBe(200);
  expect((await call('GET', '/pets/new')).status).toBe(404);
  expect((await call('GET', '/objects')).body).toEqual(['pets']);
  expect((await call('GET', '/objects/pets/metadata')).body.fields).toMatchObject([
    { vendorPath: 'id', primaryKey: true },
    { vendorPath: 'name' },
  ]);
});

test('a description of over a thousand calls converts while others are answered, and becomes an element', async () => {
  const file = new URL('./fixtures/descriptions/github.json.gz', import.meta.url);
  const huge = gunzipSync(readFileSync(file));
  let slowest = 0;
  let isDone = false;
  const probe = async () => {
    while (!isDone) {
      const began = performance.now();
      await callPlatform(platform.url, 'GET', '/hubs/keys', { authorization: undefined });
      slowest = Math.max(slowest, performance.now() - began);
    }
  };
  const probing = probe();
  const converted = await convert(huge, 'application/json', '?key=huge');
  isDone = true;
  await probing;
  expect(converted.status).toBe(200);
  expect(slowest).toBeLessThan(1000);
  const created = await platform.call('POST', '/elements', { body: converted.body });
  expect(created.status).toBe(200);
}, 120_000);
