// The Zendesk guide, step by step.

import { expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent } from '../support/consent.ts';
import {
  countInstances,
  expectMissingEntriesNamed,
  expectPings,
  get,
  type InstanceBody,
  post,
  seenRequests,
  useTrip,
} from '../support/guide.ts';

const trip = useTrip();
const { clientId, clientSecret } = sandboxApplications.zendesk;
const callbackUrl = 'http://www.my_cool_app.com/auth';

/** The URL of step 1 with its placeholders filled in. */
const step1 = (element: string) =>
  `https://api.cloud-elements.com/elements/api-v2/elements/${element}/oauth/url?apiKey=${clientId}` +
  `&apiSecret=${clientSecret}&siteAddress=zendesksubdomain&callbackUrl=${callbackUrl}&state=zendesk`;

/** The body of step 2 with its placeholders filled in. */
const step2 = (providerData: Record<string, unknown>): InstanceBody => ({
  element: { key: 'zendesk' },
  providerData,
  configuration: {
    'oauth.api.key': clientId,
    'oauth.api.secret': clientSecret,
    'oauth.callback.url': callbackUrl,
    'zendesk.subdomain': 'zendesksubdomain',
  },
  tags: ['mine'],
  name: 'Test',
});

async function newCode(): Promise<string> {
  const redirect = await get(trip, step1('zendesk'));
  const { code, state } = await consent(trip.sandbox.url, redirect.body.oauthUrl);
  expect(state).toBe('zendesk');
  return code ?? '';
}

test('step 1 answers with the URL of the guide, percent-encoded', async () => {
  const answer = await get(
    trip,
    'https://api.cloud-elements.com/elements/api-v2/elements/zendesk/oauth/url?apiKey=zendesk_unique_identifier&apiSecret=zendesk_client_secret&siteAddress=yoursubdoamin&callbackUrl=http://www.my_cool_app.com/auth&state=zendesk',
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    oauthUrl:
      'https://yoursubdoamin.zendesk.com/oauth/authorizations/new?response_type=code&client_id=zendesk_unique_identifier&redirect_uri=http%3A%2F%2Fwww.my_cool_app.com%2Fauth&scope=read%20write&state=zendesk',
    element: 'zendesk',
  });
});

test('the state is the element’s key when none is given, and any text comes back as it was', async () => {
  const query = 'apiKey=a&apiSecret=b&siteAddress=acme&callbackUrl=http://www.my_cool_app.com/auth';
  const bare = await get(trip, `/elements/zendesk/oauth/url?${query}`);
  expect(new URL(bare.body.oauthUrl).searchParams.get('state')).toBe('zendesk');
  const empty = await get(trip, `/elements/zendesk/oauth/url?${query}&state=&scope=`);
  expect(empty.body).toEqual(bare.body);
  const own = await get(trip, `/elements/zendesk/oauth/url?${query}&state=${encodeURIComponent('a&b=c d/é')}`);
  expect(new URL(own.body.oauthUrl).searchParams.get('state')).toBe('a&b=c d/é');
  expect(own.body.element).toBe('zendesk');
});

test('the same URL comes from a POST with the parameters in the body', async () => {
  const body = {
    apiKey: 'zendesk_unique_identifier',
    apiSecret: 'zendesk_client_secret',
    siteAddress: 'acme',
    callbackUrl,
    state: 'zendesk',
    scope: '',
  };
  const posted = await trip.platform.call('POST', '/elements/zendesk/oauth/url', { body, authorization: undefined });
  const asked = await get(trip, `/elements/zendesk/oauth/url?${new URLSearchParams(body)}`);
  expect(posted.status).toBe(200);
  expect(posted.body).toEqual(asked.body);
});

test('every parameter that is missing in step 1 is named at once', async () => {
  const answer = await get(trip, '/elements/zendesk/oauth/url?apiKey=&state=zendesk');
  expect(answer.status).toBe(400);
  expect(answer.body.message).toBe('Missing parameters for zendesk: apiKey, apiSecret, callbackUrl, siteAddress.');
});

