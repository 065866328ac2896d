// Every rule for bulk jobs with a document that breaks it alone.

import { expect, test } from 'vitest';
import { checkElement } from './check.ts';

type Members = Record<string, unknown>;

const step = (method: string, path: string, valence: Members = {}) => ({
  method,
  path: `/hubs/general/steps/${path}`,
  vendorPath: `/v1/${path}`,
  type: 'api',
  parameters: path.includes('{job}') ? [{ type: 'path', name: 'job', vendorType: 'path', vendorName: 'job' }] : [],
  valence: { internal: true, ...valence },
});
const file = { download: true };
const resources = [
  { method: 'GET', path: '/hubs/general/things', vendorPath: '/v1/things', type: 'api' },
  step('POST', 'jobs'),
  step('GET', 'jobs'),
  step('GET', 'jobs/{job}'),
  step('PUT', 'jobs/{job}/rows'),
  step('POST', 'jobs/{job}/start'),
  step('GET', 'jobs/{job}/results', file),
];
const create = { resource: 'POST:/hubs/general/steps/jobs', job: 'body.id' };
const poll = { resource: 'GET:/steps/jobs/{job}', state: 'body.state', done: ['Done'], waiting: ['Open'] };
const results = { resource: 'GET:/steps/jobs/{job}/results', format: 'csv' };
const download = { create, poll, fetch: results };
const upload = {
  create,
  poll,
  operations: { create: 'insert' },
  load: 'PUT:/steps/jobs/{job}/rows',
  format: 'csv',
  contentType: 'text/csv',
  largest: { rows: 100, bytes: 10_000 },
  outcomes: [{ ...results, means: 'failed', error: 'error' }],
};

/** An element with bulk jobs, with which nothing is wrong, changed. */
function acme(bulk: Members = {}, more: Members = {}): Members {
  return {
    key: 'acme',
    name: 'Acme',
    hub: 'general',
    authentication: { type: 'none' },
    configuration: [{ key: 'base.url', type: 'TEXTFIELD_1000', defaultValue: 'https://api.acme.test' }],
    resources,
    valence: { bulk: { download, upload, ...bulk } },
    ...more,
  };
}

test('an element that says all of its bulk jobs has no findings', () => {
  expect(checkElement(acme())).toEqual([]);
});

test.each<[string, Members, string, string, RegExp]>([
  [
    'a step that is nowhere',
    acme({ download: { ...download, create: { ...create, resource: 'POST:/steps/nothing' } } }),
    '/valence/bulk/download/create/resource',
    'error',
    /names no resource/,
  ],
  [
    'a step that is no METHOD:/path',
    acme({ upload: { ...upload, load: '/steps/jobs' } }),
    '/valence/bulk/upload/load',
    'error',
    /names no resource/,
  ],
  [
    'a step that callers reach',
    acme({ upload: { ...upload, start: 'GET:/things' } }),
    '/valence/bulk/upload/start',
    'warning',
    /callers reach/,
  ],
  [
    'results that would be read whole',
    acme({ download: { ...download, fetch: { ...results, resource: 'GET:/steps/jobs/{job}' } } }),
    '/valence/bulk/download/fetch/resource',
    'error',
    /read whole/,
  ],
  [
    'outcomes that would be read whole',
    acme({ upload: { ...upload, outcomes: [{ ...results, resource: 'GET:/steps/jobs', means: 'failed' }] } }),
    '/valence/bulk/upload/outcomes/0/resource',
    'error',
    /read whole/,
  ],
  [
    'a state that means two things',
    acme({ download: { ...download, poll: { ...poll, failed: ['Done'] } } }),
    '/valence/bulk/download/poll',
    'error',
    /named twice/,
  ],
  [
    'jobs that are made with their rows and cannot be found',
    acme({ upload: { ...upload, load: undefined } }),
    '/valence/bulk/upload',
    'warning',
    /doubtful/,
  ],
  [
    'rows of which nothing tells whether they have come',
    acme({ upload: { ...upload, poll: { ...poll, waiting: undefined } } }),
    '/valence/bulk/upload/poll',
    'warning',
    /doubtful/,
  ],
  [
    'a place that is none',
    acme({ download: { ...download, create: { ...create, job: 'id' } } }),
    '/valence/bulk/download/create/job',
    'error',
    /pattern/,
  ],
])('%s', (_, document, path, level, message) => {
  // as a document that is read has no members without a value
  expect(checkElement(JSON.parse(JSON.stringify(document)))).toEqual([
    expect.objectContaining({ path, level, message: expect.stringMatching(message) }),
  ]);
});
