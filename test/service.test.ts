// What operators ask of a server: is it alive, is it ready, what does it measure, what can it do.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from './support/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(platform.url + path, { headers });

test.each(['/health', '/ready', '/metrics', '/openapi.json', '/docs'])(
  '%s answers, also to a probe that brings credentials of its own',
  async (path) => {
    for (const authorization of ['', 'Basic cHJvYmU6cHJvYmU=', 'Bearer scraper']) {
      expect((await get(path, authorization === '' ? {} : { authorization })).status, authorization).toBe(200);
    }
  },
);

test('the measurements tell requests by route and never by path', async () => {
  const [{ id }] = (await platform.call('GET', '/accounts')).body;
  await platform.call('GET', `/accounts/${id}`);
  await platform.call('GET', '/accounts/no-such-account');
  const measured = await (await get('/metrics')).text();
  expect(measured).toContain('route="/elements/api-v2/accounts/:id",status="200"');
  expect(measured).not.toContain('no-such-account');
});

test('the page to read and try the API works from the server alone', async () => {
  const page = await (await get('/docs')).text();
  expect(page).toContain('Valence API');
  const scripts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
  expect(scripts.length).toBeGreaterThan(3);
  for (const link of scripts)
    expect((await get(new URL(link, `${platform.url}/docs/`).pathname)).status, link).toBe(200);
});

test('a server whose database is gone is alive but not ready', async () => {
  const lonely = await startPlatform();
  const name = new URL(lonely.databaseUrl).pathname.slice(1);
  await platform.sql(`alter database "${name}" allow_connections false`);
  await platform.sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  const ready = await fetch(`${lonely.url}/ready`);
  expect(ready.status).toBe(503);
  expect(ready.headers.get('retry-after')).toBe('2');
  expect((await fetch(`${lonely.url}/health`)).status).toBe(200);
  await platform.sql(`alter database "${name}" allow_connections true`);
  await expect.poll(async () => (await fetch(`${lonely.url}/ready`)).status).toBe(200);
  await lonely.close();
});
