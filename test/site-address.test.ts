// The customer's own host at a vendor: every way that people write it is understood, and no way leads elsewhere.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { consent, control } from './support/consent.ts';
import {
  bodyFor,
  callbackUrl,
  callElement,
  configurationOf,
  connect,
  consentAt,
  countInstances,
  get,
  type Listener,
  post,
  seenRequests,
  startListener,
  useTrip,
} from './support/guide.ts';

let listener: Listener;
let loginVendor: Listener;
beforeAll(async () => {
  listener = await startListener();
  loginVendor = await startListener();
});
afterAll(async () => {
  await listener.close();
  await loginVendor.close();
});

const trip = useTrip({
  // Addresses of this machine may be called here: what is refused below is refused for its host alone.
  environment: { VALENCE_EGRESS: 'any' },
  routes: () => ({ 'scripted.my.salesforce.com': `${loginVendor.url}/{host}` }),
});
beforeEach(async () => {
  await control(trip.sandbox.url, 'DELETE', '/requests');
  listener.requests.length = 0;
});

const zendesk = [
  'acme',
  'ACME',
  'acme.zendesk.com',
  'Acme.Zendesk.COM',
  'https://acme.zendesk.com',
  'http://acme.zendesk.com/',
  'https://ACME.zendesk.com/',
  ' acme ',
];
const salesforce = {
  'https://test.salesforce.com': [
    'test',
    'TEST',
    'test.salesforce.com',
    'https://test.salesforce.com/',
    'http://Test.Salesforce.com',
  ],
  'https://acme.my.salesforce.com': ['acme.my.salesforce.com', 'https://acme.my.salesforce.com/'],
};

/** Text that is no site of the vendor, whatever its suffix. */
const hostile = (suffix: string) => [
  'evil.com/x?',
  'evil.com',
  'https://evil.com',
  `acme.${suffix}.evil.com`,
  `acme.${suffix}@evil.com`,
  `evil.com#.${suffix}`,
  `evil.com?.${suffix}`,
  `evil.com\\.${suffix}`,
  `evil.com/.${suffix}`,
  `evil${suffix}`,
  suffix,
  `.${suffix}`,
  `acme.${suffix}.`,
  `acme..${suffix}`,
  'a/b',
  `https://acme.${suffix}/agent`,
  `user:password@acme.${suffix}`,
  '127.0.0.1',
  '[::1]',
  '::1',
  '169.254.169.254',
  `acme.${suffix}:8080`,
  'acme:8080',
  'acmé',
  `аcme.${suffix}`,
  'acme%2eevil%2ecom',
  'evil%2Ecom%2F',
  `acme%00.${suffix}`,
  'acme_1',
  '-acme',
  'acme-',
  'ac me',
  'acme\nevil.com',
  'acme\u0001',
  '{oauth.callback.url}',
  `${'a'.repeat(64)}`,
  'ftp://acme',
  'javascript:alert(1)',
];

const info = { apiKey: 'key', apiSecret: 'secret', callbackUrl, requestToken: 'token' };
const redirect = (element: string, more: Record<string, string>) =>
  get(trip, `/elements/${element}/oauth/url?${new URLSearchParams({ ...info, ...more })}`);

