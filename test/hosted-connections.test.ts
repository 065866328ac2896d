// Hosted connections: the platform sends a person to the vendor and takes the vendor's redirect itself.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { connectionCookie } from '../src/http/connection-cookie.ts';
import { openDatabase } from '../src/store/database.ts';
import { createHostedConnectionStore } from '../src/store/hosted-connections.ts';
import { control } from './support/consent.ts';
import { callElement, countInstances, seenRequests, useTrip } from './support/guide.ts';
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
  fetch(new URL(address, trip.platform.url), { method, redirect: 'manual', headers: { accept: 'text/html,*/*' } });

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

describe('without a consent page', () => {
  /** An element with a key that its vendor knows or not. */
  async function keyElement() {
    const vendor = await startRecordingVendor();
    onTestFinished(() => vendor.close());
    vendor.reply = ({ headers }) =>
      headers['x-key'] === 'good' ? { body: {} } : { status: 401, body: { error: 'no' } };
    return makeElement(trip.platform, vendor, {
      authentication: { type: 'apiKey' },
      configuration: [{ key: 'key', name: 'Key', type: 'PASSWORD', required: true }],
      parameters: [
        { name: 'key', type: 'configuration', vendorName: 'x-key', vendorType: 'header', source: 'request' },
      ],
      resources: [{ method: 'GET', path: '/check', vendorPath: '/check', type: 'provisionAuthValidation' }],
    });
  }

  test('the instance is there at once, and the connection says so', async () => {
    const key = await keyElement();
    const { status, body } = await begin({ element: { key }, name: 'By key', configuration: { key: 'good' } });
    expect(status, body.message).toBe(200);
    expect(body).toEqual({ id: expect.any(String), instance: expect.objectContaining({ name: 'By key' }) });
    const { id: instanceId, configuration } = body.instance;
    expect(configuration.key).toBe('********');
    expect(await outcomeOf(body.id)).toEqual({ id: body.id, status: 'connected', elementKey: key, instanceId });
  });

  test('a key that the vendor refuses is refused at once, also where an instance is connected again', async () => {
    const key = await keyElement();
    const refused = await begin({ element: { key }, configuration: { key: 'bad' } });
    expect(refused.status).toBe(401);
    const [row] = await trip.platform.sql('select id from hosted_connections where element_key = $1', [key]);
    expect(row).toBeUndefined();

    const { instance } = (await begin({ element: { key }, configuration: { key: 'good' } })).body;
    await expect
      .poll(async () => {
        const sql = 'select http_status from usage_records where element_key = $1 order by at';
        return (await trip.platform.sql(sql, [key])).map((row) => row['http_status']);
      })
      .toEqual([401, 200]);
    const again = (value: string) => begin({ instanceId: instance.id, configuration: { key: value } });
    expect((await again('bad')).status).toBe(401);
    const connected = await again('good');
    expect(connected.body.instance, connected.body.message).toMatchObject({ id: instance.id, token: instance.token });
  });
});

describe('connecting again in place', () => {
  test('the instance keeps its id, its token and its settings', async () => {
    for (const [body, hub] of [
      [zendesk, 'helpdesk'],
      [desk, 'helpdesk'],
    ] as const) {
      const { instanceId } = await connected({ ...body, name: 'First' });
      const before = (await call('GET', `/instances/${instanceId}`)).body;
      await control(trip.sandbox.url, 'POST', '/tokens/revoke', { vendor: body.element.key });
      expect((await callElement(trip, before.token, 'GET', `/hubs/${hub}/ping`)).status).toBe(401);

      expect((await connected({ instanceId })).instanceId).toBe(instanceId);
      const after = (await call('GET', `/instances/${instanceId}`)).body;
      expect(after).toMatchObject({ name: 'First', token: before.token, valid: true });
      expect((await callElement(trip, before.token, 'GET', `/hubs/${hub}/ping`)).status).toBe(200);
    }
  });

  test('an instance that is not there, of another element or of another account is refused', async () => {
    const { instanceId } = await connected(zendesk);
    const account = (await call('POST', '/accounts', { externalId: randomUUID() })).body;
    const user = (await call('POST', `/accounts/${account.id}/users`, { email: `${account.id}@sub.test` })).body;
    const { organizationSecret } = administrator;
    const sub = `User ${user.secret}, Organization ${organizationSecret}`;
    for (const answer of [await begin({ instanceId: 987_654 }), await begin({ instanceId, ...zendesk }, sub)]) {
      expect(answer.status).toBe(404);
      expect(answer.body.message).toMatch(/^No instance found/);
    }
    const theirs = (await begin(zendesk, sub)).body;
    await visit(await decide(theirs.oauthUrl));
    const theirInstance = (await outcomeOf(theirs.id)).instanceId;
    const fromAbove = (await begin({ instanceId: theirInstance })).body;
    await visit(await decide(fromAbove.oauthUrl));
    const seen = await call('GET', `/instances/connections/${fromAbove.id}`, undefined, sub);
    expect(seen.body, 'from the default account').toMatchObject({ status: 'connected', instanceId: theirInstance });

    const other = await begin({ ...desk, instanceId });
    expect(other.status).toBe(400);
    expect(other.body.message).toBe(`The instance ${instanceId} is one of zendesk: name that element.`);
  });
});

