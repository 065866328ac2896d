// The folders of the catalog: what is read from them, and how a wrong document is reported.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
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

function faultsOf(...folders: string[]): string[] {
  try {
    loadCatalog(folders);
  } catch (error) {
    const [title, ...faults] = String((error as Error).message).split('\n- ');
    expect(title).toBe('The catalog of elements is wrong:');
    return faults;
  }
  return [];
}

test('the catalog has its eight elements, in the order of their ids, each in a hub', () => {
  const { elements, hubs } = loadCatalog([own]);
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

test('the settings of an element are found by key, and a key is there once', () => {
  for (const { key, document: made, settings } of loadCatalog([own]).elements) {
    expect(settings.size, key).toBe(made.configuration.length);
    expect([...settings.keys()], key).toEqual(
      expect.arrayContaining(['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url']),
    );
  }
});

test('further folders add elements, and hubs that nobody named are made', () => {
  const more = folder({
    sample: document(),
    other: document({ id: 900_002, key: 'other', hub: 'brandNew', unknown: { kept: [1] } }),
  });
  const { elements, hubs } = loadCatalog([own, more]);
  expect(elements).toHaveLength(10);
  expect(hubs.at(-1)).toMatchObject({ key: 'brandNew', name: 'brandNew', active: true });
  expect(elements.at(-1)?.document).toMatchObject({ unknown: { kept: [1] } });
});

test('files and folders without a document are passed over', () => {
  const path = folder({ sample: document() });
  mkdirSync(join(path, 'empty'));
  writeFileSync(join(path, 'README.md'), '# About');
  expect(loadCatalog([path]).elements).toHaveLength(1);
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
])('a document with %s is reported with file, path and reason', (_what, wrong, reason) => {
  const path = folder({ sample: wrong });
  const file = `${join(path, 'sample', 'element.json')}: `;
  const faults = faultsOf(path);
  expect(faults).toEqual(faults.filter((fault) => fault.startsWith(file)));
  expect(faults.map((fault) => fault.slice(file.length))).toContainEqual(expect.stringMatching(reason));
});

test('every fault of every file is reported at once', () => {
  const path = folder({ first: document({ name: 5, hub: '' }), second: 'nonsense', third: document() }, [
    { id: 'x', key: 'crm', name: 'CRM', description: '', active: true },
  ]);
  const missing = join(root, 'nowhere');
  const faults = faultsOf(path, missing).join('\n');
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

test('two elements with one id or one key are refused, naming both files', () => {
  const path = folder({ a: document(), b: document({ key: 'other' }), c: document({ id: 900_002 }) });
  expect(faultsOf(path)).toEqual([
    `${join(path, 'b', 'element.json')}: id 900001 is already taken by ${join(path, 'a', 'element.json')}`,
    `${join(path, 'c', 'element.json')}: key sample is already taken by ${join(path, 'a', 'element.json')}`,
  ]);
});

test('an element of another folder cannot take the place of one of the catalog', () => {
  expect(faultsOf(own, folder({ mine: document({ id: 41 }) }))).toEqual([
    expect.stringMatching(/id 41 is already taken by .*zendesk/),
  ]);
});
