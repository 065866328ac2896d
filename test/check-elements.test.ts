// POST /elements/check: what is wrong with a document is told with its place, and nothing is stored.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());

const sound = {
  key: 'acme',
  name: 'Acme',
  hub: 'crm',
  authentication: { type: 'custom' },
  configuration: [{ key: 'base.url', defaultValue: 'https://api.acme.test' }],
  resources: [{ method: 'GET', path: '/hubs/crm/people', vendorPath: '/people', type: 'api' }],
};
const check = (body: unknown) => platform.call('POST', '/elements/check', { body });

test('a sound document has no errors, and is not stored', async () => {
  const { status, body } = await check(sound);
  expect(status).toBe(200);
  expect(body.filter(({ level }: { level: string }) => level === 'error')).toEqual([]);
  expect((await platform.call('GET', '/elements/acme')).status).toBe(404);
});

test('every fault is named at once, with its place and how to mend it', async () => {
  const hooks = (body: string) => [{ type: 'preRequest', body }];
  const resources = [
    { ...sound.resources[0], hooks: hooks('done({') },
    { ...sound.resources[0], path: '/hubs/crm/nested', hooks: hooks('('.repeat(200_000)) },
  ];
  const { body } = await check({ ...sound, resources });
  expect(body).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ level: 'error', path: '/resources/0/hooks/0/body', advice: expect.any(String) }),
      expect.objectContaining({
        path: '/resources/1/hooks/0/body',
        message: expect.stringContaining('nested too deeply'),
      }),
    ]),
  );
  const { body: shape } = await check({ ...sound, name: 7, hub: '' });
  expect(shape.map(({ path }: { path: string }) => path).sort()).toEqual(['/hub', '/name']);
});

test('what is no document is refused, and so is who has no credentials', async () => {
  expect((await check([])).status).toBe(400);
  expect((await platform.call('POST', '/elements/check', { body: sound, authorization: undefined })).status).toBe(401);
});
