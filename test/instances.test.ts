// Instances from their first day to their last: listing, reading, changing, connecting again, disabling and deleting.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { limits } from '../src/config.ts';
import { Secret } from '../src/core/secret.ts';
import { createVault } from '../src/core/vault.ts';
import { startChanges } from '../src/store/changes.ts';
import { openDatabase } from '../src/store/database.ts';
import { createOrganizationStore } from '../src/store/organizations.ts';
import { consent, control } from './support/consent.ts';
import {
  bodyFor,
  type Connectable,
  callbackUrl,
  callElement,
  configurationOf,
  connect,
  consentAt,
  countInstances,
  get,
  type InstanceBody,
  type Listener,
  missingEntries,
  oauthUrlOf,
  post,
  seenRequests,
  startListener,
  useTrip,
} from './support/guide.ts';
import { type Answer, createTestKeyring, credentials } from './support/platform.ts';

const keyring = createTestKeyring();
let aheadMs = 0;
const trip = useTrip({
  keyring,
  clock: () => Date.now() + aheadMs,
  environment: { VALENCE_ELEMENTS: fileURLToPath(new URL('fixtures/elements', import.meta.url)) },
});
beforeEach(async () => {
  await control(trip.sandbox.url, 'POST', '/reset');
  await trip.platform.sql('delete from instances');
  aheadMs = 0;
});

const call = (method: string, path: string, body?: unknown) =>
  trip.platform.call(method, path, body === undefined ? {} : { body });
const ping = (token: string) => callElement(trip, token, 'GET', '/hubs/any/ping');

interface SandboxTokens {
  accessTokens: Record<'good' | 'expired' | 'revoked', number>;
  refreshTokens: Record<'good' | 'rotated' | 'expired' | 'revoked', number>;
  grants: { revoked: boolean }[];
}
const tokensAt = async (vendor: string) =>
  (await control(trip.sandbox.url, 'GET', `/tokens?vendor=${vendor}`)) as SandboxTokens;

describe('listing', () => {
  const names = (answer: Answer) => answer.body.map((instance: { name: string }) => instance.name);

  test('without any instance, or with none that fits, the answer is 404', async () => {
    for (const path of ['/instances', '/elements/zendesk/instances', '/instances?searchText=x']) {
      const none = await call('GET', path);
      expect(none.status, path).toBe(404);
      expect(none.body.message).toMatch(/No instances found/);
    }
    await connect(trip, 'zendesk', { name: 'Here', tags: ['one'] });
    for (const path of ['/instances?tags[]=two', '/instances?searchText=nothing', '/elements/sfdc/instances']) {
      expect((await call('GET', path)).status, path).toBe(404);
    }
    expect((await call('GET', '/elements/nowhere/instances')).status).toBe(404);
  });

  test('instances are found by tag, by every one of several tags, and by text in name, tag or element', async () => {
    await connect(trip, 'zendesk', { name: 'Alpha', tags: ['red', 'round'] });
    await connect(trip, 'zendesk', { name: 'Beta 100%', tags: ['red'] });
    await connect(trip, 'ciscospark', { name: 'Gamma', tags: ['blue_ish'] });
    const found = async (query: string) => names(await call('GET', `/instances?${query}`));
    expect(await found('')).toEqual(['Alpha', 'Beta 100%', 'Gamma']);
    expect(await found('tags[]=red')).toEqual(['Alpha', 'Beta 100%']);
    expect(await found('tags%5B%5D=red&tags%5B%5D=round')).toEqual(['Alpha']);
    expect(await found('tags=blue_ish')).toEqual(['Gamma']);
    expect(await found('tags[]=')).toEqual(['Alpha', 'Beta 100%', 'Gamma']);
    expect(await found('searchText=ALPH')).toEqual(['Alpha']);
    expect(await found('searchText=spark')).toEqual(['Gamma']);
    expect(await found('searchText=round')).toEqual(['Alpha']);
    expect(await found('searchText=100%25')).toEqual(['Beta 100%']);
    expect(await found('searchText=blue_i')).toEqual(['Gamma']);
    expect(names(await call('GET', '/elements/zendesk/instances'))).toEqual(['Alpha', 'Beta 100%']);
    expect(names(await call('GET', '/elements/1358/instances'))).toEqual(['Gamma']);
    expect(names(await call('GET', '/accounts/instances'))).toEqual(['Alpha', 'Beta 100%', 'Gamma']);
  });

  test('hydrate=false leaves out configuration and element details', async () => {
    const instance = await connect(trip, 'zendesk');
    const [short] = (await call('GET', '/instances?hydrate=false')).body;
    expect(short).toMatchObject({ id: instance.id, token: instance.token, element: { id: 41, key: 'zendesk' } });
    expect(short).not.toHaveProperty('configuration');
    expect(Object.keys(short.element)).toEqual(['id', 'key']);
    for (const query of ['', '?hydrate=true', '?hydrate=']) {
      expect((await call('GET', `/instances${query}`)).body).toEqual([instance]);
    }
  });

  test('all pages together give every instance once, with counts and tokens in the headers', async () => {
    const made: number[] = [];
    for (let index = 0; index < 7; index++) made.push((await connect(trip, 'zendesk', { name: `n${index}` })).id);
    const seen: number[] = [];
    const sizes: number[] = [];
    let next = '';
    do {
      const page = await call(
        'GET',
        `/instances?pageSize=3${next === '' ? '' : `&nextPage=${encodeURIComponent(next)}`}`,
      );
      seen.push(...page.body.map((instance: { id: number }) => instance.id));
      sizes.push(page.body.length);
      expect(page.headers.get('elements-returned-count')).toBe(String(page.body.length));
      expect(page.headers.get('elements-total-count')).toBe('7');
      next = page.headers.get('elements-next-page-token') ?? '';
    } while (next !== '');
    expect(seen).toEqual(made);
    expect(sizes).toEqual([3, 3, 1]);
    const numbered = await Promise.all([1, 2, 3, 4].map((page) => call('GET', `/instances?pageSize=3&page=${page}`)));
    expect(numbered.flatMap((page) => page.body.map((instance: { id: number }) => instance.id))).toEqual(made);
    expect(numbered.map((page) => page.status)).toEqual([200, 200, 200, 200]);
    const all = await call('GET', '/instances');
    expect(all.headers.has('elements-next-page-token')).toBe(false);
    const exact = await call('GET', '/instances?pageSize=7');
    expect(exact.headers.has('elements-next-page-token')).toBe(false);
    const wrong = await call('GET', '/instances?nextPage=nonsense');
    expect(wrong.status).toBe(400);
    expect(wrong.body.message).toMatch(/Elements-Next-Page-Token/);
    for (const size of ['0', '-1', 'x', '100000']) {
      expect((await call('GET', `/instances?pageSize=${size}`)).status, size).toBe(400);
    }
  });

  test('the count tells how many there are, in all and by element', async () => {
    expect((await call('GET', '/instances/count')).body).toEqual({ totalInstances: 0, elementInstances: {} });
    for (const key of ['zendesk', 'zendesk', 'ciscospark'] as const) await connect(trip, key);
    expect((await call('GET', '/instances/count')).body).toEqual({
      totalInstances: 3,
      elementInstances: { zendesk: 2, ciscospark: 1 },
    });
  });
});

