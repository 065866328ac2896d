// From what a vendor publishes to calls that work, with no hand in between: a description is converted through the API,
// the document imported as it is, an account connected at the vendor that it describes, and every resource called.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tidyDocument } from '../sandbox/generic/document.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import type { ElementDocument } from '../src/element/definition.ts';
import { connect, runElement } from '../trials/run-element.ts';
import { credentials, type Platform, startPlatform } from './support/platform.ts';

/** What vendors publish, in each form; the last has over a thousand operations. */
const descriptions = [
  {
    file: 'figma.yaml.gz',
    form: 'OpenAPI 3.1',
    type: 'openapi',
    operations: 40,
    list: '/webhooks',
    record: { event_type: 'PING', context: 'team', context_id: '1', endpoint: 'https://a.test', passcode: 'p' },
    change: { endpoint: 'https://b.test' },
  },
  {
    file: 'netlify.json.gz',
    form: 'Swagger 2.0',
    type: 'swagger',
    operations: 150,
    list: '/sites',
    record: { name: 'one', custom_domain: 'a.test' },
    change: { name: 'two' },
  },
  {
    file: 'user-service.wsdl',
    form: 'WSDL 1.1',
    type: 'soap',
    operations: 4,
    list: '/users',
    record: { id: 'u1', name: 'Ann', age: 30 },
    change: { name: 'Anna' },
  },
  {
    file: 'trippin-v4.xml',
    form: 'OData 4',
    type: 'odata',
    operations: 20,
    list: '/people',
    record: { UserName: 'ann', FirstName: 'Ann', LastName: 'Lee' },
    change: { FirstName: 'Anna' },
  },
  {
    file: 'odata-demo-v2.xml',
    form: 'OData 2',
    type: 'odata',
    operations: 20,
    list: '/categories',
    record: { ID: 7001, Name: 'Tea' },
    change: { Name: 'Green tea' },
  },
  {
    file: 'github.json.gz',
    form: 'OpenAPI 3.0, huge',
    type: 'openapi',
    operations: 500,
    list: '/gists',
    record: { description: 'one', files: { 'a.txt': { content: 'a' } } },
    change: { description: 'two' },
  },
];

let platform: Platform;
const converted = new Map<string, ElementDocument>();
let sandbox: Sandbox;

beforeAll(async () => {
  const converting = await startPlatform();
  for (const { file, type } of descriptions) converted.set(file, await convert(converting, file, type));
  await converting.close();
  const documents = [...converted.values()].map((document) => tidyDocument(document, ''));
  sandbox = await startSandbox({ documents });
  platform = await startPlatform({ routes: sandbox.routes });
}, 120_000);
afterAll(async () => {
  await platform.close();
  await sandbox.close();
});

async function convert(converting: Platform, file: string, type: string): Promise<ElementDocument> {
  const bytes = readFileSync(join('test/fixtures/descriptions', file));
  const response = await fetch(
    `${converting.url}/elements/api-v2/elements/convert?type=${type}&hub=general&key=${file.split('.')[0]}&baseUrl=https://${type}.test/${file.split('.')[0]}`,
    {
      method: 'POST',
      headers: { authorization: credentials(), 'content-type': 'application/octet-stream' },
      body: file.endsWith('.gz') ? gunzipSync(bytes) : bytes,
    },
  );
  expect(response.status, file).toBe(200);
  return (await response.json()) as ElementDocument;
}

function playedFor(file: string) {
  const document = converted.get(file);
  const introduction = sandbox.introductions.find(({ key }) => key === document?.key);
  if (document === undefined || introduction === undefined) throw new Error(`${file} is not played`);
  const targets = { url: platform.url, authorization: credentials(), sandboxUrl: sandbox.url };
  return { document, introduction, targets };
}

describe.each(descriptions)('$form ($file)', ({ file, operations, list, record, change }) => {
  test('every resource does what it says, as it was converted', async () => {
    const { document, introduction, targets } = playedFor(file);
    const run = await runElement(targets, document, introduction);
    expect(run.refused).toBeUndefined();
    expect(run.resources.filter(({ isGood }) => !isGood)).toEqual([]);
    expect(run.resources.length).toBeGreaterThanOrEqual(operations);
  }, 240_000);

  test('an account pages, creates, reads, updates and deletes', async () => {
    const { document, introduction, targets } = playedFor(file);
    await platform.call('POST', '/elements', { body: document });
    const connected = (await connect(targets, document, introduction)).body as { token: string };
    const call = (method: string, path: string, body?: unknown) =>
      platform.call(method, `/hubs/general${path}`, {
        authorization: credentials(connected.token),
        ...(body === undefined ? {} : { body }),
      });

    const first = await call('GET', `${list}?pageSize=5`);
    expect(first.status, first.body?.message).toBe(200);
    const token = first.headers.get('elements-next-page-token');
    const second = await call('GET', `${list}?pageSize=5&nextPage=${token}`);
    expect(first.body.length).toBeGreaterThan(0);
    expect(second.body.length).toBeGreaterThan(0);
    expect(second.body[0]).not.toEqual(first.body[0]);

    const made = await call('POST', list, record);
    expect(made.status, made.body?.message).toBe(200);
    const idMember = introduction.operations.find(({ collection }) => collection.skeleton.endsWith(list))?.collection
      .idMember;
    const id = made.body?.[idMember ?? 'id'] ?? Object.values(record)[0];
    const read = async () => {
      const { status, body } = await call('GET', `${list}/${id}`);
      expect([200, 404]).toContain(status);
      return status === 200 ? body : 'gone';
    };
    expect(await read()).toMatchObject(record);
    expect((await call('PATCH', `${list}/${id}`, { ...record, ...change })).status).toBe(200);
    expect(await read()).toMatchObject({ ...record, ...change });
    expect((await call('DELETE', `${list}/${id}`)).status).toBe(200);
    expect(await read()).toBe('gone');
  });
});