describe('a way back that leads nowhere', () => {
  /** Everything that a person's browser must not be told, and must not let others do. */
  async function expectErrorPage(answer: Response) {
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toContain('start the connection again');
  }

  test('without a state, or with one that is not known, a page says to start again', async () => {
    const before = await countInstances(trip);
    for (const query of [
      '',
      '?code=x',
      '?state=',
      '?state=zendesk&code=x',
      '?oauth_token=x&oauth_verifier=y',
      '?denied=x',
    ]) {
      await expectErrorPage(await visit(`/oauth/callback${query}`));
    }
    expect(await countInstances(trip)).toBe(before);
    expect(await seenRequests(trip)).toEqual([]);
    const toProgram = await fetch(`${trip.platform.url}/oauth/callback?state=x`);
    expect(toProgram.status).toBe(400);
    expect(await toProgram.json()).toMatchObject({ message: expect.stringContaining('start the connection again') });
  });

  test('a state is good once, whatever came of it', async () => {
    const first = await begun(zendesk);
    const back = await decide(first.oauthUrl);
    expect((await visit(back)).status).toBe(200);
    await expectErrorPage(await visit(back));

    const second = await begun(desk);
    const denied = await decide(second.oauthUrl, 'deny');
    await visit(denied);
    await expectErrorPage(await visit(denied));
    expect(await outcomeOf(second.id)).toMatchObject({ status: 'denied' });
  });

  test('a state lives for an hour; then the connection has failed', async () => {
    const { id, oauthUrl } = await begun(zendesk);
    const back = await decide(oauthUrl);
    aheadMs = limits.authorizationSeconds * 1000 - 5000;
    expect(await outcomeOf(id)).toMatchObject({ status: 'pending' });
    aheadMs = limits.authorizationSeconds * 1000 + 1;
    await expectErrorPage(await visit(back));
    expect(await outcomeOf(id)).toMatchObject({
      status: 'failed',
      message: 'Nobody came back from the vendor in time: start again.',
    });
    expect(await seenRequests(trip, '/oauth/tokens')).toEqual([]);

    aheadMs += 25 * 3600_000;
    await begun(zendesk);
    expect((await call('GET', `/instances/connections/${id}`)).status).toBe(404);
  });

  test('looking at the address without going there does not use it up', async () => {
    const { id, oauthUrl } = await begun(zendesk);
    const back = await decide(oauthUrl);
    for (const method of ['HEAD', 'OPTIONS', 'POST']) await visit(back, method);
    expect(await outcomeOf(id)).toMatchObject({ status: 'pending' });
    expect((await visit(back)).status).toBe(200);
  });
});

