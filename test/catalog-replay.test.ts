// Every resource of every catalog element, and shapes of public documents, called with made-up values, sends what its document says. What it says is
// worked out in trials/expected-request.ts, apart from the engine; `npm run replay` does the same for any documents.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DocumentResource, type ElementDocument, readDocuments } from '../trials/element-document.ts';
import { type Recorder, startRecorder } from '../trials/recorder.ts';
import { type ElementReport, type ReplayedPlatform, replayElement } from '../trials/replay-element.ts';
import { credentials, type Platform, startPlatform } from './support/platform.ts';

const documents = await readDocuments([new URL('../elements', import.meta.url).pathname]);

let recorder: Recorder;
let platform: Platform;
let asked: ReplayedPlatform;

beforeAll(async () => {
  recorder = await startRecorder();
  platform = await startPlatform({ routes: recorder.routes });
  asked = { url: platform.url, authorization: credentials() };
});

afterAll(async () => {
  await platform.close();
  await recorder.close();
});

function countOf({ resources }: ElementReport, kind: string, outcome: string): number {
  return resources.filter((resource) => resource.kind === kind && resource.outcome === outcome).length;
}

describe('the catalog', () => {
  test('has documents to replay', () => {
    expect(documents.length).toBeGreaterThanOrEqual(8);
  });

  test.each(documents.map((document) => [document.key, document] as const))(
    '%s sends what its document says, resource by resource',
    async (_key, document) => {
      const report = await replayElement(asked, recorder, document);
      expect(report.refused).toBeUndefined();
      expect(report.resources.filter(({ outcome }) => outcome === 'different')).toEqual([]);
      const callable = report.resources.filter(({ kind }) => kind === 'callable').length;
      expect(countOf(report, 'callable', 'equal')).toBe(callable);
      expect(countOf(report, 'lifecycle', 'equal')).toBeGreaterThanOrEqual(1);
    },
  );
});

/** Shapes that public documents have and the catalog does not. */
const oddities: ElementDocument = {
  key: 'oddities',
  name: 'oddities',
  hub: 'general',
  authentication: { type: 'basic' },
  configuration: [
    { key: 'base.url', defaultValue: 'https://{region}.example.test/api/' },
    { key: 'region', required: true },
    { key: 'api.key', required: true, type: 'PASSWORD' },
    { key: 'pagination.type', defaultValue: 'page 0' },
    { key: 'pagination.max', defaultValue: '15' },
  ],
  parameters: [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the format
    { type: 'header', name: 'X-Key', vendorType: 'value', vendorName: 'Key CE.b64(${configuration.api.key}:)' },
    { type: 'value', name: 'application/json', vendorType: 'header', vendorName: 'Content-Type' },
  ],
  resources: [
    {
      method: 'GET',
      path: '/hubs/general/{objectName}/{objectId}',
      parameters: [
        { type: 'multipart', name: 'objectName', vendorType: 'form', vendorName: 'objectName', required: true },
        { type: 'multipart', name: 'objectId', vendorType: 'form', vendorName: 'id', required: true },
      ],
    },
    {
      method: 'GET',
      path: '/hubs/general/things/{id}',
      vendorPath: 'things/{:ref}',
      parameters: [{ type: 'path', name: 'id', vendorType: 'path', vendorName: ':ref', required: true }],
    },
    {
      method: 'GET',
      path: '/hubs/general/exports',
      vendorPath: '/exports/0',
      parameters: [
        { type: 'query', name: 'version', vendorType: 'no-op', vendorName: 'version' },
        { type: 'query', name: 'page', vendorType: 'query', vendorName: '$skip' },
      ],
      hooks: [
        { type: 'preRequest', body: "done({request_vendor_path: '/exports/' + (request_parameters.version || 0)})" },
      ],
    },
    {
      method: 'POST',
      path: '/hubs/general/sums',
      vendorPath: 'https://soap.example.test/sums.asmx',
      parameters: [
        { type: 'value', name: '<Add><a>{a}</a><b>{b.c}</b><d>{d}</d></Add>', vendorType: 'body', vendorName: 'body' },
        { type: 'body', name: 'body', vendorType: 'bodyToken', vendorName: 'body', required: true },
        { type: 'value', name: 'text/xml', vendorType: 'header', vendorName: 'content-type' },
      ],
    },
  ],
};

