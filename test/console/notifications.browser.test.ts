// Who is told of notifications, as a person sets it up in the console: made, refused, watched, and ended.

import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { descriptionOf, seriousViolations } from '../support/accessibility.ts';
import { findChromium, type WatchedPage } from '../support/chromium.ts';
import { type RecordingVendor, startRecordingVendor } from '../support/recording-vendor.ts';
import { until } from '../support/server-process.ts';
import { useConsole } from './console.ts';

// Whole trips with a browser beside the server: on two busy cores they take their time.
vi.setConfig({ testTimeout: 120_000 });

const key = 'a key of my own, long';

describe.skipIf(findChromium() === undefined)('subscriptions', () => {
  const trip = useConsole({ VALENCE_EGRESS: 'any' });
  const seen: string[] = [];
  let receiver: RecordingVendor;
  beforeAll(async () => {
    receiver = await startRecordingVendor();
  });
  beforeEach(async () => {
    receiver.requests.length = 0;
    receiver.reply = () => ({});
    for (const { id } of (await subscriptions()).body) await end(id);
  });
  afterEach(() => expect(seen.splice(0)).toEqual([]));
  afterAll(() => receiver.close());

  const subscriptions = () => trip.platform.call('GET', '/notifications/subscriptions');
  const end = (id: number) => trip.platform.call('DELETE', `/notifications/subscriptions/${id}`);
  const raise = (topic: string, message: string) =>
    trip.platform.call('POST', '/notifications', { body: { topic, message } });
  const subscribe = async (topics: string[], url: string) => {
    const body = { channel: 'webhook', topics, config: { url, signatureKey: key } };
    return (await trip.platform.call('POST', '/notifications/subscriptions', { body })).body as { id: number };
  };
  const fieldsOf = (page: Page) => ({
    trouble: page.getByRole('group', { name: 'Trouble that the platform finds' }),
    own: page.getByRole('combobox', { name: 'Topics of your own programs' }),
    url: page.getByRole('textbox', { name: 'Callback URL' }),
    key: page.getByLabel('Signing key'),
    make: page.getByRole('button', { name: 'Make the subscription' }),
  });

  /** A view as it is now must be usable by everybody, and no wider than its page. */
  async function check({ page, faults }: WatchedPage): Promise<void> {
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    );
    seen.push(...faults.splice(0));
  }

  test('one is made with the keyboard, its key shown only when asked for, and its endpoint told', async () => {
    const watched = await trip.open('/notifications');
    const { page } = watched;
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    await page.getByText('No endpoint is told yet').waitFor();
    await check(watched);
    await page.getByRole('link', { name: 'Make the first one' }).press('Enter');
    const fields = fieldsOf(page);
    await fields.trouble.getByRole('checkbox', { name: 'An endpoint fails' }).press('Space');
    await fields.own.pressSequentially('deployments');
    await fields.own.press('Enter');
    await check(watched);
    await fields.url.fill(`${receiver.url}/alerts`);
    await fields.url.press('Enter');

    const made = page.getByRole('region', { name: 'The subscription' });
    await made.getByText('The subscription is made.').waitFor();
    expect(await page.content()).not.toContain('whsec_');
    await check(watched);
    await made.getByRole('button', { name: 'Show signing key' }).click();
    const signatureKey = (await made.getByText(/^whsec_/).textContent()) ?? '';
    expect((await subscriptions()).body).toMatchObject([
      { topics: ['callback.failing', 'deployments'], config: { url: `${receiver.url}/alerts` } },
    ]);

    await made.getByRole('link', { name: 'See the subscription' }).click();
    await page.getByText('Nothing was sent lately').waitFor();
    expect(await page.content()).not.toContain(signatureKey);
    await raise('deployments', 'Version 7 is live');
    const callback = await until('the callback comes', () => receiver.requests[0]);
    expect(callback.headers['elements-webhook-signature']).toBe(
      `sha256=${createHmac('sha256', signatureKey).update(callback.text).digest('base64')}`,
    );
    await page.reload();
    const delivery = page.getByRole('row', { name: 'deployments Version 7 is live' });
    await delivery.getByText('Delivered').waitFor();
    await check(watched);
    await delivery.click();
    await page.getByText('Event delivered').waitFor();
    await page.goto('/notifications/subscriptions');
    await page.getByRole('row', { name: `${receiver.url}/alerts An endpoint fails, deployments` }).click();
    await page.getByRole('heading', { name: `${receiver.url}/alerts` }).waitFor();
    await page.getByText('An endpoint fails (callback.failing)').waitFor();
    expect(await page.content()).not.toContain(signatureKey);
    await check(watched);
  });

  test('what is wrong with one is said at its field, and what was typed is not lost by accident', async () => {
    const phone = { viewport: { width: 390, height: 800 }, colorScheme: 'dark' as const };
    const watched = await trip.open('/notifications/subscriptions/new', phone);
    const { page } = watched;
    const fields = fieldsOf(page);
    await fields.url.fill('ftp://app.example/alerts');
    await fields.make.click();
    await page.getByText('Choose a topic, here or below.').waitFor();
    await fields.own.fill('x'.repeat(256));
    await fields.key.fill('short');
    await fields.make.click();
    await expectSaid('This must NOT have more than 255 characters.', () => descriptionOf(fields.own));
    expect(await descriptionOf(fields.key)).toContain('This must NOT have fewer than 16 characters.');
    await check(watched);
    await fields.own.press('Backspace');
    await fields.own.fill('deployments');
    await fields.key.fill(key);
    await fields.make.click();
    await expectSaid('config.url is missing or no URL', () => descriptionOf(fields.url));
    expect(await descriptionOf(fields.key)).not.toContain('16 characters.');
    expect((await subscriptions()).body).toEqual([]);

    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await fields.url.fill(`${receiver.url}/alerts`);
    await fields.make.click();
    await page.getByText('Its callbacks are signed with the key that you gave.').waitFor();
    expect(await page.content()).not.toContain(key);
    await check(watched);
    await page.getByRole('link', { name: 'See the subscription' }).click();
    await page.getByRole('heading', { name: `${receiver.url}/alerts` }).waitFor();
    await check(watched);
  });

  test('what an endpoint does not take is told, and sent when somebody says so', async () => {
    const { id } = await subscribe(['deployments'], `${receiver.url}/failing`);
    const policy = (value: string) =>
      trip.platform.call('PATCH', '/accounts/settings', { body: { 'notification.webhook.failure.policy': value } });
    await policy('queue');
    receiver.reply = () => ({ status: 500 });
    await raise('deployments', 'Version 8 is live');
    const watched = await trip.open(`/notifications/subscriptions/${id}`);
    const { page } = watched;
    const delivery = page.getByRole('row', { name: 'Version 8 is live' });
    await delivery.getByText('Waits in the queue').waitFor();
    await page.reload();
    await page.getByText('1 delivery waits in the queue for this address').waitFor();
    await check(watched);
    const { promise: taken, resolve: take } = Promise.withResolvers<object>();
    receiver.reply = () => taken;
    await page.getByRole('button', { name: 'Send what waits' }).click();
    await page.getByText('1 delivery sent again.').waitFor();
    await delivery.getByText('Retrying').waitFor();
    take({});
    await delivery.getByText('Delivered').waitFor();
    await policy('retry');
    await check(watched);
  });

  test('one like another is made, and one is ended, unless somebody was faster', async () => {
    const { id } = await subscribe(['callback.stopped', 'deployments'], `${receiver.url}/first`);
    const watched = await trip.open(`/notifications/subscriptions/${id}`);
    const { page } = watched;
    await page.getByRole('link', { name: 'Make one like it…' }).click();
    const fields = fieldsOf(page);
    expect(await fields.trouble.getByRole('checkbox', { name: 'An endpoint gets no events' }).isChecked()).toBe(true);
    expect(await fields.url.inputValue()).toBe(`${receiver.url}/first`);
    await fields.url.fill(`${receiver.url}/second`);
    await fields.key.fill(key);
    await fields.make.click();
    await page.getByRole('link', { name: 'See the subscription' }).click();
    await page.getByRole('heading', { name: `${receiver.url}/second` }).waitFor();
    expect((await subscriptions()).body[1].topics).toEqual(['callback.stopped', 'deployments']);

    await page.getByRole('button', { name: 'End…' }).click();
    const dialog = page.getByRole('dialog', { name: 'End this subscription?' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'End…' }).click();
    await check(watched);
    await page.emulateMedia({ colorScheme: 'dark' });
    await check(watched);
    await dialog.getByRole('button', { name: 'End the subscription' }).click();
    await page.getByRole('row', { name: `${receiver.url}/first` }).click();
    expect((await subscriptions()).body).toMatchObject([{ id }]);

    await page.getByRole('button', { name: 'End…' }).click();
    await end(id);
    await dialog.getByRole('button', { name: 'End the subscription' }).click();
    await dialog.getByRole('alert').getByText(`No subscription found with the id ${id}.`).waitFor();
    await page.goto(`/notifications/subscriptions/${id}`);
    await page.getByText('This subscription is not there').waitFor();
    await page.getByRole('link', { name: 'All subscriptions' }).click();
    await page.getByText('No endpoint is told yet').waitFor();
    await check(watched);
  });

  test('a list that cannot be read says why, and is read again', async () => {
    await subscribe(['deployments'], `${receiver.url}/alerts`);
    const watched = await trip.open('/notifications');
    const { page } = watched;
    await page.route('**/notifications/subscriptions', (route) => route.abort());
    await page.getByRole('link', { name: 'Subscriptions' }).click();
    await page.getByRole('alert').getByText('The server cannot be reached. Is it running?').waitFor();
    await check(watched);
    await page.unroute('**/notifications/subscriptions');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row', { name: `${receiver.url}/alerts deployments` }).waitFor();
    await check(watched);
  });

  async function expectSaid(words: string, read: () => Promise<string>): Promise<void> {
    await expect.poll(read, { timeout: 15_000 }).toContain(words);
  }
});
