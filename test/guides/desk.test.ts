// The Desk.com guide, step by step: OAuth 1.0a.

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
  seenRequests,
  useTrip,
} from '../support/guide.ts';
import type { Answer } from '../support/platform.ts';

const trip = useTrip();
const { clientId, clientSecret } = sandboxApplications.desk;
const api = 'https://api.cloud-elements.com/elements/api-v2';

/** Step 1 with its placeholders filled in. */
const step1 = (element = 'desk') =>
  get(
    trip,
    `${api}/elements/${element}/oauth/token?apiKey=${clientId}&apiSecret=${clientSecret}&callbackUrl=https%3A%2F%2Fwww.mycoolapp.com%2Fauth&siteAddress=targetcompany`,
  );

/** Step 2 with its placeholders filled in. */
const step2 = (requestToken: string, element = 'desk') =>
  get(
    trip,
    `${api}/elements/${element}/oauth/url?apiKey=${clientId}&apiSecret=${clientSecret}&callbackUrl=https%3A%2F%2Fwww.mycoolapp.com%2Fauth&requestToken=${requestToken}&siteAddress=targetcompany`,
  );

/** The body of step 3 with its placeholders filled in; it has no site.address, as in the guide. */
const step3 = (providerData: Record<string, unknown>): InstanceBody => ({
  element: { key: 'desk' },
  providerData,
  configuration: {
    'oauth.api.key': clientId,
    'oauth.api.secret': clientSecret,
    'oauth.callback.url': 'https://www.mycoolapp.com/auth',
  },
  tags: ['mine'],
  name: 'Test',
});

/** Steps 1 and 2, and the person's consent. */
async function providerData(element = 'desk'): Promise<Record<string, unknown>> {
  const { token, secret } = (await step1(element)).body;
  const redirect = await step2(token, element);
  const callback = await consent(trip.sandbox.url, redirect.body.oauthUrl);
  expect(callback).toMatchObject({ oauth_token: token, state: 'desk' });
  return { oauth_token: callback['oauth_token'], oauth_verifier: callback['oauth_verifier'], secret };
}

test('step 1 answers with a request token and its secret, asked for with a signed request at the customer’s host', async () => {
  const answer = await step1();
  expect(answer.status, answer.body.message).toBe(200);
  expect(answer.body).toEqual({ token: expect.stringMatching(/.{10}/), secret: expect.stringMatching(/.{10}/) });
  const [asked] = await seenRequests(trip, '/oauth/oauth_request.php');
  expect(asked).toMatchObject({ method: 'POST', host: 'targetcompany.desk.com', status: 200 });
  expect(asked?.headers['authorization']).toMatch(/^OAuth .*oauth_signature_method="HMAC-SHA1"/);
});

test('step 2 answers with the URL of the guide, the state inside the callback', async () => {
  const answer = await get(
    trip,
    'https://api.cloud-elements.com/elements/api-v2/elements/desk/oauth/url?apiKey=insert_fake_api_key&apiSecret=insert_fake_api_secret&callbackUrl=https%3A%2F%2Fwww.mycoolapp.com%2Fauth&requestToken=insert_requestToken&siteAddress=siteaddress',
  );
  expect(answer.status, answer.body.message).toBe(200);
  expect(answer.body).toEqual({
    oauthUrl:
      'https://siteaddress.desk.com/oauth/oauth_authorize.php?oauth_token=insert_requestToken&oauth_callback=https%3A%2F%2Fwww.mycoolapp.com%2Fauth%3Fstate%3Ddesk',
    element: 'desk',
  });
});

test('a state of one’s own stands in the callback, after its query if it has one', async () => {
  const query = `apiKey=a&apiSecret=b&requestToken=t&siteAddress=acme&state=${encodeURIComponent('x y&z')}`;
  const answer = await get(trip, `/elements/desk/oauth/url?${query}&callbackUrl=https://www.mycoolapp.com/auth?a=1`);
  const callback = new URL(answer.body.oauthUrl).searchParams.get('oauth_callback');
  expect(callback).toBe('https://www.mycoolapp.com/auth?a=1&state=x%20y%26z');
});

test('step 2 names the request token and all else that is missing, and knows the site of its request token', async () => {
  const bare = await get(trip, '/elements/desk/oauth/url');
  expect(bare.status).toBe(400);
  expect(bare.body.message).toBe(
    'Missing parameters for desk: apiKey, apiSecret, callbackUrl, requestToken, siteAddress.',
  );
  const query = `apiKey=${clientId}&apiSecret=${clientSecret}&callbackUrl=https://www.mycoolapp.com/auth`;
  const tokenless = await get(trip, `/elements/desk/oauth/url?${query}&siteAddress=targetcompany&requestToken=`);
  expect(tokenless.status).toBe(400);
  expect(tokenless.body.message).toBe('Missing parameters for desk: requestToken.');
  const { token } = (await step1()).body;
  const siteless = await get(trip, `/elements/desk/oauth/url?${query}&requestToken=${token}`);
  expect(siteless.body).toEqual((await step2(token)).body);
});

