// Connect without a browser: links that a program makes, what one browser may do with each, and everything that others try.

import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { addAccount, type OtherAccount } from './support/building.ts';
import { control } from './support/consent.ts';
import { callElement, countInstances, useTrip } from './support/guide.ts';
import { type Answer, administrator, createTestKeyring, credentials } from './support/platform.ts';
import { addOrganization } from './support/second-organization.ts';

const keyring = createTestKeyring();
let aheadMs = 0;
const trip = useTrip({ keyring, clock: () => Date.now() + aheadMs });
const { clientId, clientSecret } = sandboxApplications.zendesk;
let customer: OtherAccount;
let stranger: string;

beforeAll(async () => {
  const kept = await call('PUT', '/elements/zendesk/application', { apiKey: clientId, apiSecret: clientSecret });
  expect(kept.status, kept.body.message).toBe(200);
  await call('POST', '/elements', {
    key: 'counting',
    name: 'Counting',
    hub: 'general',
    authentication: { type: 'custom' },
    configuration: [
      {
        key: 'base.url',
        name: 'Base URL',
        type: 'TEXTFIELD_1000',
        defaultValue: 'https://counting.example',
        internal: true,
      },
      { key: 'note', name: 'Note', type: 'TEXTAREA', required: false },
      { key: 'counting.key', name: 'Key', type: 'PASSWORD', required: true, description: 'Found in your profile.' },
      { key: 'event.notification.callback.url', name: 'Callback', type: 'TEXTFIELD_1000' },
      { key: 'counting.hidden', name: 'Hidden', type: 'TEXTFIELD_100', hideFromConsole: true },
    ],
  });
  await call('PATCH', '/organizations/branding', {
    connectName: 'Acme Software',
    connectOrigins: ['https://app.example.com'],
    connectCallbacks: ['https://app.example.com', 'https://other.example/done?a=1'],
    themePrimaryColor: '#123456',
  });
  customer = await addAccount(trip.platform, 'customer');
  stranger = await addOrganization(trip.platform, keyring);
});
beforeEach(() => {
  aheadMs = 0;
});

function call(method: string, path: string, body?: unknown, authorization = credentials()): Promise<Answer> {
  return trip.platform.call(method, path, { authorization, ...(body === undefined ? {} : { body }) });
}

interface Link {
  id: string;
  token: string;
  url: string;
}

async function link(body: Record<string, unknown> = {}, authorization?: string): Promise<Link> {
  const made = await call('POST', '/connect/sessions', { elements: ['zendesk'], ...body }, authorization);
  expect(made.status, made.body.message).toBe(200);
  return { ...made.body, token: new URL(made.body.url).hash.slice(1) };
}

const statusOf = async (id: string) => (await call('GET', `/connect/sessions/${id}`)).body;

/** A request of the page. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${trip.platform.url}/connect/${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A browser that has taken up a link. */
async function browse(made: Link) {
  const opened = await ask('POST', `${made.id}/link`, { token: made.token });
  expect(opened.status, opened.body.message).toBe(200);
  const headers = { 'valence-connect-key': opened.body.key as string };
  return {
    view: opened.body,
    get: (path: string) => ask('GET', `${made.id}/${path}`, undefined, headers),
    post: (path: string, body: unknown) => ask('POST', `${made.id}/${path}`, body, headers),
  };
}

const zendesk = { element: 'zendesk', configuration: { 'zendesk.subdomain': 'acme' } };

/** Goes to the vendor and decides there; gives our address that the vendor sends the person to, and the browser's cookie. */
async function consent(made: Link, ticket: string, decision: 'allow' | 'deny' = 'allow') {
  const led = await ask('POST', `${made.id}/consent`, { ticket });
  expect(led.status, led.body.message).toBe(200);
  const decided = await control(trip.sandbox.url, 'POST', '/consent', { authorizeUrl: led.body.url, decision });
  const cookie = led.headers.get('set-cookie') ?? '';
  return { url: led.body.url as string, location: (decided as { location: string }).location, cookie };
}

const comeBack = (location: string, cookie?: string) =>
  fetch(location, {
    redirect: 'manual',
    headers: cookie === undefined ? {} : { cookie: cookie.split(';', 1)[0] ?? '' },
  });

