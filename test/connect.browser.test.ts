// Connect as people meet it: in Chromium, from a page of another origin, through the sandbox's login pages.

import axe from 'axe-core';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../sandbox/applications.ts';
import { findChromium, openPage, startChromium } from './support/chromium.ts';
import { countInstances, useTrip } from './support/guide.ts';
import { serveThirdPartyPage, type ThirdPartyPage } from './support/third-party-page.ts';

describe.skipIf(findChromium() === undefined)('Connect in a browser', { timeout: 90_000 }, () => {
  const trip = useTrip({ environment: { VALENCE_ROUTE_BROWSER: 'true' } });
  let browser: Browser;
  let context: BrowserContext;
  let theirs: ThirdPartyPage;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await startChromium();
    theirs = await serveThirdPartyPage(trip.platform.url);
    const { clientId, clientSecret } = sandboxApplications.zendesk;
    await call('PUT', '/elements/zendesk/application', { apiKey: clientId, apiSecret: clientSecret });
    const { clientId: apiKey, clientSecret: apiSecret } = sandboxApplications.webex;
    await call('PUT', '/elements/ciscospark/application', { apiKey, apiSecret });
    await call('PATCH', '/organizations/branding', {
      connectName: 'Acme Software',
      connectOrigins: [theirs.origins.localhost],
      connectCallbacks: [theirs.origins.localhost],
      buttonPrimaryBackgroundColor: '#ffd54a',
      buttonPrimaryTextColor: '#ffffff',
    });
  });
  afterAll(async () => {
    await browser?.close();
    await theirs?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    ({ page, faults } = await openPage(context));
  });
  afterEach(async () => {
    await context.close();
  });

  const call = (method: string, path: string, body: unknown) => trip.platform.call(method, path, { body });

  async function newLink(body: Record<string, unknown> = {}): Promise<{ id: string; url: string }> {
    const made = await call('POST', '/connect/sessions', { elements: ['zendesk'], endUser: { name: 'Ann' }, ...body });
    expect(made.status, made.body.message).toBe(200);
    return made.body;
  }

  const stored = async (id: string) => (await trip.platform.call('GET', `/connect/sessions/${id}`)).body;

  /** Opens the third party's page with a link at hand. */
  async function visit(link: unknown, origin = theirs.origins.localhost): Promise<void> {
    await page.goto(origin);
    await page.evaluate(`window.session = ${JSON.stringify(link)}`);
  }

  /** Presses the button; gives the window that opens. */
  async function openWindow(from: { click(): Promise<void> }): Promise<Page> {
    const [opened] = await Promise.all([context.waitForEvent('page'), from.click()]);
    return opened;
  }

  async function fillSubdomain(where: Page | FrameLocator): Promise<void> {
    await where.getByLabel('Zendesk subdomain').fill('acme');
  }

  async function decideAtVendor(vendor: Page, decision: 'allow' | 'deny'): Promise<void> {
    await vendor.locator('form button[type=submit]').first().click();
    await vendor.locator(`button[name=decision][value=${decision}]`).click();
  }

  async function closed(opened: Page): Promise<void> {
    if (!opened.isClosed()) await opened.waitForEvent('close');
  }

  const outcome = () => page.evaluate('window.outcome');
  const told = () => page.evaluate('window.told');
  const frame = () => page.frameLocator('iframe[title="Connect an account"]');

  async function expectAccessible(shown: Page): Promise<void> {
    await shown.evaluate(axe.source);
    const found = await shown.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
    );
    expect(found).toEqual([]);
  }

  test('in a window: the page that opened it is told of the connection', async () => {
    const link = await newLink();
    await visit(link);
    const connect = await openWindow(page.locator('#popup'));
    await fillSubdomain(connect);
    expect(connect.url()).not.toContain('#');
    await connect.getByRole('button', { name: 'Continue to Zendesk' }).click();
    await decideAtVendor(connect, 'allow');
    const ended = await outcome();
    const { instanceId } = await stored(link.id);
    expect(ended).toEqual({ status: 'connected', instanceId, elementKey: 'zendesk' });
    expect(await told()).toEqual([{ name: 'onConnected', status: 'connected', instanceId, elementKey: 'zendesk' }]);
    expect(instanceId).toBeGreaterThan(0);
    await closed(connect);
    expect(faults).toEqual([]);
  });

  test('in a frame: the vendor’s pages open in a window; denied once, then allowed', async () => {
    const link = await newLink();
    await visit(link);
    await page.locator('#frame').click();
    await fillSubdomain(frame());
    const first = await openWindow(frame().getByRole('button', { name: 'Continue to Zendesk' }));
    await decideAtVendor(first, 'deny');
    await frame().getByText('The connection was not allowed').waitFor();
    await closed(first);
    expect(await told()).toEqual([]);

    await frame().getByRole('button', { name: 'Try again' }).click();
    await fillSubdomain(frame());
    const second = await openWindow(frame().getByRole('button', { name: 'Continue to Zendesk' }));
    await decideAtVendor(second, 'allow');
    expect(await outcome()).toMatchObject({ status: 'connected', elementKey: 'zendesk' });
    expect(await stored(link.id)).toMatchObject({ status: 'connected' });
    await closed(second);
    expect(await page.locator('iframe').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('frame');
    expect(faults).toEqual([]);
  });

  test('is cancelled in the frame, and by closing the window', async () => {
    const before = await countInstances(trip);
    const link = await newLink();
    await visit(link);
    await page.locator('#frame').click();
    await frame().getByRole('button', { name: 'Cancel' }).click();
    expect(await outcome()).toEqual({ status: 'cancelled' });
    expect(await stored(link.id)).toMatchObject({ status: 'cancelled' });

    await visit(await newLink());
    const connect = await openWindow(page.locator('#popup'));
    await connect.getByRole('heading').waitFor();
    await connect.close();
    expect(await outcome()).toEqual({ status: 'cancelled' });
    expect(await told()).toEqual([{ name: 'onCancelled', status: 'cancelled' }]);
    expect(await countInstances(trip)).toBe(before);
  });

  test('a page of an origin that is not allowed neither shows nor hears it', async () => {
    const link = await newLink();
    await visit(link, theirs.origins.address);
    await page.locator('#frame').click();
    expect(await outcome()).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(theirs.origins.address),
    });
    // The script takes its frame away at once; one of the page's own shows what the browser makes of it.
    const refused = page.waitForEvent('console', {
      predicate: (message) => message.text().includes('frame-ancestors'),
    });
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${link.url}' }))`,
    );
    await refused;
    await visit(link, theirs.origins.address);
    await openWindow(page.locator('#popup'));
    expect(await outcome()).toMatchObject({ status: 'failed' });
    expect(await stored(link.id)).toMatchObject({ status: 'open' });
  });

  test('messages of other pages, and of the page itself, are not believed', async () => {
    const link = await newLink();
    await visit(link);
    await page.locator('#frame').click();
    await frame().getByRole('heading').waitFor();
    const { pathname, origin } = new URL(link.url);
    const forged = JSON.stringify({ valence: pathname, status: 'connected', instanceId: 1, elementKey: 'zendesk' });
    await page.evaluate(`{
      const source = document.querySelector('iframe').contentWindow;
      window.postMessage(${forged}, '*');
      // Whom a message is from can be forged only where it is made up.
      window.dispatchEvent(new MessageEvent('message', { data: ${forged}, origin: 'https://evil.example', source }));
      window.dispatchEvent(new MessageEvent('message', { data: ${forged}, origin: '${origin}', source: window }));
    }`);
    await frame().getByRole('button', { name: 'Cancel' }).click();
    expect(await outcome()).toEqual({ status: 'cancelled' });
  });

  test('the window for the vendor takes a ticket from its own page only', async () => {
    const link = await newLink();
    const { ticket } = (await begin(link)) as { ticket: string };
    await visit(link);
    const opened = page.waitForEvent('popup');
    const address = new URL('?consent', link.url.split('#', 1)[0]);
    await page.evaluate(`{
      const lured = window.open('${address}', '_blank');
      setInterval(() => lured.postMessage({ ticket: '${ticket}' }, '*'), 50);
    }`);
    const lured = await opened;
    await lured.waitForLoadState('networkidle');
    expect(new URL(lured.url()).search).toBe('?consent');
    const rightful = await fetch(`${trip.platform.url}/connect/${link.id}/consent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket }),
    });
    expect(rightful.status).toBe(200);
  });

  /** Takes up a link without a browser and begins a connection. */
  async function begin({ id, url }: { id: string; url: string }): Promise<unknown> {
    const post = async (path: string, body: unknown, key = '') =>
      (
        await fetch(`${trip.platform.url}/connect/${id}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'valence-connect-key': key },
          body: JSON.stringify(body),
        })
      ).json();
    const { key } = (await post('link', { token: new URL(url).hash.slice(1) })) as { key: string };
    return post('connections', { element: 'zendesk', configuration: { 'zendesk.subdomain': 'acme' } }, key);
  }

  test('alone on a phone: choose, connect, and back where the link was given; a link works once', async () => {
    const callbackUrl = `${theirs.origins.localhost}/done`;
    const link = await newLink({ elements: ['zendesk', 'ciscospark'], callbackUrl });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(link.url);
    await page.getByRole('button', { name: 'Zendesk' }).waitFor();
    expect(page.url()).not.toContain('#');
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('button', { name: 'Zendesk' }).click();
    await page.getByRole('button', { name: 'Continue to Zendesk' }).click();
    await page.getByText('Zendesk subdomain is needed.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('field-zendesk.subdomain');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.keyboard.type('acme');
    await page.keyboard.press('Enter');
    await decideAtVendor(page, 'allow');
    await page.waitForURL(`${callbackUrl}?status=connected&session=${link.id}`);
    expect(faults).toEqual([]);

    const second = await openPage(context);
    await second.page.goto(link.url);
    await second.page.getByText('This link was used already').waitFor();
    await expectAccessible(second.page);
  });

  test('keeps nothing of the link or the connection in the browser’s reach', async () => {
    const link = await newLink({ elements: ['zendesk', 'ciscospark'] });
    await page.goto(link.url);
    await page.getByRole('button', { name: 'Cisco Spark' }).click();
    await page.getByRole('button', { name: /^Continue to/ }).click();
    await decideAtVendor(page, 'allow');
    await page.getByRole('heading', { name: /is connected$/ }).waitFor();
    const { instanceId } = await stored(link.id);
    const { token } = (await trip.platform.call('GET', `/instances/${instanceId}`)).body;
    const kept = await page.evaluate('JSON.stringify([document.cookie, localStorage, document.body.innerHTML])');
    const cookies = JSON.stringify(await context.cookies(trip.platform.url));
    const fragment = new URL(link.url).hash.slice(1);
    for (const secret of [token, fragment, sandboxApplications.webex.clientSecret]) {
      expect(kept).not.toContain(secret);
      expect(cookies).not.toContain(secret);
    }
  });
});
