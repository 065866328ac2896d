// Elements in a real browser: found and read, imported with every fault named, called, changed and tried with every step.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seriousViolations } from '../support/accessibility.ts';
import { findChromium } from '../support/chromium.ts';
import { type RecordingVendor, startRecordingVendor } from '../support/recording-vendor.ts';
import { useConsole } from './console.ts';

describe.skipIf(findChromium() === undefined)('elements', () => {
  const trip = useConsole({ VALENCE_EGRESS: 'any' });
  const seen: string[] = [];
  let vendor: RecordingVendor;
  beforeAll(async () => {
    vendor = await startRecordingVendor();
    vendor.reply = () => ({ body: { people: [{ id: '7', first: 'Kim' }] } });
  });
  afterAll(() => vendor?.close());
  afterEach(() => expect(seen.splice(0)).toEqual([]));

  const acme = () => ({
    key: 'acme',
    name: 'Acme people',
    hub: 'crm',
    description: 'People of Acme',
    authentication: { type: 'custom' },
    configuration: [{ key: 'base.url', name: 'Address', defaultValue: vendor.url }],
    resources: [
      {
        method: 'GET',
        path: '/hubs/crm/people',
        vendorPath: '/people',
        vendorMethod: 'GET',
        type: 'api',
        description: 'List people',
        rootKey: '|people',
        parameters: [{ name: 'team', type: 'query', vendorName: 'team_id', vendorType: 'query', required: false }],
      },
    ],
  });
  const give = async (page: Page, chooser: string, name: string, content: string) => {
    const file = join(trip.platform.dataFolder, name);
    await writeFile(file, content);
    await page.getByLabel(chooser).and(page.locator('input')).setInputFiles(file);
  };
  /** As a person writes: `fill` has the browser itself replace coloured text, in styles of its own that the policy refuses. */
  const write = async (editor: Locator, text: string) => {
    await editor.click();
    await editor.press('ControlOrMeta+A');
    await editor.press('Backspace');
    await editor.page().keyboard.insertText(text);
  };

  test('an element is found, read, and its docs lead to an operation', async () => {
    const { page, faults } = await trip.open('/elements');
    await page.getByRole('article', { name: 'Desk.com' }).waitFor();
    seen.push(...(await seriousViolations(page)));
    await page.getByLabel('Search').fill('zen');
    await page.getByRole('article', { name: 'Desk.com' }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('?q=zen');
    await page.getByRole('link', { name: 'Open Zendesk' }).click();
    await page.getByText('OAuth 2').waitFor();
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('tab', { name: 'Resources' }).click();
    await page.getByLabel('Search resources').fill('create an incident');
    await page.getByRole('link', { name: '/incidents' }).click();
    await page.getByRole('heading', { name: 'Create an incident' }).waitFor();
    await page.getByRole('heading', { name: 'Body' }).waitFor();
    await page.goBack();
    for (const [tab, text] of [
      ['Configuration', 'oauth.api.key'],
      ['Models', 'agentObject'],
      ['Events', 'incidents'],
    ] as const) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByText(text, { exact: true }).first().waitFor();
    }
    expect(page.url()).toContain('?tab=events');
    seen.push(...faults);
  });

  test('a document is imported after every fault of it was named with its place', async () => {
    const { page, faults } = await trip.open('/elements/import');
    const chooser = 'Drop an element document here';
    await give(page, chooser, 'broken.json', '{\n  "name": "Acme",\n  oops\n}');
    await page.getByRole('alert').getByText('It breaks in line 3.').waitFor();
    const faulty = { ...acme(), hooks: [{ type: 'preRequest', body: 'done({' }], resources: [{ method: 7 }] };
    await give(page, chooser, 'faulty.json', JSON.stringify(faulty, null, 2));
    await page.getByText('/resources/0/method').waitFor();
    await page.getByText('must have required properties path').waitFor();
    seen.push(...(await seriousViolations(page)));
    await page.getByRole('button', { name: 'Import anyway' }).click();
    await page.getByText('The element cannot be used').waitFor();
    await page.getByRole('button', { name: 'Choose something else' }).click();
    await give(page, chooser, 'acme.json', JSON.stringify(acme()));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('heading', { name: 'Acme people', level: 1 }).waitFor();
    expect(page.url()).toContain('/elements/acme');
    await page.getByText('Private').waitFor();
    seen.push(...faults);
  });

  test('a description of an API becomes an element', async () => {
    const { page, faults } = await trip.open('/elements/import?from=description');
    const chooser = 'Drop a description here';
    await give(page, chooser, 'none.yaml', 'openapi: 3.1.0\npaths: [');
    await page.getByRole('alert').waitFor();
    const paths = { '/pets': { get: { summary: 'List pets', responses: { 200: { description: 'ok' } } } } };
    const description = {
      openapi: '3.1.0',
      info: { title: 'Pets', version: '1' },
      servers: [{ url: vendor.url }],
      paths,
    };
    await give(page, chooser, 'pets.json', JSON.stringify(description));
    await page.getByRole('region', { name: 'The document' }).getByText('1 resource').waitFor();
    await page.getByRole('button', { name: /^Import/ }).click();
    await page.getByRole('heading', { name: 'Pets', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'More for Pets' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { name: 'Elements' }).waitFor();
    expect((await trip.platform.call('GET', '/elements/pets')).status).toBe(404);
    seen.push(...faults);
  });

  test('a call is tried at a connected account', async () => {
    const connected = await trip.platform.call('POST', '/instances', {
      body: { element: { key: 'acme' }, name: 'Our Acme', configuration: {} },
    });
    expect(connected.status, connected.body.message).toBe(200);
    const { page, faults } = await trip.open('/elements/acme/docs');
    await page.getByRole('button', { name: 'GET List people' }).click();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByLabel('team').fill('blue & green');
    await page.getByRole('button', { name: 'Send GET' }).click();
    const answer = page.getByRole('region', { name: 'Answer', exact: true });
    await answer.getByText('"first": "Kim"').waitFor();
    await answer.getByText('200 OK').waitFor();
    expect(vendor.requests.at(-1)?.query.get('team_id')).toBe('blue & green');
    expect(await answer.getByRole('link', { name: 'See this call' }).getAttribute('href')).toMatch(/^\/calls\/.+/);
    await page.getByRole('button', { name: 'As curl' }).click();
    await page.getByText('/hubs/crm/people?team=blue+%26+green').waitFor();
    expect(await page.content()).not.toContain(connected.body.token);
    seen.push(...(await seriousViolations(page)), ...faults);
  });

  test('a hook is written, its fault shown at its line, tried, and its step seen', async () => {
    const { page, faults } = await trip.open('/elements/acme/edit');
    await page.getByRole('button', { name: 'GET /people' }).click();
    await page.getByRole('tab', { name: 'Hooks' }).click();
    await page.getByText('After the call').click();
    await page.getByRole('button', { name: 'Write one' }).click();
    const script = page.getByRole('textbox', { name: 'Script: after the call' });
    await write(script, '// names\ndone({ response_body: ');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('/hooks/0/body').waitFor();
    await page.locator('.cm-faulty').waitFor();
    seen.push(...(await seriousViolations(page)));
    await write(script, 'done({ response_body: response_body.map((one) => ({ name: one.first })) });');

    await page.getByRole('link', { name: 'Connected accounts' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep editing' }).click();
    expect(page.url()).toContain('/elements/acme/edit');

    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('GET /people is saved.').waitFor();
    await page.getByRole('button', { name: 'Turn trace logging on' }).click();
    await page.getByText('The steps are not kept').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send GET' }).click();
    await page.getByRole('region', { name: 'Answer', exact: true }).getByText('"name": "Kim"').waitFor();
    const steps = page.getByRole('region', { name: 'Steps' });
    await steps.getByRole('button', { name: 'Vendor request' }).click();
    await steps.getByText(`"url": "${vendor.url}/people"`).waitFor();
    await steps.getByRole('button', { name: /^PostRequest hook of the resource/ }).waitFor();
    seen.push(...faults);
  });

  test('a resource is added to an element of the catalog, for this account', async () => {
    const { page, faults } = await trip.open('/elements/desk/edit?part=new');
    await page.getByLabel('Path', { exact: true }).fill('/teams');
    await page.getByLabel("Vendor's path").fill('/api/v2/groups');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('GET /teams is saved.').waitFor();
    await page.getByRole('heading', { name: '/teams' }).waitFor();
    expect(page.url()).toMatch(/part=\d+/);
    const added = await trip.platform.call('GET', '/elements/desk/resources?accountOnly=true');
    expect(added.body).toMatchObject([{ method: 'GET', path: '/hubs/helpdesk/teams' }]);
    await page.goto('/elements?kind=extended');
    await page.getByRole('article', { name: 'Desk.com' }).getByText('Extended').waitFor();
    seen.push(...faults);
  });
});
