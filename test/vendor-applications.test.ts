// An organization's own applications at vendors: who writes and reads them, and what callers may leave out with them.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { openDatabase } from '../src/store/database.ts';
import { resealAll } from '../src/store/rotation.ts';
import { consent } from './support/consent.ts';
import { callbackUrl, callElement, useTrip } from './support/guide.ts';
import { type Answer, administrator, createTestKeyring } from './support/platform.ts';
import { startRecordingVendor } from './support/recording-vendor.ts';
import { addOrganization } from './support/second-organization.ts';
import { makeElement } from './support/test-element.ts';

const keyring = createTestKeyring();
let aheadMs = 0;
const trip = useTrip({
  keyring,
  clock: () => Date.now() + aheadMs,
  environment: {
    VALENCE_ELEMENTS: fileURLToPath(new URL('fixtures/elements', import.meta.url)),
    VALENCE_EGRESS: 'any',
  },
});
beforeEach(async () => {
  aheadMs = 0;
  await trip.platform.sql('delete from vendor_applications');
});

function call(method: string, path: string, body?: unknown, authorization?: string): Promise<Answer> {
  return trip.platform.call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(authorization === undefined ? {} : { authorization }),
  });
}
const anonymous = (path: string) => trip.platform.call('GET', path, { authorization: undefined });

const { clientId, clientSecret } = sandboxApplications.zendesk;
const application = { apiKey: clientId, apiSecret: clientSecret, callbackUrl, scope: 'read' };

/** Keeps an application; by default the sandbox's for Zendesk. */
async function keep(key = 'zendesk', body: Record<string, unknown> = application): Promise<Answer['body']> {
  const kept = await call('PUT', `/elements/${key}/application`, body);
  expect(kept.status, kept.body.message).toBe(200);
  return kept.body;
}

/** A user of an account of its own in the administrator's organization. */
async function addSubAccount(): Promise<string> {
  const account = (await call('POST', '/accounts', { externalId: randomUUID() })).body;
  const user = (await call('POST', `/accounts/${account.id}/users`, { email: `${account.id}@sub.test` })).body;
  return `User ${user.secret}, Organization ${administrator.organizationSecret}`;
}

