// The control API over real HTTP: log, faults of every kind, also under load, tokens, settings, consent and mistakes.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from './applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from './test-client.ts';

const callback = 'https://app.example/callback';
const site = 'https://acme.zendesk.com';
const self = `${site}/api/v2/users/me.json`;
const tokenUrl = `${site}/oauth/tokens`;
const { clientId, clientSecret } = sandboxApplications.zendeskExpiring;
const authorizeUrl = `${site}/oauth/authorizations/new?${new URLSearchParams({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: callback,
})}`;

let running: TestSandbox;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(() => running.control('POST', 'reset'));

async function logInReply(): Promise<Reply> {
  const code = parameterOf(await running.consent(authorizeUrl), 'code');
  const client = { client_id: clientId, client_secret: clientSecret, redirect_uri: callback };
  return running.postForm(tokenUrl, { grant_type: 'authorization_code', code, ...client });
}

async function logIn() {
  return (await logInReply()).json;
}

function refresh(refreshToken: string) {
  const client = { client_id: clientId, client_secret: clientSecret };
  return running.postForm(tokenUrl, { grant_type: 'refresh_token', refresh_token: refreshToken, ...client });
}

async function requests(query = ''): Promise<Record<string, unknown>[]> {
  return (await running.control('GET', `requests${query}`)).json as Record<string, unknown>[];
}

const fault = (order: Record<string, unknown>) => running.control('POST', 'faults', order);

test('routes name every vendor host, and each is answered under its own name', async () => {
  const { routes, url } = running.sandbox;
  for (const host of [
    '*.zendesk.com',
    '*.desk.com',
    'login.salesforce.com',
    'test.salesforce.com',
    '*.salesforce.com',
    'mycloud.act.com',
    'app.act365.com',
    'api.ciscospark.com',
    'webexapis.com',
  ]) {
    expect(routes[host]).toBe(`${url}/{host}`);
    const reply = await running.call(`https://${host.replace('*', 'a.b')}/nothing`);
    expect(reply.text).not.toContain('knownHosts');
  }
});

test.each(['evil.example', 'a.zendesk.com.evil.example', 'evilmycloud.act.com', 'evilzendesk.com', '..', ''])(
  'host "%s" is unknown',
  async (host) => {
    const response = await fetch(`${running.sandbox.url}/${host}/api/v2/users/me.json`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ knownHosts: expect.arrayContaining(['*.zendesk.com']) });
  },
);

describe('the log', () => {
  test('has each request with headers in lower case, body and status', async () => {
    await running.call(`${self}?include=a%20b`, { headers: { 'X-Trace': 'Abc' } });
    await running.postForm(tokenUrl, { grant_type: 'magic' });
    const [first, second] = await requests();
    expect(first).toMatchObject({
      time: running.now().toISOString(),
      method: 'GET',
      host: 'acme.zendesk.com',
      path: '/api/v2/users/me.json',
      query: 'include=a%20b',
      headers: expect.objectContaining({ 'x-trace': 'Abc' }),
      body: '',
      status: 200,
      fault: null,
    });
    expect(second).toMatchObject({ method: 'POST', body: 'grant_type=magic', status: 400 });
  });

  test('can be filtered and cleared, and does not log the control API', async () => {
    await running.call(self);
    await running.call('https://webexapis.com/v1/people/me');
    expect(await requests('?host=*.zendesk.com')).toHaveLength(1);
    expect(await requests('?path=/v1/*')).toMatchObject([{ host: 'webexapis.com', status: 401 }]);
    await running.control('DELETE', 'requests');
    expect(await requests()).toEqual([]);
  });

  test('keeps the first 10,000 characters of a body', async () => {
    await running.call(self, { method: 'POST', body: 'x'.repeat(12_000) });
    expect((await requests())[0]).toMatchObject({ body: 'x'.repeat(10_000) });
  });
});

