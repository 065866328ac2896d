// OAuth proxies: the vendor knows one callback URL, and each program of an organization gets its people back.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { control } from './support/consent.ts';
import { useTrip } from './support/guide.ts';
import { type Answer, administrator, createTestKeyring } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

const keyring = createTestKeyring();
const trip = useTrip({ keyring });
let proxyUrl: string;
beforeAll(() => {
  proxyUrl = `${trip.platform.url}/oauth/callback`;
});
beforeEach(async () => {
  await trip.platform.sql('delete from oauth_proxies');
});

function call(method: string, path: string, body?: unknown, authorization?: string): Promise<Answer> {
  return trip.platform.call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(authorization === undefined ? {} : { authorization }),
  });
}

const proxies = '/elements/oauthProxies';
const applicationUrl = 'https://app.example.test/callback?tenant=7';
const { clientId, clientSecret } = sandboxApplications.zendesk;

async function makeProxy(body: Record<string, unknown> = {}): Promise<Answer['body']> {
  const made = await call('POST', proxies, {
    name: 'main',
    apiKey: clientId,
    apiSecret: clientSecret,
    applicationUrls: [applicationUrl],
    ...body,
  });
  expect(made.status, made.body.message).toBe(200);
  return made.body;
}

/** The OAuth URL of a program behind a proxy. */
function proxiedUrl(more: Record<string, string> = {}, authorization?: string): Promise<Answer> {
  const query = { isOauthProxy: 'true', oauthProxyName: 'main', state: applicationUrl, siteAddress: 'acme', ...more };
  return call('GET', `/elements/zendesk/oauth/url?${new URLSearchParams(query)}`, undefined, authorization);
}

/** A person decides, and the browser follows the vendor to us; gives where we send it. */
async function comeBack(oauthUrl: string, decision: 'allow' | 'deny' = 'allow'): Promise<Response> {
  const { location } = (await control(trip.sandbox.url, 'POST', '/consent', { authorizeUrl: oauthUrl, decision })) as {
    location: string;
  };
  expect(location.startsWith(`${proxyUrl}?`)).toBe(true);
  return fetch(location, { redirect: 'manual' });
}

