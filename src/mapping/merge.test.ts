import { expect, test } from 'vitest';
import { mergeLevels } from './merge.ts';

const inherit = { type: 'inherit' };
const field = (path: string, vendorPath: string) => ({ path, vendorPath });
const script = (body: string) => ({ body, mimeType: 'application/javascript' });

test('without inherit only the most specific transformation holds', () => {
  const { transformation } = mergeLevels([
    { level: 'account', transformation: { vendorName: 'Contact', fields: [field('id', 'Id')] } },
    {
      level: 'organization',
      transformation: { vendorName: 'Person', fields: [field('name', 'Name')], script: script('a') },
    },
  ]);
  expect(transformation).toEqual({
    vendorName: 'Contact',
    level: 'account',
    fields: [{ path: 'id', vendorPath: 'Id', associatedLevel: 'account', level: 'account' }],
    configuration: [],
    scripts: [],
  });
});

test('with inherit deeper fields and configuration replace those of the same path and type, and scripts follow', () => {
  const { transformation } = mergeLevels([
    {
      level: 'organization',
      transformation: {
        vendorName: 'Contact',
        isLegacy: true,
        fields: [field('id', 'Id'), field('name', 'Name')],
        configuration: [{ type: 'addToDocumentation' }, { type: 'passThrough', properties: { toVendor: false } }],
        script: script('first'),
        scripts: [script('first')],
      },
    },
    {
      level: 'account',
      transformation: {
        fields: [field('name', 'FullName')],
        configuration: [inherit, { type: 'passThrough', properties: { toVendor: true } }],
        scripts: [script('first'), script('second')],
      },
    },
    { level: 'instance', transformation: { fields: [field('email', 'Email')], configuration: [inherit] } },
  ]);
  expect(transformation?.vendorName).toBe('Contact');
  expect(
    transformation?.fields?.map(({ path, vendorPath, associatedLevel }) => [path, vendorPath, associatedLevel]),
  ).toEqual([
    ['id', 'Id', 'organization'],
    ['name', 'FullName', 'account'],
    ['email', 'Email', 'instance'],
  ]);
  expect(transformation?.configuration).toEqual([
    { type: 'addToDocumentation' },
    { type: 'passThrough', properties: { toVendor: true } },
    inherit,
  ]);
  expect(transformation?.scripts?.map(({ body, level, isLegacy }) => [body, level, isLegacy])).toEqual([
    ['first', 'organization', true],
    ['second', 'account', false],
  ]);
});

test('a level that does not inherit ends what those above it take over', () => {
  const { transformation } = mergeLevels([
    { level: 'system', transformation: { fields: [field('a', 'A')] } },
    { level: 'organization', transformation: { fields: [field('b', 'B')] } },
    { level: 'instance', transformation: { fields: [field('c', 'C')], configuration: [inherit] } },
  ]);
  expect(transformation?.fields?.map(({ path }) => path)).toEqual(['b', 'c']);
});

test('definitions of all levels add their fields, and each says whose it is', () => {
  const { definition } = mergeLevels([
    { level: 'instance', definition: { fields: [{ path: 'extra', type: 'number' }] } },
    { level: 'system', definition: { objectName: 'contact', fields: [{ path: 'id', type: 'string' }] } },
    {
      level: 'account',
      definition: {
        fields: [
          { path: 'id', type: 'number' },
          { path: 'old', associatedLevel: 'organization' },
        ],
      },
    },
  ]);
  expect(definition?.objectName).toBe('contact');
  expect(definition?.fields?.map(({ path, type, associatedLevel }) => [path, type, associatedLevel])).toEqual([
    ['id', 'number', 'account'],
    ['old', undefined, 'organization'],
    ['extra', 'number', 'instance'],
  ]);
});

test('nothing said is nothing merged', () => {
  expect(mergeLevels([{ level: 'account' }])).toEqual({ definition: undefined, transformation: undefined });
});
