// Simulated Zendesk over real HTTP: classic and expiring clients, rotation, revoking, scopes, and "who am I".

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const site = 'https://acme.zendesk.com';
const self = `${site}/api/v2/users/me.json`;
const callback = 'http://localhost:1234/cb';
type Application = { clientId: string; clientSecret: string };
const { zendesk: classic, zendeskExpiring: expiring } = sandboxApplications;

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

async function newCode(application: Application, scope: string): Promise<string> {
  const query = { response_type: 'code', client_id: application.clientId, redirect_uri: callback, scope };
  return parameterOf(await running.consent(`${site}/oauth/authorizations/new?${new URLSearchParams(query)}`), 'code');
}

function token(application: Application, fields: Record<string, string | number>, host = site): Promise<Reply> {
  const { clientId: client_id, clientSecret: client_secret } = application;
  const body = JSON.stringify({ client_id, client_secret, redirect_uri: callback, ...fields });
  return running.call(`${host}/oauth/tokens`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
}

async function logIn(application: Application, scope = 'read write', extra: Record<string, number> = {}) {
  const code = await newCode(application, scope);
  return (await token(application, { grant_type: 'authorization_code', code, ...extra })).json;
}

function refresh(refreshToken: string, extra: Record<string, number> = {}): Promise<Reply> {
  return token(expiring, { grant_type: 'refresh_token', refresh_token: refreshToken, ...extra });
}

async function report() {
  return (await running.control('GET', 'tokens?vendor=zendesk')).json;
}

test('a classic client gets a token that lasts, and no refresh token', async () => {
  const answer = await logIn(classic);
  expect(answer).toEqual({
    access_token: expect.stringMatching(/^\w{64}$/),
    token_type: 'bearer',
    scope: 'read write',
  });
  running.advance(10 * 365 * 24 * 3600);
  expect((await running.getAs(self, textOf(answer, 'access_token'))).status).toBe(200);
});

test('an expiring client gets both lifetimes, and the access token ends on time', async () => {
  const answer = await logIn(expiring);
  expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 1800, refresh_token_expires_in: 2_592_000 });
  running.advance(1799);
  expect((await running.getAs(self, textOf(answer, 'access_token'))).status).toBe(200);
  running.advance(1);
  const late = await running.getAs(self, textOf(answer, 'access_token'));
  expect(late.status).toBe(401);
  expect(late.json).toMatchObject({ error: 'invalid_token' });
});

test('lifetimes can be asked for within the documented ranges, and nothing is spent when they are outside', async () => {
  expect(await logIn(expiring, 'read', { expires_in: 600, refresh_token_expires_in: 700_000 })).toMatchObject({
    expires_in: 600,
    refresh_token_expires_in: 700_000,
  });
  const code = await newCode(expiring, 'read');
  const bad = await token(expiring, { grant_type: 'authorization_code', code, expires_in: 10 });
  expect([bad.status, bad.json]).toMatchObject([400, { error: 'invalid_request' }]);
  expect((await token(expiring, { grant_type: 'authorization_code', code })).status).toBe(200);
});

test('a refresh rotates: the old tokens are dead, and each second use is counted', async () => {
  const first = await logIn(expiring);
  const old = textOf(first, 'refresh_token');
  const second = await refresh(old);
  expect(second.status).toBe(200);
  expect(textOf(second.json, 'refresh_token')).not.toBe(old);
  expect((await running.getAs(self, textOf(first, 'access_token'))).status).toBe(401);
  expect((await running.getAs(self, textOf(second.json, 'access_token'))).status).toBe(200);
  for (let use = 0; use < 2; use += 1) {
    const again = await refresh(old);
    expect([again.status, again.json]).toMatchObject([400, { error: 'invalid_grant' }]);
  }
  expect(await report()).toMatchObject({
    grants: [{ user: 'robin@example.com', accessTokensIssued: 2, refreshes: 1, refreshTokensSpentTwice: 2 }],
  });
  expect((await refresh(textOf(second.json, 'refresh_token'))).status).toBe(200);
});

