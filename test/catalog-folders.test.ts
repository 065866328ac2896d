// The folders of the catalog: what is read from them, and how a wrong document is reported.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCatalog } from '../src/element/catalog.ts';

const own = fileURLToPath(new URL('../elements', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'valence-test-catalog-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const document = (changes: Record<string, unknown> = {}) => ({
  id: 900_001,
  key: 'sample',
  name: 'Sample',
  hub: 'crm',
  authentication: { type: 'oauth2' },
  configuration: [{ key: 'oauth.api.key' }],
  ...changes,
});

let counter = 0;
/** A catalog folder with these element documents (or texts) in folders of these names. */
function folder(documents: Record<string, unknown>, hubs?: unknown): string {
  const path = join(root, String(++counter));
  mkdirSync(path);
  for (const [name, content] of Object.entries(documents)) {
    mkdirSync(join(path, name));
    writeFileSync(join(path, name, 'element.json'), typeof content === 'string' ? content : JSON.stringify(content));
  }
  if (hubs !== undefined) writeFileSync(join(path, 'hubs.json'), JSON.stringify(hubs));
  return path;
}

async function faultsOf(...folders: string[]): Promise<string[]> {
  try {
    await loadCatalog(folders);
  } catch (error) {
    const [title, ...faults] = String((error as Error).message).split('\n- ');
    expect(title).toBe('The catalog of elements is wrong:');
    return faults;
  }
  return [];
}

test('the catalog has its eight elements, in the order of their ids, each in a hub', async () => {
  const { elements, hubs } = await loadCatalog([own]);
  expect(elements.map((element) => [element.id, element.key, element.document.name, element.document.hub])).toEqual([
    [23, 'sfdc', 'Salesforce Sales Cloud', 'crm'],
    [29, 'sfdcservicecloud', 'Salesforce Service Cloud', 'helpdesk'],
    [41, 'zendesk', 'Zendesk', 'helpdesk'],
    [177, 'sfdcdocuments', 'Salesforce.com', 'documents'],
    [178, 'sfdcmarketingcloud', 'Salesforce Marketing Cloud', 'marketing'],
    [286, 'desk', 'Desk.com', 'helpdesk'],
    [1251, 'actessentialsoauth', 'Act! Essentials', 'crm'],
    [1358, 'ciscospark', 'Cisco Spark', 'collaboration'],
  ]);
  const keys = hubs.map((hub) => hub.key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(hubs.map((hub) => hub.id)).size).toBe(hubs.length);
  for (const { document: made } of elements) expect(keys).toContain(made.hub);
});

test('the settings of an element are found by key, and a key is there once', async () => {
  for (const { key, document: made, settings } of (await loadCatalog([own])).elements) {
    expect(settings.size, key).toBe(made.configuration.length);
    expect([...settings.keys()], key).toEqual(
      expect.arrayContaining(['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url']),
    );
  }
});

test('an element that can be told of changes by its vendor asks for it, ends it, and verifies what comes', async () => {
  const takers: string[] = [];
  for (const { key, document: made, settings } of (await loadCatalog([own])).elements) {
    const kinds = new Set((made.resources ?? []).map(({ type }) => type));
    const how = settings.get('event.vendor.type');
    const ways = [how?.defaultValue ?? '', ...(how?.options ?? []).map(({ value }) => value)].join();
    if (!ways.includes('webhook') && !kinds.has('onProvisionWebhook')) continue;
    takers.push(key);
    expect([kinds.has('onProvisionWebhook'), kinds.has('onDeleteWebhook')], key).toEqual([true, true]);
    const { verify = [], events = [], secret } = made.valence?.webhooks ?? {};
    expect(verify, key).not.toEqual([]);
    expect(events, key).not.toEqual([]);
    for (const proven of [...verify.map(({ setting }) => setting), ...(secret === undefined ? [] : [secret])]) {
      expect(settings.get(proven)?.type, `${key} ${proven}`).toBe('PASSWORD');
    }
  }
  expect(takers).toEqual(['sfdc', 'sfdcservicecloud', 'zendesk', 'sfdcdocuments', 'sfdcmarketingcloud', 'ciscospark']);
});

