// PKCE (RFC 7636) for an element whose definition asks for it: the challenge goes with the person, the verifier with the
// code, and each state is good once. The vendor of the sandbox verifies.

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { consent, control } from './support/consent.ts';
import {
  callElement,
  configurationOf,
  consentAt,
  countInstances,
  get,
  oauthUrlOf,
  post,
  seenRequests,
  useTrip,
} from './support/guide.ts';

const trip = useTrip({
  environment: { VALENCE_ELEMENTS: fileURLToPath(new URL('fixtures/elements', import.meta.url)) },
});
beforeEach(async () => {
  await control(trip.sandbox.url, 'DELETE', '/requests');
});

const body = (providerData: Record<string, unknown>) => ({
  element: { key: 'pkcevendor' },
  providerData,
  configuration: configurationOf('pkcevendor'),
});
const exchanges = async () =>
  (await seenRequests(trip, '/act/oauth/v2/token')).map((request) => new URLSearchParams(request.body));

test('the URL has a challenge, the exchange sends the verifier that it was made from, and the instance works', async () => {
  const url = new URL(await oauthUrlOf(trip, 'pkcevendor'));
  expect(url.searchParams.get('code_challenge_method')).toBe('S256');
  const challenge = url.searchParams.get('code_challenge') ?? '';
  expect(challenge).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(url.href).not.toContain('verifier');

  const { code, state } = await consent(trip.sandbox.url, url.href);
  expect(state).toBe(url.searchParams.get('state'));
  const created = await post(trip, body({ code, state }));
  expect(created.status, created.body.message).toBe(200);
  const [exchange] = await exchanges();
  const verifier = exchange?.get('code_verifier') ?? '';
  expect(verifier).toMatch(/^[A-Za-z0-9._~-]{43,128}$/);
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge);
  expect((await callElement(trip, created.body.token, 'GET', '/ping')).status).toBe(200);
  expect(trip.platform.logs.join('\n')).not.toContain(verifier);
});

test('two people at the same time have a state and a challenge each', async () => {
  const [first, second] = [await oauthUrlOf(trip, 'pkcevendor'), await oauthUrlOf(trip, 'pkcevendor')].map(
    (url) => new URL(url).searchParams,
  );
  for (const name of ['state', 'code_challenge']) expect(first?.get(name)).not.toBe(second?.get(name));
});

test('the vendor refuses the verifier of another state, and nothing is stored', async () => {
  const before = await countInstances(trip);
  const mine = await consentAt(trip, 'pkcevendor');
  const other = await consentAt(trip, 'pkcevendor');
  const refused = await post(trip, body({ code: mine['code'], state: other['state'] }));
  expect(refused.status).toBe(400);
  expect(refused.body.providerMessage).toMatch(/^invalid_grant/);
  expect(await countInstances(trip)).toBe(before);
});

test('a state that is missing, unknown, of another element or used before is refused clearly and nothing is sent', async () => {
  const { code, state } = await consentAt(trip, 'pkcevendor');
  const missing = await post(trip, body({ code }));
  expect(missing.status).toBe(400);
  expect(missing.body.message).toMatch(/providerData\.state/);
  for (const wrong of ['unknown', `${state}x`, 'pkcevendor']) {
    const unknown = await post(trip, body({ code, state: wrong }));
    expect(unknown.status).toBe(400);
    expect(unknown.body.message).toMatch(/state is not known, was used before, or is older than an hour/);
  }
  expect(await exchanges()).toEqual([]);

  expect((await post(trip, body({ code, state }))).status, 'the state is still good').toBe(200);
  const again = await consentAt(trip, 'pkcevendor');
  const used = await post(trip, body({ code: again['code'], state }));
  expect(used.status).toBe(400);
  expect(used.body.message).toMatch(/state is not known, was used before/);
  expect(await exchanges()).toHaveLength(1);
});

test('a state is used by one of many calls at the same time', async () => {
  const providerData = await consentAt(trip, 'pkcevendor');
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(trip, body(providerData))));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 400)).toHaveLength(7);
  expect(await exchanges()).toHaveLength(1);
});

test('a state of one’s own is kept, and replaces what was remembered under it', async () => {
  const { clientId, clientSecret } = sandboxApplications.act;
  const query = new URLSearchParams({
    apiKey: clientId,
    apiSecret: clientSecret,
    callbackUrl: 'https://app.example.test/callback',
    state: 'customer 7',
  });
  await get(trip, `/elements/pkcevendor/oauth/url?${query}`);
  const { oauthUrl } = (await get(trip, `/elements/pkcevendor/oauth/url?${query}`)).body;
  const callback = await consent(trip.sandbox.url, oauthUrl);
  expect(callback['state']).toBe('customer 7');
  expect((await post(trip, body(callback))).status).toBe(200);
});

test('the account is connected again with a state of its own', async () => {
  const created = await post(trip, body(await consentAt(trip, 'pkcevendor')));
  const path = `/instances/${created.body.id}`;
  const stateless = await trip.platform.call('PATCH', path, {
    body: { providerData: { code: (await consentAt(trip, 'pkcevendor'))['code'] } },
  });
  expect(stateless.status).toBe(400);
  const again = await trip.platform.call('PATCH', path, {
    body: { providerData: await consentAt(trip, 'pkcevendor') },
  });
  expect(again.status, again.body.message).toBe(200);
  expect(again.body.token).toBe(created.body.token);
});
