// Who may call: credentials in every order, wrong ones, passwords, browsers, and what is never logged.

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { consent } from './support/consent.ts';
import {
  type Answer,
  administrator,
  type CallOptions,
  credentials,
  type Platform,
  startPlatform,
} from './support/platform.ts';
import { requestBytes, sendBytes } from './support/raw-http.ts';

const { userSecret, organizationSecret, email, password } = administrator;
const { clientId, clientSecret } = sandboxApplications.zendesk;
const base = '/elements/api-v2';
const open: CallOptions = { authorization: undefined };

let sandbox: Sandbox;
let platform: Platform;
let elementToken: string;
let code: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  platform = await startPlatform({ routes: sandbox.routes });
  const query = new URLSearchParams({
    apiKey: clientId,
    apiSecret: clientSecret,
    siteAddress: 'acme',
    callbackUrl: 'http://app.test/auth',
  });
  const redirect = await platform.call('GET', `/elements/zendesk/oauth/url?${query}`, open);
  code = (await consent(sandbox.url, redirect.body.oauthUrl))['code'] ?? '';
  const created = await platform.call('POST', '/instances', {
    body: {
      element: { key: 'zendesk' },
      providerData: { code },
      configuration: {
        'oauth.api.key': clientId,
        'oauth.api.secret': clientSecret,
        'oauth.callback.url': 'http://app.test/auth',
        'zendesk.subdomain': 'acme',
      },
      name: 'caller',
    },
  });
  expect(created.body).toMatchObject({ name: 'caller' });
  elementToken = created.body.token;
});
afterAll(async () => {
  await platform?.close();
  await sandbox?.close();
});

const as = (authorization: string | undefined, method = 'GET', path = '/accounts') =>
  platform.call(method, path, { authorization });

function expectProblem(answer: Answer, status: number, message: RegExp): void {
  expect(answer.body).toEqual({ requestId: expect.any(String), message: expect.stringMatching(message) });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('elements-request-id')).toBe(answer.body.requestId);
}

describe('credentials', () => {
  test.each([
    ['User, Organization', `User ${userSecret}, Organization ${organizationSecret}`],
    ['Organization, User', `Organization ${organizationSecret}, User ${userSecret}`],
    ['no space after the comma', `User ${userSecret},Organization ${organizationSecret}`],
    ['many spaces and a tab', `  User    ${userSecret}  ,\tOrganization \t ${organizationSecret} `],
    ['a comma at the end', `User ${userSecret}, Organization ${organizationSecret},`],
    ['lower case', `user ${userSecret}, organization ${organizationSecret}`],
  ])('are read as %s', async (_how, authorization) => {
    expect((await as(authorization)).status).toBe(200);
  });

  test.each([
    ['User, Element', () => `User ${userSecret}, Element ${elementToken}`],
    ['Element first', () => `Element ${elementToken}, User ${userSecret}`],
    ['all three', () => `Organization ${organizationSecret}, Element ${elementToken}, User ${userSecret}`],
    [
      'a wrong Organization, which an element call ignores',
      () => `User ${userSecret}, Organization x, Element ${elementToken}`,
    ],
  ])('of an element call are read as %s', async (_how, authorization) => {
    expect((await as(authorization(), 'GET', '/hubs/helpdesk/ping')).body).toMatchObject({ endpoint: 'zendesk' });
  });

  test.each([
    ['no header', undefined, /Credentials are missing/],
    ['an empty header', '', /Credentials are missing/],
    ['no User', `Organization ${organizationSecret}`, /User secret is missing/],
    ['no Organization', `User ${userSecret}`, /Organization secret is missing/],
    ['a wrong User', `User x, Organization ${organizationSecret}`, /User secret is not valid/],
    ['a wrong Organization', `User ${userSecret}, Organization x`, /Organization secret is not the one/],
    ['a User twice', `User ${userSecret}, User ${userSecret}`, /User credential is there twice/],
    ['a name without value', `User, Organization ${organizationSecret}`, /cannot be read/],
    ['no commas', `User ${userSecret} Organization ${organizationSecret}`, /cannot be read/],
    ['another scheme', 'Basic YTpi', /cannot be read/],
    ['an unknown Bearer', 'Bearer x', /Bearer token is not valid/],
    ['an unknown Element', `User ${userSecret}, Element x`, /Element token is not valid/],
  ])('that are wrong get 401 saying which: %s', async (_what, authorization, message) => {
    expectProblem(await as(authorization), 401, message);
  });

  test('without a User are refused even with a right Element', async () => {
    expectProblem(await as(`Element ${elementToken}`, 'GET', '/hubs/helpdesk/ping'), 401, /User secret is missing/);
  });

  test.each(['/no/such/path', '/elements', '/hubs/helpdesk/ping', '/instances/1'])(
    'with an unknown Element get 401 before the path %s is looked for',
    async (path) => {
      expectProblem(await as(credentials('unknown'), 'GET', path), 401, /Element token is not valid/);
    },
  );

  test.each(['GET', 'POST', 'DELETE'])('that are right do not make an unknown path known: %s', async (method) => {
    expectProblem(await as(credentials(), method, '/no/such/path'), 404, new RegExp(`There is no ${method} /`));
  });
});

