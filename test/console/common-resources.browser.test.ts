// Common resources in a real browser: one is made and mapped in every way, tried on a live record, saved, and called.

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { findChromium } from '../support/chromium.ts';
import { connect } from '../support/guide.ts';
import { credentials } from '../support/platform.ts';
import { useConsole } from './console.ts';

describe.skipIf(findChromium() === undefined)('common resources', () => {
  const trip = useConsole();
  const seen: string[] = [];
  let token = '';
  beforeAll(async () => {
    token = (await connect(trip, 'zendesk')).token;
  });
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  const callPerson = async (id: string) =>
    (
      await trip.platform.call('GET', `/hubs/helpdesk/person/${id}`, {
        authorization: credentials(token),
      })
    ).body;

  test('one is made, mapped by suggestion, by hand and by keyboard, tried both ways, saved and called', async () => {
    const { page, faults } = await trip.open('/common-resources');
    await page.getByRole('row', { name: /^contact/ }).waitFor();
    await page.getByRole('button', { name: 'New common resource' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('person');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'person' }).waitFor();

    await page.getByRole('combobox', { name: 'Its object' }).fill('users');
    await page.getByRole('option', { name: 'users', exact: true }).click();
    for (const path of ['email', 'fullName', 'since', 'zone']) {
      await page.getByRole('textbox', { name: 'Name of the new field' }).fill(path);
      await page.getByRole('button', { name: 'Add field' }).click();
    }
    const row = (path: string) => page.getByRole('listitem', { name: path, exact: true });
    const place = (path: string) => page.getByRole('combobox', { name: `Vendor field for ${path}` });

    await row('email')
      .getByRole('button', { name: /^email · .+, accept for email$/ })
      .click();
    const dragged = page.getByRole('region', { name: 'Vendor fields' }).getByText('name', { exact: true });
    await dragged.dragTo(row('fullName'));
    await expect.poll(() => place('fullName').inputValue()).toBe('name');
    await place('zone').focus();
    await page.keyboard.type('time_z');
    await page.getByRole('option', { name: 'time_zone', exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => place('zone').inputValue()).toBe('time_zone');
    await page.getByRole('button', { name: 'Options of since' }).click();
    const options = page.getByRole('dialog', { name: 'Options of since' });
    await options.getByRole('textbox', { name: 'Path' }).fill('created_at');
    await options.getByRole('switch', { name: 'Written to the vendor' }).uncheck({ force: true });
    await options.getByRole('button', { name: 'Done' }).click();

    await row('since').getByText('only read').waitFor();
    await row('email').getByRole('button', { name: 'email: Safe both ways' }).waitFor();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('cell', { name: 'fullName' }).waitFor();
    await preview.getByRole('tab', { name: 'Written back' }).click();
    await preview.getByText('Writing back what was read changes nothing').waitFor();

    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });
    const [user] = (
      await trip.platform.call('GET', '/hubs/helpdesk/users?pageSize=1', {
        authorization: credentials(token),
      })
    ).body;
    expect(await callPerson(user.id)).toMatchObject({ email: user.email, fullName: user.name, zone: user.time_zone });
    seen.push(...faults);
  }, 90_000);

  test('the list and the mapper are for everybody', async () => {
    const { page } = await trip.open('/common-resources');
    await page.getByRole('row', { name: /^contact/ }).waitFor();
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('row', { name: /^contact/ }).click();
    await page.getByRole('region', { name: 'Preview' }).getByRole('columnheader', { name: 'Yours' }).waitFor();
    seen.push(...(await seriousViolations(page)));
  }, 90_000);

  test('faults stand at their fields, and nothing that is not saved is lost unasked', async () => {
    await trip.platform.call('POST', '/organizations/objects/thing/definitions', {
      body: { fields: [{ path: 'name', type: 'string' }] },
    });
    await trip.platform.call('POST', '/organizations/elements/zendesk/transformations/thing', {
      body: { vendorName: 'users', fields: [{ path: 'name', vendorPath: 'name' }] },
    });
    const { page, faults } = await trip.open('/common-resources');
    await page.getByRole('row', { name: /^thing/ }).click();
    await page.getByRole('button', { name: 'Options of name' }).click();
    const options = page.getByRole('dialog', { name: 'Options of name' });
    await options.getByRole('textbox', { name: 'Path' }).fill('name[');
    await options.getByRole('alert').getByText('malformed').waitFor();
    await options.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('listitem', { name: 'name', exact: true }).getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor();

    await page.getByRole('link', { name: 'Connected accounts' }).click();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await page.getByRole('heading', { name: 'thing' }).waitFor();
    await page.evaluate('history.back()');
    await page.getByRole('button', { name: 'Leave without saving' }).click();
    await page.getByRole('heading', { name: 'thing' }).waitFor({ state: 'detached' });
    const kept = await trip.platform.call('GET', '/organizations/elements/zendesk/transformations/thing');
    expect(kept.body.fields).toMatchObject([{ path: 'name', vendorPath: 'name' }]);
    seen.push(...faults);
  });

  test('what an account says comes over what it inherits, and is shown so', async () => {
    const { page, faults } = await trip.open('/common-resources/contact?element=zendesk&level=account');
    const row = page.getByRole('listitem', { name: 'email', exact: true });
    await page.getByRole('region', { name: 'Preview' }).getByRole('columnheader', { name: 'Yours' }).waitFor();
    await row.getByText('inherited').waitFor();
    const place = page.getByRole('combobox', { name: 'Vendor field for email' });
    await place.fill('phone');
    await page.getByRole('option', { name: 'phone', exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => place.inputValue()).toBe('phone');
    await row.getByText('instead of what is inherited').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'Unsaved changes' }).waitFor({ state: 'detached' });
    const said = await trip.platform.call('GET', '/accounts/elements/zendesk/transformations/contact');
    expect(said.body).toMatchObject({
      configuration: [{ type: 'inherit' }],
      fields: [{ path: 'email', vendorPath: 'phone' }],
    });
    seen.push(...faults);
  });
});