describe('reading', () => {
  test('an instance is the same by id, by element, by its token and in a list; ids are consecutive integers', async () => {
    const created = await connect(trip, 'zendesk');
    const { id, token } = created;
    expect((await call('GET', `/instances/${id}`)).body).toEqual(created);
    expect((await call('GET', `/elements/zendesk/instances/${id}`)).body).toEqual(created);
    expect((await call('GET', `/elements/41/instances/${id}`)).body).toEqual(created);
    expect((await callElement(trip, token, 'GET', '/instances')).body).toEqual(created);
    expect((await call('GET', '/instances')).body).toEqual([created]);
    expect((await connect(trip, 'zendesk')).id).toBe(id + 1);
    expect((await call('GET', `/elements/sfdc/instances/${id}`)).status).toBe(404);
    expect((await call('GET', '/instances/999999')).status).toBe(404);
    expect((await call('GET', '/instances/nonsense')).status).toBe(400);
  });

  test('the hub segment of a call is decorative, and its answer names the instance', async () => {
    const { id, token } = await connect(trip, 'zendesk');
    for (const path of ['/ping', '/hubs/helpdesk/ping', '/hubs/anything/ping', '//hubs//crm//ping']) {
      const pong = await callElement(trip, token, 'GET', path);
      expect(pong.body, path).toEqual({ dateTime: expect.any(String), endpoint: 'zendesk' });
      expect(pong.headers.get('elements-element-instance-id')).toBe(String(id));
    }
  });

  test('without a name it takes the element’s; without tags its tag is its name', async () => {
    const { name: _, ...nameless } = await bodyFor(trip, 'zendesk');
    const created = await post(trip, nameless);
    expect(created.body).toMatchObject({ name: 'Zendesk', tags: ['Zendesk'] });
    expect(await connect(trip, 'zendesk', { name: 'Mine' })).toMatchObject({ name: 'Mine', tags: ['Mine'] });
    expect(await connect(trip, 'zendesk', { name: 'Mine', tags: [] })).toMatchObject({ tags: [] });
    expect(await connect(trip, 'zendesk', { name: '<b></b>' })).toMatchObject({ name: 'Zendesk', tags: ['Zendesk'] });
  });

  test('HTML in name and tags is taken out, at creation and at every change', async () => {
    const link = '<a href="javascript:alert(1)" onclick=\'x\'>@x</a>';
    const { id } = await connect(trip, 'zendesk', { name: link, tags: [link, '<img src=x onerror=y>', '<<b>b>t'] });
    const expectPlain = async (tags: string[]) =>
      expect((await call('GET', `/instances/${id}`)).body).toMatchObject({ name: '@x', tags });
    await expectPlain(['@x', 't']);
    for (const method of ['PUT', 'PATCH']) {
      await call(method, `/instances/${id}`, { name: `${link}`, tags: [`${method}<script>`] });
      await expectPlain([method]);
    }
  });

  test('settings that no definition knows are kept, as strings; secrets among them are masked', async () => {
    const own = {
      'my.number': 5,
      'my.flag': true,
      'my.object': { a: [1] },
      'my.nothing': null,
      'my.password': 'hidden',
    };
    const instance = await connect(trip, 'zendesk', { configuration: { ...configurationOf('zendesk'), ...own } });
    expect(instance.configuration).toMatchObject({
      'my.number': '5',
      'my.flag': 'true',
      'my.object': '{"a":[1]}',
      'my.password': '********',
    });
    expect(instance.configuration).not.toHaveProperty('my.nothing');
  });

  test('eventsEnabled follows event.notification.enabled', async () => {
    const configuration = { ...configurationOf('zendesk'), 'event.notification.enabled': true };
    const { id, eventsEnabled } = await connect(trip, 'zendesk', { configuration });
    expect(eventsEnabled).toBe(true);
    const off = await call('PATCH', `/instances/${id}`, { configuration: { 'event.notification.enabled': 'false' } });
    expect(off.body).toMatchObject({ eventsEnabled: false, configuration: { 'event.notification.enabled': 'false' } });
    const on = await call('PATCH', `/instances/${id}/configuration/event.notification.enabled`, {
      propertyValue: true,
    });
    expect(on.body.propertyValue).toBe('true');
    expect((await call('GET', `/instances/${id}`)).body.eventsEnabled).toBe(true);
  });

  test('an element that is named by nothing, by something unknown or by the wrong type is refused', async () => {
    for (const [element, status] of [
      [{}, 400],
      [{ key: '' }, 400],
      [{ key: 'nowhere' }, 404],
      [{ id: 999999 }, 404],
      ['zendesk', 400],
      [undefined, 400],
    ] as const) {
      const refused = await call('POST', '/instances', { element, configuration: {} });
      expect(refused.status, JSON.stringify(element)).toBe(status);
      expect(refused.body).toEqual({ requestId: expect.any(String), message: expect.stringMatching(/element/) });
    }
  });
});