describe('faults', () => {
  test('rateLimit answers 429 with Retry-After and the vendor’s body, once by default', async () => {
    await fault({ host: '*.zendesk.com', path: '/api/*', kind: 'rateLimit', retryAfterSeconds: 7 });
    const limited = await running.call(self);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(limited.json).toMatchObject({ error: 'APIRateLimitExceeded' });
    expect((await running.call(self)).status).toBe(200);
    expect((await requests()).map((entry) => [entry['status'], entry['fault']])).toEqual([
      [429, 'rateLimit'],
      [200, null],
    ]);
  });

  test('serverError answers 500 or the status that was asked for', async () => {
    await fault({ kind: 'serverError' });
    await fault({ kind: 'serverError', status: 503 });
    expect((await running.call('https://webexapis.com/v1/people/me')).json).toHaveProperty('trackingId');
    expect((await running.call(self)).status).toBe(503);
  });

  test('host, path and method must all fit', async () => {
    await fault({ host: 'acme.zendesk.com', path: '/api/v2/users/me.json', method: 'POST', kind: 'serverError' });
    expect((await running.call(self)).status).toBe(200);
    expect((await running.call('https://other.zendesk.com/api/v2/users/me.json', { method: 'POST' })).status).not.toBe(
      500,
    );
    expect((await running.call(`${site}/oauth/tokens`, { method: 'POST' })).status).toBe(400);
    expect((await running.call(self, { method: 'POST' })).status).toBe(500);
  });

  test('times says how often, 0 until cleared', async () => {
    await fault({ kind: 'serverError', times: 2 });
    const twice = [await running.call(self), await running.call(self), await running.call(self)];
    expect(twice.map((reply) => reply.status)).toEqual([500, 500, 200]);
    await fault({ kind: 'serverError', times: 0 });
    for (let call = 0; call < 3; call += 1) expect((await running.call(self)).status).toBe(500);
    expect((await running.control('GET', 'faults')).json).toMatchObject([{ kind: 'serverError', times: 0, met: 3 }]);
    await running.control('DELETE', 'faults');
    expect((await running.call(self)).status).toBe(200);
  });

  test('drop cuts the connection and nothing is processed', async () => {
    const refreshToken = textOf(await logIn(), 'refresh_token');
    await fault({ path: '/oauth/tokens', kind: 'drop' });
    await expect(refresh(refreshToken)).rejects.toThrow();
    expect((await refresh(refreshToken)).status).toBe(200);
    const entries = await requests('?path=/oauth/tokens');
    expect(entries.map((entry) => entry['status'])).toEqual([200, null, 200]);
    expect((await running.control('GET', 'tokens')).json).toMatchObject({
      grants: [{ refreshes: 1, refreshTokensSpentTwice: 0 }],
    });
  });

  test('lostAnswer processes, then cuts the connection', async () => {
    const refreshToken = textOf(await logIn(), 'refresh_token');
    await fault({ path: '/oauth/tokens', kind: 'lostAnswer' });
    await expect(refresh(refreshToken)).rejects.toThrow();
    expect((await refresh(refreshToken)).status).toBe(400);
    expect((await running.control('GET', 'tokens')).json).toMatchObject({
      grants: [{ refreshes: 1, refreshTokensSpentTwice: 1 }],
    });
  });

  test('slow waits before processing, slowAnswer after it', async () => {
    const grants = async () => {
      const report = (await running.control('GET', 'tokens')).json as { grants: { refreshes: number }[] };
      return report.grants.map((grant) => grant.refreshes);
    };
    const arrived = async (kind: string) => {
      while (!(await requests()).some((entry) => entry['fault'] === kind)) await new Promise(setImmediate);
    };
    const refreshToken = textOf(await logIn(), 'refresh_token');
    await fault({ path: '/oauth/tokens', kind: 'slow', delayMs: 400 });
    const slow = refresh(refreshToken);
    await arrived('slow');
    expect(await grants()).toEqual([0]);
    const next = textOf((await slow).json, 'refresh_token');
    expect(await grants()).toEqual([1]);

    await fault({ path: '/oauth/tokens', kind: 'slowAnswer', delayMs: 400 });
    let answered = false;
    const slowAnswer = refresh(next).then((reply) => {
      answered = true;
      return reply;
    });
    await arrived('slowAnswer');
    expect([await grants(), answered]).toEqual([[2], false]);
    expect((await slowAnswer).status).toBe(200);
  });

  test('are exact under 400 requests at once, and so is the log', async () => {
    await fault({ kind: 'rateLimit', times: 100 });
    await fault({ kind: 'lostAnswer', times: 50 });
    await fault({ kind: 'slow', delayMs: 50, times: 30 });
    await fault({ kind: 'serverError', times: 20 });
    const outcomes = await Promise.all(
      Array.from({ length: 400 }, (_, number) =>
        running.call(`${self}?number=${number}`).then(
          (reply) => String(reply.status),
          () => 'cut',
        ),
      ),
    );
    const count = (outcome: string) => outcomes.filter((other) => other === outcome).length;
    expect({ limited: count('429'), cut: count('cut'), failed: count('500'), good: count('200') }).toEqual({
      limited: 100,
      cut: 50,
      failed: 20,
      good: 230,
    });
    const entries = await requests();
    expect(new Set(entries.map((entry) => entry['query'])).size).toBe(400);
    expect(entries.filter((entry) => entry['status'] === null)).toHaveLength(50);
    expect(entries.filter((entry) => entry['fault'] === 'slow')).toHaveLength(30);
  });
});

