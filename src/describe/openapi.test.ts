// Descriptions told in OpenAPI 3.1, and the server's own OpenAPI told in Swagger 2.0.

import SwaggerParser from '@apidevtools/swagger-parser';
import { describe, expect, test } from 'vitest';
import { fromOpenApi } from './from-openapi.ts';
import { toOpenApi } from './openapi.ts';
import type { SwaggerDocument, SwaggerOperation } from './swagger.ts';

const address = { host: 'api.test', basePath: '/elements/api-v2', schemes: ['https'] };
const authorization = { name: 'Authorization', in: 'header', description: '', required: true, type: 'string' } as const;

function swagger(operation: Partial<SwaggerOperation>, definitions: SwaggerDocument['definitions'] = {}) {
  const whole: SwaggerOperation = {
    operationId: 'createRow',
    summary: 'Create',
    tags: ['rows'],
    parameters: [],
    responses: { 200: { description: 'done' } },
    ...operation,
  };
  return {
    swagger: '2.0',
    info: { title: 'sample', version: 'api-v2' },
    ...address,
    tags: [{ name: 'rows' }],
    paths: { '/rows': { post: whole } },
    definitions,
  } satisfies SwaggerDocument;
}

async function translated(operation: Partial<SwaggerOperation>, definitions: SwaggerDocument['definitions'] = {}) {
  const document = toOpenApi(swagger(operation, definitions));
  await SwaggerParser.validate(structuredClone(document) as never);
  // As readers get it; JSON.parse gives what tests may look into.
  return JSON.parse(JSON.stringify(document));
}

describe('in OpenAPI 3.1', () => {
  test('the service is a server, and who calls is a security scheme', async () => {
    const document = await translated({ parameters: [authorization] });
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: 'https://api.test/elements/api-v2' }]);
    expect(document.paths['/rows'].post.parameters).toEqual([]);
    expect(document.components.securitySchemes.authorization).toMatchObject({ type: 'apiKey', name: 'Authorization' });
  });

  test('values have schemas', async () => {
    const given = { description: 'd', required: false } as const;
    const document = await translated({
      parameters: [
        { ...given, name: 'size', in: 'query', type: 'integer', format: 'int64', 'x-cloudelements-sample': 7 },
        { ...given, name: 'ids', in: 'query', type: 'array', items: { type: 'string' } },
      ],
    });
    expect(document.paths['/rows'].post.parameters).toEqual([
      { name: 'size', in: 'query', ...given, schema: { type: 'integer', format: 'int64' }, example: 7 },
      { name: 'ids', in: 'query', ...given, schema: { type: 'array', items: { type: 'string' } }, explode: false },
    ]);
  });

  test('bodies and forms are request bodies, together where a call takes either', async () => {
    const document = await translated(
      {
        consumes: ['multipart/form-data'],
        parameters: [
          {
            name: 'body',
            in: 'formData',
            description: 'the row',
            required: true,
            type: 'string',
            'x-schema': { $ref: '#/definitions/Row' },
            'x-body': true,
          },
          { name: 'file', in: 'formData', description: 'a file', required: true, type: 'file' },
        ],
      },
      { Row: { type: 'object' } },
    );
    expect(document.paths['/rows'].post.requestBody).toEqual({
      description: 'the row',
      required: true,
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/Row' } },
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['file'],
            properties: {
              file: { description: 'a file', type: 'string', contentMediaType: 'application/octet-stream' },
            },
          },
        },
      },
    });
  });

  test('answers have content, of the types that the operation produces', async () => {
    const document = await translated({
      produces: ['text/csv', 'application/json'],
      responses: { 200: { description: 'done', schema: { type: 'file' } }, 404: { description: 'none' } },
    });
    const { responses } = document.paths['/rows'].post;
    expect(Object.keys(responses[200].content)).toEqual(['text/csv', 'application/json']);
    expect(responses[404]).toEqual({ description: 'none' });
  });

  test('models are components, spelled as these may be, in the words of JSON Schema 2020-12', async () => {
    const { components } = await translated(
      {},
      {
        'A B': { type: 'object', discriminator: 'kind', properties: { kind: { $ref: '#/definitions/A%20C' } } },
        'A C': { type: 'number', maximum: 9, exclusiveMaximum: true, minimum: 1, exclusiveMinimum: false, example: 7 },
        A_B: { type: 'string' },
      },
    );
    expect(components.schemas).toEqual({
      A_B: {
        type: 'object',
        discriminator: { propertyName: 'kind' },
        properties: { kind: { $ref: '#/components/schemas/A_C' } },
      },
      A_C: { type: 'number', exclusiveMaximum: 9, minimum: 1, examples: [7] },
      A_B2: { type: 'string' },
    });
  });
});

describe('from OpenAPI 3.1', () => {
  const text = { type: 'string' };
  const nothing = { anyOf: [text, { type: 'null' }] };
  const document = {
    openapi: '3.1.0',
    info: { title: 'Server', version: '1' },
    components: { securitySchemes: { secrets: { type: 'apiKey', description: 'd' } } },
    paths: {
      '/health': { get: {} },
      '/api/users/{id}': {
        put: {
          summary: 'Replace',
          tags: ['Users'],
          security: [{ secrets: [] }],
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
            { name: 'kind', in: 'query', schema: { anyOf: [{ const: 'a' }, { const: 'b' }] } },
            { name: 'session', in: 'cookie', schema: text },
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { type: 'object', properties: { name: nothing } } } },
          },
          responses: {
            200: { description: 'done', content: { 'application/json': { schema: { type: ['string', 'null'] } } } },
            '4XX': { description: 'refused' },
            '5XX': { description: 'failed' },
          },
        },
      },
      '/api/hubs': { get: { responses: { 200: { description: 'all' } } } },
    },
  };

  test('operations below the base are told in Swagger 2.0', async () => {
    const described = fromOpenApi(document, '/api', address, undefined);
    expect(Object.keys(described?.paths ?? {})).toEqual(['/hubs', '/users/{id}']);
    expect(described?.paths['/users/{id}']?.['put']).toEqual({
      operationId: 'replaceUserById',
      summary: 'Replace',
      tags: ['Users'],
      security: [{ secrets: [] }],
      parameters: [
        { name: 'id', in: 'path', description: '', required: true, type: 'integer' },
        { name: 'kind', in: 'query', description: '', required: false, type: 'string', enum: ['a', 'b'] },
        {
          name: 'body',
          in: 'body',
          description: '',
          required: true,
          schema: { type: 'object', properties: { name: text } },
        },
      ],
      responses: { 200: { description: 'done', schema: text }, default: { description: 'refused' } },
    });
    await SwaggerParser.validate(structuredClone(described) as never);
  });

  test('a resource is the first segment of its paths', () => {
    expect(Object.keys(fromOpenApi(document, '/api', address, 'hubs')?.paths ?? {})).toEqual(['/hubs']);
    expect(fromOpenApi(document, '/api', address, 'health')).toBeUndefined();
  });
});
