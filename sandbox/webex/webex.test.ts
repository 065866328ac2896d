// Simulated Webex over real HTTP: two hosts, lifetimes, a refresh token that stays and is renewed, Webex's error bodies.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const spark = 'https://api.ciscospark.com/v1';
const webex = 'https://webexapis.com/v1';
const callback = 'https://app.example/callback';
const { clientId, clientSecret } = sandboxApplications.webex;
const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

function authorizeUrl(scope: string, base = spark): string {
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback, scope });
  return `${base}/authorize?${query}`;
}

async function logIn(scope = 'spark:people_read') {
  const code = parameterOf(await running.consent(authorizeUrl(scope)), 'code');
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return (await running.postForm(`${webex}/access_token`, fields, basic)).json;
}

function refresh(refreshToken: string) {
  return running.postForm(`${spark}/access_token`, { grant_type: 'refresh_token', refresh_token: refreshToken }, basic);
}

test('lifetimes are the documented ones, and the two hosts are one service', async () => {
  const answer = await logIn();
  expect(answer).toMatchObject({ expires_in: 1_209_599, refresh_token_expires_in: 7_775_999, token_type: 'Bearer' });
  for (const base of [spark, webex]) {
    const self = await running.getAs(`${base}/people/me`, textOf(answer, 'access_token'));
    expect(self.json).toMatchObject({ displayName: 'Robin Sandbox', emails: ['robin@example.com'], type: 'person' });
  }
  running.advance(1_209_599);
  expect((await running.getAs(`${webex}/people/me`, textOf(answer, 'access_token'))).status).toBe(401);
});

test('the guide’s scopes with their double space are taken', async () => {
  const scope =
    'spark:rooms_read spark:rooms_write spark:people_read spark:messages_read spark:messages_write spark:memberships_read spark:memberships_write spark:teams_write spark:teams_read spark:team_memberships_read spark:team_memberships_write spark-admin:organizations_read  spark-admin:licenses_read spark-admin:roles_read spark-admin:people_write spark-admin:people_read';
  expect(await logIn(scope)).toMatchObject({ scope: scope.replace('  ', ' ') });
});

test('a refresh keeps the refresh token and renews its ninety days', async () => {
  const refreshToken = textOf(await logIn(), 'refresh_token');
  running.advance(7_775_000);
  const renewed = await refresh(refreshToken);
  expect(renewed.json).toMatchObject({ refresh_token: refreshToken, refresh_token_expires_in: 7_775_999 });
  running.advance(7_775_998);
  expect((await refresh(refreshToken)).status).toBe(200);
  running.advance(7_775_999);
  expect((await refresh(refreshToken)).status).toBe(400);
  expect((await running.control('GET', 'tokens?vendor=webex')).json).toMatchObject({
    grants: [{ refreshes: 2, refreshTokensSpentTwice: 0 }],
  });
});

test('errors have Webex’s body', async () => {
  const error = {
    message: expect.any(String),
    errors: [{ description: expect.any(String) }],
    trackingId: expect.stringMatching(/^ROUTER_/),
  };
  const unauthorized = await running.call(`${webex}/people/me`);
  expect([unauthorized.status, unauthorized.json]).toEqual([401, error]);
  const refused = await refresh('nonsense');
  expect([refused.status, refused.json]).toEqual([400, error]);
  const accessToken = textOf(await logIn(), 'access_token');
  const missing = await running.getAs(`${webex}/nothing`, accessToken);
  expect([missing.status, missing.json]).toEqual([404, error]);
});

test('people/me needs a scope that reads people, and an authorize request needs a scope', async () => {
  const accessToken = textOf(await logIn('spark:rooms_read'), 'access_token');
  expect((await running.getAs(`${webex}/people/me`, accessToken)).status).toBe(403);
  expect((await running.consent(authorizeUrl(''))).searchParams.get('error')).toBe('invalid_scope');
});
