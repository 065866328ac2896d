// Elements against the vendors that their own documents describe: through a whole platform and over HTTP, every resource.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readElementFile, tidyDocument } from '../sandbox/generic/document.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import type { ElementDocument } from '../src/element/definition.ts';
import { runElement } from '../trials/run-element.ts';
import { control } from './support/consent.ts';
import { type Answer, credentials, type Platform, startPlatform } from './support/platform.ts';
import {
  credentialDocuments,
  mixedDocument,
  odataDocument,
  pagingDocuments,
  soapDocument,
  xmlDocument,
} from './support/simulated-documents.ts';

const catalog = ['elements/desk', 'elements/actessentialsoauth', 'elements/ciscospark'].map(readElementFile);
/** The document that docs/simulated-vendors.md shows. */
const shown = tidyDocument(
  JSON.parse(/```json\n([\s\S]*?)```/.exec(readFileSync('docs/simulated-vendors.md', 'utf8'))?.[1] ?? ''),
  '',
).document;

const documents: ElementDocument[] = [
  shown,
  ...pagingDocuments,
  ...credentialDocuments,
  soapDocument,
  xmlDocument,
  odataDocument,
  mixedDocument,
];

let sandbox: Sandbox;
let platform: Platform;
let now = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  const served = documents.map((document) => ({ document, notes: [] }));
  sandbox = await startSandbox({ documents: [...served, ...catalog], now: () => new Date(now) });
  platform = await startPlatform({ routes: sandbox.routes, clock: () => now });
  for (const document of documents) {
    expect(await platform.call('POST', '/elements', { body: document })).toMatchObject({ status: 200 });
  }
});

afterAll(async () => {
  await platform.close();
  await sandbox.close();
});

function introductionOf(key: string) {
  const found = sandbox.introductions.find((introduction) => introduction.key === key);
  if (found === undefined) throw new Error(`${key} is not played`);
  return found;
}

function run(document: ElementDocument) {
  const targets = { url: platform.url, authorization: credentials(), sandboxUrl: sandbox.url };
  return runElement(targets, document, introductionOf(document.key));
}

/** An account of an element without pages of its vendor's. */
async function connect(key: string, given: Record<string, string> = {}, more = {}): Promise<Answer> {
  const configuration = { ...introductionOf(key).provisioning.settings, ...given };
  return platform.call('POST', '/instances', { body: { element: { key }, name: key, configuration, ...more } });
}

async function accountOf(key: string, more = {}) {
  const { status, body } = await connect(key, {}, more);
  expect({ status, body }).toMatchObject({ status: 200 });
  const authorization = credentials(body.token);
  return (method: string, path: string, content?: unknown) =>
    platform.call(method, path, { authorization, ...(content === undefined ? {} : { body: content }) });
}

type Account = Awaited<ReturnType<typeof accountOf>>;

/** All rows of a list, page by page. */
async function allRows(account: Account, path: string, pageSize: number): Promise<{ id: string }[]> {
  const rows: { id: string }[] = [];
  let next: string | null = null;
  do {
    const page: Answer = await account(
      'GET',
      `${path}?pageSize=${pageSize}${next === null ? '' : `&nextPage=${encodeURIComponent(next)}`}`,
    );
    expect(page).toMatchObject({ status: 200 });
    rows.push(...page.body);
    next = page.headers.get('elements-next-page-token');
  } while (next !== null);
  return rows;
}

test.each(
  [...documents, ...catalog.map(({ document }) => document)].map((document) => [document.key, document] as const),
)('every resource of %s works with no hand edit', async (_key, document) => {
  const { refused, resources } = await run(document);
  expect(refused).toBeUndefined();
  expect(resources.filter(({ isGood }) => !isGood)).toEqual([]);
  expect(resources.length).toBeGreaterThan(4);
});

describe('paging', () => {
  test.each(pagingDocuments.map(({ key }) => key))(
    'the pages of %s together are all rows, whatever their size',
    async (key) => {
      const account = await accountOf(key);
      const whole = await allRows(account, '/contacts', 100);
      expect(whole.length).toBeGreaterThanOrEqual(250);
      expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 31, max: 99 }), async (pageSize) => {
          expect(await allRows(account, '/contacts', pageSize)).toEqual(whole);
        }),
        { numRuns: 3 },
      );
    },
  );

  test('the total stands where the document looks for it', async () => {
    const account = await accountOf('bytotal');
    const page = await account('GET', '/contacts?pageSize=10');
    const rows = await allRows(account, '/contacts', 100);
    expect(page.headers.get('elements-total-count')).toBe(String(rows.length));
  });

  test('a record that was created is on a page, and one that was deleted is not', async () => {
    const account = await accountOf('bybodycursor');
    const { body } = await account('POST', '/contacts', { first_name: 'Nadia' });
    const ids = async () => (await allRows(account, '/contacts', 90)).map(({ id }) => id);
    expect(await ids()).toContain(body.id);
    await account('DELETE', `/contacts/${body.id}`);
    expect(await ids()).not.toContain(body.id);
    expect(await account('GET', `/contacts/${body.id}`)).toMatchObject({ status: 404 });
  });
});

