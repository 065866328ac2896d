// What a person sees of what goes on: a home that says how to begin and what needs seeing to, and calls that come into their
// list as they are made, down to each step of one.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { descriptionOf, seriousViolations } from '../support/accessibility.ts';
import { accounts, connectAccount, ping } from '../support/accounts.ts';
import { findChromium } from '../support/chromium.ts';
import { control } from '../support/consent.ts';
import { administrator, credentials } from '../support/platform.ts';
import { useConsole } from './console.ts';

// Whole trips with a browser beside the server: on two busy cores they take their time.
vi.setConfig({ testTimeout: 120_000 });

const dayMs = 86_400_000;
/** A moment as a field for local times holds it in Nepal, 5:45 ahead of UTC all year. */
const inKathmandu = (at: number) => new Date(at + 5.75 * 3_600_000).toISOString().slice(0, 16);

describe.skipIf(findChromium() === undefined)('activity', () => {
  const trip = useConsole();
  const seen: string[] = [];
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  test('home says how to begin, until a call was made', async () => {
    const { page, faults } = await trip.open('/');
    const steps = page.getByRole('region', { name: 'First steps' });
    await steps.getByRole('link', { name: 'Connect an account' }).waitFor();
    await steps.getByRole('link', { name: 'Open the API docs' }).waitFor();
    const instance = await connectAccount(trip.platform, trip.sandbox.url, accounts.rotating);
    await page.reload();
    await steps.getByLabel('Done').waitFor();
    await ping(trip.platform, accounts.rotating, instance);
    await page.reload();
    await page.getByText('All is well: nothing needs you.').waitFor();
    await page.getByRole('img', { name: 'Calls over time: 2 calls, none failed' }).waitFor();
    expect(await steps.count()).toBe(0);
    seen.push(...faults);
  });

  test('home tells of a refused grant, and leads to where the account is connected again', async () => {
    const { rotating } = accounts;
    const instance = await connectAccount(trip.platform, trip.sandbox.url, rotating);
    await control(trip.sandbox.url, 'POST', '/tokens/revoke', { vendor: rotating.vendor });
    expect((await ping(trip.platform, rotating, instance)).status).toBe(401);
    const { page, faults } = await trip.open('/');
    const trouble = page.getByRole('region', { name: 'Needs you' }).getByRole('listitem');
    await trouble.getByText(/no longer accepts the account/).waitFor();
    await page.getByRole('img', { name: /^Calls over time/ }).waitFor();
    seen.push(...(await seriousViolations(page)));
    await trouble.getByRole('link', { name: 'Connect again' }).click();
    await page.waitForURL(`**/instances/${instance.id}`);
    seen.push(...faults);
  });

  test('a notification is seen at home, and marked as seen', async () => {
    await trip.platform.call('POST', '/notifications', {
      body: { topic: 'deployments', message: 'Version 7 is live' },
    });
    const { page, faults } = await trip.open('/');
    const row = page.getByRole('listitem').filter({ hasText: 'Version 7 is live' });
    await row.getByRole('button', { name: 'Mark as seen' }).click();
    await row.waitFor({ state: 'detached' });
    seen.push(...faults);
  });

  test('calls come into the list while one looks, unless it is paused, and are filtered by the address', async () => {
    const { get } = await connectZendesk();
    await get('/ping');
    const { page, faults } = await trip.open('/calls?element=zendesk');
    const row = (name: string) => page.getByRole('row', { name });
    await row('GET /hubs/helpdesk/ping').waitFor();
    await get('/incidents/999999999');
    await row('404 GET /hubs/helpdesk/incidents/999999999').waitFor();
    await page.getByRole('switch', { name: 'Live' }).click();
    await get('/users');
    await page.getByRole('switch', { name: 'Live' }).click();
    await row('GET /hubs/helpdesk/users').waitFor();
    expect(await row('/hubs/helpdesk/').count()).toBe(3);
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('radiogroup', { name: 'Result' }).getByText('Failed').click();
    await row('GET /hubs/helpdesk/ping').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?element=zendesk&status=FAILED');
    await row('404 GET /hubs/helpdesk/incidents/999999999').waitFor();
    seen.push(...faults);
  });

  test('a failed call is opened, its account traced, and the next one shown step by step', async () => {
    const { get, instance } = await connectZendesk();
    const failed = await get('/incidents/999999999');
    const { page, faults } = await trip.open(`/calls/${failed.headers.get('elements-request-id')}`);
    await page.getByText('The vendor refused the request with status 404.').waitFor();
    const curl = page.getByRole('region', { name: 'curl command' });
    expect(await curl.textContent()).toBe(
      `curl '${trip.platform.url}/elements/api-v2/hubs/helpdesk/incidents/999999999' \\\n` +
        "  -H 'Authorization: User <user secret>, Organization <organization secret>, Element <element token>'",
    );
    await page.getByRole('button', { name: 'Switch on trace logging' }).click();
    await page.getByText('The steps of the next calls are noted').waitFor();
    await get('/incidents?pageSize=3');
    await page.getByRole('link', { name: 'the calls of this account' }).click();
    await page.getByRole('row', { name: '200 GET /hubs/helpdesk/incidents' }).click();
    await page.getByRole('button', { name: /^Vendor answer 200/ }).waitFor();
    await page.getByRole('button', { name: 'Open all' }).click();
    await page.getByText('Matched the resource').waitFor();
    await page.getByRole('region', { name: 'vendor request', exact: true }).getByText('acme.zendesk.com').waitFor();
    expect(await curl.textContent()).toContain('pageSize=3');
    seen.push(...(await seriousViolations(page)));
    const content = await page.content();
    for (const secret of [administrator.userSecret, administrator.organizationSecret, instance.token]) {
      expect(content).not.toContain(secret);
    }
    seen.push(...faults);
  });

  test('calls are shown from one moment to another, in local time, and none comes into them by itself', async () => {
    const { get } = await connectZendesk();
    await get('/incidents/999999998');
    const { page, faults } = await trip.open('/', { timezoneId: 'Asia/Kathmandu' });
    await page.clock.install();
    await page.goto('/calls?element=zendesk');
    const row = (name: string) => page.getByRole('row', { name });
    await row('/incidents/999999998').waitFor();
    await page.getByRole('combobox', { name: 'Time' }).click();
    await page.getByRole('option', { name: 'From … to …' }).click();
    const [from, to] = [page.getByLabel('From', { exact: true }), page.getByLabel('To', { exact: true })];
    const lasts = async () => Date.parse(await to.inputValue()) - Date.parse(await from.inputValue());
    expect(await lasts()).toBe(dayMs);
    await page
      .getByText(/^Local time \(Asia\/Kath?mandu\)$/)
      .first()
      .waitFor();
    await row('/incidents/999999998').waitFor();
    const live = page.getByRole('switch', { name: 'Live' });
    expect([await live.isChecked(), await live.isDisabled()]).toEqual([false, true]);

    const now = Math.floor(Date.now() / 60_000) * 60_000;
    await from.fill(inKathmandu(now - 2 * dayMs));
    await to.fill(inKathmandu(now - dayMs));
    await to.press('Enter');
    await page.getByText('No call fits these filters').waitFor();
    await page.getByRole('img', { name: 'Calls over time: 0 calls, none failed' }).waitFor();
    const address = new URL(page.url()).searchParams;
    const isoOf = (at: number) => new Date(at).toISOString();
    expect([address.get('from'), address.get('to')]).toEqual([isoOf(now - 2 * dayMs), isoOf(now - dayMs)]);

    await to.fill(inKathmandu(now + dayMs));
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await row('/incidents/999999998').waitFor();
    await page.getByRole('img', { name: /^Calls over time: [1-9]/ }).waitFor();
    const looks: string[] = [];
    page.on('request', (request) => looks.push(...(/usage\S*from=-\d+s/.exec(request.url()) ?? [])));
    await get('/incidents/999999997');
    await page.clock.fastForward(30_000);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await row('/incidents/999999997').waitFor();
    expect(looks).toEqual([]);
    await page.reload();
    await row('/incidents/999999997').waitFor();
    expect(await to.inputValue()).toBe(inKathmandu(now + dayMs));
    seen.push(...faults);
  });

  test('what is wrong with a time of one’s own is said at its field, also when the address brings it', async () => {
    await (await connectZendesk()).get('/ping');
    const phone = { viewport: { width: 390, height: 800 }, colorScheme: 'dark' as const };
    const { page, faults } = await trip.open('/calls?from=2026-01-05T10:00:00Z&to=2026-01-04T10:00:00Z', phone);
    const [from, to] = [page.getByLabel('From', { exact: true }), page.getByLabel('To', { exact: true })];
    await page.getByText('This time cannot be shown').waitFor();
    expect(await descriptionOf(to)).toContain('Choose a time after “From”.');
    await from.fill('2025-10-01T10:00');
    await from.press('Enter');
    await page.getByText('Choose 92 days at most.').waitFor();
    expect(await descriptionOf(from)).toContain('Choose 92 days at most.');
    await to.fill('');
    await to.press('Enter');
    await page.getByText('Choose a date and a time.').waitFor();
    expect(await descriptionOf(to)).toContain('Choose a date and a time.');
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    );
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('button', { name: 'Show the last 24 hours' }).click();
    await page.getByRole('row', { name: '/ping' }).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    seen.push(...faults);
  });

  test('a call that is not known, and filters that none fits, have a way on', async () => {
    const { page, faults } = await trip.open('/calls/none');
    await page.getByText('This call is not known').waitFor();
    await page.goto('/calls?text=nothing-has-this');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('row', { name: '/hubs/' }).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    seen.push(...faults);
  });

  async function connectZendesk() {
    const instance = await connectAccount(trip.platform, trip.sandbox.url, accounts.expiringZendesk);
    const authorization = credentials(instance.token);
    const get = (path: string) => trip.platform.call('GET', `/hubs/helpdesk${path}`, { authorization });
    return { instance, get };
  }
});