describe('a link', () => {
  test('has its token behind the #, so that no server and no log sees it', async () => {
    const made = await link();
    expect(made.url).toBe(`${trip.platform.url}/connect/${made.id}#${made.token}`);
    expect(made.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await statusOf(made.id)).toMatchObject({ status: 'open', elements: ['zendesk'] });
    expect(JSON.stringify(await statusOf(made.id))).not.toContain(made.token);
    await browse(made);
    expect(await statusOf(made.id)).toMatchObject({ status: 'opened' });
    expect(trip.platform.logs.join('\n')).not.toContain(made.token);
  });

  test('names every fault of what it is made with at once', async () => {
    const { status, body } = await call('POST', '/connect/sessions', {
      elements: ['zendesk', 'sfdc', 'nothing'],
      callbackUrl: 'https://evil.example/',
      origins: ['https://*.example.com'],
    });
    expect(status).toBe(400);
    for (const said of [
      'sfdc has no application',
      'no element nothing',
      'callbackUrl is not one',
      'https://*.example.com',
    ]) {
      expect(body.message).toContain(said);
    }
    expect((await call('POST', '/connect/sessions', { expiresIn: 24 * 3600 + 1 })).status).toBe(400);
    expect((await call('POST', '/connect/sessions', { instanceId: 999_999 })).status).toBe(400);
  });

  test.each([
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://other.example/done',
    '//app.example.com/',
    'javascript:alert(1)',
    '/settings',
  ])('sends nobody to %s', async (callbackUrl) => {
    const answer = await call('POST', '/connect/sessions', { elements: ['zendesk'], callbackUrl });
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('connectCallbacks') } });
  });

  test('offers what can be connected when it names nothing', async () => {
    const { view } = await browse(await link({ elements: undefined }));
    expect(view.elements).toEqual([
      { key: 'counting', name: 'Counting' },
      { key: 'zendesk', name: 'Zendesk' },
    ]);
  });

  test('belongs to one account, which others neither make one for nor see', async () => {
    const made = await link({}, customer.authorization);
    expect(await statusOf(made.id)).toMatchObject({ accountId: customer.id });
    const ofCustomer = await link({ accountId: customer.id });
    expect(await statusOf(ofCustomer.id)).toMatchObject({ accountId: customer.id });
    const { accountId } = await statusOf((await link()).id);
    const refused = await call(
      'POST',
      '/connect/sessions',
      { elements: ['zendesk'], accountId },
      customer.authorization,
    );
    expect(refused.status).toBe(404);
    const own = await link();
    for (const authorization of [customer.authorization, stranger]) {
      expect((await call('GET', `/connect/sessions/${own.id}`, undefined, authorization)).status).toBe(404);
      expect((await call('DELETE', `/connect/sessions/${own.id}`, undefined, authorization)).status).toBe(404);
    }
    expect((await call('GET', '/connect/sessions/none')).status).toBe(404);
  });

  test('is taken up once, whoever comes at the same time', async () => {
    const made = await link();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ask('POST', `${made.id}/link`, { token: made.token })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.message).toContain('used already');
  });

  test('opens with its own token only, in its time, and not when it was ended', async () => {
    const [made, other] = [await link(), await link()];
    const wrong = [other.token, made.token.slice(1), `${made.token}x`];
    for (const token of wrong) expect((await ask('POST', `${made.id}/link`, { token })).status).toBe(404);
    expect((await ask('POST', 'none/link', { token: made.token })).status).toBe(404);
    expect((await call('DELETE', `/connect/sessions/${other.id}`)).status).toBe(200);
    const ended = await ask('POST', `${other.id}/link`, { token: other.token });
    expect(ended).toMatchObject({ status: 409, body: { message: expect.stringContaining('This link was ended') } });
    expect(await statusOf(other.id)).toMatchObject({ status: 'cancelled' });
    aheadMs = 31 * 60_000;
    expect((await ask('POST', `${made.id}/link`, { token: made.token })).status).toBe(404);
    expect(await statusOf(made.id)).toMatchObject({ status: 'expired' });
  });

  test('does nothing any more when its maker may do nothing any more', async () => {
    const former = await addAccount(trip.platform, 'former');
    const made = await link({}, former.authorization);
    const browser = await browse(made);
    await call('PATCH', `/accounts/${former.id}`, { active: false });
    expect((await browser.post('connections', zendesk)).status).toBe(404);
  });
});

