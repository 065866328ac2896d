// The catalog over HTTP: elements and hubs, and the description of the API itself.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';

const keys = [
  'actessentialsoauth',
  'ciscospark',
  'desk',
  'sfdc',
  'sfdcdocuments',
  'sfdcmarketingcloud',
  'sfdcservicecloud',
  'zendesk',
];
const ids = {
  sfdc: 23,
  sfdcservicecloud: 29,
  zendesk: 41,
  sfdcdocuments: 177,
  sfdcmarketingcloud: 178,
  desk: 286,
  actessentialsoauth: 1251,
  ciscospark: 1358,
};

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.close());

const get = (path: string) => platform.call('GET', path, { authorization: undefined });
const where = async (text: string) => (await get(`/elements?where=${encodeURIComponent(text)}`)).body;
const keysOf = (elements: { key: string }[]) => elements.map((element) => element.key).sort();

describe('GET /elements', () => {
  test('lists all elements at once when no page is named', async () => {
    const all = await get('/elements');
    expect(keysOf(all.body)).toEqual(keys);
    expect(
      Object.fromEntries(all.body.map((element: { key: string; id: number }) => [element.key, element.id])),
    ).toEqual(ids);
    expect(all.headers.get('elements-returned-count')).toBe('8');
    expect(all.headers.get('elements-total-count')).toBe('8');
    expect(all.headers.has('elements-next-page-token')).toBe(false);
    for (const element of all.body)
      expect(element).toMatchObject({ private: false, extended: false, hub: expect.any(String) });
  });

  test.each([1, 3, 7, 8, 9])('gives the same elements in pages of %d', async (pageSize) => {
    const all = (await get('/elements')).body;
    const byToken: unknown[] = [];
    let token: string | null = null;
    do {
      const page = await get(`/elements?pageSize=${pageSize}${token === null ? '' : `&nextPage=${token}`}`);
      expect(page.headers.get('elements-returned-count')).toBe(String(page.body.length));
      byToken.push(...page.body);
      token = page.headers.get('elements-next-page-token');
    } while (token !== null);
    expect(byToken).toEqual(all);

    const byNumber: unknown[] = [];
    for (let page = 1; byNumber.length < all.length; page++) {
      byNumber.push(...(await get(`/elements?pageSize=${pageSize}&page=${page}`)).body);
    }
    expect(byNumber).toEqual(all);
    expect((await get('/elements?pageSize=3&page=99')).body).toEqual([]);
  });

  test.each([
    ['SALES cloud', ['sfdc']],
    ['zend', ['zendesk']],
    ['crm', ['actessentialsoauth', 'sfdc']],
    ['nothing like it', []],
  ])('finds the text %s', async (text, found) => {
    expect(keysOf((await get(`/elements?searchText=${encodeURIComponent(text)}`)).body)).toEqual(found);
  });

  test.each([
    ["key = 'desk'", ['desk']],
    ["name = 'Cisco Spark'", ['ciscospark']],
    ["name like '%cloud'", ['sfdc', 'sfdcmarketingcloud', 'sfdcservicecloud']],
    ["hub in ('helpdesk')", ['desk', 'sfdcservicecloud', 'zendesk']],
    ["active = true and hub = 'crm'", ['actessentialsoauth', 'sfdc']],
    ["active = 'false'", []],
    ["private='true' AND key in ('desk','zendesk')", []],
    ["private='false' AND key in ('desk','zendesk','none')", ['desk', 'zendesk']],
    ["extended='true'", []],
    ["key = 'desk' or key = 'sfdc' and hub = 'none'", ['desk']],
    ["(key = 'desk' or key = 'sfdc') and hub = 'none'", []],
    ["`name` is not null and not_there is null or key = 'desk'", undefined],
  ])('answers where %s', async (text, found) => {
    if (found === undefined)
      expect(await where(text)).toMatchObject({ message: expect.stringContaining('but not not_there') });
    else expect(keysOf(await where(text))).toEqual(found);
  });

  test.each([
    ['key =', 5],
    ["key ~ 'desk'", 4],
    ["key = 'desk", 6],
    ["key = 'desk' and", 16],
    ["(key = 'desk'", 13],
    ["key in ('a' 'b')", 12],
    ['key is 5', 7],
    ['= 5', 0],
  ])('says where the query %s is wrong', async (text, position) => {
    const answer = await get(`/elements?where=${encodeURIComponent(text)}`);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(
      new RegExp(`^The where parameter cannot be read: .* at position ${position}\\.$`),
    );
  });

  test.each(['pageSize=0', 'pageSize=x', 'page=0', 'nextPage=x', 'abridged=maybe'])('refuses %s', async (query) => {
    expect((await get(`/elements?${query}`)).status).toBe(400);
  });
});