describe('keeping proxies', () => {
  test('one is made, listed without its secret, given and taken addresses, and deleted', async () => {
    const made = await makeProxy();
    expect(made).toEqual({
      id: expect.any(Number),
      name: 'main',
      apiKey: clientId,
      apiSecret: '********',
      applicationUrls: [applicationUrl],
      proxyUrl,
    });
    const bare = (await call('POST', proxies, { name: 'bare' })).body;
    expect(bare).toEqual({ id: expect.any(Number), name: 'bare', applicationUrls: [], proxyUrl });
    expect((await call('GET', proxies)).body).toEqual([bare, made]);

    const pattern = 'https://[a-z]+\\.example\\.test/auth';
    const path = `${proxies}/${bare.id}/applicationUrl`;
    for (const url of [applicationUrl, pattern, pattern]) await call('POST', path, { applicationUrl: url });
    const [now] = (await call('GET', proxies)).body;
    expect(now.applicationUrls).toEqual([applicationUrl, pattern]);
    const byBody = await call('DELETE', path, { applicationUrl });
    expect(byBody.body.applicationUrls, byBody.body.message).toEqual([pattern]);
    const byQuery = await call('DELETE', `${path}?applicationUrl=${encodeURIComponent(pattern)}`);
    expect(byQuery.body.applicationUrls, byQuery.body.message).toEqual([]);
    expect((await call('DELETE', path, { applicationUrl })).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(400);

    expect((await call('DELETE', `${proxies}/${bare.id}`)).status).toBe(200);
    expect((await call('DELETE', `${proxies}/${bare.id}`)).status).toBe(404);
    expect((await call('POST', path, { applicationUrl })).status).toBe(404);
  });

  test('a name is there once, and every address that cannot be registered is named', async () => {
    await makeProxy();
    expect((await call('POST', proxies, { name: 'main' })).status).toBe(409);
    const refused = await call('POST', proxies, {
      name: 'x',
      applicationUrls: ['/callback', 'https://.*/a', applicationUrl],
    });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain('/callback is no http or https address; https://.*/a is a pattern');
    expect(refused.body.message).not.toContain(applicationUrl);
    const [proxy] = (await call('GET', proxies)).body;
    const many = Array.from({ length: 200 }, (_, index) => `https://app.test/${index}`);
    const full = (await call('POST', proxies, { name: 'full', applicationUrls: many })).body;
    expect((await call('POST', `${proxies}/${full.id}/applicationUrl`, { applicationUrl })).status).toBe(400);
    expect(proxy.name).toBe('main');
  });

  test('administrators write, others of the organization read, and no other organization sees any', async () => {
    const { id } = await makeProxy();
    const account = (await call('POST', '/accounts', { externalId: 'sub' })).body;
    const user = (await call('POST', `/accounts/${account.id}/users`, { email: 'sub@sub.test' })).body;
    const sub = `User ${user.secret}, Organization ${administrator.organizationSecret}`;
    const stranger = await addOrganization(trip.platform, keyring);
    for (const [method, path, body] of [
      ['POST', proxies, { name: 'another' }],
      ['DELETE', `${proxies}/${id}`, undefined],
      ['POST', `${proxies}/${id}/applicationUrl`, { applicationUrl }],
      ['DELETE', `${proxies}/${id}/applicationUrl`, { applicationUrl }],
    ] as const) {
      expect((await call(method, path, body, sub)).status, `${method} ${path}`).toBe(403);
      if (path !== proxies) expect((await call(method, path, body, stranger)).status, `${method} ${path}`).toBe(404);
    }
    expect((await call('GET', proxies, undefined, sub)).body).toHaveLength(1);
    expect((await call('GET', proxies, undefined, stranger)).body).toEqual([]);
    expect((await proxiedUrl({}, sub)).status).toBe(200);
    expect((await proxiedUrl({}, stranger)).body.message).toContain('no OAuth proxy named main');
    expect((await trip.platform.call('GET', proxies, { authorization: undefined })).status).toBe(401);
  });
});

describe('a person goes through a proxy', () => {
  test('the vendor sees the proxy’s address and a state that says nothing; the program gets its person back', async () => {
    await makeProxy();
    const { body, status } = await proxiedUrl();
    expect(status, body.message).toBe(200);
    const asked = new URL(body.oauthUrl).searchParams;
    expect(asked.get('redirect_uri')).toBe(proxyUrl);
    expect(asked.get('client_id')).toBe(clientId);
    expect(asked.get('state')).toMatch(/^[A-Za-z0-9_-]{43}$/);

    const back = await comeBack(body.oauthUrl);
    expect(back.status).toBe(303);
    expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    const address = new URL(back.headers.get('location') ?? '');
    expect(address.origin + address.pathname).toBe('https://app.example.test/callback');
    const { tenant, code, state } = Object.fromEntries(address.searchParams);
    expect({ tenant, state }).toEqual({ tenant: '7', state: asked.get('state') });

    const providerData = { code, state };
    const created = await call('POST', '/instances', {
      element: { key: 'zendesk' },
      providerData,
      oauthProxy: 'main',
      configuration: { 'zendesk.subdomain': 'acme' },
    });
    expect(created.status, created.body.message).toBe(200);
    expect(created.body.configuration['oauth.callback.url']).toBe(proxyUrl);
    expect(trip.platform.logs.join('')).not.toContain(code);
  });

  test('also as the original’s clients write it: with a body, own credentials and the proxy’s address as callback', async () => {
    await makeProxy({ apiKey: null, apiSecret: null });
    const configuration = {
      'oauth.api.key': clientId,
      'oauth.api.secret': clientSecret,
      'oauth.callback.url': proxyUrl,
    };
    const { body, status } = await call('POST', '/elements/zendesk/oauth/url', {
      apiKey: clientId,
      apiSecret: clientSecret,
      callbackUrl: 'https://ignored.test',
      siteAddress: 'acme',
      state: applicationUrl,
      isOAuthProxy: true,
      oauthProxyName: 'main',
    });
    expect(status, body.message).toBe(200);
    const back = await comeBack(body.oauthUrl);
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code');
    const created = await call('POST', '/instances', {
      element: { key: 'zendesk' },
      providerData: { code },
      configuration: { ...configuration, 'zendesk.subdomain': 'acme' },
    });
    expect(created.status, created.body.message).toBe(200);
  });

  test('by OAuth 1.0a', async () => {
    const desk = sandboxApplications.desk;
    await makeProxy({ apiKey: desk.clientId, apiSecret: desk.clientSecret });
    const query = { isOauthProxy: 'true', oauthProxyName: 'main', state: applicationUrl, siteAddress: 'acme' };
    const path = (route: string, more = {}) =>
      `/elements/desk/oauth/${route}?${new URLSearchParams({ ...query, ...more })}`;
    const { token, secret } = (await call('GET', path('token'))).body;
    const { oauthUrl } = (await call('GET', path('url', { requestToken: token }))).body;
    const back = await comeBack(oauthUrl);
    const { oauth_token, oauth_verifier } = Object.fromEntries(
      new URL(back.headers.get('location') ?? '').searchParams,
    );
    const created = await call('POST', '/instances', {
      element: { key: 'desk' },
      providerData: { oauth_token, oauth_verifier, secret },
      oauthProxy: 'main',
      configuration: {},
    });
    expect(created.status, created.body.message).toBe(200);
  });

  test('a denial comes back to the program, too', async () => {
    await makeProxy();
    const back = await comeBack((await proxiedUrl()).body.oauthUrl, 'deny');
    expect(new URL(back.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
  });
});

describe('nobody is sent where nothing is registered', () => {
  test('an address that the proxy does not know is refused before anybody goes anywhere', async () => {
    await makeProxy();
    for (const state of ['', 'https://evil.test/', `${applicationUrl}x`, '/callback', 'zendesk']) {
      const refused = await proxiedUrl({ state });
      expect(refused.status, state).toBe(400);
      expect(refused.body.message).toContain('registered with the OAuth proxy main');
    }
    expect((await proxiedUrl({ oauthProxyName: 'other' })).status).toBe(400);
    expect((await proxiedUrl({ oauthProxyName: '' })).body.message).toContain('oauthProxyName is missing');
    const anonymous = await trip.platform.call(
      'GET',
      `/elements/zendesk/oauth/url?isOauthProxy=true&oauthProxyName=main&state=x&siteAddress=acme`,
      { authorization: undefined },
    );
    expect(anonymous.status).toBe(401);
    const instance = { element: { key: 'zendesk' }, oauthProxy: 'other', configuration: {} };
    expect((await call('POST', '/instances', instance)).body.message).toContain('no OAuth proxy named other');
  });

  test('one that was taken away, or whose proxy was deleted, in the meantime is not gone to', async () => {
    const { id } = await makeProxy();
    const taken = (await proxiedUrl()).body.oauthUrl;
    await call('DELETE', `${proxies}/${id}/applicationUrl`, { applicationUrl });
    expect((await comeBack(taken)).status).toBe(400);

    await call('POST', `${proxies}/${id}/applicationUrl`, { applicationUrl });
    const deleted = (await proxiedUrl()).body.oauthUrl;
    await call('DELETE', `${proxies}/${id}`);
    expect((await comeBack(deleted)).status).toBe(400);
  });

  test('a state is good once', async () => {
    await makeProxy();
    const state = new URL((await proxiedUrl()).body.oauthUrl).searchParams.get('state');
    const visit = () => fetch(`${proxyUrl}?state=${state}&code=x`, { redirect: 'manual' });
    const answers = await Promise.all(Array.from({ length: 6 }, visit));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, ...Array(5).fill(400)]);
    const stored = JSON.stringify(await trip.platform.sql('select * from authorizations'));
    expect(stored).not.toContain(state);
    expect(trip.platform.logs.join('')).not.toContain(state);
  });
});
