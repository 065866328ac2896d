// Descriptions that are broken or meant to do harm: each converts, or is refused with a place and a reason.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { checkElement } from '../element/check.ts';
import { convertDescription } from './convert.ts';
import { convertTree } from './openapi.ts';
import { parseDescription } from './openapi-read.ts';

type Members = Record<string, unknown>;

/** A description with something of everything. */
const whole = {
  openapi: '3.1.0',
  info: { title: 'Pets', version: '1', description: 'All about pets' },
  servers: [{ url: 'https://{site}.pets.test/v1', variables: { site: { default: 'acme' } } }],
  security: [{ key: [] }, { oauth: ['read'] }],
  paths: {
    '/pets': {
      parameters: [{ name: 'trace', in: 'header', schema: { type: 'string' } }],
      get: {
        parameters: [
          { name: 'cursor', in: 'query', schema: { type: 'string' } },
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 50 } },
        ],
        responses: {
          200: {
            description: 'ok',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: {
                    data: { type: 'array', items: { $ref: '#/components/schemas/Pet' } },
                    meta: { type: 'object', properties: { next_cursor: { type: ['string', 'null'] } } },
                  },
                },
              },
            },
          },
        },
      },
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
        responses: {
          201: {
            description: 'made',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
        },
      },
    },
    '/pets/{id}': {
      put: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        requestBody: {
          content: {
            'multipart/form-data': {
              schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
            },
          },
        },
        responses: { default: { description: 'done' } },
      },
    },
  },
  components: {
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      oauth: {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://a.test/a',
            tokenUrl: 'https://a.test/t',
            scopes: { read: '' },
          },
        },
      },
    },
    schemas: {
      Pet: {
        allOf: [
          { $ref: '#/components/schemas/Animal' },
          { properties: { mate: { anyOf: [{ $ref: '#/components/schemas/Pet' }, { type: 'null' }] } } },
        ],
      },
      Animal: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, tags: { type: 'array', items: { enum: ['a', 1] } } },
      },
    },
  },
};

/** Every place of a value, as the names that lead there. */
function placesOf(value: unknown, names: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [names];
  return [names, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...names, name]))];
}
const places = placesOf(whole).filter((names) => names.length > 0);

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    '',
    0,
    true,
    'x'.repeat(5000),
    '\0',
    '\ud800',
    '#/components/schemas/Pet',
    { $ref: '#/components/schemas/Pet' },
    { $ref: '#/paths/~1pets' },
    { $ref: '#' },
    { $ref: '#/components/schemas/No' },
    { $ref: 'http://127.0.0.1/x' },
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
    { oneOf: [{ type: 'null' }] },
    [[[[]]]],
    'https://{x}.test/{y z}',
    '/..//{a}{a}/{}',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const mutation = fc.record({
  place: fc.constantFrom(...places),
  how: fc.constantFrom('replace', 'remove', 'rename', 'copy'),
  value: strange,
  name: fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      '$ref',
      'page',
      'where',
      '/',
      '/{x}/{x}',
      '/pets/{other}',
      'trace',
      'toString',
      'x y',
    ),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
  ),
  other: fc.constantFrom(...places),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function at(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, name) ? (found as Members)[name] : undefined,
    value,
  );
}

function mutate(root: unknown, { place, how, value, name, other }: Mutation): void {
  const parent = at(root, place.slice(0, -1));
  if (typeof parent !== 'object' || parent === null) return;
  const last = place.at(-1) ?? '';
  const define = (key: string, member: unknown) =>
    Object.defineProperty(parent, Array.isArray(parent) ? last : key, {
      value: member,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  if (how === 'replace') define(last, structuredClone(value));
  else if (how === 'copy') define(last, structuredClone(at(whole, other)) ?? null);
  else {
    const kept = (parent as Members)[last];
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete (parent as Members)[last];
    if (how === 'rename' && kept !== undefined) define(name, kept);
  }
}

test('any mutation of a description converts without an error, or is refused with places and reasons', () => {
  let converted = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const root = structuredClone(whole);
      for (const one of mutations) mutate(root, one);
      try {
        const { document } = convertTree(parseDescription(JSON.stringify(root)), [], {});
        expect(checkElement(document).filter(({ level }) => level === 'error')).toEqual([]);
        converted++;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.status).toBe(400);
        expect(error.message).toMatch(/The OpenAPI description cannot be converted\. (\/\S*( \S+)*: [^ ].*)+/s);
        refused++;
      }
      expect(({} as Members)['polluted']).toBeUndefined();
    }),
    {
      numRuns: 500,
      // names that an object has of itself
      examples: [
        [[{ place: ['security', '0', 'key'], how: 'rename', value: [], name: '__proto__', other: ['openapi'] }]],
        [
          [
            {
              place: ['components', 'schemas', 'Pet'],
              how: 'rename',
              value: [],
              name: 'constructor',
              other: ['openapi'],
            },
          ],
        ],
      ],
    },
  );
  expect(converted).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(30);
});

