// Instances as pages of the console see them: without the element token, which is revealed only when it is asked for.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { control } from './support/consent.ts';
import { bodyFor, connect, useTrip } from './support/guide.ts';
import { type Answer, administrator, createTestKeyring, credentials } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

const keyring = createTestKeyring();
const trip = useTrip({ keyring });
const masked = '********';
const signatureKey = 'event.notification.signature.key';
let cookie = '';

beforeAll(async () => {
  cookie = await signIn(administrator.email, administrator.password);
  const { clientId: apiKey, clientSecret: apiSecret } = sandboxApplications.zendesk;
  const kept = await asPage('PUT', '/elements/zendesk/application', { apiKey, apiSecret });
  expect(kept.status, kept.body.message).toBe(200);
});
beforeEach(async () => {
  await trip.platform.sql('delete from instances');
});

/** The cookie of a browser in which somebody has signed in. */
async function signIn(email: string, password: string): Promise<string> {
  const answer = await fetch(`${trip.platform.url}/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'valence-page': '1' },
    body: JSON.stringify({ email, password }),
  });
  expect(answer.status).toBe(200);
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
}

function asPage(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return trip.platform.call(method, path, {
    authorization: undefined,
    headers: { cookie, 'valence-page': '1', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const reveal = (id: number, headers: Record<string, string> = { cookie, 'valence-page': '1' }) =>
  fetch(`${trip.platform.url}/console/instances/${id}/token`, { headers });

describe('the element token', () => {
  test('is in no answer to a page, and in those to programs as ever', async () => {
    const { id, token } = await connect(trip, 'zendesk', { tags: ['a'] });
    const instance = { 'valence-instance': String(id) };
    const answers = [
      await asPage('GET', '/instances'),
      await asPage('GET', '/instances?hydrate=false'),
      await asPage('GET', '/instances', undefined, instance),
      await asPage('GET', '/accounts/instances'),
      await asPage('GET', '/elements/zendesk/instances'),
      await asPage('GET', `/instances/${id}`),
      await asPage('GET', `/elements/zendesk/instances/${id}`),
      await asPage('PATCH', `/instances/${id}`, { name: 'Changed' }),
      await asPage('PATCH', '/instances', { name: 'Changed' }, instance),
      await asPage('PUT', `/instances/${id}`, { name: 'Replaced' }),
      await asPage('POST', '/instances', await bodyFor(trip, 'zendesk')),
    ];
    for (const { status, body } of answers) {
      expect(status, body.message).toBe(200);
      expect(JSON.stringify(body)).not.toContain(token);
      for (const one of [body].flat()) expect(one.token).toBe(masked);
    }
    expect((await trip.platform.call('GET', `/instances/${id}`)).body.token).toBe(token);
    expect((await trip.platform.call('GET', '/instances')).body[0].token).toBe(token);
  });

  test('is revealed to a session that may reach the instance, and kept by no browser', async () => {
    const { id, token } = await connect(trip, 'zendesk');
    const answer = await reveal(id);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect([answer.status, await answer.json()]).toEqual([200, { token }]);

    const refused = await Promise.all([
      reveal(id + 1000),
      reveal(id, { cookie }),
      reveal(id, { authorization: credentials() }),
      reveal(id, { authorization: credentials(token) }),
      reveal(id, { cookie, 'valence-page': '1', 'sec-fetch-site': 'cross-site' }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([404, 401, 401, 401, 403]);
  });

  test('is not revealed to another organization', async () => {
    const authorization = await addOrganization(trip.platform, keyring);
    const body = await bodyFor(trip, 'zendesk');
    const { id } = (await trip.platform.call('POST', '/instances', { authorization, body })).body;
    expect(id).toEqual(expect.any(Number));
    expect((await reveal(id)).status).toBe(404);
  });
});

test('a key that the platform makes for events is shown once to programs, and not to pages', async () => {
  const change = { configuration: { 'event.notification.enabled': true, 'event.vendor.type': 'polling' } };
  const { id } = await connect(trip, 'zendesk');
  const withCallback = {
    configuration: { ...change.configuration, 'event.notification.callback.url': 'https://app.example.test/events' },
  };
  const shown = await asPage('PATCH', `/instances/${id}`, withCallback);
  expect(shown.status, shown.body.message).toBe(200);
  expect(shown.body.configuration[signatureKey]).toBe(masked);

  const second = await connect(trip, 'zendesk');
  const made = await trip.platform.call('PATCH', `/instances/${second.id}`, { body: withCallback });
  expect(made.body.configuration[signatureKey]).not.toBe(masked);
});

test('lists show the instances of one state', async () => {
  const working = await connect(trip, 'zendesk', { name: 'working' });
  const refused = await connect(trip, 'zendesk', { name: 'refused' });
  const disabled = await connect(trip, 'zendesk', { name: 'disabled' });
  await trip.platform.call('DELETE', `/instances/${disabled.id}/enabled`);
  await trip.platform.sql('update vendor_tokens set refused_reason = $1 where instance_id = $2', ['gone', refused.id]);
  const idsOf = async (state: string) => {
    const { headers, body } = await asPage('GET', `/instances?state=${state}`);
    expect(headers.get('elements-total-count')).toBe(String(body.length));
    return body.map(({ id }: { id: number }) => id);
  };
  expect(await idsOf('valid')).toEqual([working.id]);
  expect(await idsOf('invalid')).toEqual([refused.id]);
  expect(await idsOf('disabled')).toEqual([disabled.id]);
  expect((await asPage('GET', '/instances?state=odd')).status).toBe(400);
});

describe('a connection that a page begins', () => {
  const zendesk = { element: { key: 'zendesk' }, configuration: { 'zendesk.subdomain': 'acme' }, returnPath: '/back' };

  test('ends only in the same browser, so that nobody can have another person consent for him', async () => {
    for (const isSame of [false, true]) {
      const begun = await asPage('POST', '/instances/connections', zendesk);
      expect(begun.status, begun.body.message).toBe(200);
      expect(Object.keys(begun.body).toSorted()).toEqual(['id', 'oauthUrl']);
      const own = (begun.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
      const { location } = (await control(trip.sandbox.url, 'POST', '/consent', {
        authorizeUrl: begun.body.oauthUrl,
        decision: 'allow',
      })) as { location: string };
      const back = await fetch(location, { redirect: 'manual', headers: isSame ? { cookie: own } : {} });
      expect(back.headers.get('location')).toBe(`/back?connection=${begun.body.id}`);
      const outcome = (await asPage('GET', `/instances/connections/${begun.body.id}`)).body;
      expect(outcome.status).toBe(isSame ? 'connected' : 'failed');
    }
  });

  test('is told the address that vendors send people back to', async () => {
    const answer = await fetch(`${trip.platform.url}/console/callback-url`);
    expect(await answer.json()).toEqual({ callbackUrl: `${trip.platform.url}/oauth/callback` });
  });
});