describe('tokens', () => {
  test('expire all, or one of either kind, now', async () => {
    const first = await logIn();
    const second = await logIn();
    const statusOf = async (answer: unknown) => (await running.getAs(self, textOf(answer, 'access_token'))).status;
    await running.control('POST', 'tokens/expire', { token: textOf(first, 'access_token') });
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 200]);
    expect((await running.control('POST', 'tokens/expire', { vendor: 'webex' })).json).toEqual({ expired: 0 });
    expect(await statusOf(second)).toBe(200);
    await running.control('POST', 'tokens/expire');
    expect(await statusOf(second)).toBe(401);
    expect((await refresh(textOf(second, 'refresh_token'))).status).toBe(200);
    await running.control('POST', 'tokens/expire', { token: textOf(first, 'refresh_token') });
    expect((await refresh(textOf(first, 'refresh_token'))).status).toBe(400);
  });

  test('end with the password, and the old one is worth nothing', async () => {
    const token = textOf(await logIn(), 'access_token');
    expect((await running.control('POST', 'password', { user: 'nobody', password: 'x' })).status).toBe(400);
    const changed = { user: 'robin@example.com', password: 'a new one', vendor: 'zendesk' };
    expect((await running.control('POST', 'password', changed)).json).toEqual({ revoked: 1 });
    expect((await running.getAs(self, token)).status).toBe(401);
    const enter = (password: string) =>
      running.postForm(authorizeUrl, { step: 'login', username: 'robin@example.com', password });
    expect((await enter('sandbox-robin')).text).toContain('do not fit');
    expect((await enter('a new one')).text).not.toContain('do not fit');
  });

  test('revoke a grant with all of its tokens', async () => {
    const first = await logIn();
    const second = await logIn();
    const revoked = await running.control('POST', 'tokens/revoke', { token: textOf(first, 'refresh_token') });
    expect(revoked.json).toEqual({ revoked: 1 });
    expect((await running.getAs(self, textOf(first, 'access_token'))).status).toBe(401);
    expect((await running.getAs(self, textOf(second, 'access_token'))).status).toBe(200);
    await running.control('POST', 'tokens/revoke', { vendor: 'zendesk' });
    expect((await running.getAs(self, textOf(second, 'access_token'))).status).toBe(401);
    expect((await running.control('GET', 'tokens?vendor=zendesk')).json).toEqual({
      accessTokens: { good: 0, expired: 0, revoked: 2 },
      refreshTokens: { good: 0, rotated: 0, expired: 0, revoked: 2 },
      grants: [first, second].map(() => ({
        vendor: 'zendesk',
        host: 'acme.zendesk.com',
        user: 'robin@example.com',
        clientId,
        scope: 'read write',
        accessTokensIssued: 1,
        refreshes: 0,
        refreshTokensSpentTwice: 0,
        revoked: true,
      })),
    });
    expect((await running.control('GET', 'tokens?vendor=act')).json).toMatchObject({ grants: [] });
  });
});

test('codes and tokens of one vendor are worth nothing at another', async () => {
  const client = { clientId: 'everywhere', clientSecret: 'secret', redirectUris: [callback], expiringTokens: true };
  await running.control('POST', 'applications', { ...client, vendor: 'zendesk' });
  await running.control('POST', 'applications', { ...client, vendor: 'webex' });
  const parameters = { client_id: 'everywhere', client_secret: 'secret', redirect_uri: callback };
  const send = async (url: string) => {
    const code = parameterOf(await running.consent(authorizeUrl.replace(clientId, 'everywhere')), 'code');
    return running.postForm(url, { ...parameters, grant_type: 'authorization_code', code });
  };
  expect((await send('https://webexapis.com/v1/access_token')).status).toBe(400);
  const answer = (await send(tokenUrl)).json;
  const webexSelf = await running.getAs('https://webexapis.com/v1/people/me', textOf(answer, 'access_token'));
  expect(webexSelf.status).toBe(401);
  const refresh_token = textOf(answer, 'refresh_token');
  const refreshed = await running.postForm('https://webexapis.com/v1/access_token', {
    ...parameters,
    grant_type: 'refresh_token',
    refresh_token,
  });
  expect(refreshed.status).toBe(400);
});