describe('siteAddress', () => {
  test.each(zendesk)('%j is the Zendesk acme', async (siteAddress) => {
    const answer = await redirect('zendesk', { siteAddress });
    expect(answer.status, answer.body.message).toBe(200);
    expect(new URL(answer.body.oauthUrl).origin).toBe('https://acme.zendesk.com');
    expect((await redirect('zendesk', { subdomain: siteAddress })).body).toEqual(answer.body);
  });

  test.each(['acme', 'acme.desk.com', 'https://ACME.desk.com/'])('%j is the Desk.com acme', async (siteAddress) => {
    const answer = await redirect('desk', { siteAddress });
    expect(new URL(answer.body.oauthUrl).origin).toBe('https://acme.desk.com');
  });

  test.each(Object.entries(salesforce))('%s replaces the login host of Salesforce', async (origin, ways) => {
    for (const siteAddress of ways) {
      const answer = await redirect('sfdc', { siteAddress, state: 'sfdcdocuments' });
      expect(answer.status, answer.body.message).toBe(200);
      expect(new URL(answer.body.oauthUrl).origin).toBe(origin);
      expect(answer.body.element).toBe('sfdcdocuments');
    }
  });

  test('is one label where the definition wants one, and any host of the vendor where it wants a host', async () => {
    expect((await redirect('zendesk', { siteAddress: 'a.b.zendesk.com' })).status).toBe(400);
    expect((await redirect('zendesk', { siteAddress: 'a.b' })).status).toBe(400);
    const deep = await redirect('desk', { siteAddress: 'a.b.desk.com' });
    expect(new URL(deep.body.oauthUrl).origin).toBe('https://a.b.desk.com');
  });

  test('an empty one counts as absent', async () => {
    expect((await redirect('zendesk', { siteAddress: '' })).body.message).toMatch(/: siteAddress\.$/);
    expect((await redirect('desk', { siteAddress: '' })).body.message).toMatch(/: siteAddress\.$/);
    const production = await redirect('sfdc', { siteAddress: '' });
    expect(new URL(production.body.oauthUrl).origin).toBe('https://login.salesforce.com');
  });

  test.each([
    ['zendesk', 'zendesk.com'],
    ['desk', 'desk.com'],
    ['sfdc', 'salesforce.com'],
  ])('of %s may not lead to another host than one under %s', async (element, suffix) => {
    for (const siteAddress of hostile(suffix)) {
      const answer = await redirect(element, { siteAddress });
      expect(answer.status, siteAddress).toBe(400);
      expect(answer.body.message, siteAddress).toMatch(/^siteAddress is not an address that this element connects to/);
      const posted = await trip.platform.call('POST', `/elements/${element}/oauth/url`, {
        body: { ...info, siteAddress },
        authorization: undefined,
      });
      expect(posted.status, siteAddress).toBe(400);
    }
    expect(await seenRequests(trip)).toEqual([]);
  });

  test('of a request token may not lead elsewhere either: nothing is sent', async () => {
    for (const siteAddress of hostile('desk.com')) {
      const answer = await get(trip, `/elements/desk/oauth/token?${new URLSearchParams({ ...info, siteAddress })}`);
      expect(answer.status, siteAddress).toBe(400);
      expect(answer.body.message, siteAddress).toMatch(/^siteAddress is not an address/);
    }
    expect(await seenRequests(trip)).toEqual([]);
  });
});

