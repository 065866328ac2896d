// Levels joined into one document and taken apart again, and bundles written and read: nothing is lost on the way.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bareDefinition,
  bareTransformation,
  bundleOf,
  joinTransformation,
  type LevelPart,
  readBundle,
  splitDefinition,
  splitTransformation,
} from './bundles.ts';

const text = fc.stringMatching(/^[a-z]{1,6}$/);
const optional = { requiredKeys: [] as never[] };
const few = { maxLength: 3 };
const entry = fc.record({ type: text, properties: fc.dictionary(text, text, { maxKeys: 2 }) });
const field = fc.record(
  { path: text, vendorPath: text, configuration: fc.array(entry, few) },
  { requiredKeys: ['path'] },
);
const definition = fc.record(
  { fields: fc.array(field, few), description: text, vdrShared: fc.boolean(), valence: fc.record({ note: text }) },
  optional,
);
const script = fc.record({ body: text, mimeType: text, filterEmptyResponse: fc.boolean() }, optional);
const transformation = fc.record(
  {
    vendorName: text,
    isLegacy: fc.boolean(),
    fields: fc.option(fc.array(field, few)),
    configuration: fc.option(fc.array(entry, few)),
    scripts: fc.option(fc.array(script, few)),
    script: fc.option(script),
    'never heard of': fc.oneof(text, fc.constant(null)),
  },
  optional,
);
const levels = fc.subarray(['system', 'organization', 'account', 'instance'] as const, { minLength: 1 });

/** A document for each of some levels. */
const partsOf = (document: fc.Arbitrary<Record<string, unknown>>, bare: typeof bareDefinition) =>
  levels.chain((chosen) =>
    fc
      .array(document, { minLength: chosen.length, maxLength: chosen.length })
      .map((documents): LevelPart[] =>
        chosen.map((level, index) => ({ level, associatedId: undefined, document: bare(documents[index] ?? {}) })),
      ),
  );
const json = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value));

test('what is exported and imported again is what each level said', () => {
  const cases = fc.record({
    objectName: text,
    definition: partsOf(definition, bareDefinition),
    transformations: fc
      .dictionary(text, partsOf(transformation, bareTransformation), { maxKeys: 2 })
      .map((ofElements) => new Map(Object.entries(ofElements))),
  });
  fc.assert(
    fc.property(cases, (exported) => {
      const written = json(bundleOf(exported));
      const { resources, faults } = readBundle(written);
      expect(faults).toEqual([]);
      const [read] = resources;
      expect(read?.objectName).toBe(exported.objectName);
      expect(splitDefinition(read?.definition ?? {}, 'instance', faults)).toEqual(json(exported.definition).map(known));
      expect([...(read?.transformations.keys() ?? [])]).toEqual([...exported.transformations.keys()]);
      for (const [elementKey, parts] of exported.transformations) {
        const again = read?.transformations.get(elementKey) ?? {};
        expect(splitTransformation(again, 'instance', faults)).toEqual(json(parts).map(known));
      }
      expect(faults).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

/** JSON leaves undefined members out. */
function known(part: LevelPart): LevelPart {
  return { ...part, associatedId: undefined };
}

test('entries go to the level that they name, what names none to that of the document', () => {
  const faults: string[] = [];
  const parts = splitTransformation(
    {
      vendorName: 'Contact',
      level: 'organization',
      fields: [
        { path: 'a', vendorPath: 'A' },
        { path: 'b', vendorPath: 'B', associatedLevel: 'account', level: 'organization' },
        { path: 'c', vendorPath: 'C', level: 'instance', associatedId: '7' },
      ],
      configuration: [{ type: 'inherit', level: 'account' }],
      scripts: [{ body: 'done()', level: 'account' }],
      startDate: '2020-01-01',
      id: 5,
    },
    'account',
    faults,
  );
  expect(faults).toEqual([]);
  expect(parts).toEqual([
    {
      level: 'organization',
      associatedId: undefined,
      document: { vendorName: 'Contact', fields: [{ path: 'a', vendorPath: 'A' }] },
    },
    {
      level: 'account',
      associatedId: undefined,
      document: {
        vendorName: 'Contact',
        fields: [{ path: 'b', vendorPath: 'B' }],
        configuration: [{ type: 'inherit' }],
        script: { body: 'done()' },
      },
    },
    {
      level: 'instance',
      associatedId: 7,
      document: { vendorName: 'Contact', fields: [{ path: 'c', vendorPath: 'C' }] },
    },
  ]);
  expect(joinTransformation(parts)).toEqual({
    vendorName: 'Contact',
    level: 'organization',
    fields: [
      { path: 'a', vendorPath: 'A', level: 'organization', associatedLevel: 'organization' },
      { path: 'b', vendorPath: 'B', level: 'account', associatedLevel: 'account' },
      { path: 'c', vendorPath: 'C', level: 'instance', associatedLevel: 'instance', associatedId: 7 },
    ],
    configuration: [{ type: 'inherit', level: 'account' }],
    script: { body: 'done()', level: 'account' },
  });
});

test('every fault of a bundle is named at once', () => {
  expect(readBundle([]).faults).toHaveLength(1);
  const { faults, resources } = readBundle({
    definition: { fields: [{ type: 'string' }] },
    transformation: { desk: { fields: 7 } },
  });
  expect(resources).toEqual([]);
  expect(faults.join('\n')).toContain('must have required properties vdrName');
  expect(faults.join('\n')).toContain('/definition/fields/0 must have required properties path');
  expect(faults.join('\n')).toContain('/transformation/desk/fields');
  const unknown: string[] = [];
  splitDefinition(
    { level: 'galaxy', fields: [{ path: 'a', level: 'account', associatedId: 'x' }] },
    'account',
    unknown,
  );
  expect(unknown).toHaveLength(2);
});

test('the older bundle holds many objects', () => {
  const { resources } = readBundle({
    objectDefinitions: { people: { fields: [] }, things: { fields: [] } },
    transformations: {
      desk: { people: { vendorName: 'users' } },
      crm: { people: { vendorName: 'contacts' }, lost: {} },
    },
  });
  expect(
    resources.map(({ objectName, definition, transformations }) => [
      objectName,
      definition !== undefined,
      [...transformations.keys()],
    ]),
  ).toEqual([
    ['people', true, ['desk', 'crm']],
    ['things', true, []],
    ['lost', false, ['crm']],
  ]);
});