describe('keeping applications', () => {
  test('one is written, read without its secret, changed and deleted', async () => {
    const none = await call('GET', '/elements/zendesk/application');
    expect(none.status).toBe(404);
    expect(none.body.message).toContain('PUT /elements/zendesk/application');
    expect((await call('GET', '/elements/applications')).body).toEqual([]);

    const kept = await keep();
    expect(kept).toEqual({
      element: { id: 41, key: 'zendesk' },
      apiKey: clientId,
      apiSecret: '********',
      callbackUrl,
      scope: 'read',
      createdDate: expect.any(String),
      updatedDate: expect.any(String),
    });
    expect((await call('GET', '/elements/41/application')).body).toEqual(kept);
    await keep('desk', { apiKey: 'key', apiSecret: 'secret' });
    const all = (await call('GET', '/elements/applications')).body;
    expect(all.map(({ element }: { element: { key: string } }) => element.key)).toEqual(['desk', 'zendesk']);
    expect(all[0]).toMatchObject({ callbackUrl: null, scope: null });

    // Sent back masked, the secret stays; what is left out goes.
    await keep('zendesk', { apiKey: clientId, apiSecret: '********', callbackUrl });
    expect((await call('GET', '/elements/zendesk/application')).body).toMatchObject({ callbackUrl, scope: null });
    expect((await call('GET', '/elements/zendesk/oauth/url?siteAddress=acme')).status).toBe(200);

    expect((await call('DELETE', '/elements/zendesk/application')).status).toBe(200);
    expect((await call('DELETE', '/elements/zendesk/application')).status).toBe(404);
  });

  test('what is wrong is named, and a mask is no secret', async () => {
    const wrong = await call('PUT', '/elements/zendesk/application', { apiKey: '', callbackUrl: 7, scope: [] });
    expect(wrong.status).toBe(400);
    for (const member of ['apiKey', 'apiSecret']) expect(wrong.body.message).toContain(member);
    const masked = await call('PUT', '/elements/zendesk/application', { apiKey: 'k', apiSecret: '********' });
    expect(masked.body.message).toContain('give apiSecret');
    for (const url of ['javascript:alert(1)', '/callback', 'https://a.test/#x']) {
      const refused = await call('PUT', '/elements/zendesk/application', { ...application, callbackUrl: url });
      expect(refused.body.message, url).toMatch(/^callbackUrl must be an http or https address/);
    }
    expect((await call('PUT', '/elements/nowhere/application', application)).status).toBe(404);
    expect((await call('GET', '/elements/applications')).body).toEqual([]);
  });

  test('administrators write; others of the organization use it and see no secret; nobody else sees anything', async () => {
    await keep();
    const sub = await addSubAccount();
    for (const method of ['PUT', 'DELETE']) {
      const refused = await call(
        method,
        '/elements/zendesk/application',
        method === 'PUT' ? application : undefined,
        sub,
      );
      expect(refused.status).toBe(403);
    }
    expect((await call('GET', '/elements/zendesk/application', undefined, sub)).body.apiSecret).toBe('********');
    expect((await call('GET', '/elements/zendesk/oauth/url?siteAddress=acme', undefined, sub)).status).toBe(200);

    const stranger = await addOrganization(trip.platform, keyring);
    expect((await call('GET', '/elements/applications', undefined, stranger)).body).toEqual([]);
    expect((await call('GET', '/elements/zendesk/application', undefined, stranger)).status).toBe(404);
    expect((await call('DELETE', '/elements/zendesk/application', undefined, stranger)).status).toBe(404);
    expect((await call('GET', '/elements/zendesk/application')).status, 'a stranger deletes only his own').toBe(200);
    const url = await call('GET', '/elements/zendesk/oauth/url?siteAddress=acme', undefined, stranger);
    expect(url.body.message).toBe('Missing parameters for zendesk: apiKey, apiSecret, callbackUrl.');
    expect((await anonymous('/elements/applications')).status).toBe(401);
    const user = `User ${administrator.userSecret}`;
    const half = await call('GET', '/elements/zendesk/oauth/url?siteAddress=acme', undefined, user);
    expect(half.body.message).toMatch(/^Missing parameters/);
  });

  test('an element without an application, or of an account that could change it, gets none', async () => {
    const vendor = await startRecordingVendor();
    onTestFinished(() => vendor.close());
    const basic = await makeElement(trip.platform, vendor, { authentication: { type: 'basic' }, resources: [] });
    const refused = await call('PUT', `/elements/${basic}/application`, application);
    expect(refused.body.message).toContain('uses basic authentication and no application');

    const sub = await addSubAccount();
    const document = {
      key: 'zendesk',
      name: 'Not that one',
      hub: 'helpdesk',
      authentication: { type: 'oauth2' },
      configuration: [
        { key: 'oauth.authorization.url', defaultValue: `${vendor.url}/authorize` },
        { key: 'oauth.token.url', defaultValue: `${vendor.url}/token` },
      ],
      resources: [],
    };
    await keep();
    const own = await call('POST', '/elements', document, sub);
    expect(own.status, own.body.message).toBe(200);
    const body = { element: { key: 'zendesk' }, providerData: { code: 'x' }, configuration: {} };
    expect((await call('POST', '/instances', body, sub)).status, 'the element of that key is another').toBe(400);
    expect(vendor.requests).toEqual([]);

    // An element of another account is seen by administrators only where it is shared with them.
    await trip.platform.sql(
      `insert into element_shares (element_id, organization_id, account_id)
       select $1, organization_id, id from accounts where default_account order by id limit 1`,
      [own.body.id],
    );
    const foreign = await call('PUT', `/elements/${own.body.id}/application`, application);
    expect(foreign.status).toBe(400);
    expect(foreign.body.message).toContain('belongs to another account');
    await trip.platform.sql('delete from element_shares where element_id = $1', [own.body.id]);
  });

  test('it goes with its private element', async () => {
    const vendor = await startRecordingVendor();
    onTestFinished(() => vendor.close());
    const key = await makeElement(trip.platform, vendor, { authentication: { type: 'oauth2' }, resources: [] });
    await keep(key);
    expect((await call('DELETE', `/elements/${key}`)).status).toBe(200);
    expect(await trip.platform.sql('select id from vendor_applications')).toEqual([]);
  });

  test('it is sealed, and opens when the keys were rotated', async () => {
    await keep();
    await call('POST', '/elements/oauthProxies', { name: 'sealed', apiKey: clientId, apiSecret: clientSecret });
    const dump = async () =>
      JSON.stringify([
        await trip.platform.sql('select * from vendor_applications'),
        await trip.platform.sql('select * from oauth_proxies'),
      ]);
    for (const secret of [clientId, clientSecret]) expect(await dump()).not.toContain(secret);

    const rotated = `${createTestKeyring().replace('test:', 'next:')},${keyring}`;
    trip.platform.app.useKeyring(new Secret(rotated));
    const database = openDatabase(new Secret(trip.platform.databaseUrl), 'test', 1);
    onTestFinished(() => database.destroy());
    const changed = await resealAll(database, createVault(new Secret(rotated)));
    expect(changed).toMatchObject({ 'vendor_applications.secrets_sealed': 1, 'oauth_proxies.secrets_sealed': 1 });
    expect(await dump()).not.toContain('test.v1');
    expect((await call('GET', '/elements/zendesk/application')).body.apiKey).toBe(clientId);
    expect((await call('GET', '/elements/oauthProxies')).body[0].apiKey).toBe(clientId);
    trip.platform.app.useKeyring(new Secret(`${keyring},${rotated.split(',')[0]}`));
  });
});

