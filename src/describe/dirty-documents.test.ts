// Documents are written by hand and by several generations of tools: whatever one holds, its description is valid.

import SwaggerParser from '@apidevtools/swagger-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentFaults } from '../element/catalog.ts';
import { defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { describeElement } from './describe-element.ts';
import { toOpenApi } from './openapi.ts';

const address = { host: 'api.test', basePath: '/elements/api-v2', schemes: ['https'] };
const word = fc.constantFrom('id', 'contacts', 'Contact', 'a.b', 'x-y', 'á b', '__proto__', 'constructor', '', 'page');
const oddity = fc.constantFrom<unknown>(null, 'string', 'Contact', 7, true, [], {}, ['string', 'null'], { $ref: '' });
const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    oddity,
    fc.record(
      {
        type: fc.oneof(fc.constantFrom('object', 'array', 'string', 'Contact', 'dateTime', 'file'), oddity),
        id: oddity,
        $ref: fc.oneof(fc.constantFrom('#/definitions/Contact', 'Contact', 'other.json#/x', '%', '#'), oddity),
        properties: fc.oneof(fc.dictionary(word, tie('schema')), oddity),
        items: tie('schema'),
        required: fc.oneof(fc.array(word), oddity),
        enum: fc.oneof(fc.array(fc.oneof(word, fc.integer())), oddity),
        allOf: fc.oneof(fc.array(tie('schema'), { maxLength: 2 }), oddity),
        additionalProperties: tie('schema'),
        format: oddity,
        description: oddity,
        maximum: oddity,
        exclusiveMaximum: oddity,
        minLength: oddity,
        discriminator: oddity,
        unknown: oddity,
        'x-samplevalue': fc.oneof(oddity, fc.constant({ $ref: 'nowhere' })),
      },
      { requiredKeys: [] },
    ),
  ),
}));
const models = fc.oneof(fc.dictionary(word, schema), oddity);
const model = fc.oneof(
  fc.record({ name: fc.oneof(word, oddity), swagger: models, requestName: oddity, requestSwagger: models }),
  oddity,
);
const parameter = fc.record({
  name: word,
  type: fc.constantFrom('query', 'path', 'body', 'header', 'form', 'multipart', 'value', 'configuration', 'odd'),
  vendorType: fc.constantFrom('query', 'value', null),
  source: fc.constantFrom('request', 'response', null),
  required: fc.constantFrom(true, false, null),
  dataType: fc.constantFrom('string', 'array', 'object', 'file', 'Contact', 'a/b c', 'dateTime', '', null),
  description: fc.constantFrom('text', null),
  sampleData: oddity,
});
const resource = fc.record({
  method: fc.constantFrom('GET', 'post', 'PATCH', 'DELETE', 'PUT', 'COPY'),
  path: fc
    .array(fc.constantFrom('contacts', '{id}', '{channel.id}', '{}', '{id}:promote', '@me', 'x-y', '', '{objectName}'))
    .map((segments) => `/hubs/general/${segments.join('/')}`),
  type: fc.constantFrom('api', null, 'apiNoDocumentation', 'onProvision'),
  description: fc.constantFrom('text', null),
  parameters: fc.oneof(fc.array(parameter, { maxLength: 5 }), fc.constant(null)),
  model,
  response: fc.oneof(fc.record({ sampleData: oddity }), oddity),
});
const document = fc.record({
  key: fc.constant('dirty'),
  name: fc.constant('Dirty'),
  hub: fc.constant('general'),
  authentication: fc.constant({ type: 'custom' }),
  configuration: fc.constant([{ key: 'allow.select.fields', defaultValue: 'true' }]),
  resources: fc.array(resource, { maxLength: 5 }),
  objects: fc.oneof(fc.array(fc.oneof(fc.record({ name: word, bulkDownloadEnabled: fc.boolean() }), oddity)), oddity),
});

test('every document that can be imported has a valid description in both formats', async () => {
  await fc.assert(
    fc.asyncProperty(document, async (written) => {
      expect(documentFaults(written)).toEqual([]);
      const definition = defineElement(written as unknown as ElementDocument, 1, undefined);
      const described = describeElement(definition, { address });
      if (described === undefined) throw new Error('nothing is described');
      for (const one of [described, toOpenApi(described)]) {
        await SwaggerParser.validate(JSON.parse(JSON.stringify(one)));
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
