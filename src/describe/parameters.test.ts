// The parameters of an operation: which of the document's are shown, where, and in which order.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import type { Resource } from '../element/definition.ts';
import { pathParameters } from './operation-id.ts';
import { parametersOf } from './parameters.ts';
import type { SwaggerParameter } from './swagger.ts';

type Given = Record<string, unknown> & { name: string; type: string };

function parameters(path: string, given: Given[], more: Partial<Resource> = {}, settings: object[] = []) {
  const resource = { method: 'GET', path, parameters: given, ...more } as Resource;
  const definition = defineElement(
    {
      key: 'sample',
      name: 'Sample',
      hub: 'general',
      authentication: { type: 'basic' },
      configuration: settings as { key: string }[],
      resources: [resource],
    },
    1,
    undefined,
  );
  return parametersOf(definition, resource, path);
}

const outline = ({ name, in: place, required }: SwaggerParameter) => `${place} ${name}${required ? ' !' : ''}`;

test('who calls comes first; then the path as it is written, what is required, what is not, the form, the page', () => {
  const described = parameters('/lists/{id}/rows/{rowId}', [
    { name: 'page', type: 'query' },
    { name: 'where', type: 'query' },
    { name: 'rowId', type: 'path' },
    { name: 'body', type: 'body', required: true },
    { name: 'kind', type: 'header', required: true },
    { name: 'id', type: 'path' },
  ]);
  expect(described.map(outline)).toEqual([
    'header Authorization !',
    'path id !',
    'path rowId !',
    'header kind !',
    'body body !',
    'query where',
    'query nextPage',
  ]);
});

test('a document with numbered parameters lists the latest first', () => {
  const given = [
    { name: 'fields', type: 'query', id: 12 },
    { name: 'where', type: 'query', id: 11 },
  ];
  expect(parameters('/rows', given).map(({ name }) => name)).toEqual(['Authorization', 'where', 'fields']);
});

describe('what callers do not give', () => {
  test.each<[string, Partial<Given>]>([
    ['a literal', { type: 'value' }],
    ['a setting', { type: 'configuration' }],
    ['a part of the answer before', { type: 'prevBody' }],
    ['what is read from the answer', { type: 'body', source: 'response' }],
    ['a literal in the reversed form', { type: 'header', vendorType: 'value' }],
  ])('%s is not shown', (_what, given) => {
    expect(parameters('/rows', [{ name: 'secret', type: '', ...given }]).map(({ name }) => name)).toEqual([
      'Authorization',
    ]);
  });
});

describe('paging', () => {
  test('page becomes nextPage in the query, at the end, wherever it stood', () => {
    for (const type of ['query', 'multipart']) {
      const described = parameters('/rows', [{ name: 'page', type, dataType: 'integer', description: 'a number' }]);
      expect(described.at(-1)).toEqual({
        name: 'nextPage',
        in: 'query',
        type: 'string',
        required: false,
        description: expect.stringContaining('elements-next-page-token'),
      });
    }
  });

  test('nextPage stays where it is', () => {
    const given = ['nextPage', 'pageSize'].map((name) => ({ name, type: 'query' }));
    expect(parameters('/rows', given).map(({ name }) => name)).toEqual(['Authorization', 'nextPage', 'pageSize']);
  });

  const pages = ['page', 'pageSize'].map((name) => ({ name, type: 'query' }));
  const selects = [{ key: 'allow.select.fields', defaultValue: 'true' }];
  test.each<[string, string, Given[], object[], boolean]>([
    ['a list with pages', 'GET', pages, selects, true],
    ['where fields cannot be selected', 'GET', pages, [], false],
    ['a list without pages', 'GET', pages.slice(1), selects, false],
    ['what is no list', 'POST', pages, selects, false],
  ])('%s: fields', (_what, method, given, settings, has) => {
    const names = parameters('/rows', given, { method }, settings).map(({ name }) => name);
    expect(names.at(-1) === 'fields').toBe(has);
  });

  test('fields of its own are not doubled', () => {
    const names = parameters('/rows', [...pages, { name: 'fields', type: 'query' }], {}, selects).map(
      ({ name }) => name,
    );
    expect(names.filter((name) => name === 'fields')).toHaveLength(1);
  });
});

