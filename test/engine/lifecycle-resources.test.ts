// Resources that run by themselves: when an account is connected, refreshed and deleted.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callPlatform, createTestKeyring, credentials, type Platform, startPlatform } from '../support/platform.ts';
import {
  type RecordedRequest,
  type RecordingVendor,
  startRecordingVendor,
  type TestElement,
  type TestInstance,
  type VendorReply,
} from '../support/recording-vendor.ts';
import { instanceOf, makeElement, ownTokens, provision } from '../support/test-element.ts';

let vendor: RecordingVendor;
let platform: Platform;
/** another process over the same database */
let second: Platform;
let now = Date.parse('2030-01-01T00:00:00Z');
const clock = () => now;

beforeAll(async () => {
  vendor = await startRecordingVendor();
  const keyring = createTestKeyring();
  const environment = { VALENCE_EGRESS: 'any' };
  platform = await startPlatform({ environment, keyring, clock });
  second = await startPlatform({ environment, keyring, clock, databaseUrl: platform.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await platform.close();
  await vendor.close();
});
beforeEach(() => {
  vendor.requests.length = 0;
  vendor.reply = () => ({ body: { ok: true } });
});

const lifecycle = (type: string, vendorPath: string, more: Record<string, unknown> = {}) => ({
  type,
  method: 'POST',
  path: `/hubs/general${vendorPath}`,
  vendorPath,
  ...more,
});
const things = {
  method: 'GET',
  path: '/hubs/general/things',
  vendorPath: '/things',
  parameters: [
    { type: 'configuration', name: 'session', vendorType: 'header', vendorName: 'X-Session' },
    { type: 'configuration', name: 'site', vendorType: 'header', vendorName: 'X-Site' },
  ],
};
/** Copies a member of the vendor's answer into a setting. */
const keeps = (member: string, setting: string) => ({
  source: 'response',
  type: 'configuration',
  name: setting,
  vendorType: 'bodyField',
  vendorName: member,
});
const fromBody = (member: string, setting: string) => ({
  source: 'response',
  type: 'bodyField',
  name: member,
  vendorType: 'configuration',
  vendorName: setting,
});
const hook = (type: string, body: string) => ({ type, mimeType: 'application/javascript', body });

const paths = () => vendor.requests.map((request) => request.path);
const to = (path: string): RecordedRequest => {
  const found = vendor.requests.findLast((request) => request.path === path);
  if (found === undefined) throw new Error(`The vendor was not asked for ${path}`);
  return found;
};
const answers = (byPath: Record<string, VendorReply>) => {
  vendor.reply = ({ path }) => byPath[path] ?? { body: { ok: true } };
};
const countInstances = async () => (await platform.call('GET', '/instances/count')).body.totalInstances;

async function connect(element: TestElement, body: Record<string, unknown> = {}): Promise<TestInstance> {
  const key = await makeElement(platform, vendor, element);
  return instanceOf(platform, key, await provision(platform, key, body));
}
/** Nothing is stored when this element's account is connected; gives back the refusal. */
async function refusal(element: TestElement, body: Record<string, unknown> = {}) {
  const key = await makeElement(platform, vendor, element);
  const before = await countInstances();
  const answer = await provision(platform, key, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(400);
  expect(await countInstances()).toBe(before);
  return answer;
}
const settingsOf = async (instance: TestInstance) =>
  (await platform.call('GET', `/instances/${instance.id}`)).body.configuration;

describe('provisionAuthValidation', () => {
  const element = (hooks: unknown[] = []) => ({
    resources: [lifecycle('provisionAuthValidation', '/check', { hooks }), things],
  });

  test('is asked when an account is connected, and never by calls', async () => {
    const instance = await connect(element());
    await instance.call('GET', '/things');
    expect(paths()).toEqual(['/check', '/things']);
  });
  test('refuses the account with the vendor’s status and words', async () => {
    answers({ '/check': { status: 403, body: { message: 'wrong key' } } });
    expect(await refusal(element())).toMatchObject({ status: 403, body: { providerMessage: 'wrong key' } });
  });
  test('a hook may refuse what the vendor answered well', async () => {
    answers({ '/check': { body: { plan: 'free' } } });
    const post = `done(response_body.plan === 'free' ? {response_error_message: 'not with this plan', response_status_code: 403} : {});`;
    expect(await refusal(element([hook('postRequest', post)]))).toMatchObject({
      status: 403,
      body: { message: 'not with this plan' },
    });
  });
  test('a hook may answer in the vendor’s place, and bring settings', async () => {
    const pre = `done({continue: false, configuration: {site: 'from-hook'}});`;
    const instance = await connect(element([hook('preRequest', pre)]));
    expect(paths()).toEqual([]);
    expect(await settingsOf(instance)).toMatchObject({ site: 'from-hook' });
  });
  test('a script that fails refuses the account', async () => {
    const answer = await refusal(element([hook('preRequest', `throw new Error('oh');`)]));
    expect(answer).toMatchObject({ status: 500, body: { message: expect.stringContaining('oh') } });
  });
});

describe('onProvision', () => {
  test.each([
    ['a response parameter', keeps],
    ['one that is written the other way round', fromBody],
  ])('%s brings settings, sealed where they are secret', async (_, copy) => {
    answers({ '/login': { body: { session: { id: 'session-1' }, site: 'eu1' } } });
    const instance = await connect({
      configuration: [{ key: 'session', type: 'PASSWORD', internal: true }],
      resources: [
        lifecycle('onProvision', '/login', { parameters: [copy('session.id', 'session'), copy('site', 'site')] }),
        things,
      ],
    });
    expect(await settingsOf(instance)).toMatchObject({ session: '********', site: 'eu1' });
    await instance.call('GET', '/things');
    expect(to('/things').headers).toMatchObject({ 'x-session': 'session-1', 'x-site': 'eu1' });
  });

  test('several run in their order after the validation, each with what came before', async () => {
    answers({ '/check': { body: { site: 'eu1' } }, '/one': { body: { id: 'one' } }, '/two': { body: { id: 'two' } } });
    const carried = { type: 'configuration', name: 'site', vendorType: 'header', vendorName: 'X-Site' };
    const session = { type: 'configuration', name: 'session', vendorType: 'header', vendorName: 'X-Session' };
    const instance = await connect({
      resources: [
        lifecycle('onProvision', '/one', { parameters: [carried, keeps('id', 'session')] }),
        lifecycle('onProvision', '/two', { parameters: [session, keeps('id', 'session')] }),
        lifecycle('provisionAuthValidation', '/check', { parameters: [keeps('site', 'site')] }),
        things,
      ],
    });
    expect(paths()).toEqual(['/check', '/one', '/two']);
    expect(to('/one').headers['x-site']).toBe('eu1');
    expect(to('/two').headers['x-session']).toBe('one');
    expect(await settingsOf(instance)).toMatchObject({ session: 'two', site: 'eu1' });
  });

  test('hooks bring settings, too', async () => {
    const post = `done({configuration: {session: response_body.id + '!'}});`;
    answers({ '/login': { body: { id: 'hooked' } } });
    const instance = await connect({
      resources: [lifecycle('onProvision', '/login', { hooks: [hook('postRequest', post)] }), things],
    });
    await instance.call('GET', '/things');
    expect(to('/things').headers['x-session']).toBe('hooked!');
  });

  test('that fails stores nothing, and gives back the tokens that were obtained', async () => {
    answers({
      '/token': { body: { access_token: 'a1', refresh_token: 'r1' } },
      '/login': { status: 409, body: { message: 'one is enough' } },
      '/revoke': {},
    });
    const answer = await refusal(
      {
        authentication: { type: 'oauth2' },
        configuration: [{ key: 'oauth.token.revoke_url', defaultValue: `${vendor.url}/revoke`, internal: true }],
        resources: [lifecycle('onProvision', '/login'), things],
      },
      { providerData: { code: 'c' }, configuration: { 'oauth.api.key': 'k', 'oauth.api.secret': 's' } },
    );
    expect(answer).toMatchObject({ status: 409, body: { providerMessage: 'one is enough' } });
    expect(paths()).toEqual(['/token', '/login', '/revoke']);
    expect(to('/revoke').text).toContain('token=r1');
  });
});

describe('oauthOnTokenExchange', () => {
  const element: TestElement = {
    authentication: { type: 'oauth2' },
    resources: [
      lifecycle('oauthOnTokenExchange', '/own-exchange', {
        parameters: [
          { type: 'query', name: 'code', vendorType: 'query', vendorName: 'the_code' },
          { type: 'query', name: 'callbackUrl', vendorType: 'query', vendorName: 'back' },
          { type: 'configuration', name: 'oauth.api.key', vendorType: 'header', vendorName: 'X-Key' },
          keeps('token.access', 'oauth.user.token'),
          keeps('token.refresh', 'oauth.user.refresh_token'),
          keeps('token.seconds', 'expires_in'),
          keeps('site', 'site'),
        ],
      }),
      things,
    ],
  };
  const given = {
    providerData: { code: 'a code', state: 'x' },
    configuration: { 'oauth.api.key': 'k', 'oauth.api.secret': 's', 'oauth.callback.url': 'https://app.example/cb' },
  };

  test('is run in the place of the token request, and its answer gives the tokens and settings', async () => {
    answers({
      '/own-exchange': { body: { token: { access: 'access-1', refresh: 'refresh-1', seconds: 3600 }, site: 'eu1' } },
      '/token': { body: { access_token: 'access-2' } },
    });
    const instance = await connect(element, given);
    expect(paths()).toEqual(['/own-exchange']);
    expect(Object.fromEntries(to('/own-exchange').query)).toEqual({
      the_code: 'a code',
      back: 'https://app.example/cb',
    });
    expect(to('/own-exchange').headers['x-key']).toBe('k');
    await instance.call('GET', '/things');
    expect(to('/things').headers).toMatchObject({ authorization: 'Bearer access-1', 'x-site': 'eu1' });
    const settings = await settingsOf(instance);
    expect(settings).toMatchObject({ 'oauth.user.token': '********', 'oauth.user.refresh_token': '********' });
    // its expiry counts
    now += 3_600_000;
    await instance.call('GET', '/things');
    expect(to('/things').headers['authorization']).toBe('Bearer access-2');
  });
  test('that the vendor refuses, or that brings no token, stores nothing', async () => {
    answers({ '/own-exchange': { status: 400, body: { error: 'invalid_grant' } } });
    expect(await refusal(element, given)).toMatchObject({ status: 400, body: { providerMessage: 'invalid_grant' } });
    answers({ '/own-exchange': { body: { token: {} } } });
    expect(await refusal(element, given)).toMatchObject({
      status: 502,
      body: { message: expect.stringContaining('no token') },
    });
  });
});

describe('oauthOnTokenRefresh', () => {
  const element: TestElement = {
    authentication: { type: 'oauth2' },
    configuration: [{ key: 'oauth.user.refresh_interval', defaultValue: '3600', internal: true }],
    resources: [
      lifecycle('oauthOnTokenRefresh', '/own-refresh', {
        parameters: [
          { type: 'query', name: 'refreshToken', vendorType: 'query', vendorName: 'rt' },
          keeps('access', 'oauth.user.token'),
          keeps('refresh', 'oauth.user.refresh_token'),
        ],
      }),
      things,
    ],
  };

  test('is run in the place of the token request, once for all who need it', async () => {
    const instance = await connect(element, ownTokens('old', 'refresh-1'));
    answers({ '/own-refresh': { body: { access: 'new', refresh: 'refresh-2' } } });
    now += 3_600_000;
    const calls = Array.from({ length: 5 }, () => instance.call('GET', '/things'));
    expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual(Array(5).fill(200));
    expect(paths().filter((path) => path !== '/things')).toEqual(['/own-refresh']);
    expect(to('/own-refresh').query.get('rt')).toBe('refresh-1');
    expect(
      new Set(vendor.requests.filter(({ path }) => path === '/things').map(({ headers }) => headers.authorization)),
    ).toEqual(new Set(['Bearer new']));
    now += 3_600_000;
    await instance.call('GET', '/things');
    expect(to('/own-refresh').query.get('rt')).toBe('refresh-2');
  });
  test('that the vendor refuses is 401 for the caller', async () => {
    const instance = await connect(element, ownTokens('old', 'refresh-1'));
    answers({ '/own-refresh': { status: 400, body: { error: 'invalid_grant', error_description: 'withdrawn' } } });
    now += 3_600_000;
    const answer = await instance.call('GET', '/things');
    expect(answer).toMatchObject({ status: 401, body: { providerMessage: expect.stringContaining('withdrawn') } });
    expect(paths()).not.toContain('/things');
  });
  test('that fails for the moment is tried by the next call', async () => {
    const instance = await connect(element, ownTokens('old', 'refresh-1'));
    answers({ '/own-refresh': { status: 500 } });
    now += 3_600_000;
    expect((await instance.call('GET', '/things')).status).toBe(502);
    answers({ '/own-refresh': { body: { access: 'new' } } });
    expect((await instance.call('GET', '/things')).status).toBe(200);
    expect(to('/things').headers['authorization']).toBe('Bearer new');
  });
});

describe('oauthOnTokenRevoke', () => {
  const element = (status: number): [TestElement, Record<string, VendorReply>] => [
    {
      authentication: { type: 'oauth2' },
      resources: [
        lifecycle('oauthOnTokenRevoke', '/own-revoke', {
          parameters: [{ type: 'configuration', name: 'oauth.user.token', vendorType: 'query', vendorName: 'token' }],
        }),
        things,
      ],
    },
    { '/own-revoke': { status, body: { message: 'no such token' } } },
  ];

  test('gives the token back when the instance is deleted', async () => {
    const [document, replies] = element(200);
    const instance = await connect(document, ownTokens('access', 'refresh'));
    answers(replies);
    const answer = await platform.call('DELETE', `/instances/${instance.id}`);
    expect([answer.status, answer.headers.get('elements-error')]).toEqual([200, null]);
    expect(to('/own-revoke').query.get('token')).toBe('access');
  });
  test('that fails is told, and the instance is deleted all the same', async () => {
    const [document, replies] = element(400);
    const instance = await connect(document, ownTokens('access', 'refresh'));
    answers(replies);
    const answer = await platform.call('DELETE', `/instances/${instance.id}`);
    expect(answer.headers.get('elements-error')).toMatch(/not revoked/);
    expect((await platform.call('GET', `/instances/${instance.id}`)).status).toBe(404);
  });
});

describe('oauth2Password', () => {
  const credentialSettings = [
    { key: 'username', name: 'User', type: 'TEXTFIELD_32', required: true },
    { key: 'password', name: 'Password', type: 'PASSWORD', required: true },
  ];
  const given = {
    configuration: { username: 'jane', password: 'pass word', 'oauth.api.key': 'k', 'oauth.api.secret': 's' },
  };

  test('its resource gets the token with user name and password', async () => {
    answers({ '/login': { body: { access_token: 'from-login', refresh_token: 'r', expires_in: 60 } } });
    const instance = await connect(
      {
        authentication: { type: 'oauth2Password' },
        configuration: credentialSettings,
        resources: [
          lifecycle('oauth2Password', '/login', {
            parameters: [
              { type: 'body', name: 'body', vendorType: 'no-op', vendorName: 'body' },
              { type: 'bodyField', name: 'username', vendorType: 'form', vendorName: 'user' },
              { type: 'bodyField', name: 'password', vendorType: 'form', vendorName: 'pass' },
            ],
          }),
          things,
        ],
      },
      given,
    );
    expect(to('/login').text).toBe('user=jane&pass=pass+word');
    await instance.call('GET', '/things');
    expect(to('/things').headers['authorization']).toBe('Bearer from-login');
  });
  test('without a resource the password grant is asked at the token URL', async () => {
    answers({ '/token': { body: { access_token: 'granted' } } });
    const instance = await connect(
      { authentication: { type: 'oauth2Password' }, configuration: credentialSettings, resources: [things] },
      given,
    );
    expect(Object.fromEntries(new URLSearchParams(to('/token').text))).toMatchObject({
      grant_type: 'password',
      username: 'jane',
      password: 'pass word',
    });
    await instance.call('GET', '/things');
    expect(to('/things').headers['authorization']).toBe('Bearer granted');
  });
  test('wrong credentials store nothing', async () => {
    answers({ '/token': { status: 400, body: { error: 'invalid_grant', error_description: 'wrong password' } } });
    const document = {
      authentication: { type: 'oauth2Password' },
      configuration: credentialSettings,
      resources: [things],
    };
    expect(await refusal(document, given)).toMatchObject({
      status: 400,
      body: { providerMessage: expect.stringContaining('wrong password') },
    });
  });
});

describe('onDelete', () => {
  const element: TestElement = {
    hooks: [hook('preRequest', `done({request_vendor_headers: {'X-Element-Hook': 'ran'}});`)],
    configuration: [{ key: 'session', defaultValue: 's-1', internal: true }],
    resources: [
      lifecycle('onDelete', '/goodbye', {
        method: 'DELETE',
        parameters: [{ type: 'configuration', name: 'session', vendorType: 'query', vendorName: 'session' }],
      }),
      things,
    ],
  };

  test('is run when the instance is deleted, without the element’s hooks', async () => {
    const instance = await connect(element);
    await instance.call('GET', '/things');
    expect(to('/things').headers['x-element-hook']).toBe('ran');
    await platform.call('DELETE', `/instances/${instance.id}`);
    expect(to('/goodbye')).toMatchObject({ method: 'DELETE', url: '/goodbye?session=s-1' });
    expect(to('/goodbye').headers).not.toHaveProperty('x-element-hook');
  });
  test('that fails is told, and the instance is deleted all the same', async () => {
    const instance = await connect(element);
    answers({ '/goodbye': { status: 500 } });
    const answer = await platform.call('DELETE', `/instances/${instance.id}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('elements-error')).toMatch(/onDelete resource failed/);
    expect((await instance.call('GET', '/things')).status).toBe(401);
  });
});

describe('onRefresh', () => {
  describe('after a token was refreshed', () => {
    const element: TestElement = {
      authentication: { type: 'oauth2' },
      configuration: [
        { key: 'oauth.user.refresh_interval', defaultValue: '3600', internal: true },
        { key: 'site', defaultValue: 'old-site' },
      ],
      resources: [lifecycle('onRefresh', '/after', { parameters: [keeps('site', 'site')] }), things],
    };

    test('is run once with the new token, and the call that caused it has its settings', async () => {
      const instance = await connect(element, ownTokens('old', 'r'));
      answers({ '/token': { body: { access_token: 'new' } }, '/after': { body: { site: 'new-site' } } });
      now += 3_600_000;
      const calls = [1, 2, 3].map(() => instance.call('GET', '/things'));
      expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual([200, 200, 200]);
      expect(paths().filter((path) => path !== '/things')).toEqual(['/token', '/after']);
      expect(to('/after').headers['authorization']).toBe('Bearer new');
      for (const { path, headers } of vendor.requests) {
        if (path === '/things') expect(headers).toMatchObject({ authorization: 'Bearer new', 'x-site': 'new-site' });
      }
      expect(await settingsOf(instance)).toMatchObject({ site: 'new-site' });
    });
  });

  describe('of an element with a login of its own', () => {
    const element: TestElement = {
      configuration: [
        { key: 'session', type: 'PASSWORD', internal: true },
        { key: 'expires_in', defaultValue: '600', internal: true },
        { key: 'authentication.time', internal: true },
      ],
      resources: [
        lifecycle('onProvision', '/login', {
          parameters: [keeps('session', 'session'), keeps('time', 'authentication.time')],
        }),
        lifecycle('onRefresh', '/login-again', { parameters: [keeps('session', 'session')] }),
        things,
      ],
    };
    let logins = 0;
    /** The vendor takes only the newest session. */
    const vendorWithSessions = (refuses = true) => {
      vendor.reply = ({ path, headers }) => {
        if (path !== '/things') return { body: { session: `session-${++logins}`, time: String(now) } };
        const isNew = headers['x-session'] === `session-${logins}`;
        return isNew || !refuses ? { body: { ok: true } } : { status: 401, body: { message: 'no session' } };
      };
    };
    const renewals = () => paths().filter((path) => path === '/login-again').length;
    const loggedIn = async () => {
      vendorWithSessions();
      const instance = await connect(element);
      vendor.requests.length = 0;
      return instance;
    };

    test('is run when authentication.time and expires_in say that the login is about to end', async () => {
      const instance = await loggedIn();
      now += 500_000;
      expect((await instance.call('GET', '/things')).status).toBe(200);
      expect(renewals()).toBe(0);
      now += 99_000;
      expect((await instance.call('GET', '/things')).status).toBe(200);
      expect(renewals()).toBe(1);
      expect(to('/things').headers['x-session']).toBe(`session-${logins}`);
      now += 500_000;
      await instance.call('GET', '/things');
      expect(renewals()).toBe(1);
      expect(await settingsOf(instance)).toMatchObject({ session: '********' });
    });

    test('is run after a 401, and the call made again', async () => {
      const instance = await loggedIn();
      logins++;
      expect((await instance.call('GET', '/things')).status).toBe(200);
      expect(renewals()).toBe(1);
    });

    test('is run once for many calls in two processes, which all have the new login', async () => {
      const instance = await loggedIn();
      const read = (at: Platform) =>
        callPlatform(at.url, 'GET', '/things', { authorization: credentials(instance.token) });
      await read(second);
      now += 600_000;
      const all = Array.from({ length: 8 }, (_, index) => read(index % 2 === 0 ? platform : second));
      expect((await Promise.all(all)).map((answer) => answer.status)).toEqual(Array(8).fill(200));
      expect(renewals()).toBe(1);
    });

    test('a login that fails is told to the caller, and tried again by the next call', async () => {
      const instance = await loggedIn();
      now += 600_000;
      answers({ '/login-again': { status: 403, body: { message: 'locked' } } });
      expect(await instance.call('GET', '/things')).toMatchObject({ status: 403, body: { providerMessage: 'locked' } });
      vendorWithSessions();
      expect((await instance.call('GET', '/things')).status).toBe(200);
    });

    test('a 401 that a new login does not mend is passed on', async () => {
      const instance = await loggedIn();
      vendor.reply = ({ path }) =>
        path === '/things' ? { status: 401, body: { message: 'never' } } : { body: { session: 'x' } };
      expect(await instance.call('GET', '/things')).toMatchObject({ status: 401, body: { providerMessage: 'never' } });
      expect(renewals()).toBe(1);
    });
  });
});

describe('the start of a connection by resources of the element', () => {
  const query = new URLSearchParams({
    apiKey: 'the key',
    apiSecret: 'the secret',
    callbackUrl: 'https://app.example.test/back',
    state: 'st',
  });

  test.each(['oauthOnAuthorizeUrl', 'oauthOnAuthroizeUrl'])(
    '%s gives the address of the consent page',
    async (type) => {
      const hook =
        "done({ continue: false, response_body: { oauthUrl: 'https://login.vendor.test/go?id=' + encodeURIComponent(request_parameters.apiKey) + '&s=' + request_parameters.state } })";
      const key = await makeElement(platform, vendor, {
        authentication: { type: 'oauth2' },
        resources: [lifecycle(type, '/authorize', { hooks: [{ type: 'preRequest', body: hook }] })],
      });
      const answer = await platform.call('GET', `/elements/${key}/oauth/url?${query}`);
      expect(answer).toMatchObject({
        status: 200,
        body: { element: key, oauthUrl: 'https://login.vendor.test/go?id=the%20key&s=st' },
      });
      expect(vendor.requests).toEqual([]);
    },
  );

  test('an answer without an address is said to be one', async () => {
    const key = await makeElement(platform, vendor, {
      authentication: { type: 'oauth2' },
      resources: [lifecycle('oauthOnAuthorizeUrl', '/authorize')],
    });
    const answer = await platform.call('GET', `/elements/${key}/oauth/url?${query}`);
    expect(answer).toMatchObject({ status: 502, body: { message: expect.stringContaining('gave no address') } });
  });

  test.each([
    ['JSON', { oauth_token: 'rt', oauth_token_secret: 'rs' }],
    ['a form', 'oauth_token=rt&oauth_token_secret=rs'],
  ])('oauthOnTokenRequest gives the request token, as %s', async (_form, body) => {
    const key = await makeElement(platform, vendor, {
      authentication: { type: 'oauth1' },
      resources: [lifecycle('oauthOnTokenRequest', '/request-token')],
    });
    vendor.reply = () => ({ body, headers: typeof body === 'string' ? { 'content-type': 'text/plain' } : {} });
    const answer = await platform.call('GET', `/elements/${key}/oauth/token?${query}`);
    expect([answer.status, answer.body]).toEqual([200, { token: 'rt', secret: 'rs' }]);
    expect(vendor.requests.map(({ path }) => path)).toEqual(['/request-token']);
    expect(vendor.requests[0]?.headers['authorization']).toMatch(/^OAuth .*oauth_consumer_key="the%20key"/);
  });
});