describe('the setting behind it', () => {
  test('zendesk.subdomain is stored in its form however it is written', async () => {
    for (const subdomain of ['HTTPS://Acme.Zendesk.com/', 'acme.zendesk.com', 'ACME']) {
      const configuration = { ...configurationOf('zendesk'), 'zendesk.subdomain': subdomain };
      const instance = await connect(trip, 'zendesk', { configuration });
      expect(instance.configuration['zendesk.subdomain']).toBe('acme');
      expect(instance.configuration['oauth.token.url']).toBe('https://acme.zendesk.com/oauth/tokens');
    }
  });

  test.each([
    ['zendesk', 'zendesk.subdomain', 'zendesk.com', { code: 'a code' }],
    ['desk', 'site.address', 'desk.com', { oauth_token: 'a', oauth_verifier: 'b', secret: 'c' }],
    ['sfdc', 'sfdc.login.url', 'salesforce.com', { code: 'a code' }],
  ])('of %s, %s, may not lead to another host than one under %s', async (key, setting, suffix, providerData) => {
    const before = await countInstances(trip);
    for (const value of hostile(suffix)) {
      const configuration = { ...configurationOf('ciscospark'), [setting]: value };
      const refused = await post(trip, { element: { key }, providerData, configuration });
      expect(refused.status, value).toBe(400);
      expect(refused.body.message, value).toContain(`${setting} is not an address that this element connects to`);
    }
    const empty = await post(trip, {
      element: { key },
      configuration: { ...configurationOf('ciscospark'), [setting]: '' },
    });
    expect(empty.body.message).not.toMatch(/not an address/);
    expect(await countInstances(trip)).toBe(before);
    expect(await seenRequests(trip)).toEqual([]);
  });

  test('may not be changed to one later on, in no way there is', async () => {
    const { id, token } = await connect(trip, 'zendesk');
    await control(trip.sandbox.url, 'DELETE', '/requests');
    for (const value of hostile('zendesk.com')) {
      const configuration = { 'zendesk.subdomain': value };
      const whole = { ...configurationOf('zendesk'), 'oauth.api.secret': '********', ...configuration };
      const answers = [
        await trip.platform.call('PATCH', `/instances/${id}`, { body: { configuration } }),
        await trip.platform.call('PUT', `/instances/${id}`, { body: { configuration: whole } }),
        await callElement(trip, token, 'PATCH', '/instances', { configuration }),
        await trip.platform.call('PATCH', `/instances/${id}/configuration/zendesk.subdomain`, {
          body: { propertyValue: value },
        }),
      ];
      for (const answer of answers) expect(answer.status, value).toBe(400);
    }
    expect(await seenRequests(trip)).toEqual([]);
    const kept = await trip.platform.call('GET', `/instances/${id}`);
    expect(kept.body.configuration['zendesk.subdomain']).toBe('acme');
  });
});

describe('the login host of Salesforce', () => {
  const { clientId, clientSecret } = sandboxApplications.salesforce;

  test.each([
    ['test.salesforce.com', 'https://valence--uat.sandbox.my.salesforce.com'],
    ['valence-dev-ed.my.salesforce.com', 'https://valence-dev-ed.my.salesforce.com'],
    [undefined, 'https://valence-dev-ed.my.salesforce.com'],
  ])('%s chooses the authorize and the token address', async (host, instanceUrl) => {
    const query = { apiKey: clientId, apiSecret: clientSecret, ...(host === undefined ? {} : { siteAddress: host }) };
    const { oauthUrl } = (await redirect('sfdc', query)).body;
    expect(new URL(oauthUrl).host).toBe(host ?? 'login.salesforce.com');
    const { code } = await consent(trip.sandbox.url, oauthUrl);
    const configuration = {
      'oauth.api.key': clientId,
      'oauth.api.secret': clientSecret,
      'oauth.callback.url': callbackUrl,
      ...(host === undefined ? {} : { 'sfdc.login.url': host }),
    };
    const created = await post(trip, { element: { key: 'sfdc' }, providerData: { code }, configuration });
    expect(created.status, created.body.message).toBe(200);
    expect(created.body.configuration).toMatchObject({
      'sfdc.login.url': `https://${host ?? 'login.salesforce.com'}`,
      'oauth.token.url': `https://${host ?? 'login.salesforce.com'}/services/oauth2/token`,
      'base.url': instanceUrl,
    });
    const exchanges = await seenRequests(trip, '/services/oauth2/token');
    expect(exchanges.map((request) => request.host)).toEqual([host ?? 'login.salesforce.com']);
    expect((await callElement(trip, created.body.token, 'GET', '/ping')).status).toBe(200);
  });

  test('a token answer cannot lead the token to a foreign host', async () => {
    const before = await countInstances(trip);
    for (const instance_url of [listener.url, 'https://evil.com', 'https://x.salesforce.com.evil.com', 'nonsense']) {
      loginVendor.answer = { status: 200, body: JSON.stringify({ access_token: 'stolen', instance_url }) };
      const refused = await post(trip, {
        element: { key: 'sfdc' },
        providerData: { code: 'a code' },
        configuration: { ...configurationOf('sfdc'), 'sfdc.login.url': 'scripted.my.salesforce.com' },
      });
      expect(refused.status, instance_url).toBe(400);
      expect(refused.body.message, instance_url).toMatch(/host|http or https/);
    }
    expect(loginVendor.requests[0]?.url).toBe('/scripted.my.salesforce.com/services/oauth2/token');
    expect(listener.requests).toEqual([]);
    expect(await countInstances(trip)).toBe(before);
  });
});