test('of many refreshes at once with one refresh token, one gets through', async () => {
  const old = textOf(await logIn(expiring), 'refresh_token');
  const replies = await Promise.all(Array.from({ length: 50 }, () => refresh(old)));
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
  expect(await report()).toMatchObject({ grants: [{ refreshes: 1, refreshTokensSpentTwice: 49 }] });
});

test('a refresh token ends on time', async () => {
  const answer = await logIn(expiring);
  running.advance(2_592_000);
  expect((await refresh(textOf(answer, 'refresh_token'))).status).toBe(400);
});

test('codes and tokens are good at their own subdomain only', async () => {
  const code = await newCode(classic, 'read');
  const elsewhere = await token(classic, { grant_type: 'authorization_code', code }, 'https://other.zendesk.com');
  expect(elsewhere.json).toMatchObject({ error: 'invalid_grant' });
  const refreshToken = textOf(await logIn(expiring), 'refresh_token');
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
  expect((await token(expiring, fields, 'https://other.zendesk.com')).json).toMatchObject({ error: 'invalid_grant' });
  const accessToken = textOf(await logIn(classic), 'access_token');
  expect((await running.getAs('https://other.zendesk.com/api/v2/users/me.json', accessToken)).status).toBe(401);
});

test('client credentials are read from the body only', async () => {
  const authorization = `Basic ${Buffer.from(`${classic.clientId}:${classic.clientSecret}`).toString('base64')}`;
  const fields = { grant_type: 'authorization_code', code: await newCode(classic, 'read'), redirect_uri: callback };
  const reply = await running.postForm(`${site}/oauth/tokens`, fields, { authorization });
  expect([reply.status, reply.json]).toMatchObject([401, { error: 'invalid_client' }]);
});

describe('who am I', () => {
  test('is the person whose token it is', async () => {
    const reply = await running.getAs(self, textOf(await logIn(classic), 'access_token'));
    expect(reply.json).toMatchObject({
      user: { id: 35_436_001, name: 'Robin Sandbox', email: 'robin@example.com', role: 'admin' },
    });
  });

  test('is nobody without credentials, and an error with bad ones', async () => {
    const anonymous = await running.call(self);
    expect([anonymous.status, anonymous.json]).toMatchObject([200, { user: { id: null } }]);
    expect((await running.getAs(self, 'bad')).json).toMatchObject({ error: 'invalid_token' });
    const basic = await running.call(self, { headers: { authorization: 'Basic eDp5' } });
    expect([basic.status, basic.json]).toEqual([401, { error: "Couldn't authenticate you" }]);
    expect((await running.call(`${site}/api/v2/tickets.json`)).status).toBe(401);
  });

  test('needs a scope that reads', async () => {
    expect((await running.getAs(self, textOf(await logIn(classic, 'write'), 'access_token'))).status).toBe(403);
    expect((await running.getAs(self, textOf(await logIn(classic, 'users:read'), 'access_token'))).status).toBe(200);
    expect((await running.getAs(self, textOf(await logIn(classic, 'tickets:read'), 'access_token'))).status).toBe(403);
  });
});

describe('revoking', () => {
  const remove = (path: string, accessToken: string) =>
    running.call(`${site}/api/v2/oauth/tokens/${path}.json`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${accessToken}` },
    });

  test('the current token ends it and its refresh token', async () => {
    const answer = await logIn(expiring);
    const accessToken = textOf(answer, 'access_token');
    expect((await remove('current', accessToken)).status).toBe(204);
    expect((await running.getAs(self, accessToken)).status).toBe(401);
    expect((await refresh(textOf(answer, 'refresh_token'))).status).toBe(400);
  });

  test('by id ends that token and no other', async () => {
    const first = textOf(await logIn(classic), 'access_token');
    const second = textOf(await logIn(classic), 'access_token');
    const shown = await running.getAs(`${site}/api/v2/oauth/tokens/current.json`, first);
    const { id } = (shown.json as { token: { id: number } }).token;
    expect((await remove(String(id), second)).status).toBe(204);
    expect((await running.getAs(self, first)).status).toBe(401);
    expect((await running.getAs(self, second)).status).toBe(200);
    expect((await remove('999', second)).status).toBe(404);
  });

  test('needs the write scope', async () => {
    expect((await remove('current', textOf(await logIn(classic, 'read'), 'access_token'))).status).toBe(403);
  });
});
