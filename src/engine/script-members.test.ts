// That a script which is given only the members it names makes of records what it makes of whole ones.

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createScripts } from '../script/scripts.ts';
import { runMappingScript, type ScriptedRecord } from './mapping-scripts.ts';
import { membersSeen } from './script-members.ts';

const script = (body: string, legacy = false) => ({ body, legacy, filterEmptyResponse: false });
const seen = (body: string, legacy = false) => {
  const { original, transformed } = membersSeen(script(body, legacy));
  return [original && [...original], transformed && [...transformed]];
};

describe('what a script can see', () => {
  test.each([
    ['transformedObject.a = originalObject.b; done(transformedObject)', [['b'], ['a']]],
    ['transformedObject[\'a b\'] = originalObject\n  ?.["c"].d; done( transformedObject );', [['c'], ['a b']]],
    ['delete transformedObject.a; done(transformedObject)', [[], ['a']]],
    ['done({ id: transformedObject.id })', [[], ['id']]],
    ['done(transformedObject); // transformedObject.x', [[], ['x']]],
  ])('%s: these members', (body, members) => {
    expect(seen(body)).toEqual(members);
  });

  test('a legacy script may return the record, though not out of a function of its own', () => {
    expect(seen('transformedObject.a = 1; return transformedObject;', true)).toEqual([[], ['a']]);
    expect(seen('transformedObject.a = 1; return transformedObject;')).toEqual([[], undefined]);
    expect(seen('var all = (function () { return transformedObject })(); return all', true)).toEqual([[], undefined]);
  });

  test.each([
    'done(Object.keys(transformedObject).length)',
    'const record = transformedObject; record.a = 1; done(record)',
    'transformedObject[name] = 1; done(transformedObject)',
    'transformedObject[`a`] = 1; done(transformedObject)',
    "transformedObject['a\\x62'] = 1; done(transformedObject)",
    "done(transformedObject.hasOwnProperty('a'))",
    'transformedObject.toJSON = () => 1; done(transformedObject)',
    'transformedObject.__proto__ = null; done(transformedObject)',
    'done({ ...transformedObject, a: 1 })',
    "done({ a: 'b' in transformedObject })",
    'done([transformedObject])',
    'done(transformedObject, 1)',
    'const other = { transformedObject }; done(transformedObject)',
    'transformedObject = { a: 1 }; done(transformedObject)',
    'const give = done; give(transformedObject.a); done(transformedObject)',
    'function done(record) { return Object.keys(record) } done(transformedObject)',
    '[1].map((done) => done(transformedObject))',
    '({ done(transformedObject) { return transformedObject.a } }); done(transformedObject)',
    '(function (transformedObject) { done(transformedObject.a) })(transformedObject)',
    'other.done(transformedObject)',
    'transformedObject.done = true; done(transformedObject)',
    'this.transformedObject.a = 1; done(transformedObject)',
    'done(transformedObject /* whole */)',
  ])('%s: any', (body) => {
    expect(seen(body)[1]).toBeUndefined();
  });
});

describe('records', () => {
  const limits = {
    scriptMs: 5000,
    scriptWallMs: 10_000,
    scriptMemoryMb: 64,
    scriptIsolates: 2,
    scriptOutputBytes: 10_000_000,
    scriptRequests: 1,
  };
  const scripts = createScripts({ limits, send: () => Promise.reject(new Error('Nothing is sent')) });
  afterAll(() => scripts.close());
  const scene = { scripts, owner: 'a', fromVendor: true, configuration: {}, signal: undefined };

  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '7', 'ä');
  const value = fc.jsonValue({ maxDepth: 2 });
  const record = fc.oneof(
    { weight: 9, arbitrary: fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }) },
    { weight: 1, arbitrary: value },
  );
  const of = (variable: string) => name.map((one) => `${variable}['${one}']`);
  const place = fc.oneof(of('transformedObject'), of('originalObject'));
  const statement = fc.oneof(
    fc.tuple(place, place).map(([to, from]) => `${to} = ${from};`),
    fc.tuple(place, value).map(([to, one]) => `${to} = ${JSON.stringify(one)};`),
    place.map((one) => `delete ${one};`),
    place.map((one) => `if (Array.isArray(${one})) ${one}.push(1); else if (${one}) ${one}.x = 2;`),
    place.map((one) => `if (!${one}) throw new Error('none');`),
  );
  const end = fc.constantFrom(
    'done(transformedObject);',
    'if (transformedObject.a) done(transformedObject);',
    "done({ b: transformedObject['b'], c: originalObject.c });",
    'done(originalObject);',
    'done(null);',
    '',
  );

  test('come out the same as when the script is given all of each', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.record({ original: record, transformed: record }), { minLength: 2, maxLength: 6 }),
      fc.array(statement, { maxLength: 4 }),
      end,
      async (records, statements, last) => {
        const body = [...statements, last].join('\n');
        const run = (text: string) =>
          runMappingScript(scene, script(text), structuredClone(records) as ScriptedRecord[]);
        const whole = await run(`void [originalObject, transformedObject];${body}`);
        expect(membersSeen(script(`void [originalObject, transformedObject];${body}`))).toEqual({
          original: undefined,
          transformed: undefined,
        });
        expect(await run(body)).toEqual(whole);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});