const concatenated: ElementDocument = {
  key: 'concatenated',
  name: 'concatenated',
  hub: 'general',
  authentication: { type: 'custom' },
  configuration: [
    { key: 'base.url', defaultValue: 'https://www.example.test/query?apikey={API_KEY}' },
    { key: 'API_KEY', required: true },
  ],
  resources: [
    {
      method: 'GET',
      path: '/hubs/general/quotes',
      vendorPath: '&function=QUOTE',
      parameters: [{ type: 'query', name: 'symbol', vendorType: 'query', vendorName: 'symbol' }],
    },
  ],
};

test.each([
  [oddities.key, oddities],
  [concatenated.key, concatenated],
])('%s of public documents are sent as they say', async (_key, document) => {
  const report = await replayElement(asked, recorder, document);
  expect(report.refused).toBeUndefined();
  expect(report.resources.filter(({ outcome }) => outcome !== 'equal')).toEqual([]);
  expect(report.resources).toHaveLength((document.resources ?? []).length);
});

type Change = Partial<DocumentResource> | { added: { vendorType: string; vendorName?: string } };

/** The document with one resource only, and that as it is not at the platform. */
function altered(document: ElementDocument, change: Change): ElementDocument {
  const resource = (document.resources ?? []).find(
    ({ method, path }) => method === 'PATCH' && path === '/hubs/helpdesk/incidents/{id}',
  ) as DocumentResource;
  if (!('added' in change)) return { ...document, resources: [{ ...resource, ...change }] };
  const added = { name: 'made', type: 'value', vendorName: 'x-made', ...change.added };
  return { ...document, resources: [{ ...resource, parameters: [...(resource.parameters ?? []), added] }] };
}

const body = { name: 'body', type: 'body', vendorName: 'body' };

describe('a request that is not what the document says is told', () => {
  test.each<[string, RegExp, Change]>([
    ['another method', /method: expected "POST"/, { vendorMethod: 'POST' }],
    ['another path', /path: expected "\/other\/id%20a%2F%C3%BC"/, { vendorPath: '/other/{id}' }],
    ['another host', /host: expected "made.example.test"/, { vendorPath: 'https://made.example.test/' }],
    ['a query parameter more', /query: expected \["x-made=made"\]/, { added: { vendorType: 'query' } }],
    ['a header more', /header x-made: expected "made"/, { added: { vendorType: 'header' } }],
    ['another member of the body', /body: expected .*"x-made":"made"/, { added: { vendorType: 'bodyField' } }],
    ['another root', /body: expected \{"other"/, { rootKey: 'other|ticket' }],
    ['no body', /body: expected ""/, { parameters: [{ ...body, vendorType: 'no-op' }] }],
    ['a form', /content type: expected "application\/x-www-form-urlencoded"/, { added: { vendorType: 'form' } }],
    [
      'another credential',
      /authorization: expected "made"/,
      { added: { vendorType: 'header', vendorName: 'Authorization' } },
    ],
    ['a request more', /nothing was sent for/, { nextResource: 'PATCH:/hubs/helpdesk/incidents/{id}' }],
  ])('%s', async (_what, told, change) => {
    const zendesk = documents.find(({ key }) => key === 'zendesk') as ElementDocument;
    const { resources } = await replayElement(asked, recorder, altered(zendesk, change));
    expect(resources).toMatchObject([{ outcome: 'different' }]);
    expect(resources[0]?.notes.filter((note) => told.test(note))).not.toEqual([]);
  });
});