test('step 2 answers with the instance of the guide, and its ping works', async () => {
  const created = await post(trip, step2({ code: await newCode() }));
  expect(created.status, created.body.message).toBe(200);
  expect(created.body).toMatchObject({
    id: expect.any(Number),
    name: 'Test',
    token: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    element: {
      id: 41,
      name: 'Zendesk',
      key: 'zendesk',
      description:
        'Add a Zendesk Instance to connect your existing Zendesk account to the Help Desk Hub, allowing you to manage your  incidents, priorities, statuses, users, etc. across multiple Help Desk Elements. You will need your Zendesk account information to add an instance.',
      image: 'elements/provider_zendesk.png',
      active: true,
      deleted: false,
      typeOauth: true,
      trialAccount: false,
      configDescription: 'If you do not have an Zendesk account, you can create one at Zendesk Register',
      signupURL: 'https://www.zendesk.com/register#company',
      transformationsEnabled: true,
      authentication: { type: 'oauth2' },
      hub: 'helpdesk',
      parameters: [],
    },
    provisionInteractions: [],
    valid: true,
    disabled: false,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    configuration: {
      'oauth.api.secret': '********',
      'event.notification.subscription.id': null,
      'zendesk.subdomain': 'zendesksubdomain',
      'helpdesk.zendesk.tokenaccess': null,
      'oauth.token.url': 'https://zendesksubdomain.zendesk.com/oauth/tokens',
      'helpdesk.zendesk.webhook.target_id': null,
      'helpdesk.zendesk.username': null,
      'oauth.scope': 'read write',
      'oauth.user.token': '********',
      'oauth.authorization.url': 'https://zendesksubdomain.zendesk.com/oauth/authorizations/new',
      'event.notification.callback.url': null,
      'oauth.callback.url': callbackUrl,
      'oauth.user.refresh_token': null,
      'helpdesk.zendesk.password': null,
      'oauth.user.refresh_interval': null,
      'helpdesk.zendesk.url': 'https://zendesksubdomain.zendesk.com',
      'helpdesk.zendesk.webhook.trigger_id': null,
      'oauth.api.key': '********',
      'oauth.user.refresh_time': null,
      'event.notification.enabled': 'false',
    },
    eventsEnabled: false,
    cachingEnabled: false,
    traceLoggingEnabled: false,
    externalAuthentication: 'none',
    tags: ['mine'],
    createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    user: { id: expect.any(Number), emailAddress: 'admin@example.test' },
  });
  expect(created.body).not.toHaveProperty('providerData');
  await expectPings(trip, created.body.token, 'helpdesk', 'zendesk');
  const [exchange] = await seenRequests(trip, '/oauth/tokens');
  expect(exchange?.host).toBe('zendesksubdomain.zendesk.com');
});

test('the element may be given by its id, in the path and in the body', async () => {
  const byKey = await get(trip, step1('zendesk'));
  const byId = await get(trip, step1('41'));
  expect(byId.body).toEqual(byKey.body);
  const created = await post(trip, { ...step2({ code: await newCode() }), element: { id: 41 } });
  expect(created.body.element.key).toBe('zendesk');
  const twin = await trip.platform.call('POST', '/elements/41/instances', { body: step2({ code: await newCode() }) });
  expect(twin.body.element.key).toBe('zendesk');
});

test('a callback URL other than that of step 1, as the guide’s body shows, is refused by the vendor and said so', async () => {
  const body = step2({ code: await newCode() });
  body.configuration['oauth.callback.url'] = 'https://www.my_cool_app.com';
  const before = await countInstances(trip);
  const refused = await post(trip, body);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/code.*callback URL/);
  expect(refused.body.providerMessage).toMatch(/^invalid_grant: /);
  expect(await countInstances(trip)).toBe(before);
});

test('a code is good once', async () => {
  const code = await newCode();
  expect((await post(trip, step2({ code }))).status).toBe(200);
  const again = await post(trip, step2({ code }));
  expect(again.status).toBe(400);
  expect(again.body.message).toMatch(/used before/);
});

test('a denial comes back as an error instead of a code, and posting it is refused clearly', async () => {
  const redirect = await get(trip, step1('zendesk'));
  const denied = await consent(trip.sandbox.url, redirect.body.oauthUrl, 'deny');
  expect(denied).toMatchObject({ error: 'access_denied', state: 'zendesk' });
  expect(denied).not.toHaveProperty('code');
  const before = await countInstances(trip);
  const refused = await post(trip, step2(denied));
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/denied access/);
  expect(refused.body.providerMessage).toMatch(/^access_denied/);
  expect(await countInstances(trip)).toBe(before);
});

test('every entry that is missing in step 2 is named', async () => {
  const required = await expectMissingEntriesNamed(trip, step2({ code: 'a code' }));
  expect(required.toSorted()).toEqual(Object.keys(step2({}).configuration).toSorted());
});