describe('open paths', () => {
  test.each([
    '/elements',
    '/elements/keys',
    '/elements/zendesk',
    '/elements/41/configuration',
    '/elements/zendesk/metadata',
    '/elements/zendesk/authentication-types',
    '/hubs',
    '/hubs/keys',
    '/hubs/crm/elements',
    '/elements/zendesk/oauth/url?apiKey=a&apiSecret=b&callbackUrl=c&siteAddress=acme',
    '//elements',
    '/elements//zendesk/',
  ])('%s answers without credentials', async (path) => {
    expect((await platform.call('GET', path, open)).status).toBe(200);
  });

  test('with wrong credentials they answer 401 all the same', async () => {
    expectProblem(await as('User x', 'GET', '/elements'), 401, /User secret is not valid/);
  });

  test('an empty query value counts as absent', async () => {
    const all = await platform.call('GET', '/elements', open);
    const same = await platform.call('GET', '/elements?searchText=&where=&pageSize=&nextPage=', open);
    expect(same.body).toEqual(all.body);
    const missing = await platform.call(
      'GET',
      '/elements/zendesk/oauth/url?apiKey=&apiSecret=b&callbackUrl=&siteAddress=acme',
      open,
    );
    expectProblem(missing, 400, /Missing parameters for zendesk: apiKey, callbackUrl\./);
  });
});