test('GET /elements/keys lists the keys in order', async () => {
  expect((await get('/elements/keys')).body).toEqual(keys);
  const page = await get('/elements/keys?pageSize=2&page=2');
  expect(page.body).toEqual(keys.slice(2, 4));
});

describe.each(Object.entries(ids))('the element %s', (key, id) => {
  test('is the same by key and by id', async () => {
    const byKey = await get(`/elements/${key}`);
    expect(byKey.status).toBe(200);
    expect(byKey.body).toMatchObject({ id, key, private: false, extended: false, configuration: expect.any(Array) });
    expect((await get(`/elements/${id}`)).body).toEqual(byKey.body);
  });

  test('describes its settings, with a number for each', async () => {
    const { configuration, providerData } = (await get(`/elements/${key}/configuration`)).body;
    expect((await get(`/elements/${id}/configuration`)).body).toEqual({ configuration, providerData });
    const settingKeys = configuration.map((setting: { key: string }) => setting.key);
    expect(settingKeys).toEqual(expect.arrayContaining(['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url']));
    expect(new Set(configuration.map((setting: { id: number }) => setting.id)).size).toBe(settingKeys.length);
    const wanted = key === 'desk' ? ['oauth_token', 'oauth_verifier', 'secret'] : ['code'];
    expect(providerData.map((setting: { key: string }) => setting.key)).toEqual(wanted);
  });

  test('describes itself for a card', async () => {
    const metadata = (await get(`/elements/${key}/metadata`)).body;
    expect(metadata).toMatchObject({ id, key, active: true, events: { supported: expect.any(Boolean) } });
    expect((await get('/elements/metadata')).body).toContainEqual(metadata);
  });

  test('tells how to authenticate', async () => {
    const type = key === 'desk' ? 'oauth1' : 'oauth2';
    const types = (await get(`/elements/${key}/authentication-types`)).body;
    expect(types).toEqual({
      defaultValue: type,
      options: [{ value: type, description: expect.stringMatching(/^OAuth /) }],
    });
    const settings = (await get(`/elements/${id}/authentication-types/${type}/configurations`)).body;
    expect(settings).not.toEqual([]);
    for (const setting of settings) {
      expect(setting.internal).not.toBe(true);
      expect(setting.hideFromConsole).not.toBe(true);
    }
    const other = await get(`/elements/${key}/authentication-types/basic/configurations`);
    expect([other.status, other.body.message]).toEqual([
      404,
      `${key} has no authentication type basic; it has ${type}.`,
    ]);
  });
});

test.each(['none', '0', '-41', '41.0', '__proto__', 'constructor', 'ZENDESK', '%20'])(
  'there is no element %s',
  async (name) => {
    for (const path of ['', '/configuration', '/metadata', '/authentication-types', '/oauth/url']) {
      const answer = await get(`/elements/${name}${path}`);
      expect(answer.status).toBe(404);
      expect(answer.body.message).toMatch(/^No element found with the key or id /);
    }
  },
);

describe('hubs', () => {
  test('are listed, and each is found by its key', async () => {
    const hubs = (await get('/hubs')).body;
    expect((await get('/hubs/keys')).body).toEqual(hubs.map((hub: { key: string }) => hub.key));
    expect(new Set(hubs.map((hub: { id: number }) => hub.id)).size).toBe(hubs.length);
    for (const hub of hubs) {
      expect(hub).toEqual({
        id: expect.any(Number),
        key: expect.any(String),
        name: expect.any(String),
        description: expect.any(String),
        active: true,
      });
    }
    expect((await get('/hubs/crm')).body).toEqual(hubs.find((hub: { key: string }) => hub.key === 'crm'));
    expect((await get('/hubs?pageSize=2')).body).toEqual(hubs.slice(0, 2));
  });

  test.each([
    ['crm', ['actessentialsoauth', 'sfdc']],
    ['helpdesk', ['desk', 'sfdcservicecloud', 'zendesk']],
    ['documents', ['sfdcdocuments']],
    ['marketing', ['sfdcmarketingcloud']],
    ['collaboration', ['ciscospark']],
    ['messaging', []],
  ])('%s has its elements', async (hub, found) => {
    expect(keysOf((await get(`/hubs/${hub}/elements`)).body)).toEqual(found);
  });

  test('give elements with their resources when asked to hydrate them', async () => {
    const [plain] = (await get('/hubs/collaboration/elements')).body;
    const [whole] = (await get('/hubs/collaboration/elements?hydrate=true')).body;
    expect(plain.resources).toEqual([]);
    expect(whole.resources.length).toBeGreaterThan(0);
    expect(whole).toEqual((await get('/elements/ciscospark')).body);
  });

  test.each(['none', '__proto__', 'CRM'])('there is no hub %s', async (key) => {
    for (const path of [`/hubs/${key}`, `/hubs/${key}/elements`]) {
      const answer = await get(path);
      expect([answer.status, answer.body.message]).toEqual([
        404,
        `No hub found with the key ${key}; GET /hubs/keys lists them.`,
      ]);
    }
  });
});

