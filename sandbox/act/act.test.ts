// Simulated Act! Essentials over real HTTP: rotation, RFC 6749's error statuses, and "who am I".

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const base = 'https://mycloud.act.com/act';
const callback = 'https://mycoolapp.com/oauth';
const { clientId, clientSecret } = sandboxApplications.act;
const client = { client_id: clientId, client_secret: clientSecret };

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

async function newCode(): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', redirect_uri: callback, client_id: clientId });
  return parameterOf(await running.consent(`${base}/oauth/v2/authorize?${query}`), 'code');
}

async function logIn() {
  const fields = { grant_type: 'authorization_code', code: await newCode(), redirect_uri: callback, ...client };
  return (await running.postForm(`${base}/oauth/v2/token`, fields)).json;
}

function refresh(refreshToken: string) {
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, ...client };
  return running.postForm(`${base}/oauth/v2/token`, fields);
}

test('tokens expire after an hour, and a refresh rotates', async () => {
  const answer = await logIn();
  expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
  running.advance(3600);
  const late = await running.getAs(`${base}/api/Metadata`, textOf(answer, 'access_token'));
  expect([late.status, late.json]).toEqual([401, { message: 'Authorization has been denied for this request.' }]);
  const old = textOf(answer, 'refresh_token');
  const renewed = await refresh(old);
  expect(textOf(renewed.json, 'refresh_token')).not.toBe(old);
  expect((await refresh(old)).json).toMatchObject({ error: 'invalid_grant' });
  expect((await refresh(textOf(renewed.json, 'refresh_token'))).status).toBe(200);
});

test('a reused refresh token revokes the grant when that is switched on', async () => {
  await running.control('POST', 'settings', { vendor: 'act', revokeOnRefreshReuse: true });
  const old = textOf(await logIn(), 'refresh_token');
  const renewed = await refresh(old);
  await refresh(old);
  expect((await refresh(textOf(renewed.json, 'refresh_token'))).status).toBe(400);
  const report = await running.control('GET', 'tokens?vendor=act');
  expect(report.json).toMatchObject({ grants: [{ revoked: true, refreshTokensSpentTwice: 1 }] });
});

test('a client that fails by header is challenged with 401, by body refused with 400', async () => {
  const fields = { grant_type: 'authorization_code', code: await newCode(), redirect_uri: callback };
  const url = `${base}/oauth/v2/token`;
  const byHeader = await running.postForm(url, fields, { authorization: `Basic ${btoa(`${clientId}:wrong`)}` });
  expect([byHeader.status, byHeader.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Act! Essentials"']);
  const byBody = await running.postForm(url, { ...fields, ...client, client_secret: 'wrong' });
  expect(byBody.status).toBe(400);
  const right = await running.postForm(url, fields, { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` });
  expect(right.status).toBe(200);
});

test('the API answers at both hosts, in any case of letters', async () => {
  const accessToken = textOf(await logIn(), 'access_token');
  for (const url of [`${base}/api/UserInfos`, `${base}/api/userinfos`, 'https://app.act365.com/act/api/UserInfos']) {
    expect((await running.getAs(url, accessToken)).json).toMatchObject({ emailAddress: 'robin@example.com' });
  }
  const metadata = await running.getAs(`${base}/api/Metadata`, accessToken);
  expect(metadata.json).toContainEqual(expect.objectContaining({ name: 'customField1', type: 'Field' }));
  expect((await running.getAs(`${base}/api/Nothing`, accessToken)).status).toBe(404);
});