describe('an address that a caller overrides', () => {
  const addresses: ['zendesk' | 'sfdc' | 'ciscospark', string][] = [
    ['zendesk', 'base.url'],
    ['zendesk', 'oauth.token.url'],
    ['zendesk', 'oauth.token.refresh_url'],
    ['zendesk', 'oauth.authorization.url'],
    ['zendesk', 'helpdesk.zendesk.url'],
    ['sfdc', 'base.url'],
    ['sfdc', 'oauth.token.url'],
    ['sfdc', 'oauth.token.revoke_url'],
    ['ciscospark', 'base.url'],
    ['ciscospark', 'oauth.token.url'],
  ];

  test.each(addresses)('of %s, %s, gets neither code nor token at a foreign host', async (key, setting) => {
    const before = await countInstances(trip);
    const providerData = await consentAt(trip, key);
    await control(trip.sandbox.url, 'DELETE', '/requests');
    for (const value of [
      listener.url,
      `${listener.url}/oauth`,
      'https://evil.com/',
      'https://acme.zendesk.com@evil.com',
      'nonsense',
      'http://acme.zendesk.com',
      'http://login.salesforce.com',
      'http://api.ciscospark.com/v1',
    ]) {
      const configuration = { ...configurationOf(key), [setting]: value };
      const refused = await post(trip, { element: { key }, providerData, configuration });
      expect(refused.status, value).toBe(400);
      expect(refused.body.message, value).toMatch(
        /must be an https address at a host of this element|not one that this element may call/,
      );
    }
    expect(listener.requests).toEqual([]);
    expect(await seenRequests(trip)).toEqual([]);
    expect(await countInstances(trip)).toBe(before);
    const created = await post(trip, { element: { key }, providerData, configuration: configurationOf(key) });
    expect(created.status, 'the code is still good').toBe(200);
  });

  test.each(addresses)('of %s, %s, cannot be moved to a foreign host later on', async (key, setting) => {
    const { id, token } = await connect(trip, key);
    await control(trip.sandbox.url, 'DELETE', '/requests');
    const body = { configuration: { [setting]: listener.url } };
    const answers = [
      await trip.platform.call('PATCH', `/instances/${id}`, { body }),
      await callElement(trip, token, 'PATCH', '/instances', body),
      await trip.platform.call('PUT', `/instances/${id}`, {
        body: { configuration: { ...configurationOf(key), ...body.configuration } },
      }),
      await trip.platform.call('PATCH', `/instances/${id}/configuration/${setting}`, {
        body: { propertyValue: listener.url },
      }),
    ];
    for (const answer of answers) expect(answer.status, answer.body.message).toBe(400);
    expect((await callElement(trip, token, 'GET', '/ping')).status).toBe(200);
    expect(listener.requests).toEqual([]);
    await trip.platform.call('DELETE', `/instances/${id}`);
    expect(listener.requests).toEqual([]);
  });

  test('is still refused at the door when it slips in with a placeholder', async () => {
    const configuration = {
      ...configurationOf('ciscospark'),
      'base.url': `${listener.url}/{not.there.yet}`,
    };
    const body = await bodyFor(trip, 'ciscospark', { configuration });
    const refused = await post(trip, body);
    expect(refused.status).toBe(400);
    expect(refused.body.message).toMatch(/^The host 127\.0\.0\.1 is not one that this element may call/);
    expect(listener.requests).toEqual([]);
  });
});