describe('signing in', () => {
  const signIn = (username: string, secret: string) =>
    platform.call('POST', '/authentication', { ...open, body: { username, password: secret } });
  const forgive = () => platform.sql('delete from sign_in_failures');

  test('gives a token that shows the secrets', async () => {
    const signedIn = await signIn(email.toUpperCase(), password);
    expect(signedIn.body).toMatchObject({ username: email, organizationAdmin: true, token: expect.any(String) });
    const secrets = await as(`Bearer ${signedIn.body.token}`, 'GET', '/authentication/secrets');
    expect(secrets.body).toEqual({ userSecret, organizationSecret });
  });

  test('is needed to read the secrets', async () => {
    expectProblem(await as(undefined, 'GET', '/authentication/secrets'), 401, /Sign in with POST \/authentication/);
    expectProblem(await as(credentials(), 'GET', '/authentication/secrets'), 401, /Sign in with POST \/authentication/);
  });

  test('ends when its time is over', async () => {
    const { token } = (await signIn(email, password)).body;
    await platform.sql("update sessions set expires_at = now() - interval '1 second'");
    expectProblem(await as(`Bearer ${token}`, 'GET', '/authentication/secrets'), 401, /Bearer token is not valid/);
  });

  test.each([
    ['a wrong password', email, 'wrong'],
    ['an unknown user', 'nobody@example.test', password],
  ])('fails with the same words for %s', async (_what, username, secret) => {
    await forgive();
    expectProblem(await signIn(username, secret), 401, /^The user name or the password is wrong\.$/);
    await forgive();
  });

  test('is slowed down after five failures, even with the right password, and allowed again later', async () => {
    await forgive();
    for (let attempt = 0; attempt < 5; attempt++) expect((await signIn(email, 'wrong')).status).toBe(401);
    const noted = await platform.sql('select failures, blocked_until > updated_at as blocked from sign_in_failures');
    expect(noted).toEqual([
      { failures: 5, blocked: true },
      { failures: 5, blocked: true },
    ]);

    await platform.sql("update sign_in_failures set blocked_until = now() + interval '90 seconds'");
    const refused = await signIn(email, password);
    expectProblem(refused, 429, /Too many failed sign-ins/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(90);

    await platform.sql("update sign_in_failures set blocked_until = now() - interval '1 second'");
    expect((await signIn(email, password)).status).toBe(200);
    await forgive();
  });

  test('with each further failure the wait doubles, up to five minutes', async () => {
    await forgive();
    const waits: number[] = [];
    await signIn(email, 'wrong');
    for (const failures of [4, 5, 6, 11, 13, 1000]) {
      await platform.sql('update sign_in_failures set failures = $1, blocked_until = now()', [failures]);
      await signIn(email, 'wrong');
      const [row] = await platform.sql<{ wait: number }>(
        'select extract(epoch from blocked_until - updated_at)::int as wait from sign_in_failures limit 1',
      );
      waits.push(row?.wait ?? -1);
    }
    expect(waits).toEqual([1, 2, 4, 128, 300, 300]);
    await forgive();
  });

  test('one can set one’s own password, which ends the sign-ins', async () => {
    const { token } = (await signIn(email, password)).body;
    const changed = await platform.call('POST', '/authentication/passwords', {
      body: { password: 'another long one' },
    });
    expect(changed.body).toMatchObject({ username: email });
    expect(changed.body.token).toBeUndefined();
    expect((await as(`Bearer ${token}`, 'GET', '/authentication/secrets')).status).toBe(401);
    expect((await signIn(email, password)).status).toBe(401);
    expect((await signIn(email, 'another long one')).status).toBe(200);
    await platform.call('POST', '/authentication/passwords', { body: { password } });
    await forgive();
  });
});

describe('deactivation', () => {
  test('of a user or its account ends every way to call', async () => {
    const account = (await platform.call('POST', '/accounts', { body: { externalId: 'deactivated' } })).body;
    const user = (
      await platform.call('POST', `/accounts/${account.id}/users`, {
        body: { email: 'deactivated@example.test', password: 'long enough' },
      })
    ).body;
    const authorization = `User ${user.secret}, Organization ${organizationSecret}`;
    const signIn = () =>
      platform.call('POST', '/authentication', { ...open, body: { username: user.email, password: 'long enough' } });
    const bearer = `Bearer ${(await signIn()).body.token}`;
    const statuses = async () => [
      (await as(authorization)).status,
      (await as(bearer, 'GET', '/authentication/secrets')).status,
      (await signIn()).status,
    ];
    expect(await statuses()).toEqual([200, 200, 200]);

    await platform.call('PATCH', `/accounts/${account.id}`, { body: { active: false } });
    expect(await statuses()).toEqual([401, 401, 401]);
    expectProblem(await as(authorization), 401, /its user or account is not active/);

    await platform.call('PATCH', `/accounts/${account.id}`, { body: { active: true } });
    expect(await statuses()).toEqual([200, 200, 200]);
    await platform.call('PATCH', `/users/${user.id}`, { body: { active: false } });
    expect(await statuses()).toEqual([401, 401, 401]);
    await platform.sql('delete from sign_in_failures');
  });
});

describe('browsers', () => {
  const exposed =
    'Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, ' +
    'Elements-Trace-Id, Elements-Error, Content-Disposition';

  test.each([
    base,
    `${base}/elements`,
    `${base}/no/such/path`,
    `${base}/hubs/crm/accounts/1`,
    `${base}//elements`,
    '/',
    '/health',
  ])('may ask before any call to %s, without credentials', async (path) => {
    const asked =
      'authorization,content-type,elements-user-password,elements-user-newpassword,elements-schedule-request';
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(platform.url + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'http://app.test',
          'access-control-request-method': method,
          'access-control-request-headers': asked,
        },
      });
      expect(response.ok).toBe(true);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('access-control-allow-headers')).toBe(asked);
      expect(response.headers.get('access-control-allow-methods')).toContain(method);
    }
  });

  test('may also send a bare OPTIONS', async () => {
    expect((await fetch(`${platform.url}${base}/elements`, { method: 'OPTIONS' })).ok).toBe(true);
  });

  test.each([
    ['a success', '/elements', 200],
    ['a 400', '/elements?where=x', 400],
    ['a 401', '/accounts', 401],
    ['a 404', '/none', 404],
    ['a path that cannot be decoded', '/%', 400],
  ])('may read %s, and exactly the headers of the contract', async (_what, path, status) => {
    const response = await fetch(platform.url + base + path, { headers: { origin: 'http://app.test' } });
    await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toBe(exposed);
    expect(response.headers.get('elements-request-id')).toMatch(/./);
  });
});

