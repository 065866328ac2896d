// The Act! Essentials guide, step by step. Its second step leaves out providerData and shows the answer of a sibling
// element (key actessentials, id 1160, with user name and password): misprints.

import { expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent } from '../support/consent.ts';
import {
  countInstances,
  expectMissingEntriesNamed,
  expectPings,
  get,
  type InstanceBody,
  missingEntries,
  post,
  useTrip,
} from '../support/guide.ts';

const trip = useTrip();
const { clientId, clientSecret } = sandboxApplications.act;

const step1 = () =>
  get(
    trip,
    `https://api.cloud-elements.com/elements/api-v2/elements/actessentialsoauth/oauth/url?apiKey=${clientId}&apiSecret=${clientSecret}&callbackUrl=https%3A%2F%2Fmycoolapp.com%2Foauth`,
  );

/** The body of step 2 as in the guide, with its placeholders filled in. */
const step2: InstanceBody = {
  element: { key: 'actessentialsoauth' },
  configuration: {
    'oauth.api.key': clientId,
    'oauth.api.secret': clientSecret,
    'oauth.callback.url': 'https://mycoolapp.com/oauth',
  },
  tags: ['mine'],
  name: 'Test',
};

test('step 1 answers with the URL of the guide', async () => {
  const answer = await get(
    trip,
    'https://api.cloud-elements.com/elements/api-v2/elements/actessentialsoauth/oauth/url?apiKey=insert_actessentials_api_key&apiSecret=insert_actessentials_api_secret&callbackUrl=https%3A%2F%2Fmycoolapp.com%2Foauth',
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    oauthUrl:
      'https://mycloud.act.com/act/oauth/v2/authorize?response_type=code&redirect_uri=https%3A%2F%2Fmycoolapp.com%2Foauth&state=actessentialsoauth&client_id=insert_actessentials_api_key',
    element: 'actessentialsoauth',
  });
});

test('step 2 as printed, without providerData, is refused naming the code', async () => {
  const refused = await post(trip, step2);
  expect(refused.status).toBe(400);
  expect(missingEntries(refused)).toEqual(['providerData.code']);
  expect(await countInstances(trip)).toBe(0);
});

test('step 2 with the code answers with the instance, and its ping works', async () => {
  const { code, state } = await consent(trip.sandbox.url, (await step1()).body.oauthUrl);
  expect(state).toBe('actessentialsoauth');
  const created = await post(trip, { ...step2, providerData: { code } });
  expect(created.status, created.body.message).toBe(200);
  expect(created.body).toMatchObject({
    id: expect.any(Number),
    name: 'Test',
    token: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    element: {
      id: 1251,
      name: 'Act! Essentials',
      key: 'actessentialsoauth',
      description:
        'Add an Act! Essentials Instance to connect your existing Act! Essentials account to the CRM Hub, allowing you to manage contacts and activities across multiple Elements. You will need your Act! Essentials account and Act! Essentials API key (available in your Profile > Apps & Integrations section) to add an instance.',
      image: 'https://pbs.twimg.com/profile_images/497478802432217088/-NAAUSvt.png',
      active: true,
      deleted: false,
      typeOauth: false,
      trialAccount: false,
      resources: [],
      transformationsEnabled: true,
      bulkDownloadEnabled: true,
      bulkUploadEnabled: true,
      cloneable: true,
      authentication: { type: 'oauth2' },
      hub: 'crm',
      protocolType: 'http',
      parameters: [],
    },
    provisionInteractions: [],
    valid: true,
    disabled: false,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    configuration: {
      'base.url': 'https://mycloud.act.com/act/api/',
      'bulk.add_metadata': null,
      'bulk.query.field_name': 'createdAt',
      'pagination.max': '150',
      'event.vendor.type': 'polling',
      'bulk.query.operator': '>=',
      'bulk.query.date_mask': "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
      'bulk.query.download_format': 'JSON',
      'pagination.type': 'offset',
      'bulk.relations': null,
      'event.poller.refresh_interval': '15',
      'event.notification.callback.url': null,
      'pagination.page.startindex': '1',
      'event.notification.enabled': 'false',
      'oauth.api.key': '********',
      'oauth.api.secret': '********',
      'oauth.user.token': '********',
      'oauth.user.refresh_token': '********',
      'oauth.callback.url': 'https://mycoolapp.com/oauth',
    },
    eventsEnabled: false,
    traceLoggingEnabled: false,
    cachingEnabled: false,
    externalAuthentication: 'none',
    tags: ['mine'],
    user: { id: expect.any(Number) },
  });
  await expectPings(trip, created.body.token, 'crm', 'actessentialsoauth');
});

test('the element may be given by its id', async () => {
  const { code } = await consent(trip.sandbox.url, (await step1()).body.oauthUrl);
  const created = await post(trip, { ...step2, element: { id: 1251 }, providerData: { code } });
  expect(created.body.element.key).toBe('actessentialsoauth');
});

test('a denial comes back as an error instead of a code, and posting it is refused clearly', async () => {
  const denied = await consent(trip.sandbox.url, (await step1()).body.oauthUrl, 'deny');
  expect(denied).toMatchObject({ error: 'access_denied', state: 'actessentialsoauth' });
  const refused = await post(trip, { ...step2, providerData: { error: denied['error'] } });
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/denied access/);
  expect(refused.body.providerMessage).toBe('access_denied');
});

test('every entry that is missing in step 2 is named', async () => {
  const required = await expectMissingEntriesNamed(trip, { ...step2, providerData: { code: 'a code' } });
  expect(required.toSorted()).toEqual(Object.keys(step2.configuration).toSorted());
});