describe('the OpenAPI document', () => {
  interface Described {
    openapi: string;
    info: { title: string; version: string };
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
    components: { securitySchemes: Record<string, unknown> };
  }
  interface Operation {
    summary?: string;
    tags?: string[];
    security?: Record<string, unknown>[];
    parameters?: { in: string; name: string; required?: boolean; schema?: unknown }[];
    responses?: Record<string, unknown>;
  }
  let document: Described;
  beforeAll(async () => {
    document = (await (await fetch(`${platform.url}/openapi.json`)).json()) as Described;
  });
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        path,
        operation,
      })),
    );

  test('is OpenAPI 3.1 in form', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Valence', version: 'api-v2' });
    const tags = new Set(document.tags.map((tag) => tag.name));
    const schemes = new Set(Object.keys(document.components.securitySchemes));
    for (const { name, path, operation } of operations()) {
      expect(path, name).toMatch(/^\//);
      expect(path, name).not.toMatch(/[:*]/);
      expect(operation.summary, name).toMatch(/./);
      expect(
        operation.tags?.every((tag) => tags.has(tag)),
        name,
      ).toBe(true);
      expect(
        operation.security?.flatMap(Object.keys).every((scheme) => schemes.has(scheme)),
        name,
      ).toBe(true);
      expect(Object.keys(operation.responses ?? {}), name).not.toEqual([]);
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map((parameter) => parameter.name).sort(), name).toEqual(named.sort());
      for (const parameter of operation.parameters ?? [])
        expect(parameter.schema, `${name} ${parameter.name}`).toBeDefined();
      for (const parameter of declared) expect(parameter.required, name).toBe(true);
    }
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  test('has every route of the server', () => {
    // The drawing joins parameters at one place, so names of parameters are left out on both sides.
    const described = new Set(operations().map(({ name }) => name.replace(/\{\w+\}/g, '{}')));
    const routes = routesOf(platform.app.server.printRoutes({ commonPrefix: false }));
    // Routes for pages of this server are no part of the API.
    const forPages = /^\S+ \/(console|connect|branding)(\/|$)|^GET \/connect\.(js|d\.ts)$/;
    const open = routes.filter(
      (route) => !/ (\*|\/-\/|\/docs)/.test(route) && !/^(HEAD|OPTIONS) /.test(route) && !forPages.test(route),
    );
    expect(open.length).toBeGreaterThan(60);
    expect(open.filter((route) => !described.has(route))).toEqual([]);
    expect(described.size).toBe(open.length);
  });

  /** The routes of fastify's drawing of its tree, as `METHOD /path/{}`. */
  function routesOf(drawing: string): string[] {
    const parents: string[] = [];
    return drawing.split('\n').flatMap((line) => {
      const [, indent = '', part = '', methods] =
        /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
      if (part === '') return [];
      const depth = indent.length / 4;
      parents.splice(depth, parents.length, part);
      const path = parents.join('').replace(/:\w+(\|:\w+)*/g, '{}');
      return (methods ?? '')
        .split(', ')
        .filter((method) => method !== '')
        .map((method) => `${method} ${path}`);
    });
  }

  test('is shown at /docs', async () => {
    const page = await fetch(`${platform.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
  });
});

test('the server tells operators that it is alive, ready, and what it measured', async () => {
  expect(await (await fetch(`${platform.url}/health`)).json()).toEqual({ status: 'alive' });
  expect(await (await fetch(`${platform.url}/ready`)).json()).toEqual({ status: 'ready' });
  const metrics = await (await fetch(`${platform.url}/metrics`)).text();
  expect(metrics).toContain(
    'valence_http_request_seconds_count{method="GET",route="/elements/api-v2/elements/:keyOrId",status="200"}',
  );
});