test('further folders add elements, and hubs that nobody named are made', async () => {
  const more = folder({
    sample: document(),
    other: document({ id: 900_002, key: 'other', hub: 'brandNew', unknown: { kept: [1] } }),
  });
  const { elements, hubs } = await loadCatalog([own, more]);
  expect(elements).toHaveLength(10);
  expect(hubs.at(-1)).toMatchObject({ key: 'brandNew', name: 'brandNew', active: true });
  expect(elements.at(-1)?.document).toMatchObject({ unknown: { kept: [1] } });
});

test('files and folders without a document are passed over', async () => {
  const path = folder({ sample: document() });
  mkdirSync(join(path, 'empty'));
  writeFileSync(join(path, 'README.md'), '# About');
  expect((await loadCatalog([path])).elements).toHaveLength(1);
});

test.each<[string, unknown, RegExp]>([
  ['no JSON', '{"id": 1,', /^\/ is not valid JSON$/],
  ['no object', '[]', /^\/ must be object$/],
  ['no key', document({ key: undefined }), /required.*key/],
  ['a key that cannot stand in a path', document({ key: 'a/b' }), /^\/key must match pattern/],
  ['no authentication type', document({ authentication: {} }), /^\/authentication must have required properties type$/],
  [
    'a wrong setting',
    document({ configuration: [{ key: 'a' }, { key: 'b', required: 'yes' }] }),
    /^\/configuration\/1\/required must be boolean$/,
  ],
  [
    'a setting without key',
    document({ configuration: [{}] }),
    /^\/configuration\/0 must have required properties key$/,
  ],
  [
    'a resource without path',
    document({ resources: [{ method: 'GET' }] }),
    /^\/resources\/0 must have required properties path$/,
  ],
  [
    'an unknown valence member',
    document({ valence: { speed: 'fast' } }),
    /^\/valence must not have additional properties$/,
  ],
  [
    'a suffix that is none',
    document({ valence: { siteAddress: { setting: 'a', form: 'host', suffixes: ['com'] } } }),
    /^\/valence\/siteAddress\/suffixes\/0 must match/,
  ],
  ['an id that is none', document({ id: '7' }), /^\/id must be integer$/],
  ['no id', document({ id: undefined }), /^\/id must be there/],
])('a document with %s is reported with file, path and reason', async (_what, wrong, reason) => {
  const path = folder({ sample: wrong });
  const file = `${join(path, 'sample', 'element.json')}: `;
  const faults = await faultsOf(path);
  expect(faults).toEqual(faults.filter((fault) => fault.startsWith(file)));
  expect(faults.map((fault) => fault.slice(file.length))).toContainEqual(expect.stringMatching(reason));
});

