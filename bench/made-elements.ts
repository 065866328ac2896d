// Element documents for measurements: as many and as large as public ones, made up.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const collections = 6;
const methods = [
  ['GET', ''],
  ['POST', ''],
  ['GET', '/{id}'],
  ['PATCH', '/{id}'],
  ['DELETE', '/{id}'],
] as const;

/** How many resources one of these documents has. */
export const resourcesOfEach = collections * methods.length;

/** One document of 30 resources with parameters and models, about 45 KB without spaces. */
function makeElement(number: number, baseUrl: string): Record<string, unknown> {
  const key = `made${number}`;
  return {
    id: 10_000 + number,
    key,
    name: `Made ${number}`,
    hub: 'general',
    authentication: { type: 'custom' },
    configuration: Array.from({ length: 20 }, (_, index) => ({
      key: index === 0 ? 'base.url' : `setting.${index}`,
      name: `Setting ${index}`,
      description: `What the setting ${index} of ${key} is for`,
      type: 'TEXTFIELD_1000',
      required: false,
      internal: false,
      hideFromConsole: false,
      active: true,
      defaultValue: index === 0 ? baseUrl : null,
    })),
    parameters: [],
    hooks: [],
    resources: Array.from({ length: collections }, (_, index) => resourcesOf(`things${index}`)).flat(),
    objects: [],
  };
}

function resourcesOf(name: string): Record<string, unknown>[] {
  const properties = Object.fromEntries(
    Array.from({ length: 8 }, (_, field) => [`field${field}`, { type: 'string', 'x-samplevalue': `value ${field}` }]),
  );
  return methods.map(([method, rest]) => ({
    method,
    path: `/hubs/general/${name}${rest}`,
    vendorMethod: method,
    vendorPath: `/small/${name}${rest}`,
    type: 'api',
    kind: 'eb',
    description: `${method} of ${name}`,
    rootKey: method === 'GET' && rest === '' ? '|items' : '',
    parameters: [
      ...(rest === '' ? [] : [parameter('id', 'path', 'id')]),
      ...(method === 'GET' && rest === ''
        ? [parameter('page', 'query', 'page'), parameter('where', 'query', 'q')]
        : []),
      ...(method === 'POST' || method === 'PATCH' ? [parameter('body', 'body', 'body')] : []),
    ],
    hooks: [],
    response: { contentType: 'application/json' },
    model: { name, transform: false, swagger: { [name]: { type: 'object', properties } } },
  }));
}

function parameter(name: string, type: string, vendorName: string): Record<string, unknown> {
  return {
    name,
    vendorName,
    type,
    vendorType: type,
    source: 'request',
    required: type !== 'query',
    dataType: 'string',
    description: `The ${name} of what is asked for`,
  };
}

/** Writes documents as a catalog folder has them. Returns their size in bytes. */
export async function writeElements(folder: string, count: number, baseUrl: string): Promise<number> {
  let bytes = 0;
  for (let number = 0; number < count; number++) {
    const document = makeElement(number, baseUrl);
    const text = JSON.stringify(document, null, 2);
    bytes += Buffer.byteLength(text);
    await mkdir(join(folder, String(document['key'])), { recursive: true });
    await writeFile(join(folder, String(document['key']), 'element.json'), text);
  }
  return bytes;
}
