// What the elements of a hub can do, told once.

import SwaggerParser from '@apidevtools/swagger-parser';
import { expect, test } from 'vitest';
import { defineElement } from '../element/define.ts';
import type { ElementDocument } from '../element/definition.ts';
import { describeHub } from './describe-hub.ts';

function element(key: string, resources: Record<string, unknown>[]) {
  const document = { key, name: key, hub: 'crm', authentication: { type: 'basic' }, configuration: [], resources };
  return defineElement(document as unknown as ElementDocument, 1, undefined);
}

test('each call stands once and names its elements; models of one name that differ are told apart', async () => {
  const model = (title: string) => ({
    name: 'contact',
    swagger: { contact: { title, properties: { at: { $ref: 'place' } } } },
  });
  const one = element('one', [
    { method: 'GET', path: '/hubs/crm/contacts/{id}', description: 'of one', model: model('a') },
  ]);
  const two = element('two', [
    { method: 'GET', path: '/hubs/crm/contacts/{contactId}', description: 'of two', model: model('b') },
    { method: 'GET', path: '/hubs/crm/leads', model: model('b') },
  ]);
  const address = { host: 'api.test', basePath: '/elements/api-v2', schemes: ['https'] };
  const { paths, definitions, basePath } = describeHub('crm', [one, two], address);
  expect(basePath).toBe('/elements/api-v2/hubs/crm');
  expect(paths['/contacts/{id}']?.['get']).toMatchObject({ summary: 'of one', 'x-elements': ['one', 'two'] });
  expect(paths).not.toHaveProperty(['/contacts/{contactId}']);
  expect(paths['/ping']?.['get']).toMatchObject({ 'x-elements': ['one', 'two'] });
  expect(paths['/leads']?.['get']).toMatchObject({
    'x-elements': ['two'],
    responses: { 200: { schema: { $ref: '#/definitions/two.contact' } } },
  });
  expect([definitions['contact'], definitions['two.contact']]).toMatchObject([{ title: 'a' }, { title: 'b' }]);
  await SwaggerParser.validate(structuredClone(describeHub('crm', [one, two], address)) as never);
  expect(describeHub('crm', [], address).paths).toEqual({});
});
