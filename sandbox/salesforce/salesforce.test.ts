// Simulated Salesforce over real HTTP: sessions without expires_in, refresh without rotation, two organizations, revoking.

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const production = 'https://login.salesforce.com';
const instance = 'https://valence-dev-ed.my.salesforce.com';
const callback = 'https://app.example/callback';
const { clientId, clientSecret } = sandboxApplications.salesforce;

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

async function newCode(host = production, scope: string | undefined = 'full refresh_token'): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback });
  query.set('client_secret', 'the guide’s sample has one here'); // is ignored
  if (scope !== '') query.set('scope', scope);
  return parameterOf(await running.consent(`${host}/services/oauth2/authorize?${query}`), 'code');
}

function token(fields: Record<string, string>, host = production) {
  const client = { client_id: clientId, client_secret: clientSecret, redirect_uri: callback };
  return running.postForm(`${host}/services/oauth2/token`, { ...client, ...fields });
}

async function logIn(host = production, scope?: string) {
  return (await token({ grant_type: 'authorization_code', code: await newCode(host, scope) }, host)).json;
}

function refresh(refreshToken: string) {
  return token({ grant_type: 'refresh_token', refresh_token: refreshToken });
}

test('the token answer is the documented one, signed, without expires_in', async () => {
  const answer = await logIn();
  expect(answer).toEqual({
    access_token: expect.stringMatching(/^00D.{12}!/),
    refresh_token: expect.stringMatching(/^5Aep861/),
    signature: expect.any(String),
    scope: 'full refresh_token',
    instance_url: instance,
    id: `${production}/id/00D5g000004VaLnEAK/0055g00000VaLe1AAK`,
    token_type: 'Bearer',
    issued_at: String(running.now().getTime()),
  });
  const signed = textOf(answer, 'id') + textOf(answer, 'issued_at');
  const signature = createHmac('sha256', clientSecret).update(signed).digest('base64');
  expect(textOf(answer, 'signature')).toBe(signature);
});