describe('the browser of a link', () => {
  test('sees the organization’s looks and nothing secret', async () => {
    const made = await link({ endUser: { id: 'u-17', name: 'Ann' }, tags: ['internal'], name: 'internal name' });
    const { view } = await browse(made);
    expect(view).toMatchObject({
      organization: 'Acme Software',
      endUser: 'Ann',
      colors: { themePrimaryColor: '#123456' },
      elements: [{ key: 'zendesk', name: 'Zendesk' }],
    });
    const shown = JSON.stringify(view);
    const secrets = [clientSecret, clientId, administrator.userSecret, administrator.organizationSecret];
    for (const text of [...secrets, made.token, 'u-17', 'internal']) expect(shown).not.toContain(text);
  });

  test('is asked for what only a customer knows, required first, secrets as such', async () => {
    const { get } = await browse(await link({ elements: ['zendesk', 'counting'] }));
    const { body } = await get('elements/zendesk');
    expect(body).toMatchObject({ name: 'Zendesk', consent: true });
    expect(body.fields.map(({ key }: { key: string }) => key)).toEqual(['zendesk.subdomain']);
    expect((await get('elements/counting')).body).toEqual({
      key: 'counting',
      name: 'Counting',
      consent: false,
      fields: [
        { key: 'counting.key', label: 'Key', help: 'Found in your profile.', kind: 'password', required: true },
        { key: 'note', label: 'Note', kind: 'long', required: false },
      ],
    });
    expect((await get('elements/sfdc')).status).toBe(404);
  });

  test('answers nothing else: no address of the vendor, no setting of the platform', async () => {
    const { post } = await browse(await link());
    const { status, body } = await post('connections', {
      element: 'zendesk',
      configuration: {
        'oauth.token.url': 'https://evil.example',
        'base.url': 'https://evil.example',
        'oauth.api.secret': 'x',
        'event.notification.callback.url': 'https://evil.example',
      },
    });
    expect(status).toBe(400);
    expect(body.message).toContain(
      'Not asked for here: oauth.token.url, base.url, oauth.api.secret, event.notification',
    );
    expect(body.message).toContain('Please fill in: Zendesk subdomain.');
    const host = await post('connections', {
      element: 'zendesk',
      configuration: { 'zendesk.subdomain': 'evil.example' },
    });
    expect(host.status).toBe(400);
  });

  test('is known by its key alone: a key of its own choice, or of another link, opens nothing', async () => {
    const made = await link();
    const chosen = randomBytes(32).toString('base64url');
    const fixed = await ask(
      'POST',
      `${made.id}/link`,
      { token: made.token },
      { 'valence-connect-key': chosen, cookie: `valence-connect-key=${chosen}` },
    );
    expect(fixed.body.key).not.toBe(chosen);
    const other = await browse(await link());
    for (const key of [chosen, made.token, other.view.key, '']) {
      const headers = { 'valence-connect-key': key };
      const { status } = await ask('GET', `${made.id}/session`, undefined, headers);
      expect([401, 404]).toContain(status);
      expect([401, 404]).toContain((await ask('POST', `${made.id}/connections`, zendesk, headers)).status);
      expect([401, 404]).toContain((await ask('POST', `${made.id}/cancel`, {}, headers)).status);
    }
  });

  test('connects at once where the vendor has no page', async () => {
    const made = await link({ elements: ['counting'], name: 'Acme', tags: ['first'] });
    const { post, get } = await browse(made);
    const answers = { element: 'counting', configuration: { 'counting.key': 'k', note: '' } };
    const done = await post('connections', answers);
    expect(done.body).toEqual({ status: 'connected', elementKey: 'counting', instanceId: expect.any(Number) });
    const { instanceId } = await statusOf(made.id);
    expect(instanceId).toBe(done.body.instanceId);
    expect((await call('GET', `/instances/${instanceId}`)).body).toMatchObject({ name: 'Acme', tags: ['first'] });
    expect((await post('connections', answers)).status).toBe(409);
    expect((await get('outcome')).body.status).toBe('connected');
  });

  test('makes one attempt at a time, and another one when a process has died in the first', async () => {
    const made = await link({ elements: ['counting'] });
    const { post } = await browse(made);
    const answers = { element: 'counting', configuration: { 'counting.key': 'k' } };
    const busyUntil = (when: string) =>
      trip.platform.sql(`update connect_sessions set busy_until = now() + interval '${when}' where id = $1`, [made.id]);
    await busyUntil('1 minute');
    expect((await post('connections', answers)).status).toBe(409);
    await busyUntil('-1 minute');
    const before = await countInstances(trip);
    const all = await Promise.all(Array.from({ length: 4 }, () => post('connections', answers)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await countInstances(trip)).toBe(before + 1);
  });
});

describe('the way to the vendor and back', () => {
  test('connects, for the account of the link', async () => {
    const made = await link({ accountId: customer.id, callbackUrl: 'https://app.example.com/done?tab=2' });
    const { post, get } = await browse(made);
    const { ticket } = (await post('connections', zendesk)).body;
    const { location, cookie, url } = await consent(made, ticket);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${trip.platform.url}/oauth/callback`);
    expect(await statusOf(made.id)).toMatchObject({ status: 'opened' });

    const back = await comeBack(location, cookie);
    expect(back.status).toBe(303);
    expect(back.headers.get('location')).toMatch(new RegExp(`^/connect/${made.id}\\?connection=`));
    const outcome = (await get('outcome')).body;
    expect(outcome).toMatchObject({ status: 'connected', elementKey: 'zendesk' });
    expect(outcome.next).toBe(`https://app.example.com/done?tab=2&status=connected&session=${made.id}`);

    const { instanceId, status } = await statusOf(made.id);
    expect({ instanceId, status }).toEqual({ instanceId: outcome.instanceId, status: 'connected' });
    const instance = (await call('GET', `/instances/${instanceId}`, undefined, customer.authorization)).body;
    expect((await callElement(trip, instance.token, 'GET', '/ping')).status).toBe(200);
    expect(JSON.stringify(outcome)).not.toContain(instance.token);
  });

  test('that another browser walks connects nothing, though it knows the vendor’s address', async () => {
    const before = await countInstances(trip);
    const made = await link();
    const { post, get } = await browse(made);
    const { location } = await consent(made, (await post('connections', zendesk)).body.ticket);
    const stolen = await comeBack(location, `valence-connection-x=${randomBytes(32).toString('base64url')}`);
    expect(stolen.status).toBe(303);
    expect((await get('outcome')).body).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('another browser'),
    });
    expect(await countInstances(trip)).toBe(before);
  });

  test('is begun once with a ticket', async () => {
    const [made, other] = [await link(), await link()];
    const { ticket } = (await (await browse(made)).post('connections', zendesk)).body;
    expect((await ask('POST', `${other.id}/consent`, { ticket })).status).toBe(409);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask('POST', `${made.id}/consent`, { ticket })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  });

  test('is denied, and walked again', async () => {
    const made = await link();
    const { post, get } = await browse(made);
    const denied = await consent(made, (await post('connections', zendesk)).body.ticket, 'deny');
    await comeBack(denied.location, denied.cookie);
    expect((await get('outcome')).body).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('not allowed'),
    });
    expect(await statusOf(made.id)).toMatchObject({ status: 'failed' });
    const allowed = await consent(made, (await post('connections', zendesk)).body.ticket);
    expect(await statusOf(made.id)).toMatchObject({ status: 'opened' });
    await comeBack(allowed.location, allowed.cookie);
    expect(await statusOf(made.id)).toMatchObject({ status: 'connected' });
  });

  test('ends with the link: who cancels, or begins anew, connects nothing with what was begun before', async () => {
    const before = await countInstances(trip);
    const made = await link();
    const { post, get } = await browse(made);
    const first = await consent(made, (await post('connections', zendesk)).body.ticket);
    const second = await consent(made, (await post('connections', zendesk)).body.ticket);
    expect((await comeBack(first.location, first.cookie)).status).toBe(400);
    expect((await post('cancel', {})).body.status).toBe('cancelled');
    expect((await comeBack(second.location, second.cookie)).status).toBe(400);
    expect((await get('outcome')).body.status).toBe('cancelled');
    expect((await post('connections', zendesk)).status).toBe(409);
    expect(await countInstances(trip)).toBe(before);
  });

  test('that was walked is not cancelled afterwards', async () => {
    const made = await link();
    const { post } = await browse(made);
    const { location, cookie } = await consent(made, (await post('connections', zendesk)).body.ticket);
    await comeBack(location, cookie);
    expect((await call('DELETE', `/connect/sessions/${made.id}`)).status).toBe(200);
    expect((await post('cancel', {})).body.status).toBe('connected');
    expect(await statusOf(made.id)).toMatchObject({ status: 'connected' });
  });

  test('connects an account again in place', async () => {
    const first = await link({ accountId: customer.id });
    const browser = await browse(first);
    const begun = await consent(first, (await browser.post('connections', zendesk)).body.ticket);
    await comeBack(begun.location, begun.cookie);
    const { instanceId } = await statusOf(first.id);

    const again = await link({ elements: undefined, instanceId });
    const { view, get, post } = await browse(again);
    expect(view).toMatchObject({ reconnects: true, elements: [{ key: 'zendesk' }] });
    expect((await get('elements/zendesk')).body.fields).toMatchObject([{ key: 'zendesk.subdomain', value: 'acme' }]);
    const before = await countInstances(trip);
    const anew = await consent(again, (await post('connections', { element: 'zendesk' })).body.ticket);
    await comeBack(anew.location, anew.cookie);
    expect(await statusOf(again.id)).toMatchObject({ status: 'connected', instanceId, accountId: customer.id });
    expect(await countInstances(trip)).toBe(before);
  });
});

