// Connect links in real browsers: one person makes a link in the console, another one opens it and connects an account.

import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { seriousViolations } from '../support/accessibility.ts';
import { findChromium, openPage, type WatchedPage } from '../support/chromium.ts';
import { useConsole } from './console.ts';

const { zendesk, webex } = sandboxApplications;

describe.skipIf(findChromium() === undefined)('Connect links', { timeout: 90_000 }, () => {
  const trip = useConsole();
  const seen: string[] = [];
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  beforeAll(async () => {
    for (const { key, application } of [
      { key: 'zendesk', application: zendesk },
      { key: 'ciscospark', application: webex },
    ]) {
      const body = { apiKey: application.clientId, apiSecret: application.clientSecret };
      expect((await trip.platform.call('PUT', `/elements/${key}/application`, { body })).status).toBe(200);
    }
  });

  const session = async (link: string) =>
    (await trip.platform.call('GET', `/connect/sessions/${new URL(link).pathname.split('/').at(-1)}`)).body;

  const madeLink = (page: Page) => page.getByRole('region', { name: 'The link', exact: true });

  /** Makes a link of what the form holds; gives it as it is shown. */
  async function make(page: Page): Promise<string> {
    await page.getByRole('button', { name: 'Make the link' }).click();
    return (await madeLink(page).getByRole('code').textContent()) ?? '';
  }

  /** Opens a link as its customer does: in a browser that has nothing to do with the console. */
  async function visit(link: string): Promise<WatchedPage> {
    const visited = await openPage(await trip.visitor());
    await visited.page.goto(link);
    return visited;
  }

  test('one is made, copied, and connects an account in another browser; the console tells how it goes', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page, faults } = await trip.open('/connect-links', { permissions });
    for (const name of ['Zendesk (zendesk)', 'Cisco Spark (ciscospark)']) {
      await page.getByRole('combobox', { name: 'Elements' }).fill(name);
      await page.getByRole('option', { name }).click();
    }
    await page.getByLabel('Customer').fill('Acme Inc.');
    await page.getByLabel('Name of the connection').fill('Acme’s helpdesk');
    await page.getByRole('combobox', { name: 'Valid for' }).click();
    await page.getByRole('option', { name: '2 hours' }).click();
    await page.getByRole('combobox', { name: 'Tags' }).fill('customer-17');
    await page.keyboard.press('Enter');
    seen.push(...(await seriousViolations(page)));
    const link = await make(page);
    const made = madeLink(page);
    await made.getByText('Not opened yet').waitFor();
    await made.getByRole('button', { name: 'Copy the link' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
    const { createdDate, expiresAt, ...stored } = await session(link);
    expect(Date.parse(expiresAt) - Date.parse(createdDate)).toBe(2 * 3600_000);
    expect(stored).toMatchObject({ elements: ['zendesk', 'ciscospark'], endUser: { name: 'Acme Inc.' } });
    seen.push(...(await seriousViolations(page)));

    const customer = await visit(link);
    await customer.page.getByText('For Acme Inc.').waitFor();
    await customer.page.getByRole('button', { name: 'Cisco Spark' }).waitFor();
    await made.getByText('Opened', { exact: true }).waitFor();
    await customer.page.getByRole('button', { name: 'Zendesk' }).click();
    await customer.page.getByLabel('Zendesk subdomain').fill('acme');
    await customer.page.getByRole('button', { name: 'Continue to Zendesk' }).click();
    await customer.page.getByRole('button', { name: 'Log in' }).click();
    await customer.page.getByRole('button', { name: 'Allow' }).click();
    await customer.page.getByRole('heading', { name: 'Zendesk is connected' }).waitFor();

    await made.getByText('Connected', { exact: true }).waitFor();
    await made.getByRole('button', { name: 'End this link' }).waitFor({ state: 'detached' });
    await made.getByRole('link', { name: 'See the account' }).click();
    await page.getByRole('heading', { name: 'Acme’s helpdesk' }).waitFor();
    const { instanceId } = await session(link);
    expect(new URL(page.url()).pathname).toBe(`/instances/${instanceId}`);
    expect((await trip.platform.call('GET', `/instances/${instanceId}`)).body.tags).toEqual(['customer-17']);

    const late = await visit(link);
    await late.page.getByText('This link was used already').waitFor();
    seen.push(...faults, ...customer.faults, ...late.faults);
  });

  test('one that is ended says so to whoever opens it and to whoever has it open, and another one can be made', async () => {
    const { page, faults } = await trip.open('/connect-links');
    const end = async () => {
      await madeLink(page).getByRole('button', { name: 'End this link' }).click();
      await madeLink(page).getByText('Cancelled').waitFor();
      await madeLink(page).getByRole('button', { name: 'End this link' }).waitFor({ state: 'detached' });
    };
    const said = 'This link was ended before anything was connected with it';
    const link = await make(page);
    await end();
    const late = await visit(link);
    await late.page.getByText(said).waitFor();

    await madeLink(page).getByRole('button', { name: 'Make another' }).click();
    const early = await visit(await make(page));
    await early.page.getByRole('button', { name: 'Zendesk' }).click();
    await early.page.getByLabel('Zendesk subdomain').fill('acme');
    await end();
    await early.page.getByRole('button', { name: 'Continue to Zendesk' }).click();
    await early.page.getByRole('alert').getByText(said).waitFor();
    seen.push(...faults, ...late.faults, ...early.faults);
  });

  test('a customer sees the name and the picture of “Your page”, and is sent back where it allows', async () => {
    const { page, faults } = await trip.open('/connect-links');
    const callback = `${trip.platform.url}/connected`;
    await page.getByLabel('Send them back to').fill(callback);
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('alert').getByText('callbackUrl is not one that your organization allows').waitFor();

    await page.getByRole('tab', { name: 'Your page' }).click();
    await page.getByRole('textbox', { name: 'Your name' }).fill('Initech Software');
    await page.getByRole('combobox', { name: 'Where it may send customers back to' }).fill(callback);
    await page.keyboard.press('Enter');
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const image = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';
    const file = { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(image) };
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a logo…' }).click();
    await (await chooser).setFiles(file);
    await page.getByRole('img', { name: 'Your logo' }).waitFor();

    await page.getByRole('tab', { name: 'Make a link' }).click();
    await page.getByLabel('Send them back to').fill(callback);
    const link = await make(page);
    const customer = await visit(link);
    await customer.page.getByRole('img', { name: 'Initech Software' }).waitFor();
    await customer.page.getByRole('button', { name: 'Zendesk' }).click();
    await customer.page.getByText('allow Initech Software to use your account').waitFor();
    await customer.page.getByRole('button', { name: 'Cancel' }).click();
    await customer.page.waitForURL(`${callback}?status=cancelled&session=${(await session(link)).id}`);
    await madeLink(page).getByText('Cancelled').waitFor();
    seen.push(...faults, ...customer.faults);
  });
});
