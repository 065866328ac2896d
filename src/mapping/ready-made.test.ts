// The folders of ready-made common resources: what is read from them, and how a wrong file is reported.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { loadSystemResources } from './ready-made.ts';

const root = mkdtempSync(join(tmpdir(), 'valence-test-ready-made-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const elements = ['first', 'second'].map((key, index) =>
  defineElement(
    {
      key,
      name: key,
      hub: 'crm',
      authentication: { type: 'oauth2' },
      configuration: [],
      resources: [
        { method: 'GET', path: '/hubs/crm/people', vendorPath: '/people', type: 'api' },
        {
          method: 'GET',
          path: '/hubs/crm/lists/{id}/members',
          vendorPath: '/members',
          type: 'api',
          objectName: 'members',
        },
      ],
    } as unknown as ElementDocument,
    index + 1,
    undefined,
  ),
);

const definition = {
  fields: [
    { path: 'id', type: 'string' },
    { path: 'name', type: 'string' },
  ],
};
const mapping = { vendorName: 'people', fields: [{ path: 'name', vendorPath: 'Name' }] };

let counter = 0;
/** A folder of the catalog with these files below `common-resources`. */
function folder(files: Record<string, unknown>): string {
  const path = join(root, String(++counter));
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, 'common-resources', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

/** Faults, each with its file below `common-resources`. */
function faultsOf(...folders: string[]): string[] {
  try {
    loadSystemResources(folders, elements);
  } catch (error) {
    const [title, ...faults] = String((error as Error).message).split('\n- ');
    expect(title).toBe('Ready-made common resources are wrong:');
    return faults.map((fault) => fault.replace(/^.*?common-resources\//, ''));
  }
  return [];
}

test('objects with their definitions and transformations, also from several folders', () => {
  const own = folder({ 'person/definition.json': definition, 'person/first.json': mapping });
  const more = folder({ 'person/second.json': { ...mapping, vendorName: 'members' } });
  const resources = loadSystemResources([own, more, folder({})], elements);
  expect([...resources.keys()]).toEqual(['person']);
  const person = resources.get('person');
  expect(person?.definition).toEqual({ ...definition, objectName: 'person', level: 'system' });
  expect([...(person?.transformations ?? [])]).toEqual([
    ['first', { ...mapping, objectName: 'person', level: 'system' }],
    ['second', { ...mapping, vendorName: 'members', objectName: 'person', level: 'system' }],
  ]);
});

test('a script stands beside its transformation, and may include others', () => {
  const own = folder({
    'person/definition.json': definition,
    'person/first.json': { ...mapping, script: { filterEmptyResponse: true } },
    'person/first.js': '// include ../lib/trim.js\ndone(trim(transformedObject));\n',
    'lib/trim.js': 'const trim = (record) => record;\n',
    'person/second.json': { ...mapping, script: { body: 'done();' } },
  });
  const transformations = loadSystemResources([own], elements).get('person')?.transformations;
  expect(transformations?.get('first')?.script).toEqual({
    body: 'const trim = (record) => record;\ndone(trim(transformedObject));\n',
    filterEmptyResponse: true,
    mimeType: 'application/javascript',
    level: 'system',
  });
  expect(transformations?.get('second')?.script?.body).toBe('done();');
});

test('every wrong file is named at once', () => {
  const own = folder({
    'person/definition.json': { objectName: 'people', fields: [...definition.fields, { path: 'name' }] },
    'person/first.json': { vendorName: 'nothing', fields: [{ path: 'nam' }, { path: 'id' }, { path: 'id' }] },
    'person/third.json': { fields: [] },
    'person/second.json': { ...mapping, script: {} },
    'broken/definition.json': '{',
    'broken/first.json': mapping,
    'shapeless/definition.json': { fields: [{ type: 'string' }] },
    'lone/first.json': mapping,
  });
  const more = folder({
    'person/definition.json': definition,
    'person/first.json': { ...mapping, vendorName: null },
    'person/second.json': { ...mapping, script: { body: 'return (' } },
  });
  expect(faultsOf(own, more).sort()).toEqual([
    'broken/definition.json: / is not valid JSON',
    'lone has no definition.json, nor has another folder',
    'person/definition.json: /objectName is people, but the folder is person',
    'person/definition.json: The definition person has the field name twice: remove one',
    'person/definition.json: another folder defines person, too',
    'person/first.json: /vendorName is nothing, but the element has no resource /nothing, nor such an object',
    'person/first.json: /vendorName must say which resource of the element is meant',
    'person/first.json: The transformation has the field id twice: remove one',
    'person/first.json: another folder maps person of first, too',
    'person/first.json: the definition has no field nam',
    'person/second.js is not there, though the transformation beside it has a script without a body',
    'person/second.json: /script is no JavaScript: Unexpected end of input',
    'person/second.json: another folder maps person of second, too',
    'person/third.json: no element of the catalog has this key',
    'shapeless/definition.json: /fields must be null',
    'shapeless/definition.json: /fields must match a schema in anyOf',
    'shapeless/definition.json: /fields/0 must have required properties path',
  ]);
});
