// What a person sees of what goes on: a home that says how to begin and what needs seeing to, and calls that come into their
// list as they are made, down to each step of one.

import { afterEach, describe, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { accounts, connectAccount, ping } from '../support/accounts.ts';
import { findChromium } from '../support/chromium.ts';
import { control } from '../support/consent.ts';
import { administrator, credentials } from '../support/platform.ts';
import { useConsole } from './console.ts';

describe.skipIf(findChromium() === undefined)('activity', () => {
  const trip = useConsole();
  const seen: string[] = [];
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  test('home says how to begin, then of a refused grant, and leads to where the account is connected again', async () => {
    const { page, faults } = await trip.open('/');
    const steps = page.getByRole('region', { name: 'First steps' });
    await steps.getByRole('link', { name: 'Connect an account' }).waitFor();
    await steps.getByRole('link', { name: 'Open the API docs' }).waitFor();
    seen.push(...(await seriousViolations(page)));

    const account = accounts.rotating;
    const instance = await connectAccount(trip.platform, trip.sandbox.url, account);
    await page.reload();
    await steps.getByLabel('Done').waitFor();
    expect((await ping(trip.platform, account, instance)).status).toBe(200);
    await page.reload();
    await page.getByText('All is well: nothing needs you.').waitFor();
    await page.getByRole('img', { name: 'Calls over time: 1 call, none failed' }).waitFor();
    expect(await steps.count()).toBe(0);

    await control(trip.sandbox.url, 'POST', '/tokens/revoke', { vendor: account.vendor });
    expect((await ping(trip.platform, account, instance)).status).toBe(401);
    await page.reload();
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

  test('calls come into the list while one looks; the failed one is found, traced, and opened step by step', async () => {
    const account = accounts.expiringZendesk;
    const instance = await connectAccount(trip.platform, trip.sandbox.url, account);
    const get = (path: string) =>
      trip.platform.call('GET', `/hubs/helpdesk${path}`, { authorization: credentials(instance.token) });
    await ping(trip.platform, account, instance);
    const { page, faults } = await trip.open('/calls');
    const row = (name: string) => page.getByRole('row', { name });
    await row('GET /hubs/helpdesk/ping').waitFor();

    expect((await get('/incidents/999999999')).status).toBe(404);
    await row('404 GET /hubs/helpdesk/incidents/999999999').waitFor();
    await page.getByRole('switch', { name: 'Live' }).click();
    await get('/users');
    await page.getByRole('switch', { name: 'Live' }).click();
    await row('GET /hubs/helpdesk/users').waitFor();
    expect(await row('/hubs/helpdesk/').count()).toBe(3);
    seen.push(...(await seriousViolations(page)));

    await page.getByText('Failed', { exact: true }).first().click();
    await row('GET /hubs/helpdesk/ping').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?status=FAILED');
    await row('404 GET /hubs/helpdesk/incidents/999999999').click();
    await page.getByRole('heading', { name: 'GET /hubs/helpdesk/incidents/999999999' }).waitFor();
    const curl = page.getByRole('region', { name: 'curl command' });
    expect(await curl.textContent()).toContain(
      `curl '${trip.platform.url}/elements/api-v2/hubs/helpdesk/incidents/999999999'`,
    );
    expect(await curl.textContent()).toContain(
      'User <user secret>, Organization <organization secret>, Element <element token>',
    );
    await page.getByRole('button', { name: 'Switch on trace logging' }).click();
    await page.getByText('The steps of the next calls are noted').waitFor();
    seen.push(...(await seriousViolations(page)));

    await get("/incidents?where=subject='no such thing'&pageSize=3");
    await page.getByRole('link', { name: 'the calls of this account' }).click();
    await row('GET /hubs/helpdesk/incidents').first().click();
    await page.getByRole('button', { name: /^Vendor request GET https:\/\/acme\.zendesk\.com/ }).click();
    await page.getByRole('region', { name: 'vendor request', exact: true }).getByText('acme.zendesk.com').waitFor();
    await page.getByRole('button', { name: /^Vendor answer 200/ }).waitFor();
    expect(await curl.textContent()).toContain('pageSize=3');
    await page.getByRole('button', { name: 'Open all' }).click();
    seen.push(...(await seriousViolations(page)));
    const content = await page.content();
    for (const secret of [administrator.userSecret, administrator.organizationSecret, instance.token]) {
      expect(content).not.toContain(secret);
    }
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
});
