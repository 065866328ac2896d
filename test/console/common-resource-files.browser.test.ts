// Common resources as files, under other names, and with scripts, in a real browser: what leaves and enters the console, and
// what calls make of it.

import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { findChromium, openPage } from '../support/chromium.ts';
import { connect } from '../support/guide.ts';
import { credentials } from '../support/platform.ts';
import { useConsole } from './console.ts';

const definition = {
  fields: [
    { path: 'id', type: 'string' },
    { path: 'fullName', type: 'string' },
  ],
};
const users = {
  vendorName: 'users',
  fields: [
    { path: 'id', vendorPath: 'id' },
    { path: 'fullName', vendorPath: 'name' },
  ],
};

describe.skipIf(findChromium() === undefined)('common resources', { timeout: 90_000 }, () => {
  const trip = useConsole();
  const seen: string[] = [];
  let token = '';
  let user: { id: string; name: string };
  beforeAll(async () => {
    token = (await connect(trip, 'zendesk')).token;
    [user] = (await callElement('/users?pageSize=1')).body;
  });
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  const callElement = (path: string) =>
    trip.platform.call('GET', `/hubs/helpdesk${path}`, { authorization: credentials(token) });
  const call = (method: string, path: string, body?: unknown) =>
    trip.platform.call(method, path, body === undefined ? {} : { body });

  const field = (page: Page, path: string) => page.getByRole('listitem', { name: path, exact: true });

  /** Opens the dialog and gives it a file. */
  async function choose(page: Page, name: string, content: unknown): Promise<Locator> {
    await page.goto('/common-resources');
    await page.getByRole('button', { name: 'New common resource' }).click();
    const dialog = page.getByRole('dialog', { name: 'New common resource' });
    await dialog.getByText('From a file').click();
    await replace(page, name, content);
    return dialog;
  }

  async function replace(page: Page, name: string, content: unknown): Promise<void> {
    const buffer = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer });
  }

  test('one is imported, replaced when that is confirmed, exported, and imported again under another name', async () => {
    const { page, faults } = await trip.open('/');
    const dialog = await choose(page, 'broken.json', '{"vdrName": ');
    await dialog.getByRole('button', { name: 'Import' }).click();
    await dialog.getByRole('alert').getByText('broken.json is no bundle').waitFor();
    await replace(page, 'unknown.json', { vdrName: 'person', definition, transformation: { nowhere: users } });
    await dialog.getByRole('button', { name: 'Import' }).click();
    await dialog.getByRole('alert').getByText('No element found with the key or id nowhere').waitFor();
    seen.push(...(await seriousViolations(page)));
    await replace(page, 'person.json', { vdrName: 'person', definition, transformation: { zendesk: users } });
    await dialog.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('heading', { name: 'person' }).waitFor();
    expect((await callElement(`/person/${user.id}`)).body).toMatchObject({ fullName: user.name });

    const wider = { fields: [...definition.fields, { path: 'zone', type: 'string' }] };
    const again = await choose(page, 'person.json', { vdrName: 'person', definition: wider });
    await again.getByRole('button', { name: 'Import' }).click();
    await again.getByText('Some of it is there already').waitFor();
    expect((await call('GET', '/common-resources/person')).body.fields).toHaveLength(2);
    await again.getByRole('button', { name: 'Replace what is there' }).click();
    await field(page, 'zone').waitFor();

    await page.getByRole('button', { name: 'Actions' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export as a file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('person.json');
    const bundle = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(Object.keys(bundle.transformation)).toEqual(['zendesk']);
    const other = await choose(page, 'human.json', { ...bundle, vdrName: 'human' });
    await other.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('heading', { name: 'human' }).waitFor();
    await field(page, 'zone').waitFor();
    expect((await callElement(`/human/${user.id}`)).body).toEqual((await callElement(`/person/${user.id}`)).body);
    seen.push(...faults);
  });

  test('those of an older bundle are imported together; one is renamed, and what names it follows', async () => {
    const { page, faults } = await trip.open('/');
    const dialog = await choose(page, 'older.json', {
      objectDefinitions: {
        customer: { fields: [{ path: 'home', type: 'residence' }] },
        residence: { fields: [{ path: 'zone', type: 'string' }] },
      },
      transformations: {
        zendesk: {
          customer: { vendorName: 'users', fields: [{ path: 'home.zone', vendorPath: 'time_zone' }] },
          residence: { vendorName: 'users', fields: [{ path: 'zone', vendorPath: 'time_zone' }] },
        },
      },
    });
    await dialog.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('heading', { name: 'customer' }).waitFor();
    await page.getByRole('link', { name: 'Common resources' }).first().click();
    await page.getByRole('row', { name: /^residence/ }).click();
    await page.getByRole('heading', { name: 'residence' }).waitFor();
    const { zone } = (await callElement(`/residence/${user.id}`)).body;
    expect(zone).toEqual(expect.any(String));

    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    const renaming = page.getByRole('dialog', { name: 'Rename residence' });
    await renaming.getByRole('textbox', { name: 'New name' }).fill('customer');
    await renaming.getByRole('button', { name: 'Rename' }).click();
    await renaming.getByRole('alert').getByText('customer').waitFor();
    seen.push(...(await seriousViolations(page)));
    await renaming.getByRole('textbox', { name: 'New name' }).fill('dwelling');
    await renaming.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { name: 'dwelling' }).waitFor();
    await renaming.waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).toBe('/common-resources/dwelling');
    await field(page, 'zone').waitFor();
    expect((await callElement(`/dwelling/${user.id}`)).body).toMatchObject({ zone });
    expect((await call('GET', '/common-resources/customer')).body.fields).toMatchObject([{ type: 'dwelling' }]);
    expect((await callElement(`/customer/${user.id}`)).body).toMatchObject({ home: { zone } });
    await page.goto('/common-resources/residence');
    await page.getByText('There is no such common resource').waitFor();
    seen.push(...faults);
  });

  test('a user of another account is told what of a file is not his to say', async () => {
    const account = (await call('POST', '/accounts', { externalId: 'customer-1', name: 'Customer' })).body;
    await call('POST', `/accounts/${account.id}/users`, { email: 'user@customer.test' });
    const { page, faults } = await openPage(await trip.visitor());
    await page.goto(`/sign-in#code=${await trip.platform.app.signInCode('user@customer.test')}`);
    await page.getByRole('button', { name: 'Your account' }).waitFor();
    const ofOrganization = {
      vdrName: 'invoice',
      definition: { level: 'organization', fields: [{ path: 'number', type: 'string', level: 'organization' }] },
    };
    const dialog = await choose(page, 'invoice.json', ofOrganization);
    await dialog.getByRole('button', { name: 'Import' }).click();
    await dialog.getByRole('alert').getByText('You may not change anything of what was sent').waitFor();

    const fields = [...ofOrganization.definition.fields, { path: 'paid', type: 'boolean', level: 'account' }];
    await replace(page, 'both.json', { vdrName: 'invoice', definition: { fields } });
    await dialog.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('alert').getByText('fields of invoice at the level organization: number').waitFor();
    await page.getByRole('heading', { name: 'invoice' }).waitFor();
    await field(page, 'paid').waitFor();
    expect(await field(page, 'number').count()).toBe(0);
    seen.push(...faults);
  });

  test('a script is written, refused while it is no JavaScript, previewed, saved, and runs in calls', async () => {
    await call('POST', '/vdrs/import', { vdrName: 'caller', definition, transformation: { zendesk: users } });
    const { page, faults } = await trip.open('/common-resources/caller');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('cell', { name: 'fullName' }).waitFor();
    await page.getByRole('button', { name: 'Script' }).click();
    await page.getByRole('button', { name: 'Add a script' }).click();
    const script = page.getByRole('textbox', { name: 'Script' });
    /** As a person writes: `fill` has the browser replace coloured text in styles of its own, which the policy refuses. */
    const write = async (text: string) => {
      await script.click();
      await script.press('ControlOrMeta+A');
      await script.press('Backspace');
      await page.keyboard.insertText(text);
    };
    const save = () => page.getByRole('button', { name: 'Save' }).click();

    await write('// greets\nlet = = ;\ndone(transformedObject);');
    await save();
    await page.getByRole('alert').getByText("The script is no JavaScript: Unexpected token '=' (line 2)").waitFor();
    await page.locator('.cm-faulty').getByText('let = = ;').waitFor();
    await preview.getByText('The script: Script execution failed').waitFor();
    seen.push(...(await seriousViolations(page)));
    const stored = async () =>
      (await call('GET', '/organizations/elements/zendesk/transformations/caller')).body.script?.body;
    expect(await stored()).toBeUndefined();

    await write('transformedObject.greeting = "Hello " + transformedObject.missing.name;\ndone(transformedObject);');
    await preview.getByText('The script: Script execution failed with message: TypeError').waitFor();
    const text = 'transformedObject.greeting = "Hello " + transformedObject.fullName;\ndone(transformedObject);';
    await write(text);
    const made = preview.getByRole('row').filter({ hasText: 'made by the script' });
    await made.getByRole('cell', { name: /^greeting Hello / }).waitFor();
    await page.locator('.cm-faulty').waitFor({ state: 'detached' });
    await save();
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });
    expect(await stored()).toBe(text);
    expect((await callElement(`/caller/${user.id}`)).body).toMatchObject({
      fullName: user.name,
      greeting: `Hello ${user.name}`,
    });
    seen.push(...faults);
  });
});
