// Connecting accounts and looking after them, in a real browser and through the sandbox's pages.

import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { seriousViolations } from '../support/accessibility.ts';
import { findChromium } from '../support/chromium.ts';
import { control } from '../support/consent.ts';
import { administrator } from '../support/platform.ts';
import { useConsole } from './console.ts';

const { zendesk, desk, salesforce, act, webex } = sandboxApplications;

/** An element, the application that its accounts are connected with, and what its form asks for besides. */
const elements = [
  { key: 'zendesk', name: 'Zendesk', application: zendesk, fields: { 'Zendesk subdomain': 'acme' } },
  { key: 'desk', name: 'Desk.com', application: desk, fields: { 'Site address': 'acme.desk.com' } },
  { key: 'sfdc', name: 'Salesforce Sales Cloud', application: salesforce, fields: {} },
  { key: 'sfdcservicecloud', name: 'Salesforce Service Cloud', application: salesforce, fields: {} },
  { key: 'sfdcmarketingcloud', name: 'Salesforce Marketing Cloud', application: salesforce, fields: {} },
  { key: 'sfdcdocuments', name: 'Salesforce.com', application: salesforce, fields: {} },
  { key: 'actessentialsoauth', name: 'Act! Essentials', application: act, fields: {} },
  { key: 'ciscospark', name: 'Cisco Spark', application: webex, fields: {} },
];

async function decide(page: Page, decision: 'Allow' | 'Deny'): Promise<void> {
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: decision }).click();
}