describe('what does not come to a connection', () => {
  test('a person who denies', async () => {
    for (const body of [zendesk, desk]) {
      const before = await countInstances(trip);
      const { id, oauthUrl } = await begun({ ...body, returnPath: '/back' });
      const back = await visit(await decide(oauthUrl, 'deny'));
      expect(back.headers.get('location')).toBe(`/back?connection=${id}`);
      expect(await outcomeOf(id)).toMatchObject({
        status: 'denied',
        message: 'The connection was not allowed at the vendor: start again and allow it there.',
      });
      expect(await countInstances(trip)).toBe(before);
    }
  });

  test('a code that the vendor does not accept, in the words of the vendor, and nothing is stored', async () => {
    const before = await countInstances(trip);
    const { id, oauthUrl } = await begun({ ...zendesk, returnPath: '/back' });
    const back = await decide(oauthUrl);
    back.searchParams.set('code', 'wrong');
    expect((await visit(back)).status).toBe(303);
    expect(await outcomeOf(id)).toEqual({
      id,
      status: 'failed',
      elementKey: 'zendesk',
      message: expect.stringMatching(/does not accept the code/),
      providerMessage: expect.stringMatching(/^invalid_grant/),
    });
    expect(await countInstances(trip)).toBe(before);
    const [row] = await trip.platform.sql('select memory_sealed from hosted_connections where id = $1', [id]);
    expect(row).toEqual({ memory_sealed: null });
  });

  test('an error of the vendor, and an answer without a code', async () => {
    for (const [query, message] of [
      [{ error: 'server_error' }, /The vendor failed: try again later/],
      [{ error: '"><script>alert(1)</script>' }, /did not authorize/],
      [{}, /providerData\.code/],
    ] as const) {
      const { id, oauthUrl } = await begun(zendesk);
      const state = new URL(oauthUrl).searchParams.get('state') ?? '';
      const back = await visit(`/oauth/callback?${new URLSearchParams({ ...query, state })}`);
      expect(back.status).toBe(400);
      expect(await back.text()).not.toContain('<script');
      expect(await outcomeOf(id)).toMatchObject({ status: 'failed', message: expect.stringMatching(message) });
    }
  });

  test('a user who may do nothing any more', async () => {
    const account = (await call('POST', '/accounts', { externalId: randomUUID() })).body;
    const user = (await call('POST', `/accounts/${account.id}/users`, { email: `${account.id}@left.test` })).body;
    const sub = `User ${user.secret}, Organization ${administrator.organizationSecret}`;
    const { oauthUrl, id } = (await begin(zendesk, sub)).body;
    const back = await decide(oauthUrl);
    await trip.platform.sql('update users set active = false where id = $1', [user.id]);
    const page = await visit(back);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('is no longer active');
    const [row] = await trip.platform.sql('select status from hosted_connections where id = $1', [id]);
    expect(row).toEqual({ status: 'failed' });
    expect(await seenRequests(trip, '/oauth/tokens')).toEqual([]);
  });
});

describe('before anybody is sent to a vendor', () => {
  test('everything that is missing or wrong is named', async () => {
    const faults = [
      [{ element: { key: 'zendesk' } }, 'zendesk.subdomain'],
      [{ element: { key: 'sfdc' } }, 'oauth.api.key, configuration oauth.api.secret'],
      [{ element: { key: 'desk' }, configuration: { 'site.address': 'desk.evil.test' } }, 'site.address'],
      [{ ...zendesk, configuration: { ...zendesk.configuration, 'base.url': 'https://evil.test' } }, 'base.url'],
      [{}, 'element must have a key or an id'],
    ] as const;
    for (const [body, text] of faults) {
      const refused = await begin(body);
      expect(refused.status).toBe(400);
      expect(refused.body.message).toContain(text);
    }
    expect((await begin({ element: { key: 'nowhere' } })).status).toBe(404);
    expect((await call('POST', '/instances/connections', zendesk, 'User x')).status).toBe(401);
  });

  test('a browser is sent on to paths of this server only', async () => {
    const tricks = [
      'https://evil.test/',
      'http:evil.test',
      '//evil.test',
      '///evil.test',
      '/\\evil.test',
      '\\\\evil.test',
      '/\t/evil.test',
      '/\n/evil.test',
      '\t//evil.test',
      ' //evil.test',
      '/.//evil.test',
      '/..//evil.test',
      '/x/..//evil.test',
      '/%2e//evil.test',
      '/x//y',
      '/x\\y',
      'javascript:alert(1)',
      'data:text/html,x',
      'evil.test',
      './/evil.test',
      '?next=//evil.test',
      '#//evil.test',
      '/\u00a0/evil.test',
      '/\u2028/evil.test',
      '/\r\nSet-Cookie: a=b',
      `/${'x'.repeat(3000)}`,
    ];
    for (const returnPath of tricks) {
      const refused = await begin({ ...zendesk, returnPath });
      expect(refused.status, JSON.stringify(returnPath)).toBe(400);
      expect(refused.body.message).toMatch(/^returnPath must be a path of this server/);
    }

    for (const returnPath of [
      '/',
      '/@evil.test',
      '/%2f%2fevil.test',
      '/%5cevil.test',
      '/../x',
      '/?next=//evil.test',
      '/#a',
    ]) {
      const { oauthUrl } = await begun({ ...zendesk, returnPath });
      const location = (await visit(await decide(oauthUrl))).headers.get('location') ?? '';
      expect(new URL(location, trip.platform.url).origin, returnPath).toBe(trip.platform.url);
    }
  });
});

