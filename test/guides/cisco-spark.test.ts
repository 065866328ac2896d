// The Cisco Spark guide, step by step. Misprints of its samples: the client_id is not the apiKey that was sent, and the
// token stands there twice.

import { expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent } from '../support/consent.ts';
import { expectMissingEntriesNamed, expectPings, get, type InstanceBody, post, useTrip } from '../support/guide.ts';

const trip = useTrip();
const { clientId, clientSecret } = sandboxApplications.webex;

const step1 = () =>
  get(
    trip,
    `https://api.cloud-elements.com/elements/api-v2/elements/ciscospark/oauth/url?apiKey=${clientId}&apiSecret=${clientSecret}&callbackUrl=https%3A%2F%2Fmycoolapp.com%2Fauth`,
  );

const step2 = (providerData: Record<string, unknown>): InstanceBody => ({
  element: { key: 'ciscospark' },
  providerData,
  configuration: {
    'oauth.api.key': clientId,
    'oauth.api.secret': clientSecret,
    'oauth.callback.url': 'https://mycoolapp.com/auth',
  },
  tags: ['mine'],
  name: 'Test',
});

test('step 1 answers with the URL of the guide, its spaces written as plus signs', async () => {
  const answer = await get(
    trip,
    'https://api.cloud-elements.com/elements/api-v2/elements/ciscospark/oauth/url?apiKey=insert_client_id&apiSecret=insert_client_secret&callbackUrl=https%3A%2F%2Fmycoolapp.com%2Fauth',
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    oauthUrl:
      'https://api.ciscospark.com/v1/authorize?scope=spark%3Arooms_read+spark%3Arooms_write+spark%3Apeople_read+spark%3Amessages_read+spark%3Amessages_write+spark%3Amemberships_read+spark%3Amemberships_write+spark%3Ateams_write+spark%3Ateams_read+spark%3Ateam_memberships_read+spark%3Ateam_memberships_write+spark-admin%3Aorganizations_read++spark-admin%3Alicenses_read+spark-admin%3Aroles_read+spark-admin%3Apeople_write+spark-admin%3Apeople_read&response_type=code&redirect_uri=https%3A%2F%2Fmycoolapp.com%2Fauth&state=ciscospark&client_id=insert_client_id',
    element: 'ciscospark',
  });
});

test('a scope of one’s own replaces the element’s', async () => {
  const answer = await get(
    trip,
    '/elements/ciscospark/oauth/url?apiKey=a&apiSecret=b&callbackUrl=https://mycoolapp.com/auth&scope=spark:people_read%20spark:rooms_read',
  );
  expect(answer.body.oauthUrl).toMatch(/\?scope=spark%3Apeople_read\+spark%3Arooms_read&/);
});

test('step 2 answers with the instance of the guide, and its ping works', async () => {
  const { code, state } = await consent(trip.sandbox.url, (await step1()).body.oauthUrl);
  expect(state).toBe('ciscospark');
  const created = await post(trip, step2({ code }));
  expect(created.status, created.body.message).toBe(200);
  expect(created.body).toMatchObject({
    id: expect.any(Number),
    name: 'Test',
    token: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    element: {
      id: 1358, // of the guide's head and the issue; its sample has 8728
      name: 'Cisco Spark',
      hookName: 'CiscoSpark',
      key: 'ciscospark',
      description:
        'Add an Cisco Spark Instance to connect your existing Cisco Spark account to the Collaboration Hub, allowing you to manage channels, users, etc. across multiple Collaboration Elements. You will need your Cisco Spark account information to add an instance.',
      image: 'https://web.ciscospark.com/images/logo_spark_256px.png',
      active: true,
      deleted: false,
      typeOauth: false,
      trialAccount: false,
      resources: [],
      transformationsEnabled: true,
      bulkDownloadEnabled: false,
      bulkUploadEnabled: false,
      cloneable: true,
      authentication: { type: 'oauth2' },
      hub: 'collaboration',
      protocolType: 'http',
      parameters: [],
      private: false,
    },
    provisionInteractions: [],
    valid: true,
    disabled: false,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    configuration: {
      'oauth.api.secret': '********',
      'base.url': 'https://api.ciscospark.com/v1',
      'event.notification.subscription.id': null,
      'oauth.token.url': 'https://api.ciscospark.com/v1/access_token',
      'pagination.max': '100',
      'event.vendor.type': 'webhooks',
      'oauth.scope':
        'spark:rooms_read spark:rooms_write spark:people_read spark:messages_read spark:messages_write spark:memberships_read spark:memberships_write spark:teams_write spark:teams_read spark:team_memberships_read spark:team_memberships_write spark-admin:organizations_read  spark-admin:licenses_read spark-admin:roles_read spark-admin:people_write spark-admin:people_read',
      'oauth.user.token': '********',
      'oauth.authorization.url': 'https://api.ciscospark.com/v1/authorize',
      'event.notification.instance.finder': '',
      'pagination.type': 'cursor',
      'event.notification.callback.url': null,
      'oauth.callback.url': 'https://mycoolapp.com/auth',
      'oauth.user.refresh_token': '********',
      'oauth.user.refresh_interval': '1209599',
      'oauth.api.key': '********',
      'oauth.user.refresh_time': expect.stringMatching(/^\d{13}$/),
      'ciscospark.hooks.id': '',
      'oauth.basic.header': 'true',
      'event.notification.enabled': 'false',
    },
    eventsEnabled: false,
    traceLoggingEnabled: false,
    cachingEnabled: false,
    externalAuthentication: 'none',
    tags: ['mine'],
  });
  await expectPings(trip, created.body.token, 'collaboration', 'ciscospark');
});

test('the element may be given by its id', async () => {
  const { code } = await consent(trip.sandbox.url, (await step1()).body.oauthUrl);
  const created = await post(trip, { ...step2({ code }), element: { id: 1358 } });
  expect(created.body.element.key).toBe('ciscospark');
});

test('a denial comes back as an error instead of a code, and posting it is refused clearly', async () => {
  const denied = await consent(trip.sandbox.url, (await step1()).body.oauthUrl, 'deny');
  expect(denied).toMatchObject({ error: 'access_denied', state: 'ciscospark' });
  const refused = await post(trip, step2({ error: denied['error'] }));
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/denied access/);
  expect(refused.body.providerMessage).toBe('access_denied');
});

test('every entry that is missing in step 2 is named', async () => {
  const required = await expectMissingEntriesNamed(trip, step2({ code: 'a code' }));
  expect(required.toSorted()).toEqual(Object.keys(step2({}).configuration).toSorted());
});