describe('changing', () => {
  test('PUT replaces the settings and PATCH adds to them, by id, by element and by token', async () => {
    const { id, token } = await connect(trip, 'zendesk', {
      configuration: { ...configurationOf('zendesk'), 'my.key': 'old' },
    });
    const merged = await call('PATCH', `/instances/${id}`, { configuration: { 'my.other': 'new' } });
    expect(merged.body.configuration).toMatchObject({ 'my.key': 'old', 'my.other': 'new' });
    const again = await callElement(trip, token, 'PATCH', '/instances', { configuration: { 'my.other': null } });
    expect(again.body.configuration).not.toHaveProperty('my.other');
    expect(again.body.configuration['my.key']).toBe('old');

    const replaced = [
      () => call('PUT', `/instances/${id}`, { configuration: { ...configurationOf('zendesk'), 'my.put': '1' } }),
      () =>
        callElement(trip, token, 'PUT', '/instances', {
          configuration: { ...configurationOf('zendesk'), 'my.put': '2' },
        }),
      () =>
        call('PUT', `/elements/zendesk/instances/${id}`, {
          configuration: { ...configurationOf('zendesk'), 'my.put': '3' },
        }),
    ];
    for (const [index, put] of replaced.entries()) {
      const answer = await put();
      expect(answer.status, answer.body.message).toBe(200);
      expect(answer.body).toMatchObject({ id, token, configuration: { 'my.put': String(index + 1) } });
      expect(answer.body.configuration).not.toHaveProperty('my.key');
    }
    expect((await ping(token)).status).toBe(200);
  });

  test('name and tags change alone: PATCH and PUT replace the list of tags, an empty list clears it', async () => {
    const created = await connect(trip, 'zendesk', { tags: ['a', 'b'] });
    const { id, token } = created;
    const renamed = await call('PATCH', `/instances/${id}`, { name: 'Renamed' });
    expect(renamed.body).toEqual({ ...created, name: 'Renamed', updatedDate: renamed.body.updatedDate });
    expect((await call('PATCH', `/instances/${id}`, { tags: ['c'] })).body.tags).toEqual(['c']);
    expect((await callElement(trip, token, 'PATCH', '/instances', { tags: ['d', 'e'] })).body.tags).toEqual(['d', 'e']);
    expect((await call('PUT', `/instances/${id}`, { tags: [] })).body).toMatchObject({ tags: [], name: 'Renamed' });
    expect((await call('GET', `/instances/${id}`)).body.tags).toEqual([]);
  });

  test('an instance read and put back whole stays as it is', async () => {
    for (const key of ['zendesk', 'sfdc', 'ciscospark', 'actessentialsoauth'] as const) {
      const created = await connect(trip, key);
      const put = await call('PUT', `/instances/${created.id}`, created);
      expect(put.status, put.body.message).toBe(200);
      expect(put.body).toEqual({ ...created, updatedDate: put.body.updatedDate });
      expect((await ping(created.token)).status).toBe(200);
    }
  });

  test('an instance put back whole still follows its subdomain, changed then or later', async () => {
    const { id, configuration } = await connect(trip, 'zendesk');
    const expectMoved = (answer: Answer, subdomain: string) =>
      expect(answer.body.configuration).toMatchObject({
        'zendesk.subdomain': subdomain,
        'oauth.token.url': `https://${subdomain}.zendesk.com/oauth/tokens`,
        'helpdesk.zendesk.url': `https://${subdomain}.zendesk.com`,
      });
    await call('PUT', `/instances/${id}`, { configuration });
    const later = await call('PATCH', `/instances/${id}`, { configuration: { 'zendesk.subdomain': 'later' } });
    expectMoved(later, 'later');
    const changed = { ...later.body.configuration, 'zendesk.subdomain': 'other' };
    expectMoved(await call('PUT', `/instances/${id}`, { configuration: changed }), 'other');
  });

  test('a mask sent back leaves the secret: the account is connected again with the secret that was never sent', async () => {
    const created = await connect(trip, 'ciscospark');
    const masked = { ...configurationOf('ciscospark'), 'oauth.api.key': '********', 'oauth.api.secret': '********' };
    for (const method of ['PUT', 'PATCH']) {
      const changed = await call(method, `/instances/${created.id}`, { configuration: masked });
      expect(changed.status, changed.body.message).toBe(200);
      expect((await ping(created.token)).status).toBe(200);
      const { code } = await consentAt(trip, 'ciscospark');
      const again = await call(method, `/instances/${created.id}`, { configuration: masked, providerData: { code } });
      expect(again.status, again.body.message).toBe(200);
    }
    aheadMs = 1209599_000;
    expect((await ping(created.token)).status, 'a refresh needs the secret').toBe(200);
  });

  test('a mask where no secret is stored does not count as one', async () => {
    const configuration = { ...configurationOf('zendesk'), 'oauth.api.secret': '********' };
    const refused = await post(trip, { element: { key: 'zendesk' }, providerData: { code: 'a' }, configuration });
    expect(refused.status).toBe(400);
    expect(missingEntries(refused)).toEqual(['oauth.api.secret']);
  });

  test('a change that takes a required setting away names it and changes nothing', async () => {
    const created = await connect(trip, 'zendesk');
    const put = await call('PUT', `/instances/${created.id}`, { configuration: { 'zendesk.subdomain': 'acme' } });
    expect(put.status).toBe(400);
    expect(missingEntries(put)).toEqual(['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url']);
    const patch = await call('PATCH', `/instances/${created.id}`, {
      name: 'Not changed',
      configuration: { 'oauth.api.secret': null, 'zendesk.subdomain': '' },
    });
    expect(patch.status).toBe(400);
    expect(missingEntries(patch).toSorted()).toEqual(['oauth.api.secret', 'zendesk.subdomain']);
    expect((await call('GET', `/instances/${created.id}`)).body).toEqual(created);
  });

  test('an instance does not move to another element', async () => {
    const { id } = await connect(trip, 'zendesk');
    for (const element of [{ key: 'ciscospark' }, { id: 1358 }]) {
      expect((await call('PATCH', `/instances/${id}`, { element })).status).toBe(400);
    }
    for (const element of [{ key: 'zendesk' }, { id: 41 }]) {
      expect((await call('PATCH', `/instances/${id}`, { element })).status).toBe(200);
    }
  });

  test('each setting is listed, read and changed by its number and by its key, with id and by element token', async () => {
    const created = await connect(trip, 'zendesk');
    const { id, token } = created;
    const listed = (await call('GET', `/instances/${id}/configuration`)).body as Record<string, unknown>[];
    expect((await callElement(trip, token, 'GET', '/instances/configuration')).body).toEqual(listed);
    expect(Object.fromEntries(listed.map((setting) => [setting['key'], setting['propertyValue']]))).toEqual(
      created.configuration,
    );
    expect(new Set(listed.map((setting) => setting['id'])).size).toBe(listed.length);
    for (const setting of listed) {
      expect(setting).toMatchObject({ id: expect.any(Number), required: expect.any(Boolean), active: true });
      for (const name of [setting['id'], setting['key']]) {
        expect((await call('GET', `/instances/${id}/configuration/${name}`)).body).toEqual(setting);
      }
    }
    const scope = listed.find((setting) => setting['key'] === 'oauth.scope');
    const changes = [
      () => call('PATCH', `/instances/${id}/configuration/${scope?.['id']}`, { propertyValue: '1' }),
      () => call('PATCH', `/instances/${id}/configuration/oauth.scope`, { propertyValue: 2 }),
      () => callElement(trip, token, 'PATCH', `/instances/configuration/${scope?.['id']}`, { propertyValue: '3' }),
      () => callElement(trip, token, 'PATCH', '/instances/configuration/oauth.scope', { propertyValue: '4' }),
    ];
    for (const [index, change] of changes.entries()) {
      const changed = await change();
      expect(changed.status, changed.body.message).toBe(200);
      expect(changed.body).toEqual({ ...scope, propertyValue: String(index + 1) });
      expect((await callElement(trip, token, 'GET', '/instances/configuration/oauth.scope')).body).toEqual(
        changed.body,
      );
    }
    const back = await call('PATCH', `/instances/${id}/configuration/oauth.scope`, { propertyValue: null });
    expect(back.body.propertyValue, 'back to the default').toBe('read write');
    for (const name of ['1', 'nothing.of.that.name']) {
      expect((await call('GET', `/instances/${id}/configuration/${name}`)).status).toBe(404);
      const path = `/instances/${id}/configuration/${name}`;
      expect((await call('PATCH', path, { propertyValue: 'x' })).status).toBe(404);
    }
    expect((await call('PATCH', `/instances/${id}/configuration/oauth.scope`, {})).status).toBe(400);
  });

  test('a secret changed alone is masked in the answer; its mask sent back changes nothing', async () => {
    const { id, token } = await connect(trip, 'ciscospark');
    const path = `/instances/${id}/configuration/oauth.api.secret`;
    expect((await call('PATCH', path, { propertyValue: '********' })).body.propertyValue).toBe('********');
    aheadMs = 1209599_000;
    expect((await ping(token)).status).toBe(200);
    expect((await call('PATCH', path, { propertyValue: 'a wrong secret' })).body.propertyValue).toBe('********');
    aheadMs *= 2;
    expect((await ping(token)).status, 'the changed secret is the one that is sent').toBe(401);
    expect(JSON.stringify((await call('GET', `/instances/${id}/configuration`)).body)).not.toContain('a wrong secret');
  });
});

