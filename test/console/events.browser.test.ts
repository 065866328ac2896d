// Events, jobs, bulk and notifications as a person meets them in the console, with the sandbox's vendors behind them.

import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { storeEnvironment } from '../support/bulk-client.ts';
import { findChromium, type WatchedPage } from '../support/chromium.ts';
import { control } from '../support/consent.ts';
import { callElement, configurationOf, connect } from '../support/guide.ts';
import { startObjectStore } from '../support/object-store.ts';
import { type RecordingVendor, startRecordingVendor } from '../support/recording-vendor.ts';
import { useConsole } from './console.ts';

// Whole trips with a browser beside the server: on two busy cores they take their time.
vi.setConfig({ testTimeout: 240_000 });

const store = await startObjectStore();
afterAll(() => store.close());

describe.skipIf(findChromium() === undefined)('in the console', () => {
  const trip = useConsole({ VALENCE_EGRESS: 'any', ...storeEnvironment(store) });
  const seen: string[] = [];
  let receiver: RecordingVendor;
  let zendesk: { id: number; token: string };
  let spark: { id: number; token: string };
  afterEach(() => expect(seen.splice(0)).toEqual([]));
  beforeAll(async () => {
    receiver = await startRecordingVendor();
    zendesk = await connect(trip, 'zendesk');
  });
  afterAll(() => receiver.close());

  /** A view as it is now must be usable by everybody. */
  async function check({ page, faults }: WatchedPage): Promise<void> {
    expect(await seriousViolations(page)).toEqual([]);
    seen.push(...faults.splice(0));
  }

  test('an event comes from a vendor, does not arrive, is sent again, and arrives', async () => {
    await trip.platform.call('PATCH', '/accounts/settings', {
      body: { 'notification.webhook.failure.policy': 'queue' },
    });
    receiver.reply = () => ({ status: 500 });
    spark = await connect(trip, 'ciscospark', {
      configuration: {
        ...configurationOf('ciscospark'),
        'event.notification.enabled': 'true',
        'event.vendor.type': 'webhooks',
        'event.notification.callback.url': `${receiver.url}/events`,
      },
    });
    const channel = await callElement(trip, spark.token, 'POST', '/channels', { title: 'Events' });

    const watched = await trip.open('/events?status=DISPATCHED&period=24h');
    const { page } = watched;
    const row = page.getByRole('row', { name: `channels created: ${channel.body.id}` });
    await row.getByText('Waits in the queue').waitFor();
    await page.getByRole('img', { name: /Events over time/ }).waitFor();
    await check(watched);

    await row.click();
    await page.getByRole('heading', { name: `channels created: ${channel.body.id}` }).waitFor();
    await page.getByText('The endpoint answered 500.').waitFor();
    await page.getByRole('region', { name: 'what came' }).getByText('"resource"').waitFor();
    await check(watched);

    receiver.reply = () => ({});
    const before = receiver.requests.length;
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Event delivered').waitFor();
    await page.getByText('Delivered', { exact: true }).waitFor();
    expect(receiver.requests.slice(before).some(({ text }) => text.includes(channel.body.id))).toBe(true);

    await page.goto('/events');
    await page.getByRole('button', { name: 'Send again…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send events again' });
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await page.getByText(/\d+ events? sent again\./).waitFor();
    seen.push(...watched.faults);
  });

  test('an endpoint that fails is told, and gets what waits for it when somebody says so', async () => {
    receiver.reply = () => ({ status: 503 });
    for (let count = 0; count < 8; count++)
      await callElement(trip, spark.token, 'POST', '/channels', { title: 'More' });
    const watched = await trip.open('/events');
    const { page } = watched;
    const notice = page.getByRole('region', { name: `Endpoint ${receiver.url}/events` });
    await notice.getByText('The endpoint answered 503.').waitFor({ timeout: 60_000 });
    await notice.getByText(/deliver(y waits|ies wait) until you send/).waitFor({ timeout: 60_000 });
    await check(watched);
    receiver.reply = () => ({});
    await notice.getByRole('button', { name: 'Send what waits' }).click();
    await page.getByText(/deliver(y|ies) sent again\./).waitFor();
    await notice.waitFor({ state: 'detached', timeout: 60_000 });
    seen.push(...watched.faults);
  });

  test('a download shows how far it has come, and brings its file', async () => {
    await control(trip.sandbox.url, 'POST', '/faults', {
      host: '*.zendesk.com',
      kind: 'slow',
      delayMs: 1500,
      times: 2,
    });
    const watched = await trip.open('/bulk');
    const { page } = watched;
    await page.getByRole('link', { name: 'New download' }).click();
    await page.getByRole('combobox', { name: 'Account' }).click();
    await page.getByRole('option', { name: /zendesk/ }).click();
    await page.getByRole('combobox', { name: 'Object' }).fill('incidents');
    await page.getByRole('textbox', { name: 'Fields' }).fill('id, subject');
    await check(watched);
    await page.getByRole('button', { name: 'Begin' }).click();

    await page.getByRole('heading', { name: 'Download of incidents' }).waitFor();
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
    await page.getByText('Completed', { exact: true }).waitFor({ timeout: 30_000 });
    expect(await page.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('100 %');
    await check(watched);

    await page.getByRole('button', { name: 'Get the records' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('incidents.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect([lines[0]?.trim(), lines.length]).toEqual(['id,subject', 261]);
    await page.getByRole('link', { name: 'All bulk jobs' }).click();
    await page.getByRole('row', { name: /Download of incidents/ }).waitFor();
    await check(watched);
  });

  test('rows of an upload that failed are told with the vendor’s reason, and run again', async () => {
    const watched = await trip.open('/bulk/upload');
    const { page } = watched;
    await page.getByRole('combobox', { name: 'Account' }).click();
    await page.getByRole('option', { name: /zendesk/ }).click();
    await page.getByRole('combobox', { name: 'Object' }).fill('incidents');
    const csv = 'subject,description\nOne,It is on fire\nTwo,\nThree,It is out\n';
    const file = { name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await page.locator('input[type=file]').setInputFiles(file);
    await check(watched);
    await page.getByRole('button', { name: 'Upload' }).click();

    await page.getByRole('heading', { name: '1 row failed' }).waitFor({ timeout: 30_000 });
    await page
      .getByRole('table', { name: 'Rows that failed' })
      .getByText(/Description/)
      .waitFor();
    await check(watched);
    const first = page.url();
    await page.getByRole('button', { name: 'Run failed rows again…' }).click();
    await page.getByRole('button', { name: 'Run them' }).click();
    await page.waitForURL((url) => url.href !== first);
    await page
      .getByRole('table', { name: 'Rows that failed' })
      .getByText(/Description/)
      .waitFor({ timeout: 30_000 });
    const again = await trip.platform.call('GET', `/bulk/jobs/${page.url().split('/').at(-1)}`);
    expect(again.body).toMatchObject({ record_count: 1, error_count: 1 });
    seen.push(...watched.faults);
  });

  test('a job is made, disabled, enabled, given another schedule and deleted', async () => {
    const watched = await trip.open('/jobs');
    const { page } = watched;
    await page.getByText('No jobs yet').waitFor();
    await page.getByRole('button', { name: 'New job' }).click();
    const dialog = page.getByRole('dialog', { name: 'New job' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('New incidents');
    await dialog.getByRole('combobox', { name: 'Account' }).click();
    await page.getByRole('option', { name: /zendesk/ }).click();
    await dialog.getByRole('textbox', { name: 'Path' }).fill('/hubs/helpdesk/incidents');
    await dialog.getByText('Next runs').waitFor();
    await check(watched);
    await dialog.getByRole('button', { name: 'Make the job' }).click();

    await page.getByRole('heading', { name: 'New incidents' }).waitFor();
    await page.getByText(/^At 08:00, every day/).waitFor();
    const [job] = (await trip.platform.call('GET', '/jobs')).body;
    const stateIs = async (state: string) =>
      expect((await trip.platform.call('GET', `/jobs/${job.id}`)).body.trigger.state).toBe(state);
    expect(job.data).toMatchObject({ id: zendesk.id, topic: 'GET /hubs/helpdesk/incidents' });
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    await stateIs('PAUSED');
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByText('Enabled', { exact: true }).waitFor();
    await stateIs('NORMAL');
    await check(watched);

    await page.getByRole('button', { name: 'Reschedule…' }).click();
    await page.getByRole('combobox', { name: 'When' }).click();
    await page.getByRole('option', { name: 'Other times…' }).click();
    await page.getByRole('textbox', { name: 'Schedule' }).fill('0 0 25 * * ?');
    await page.getByText(/cannot be used/).waitFor();
    await page.getByRole('textbox', { name: 'Schedule' }).fill('0/5 * * * * ?');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Every 5 seconds/).waitFor();
    await page.getByRole('table', { name: 'Runs' }).getByText('Completed').first().waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete the job' }).click();
    await page.getByText('No jobs yet').waitFor();
    await check(watched);
  });

  test('a notification is counted at the bell until somebody marks it as seen', async () => {
    const unseen = await trip.platform.call('GET', '/notifications?topics[]=*&acknowledged=false');
    for (const { id } of unseen.body) await trip.platform.call('PUT', `/notifications/${id}/acknowledge`);
    const body = { topic: 'deployments', message: 'Version 7 is live', from: 'ci' };
    await trip.platform.call('POST', '/notifications', { body });
    const watched = await trip.open('/');
    const { page } = watched;
    await page.getByRole('link', { name: 'Notifications, 1 not seen' }).click();
    await page.getByRole('article', { name: 'deployments' }).getByText('Version 7 is live').waitFor();
    await check(watched);
    await page.getByRole('button', { name: 'Mark as seen' }).click();
    await page.getByText('Nothing needs you').waitFor();
    await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor();
    await check(watched);
  });
});