describe('the page', () => {
  const page = (id: string) => fetch(`${trip.platform.url}/connect/${id}`, { headers: { accept: 'text/html' } });
  const ancestors = (response: Response) =>
    /frame-ancestors ([^;]*)/.exec(response.headers.get('content-security-policy') ?? '')?.[1];

  test('is framed by the origins of its link only, runs nothing of others, and tells nobody its address', async () => {
    const byBranding = await page((await link()).id);
    expect(ancestors(byBranding)).toBe('https://app.example.com');
    const bySession = await page((await link({ origins: ['https://One.example', 'http://localhost:3000'] })).id);
    expect(ancestors(bySession)).toBe('https://one.example http://localhost:3000');
    expect(ancestors(await page((await link({ origins: [] })).id))).toBe("'none'");
    expect(ancestors(await page('00000000-0000-4000-8000-000000000000'))).toBe("'none'");
    expect(ancestors(await page('copied-in-part'))).toBe("'none'");
    const policy = byBranding.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(byBranding.headers.get('referrer-policy')).toBe('no-referrer');
    expect(byBranding.headers.get('x-frame-options')).toBeNull();
    expect(byBranding.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
  });

  test('may be opened by the link’s origins only, and tells other pages nothing of how it stands', async () => {
    const made = await link();
    const origin = 'https://evil.example';
    expect((await ask('POST', `${made.id}/link`, { token: made.token, origin })).status).toBe(403);
    expect((await ask('POST', `${made.id}/link`, { token: made.token, origin: 'null' })).status).toBe(400);
    const status = (from: string) => ask('POST', `${made.id}/status`, { token: made.token }, { origin: from });
    expect(await status(origin)).toMatchObject({ status: 403, body: { message: expect.stringContaining(origin) } });
    expect((await status('https://app.example.com')).body).toEqual({ status: 'open' });
    const opened = await ask('POST', `${made.id}/link`, { token: made.token, origin: 'https://app.example.com' });
    expect(opened.body).toMatchObject({ opener: 'https://app.example.com' });
    expect((await status('https://app.example.com')).body).toEqual({ status: 'opened' });
    const wrong = await ask('POST', `${made.id}/status`, { token: 'x' }, { origin: 'https://app.example.com' });
    expect(wrong.status).toBe(404);
  });
});