describe('settings', () => {
  const set = (settings: Record<string, unknown>) =>
    running.control('POST', 'settings', { vendor: 'zendesk', ...settings });

  test('lifetimes', async () => {
    await set({ accessTokenSeconds: 5, refreshTokenSeconds: 10 });
    const answer = await logIn();
    expect(answer).toMatchObject({ expires_in: 5, refresh_token_expires_in: 10 });
    running.advance(5);
    expect((await running.getAs(self, textOf(answer, 'access_token'))).status).toBe(401);
    await set({ accessTokenSeconds: null });
    expect(await logIn()).not.toHaveProperty('expires_in');
  });

  test('no rotation', async () => {
    await set({ rotateRefreshTokens: false });
    const refreshToken = textOf(await logIn(), 'refresh_token');
    expect((await refresh(refreshToken)).json).toMatchObject({ refresh_token: refreshToken });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  test('form-encoded answers', async () => {
    await set({ answerFormat: 'form' });
    const reply = await logInReply();
    expect(reply.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    const accessToken = new URLSearchParams(reply.text).get('access_token') ?? '';
    expect((await running.getAs(self, accessToken)).status).toBe(200);
  });

  test('an error inside 200, and an answer inside data', async () => {
    await set({ answerFormat: 'errorIn200' });
    const error = await refresh('nonsense');
    expect([error.status, error.json]).toMatchObject([200, { error: 'invalid_grant' }]);
    expect(await logIn()).toHaveProperty('access_token');
    await set({ answerFormat: 'nested' });
    expect(await logIn()).toMatchObject({ data: { access_token: expect.any(String) } });
  });

  test('left out and changed fields, and another content type', async () => {
    await set({ omitTokenType: true, expiresInAsString: true, contentType: 'text/html' });
    const reply = await logInReply();
    expect(reply.json).not.toHaveProperty('token_type');
    expect(reply.json).toMatchObject({ expires_in: '1800' });
    expect(reply.headers.get('content-type')).toBe('text/html');
    await set({ omitExpiresIn: true });
    const later = await logIn();
    expect(later).not.toHaveProperty('expires_in');
    expect(later).not.toHaveProperty('token_type');
  });

  test('go with a reset, as do tokens, applications and faults', async () => {
    const answer = await logIn();
    await set({ answerFormat: 'nested' });
    await running.control('POST', 'applications', { vendor: 'zendesk', clientId: 'mine', clientSecret: 's' });
    await fault({ kind: 'serverError', times: 0 });
    await running.control('POST', 'reset');
    expect((await running.getAs(self, textOf(answer, 'access_token'))).status).toBe(401);
    expect(await logIn()).toHaveProperty('access_token');
    const unknown = await running.call(authorizeUrl.replace(clientId, 'mine'));
    expect(unknown.status).toBe(400);
  });
});

describe('consent', () => {
  const decide = (body: Record<string, unknown>) => running.control('POST', 'consent', body);

  test('takes the vendor’s URL and the prefixed one', async () => {
    const prefixed = authorizeUrl.replace('https:/', running.sandbox.url);
    for (const url of [authorizeUrl, prefixed]) {
      const reply = await decide({ authorizeUrl: url, decision: 'allow' });
      expect(textOf(reply.json, 'location')).toMatch(/^https:\/\/app\.example\/callback\?code=/);
    }
  });

  test('refuses strange URLs and unknown people', async () => {
    for (const body of [
      { authorizeUrl: 'https://evil.example/authorize', decision: 'allow' },
      { authorizeUrl: 'not a url', decision: 'allow' },
      { authorizeUrl, decision: 'allow', user: 'nobody@example.com' },
    ]) {
      expect((await decide(body)).status).toBe(400);
    }
  });
});

test.each([
  ['faults', { kind: 'nonsense' }],
  ['faults', { kind: 'slow', delayMs: -1 }],
  ['faults', { kind: 'slow', delay: 5 }],
  ['settings', { vendor: 'nobody' }],
  ['settings', { vendor: 'act', accessTokenSecond: 5 }],
  ['settings', {}],
  ['tokens/expire', { vendor: 'nobody' }],
  ['applications', { vendor: 'act' }],
  ['consent', { authorizeUrl, decision: 'perhaps' }],
])('a mistake in %s %j is refused', async (path, body) => {
  expect((await running.control('POST', path, body)).status).toBe(400);
});