describe('what was written comes back', () => {
  const content = fc.record({
    first_name: fc.string({ minLength: 1 }).filter((text) => text.trim() === text),
    visits: fc.integer({ min: 0, max: 1_000_000 }),
    active: fc.boolean(),
    address: fc.record({ city: fc.string({ minLength: 1 }).filter((text) => text.trim() === text) }),
  });

  test.each(['bypage', 'mixedbodies'])('as JSON, at %s', async (key) => {
    const account = await accountOf(key);
    await fc.assert(
      fc.asyncProperty(content, content, async (first, second) => {
        const created = await account('POST', '/contacts', first);
        expect(created.body).toMatchObject(first);
        const path = `/contacts/${created.body.id}`;
        expect((await account('GET', path)).body).toEqual(created.body);
        expect((await account('PATCH', path, second)).body).toMatchObject(second);
        expect((await account('GET', path)).body).toEqual({ ...created.body, ...second });
      }),
      { numRuns: 15 },
    );
  });

  test('in the envelopes of SOAP', async () => {
    const account = await accountOf('soapcustomers');
    const name = fc
      .string({ minLength: 1, unit: fc.constantFrom('a', 'Ü', '<', '&', '"', '✓', ' ') })
      .filter((text) => text.trim() === text);
    await fc.assert(
      fc.asyncProperty(name, name, async (first, second) => {
        const created = await account('POST', '/customers', { name: first, city: 'Bern' });
        const path = `/customers/${created.body.id}`;
        expect((await account('GET', path)).body).toMatchObject({ name: first, city: 'Bern' });
        await account('PATCH', path, { name: second, city: 'Chur' });
        expect((await account('GET', path)).body).toMatchObject({ name: second, city: 'Chur' });
      }),
      { numRuns: 10 },
    );
  });

  test('below the parent that it was written for', async () => {
    const account = await accountOf('mixedbodies');
    const { body } = await account('POST', '/contacts/7/notes', { text: 'Call back' });
    expect((await account('GET', `/contacts/7/notes/${body.id}`)).body).toMatchObject({ text: 'Call back' });
    expect(await account('GET', `/contacts/8/notes/${body.id}`)).toMatchObject({ status: 404 });
  });

  test('as the bytes of a file', async () => {
    const { body: instance } = await connect('mixedbodies');
    const authorization = credentials(instance.token);
    const url = `${platform.url}/elements/api-v2/files`;
    const form = new FormData();
    form.set('title', 'A plan');
    form.set('file', new Blob([new Uint8Array([0, 1, 2, 253, 254, 255])], { type: 'image/png' }), 'plan.png');
    const created = await fetch(url, { method: 'POST', headers: { authorization }, body: form });
    const { id, title } = (await created.json()) as { id: string; title: string };
    expect(title).toBe('A plan');
    const content = await fetch(`${url}/${id}/content`, { headers: { authorization } });
    expect([...new Uint8Array(await content.arrayBuffer())]).toEqual([0, 1, 2, 253, 254, 255]);
    expect(content.headers.get('content-type')).toBe('image/png');
  });

  test('and conditions find it', async () => {
    const account = await accountOf('odataproducts');
    const { body } = await account('POST', '/products', { Name: "Lamp 'Nord'", Rating: 4711 });
    const found = await account(
      'GET',
      `/products?where=${encodeURIComponent("Rating = 4711 AND Name = 'Lamp ''Nord'''")}`,
    );
    expect(found.body).toEqual([body]);
    expect(await account('GET', `/products?where=${encodeURIComponent('Nothing = 1')}`)).toMatchObject({ status: 400 });
  });
});

describe('credentials', () => {
  test.each([
    ['asbasic', 'password'],
    ['askeyheader', 'api.key'],
    ['askeyquery', 'api.key'],
    ['asencoded', 'password'],
  ])('%s: a wrong %s is refused, and the refusal says what is right', async (key, setting) => {
    const { body } = await connect(key, { [setting]: 'wrong' });
    const refused = await platform.call('GET', '/contacts', { authorization: credentials(body.token) });
    expect(refused).toMatchObject({ status: 401 });
    expect(refused.body.providerMessage).toContain(introductionOf(key).provisioning.settings[setting]);
    expect(await (await accountOf(key))('GET', '/contacts')).toMatchObject({ status: 200 });
  });

  test('a request without the signature of OAuth 1.0a is refused', async () => {
    const answer = await fetch(`${sandbox.url}/asoauth1.vendor.test/api/contacts`);
    expect(answer.status).toBe(401);
  });

  test('tokens from a login are asked for in every call', async () => {
    const url = `${sandbox.url}/assession.vendor.test/api/contacts`;
    expect((await fetch(url)).status).toBe(401);
    expect(await (await accountOf('assession'))('GET', '/contacts')).toMatchObject({ status: 200 });
  });

  test('an access token that expired is refreshed, and a revoked grant is refused', async () => {
    const account = await accountOf('asoauth2', {
      externalAuthentication: 'initial',
      configuration: {
        ...introductionOf('asoauth2').provisioning.settings,
        'oauth.user.refresh_token': 'asoauth2-sandbox-refresh-token',
      },
    });
    expect(await account('GET', '/contacts')).toMatchObject({ status: 200 });
    await control(sandbox.url, 'POST', '/tokens/expire', { vendor: 'element:asoauth2' });
    now += 60_000;
    expect(await account('GET', '/contacts')).toMatchObject({ status: 200 });
    await control(sandbox.url, 'POST', '/tokens/revoke', { vendor: 'element:asoauth2' });
    now += 60_000;
    expect((await account('GET', '/contacts')).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a request that nothing answers', () => {
  test('names the nearest operation and stands in the log', async () => {
    const url = `${sandbox.url}/bypage.vendor.test/api/contact`;
    const answer = await fetch(url);
    expect(answer.status).toBe(404);
    expect(((await answer.json()) as { message: string }).message).toContain(
      'The nearest is GET /contacts, which GET /contacts calls.',
    );
    const log = (await control(sandbox.url, 'GET', '/requests?host=bypage.vendor.test&path=/api/contact')) as unknown[];
    expect(log).toMatchObject([{ method: 'GET', status: 404 }]);
  });
});