describe.skipIf(findChromium() === undefined)('a person', () => {
  const trip = useConsole();
  const seen: string[] = [];
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  // For two elements key and secret are given with the account.
  beforeAll(async () => {
    for (const { key, application } of elements.slice(2)) {
      const body = { apiKey: application.clientId, apiSecret: application.clientSecret };
      expect((await trip.platform.call('PUT', `/elements/${key}/application`, { body })).status).toBe(200);
    }
  });

  test.each(elements)('connects an account at $key', async ({ key, name, application, fields }) => {
    const { page, faults } = await trip.open('/instances/connect');
    await page.getByRole('link', { name: `${name} ${key}` }).click();
    await page.getByRole('heading', { name: `Connect ${name}` }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill(`Acme at ${name}`);
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
    const part = page.getByRole('region', { name: 'Vendor application' });
    if (elements.findIndex((element) => element.key === key) < 2) {
      await page.getByRole('button', { name: `Continue to ${name}` }).click();
      await part.getByText('is needed.').first().waitFor();
      await part.locator('input[name="oauth.api.key"]').fill(application.clientId);
      await part.locator('input[name="oauth.api.secret"]').fill(application.clientSecret);
    } else {
      await part.getByText(application.clientId).waitFor();
    }
    await page.getByRole('button', { name: `Continue to ${name}` }).click();
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: `Acme at ${name} is connected` }).waitFor();
    await page.getByRole('button', { name: 'Make a test call' }).click();
    await page.getByText(/The account answered in \d+ ms/).waitFor();
    seen.push(...faults);
  });

  test('who denies is told so, keeps what was typed, and connects after all; the token is shown when asked for', async () => {
    const { page, faults } = await trip.open('/instances/connect/zendesk');
    const fillSecrets = async () => {
      await page.locator('input[name="oauth.api.key"]').fill(zendesk.clientId);
      await page.locator('input[name="oauth.api.secret"]').fill(zendesk.clientSecret);
      await page.getByRole('button', { name: 'Continue to Zendesk' }).click();
    };
    await page.getByLabel('Name', { exact: true }).fill('Globex');
    await page.getByLabel('Zendesk subdomain').fill('acme');
    seen.push(...(await seriousViolations(page)));
    await fillSecrets();
    await decide(page, 'Deny');
    await page.getByRole('alert').getByText('Consent was denied').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Globex');
    expect(await page.getByLabel('Zendesk subdomain').inputValue()).toBe('acme');
    expect(await page.locator('input[name="oauth.api.secret"]').inputValue()).toBe('');
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(zendesk.clientSecret);

    await fillSecrets();
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: 'Globex is connected' }).waitFor();
    const [row] = (await trip.platform.call('GET', '/instances?searchText=Globex')).body;
    expect(await page.content()).not.toContain(row.token);
    await page.getByRole('button', { name: 'Show the element token' }).click();
    await page.getByRole('code').getByText(row.token, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Fill in the secrets' }).click();
    const { userSecret, organizationSecret } = administrator;
    const secrets = `User ${userSecret}, Organization ${organizationSecret}, Element ${row.token}`;
    await page.getByRole('region', { name: 'curl line' }).getByText(secrets).waitFor();
    seen.push(...(await seriousViolations(page)), ...faults);
  });

  test('whose grant is gone finds the way out, edits the account, switches it, and deletes it', async () => {
    const [{ id }] = (await trip.platform.call('GET', '/elements/sfdc/instances')).body;
    await control(trip.sandbox.url, 'POST', '/reset');
    const { page, faults } = await trip.open(`/instances/${id}`);
    await page.getByRole('button', { name: 'Make a test call' }).click();
    const notice = page.getByRole('alert').filter({ hasText: 'no longer accepts the grant' });
    await notice.waitFor();
    seen.push(...(await seriousViolations(page)));
    await notice.getByRole('button', { name: 'Connect again' }).click();
    await decide(page, 'Allow');
    await page.getByText('The vendor gave its consent.').waitFor();
    await page.getByRole('button', { name: 'Make a test call' }).click();
    await page.getByText(/The account answered in/).waitFor();

    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Renamed');
    await page.getByRole('combobox', { name: 'Tags' }).fill('gold');
    await page.keyboard.press('Enter');
    await page.getByRole('switch', { name: 'Leave out nulls' }).click();
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Renamed', exact: true }).waitFor();

    const events = page.getByRole('region', { name: 'Events' });
    await events.getByRole('switch', { name: 'Tell me of changes' }).click();
    await events.getByLabel('Polling interval in minutes').fill('30');
    await events.getByRole('button', { name: 'Save events' }).click();
    await page.getByText('The events are saved.').waitFor();
    await page.getByRole('switch', { name: 'Trace logging' }).click();
    await page.getByRole('switch', { name: 'Enabled' }).click();
    await page.getByRole('status').getByText('The account is disabled').waitFor();
    const stored = (await trip.platform.call('GET', `/instances/${id}`)).body;
    expect(stored).toMatchObject({
      name: 'Renamed',
      disabled: true,
      valid: true,
      eventsEnabled: true,
      traceLoggingEnabled: true,
      configuration: { 'filter.response.nulls': 'false', 'event.poller.refresh_interval': '30' },
    });
    expect(stored.tags).toContain('gold');

    await page.getByRole('button', { name: 'Delete the account…' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { name: 'Connected accounts' }).waitFor();
    await page.getByText('Renamed is deleted').waitFor();
    expect((await trip.platform.call('GET', `/instances/${id}`)).status).toBe(404);
    seen.push(...faults);
  });

  test('finds accounts by what stands in the address', async () => {
    const { page, faults } = await trip.open('/instances?q=Desk.com');
    const table = page.getByRole('table', { name: 'Connected accounts' });
    await table.getByText('Acme at Desk.com').first().waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    seen.push(...(await seriousViolations(page)));
    await page.getByLabel('Search').fill('no such account');
    await page.getByText('No account fits').waitFor();
    expect(page.url()).toContain('q=no+such+account');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('combobox', { name: 'Element' }).click();
    await page.getByRole('option', { name: 'Act! Essentials' }).click();
    await table.getByText('Acme at Act! Essentials').first().click();
    await page.getByRole('heading', { name: 'Acme at Act! Essentials' }).waitFor();
    seen.push(...faults);
  });

  test('keeps an application for all accounts, replaces it, and removes it', async () => {
    const { page, faults } = await trip.open('/instances/connect/desk');
    await page.getByRole('link', { name: 'keep one for all accounts' }).click();
    const dialog = page.getByRole('dialog', { name: 'Application at Desk.com' });
    await dialog.getByText(`${trip.platform.url}/oauth/callback`).waitFor();
    await dialog.getByLabel('API key').fill('first-key');
    await dialog.locator('input[type="password"]').fill('first-secret');
    seen.push(...(await seriousViolations(page)));
    await dialog.getByRole('button', { name: 'Keep the application' }).click();
    const card = page.getByRole('region', { name: 'Desk.com' });
    await card.getByText('first-key').waitFor();
    expect(await page.content()).not.toContain('first-secret');

    await card.getByRole('button', { name: 'Replace…' }).click();
    await dialog.getByLabel('API key').fill('second-key');
    await dialog.locator('input[type="password"]').fill('second-secret');
    await dialog.getByRole('button', { name: 'Replace the application' }).click();
    await card.getByText('second-key').waitFor();
    seen.push(...(await seriousViolations(page)));
    await card.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await card.waitFor({ state: 'detached' });
    expect((await trip.platform.call('GET', '/elements/desk/application')).status).toBe(404);
    seen.push(...faults);
  });
});