describe('disabling', () => {
  test.each(['by id', 'by token'])('%s: element calls answer 403 while the platform can be read', async (way) => {
    const { id, token } = await connect(trip, 'zendesk');
    const set = (method: string) =>
      way === 'by id'
        ? call(method, `/instances/${id}/enabled`)
        : callElement(trip, token, method, '/instances/enabled');
    const off = await set('DELETE');
    expect(off.status).toBe(200);
    expect(off.body).toBeUndefined();
    const refused = await ping(token);
    expect(refused.status).toBe(403);
    expect(refused.body.message).toMatch(/disabled.*enabled/);
    const read = await call('GET', `/instances/${id}`);
    expect(read.body).toMatchObject({ disabled: true, valid: true });
    expect((await callElement(trip, token, 'GET', '/instances')).body).toEqual(read.body);
    expect((await callElement(trip, token, 'GET', '/instances/configuration')).status).toBe(200);
    expect((await call('PATCH', `/instances/${id}`, { name: 'Still' })).status).toBe(200);
    expect((await set('DELETE')).status).toBe(200);
    expect((await set('PUT')).status).toBe(200);
    expect((await ping(token)).status).toBe(200);
    expect((await call('GET', `/instances/${id}`)).body.disabled).toBe(false);
  });
});

describe('trace logging', () => {
  test.each(['by id', 'by token'])('%s: lasts as long as it is asked for, an hour by itself', async (way) => {
    const { id, token } = await connect(trip, 'zendesk');
    const set = (method: string, body?: unknown) =>
      way === 'by id'
        ? call(method, `/instances/${id}/trace-logging`, body)
        : callElement(trip, token, method, '/instances/trace-logging', body);
    const isOn = async (aheadMinutes: number) => {
      aheadMs = aheadMinutes * 60_000;
      const on = (await call('GET', `/instances/${id}`)).body.traceLoggingEnabled;
      aheadMs = 0;
      return on;
    };
    expect(await isOn(0)).toBe(false);
    expect(await set('PUT')).toMatchObject({ status: 200, body: undefined });
    expect([await isOn(0), await isOn(59), await isOn(61)]).toEqual([true, true, false]);
    expect((await set('PUT', { duration: 5 })).status).toBe(200);
    expect([await isOn(4), await isOn(6)]).toEqual([true, false]);
    expect((await set('PUT', { duration: 1440 })).status).toBe(200);
    expect([await isOn(1439), await isOn(1441)]).toEqual([true, false]);
    expect((await set('DELETE')).status).toBe(200);
    expect(await isOn(0)).toBe(false);
    for (const duration of [0, 1441, 1.5, 'long']) {
      expect((await set('PUT', { duration })).status, String(duration)).toBe(400);
    }
    expect(await isOn(0)).toBe(false);
  });
});

describe('keeping answers', () => {
  const off = { cachingEnabled: false, maxCacheSize: 0, cacheTimeToLive: 0 };
  const on = { cachingEnabled: true, maxCacheSize: 100, cacheTimeToLive: 60 };

  test('is off unless it is asked for, and stays as it is unless a change says otherwise', async () => {
    expect(await connect(trip, 'zendesk')).toMatchObject(off);
    const body = await bodyFor(trip, 'zendesk');
    const made = await call('POST', '/instances', { ...body, ...on });
    expect(made.body).toMatchObject(on);
    const path = `/instances/${made.body.id}`;
    const { configuration } = body;
    expect((await call('PATCH', path, { name: 'Another' })).body).toMatchObject(on);
    expect((await call('PUT', path, { name: 'Another', configuration })).body).toMatchObject(on);
    expect((await call('PATCH', path, { cacheTimeToLive: 5 })).body).toMatchObject({ ...on, cacheTimeToLive: 5 });
    expect((await call('PUT', path, { configuration, ...off })).body).toMatchObject(off);
    expect((await call('GET', path)).body).toMatchObject(off);
  });

  test.each([
    { maxCacheSize: 10_001 },
    { maxCacheSize: -1 },
    { cacheTimeToLive: 86_401 },
    { cacheTimeToLive: 0.5 },
    { cachingEnabled: 'perhaps' },
  ])('%j is refused', async (wrong) => {
    const { id } = await connect(trip, 'zendesk');
    const [member = ''] = Object.keys(wrong);
    const refused = await call('PATCH', `/instances/${id}`, wrong);
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain(member);
  });
});