test('step 1 names everything that is missing, and passes on why the vendor refuses', async () => {
  const bare = await get(trip, '/elements/desk/oauth/token?siteAddress=');
  expect(bare.status).toBe(400);
  expect(bare.body.message).toBe('Missing parameters for desk: apiKey, apiSecret, callbackUrl, siteAddress.');
  const wrong = await get(
    trip,
    `/elements/desk/oauth/token?apiKey=${clientId}&apiSecret=wrong&callbackUrl=https://www.mycoolapp.com/auth&siteAddress=acme`,
  );
  expect(wrong.status).toBe(401);
  expect(wrong.body.message).toMatch(/check the API key, the API secret/);
  expect(wrong.body.providerMessage).toMatch(/\S/);
});

function expectSample(created: Answer): void {
  expect(created.status, created.body.message).toBe(200);
  expect(created.body).toMatchObject({
    id: expect.any(Number),
    name: 'Test',
    token: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    element: {
      id: 286, // the sample's 123 stands for any number
      name: 'Desk.com',
      key: 'desk',
      description: 'Add a Desk.com Instance to connect your existing Desk.com account to the Help Desk Hub',
      image: 'https://pbs.twimg.com/profile_images/111898528/fb-leaf_400x400.gif',
      active: true,
      deleted: false,
      typeOauth: false,
      trialAccount: false,
      resources: [],
    },
    provisionInteractions: [],
    valid: true,
    disabled: false,
    maxCacheSize: 0,
    cacheTimeToLive: 0,
    configuration: {
      'base.url': 'https://{site.address}/api/2.1',
      'oauth.api.secret': '********',
      'site.address': 'targetcompany.desk.com',
      'oauth.token.url': 'https://targetcompany.desk.com/oauth/oauth_access.php',
      'oauth.user.token.secret': '********',
      'pagination.max': '100',
      'event.vendor.type': 'polling',
      'oauth.request.url': 'https://targetcompany.desk.com/oauth/oauth_request.php',
      'oauth.user.token': '********',
      'oauth.authorization.url': 'https://targetcompany.desk.com/oauth/oauth_authorize.php',
      'pagination.type': 'page',
      'event.notification.callback.url': null,
      'oauth.callback.url': 'https://www.mycoolapp.com/auth',
      'oauth.api.key': '********',
      'event.notification.enabled': 'false',
    },
    eventsEnabled: false,
    cachingEnabled: false,
    traceLoggingEnabled: false,
    tags: ['mine'],
  });
}

test('step 3 answers with the instance of the guide, without site.address in its body, and its ping works', async () => {
  const created = await post(trip, step3(await providerData()));
  expectSample(created);
  await expectPings(trip, created.body.token, 'helpdesk', 'desk');
});

test('step 3 with site.address in its body gives the same', async () => {
  const body = step3(await providerData());
  body.configuration['site.address'] = 'https://TargetCompany.desk.com/';
  expectSample(await post(trip, body));
});

test('the element may be given by its id', async () => {
  const created = await post(trip, { ...step3(await providerData('286')), element: { id: 286 } });
  expectSample(created);
});

test('a request token is good once: a second POST says to start again', async () => {
  const data = await providerData();
  expect((await post(trip, step3(data))).status).toBe(200);
  const before = await countInstances(trip);
  const again = await post(trip, step3(data));
  expect(again.status).toBe(400);
  expect(missingEntries(again)).toEqual(['site.address']);
  expect(again.body.message).toMatch(/request token is not known, was used before.*oauth\/token/);
  const body = step3(data);
  body.configuration['site.address'] = 'targetcompany';
  const named = await post(trip, body);
  expect(named.status).toBeGreaterThanOrEqual(400);
  expect(named.status).toBeLessThan(500);
  expect(named.body.message).toMatch(/refused the OAuth 1.0a request.*request token.*fresh/);
  expect(await countInstances(trip)).toBe(before);
});

test('a request token belongs to the application that asked for it', async () => {
  const body = step3(await providerData());
  body.configuration['oauth.api.key'] = 'another application';
  const refused = await post(trip, body);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/made with another oauth.api.key/);
});

test('a wrong verifier is refused with the vendor’s reason and stores nothing', async () => {
  const before = await countInstances(trip);
  const refused = await post(trip, step3({ ...(await providerData()), oauth_verifier: 'wrong' }));
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.status).toBeLessThan(500);
  expect(refused.body.message).toMatch(/verifier/);
  expect(refused.body.providerMessage).toMatch(/\S/);
  expect(await countInstances(trip)).toBe(before);
});

test('a denial comes back as an error, and posting it is refused clearly', async () => {
  const { token } = (await step1()).body;
  const denied = await consent(trip.sandbox.url, (await step2(token)).body.oauthUrl, 'deny');
  expect(denied).toMatchObject({ error: 'access_denied' });
  expect(denied).not.toHaveProperty('oauth_verifier');
  const refused = await post(trip, {
    ...step3({ error: denied['error'] }),
    configuration: { ...step3({}).configuration, 'site.address': 'targetcompany' },
  });
  expect(refused.status).toBe(400);
  expect(refused.body.message).toMatch(/denied access/);
  expect(refused.body.providerMessage).toMatch(/^access_denied/);
});

test('every entry that is missing in step 3 is named', async () => {
  const whole = step3({ oauth_token: 'token', oauth_verifier: 'verifier', secret: 'secret' });
  const configuration = { ...whole.configuration, 'site.address': 'targetcompany' };
  const required = await expectMissingEntriesNamed(trip, { ...whole, configuration });
  expect(required.toSorted()).toEqual(Object.keys(configuration).toSorted());
});
