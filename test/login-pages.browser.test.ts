// The login pages of the sandbox as a person meets them, in a real browser: the whole way by pressing Enter, nothing that the
// pages' own policy refuses, and nothing that keeps people with assistive technology out.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { tidyDocument } from '../sandbox/generic/document.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { findChromium, openPage, startChromium } from './support/chromium.ts';

/** A vendor that plays a document, whose pages are in full colour. */
const played = tidyDocument(
  {
    key: 'survey',
    name: 'Played vendor',
    hub: 'general',
    authentication: { type: 'oauth2' },
    configuration: [
      { key: 'base.url', name: 'Base', defaultValue: 'https://played.example/api' },
      { key: 'oauth.authorization.url', name: 'Authorize', defaultValue: 'https://played.example/authorize' },
      { key: 'oauth.token.url', name: 'Token', defaultValue: 'https://played.example/token' },
      { key: 'oauth.api.key', name: 'Key', defaultValue: 'played-client' },
    ],
    resources: [],
  },
  'survey',
);

const { zendesk, salesforce, act, webex } = sandboxApplications;
const vendors = [
  { name: 'Zendesk', clientId: zendesk.clientId, path: 'acme.zendesk.com/oauth/authorizations/new', scope: 'read' },
  {
    name: 'Salesforce',
    clientId: salesforce.clientId,
    path: 'login.salesforce.com/services/oauth2/authorize',
    scope: 'full',
  },
  { name: 'Act! Essentials', clientId: act.clientId, path: 'mycloud.act.com/act/oauth/v2/authorize', scope: 'api' },
  { name: 'Webex', clientId: webex.clientId, path: 'api.ciscospark.com/v1/authorize', scope: 'spark:all' },
  { name: 'Played vendor', clientId: 'played-client', path: 'played.example/authorize', scope: 'read' },
] as const;

describe.skipIf(findChromium() === undefined)('in a browser', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  let application: Server;
  let callback: string;

  beforeAll(async () => {
    [browser, sandbox] = await Promise.all([startChromium(), startSandbox({ documents: [played] })]);
    application = createServer((_, response) => response.end('connected'));
    await new Promise<void>((listening) => application.listen(0, '127.0.0.1', listening));
    callback = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`;
  });
  afterAll(async () => {
    await browser.close();
    application.close();
    await sandbox.close();
  });

  const addressOf = ({ clientId, path, scope }: (typeof vendors)[number]) => {
    const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback, scope });
    return `${sandbox.url}/${path}?${query}`;
  };

  test.each(vendors)('$name: Enter logs in, Enter allows, on a phone in the dark', async (vendor) => {
    const context = await browser.newContext({ colorScheme: 'dark', viewport: { width: 390, height: 844 } });
    const { page, faults } = await openPage(context);
    await page.goto(addressOf(vendor));
    expect(await barriersOf(page)).toEqual([]);
    await pressFocused(page, 'Log in');
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    expect(await isTooWide(page)).toBe(false);
    await pressFocused(page, 'Allow');
    await page.waitForURL(`${callback}?**`);
    expect(new URL(page.url()).searchParams.get('code')).not.toBeNull();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('consent, a login that is wrong, and a request that is refused keep nobody out', async () => {
    const context = await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 800 } });
    const { page, faults } = await openPage(context);
    const [vendor] = vendors;
    await page.goto(addressOf(vendor).replace(vendor.clientId, 'unknown'));
    expect(await barriersOf(page)).toEqual([]);
    await page.goto(addressOf(vendor));
    await page.getByLabel('Password').fill('wrong');
    await page.getByLabel('Password').press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await pressFocused(page, 'Log in');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    expect(await barriersOf(page)).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });
});

async function pressFocused(page: Page, name: string): Promise<void> {
  // A browser moves the focus when it first draws the page, which can be after the page has loaded.
  await page.waitForFunction(`document.activeElement?.textContent === ${JSON.stringify(name)}`);
  await page.keyboard.press('Enter');
}

/** What keeps people with assistive technology out, and whether the page is wider than its window. */
async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = (await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ impact, id }) => ({ impact, id })))',
  )) as { impact: string; id: string }[];
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id);
  return (await isTooWide(page)) ? [...grave, 'wider than its window'] : grave;
}

async function isTooWide(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) as boolean;
}