describe('connecting with own tokens', () => {
  /** Tokens that the customer's application got by itself. */
  async function ownTokens(key: Connectable, tokenUrl: string): Promise<Record<string, string>> {
    const { code = '' } = await consent(trip.sandbox.url, await oauthUrlOf(trip, key));
    const configuration = configurationOf(key);
    const answer = await fetch(tokenUrl.replace('https:/', trip.sandbox.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: configuration['oauth.api.key'] ?? '',
        client_secret: configuration['oauth.api.secret'] ?? '',
        redirect_uri: callbackUrl,
      }).toString(),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, string>;
  }
  const initial = (key: Connectable, tokens: Record<string, unknown>): InstanceBody => ({
    element: { key },
    externalAuthentication: 'initial',
    configuration: { ...configurationOf(key), ...tokens },
    name: 'Own',
  });

  test('a refresh token of one’s own gives an instance that works', async () => {
    const tokens = await ownTokens('ciscospark', 'https://api.ciscospark.com/v1/access_token');
    const created = await post(trip, initial('ciscospark', { 'oauth.user.refresh_token': tokens['refresh_token'] }));
    expect(created.status, created.body.message).toBe(200);
    expect(created.body).toMatchObject({
      externalAuthentication: 'initial',
      valid: true,
      configuration: { 'oauth.user.token': '********', 'oauth.user.refresh_token': '********' },
    });
    expect(JSON.stringify(created.body)).not.toContain(tokens['refresh_token']);
    expect((await ping(created.body.token)).status).toBe(200);
    aheadMs = 1209599_000;
    expect((await ping(created.body.token)).status, 'it is refreshed like any other').toBe(200);
  });

  test('tokens of one’s own come from no consent page, so no callback URL is asked for, now or at a change', async () => {
    const tokens = await ownTokens('ciscospark', 'https://api.ciscospark.com/v1/access_token');
    const body = initial('ciscospark', { 'oauth.user.refresh_token': tokens['refresh_token'] });
    const { 'oauth.callback.url': _, ...configuration } = body.configuration as Record<string, unknown>;
    const created = await post(trip, { ...body, configuration });
    expect(created.status, created.body.message).toBe(200);
    expect((await call('PATCH', `/instances/${created.body.id}`, { name: 'Still own' })).status).toBe(200);
    const again = await call('PATCH', `/instances/${created.body.id}`, { providerData: { code: 'x' } });
    expect(missingEntries(again)).toEqual(['oauth.callback.url']);
  });

  test('an access token of one’s own gives an instance that works', async () => {
    const tokens = await ownTokens('zendesk', 'https://acme.zendesk.com/oauth/tokens');
    await control(trip.sandbox.url, 'DELETE', '/requests');
    const created = await post(trip, initial('zendesk', { 'oauth.user.token': tokens['access_token'] }));
    expect(created.status, created.body.message).toBe(200);
    expect(created.body).toMatchObject({
      externalAuthentication: 'initial',
      configuration: { 'oauth.user.token': '********' },
    });
    expect(await seenRequests(trip, '/oauth/tokens')).toEqual([]);
    expect((await ping(created.body.token)).status).toBe(200);
  });

  test('without a token, or with one that the vendor refuses, nothing is stored', async () => {
    const none = await post(trip, initial('ciscospark', {}));
    expect(none.status).toBe(400);
    expect(missingEntries(none)).toEqual(['oauth.user.refresh_token']);
    const wrong = await post(trip, initial('ciscospark', { 'oauth.user.refresh_token': 'unknown' }));
    expect(wrong.status).toBe(400);
    expect(wrong.body.providerMessage).toMatch(/invalid_grant|refresh token/i);
    const refused = await post(trip, initial('zendesk', { 'oauth.user.token': 'unknown' }));
    expect(refused.status).toBe(401);
    expect((await call('POST', '/instances', initial('zendesk', {}))).status).toBe(400);
    expect((await post(trip, { ...initial('zendesk', {}), externalAuthentication: 'other' })).status).toBe(400);
    expect(await countInstances(trip)).toBe(0);
  });

  test('tokens that the caller brought are not revoked when the connection fails', async () => {
    const tokens = await ownTokens('zendesk', 'https://acme.zendesk.com/oauth/tokens');
    const body = initial('zendesk', { 'oauth.user.token': tokens['access_token'] });
    await control(trip.sandbox.url, 'POST', '/faults', { path: '*/users/me.json', kind: 'serverError' });
    expect((await post(trip, body)).status).toBe(502);
    expect((await tokensAt('zendesk')).accessTokens).toMatchObject({ good: 1, revoked: 0 });

    const { id } = await connect(trip, 'zendesk');
    await control(trip.sandbox.url, 'POST', '/faults', { path: '*/users/me.json', kind: 'serverError' });
    const change = { configuration: { 'oauth.user.token': tokens['access_token'] } };
    expect((await call('PATCH', `/instances/${id}`, change)).status).toBe(502);
    expect((await tokensAt('zendesk')).accessTokens).toMatchObject({ good: 2, revoked: 0 });
    expect((await post(trip, body)).status).toBe(200);
  });
});