describe('types', () => {
  test.each([
    ['string', { type: 'string' }],
    [null, { type: 'string' }],
    ['integer', { type: 'integer' }],
    ['double', { type: 'number' }],
    ['dateTime', { type: 'string', format: 'date-time' }],
    ['array', { type: 'array', items: { type: 'string' } }],
    ['object', { type: 'string' }],
    ['file', { type: 'string', format: 'binary' }],
    ['Filter', { type: 'string', 'x-schema': { $ref: '#/definitions/Filter' } }],
  ])('%s in a query', (dataType, type) => {
    const [, described] = parameters('/rows', [{ name: 'a', type: 'query', dataType }]);
    expect(described).toEqual({ name: 'a', in: 'query', description: '', required: false, ...type });
  });

  test('the size of a page is a long number', () => {
    expect(parameters('/rows', [{ name: 'pageSize', type: 'query', dataType: 'integer' }])[1]).toMatchObject({
      type: 'integer',
      format: 'int64',
    });
  });

  test.each([
    ['Contact', { $ref: '#/definitions/Contact' }],
    ['string', { type: 'string' }],
    ['array', { type: 'array', items: {} }],
    ['object', { $ref: '#/definitions/ContactRequest' }],
    [undefined, { $ref: '#/definitions/ContactRequest' }],
  ])('a body of %s has a schema', (dataType, schema) => {
    const model = { requestName: 'ContactRequest' };
    const [, described] = parameters('/rows', [{ name: 'body', type: 'body', dataType }], { model });
    expect(described).toMatchObject({ in: 'body', schema });
    expect(described).not.toHaveProperty('type');
  });

  test('a body of which nothing is known is an object', () => {
    expect(parameters('/rows', [{ name: 'body', type: 'body', dataType: 'object' }])[1]?.schema).toEqual({
      type: 'object',
    });
  });

  test('a sample is shown', () => {
    expect(parameters('/rows', [{ name: 'a', type: 'query', sampleData: 'x' }])[1]).toMatchObject({
      'x-cloudelements-sample': 'x',
    });
  });
});

test('a body beside a form is a part of it', () => {
  const described = parameters('/files', [
    { name: 'file', type: 'multipart', dataType: 'file' },
    { name: 'body', type: 'body', dataType: 'Info', required: true },
  ]);
  expect(described.slice(1)).toEqual([
    {
      name: 'body',
      in: 'formData',
      required: true,
      description: '',
      type: 'string',
      'x-schema': { $ref: '#/definitions/Info' },
      'x-body': true,
    },
    { name: 'file', in: 'formData', required: false, description: '', type: 'file' },
  ]);
});

test('every parameter of the path is declared once, required, before all but who calls', () => {
  const place = fc.constantFrom('query', 'path', 'body', 'header', 'form', 'multipart', 'value');
  const name = fc.constantFrom('id', 'rowId', 'page', 'nextPage', 'where');
  const path = fc.constantFrom('/rows', '/rows/{id}', '/lists/{id}/rows/{rowId}', '/{page}/{where}');
  const given = fc.array(fc.record({ name, type: place, required: fc.boolean(), id: fc.nat() }));
  fc.assert(
    fc.property(path, given, (path, given) => {
      const described = parameters(path, given);
      const inPath = described.filter((one) => one.in === 'path');
      expect(inPath).toEqual(described.slice(1, 1 + inPath.length));
      expect(inPath.map(({ name, required }) => [name, required])).toEqual(
        pathParameters(path).map((name) => [name, true]),
      );
      expect(new Set(described.map((one) => `${one.in} ${one.name}`)).size).toBe(described.length);
      expect(described.filter((one) => one.in === 'body').length).toBeLessThanOrEqual(1);
    }),
  );
});