describe('who a connection belongs to', () => {
  test('it is made for the organization and account that began it, whoever’s browser comes back', async () => {
    const stranger = await addOrganization(trip.platform, keyring);
    const { clientId, clientSecret } = sandboxApplications.zendesk;
    const configuration = { ...zendesk.configuration, 'oauth.api.key': clientId, 'oauth.api.secret': clientSecret };
    const theirs = (await begin({ ...zendesk, configuration }, stranger)).body;
    const before = await countInstances(trip);
    expect((await visit(await decide(theirs.oauthUrl))).status).toBe(200);
    expect(await countInstances(trip)).toBe(before);
    const seen = await call('GET', `/instances/connections/${theirs.id}`, undefined, stranger);
    expect(seen.body).toMatchObject({ status: 'connected' });
    expect((await call('GET', '/instances/count', undefined, stranger)).body.totalInstances).toBe(1);

    const { id } = await connected(zendesk);
    const account = (await call('POST', '/accounts', { externalId: randomUUID() })).body;
    const user = (await call('POST', `/accounts/${account.id}/users`, { email: `${account.id}@other.test` })).body;
    const sub = `User ${user.secret}, Organization ${administrator.organizationSecret}`;
    for (const authorization of [stranger, sub]) {
      expect((await call('GET', `/instances/connections/${id}`, undefined, authorization)).status).toBe(404);
    }
    for (const unknown of [randomUUID(), 'x', "' or true --"]) {
      expect((await call('GET', `/instances/connections/${encodeURIComponent(unknown)}`)).status).toBe(404);
    }
  });

  test('one that was begun for a browser is made in that browser only', async () => {
    const database = openDatabase(new Secret(trip.platform.databaseUrl), 'test', 1);
    onTestFinished(() => database.destroy());
    const vault = createVault(new Secret(keyring));
    const store = createHostedConnectionStore(database, vault);
    const browserKey = new Secret('key-of-the-browser');
    /** What comes back from a vendor, for a connection that is bound as another part of the program does it. */
    async function boundToBrowser() {
      const { id, oauthUrl } = await begun(zendesk);
      const back = await decide(oauthUrl);
      const taken = await store.take({ state: back.searchParams.get('state') ?? '' }, Date.now());
      if (taken === undefined) throw new Error('The connection was not begun');
      const times = { now: Date.now(), expiresAt: Date.now() + 60_000 };
      const bound = randomUUID();
      const memory = { ...taken.memory, browserKey: browserKey.reveal() };
      const state = new Secret(back.searchParams.get('state') ?? '');
      await store.begin(bound, taken.record, { state, requestToken: undefined }, memory, times);
      return { id: bound, back, other: id };
    }
    const withCookie = (back: URL, cookie: string) =>
      fetch(new URL(back, trip.platform.url), { redirect: 'manual', headers: { cookie } });

    const right = await boundToBrowser();
    const cookie = connectionCookie(right.id, browserKey, { secure: true, seconds: 60 });
    expect(cookie).toMatch(/; Path=\/oauth\/callback; HttpOnly; Secure; SameSite=Lax$/);
    expect((await withCookie(right.back, `a=b; ${cookie.split(';', 1)[0]}`)).status).toBe(200);

    for (const wrong of ['', 'valence-connection-x=key-of-another', 'other=key-of-the-browser']) {
      const { id, back } = await boundToBrowser();
      expect((await withCookie(back, wrong)).status).toBe(400);
      expect(await outcomeOf(id)).toMatchObject({
        status: 'failed',
        message: expect.stringContaining('another browser'),
      });
    }
  });
});

test('neither logs nor tables hold a state, a code, a verifier or a secret, and usage tells of the connection', async () => {
  const { id, oauthUrl } = await begun({ ...desk, returnPath: '/' });
  const pending = JSON.stringify(await trip.platform.sql('select * from hosted_connections where id = $1', [id]));
  const back = await decide(oauthUrl);
  await visit(back);
  const oauth2 = await begun(zendesk);
  const code = await decide(oauth2.oauthUrl);
  await visit(code);
  const secrets = ['state', 'oauth_token', 'oauth_verifier', 'code'].flatMap((name) => [
    ...back.searchParams.getAll(name),
    ...code.searchParams.getAll(name),
  ]);
  expect(secrets).toHaveLength(5);
  const stored = JSON.stringify(await trip.platform.sql('select * from hosted_connections'));
  const logs = trip.platform.logs.join('\n');
  expect(logs).toContain('/oauth/callback');
  for (const secret of [...secrets, sandboxApplications.desk.clientSecret]) {
    for (const text of [logs, stored, pending]) expect(text).not.toContain(secret);
  }

  const { instanceId } = await outcomeOf(oauth2.id);
  await expect
    .poll(async () => {
      const rows = await trip.platform.sql('select * from usage_records where instance_id = $1', [instanceId]);
      return rows.map((row) => row['kind']);
    })
    .toEqual(['provisioning']);
});