describe('what callers leave out', () => {
  const parametersOf = (answer: Answer) => {
    expect(answer.status, answer.body.message).toBe(200);
    return Object.fromEntries(new URL(answer.body.oauthUrl).searchParams);
  };

  test('an OAuth URL takes it from the application; what is given explicitly wins', async () => {
    await keep();
    const url = (query: string) => call('GET', `/elements/zendesk/oauth/url?siteAddress=acme${query}`);
    expect(parametersOf(await url(''))).toMatchObject({
      client_id: clientId,
      redirect_uri: callbackUrl,
      scope: 'read',
      state: 'zendesk',
    });
    expect(parametersOf(await url('&scope=write&callbackUrl=https://other.test/cb&state=mine'))).toMatchObject({
      redirect_uri: 'https://other.test/cb',
      scope: 'write',
      state: 'mine',
    });
    const posted = await call('POST', '/elements/zendesk/oauth/url', {
      siteAddress: 'acme',
      apiKey: '',
      scope: 'write',
    });
    expect(parametersOf(posted)).toMatchObject({ client_id: clientId, scope: 'write' });
    expect((await anonymous('/elements/zendesk/oauth/url?siteAddress=acme')).body.message).toBe(
      'Missing parameters for zendesk: apiKey, apiSecret, callbackUrl.',
    );
  });

  test('another API key is another application: then nothing is taken', async () => {
    await keep();
    const url = await call('GET', '/elements/zendesk/oauth/url?siteAddress=acme&apiKey=another');
    expect(url.body.message).toBe('Missing parameters for zendesk: apiSecret, callbackUrl.');
    const instance = await call('POST', '/instances', {
      element: { key: 'zendesk' },
      providerData: { code: 'x' },
      configuration: { 'zendesk.subdomain': 'acme', 'oauth.api.key': 'another' },
    });
    expect(instance.body.message).toBe(
      'Missing required entries for zendesk: configuration oauth.api.secret, configuration oauth.callback.url.',
    );
  });

  test('the default URL is made from the application alone', async () => {
    const none = await call('GET', '/elements/zendesk/oauth/url/default?siteAddress=acme');
    expect(none.status).toBe(404);
    await keep();
    const given = '&apiKey=another&callbackUrl=https://other.test/cb&scope=write';
    const url = await call('GET', `/elements/zendesk/oauth/url/default?subdomain=acme&state=mine${given}`);
    expect(url.body.element).toBe('zendesk');
    expect(parametersOf(url)).toMatchObject({
      client_id: clientId,
      redirect_uri: callbackUrl,
      scope: 'read',
      state: 'mine',
    });
    expect((await anonymous('/elements/zendesk/oauth/url/default?siteAddress=acme')).status).toBe(401);
  });

  test('an instance is made with it, and keeps working when the application is changed or deleted', async () => {
    const act = sandboxApplications.act;
    await keep('pkcevendor', { apiKey: act.clientId, apiSecret: act.clientSecret, callbackUrl });
    const { oauthUrl } = (await call('GET', '/elements/pkcevendor/oauth/url')).body;
    const providerData = await consent(trip.sandbox.url, oauthUrl);
    const created = await call('POST', '/instances', { element: { key: 'pkcevendor' }, providerData });
    expect(created.status, created.body.message).toBe(200);
    expect(created.body.configuration).toMatchObject({
      'oauth.api.key': '********',
      'oauth.api.secret': '********',
      'oauth.callback.url': callbackUrl,
    });

    await keep('pkcevendor', { apiKey: 'changed', apiSecret: 'changed' });
    await call('DELETE', '/elements/pkcevendor/application');
    aheadMs = 3 * 3600_000;
    expect((await callElement(trip, created.body.token, 'GET', '/ping')).status, 'after a refresh').toBe(200);
  });

  test('OAuth 1.0a: request token, URL and instance', async () => {
    const desk = sandboxApplications.desk;
    await keep('desk', { apiKey: desk.clientId, apiSecret: desk.clientSecret, callbackUrl });
    const { token, secret } = (await call('GET', '/elements/desk/oauth/token?siteAddress=acme')).body;
    const { oauthUrl } = (await call('GET', `/elements/desk/oauth/url?requestToken=${token}`)).body;
    const { oauth_token, oauth_verifier } = await consent(trip.sandbox.url, oauthUrl);
    const providerData = { oauth_token, oauth_verifier, secret };
    const created = await call('POST', '/instances', { element: { key: 'desk' }, providerData });
    expect(created.status, created.body.message).toBe(200);
  });
});

