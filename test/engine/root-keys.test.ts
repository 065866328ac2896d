// Root keys through a whole call: requests wrapped, answers taken out, hooks in between.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';
import {
  connectTestElement,
  type RecordingVendor,
  startRecordingVendor,
  type TestInstance,
} from '../support/recording-vendor.ts';

const forms: [rootKey: string, wrapped: unknown, answered: unknown][] = [
  ['in|out', { in: { a: 1 } }, { id: 7 }],
  ['|out', { a: 1 }, { id: 7 }],
  ['out', { a: 1 }, { id: 7 }],
  ['in|', { in: { a: 1 } }, { out: { id: 7 }, list: [{ x: 1 }, { x: 2 }] }],
  ['a.b|out.id', { a: { b: { a: 1 } } }, 7],
  ['|list[1]', { a: 1 }, { x: 2 }],
  ['|list[*].x', { a: 1 }, [1, 2]],
  ['|missing', { a: 1 }, { out: { id: 7 }, list: [{ x: 1 }, { x: 2 }] }],
  ['', { a: 1 }, { out: { id: 7 }, list: [{ x: 1 }, { x: 2 }] }],
];

let vendor: RecordingVendor;
let platform: Platform;
let instance: TestInstance;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  platform = await startPlatform({ environment: { VALENCE_EGRESS: 'any' } });
  const body = { type: 'body', name: 'body', vendorType: 'body', vendorName: 'body' };
  instance = await connectTestElement(platform, vendor, {
    resources: [
      ...forms.flatMap(([rootKey], index) =>
        ['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
          method,
          path: `/hubs/general/form${index}`,
          vendorPath: '/v',
          rootKey,
          parameters: [body],
        })),
      ),
      {
        method: 'POST',
        path: '/hubs/general/fields',
        vendorPath: '/v',
        rootKey: 'in|',
        parameters: [{ type: 'bodyField', name: 'x', vendorType: 'bodyField', vendorName: 'y.z' }],
      },
      {
        method: 'POST',
        path: '/hubs/general/hooked',
        vendorPath: '/v',
        rootKey: '|out',
        hooks: [
          {
            type: 'postRequest',
            mimeType: 'application/javascript',
            body: 'done({response_body: {out: {seen: response_body, raw: response_body_raw_map}}})',
          },
        ],
      },
    ],
  });
  vendor.reply = () => ({ body: { out: { id: 7 }, list: [{ x: 1 }, { x: 2 }] } });
});

afterAll(async () => {
  await platform.close();
  await vendor.close();
});

const lastBody = () => JSON.parse(vendor.requests.at(-1)?.text ?? '');

test.each(
  ['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    forms.map(([rootKey, wrapped, answered], index) => ({ method, rootKey, wrapped, answered, index })),
  ),
)('$method with $rootKey', async ({ method, wrapped, answered, index }) => {
  const answer = await instance.call(method, `/form${index}`, { body: { a: 1 } });
  expect([lastBody(), answer.body]).toEqual([wrapped, answered]);
});

test('without a body nothing is wrapped', async () => {
  await instance.call('DELETE', '/form0');
  expect(vendor.requests.at(-1)?.body.length).toBe(0);
});

test('a body of single members is wrapped, too', async () => {
  await instance.call('POST', '/fields', { body: { x: 'v' } });
  expect(lastBody()).toEqual({ in: { y: { z: 'v' } } });
});

test('a hook sees the answer below the root key and the whole one, and what it gives is taken out again', async () => {
  expect((await instance.call('POST', '/hooked')).body).toEqual({
    seen: { id: 7 },
    raw: { out: { id: 7 }, list: [{ x: 1 }, { x: 2 }] },
  });
});