describe('files beside a document', () => {
  const model = { type: 'object', properties: { id: { type: 'string' } } };
  const resource = (method: string, members: Record<string, unknown>) => ({
    method,
    path: '/hubs/crm/things/{id}',
    ...members,
  });
  const hook = (type: string) => ({ type, mimeType: 'application/javascript' });
  /** A folder with this document and these files beside it. */
  const withFiles = (changes: Record<string, unknown>, files: Record<string, unknown>) => {
    const path = folder({ sample: document(changes) });
    for (const [name, content] of Object.entries(files)) {
      const file = join(path, 'sample', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    }
    return path;
  };
  const loaded = async (path: string) => (await loadCatalog([path])).elements[0]?.document;

  test('hooks are read with what they include, also those of a form by where', async () => {
    const whenFiltered = [{ fields: ['id', 'key'], hooks: [hook('preRequest')] }, { hooks: [hook('postRequest')] }];
    const path = withFiles(
      {
        hooks: [hook('event')],
        resources: [resource('GET', { hooks: [hook('postRequest')], valence: { whenFiltered } })],
      },
      {
        'eventHook.js': 'done({});',
        'lib/shape.js': '// include ./name.js\nconst shape = name;\n',
        'lib/name.js': "const name = '// include no.js';\n",
        'resources/GET-things-id/postRequestHook.js': '// include ../../lib/shape.js\ndone({ shape });\n',
        'resources/GET-things-id/id/preRequestHook.js': 'done({ id });',
        'resources/GET-things-id/where/postRequestHook.js': 'done({ where });',
      },
    );
    const found = await loaded(path);
    const [first] = found?.resources ?? [];
    expect(found?.hooks?.[0]?.body).toBe('done({});');
    expect(first?.hooks?.[0]?.body).toBe("const name = '// include no.js';\nconst shape = name;\ndone({ shape });\n");
    expect(first?.valence?.whenFiltered).toMatchObject([
      { fields: ['id', 'key'], hooks: [{ body: 'done({ id });' }] },
      { hooks: [{ body: 'done({ where });' }] },
    ]);
  });

  test('models are put into the resources that name them, as exports have them', async () => {
    const path = withFiles(
      {
        resources: [
          resource('GET', { model: 'thing' }),
          resource('PUT', { model: ['thing'] }),
          resource('POST', { model: { response: 'thing', request: 'thing' } }),
          resource('PATCH', { model: { request: 'thing' } }),
          resource('DELETE', { model: { name: 'own', swagger: {} } }),
        ],
      },
      { 'models/thing.json': model },
    );
    expect((await loaded(path))?.resources?.map((each) => each.model)).toEqual([
      { name: 'thing', swagger: { thing: model } },
      { name: 'thing', swagger: { thingObject: model } },
      { name: 'thing', swagger: { thing: model }, requestName: 'thing', requestSwagger: { thing: model } },
      { requestName: 'thing', requestSwagger: { thing: model } },
      { name: 'own', swagger: {} },
    ]);
  });

  test('that are not there, or no schema, or include themselves, are named', async () => {
    const path = withFiles(
      {
        hooks: [hook('preRequest'), hook('postRequest')],
        resources: [resource('GET', { model: 'gone' }), resource('PUT', { model: 'broken' })],
      },
      { 'preRequestHook.js': '// include preRequestHook.js', 'models/broken.json': '[' },
    );
    const faults = (await faultsOf(path)).join('\n');
    for (const part of [
      'includes itself',
      'postRequestHook.js is not there',
      'gone.json is not there',
      'broken.json is no',
    ]) {
      expect(faults).toContain(part);
    }
  });
});

test('every fault of every file is reported at once', async () => {
  const path = folder({ first: document({ name: 5, hub: '' }), second: 'nonsense', third: document() }, [
    { id: 'x', key: 'crm', name: 'CRM', description: '', active: true },
  ]);
  const missing = join(root, 'nowhere');
  const faults = (await faultsOf(path, missing)).join('\n');
  for (const part of [
    'first/element.json: /name',
    'first/element.json: /hub',
    'second/element.json: /',
    'hubs.json: /0/id',
    `${missing}: there is no such folder`,
  ]) {
    expect(faults).toContain(part);
  }
  expect(faults).not.toContain('third');
});

test('two elements with one id or one key are refused, naming both files', async () => {
  const path = folder({ a: document(), b: document({ key: 'other' }), c: document({ id: 900_002 }) });
  expect(await faultsOf(path)).toEqual([
    `${join(path, 'b', 'element.json')}: id 900001 is already taken by ${join(path, 'a', 'element.json')}`,
    `${join(path, 'c', 'element.json')}: key sample is already taken by ${join(path, 'a', 'element.json')}`,
  ]);
});

test('an element of another folder cannot take the place of one of the catalog', async () => {
  expect(await faultsOf(own, folder({ mine: document({ id: 41 }) }))).toEqual([
    expect.stringMatching(/id 41 is already taken by .*zendesk/),
  ]);
});