describe('who uses an application without knowing its secret', () => {
  /** An element that names no hosts. */
  async function openElement(configuration: Record<string, unknown>[] = []) {
    const [vendor, thief] = [await startRecordingVendor(), await startRecordingVendor()];
    onTestFinished(async () => {
      await vendor.close();
      await thief.close();
    });
    for (const one of [vendor, thief]) one.reply = () => ({ body: { access_token: 'token' } });
    const key = await makeElement(trip.platform, vendor, {
      authentication: { type: 'oauth2' },
      configuration,
      resources: [],
    });
    await keep(key);
    return { key, vendor, thief };
  }
  const make = (key: string, configuration: Record<string, string>) =>
    call('POST', '/instances', { element: { key }, providerData: { code: 'x' }, configuration });

  test('cannot have it sent elsewhere', async () => {
    const { key, vendor, thief } = await openElement();
    const tokens = ['oauth.token.url', 'oauth.token.refresh_url', 'oauth.token.revoke_url'];
    for (const setting of [...tokens, 'oauth.authorization.url', 'oauth.request.url', 'base.url']) {
      const refused = await make(key, { [setting]: `${thief.url}/token` });
      expect(refused.status, setting).toBe(400);
      expect(refused.body.message).toContain(`${setting} would send the organization’s application elsewhere`);
    }
    expect(thief.requests).toEqual([]);

    expect((await make(key, {})).status).toBe(200);
    expect((await make(key, { 'base.url': `${vendor.url}/v2` })).status, 'at the same host').toBe(200);
    expect(vendor.requests).toHaveLength(2);
    const own = { 'oauth.api.key': 'own', 'oauth.api.secret': 'own', 'oauth.token.url': `${thief.url}/token` };
    expect((await make(key, own)).status, 'with an application of one’s own').toBe(200);
  });

  test('nor by way of a setting that addresses are made of', async () => {
    const { key, thief } = await openElement([
      { key: 'oauth.token.url', defaultValue: '{login}/token' },
      { key: 'login', defaultValue: 'https://login.vendor.test' },
      { key: 'base.url', defaultValue: 'https://{region}.vendor.test/{tenant}' },
      { key: 'region', defaultValue: 'eu' },
      { key: 'tenant' },
    ]);
    const refused = await make(key, { login: thief.url });
    expect(refused.body.message).toContain('oauth.token.url would send');
    for (const tenant of ['..//evil.test', '@evil.test']) {
      const answer = await make(key, { tenant, region: 'us' });
      expect(answer.body.message, tenant).not.toContain('elsewhere');
    }
    expect((await make(key, { region: 'evil.test/' })).body.message).toContain('region is part of a host name');
    expect(thief.requests).toEqual([]);
  });

  test('has it sent as the element says: in the header of RFC 6749 section 2.3.1, and then nowhere else', async () => {
    const { key, vendor } = await openElement([{ key: 'oauth.basic.header', defaultValue: 'true' }]);
    expect((await make(key, {})).status).toBe(200);
    const [request] = vendor.requests;
    const [, credentials = ''] = /^Basic (.+)$/.exec(String(request?.headers.authorization)) ?? [];
    const parts = Buffer.from(credentials, 'base64').toString('utf8').split(':');
    expect(parts.map(decodeURIComponent)).toEqual([clientId, clientSecret]);
    expect(request?.text).not.toContain('client_secret');
  });

  test('is told of an element that does not say where it would go', async () => {
    const { key, vendor } = await openElement([{ key: 'oauth.token.url' }]);
    const refused = await make(key, {});
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain(`The definition of ${key} has no oauth.token.url`);
    expect(vendor.requests).toEqual([]);
  });

  test('nor at an address that is only like the element’s', async () => {
    const { key } = await openElement([
      { key: 'base.url', defaultValue: 'https://{region}.vendor.test/{tenant}' },
      { key: 'region', defaultValue: 'eu' },
      { key: 'tenant', defaultValue: 'all' },
    ]);
    const foreign = [
      'https://us-vendor.test',
      'https://us.vendor.test.evil.test',
      'https://evil.test?.vendor.test',
      'https://evil.test.us.vendor.test',
      'https://us.vendor.test:8443',
      'http://us.vendor.test',
    ];
    for (const address of foreign) {
      const refused = await make(key, { 'base.url': address });
      expect(refused.body.message, address).toContain('base.url would send the organization’s application elsewhere');
    }
    expect((await make(key, { 'base.url': 'https://us.vendor.test/one' })).status).toBe(200);
  });

  test('sends masked and empty values of it as if they were left out', async () => {
    const { key, vendor, thief } = await openElement();
    const shown = { 'oauth.api.key': '********', 'oauth.api.secret': '' };
    const refused = await make(key, { ...shown, 'oauth.token.url': `${thief.url}/token` });
    expect(refused.body.message).toContain('oauth.token.url would send');
    expect((await make(key, shown)).status).toBe(200);
    expect(vendor.requests[0]?.text).toContain(encodeURIComponent(clientSecret));
    expect((await make(key, { 'oauth.api.key': '', 'oauth.api.secret': '********' })).status).toBe(200);
    expect(vendor.requests[1]?.text).toContain(encodeURIComponent(clientSecret));
  });

  test('nor by connecting an instance again whose settings were changed', async () => {
    const { key, thief } = await openElement();
    const own = { 'oauth.api.key': 'own', 'oauth.api.secret': 'own', 'oauth.token.url': `${thief.url}/token` };
    const { id } = (await make(key, own)).body;
    thief.requests.length = 0;
    const refused = await call('POST', '/instances/connections', { instanceId: id });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain('oauth.token.url would send');
    expect(thief.requests).toEqual([]);
  });
});