test('a session ends after two hours, and a refresh gives another one but no refresh token', async () => {
  const answer = await logIn();
  const rest = `${instance}/services/data/v36.0/`;
  running.advance(7199);
  expect((await running.getAs(rest, textOf(answer, 'access_token'))).status).toBe(200);
  running.advance(1);
  const late = await running.getAs(rest, textOf(answer, 'access_token'));
  expect(late.status).toBe(401);
  expect(late.json).toEqual([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
  for (let use = 0; use < 2; use += 1) {
    const renewed = await refresh(textOf(answer, 'refresh_token'));
    expect(renewed.status).toBe(200);
    expect(renewed.json).not.toHaveProperty('refresh_token');
    expect((await running.getAs(rest, textOf(renewed.json, 'access_token'))).status).toBe(200);
  }
});

test('the session time-out can be set', async () => {
  await running.control('POST', 'settings', { vendor: 'salesforce', accessTokenSeconds: 60 });
  const answer = await logIn();
  expect(answer).not.toHaveProperty('expires_in');
  running.advance(60);
  const reply = await running.getAs(`${instance}/services/data/v36.0/`, textOf(answer, 'access_token'));
  expect(reply.status).toBe(401);
});

test('rotation can be switched on', async () => {
  await running.control('POST', 'settings', { vendor: 'salesforce', rotateRefreshTokens: true });
  const old = textOf(await logIn(), 'refresh_token');
  expect(textOf((await refresh(old)).json, 'refresh_token')).not.toBe(old);
  expect((await refresh(old)).json).toEqual({
    error: 'invalid_grant',
    error_description: 'expired access/refresh token',
  });
});

test('a refresh token is given for the scopes that ask for one, and for all scopes when none is named', async () => {
  expect(await logIn(production, 'api id')).not.toHaveProperty('refresh_token');
  expect(await logIn(production, 'full')).not.toHaveProperty('refresh_token');
  expect(await logIn(production, 'api offline_access')).toHaveProperty('refresh_token');
  expect(await logIn(production, '')).toHaveProperty('refresh_token');
});

test('client credentials are taken by Basic header too', async () => {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const fields = { grant_type: 'authorization_code', code: await newCode(), redirect_uri: callback };
  const url = `${production}/services/oauth2/token`;
  const wrong = await running.postForm(url, fields, { authorization: `Basic ${btoa(`${clientId}:wrong`)}` });
  expect(wrong.json).toMatchObject({ error: 'invalid_client' });
  expect((await running.postForm(url, fields, { authorization })).status).toBe(200);
});

test('the token endpoint reads forms only, and POST only', async () => {
  const body = JSON.stringify({ grant_type: 'authorization_code', code: await newCode() });
  const url = `${production}/services/oauth2/token`;
  const json = await running.call(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect([json.status, json.json]).toMatchObject([400, { error: 'unsupported_grant_type' }]);
  expect((await running.call(url)).json).toMatchObject({ error_description: 'must use HTTP POST' });
});

test('test.salesforce.com and *.sandbox.my.salesforce.com are another organization', async () => {
  const testing = 'https://test.salesforce.com';
  const answer = await logIn(testing);
  expect(answer).toMatchObject({
    instance_url: 'https://valence--uat.sandbox.my.salesforce.com',
    id: `${testing}/id/00D7z000000SaNdEAB/0055g00000VaLe1AAK`,
  });
  for (const path of ['data/v36.0', 'oauth2/userinfo']) {
    const url = `https://valence--uat.sandbox.my.salesforce.com/services/${path}`;
    expect((await running.getAs(url, textOf(answer, 'access_token'))).status).toBe(200);
  }
  const code = await newCode(testing);
  expect((await token({ grant_type: 'authorization_code', code })).json).toMatchObject({ error: 'invalid_grant' });
  const wrong = await running.getAs(`${production}/services/oauth2/userinfo`, textOf(answer, 'access_token'));
  expect([wrong.status, wrong.text]).toEqual([403, 'Wrong_Org']);
});

test('a My Domain host logs in to its organization, and the code is good at login.salesforce.com too', async () => {
  expect(await logIn(instance)).toMatchObject({ instance_url: instance });
  const code = await newCode(instance);
  expect((await token({ grant_type: 'authorization_code', code })).status).toBe(200);
});

describe('who am I', () => {
  test('userinfo and the identity URL tell', async () => {
    const answer = await logIn();
    const accessToken = textOf(answer, 'access_token');
    for (const host of [production, instance]) {
      const userinfo = await running.getAs(`${host}/services/oauth2/userinfo`, accessToken);
      expect(userinfo.json).toMatchObject({ user_id: '0055g00000VaLe1AAK', email: 'robin@example.com' });
    }
    const identity = await running.getAs(textOf(answer, 'id'), accessToken);
    expect(identity.json).toMatchObject({ display_name: 'Robin Sandbox', organization_id: '00D5g000004VaLnEAK' });
    const otherOrganization = textOf(answer, 'id').replace('00D5g', '00D9x');
    expect((await running.getAs(otherOrganization, accessToken)).text).toBe('Wrong_Org');
    const otherPerson = await running.getAs(`${textOf(answer, 'id')}x`, accessToken);
    expect([otherPerson.status, otherPerson.text]).toEqual([404, 'Bad_Id']);
  });

  test('both answer 403 with a bare word when the token is missing or bad', async () => {
    const url = `${production}/services/oauth2/userinfo`;
    const missing = await running.call(url);
    expect([missing.status, missing.text]).toEqual([403, 'Missing_OAuth_Token']);
    const bad = await running.getAs(url, 'bad');
    expect([bad.status, bad.text]).toEqual([403, 'Bad_OAuth_Token']);
  });

  test('the versions need no token, what is below does, at its own instance', async () => {
    const versions = await running.call(`${instance}/services/data`);
    expect(versions.json).toContainEqual({ label: "Winter '16", url: '/services/data/v35.0', version: '35.0' });
    expect((await running.call(`${instance}/services/data/v35.0`)).status).toBe(401);
    const accessToken = textOf(await logIn(), 'access_token');
    expect((await running.getAs(`${instance}/services/data/v35.0`, accessToken)).json).toHaveProperty('sobjects');
    expect((await running.getAs(`${production}/services/data/v35.0`, accessToken)).status).toBe(401);
    expect((await running.getAs(`${instance}/services/data/v999.0`, accessToken)).status).toBe(404);
  });
});

describe('revoking', () => {
  const url = `${production}/services/oauth2/revoke`;
  const userinfo = `${production}/services/oauth2/userinfo`;

  test('an access token ends that session only', async () => {
    const answer = await logIn();
    expect((await running.postForm(url, { token: textOf(answer, 'access_token') })).status).toBe(200);
    expect((await running.getAs(userinfo, textOf(answer, 'access_token'))).status).toBe(403);
    expect((await refresh(textOf(answer, 'refresh_token'))).status).toBe(200);
  });

  test('a refresh token, by GET too, ends all that came from it', async () => {
    const answer = await logIn();
    const refreshToken = textOf(answer, 'refresh_token');
    const revoke = () => running.call(`${url}?${new URLSearchParams({ token: refreshToken })}`);
    expect((await revoke()).status).toBe(200);
    expect((await running.getAs(userinfo, textOf(answer, 'access_token'))).status).toBe(403);
    expect((await refresh(refreshToken)).json).toMatchObject({ error: 'invalid_grant' });
    const again = await revoke();
    expect([again.status, again.json]).toMatchObject([400, { error: 'invalid_token' }]);
  });

  test('nonsense is refused', async () => {
    const reply = await running.postForm(url, { token: 'nonsense' });
    expect([reply.status, reply.json]).toMatchObject([400, { error: 'unsupported_token_type' }]);
  });
});