describe('bodies', () => {
  test.each([
    ['the body null', 'null'],
    ['an empty body', ''],
    ['spaces only', '  '],
  ])('DELETE may carry a JSON content type and %s', async (_what, body) => {
    const { id } = (await platform.call('POST', '/accounts', { body: { externalId: `delete ${body}` } })).body;
    const headers: [string, string][] = [
      ['Authorization', credentials()],
      ['Content-Type', 'application/json'],
    ];
    const answer = await sendBytes(platform.url, requestBytes('DELETE', `${base}/accounts/${id}`, headers, body));
    expect([answer.status, answer.body]).toEqual([200, '']);
  });

  test('that are too large get 413 with the error body, whether announced or found out', async () => {
    const large = JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) });
    const announced = await sendBytes(
      platform.url,
      requestBytes(
        'PUT',
        `${base}/organizations/me`,
        [
          ['Authorization', credentials()],
          ['Content-Type', 'application/json'],
          ['Content-Length', String(Buffer.byteLength(large))],
        ],
        '{"name":"',
      ),
    );
    expect(announced.status).toBe(413);
    expect(JSON.parse(announced.body)).toEqual({
      requestId: announced.headers.get('elements-request-id'),
      message: 'The request body is larger than this server takes.',
    });
    expect(await sendChunked(large)).toBe(413);
  });

  /** Sends a body without saying how large it is. */
  function sendChunked(text: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        `${platform.url}${base}/organizations/me`,
        {
          method: 'PUT',
          headers: { authorization: credentials(), 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      for (let start = 0; start < text.length; start += 65_536) request.write(text.slice(start, start + 65_536));
      request.end();
    });
  }

  test('that are no JSON, or of another type, are refused in our own words', async () => {
    const send = (type: string, body: string) =>
      sendBytes(
        platform.url,
        requestBytes(
          'PUT',
          `${base}/organizations/me`,
          [
            ['Authorization', credentials()],
            ['Content-Type', type],
          ],
          body,
        ),
      );
    const broken = await send('application/json', '{"name":');
    expect([broken.status, JSON.parse(broken.body).message]).toEqual([400, 'The request body is not valid JSON.']);
    const other = await send('application/xml', '<a/>');
    expect([other.status, JSON.parse(other.body).message]).toEqual([
      415,
      'The content type is not understood here: send application/json.',
    ]);
  });
});

test('logs hold the paths of requests, but no query string and no secret', async () => {
  const secrets = [userSecret, organizationSecret, password, clientSecret, elementToken, code];
  for (const secret of secrets) {
    await platform.call('GET', `/elements/zendesk/oauth/url?apiSecret=${encodeURIComponent(secret)}`, open);
    await platform.call('GET', `/no/such/path?x=${encodeURIComponent(secret)}`);
    await platform.call('POST', '/authentication', { ...open, body: { username: secret, password: secret } });
    await platform.call('POST', '/instances', {
      body: { element: { key: 'zendesk' }, providerData: { code: secret } },
    });
    await fetch(`${platform.url}${base}/%?x=${encodeURIComponent(secret)}`);
  }
  const stored = await platform.sql<{ tokens_sealed: string }>('select tokens_sealed from vendor_tokens');
  expect(stored).not.toEqual([]);

  expect(platform.logs.length).toBeGreaterThan(50);
  expect(platform.logs.some((line) => line.includes('"path":"/elements/api-v2/elements/zendesk/oauth/url"'))).toBe(
    true,
  );
  for (const line of platform.logs) {
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        expect(line).not.toContain(form);
      }
    }
    expect(line).not.toMatch(/apiSecret|apiKey|\?/);
  }
});
