// Hosted connections: the platform sends a person to the vendor and takes the vendor's redirect itself.

import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { control } from './support/consent.ts';
import { callElement, countInstances, seenRequests, useTrip } from './support/guide.ts';
import { type Answer, administrator, createTestKeyring } from './support/platform.ts';


const keyring = createTestKeyring();
let aheadMs = 0;
const trip = useTrip({
  keyring,
  clock: () => Date.now() + aheadMs,
  environment: { VALENCE_ELEMENTS: fileURLToPath(new URL('fixtures/elements', import.meta.url)) },
});

const applications = {
  zendesk: sandboxApplications.zendesk,
  desk: sandboxApplications.desk,
  pkcevendor: sandboxApplications.act,
};

beforeAll(async () => {
  for (const [key, { clientId, clientSecret }] of Object.entries(applications)) {
    const kept = await call('PUT', `/elements/${key}/application`, { apiKey: clientId, apiSecret: clientSecret });
    expect(kept.status, kept.body.message).toBe(200);
  }
});
beforeEach(async () => {
  aheadMs = 0;
  await control(trip.sandbox.url, 'DELETE', '/requests');
});

function call(method: string, path: string, body?: unknown, authorization?: string): Promise<Answer> {
  return trip.platform.call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(authorization === undefined ? {} : { authorization }),
  });
}

const begin = (body: Record<string, unknown>, authorization?: string) =>
  call('POST', '/instances/connections', body, authorization);
const outcomeOf = async (id: string) => (await call('GET', `/instances/connections/${id}`)).body;
const zendesk = { element: { key: 'zendesk' }, configuration: { 'zendesk.subdomain': 'acme' } };
const desk = { element: { key: 'desk' }, configuration: { 'site.address': 'acme.desk.com' } };

/** A person decides at the vendor's page; gives the address of ours that the browser is sent to. */
async function decide(oauthUrl: string, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  const { location } = (await control(trip.sandbox.url, 'POST', '/consent', { authorizeUrl: oauthUrl, decision })) as {
    location: string;
  };
  return new URL(location);
}

/** The browser comes back. */
const visit = (address: URL | string, method = 'GET') =>
  fetch(new URL(address, trip.platform.url), { method, redirect: 'manual' });

async function begun(body: Record<string, unknown>): Promise<{ id: string; oauthUrl: string }> {
  const answer = await begin(body);
  expect(answer.status, answer.body.message).toBe(200);
  return answer.body;
}

async function connected(body: Record<string, unknown>): Promise<{ id: string; instanceId: number }> {
  const { id, oauthUrl } = await begun(body);
  const back = await visit(await decide(oauthUrl));
  expect(back.status, await back.text()).toBeLessThan(400);
  const outcome = await outcomeOf(id);
  expect(outcome).toMatchObject({ status: 'connected' });
  return { id, instanceId: outcome.instanceId };
}

describe('an account is connected', () => {
  test('by OAuth 2: the vendor sends the person to us, and the browser goes on with the connection named', async () => {
    const { id, oauthUrl } = await begun({
      ...zendesk,
      name: 'Acme',
      tags: ['a'],
      returnPath: '/connected?from=test#end',
    });
    const asked = new URL(oauthUrl).searchParams;
    expect(asked.get('redirect_uri')).toBe(`${trip.platform.url}/oauth/callback`);
    expect(asked.get('state')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await outcomeOf(id)).toEqual({ id, status: 'pending', elementKey: 'zendesk' });

    const back = await visit(await decide(oauthUrl));
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toBe(`/connected?from=test&connection=${id}#end`);
    expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    expect(back.headers.get('cache-control')).toBe('no-store');

    const outcome = await outcomeOf(id);
    expect(outcome).toEqual({ id, status: 'connected', elementKey: 'zendesk', instanceId: expect.any(Number) });
    const instance = (await call('GET', `/instances/${outcome.instanceId}`)).body;
    expect(instance).toMatchObject({ name: 'Acme', tags: ['a'], user: { emailAddress: administrator.email } });
    expect((await callElement(trip, instance.token, 'GET', '/hubs/helpdesk/ping')).status).toBe(200);
  });

  test('by OAuth 1.0a, whose request token’s secret we remember, also where the vendor passes on no state', async () => {
    for (const withState of [true, false]) {
      const { id, oauthUrl } = await begun({ ...desk, returnPath: '/' });
      const back = await decide(oauthUrl);
      if (!withState) back.searchParams.delete('state');
      expect((await visit(back)).headers.get('location')).toBe(`/?connection=${id}`);
      const { instanceId } = await outcomeOf(id);
      const { token } = (await call('GET', `/instances/${instanceId}`)).body;
      expect((await callElement(trip, token, 'GET', '/hubs/helpdesk/ping')).status).toBe(200);
    }
  });

  test('with PKCE, and where nobody says where to go on the person reads that it is done', async () => {
    const { id, oauthUrl } = await begun({ element: { key: 'pkcevendor' } });
    expect(new URL(oauthUrl).searchParams.get('code_challenge')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const back = await visit(await decide(oauthUrl));
    expect(back.status).toBe(200);
    expect(back.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await back.text()).toContain('You can close this window');
    expect(await outcomeOf(id)).toMatchObject({ status: 'connected' });
  });
});

test('one state that is used by many at the same time makes one instance', async () => {
  const before = await countInstances(trip);
  const { oauthUrl } = await begun(zendesk);
  const back = await decide(oauthUrl);
  const answers = await Promise.all(Array.from({ length: 8 }, () => visit(back)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(400)]);
  expect(await countInstances(trip)).toBe(before + 1);
  expect(await seenRequests(trip, '/oauth/tokens')).toHaveLength(1);
});