test('what is stored holds no NUL, no half of a surrogate pair and no name that JSON bodies must not have', async () => {
  const schema =
    '{"type": "object", "properties": {"__proto__": {"type": "string"}, "constructor": {"type": "string"}, "b\\u0000": {"type": "string"}}}';
  const text = `{"openapi": "3.0.0", "info": {"title": "A\\u0000\\ud800", "version": "1"}, "paths": {"/a": {"get": {"summary": "\\u0000",
    "responses": {"200": {"description": "", "content": {"application/json": {"schema": ${schema}}}}}}}}}`;
  const { document } = await convertDescription(text, undefined, {});
  const json = JSON.stringify(document);
  expect(json).not.toMatch(/\\u0000|\\ud8|__proto__|"constructor"/);
  expect(json).toContain('"b"');
});

const frame = (paths: string) => `openapi: 3.0.0\ninfo: {title: a, version: "1"}\n${paths}`;

test.each<[string, string, string]>([
  [
    'YAML that names an enormous tree',
    frame(
      `x0: &x0 [a, a, a, a, a, a, a, a, a]\n${Array.from({ length: 12 }, (_, i) => `x${i + 1}: &x${i + 1} [${Array(9).fill(`*x${i}`).join(', ')}]`).join('\n')}\npaths: {}\n`,
    ),
    'Excessive alias count',
  ],
  [
    'lists nested without end, in JSON',
    `{"openapi": "3.0.0", "paths": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    'nested more than 200 levels',
  ],
  ['lists nested without end, in YAML', frame(`paths: ${'['.repeat(5000)}${']'.repeat(5000)}\n`), 'nested'],
  ['a reference to itself', frame('paths:\n  /a: {$ref: "#/paths/~1a"}\n'), '/paths/~1a: a path must be an object'],
  [
    'references in a circle',
    frame('paths:\n  /a: {$ref: "#/paths/~1b"}\n  /b: {$ref: "#/paths/~1a"}\n'),
    '/paths/~1b: a path must be an object',
  ],
  ['nothing but white space', ' \n\t', 'is empty'],
  ['XML', '<a/>', 'no type that can be converted'],
  ['bytes', '\0\x01\x02', 'is no'],
])('%s is refused', async (_, text, reason) => {
  const began = performance.now();
  const error = await convertDescription(text, undefined, {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).message).toContain(reason);
  expect(performance.now() - began).toBeLessThan(20_000);
});

test('schemas that double at every step, and those that contain themselves, are read in bounded time', () => {
  const step = (index: number) => ({ $ref: `#/components/schemas/S${index}` });
  const schemas: Members = {
    Loop: {
      allOf: [{ $ref: '#/components/schemas/Loop' }],
      properties: { a: { $ref: '#/components/schemas/Loop/properties/a' } },
    },
    Part: {
      properties: {
        a: {
          properties: {
            b: { $ref: '#/components/schemas/Part/properties/a' },
            c: { $ref: '#/components/schemas/Part/properties/a' },
          },
        },
      },
    },
  };
  for (let index = 0; index < 60; index++) {
    schemas[`S${index}`] = {
      allOf: [step(index + 1), step(index + 1)],
      anyOf: [step(index + 1), step(index + 1)],
      properties: { a: step(index + 1), b: step(index + 1) },
    };
  }
  schemas['S60'] = { type: 'object', properties: { id: { type: 'string' } } };
  const answer = (name: string) => ({
    get: {
      responses: {
        200: { description: '', content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
      },
    },
  });
  const root = {
    openapi: '3.0.0',
    info: { title: 'a', version: '1' },
    paths: { '/s': answer('S0'), '/l': answer('Loop'), '/p': answer('Part') },
    components: { schemas },
  };
  const began = performance.now();
  const { document } = convertTree(parseDescription(JSON.stringify(root)), [], {});
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(JSON.stringify(document).length).toBeLessThan(4_500_000);
});