describe('connecting again', () => {
  test.each(['PUT', 'PATCH'])(
    '%s with new provider data keeps id and token, and a revoked grant is valid again',
    async (method) => {
      for (const key of ['zendesk', 'ciscospark'] as const) {
        const created = await connect(trip, key);
        await control(trip.sandbox.url, 'POST', '/tokens/revoke', {});
        const lost = await ping(created.token);
        expect(lost.status, key).toBe(401);
        expect(lost.body.message).toMatch(/Connect the account again.*PATCH/);
        const invalid = await call('GET', `/instances/${created.id}`);
        expect(invalid.body).toMatchObject({ valid: false, invalidReason: expect.stringMatching(/\S/) });

        const again = await call(method, `/instances/${created.id}`, {
          providerData: await consentAt(trip, key),
          configuration: created.configuration,
        });
        expect(again.status, again.body.message).toBe(200);
        expect(again.body).toMatchObject({ id: created.id, token: created.token, valid: true, name: created.name });
        expect(again.body).not.toHaveProperty('invalidReason');
        expect((await ping(created.token)).status).toBe(200);
      }
    },
  );

  test('by the element token, with nothing but the code', async () => {
    const created = await connect(trip, 'zendesk');
    await control(trip.sandbox.url, 'POST', '/tokens/revoke', {});
    expect((await ping(created.token)).status).toBe(401);
    const { code } = await consentAt(trip, 'zendesk');
    const again = await callElement(trip, created.token, 'PATCH', '/instances', { providerData: { code } });
    expect(again.body).toMatchObject({ id: created.id, valid: true, tags: created.tags });
    expect((await ping(created.token)).status).toBe(200);
  });

  test('that fails leaves the instance as it was and revokes what it obtained', async () => {
    const created = await connect(trip, 'zendesk');
    const wrong = await call('PATCH', `/instances/${created.id}`, { providerData: { code: 'wrong' }, name: 'Changed' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.providerMessage).toMatch(/^invalid_grant/);
    const empty = await call('PATCH', `/instances/${created.id}`, { providerData: { state: 'x' } });
    expect(missingEntries(empty)).toEqual(['providerData.code']);
    const denied = await call('PATCH', `/instances/${created.id}`, { providerData: { error: 'access_denied' } });
    expect(denied.status).toBe(400);

    const { code } = await consentAt(trip, 'zendesk');
    await control(trip.sandbox.url, 'POST', '/faults', { path: '*/users/me.json', kind: 'serverError' });
    const invalid = await call('PATCH', `/instances/${created.id}`, { providerData: { code }, name: 'Changed' });
    expect(invalid.status).toBe(502);
    expect((await tokensAt('zendesk')).grants.map((grant) => grant.revoked)).toEqual([false, true]);
    expect((await call('GET', `/instances/${created.id}`)).body).toEqual(created);
    expect((await ping(created.token)).status).toBe(200);
  });
});

describe('deleting', () => {
  const revocable: [Connectable, string][] = [
    ['zendesk', 'zendesk'],
    ['sfdc', 'salesforce'],
  ];
  test.each(revocable)(
    '%s revokes the token at the vendor, and the element token is worth nothing',
    async (key, vendor) => {
      const { id, token } = await connect(trip, key);
      expect((await tokensAt(vendor)).grants.map((grant) => grant.revoked)).toEqual([false]);
      const gone = await call('DELETE', `/instances/${id}`);
      expect(gone.status).toBe(200);
      expect(gone.body).toBeUndefined();
      expect(gone.headers.has('elements-error')).toBe(false);
      expect((await tokensAt(vendor)).grants.map((grant) => grant.revoked)).toEqual([true]);
      for (const path of [
        '/ping',
        '/hubs/crm/ping',
        '/instances',
        '/instances/configuration',
        '/nothing/of/that/name',
      ]) {
        const answer = await callElement(trip, token, 'GET', path);
        expect(answer.status, path).toBe(401);
        expect(answer.body.message).toMatch(/Element token/);
      }
      expect((await call('GET', `/instances/${id}`)).status).toBe(404);
      expect((await call('DELETE', `/instances/${id}`)).status).toBe(404);
      expect((await call('PATCH', `/instances/${id}`, { name: 'x' })).status).toBe(404);
      expect((await trip.platform.sql('select from vendor_tokens')).length).toBe(0);
    },
  );

  test('by the element token and by the element’s path does the same', async () => {
    const first = await connect(trip, 'ciscospark');
    expect((await callElement(trip, first.token, 'DELETE', '/instances')).status).toBe(200);
    expect((await ping(first.token)).status).toBe(401);
    const second = await connect(trip, 'ciscospark');
    expect((await call('DELETE', `/elements/zendesk/instances/${second.id}`)).status).toBe(404);
    expect((await call('DELETE', `/elements/ciscospark/instances/${second.id}`)).status).toBe(200);
    expect((await ping(second.token)).status).toBe(401);
  });

  test('takes effect even when the vendor cannot revoke, and says so', async () => {
    const { id, token } = await connect(trip, 'sfdc');
    await control(trip.sandbox.url, 'POST', '/faults', { path: '*/revoke', kind: 'serverError' });
    const gone = await call('DELETE', `/instances/${id}`);
    expect(gone.status).toBe(200);
    expect(gone.headers.get('elements-error')).toMatch(/deleted, but its token was not revoked/);
    expect((await ping(token)).status).toBe(401);
  });
});

describe('a connection that fails', () => {
  test.each([
    ['zendesk', 'zendesk', '*/users/me.json'],
    ['sfdc', 'salesforce', '*/services/oauth2/userinfo'],
  ] as const)('at its validation, %s, stores nothing and revokes what it obtained', async (key, vendor, path) => {
    const paths = (await get(trip, `/elements/${key}`)).body.resources as { type: string; vendorPath: string }[];
    const validated = paths.find((resource) => resource.type === 'provisionAuthValidation')?.vendorPath;
    for (const [kind, status] of [
      ['serverError', 502],
      ['rateLimit', 429],
      ['drop', 502],
    ] as const) {
      await control(trip.sandbox.url, 'POST', '/faults', {
        path: validated?.includes('{') === false ? `*${validated}` : path,
        method: 'GET',
        kind,
        // a GET that meets a broken connection is tried again
        times: 3,
      });
      const refused = await post(trip, await bodyFor(trip, key));
      expect(refused.status, `${kind}: ${refused.body.message}`).toBe(status);
      await control(trip.sandbox.url, 'DELETE', '/faults');
    }
    expect(await countInstances(trip)).toBe(0);
    expect((await tokensAt(vendor)).grants.map((grant) => grant.revoked)).toEqual([true, true, true]);
  });

  test('at a token endpoint that is slow, drops the connection, limits or fails says what happened and stores nothing', async () => {
    const faults: [Record<string, unknown>, number, RegExp][] = [
      [{ kind: 'slow', delayMs: 30_000 }, 504, /did not answer within 1 s/],
      [{ kind: 'drop' }, 502, /connection to mycloud.act.com broke/],
      [{ kind: 'lostAnswer' }, 502, /connection to mycloud.act.com broke/],
      [{ kind: 'rateLimit', retryAfterSeconds: 7 }, 429, /limits how often tokens are given: wait/],
      [{ kind: 'serverError' }, 502, /answered 500/],
      [{ kind: 'serverError', status: 503 }, 502, /answered 503/],
    ];
    for (const [fault, status, message] of faults) {
      const body = await bodyFor(trip, 'oddvendor');
      await control(trip.sandbox.url, 'POST', '/faults', { path: '*/token', ...fault });
      const refused = await post(trip, body);
      expect(refused.status, JSON.stringify(fault)).toBe(status);
      expect(refused.body.message).toMatch(message);
      if (status === 429) expect(refused.headers.get('retry-after')).toBe('7');
    }
    expect(await countInstances(trip)).toBe(0);
  });
});

describe('an error of the token endpoint', () => {
  let vendor: Listener;
  beforeAll(async () => {
    vendor = await startListener();
  });
  afterAll(async () => {
    await vendor.close();
  });
  const scripted = useTrip({ routes: () => ({ 'mycloud.act.com': vendor.url }) });
  const body = {
    element: { key: 'actessentialsoauth' },
    providerData: { code: 'a code' },
    configuration: configurationOf('actessentialsoauth'),
  };

  test.each([
    ['invalid_request', /found the request incomplete: check oauth.callback.url/],
    ['invalid_client', /does not accept the application: check oauth.api.key and oauth.api.secret/],
    ['invalid_grant', /does not accept the code: it was used before, has expired.*Send the user through the OAuth URL/],
    ['unauthorized_client', /does not allow this application this kind of grant/],
    ['unsupported_grant_type', /does not offer this kind of grant/],
    ['invalid_scope', /does not know or allow the scope asked for: check oauth.scope/],
    ['something_of_its_own', /refused to give a token/],
  ])('%s says what to check, passes on the vendor’s words and stores nothing', async (error, message) => {
    for (const [status, headers] of [
      [400, { 'content-type': 'application/json' }],
      [401, { 'www-authenticate': 'Basic realm="vendor"' }],
      [200, {}],
    ] as const) {
      const said = JSON.stringify({ error, error_description: 'In its own words', error_uri: 'https://example.test' });
      vendor.answer = { status, headers, body: said };
      const refused = await post(scripted, body);
      expect(refused.status).toBe(status === 200 ? 400 : status);
      expect(refused.body).toEqual({
        requestId: expect.any(String),
        message: expect.stringMatching(message),
        providerMessage: `${error}: In its own words`,
      });
    }
    expect(await countInstances(scripted)).toBe(0);
  });

  test.each([
    [500, '{"error":"server_error"}', 502, 'server_error'],
    [500, '<html>Oops</html>', 502, 'http_500: <html>Oops</html>'],
    [502, '', 502, 'http_502'],
    [503, '{"error":"temporarily_unavailable"}', 502, 'temporarily_unavailable'],
    [403, 'Forbidden', 403, 'http_403: Forbidden'],
    [404, '[]', 404, 'http_404: []'],
    [302, '', 400, 'no_token'],
    [200, '', 400, 'no_token'],
    [200, 'null', 400, 'no_token: null'],
    [200, '<html>Log in</html>', 400, 'no_token: <html>Log in</html>'],
    [200, '{"access_token":""}', 400, 'no_token'],
    [200, '{"access_token":{"a":1}}', 400, 'no_token'],
    [200, '{"access_token":"granted","error":"denied"}', 400, 'denied'],
    [200, '{"error":{"code":17,"message":"No"}}', 400, '17: No'],
  ])('%s with %j is told as %s and stores nothing', async (status, text, told, providerMessage) => {
    vendor.answer = { status, body: text, headers: status === 302 ? { location: 'https://evil.com/' } : {} };
    const refused = await post(scripted, body);
    expect(refused.status, JSON.stringify(refused.body)).toBe(told);
    expect(refused.body.providerMessage).toBe(providerMessage);
    if (status >= 500) expect(refused.body.message).toContain(`It answered ${status}`);
    expect(await countInstances(scripted)).toBe(0);
  });

  test('429 passes on how long to wait', async () => {
    vendor.answer = { status: 429, body: '{}', headers: { 'retry-after': '12' } };
    const refused = await post(scripted, body);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('12');
    expect(refused.body.message).toMatch(/wait and try again/);
    vendor.answer = { status: 429, body: '', headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } };
    expect((await post(scripted, body)).headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('a connection that is cut is told as such', async () => {
    vendor.answer = 'cut';
    const refused = await post(scripted, body);
    expect(refused.status).toBe(502);
    expect(refused.body.message).toMatch(/connection to mycloud.act.com broke/);
    expect(await countInstances(scripted)).toBe(0);
  });

  test('no code, secret or token of a refused request is in the log', async () => {
    const { clientSecret } = sandboxApplications.act;
    vendor.answer = { status: 400, body: '{"error":"invalid_grant"}' };
    await post(scripted, { ...body, providerData: { code: 'a-very-special-code' } });
    for (const secret of [clientSecret, 'a-very-special-code']) {
      expect(scripted.platform.logs.join('\n')).not.toContain(secret);
    }
  });
});

describe('token answers off the standard', () => {
  const settings = (vendor: string, bent: Record<string, unknown>) =>
    control(trip.sandbox.url, 'POST', '/settings', { vendor, ...bent });

  test.each([
    { answerFormat: 'form' },
    { answerFormat: 'form', contentType: 'text/plain' },
    { answerFormat: 'json', contentType: 'text/html' },
    { omitTokenType: true },
    { omitExpiresIn: true },
    { expiresInAsString: true },
    { answerFormat: 'form', omitTokenType: true, contentType: 'application/json' },
  ])('%j is read', async (bent) => {
    for (const [key, vendor] of [
      ['zendesk', 'zendesk'],
      ['sfdc', 'salesforce'],
      ['actessentialsoauth', 'act'],
      ['ciscospark', 'webex'],
    ] as const) {
      await settings(vendor, bent);
      const { token } = await connect(trip, key);
      expect((await ping(token)).status, key).toBe(200);
    }
  });

  test.each([false, true])('a lifetime counts, whether it is a string (%s) or a number', async (expiresInAsString) => {
    await settings('webex', { accessTokenSeconds: 100, expiresInAsString });
    const { token } = await connect(trip, 'ciscospark');
    await control(trip.sandbox.url, 'DELETE', '/requests');
    aheadMs = 80_000;
    await ping(token);
    expect(await seenRequests(trip, '*/access_token')).toHaveLength(0);
    aheadMs = 95_000;
    expect((await ping(token)).status).toBe(200);
    expect(await seenRequests(trip, '*/access_token')).toHaveLength(1);
  });

  test('an error with status 200 is an error', async () => {
    await settings('act', { answerFormat: 'errorIn200' });
    const refused = await post(trip, {
      element: { key: 'actessentialsoauth' },
      providerData: { code: 'wrong' },
      configuration: configurationOf('actessentialsoauth'),
    });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toMatch(/does not accept the code/);
    expect(refused.body.providerMessage).toMatch(/^invalid_grant/);
    expect(await countInstances(trip)).toBe(0);
  });

  test('values at the paths of the definition are read, and errors there', async () => {
    await settings('act', { answerFormat: 'nested' });
    const { token, configuration } = await connect(trip, 'oddvendor');
    expect(configuration['oauth.user.refresh_token']).toBe('********');
    expect((await ping(token)).status).toBe(200);
    const refused = await post(trip, { ...(await bodyFor(trip, 'oddvendor')), providerData: { code: 'wrong' } });
    expect(refused.body.providerMessage).toMatch(/^invalid_grant/);
    const plain = await post(trip, await bodyFor(trip, 'actessentialsoauth'));
    expect(plain.status, 'an element without those paths finds no token there').toBe(400);
    expect(plain.body.providerMessage).toMatch(/^no_token/);
  });

  test('a code that is a whole object is passed on as it is', async () => {
    const refused = await post(trip, { ...(await bodyFor(trip, 'ciscospark')), providerData: { code: { a: 1 } } });
    expect(refused.status).toBe(400);
    const [exchange] = await seenRequests(trip, '*/access_token');
    expect(new URLSearchParams(exchange?.body).get('code')).toBe('{"a":1}');
  });
});

describe('instances of others', () => {
  interface Stranger {
    userSecret: string;
    authorization: string;
  }
  async function foreignOrganization(): Promise<Stranger> {
    const database = openDatabase(new Secret(trip.platform.databaseUrl), 'test', 1);
    const [userSecret, organizationSecret] = [randomBytes(32).toString('base64'), randomBytes(16).toString('hex')];
    const changes = await startChanges(new Secret(trip.platform.databaseUrl), limits);
    const store = createOrganizationStore({ database, vault: createVault(new Secret(keyring)), changes, limits });
    await store.createOrganization(
      { name: 'Another', secret: new Secret(organizationSecret) },
      {
        email: `${organizationSecret}@example.test`,
        firstName: null,
        lastName: null,
        externalId: null,
        profile: {},
        passwordHash: null,
        secret: new Secret(userSecret),
      },
    );
    await changes.stop();
    await database.destroy();
    return { userSecret, authorization: `User ${userSecret}, Organization ${organizationSecret}` };
  }
  async function userOfSubAccount(): Promise<Stranger> {
    const externalId = randomBytes(8).toString('hex');
    const account = await call('POST', '/accounts', { externalId });
    const user = await call('POST', `/accounts/${account.body.id}/users`, {
      email: `${externalId}@example.test`,
      firstName: 'Sub',
      lastName: 'Account',
    });
    expect(user.status, user.body.message).toBe(200);
    const organization = credentials().split(', ')[1];
    return { userSecret: user.body.secret, authorization: `User ${user.body.secret}, ${organization}` };
  }
  const expectUnreachable = async (stranger: Stranger, id: number, token: string) => {
    const { authorization } = stranger;
    for (const [method, path, body] of [
      ['GET', `/instances/${id}`],
      ['GET', `/elements/zendesk/instances/${id}`],
      ['PATCH', `/instances/${id}`, { name: 'Taken' }],
      ['PUT', `/instances/${id}`, { name: 'Taken' }],
      ['PUT', `/elements/zendesk/instances/${id}`, { name: 'Taken' }],
      ['DELETE', `/instances/${id}`],
      ['DELETE', `/elements/zendesk/instances/${id}`],
      ['PUT', `/instances/${id}/enabled`],
      ['DELETE', `/instances/${id}/enabled`],
      ['GET', `/instances/${id}/configuration`],
      ['GET', `/instances/${id}/configuration/oauth.scope`],
      ['PATCH', `/instances/${id}/configuration/oauth.scope`, { propertyValue: 'x' }],
      ['GET', '/instances'],
      ['GET', '/elements/zendesk/instances'],
    ] as const) {
      const answer = await trip.platform.call(method, path, { authorization, ...(body === undefined ? {} : { body }) });
      expect(answer.status, `${method} ${path}`).toBe(404);
    }
    const count = await trip.platform.call('GET', '/instances/count', { authorization });
    expect(count.body.totalInstances).toBe(0);
    for (const path of ['/ping', '/hubs/helpdesk/ping', '/instances', '/instances/configuration']) {
      const answer = await trip.platform.call('GET', path, { authorization: `${authorization}, Element ${token}` });
      expect(answer.status, path).toBe(401);
      expect(answer.body.message).toMatch(/Element token/);
    }
  };

  test('of another organization cannot be reached by id or by token', async () => {
    const { id, token } = await connect(trip, 'zendesk');
    await expectUnreachable(await foreignOrganization(), id, token);
    expect((await call('GET', `/instances/${id}`)).body).toMatchObject({ name: 'Test', disabled: false });
  });

  test('of another account cannot be reached by its users; those of the default account reach all', async () => {
    const { id, token } = await connect(trip, 'zendesk');
    const [mine, other] = [await userOfSubAccount(), await userOfSubAccount()];
    await expectUnreachable(mine, id, token);
    const body = await bodyFor(trip, 'zendesk', { name: 'Of the sub-account' });
    const created = await trip.platform.call('POST', '/instances', { body, authorization: mine.authorization });
    expect(created.status, created.body.message).toBe(200);
    await expectUnreachable(other, created.body.id, created.body.token);
    const own = await trip.platform.call('GET', '/instances', { authorization: mine.authorization });
    expect(own.body.map((instance: { id: number }) => instance.id)).toEqual([created.body.id]);
    expect((await call('GET', `/instances/${created.body.id}`)).status).toBe(200);
    expect((await call('GET', '/instances')).body.map((instance: { id: number }) => instance.id)).toEqual([id]);
  });

  test('without credentials, or without the organization’s secret, there is nothing to see', async () => {
    const { id } = await connect(trip, 'zendesk');
    for (const authorization of [undefined, credentials().split(', ')[0]]) {
      for (const path of ['/instances', `/instances/${id}`, '/instances/count', `/instances/${id}/configuration`]) {
        expect((await trip.platform.call('GET', path, { authorization })).status, path).toBe(401);
      }
      const created = await trip.platform.call('POST', '/instances', {
        body: { element: { key: 'zendesk' } },
        authorization,
      });
      expect(created.status).toBe(401);
    }
  });
});

test('no secret of all this is in the log or in the database in clear', async () => {
  const tokens: string[] = [];
  for (const key of ['zendesk', 'sfdc', 'ciscospark'] as const) tokens.push((await connect(trip, key)).token);
  const tables = ['instances', 'vendor_tokens', 'authorizations'];
  const dumped = await Promise.all(tables.map((table) => trip.platform.sql(`select * from ${table}`)));
  const text = JSON.stringify(dumped) + trip.platform.logs.join('\n');
  const secrets = [sandboxApplications.zendesk, sandboxApplications.salesforce, sandboxApplications.webex];
  for (const secret of [...tokens, ...secrets.map((application) => application.clientSecret)]) {
    expect(text).not.toContain(secret);
  }
});
