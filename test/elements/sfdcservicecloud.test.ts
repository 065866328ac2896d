// Salesforce Service Cloud through the platform: incidents, which are cases, and contacts.

import { describe, expect, test } from 'vitest';
import { control } from '../support/consent.ts';
import { callElement, configurationOf, connect, seenRequests } from '../support/guide.ts';
import { expectEveryRecordOnce, expectRecordTrip, useElement } from './sfdc-element.ts';

const element = useElement('sfdcservicecloud', 'helpdesk');
const { call, rows, allRows } = element;

describe('lists', () => {
  test.each<[string, number, number]>([
    ['/incidents', 60, 250],
    ['/incidents', 50, 250],
    ['/contacts', 75, 300],
  ])('%s in pages of %d have every record once', (path, pageSize, total) =>
    expectEveryRecordOnce(element, path, pageSize, total),
  );

  test('are searched', async () => {
    const found = await allRows('/incidents', { where: "Status = 'New' and Priority = 'High'", pageSize: '10' });
    expect(found.length).toBe(21);
    for (const incident of found) expect(incident).toMatchObject({ Status: 'New', Priority: 'High' });
    const [first] = await rows('/incidents', { orderBy: 'CaseNumber', pageSize: '1' });
    expect(first).toMatchObject({ CaseNumber: '00001001', Subject: 'Printer stopped (1)', Origin: 'Phone' });
    expect(await rows('/incidents', { where: `Id = '${first?.['Id']}'` })).toEqual([first]);
  });
});

describe('records', () => {
  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['/incidents', { Priority: 'High', Origin: 'Web' }, 'Subject', { Status: 'Closed', IsEscalated: true }],
    ['/contacts', { FirstName: 'Ann' }, 'LastName', { Department: 'Sales' }],
  ])('%s', (path, record, field, change) => expectRecordTrip(element, path, record, field, change));

  test('a new one is answered with its Id, in a body with names in any case', async () => {
    for (const [path, body] of [
      ['/incidents', { isEscalated: true }],
      ['/contacts', { lastName: 'x' }],
    ] as const) {
      const created = await call('POST', path, body);
      expect(created).toMatchObject({ status: 200, body: { Id: created.body.id, success: true } });
      expect((await call('GET', `${path}/${created.body.Id}`)).body).toMatchObject({ Id: created.body.Id });
    }
  });

  test.each([
    ['/incidents', { SuppliedEmail: 'nobody' }, 'Supplied Email: invalid email address: nobody (SuppliedEmail)'],
    ['/incidents', { CaseNumber: '1' }, expect.stringContaining('Unable to create/update fields: CaseNumber')],
    ['/contacts', {}, 'Required fields are missing: [LastName]'],
  ])('a new one of %s with %j is refused', async (path, body, providerMessage) => {
    expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { providerMessage } });
  });

  test('an unknown id is not found', async () => {
    expect((await call('GET', '/incidents/0')).status).toBe(404);
    expect((await call('DELETE', '/incidents/0')).status).toBe(404);
  });
});

/** The vendor's paths that a call leads to, with their methods. */
async function sentBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await seenRequests(element.trip)).length;
  await work();
  return (await seenRequests(element.trip)).slice(before).map(({ method, path }) => `${method} ${path}`);
}

describe('articles', () => {
  test('are read and changed in the object of their type', async () => {
    const [article] = await rows('/resources/articles', { where: "ArticleType = 'Support__Discussion__kav'" });
    const id = String(article?.['Id']);
    const data = '/services/data/v36.0/sobjects';
    expect(await sentBy(() => call('GET', `/resources/articles/${id}`))).toEqual([
      `GET ${data}/KnowledgeArticleVersion/${id}`,
      `GET ${data}/Support__Discussion__kav/${id}`,
    ]);
    expect(await sentBy(() => call('DELETE', '/resources/articles/ka0000000000000AAA'))).toEqual([
      `GET ${data}/KnowledgeArticleVersion/ka0000000000000AAA`,
    ]);
  });

  test('those that are online are found, whatever else is asked', async () => {
    const where = "Title = 'x'' ORDER BY Id LIMIT 1' or Title like 'Reset%'";
    const found = await allRows('/resources/articles', { where, pageSize: '3', orderBy: 'Title desc' });
    expect(found.length).toBeGreaterThan(3);
    for (const each of found)
      expect(each).toMatchObject({ PublishStatus: 'Online', Title: expect.stringMatching(/^Reset/) });
  });
});

describe('categories', () => {
  test('a session that has ended is renewed before the call that could not tell', async () => {
    await control(element.trip.sandbox.url, 'POST', '/tokens/expire', { vendor: 'salesforce' });
    const created = await call('POST', '/resources/categories', { name: 'Late', label: 'Late', pluralLabel: 'Late' });
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    expect(created.body.Id).toMatch(/^01I/);
  });

  test('a custom object keeps what an update does not name', async () => {
    const [shipment] = await rows('/resources/categories', { where: "DeveloperName = 'Shipment'" });
    const path = `/resources/categories/${shipment?.['Id']}`;
    expect((await call('PATCH', path, { pluralLabel: 'Parcels' })).status).toBe(200);
    const [sent] = (await seenRequests(element.trip, '*/Soap/*')).slice(-1) as unknown as { body: string }[];
    expect(sent?.body).toContain('<nameField><label>Shipment Name</label><type>Text</type></nameField>');
    expect((await call('GET', path)).body).toMatchObject({ Metadata: { label: 'Shipment', pluralLabel: 'Parcels' } });
  });

  test('no member of a body leaves its place in the call', async () => {
    const [shipment] = await rows('/resources/categories', { where: "DeveloperName = 'Shipment'" });
    const nameField = { label: 'a</label><x>', 'type></nameField><evil': 'b', type: 'Text' };
    await call('PATCH', `/resources/categories/${shipment?.['Id']}`, { nameField, label: '<&>' });
    const [sent] = (await seenRequests(element.trip, '*/Soap/*')).slice(-1) as unknown as { body: string }[];
    expect(sent?.body).not.toContain('evil');
    expect(sent?.body).toContain('<label>&#60;&#38;&#62;</label>');
    expect(sent?.body).toContain('<nameField><label>a&#60;/label&#62;&#60;x&#62;</label><type>Text</type></nameField>');
  });
});

test('objects go by their names here, too', async () => {
  const [task] = await rows('/tasks', { where: "Status = 'Completed'", pageSize: '1' });
  expect(task).toMatchObject({ attributes: { type: 'Task' }, Status: 'Completed' });
  expect((await call('GET', `/activities/${task?.['Id']}`)).status).toBe(404);
});

test('pages follow each other by id when pagination.type is cursor', async () => {
  const configuration = { ...configurationOf('sfdcservicecloud'), 'pagination.type': 'cursor' };
  const { token } = await connect(element.trip, 'sfdcservicecloud', { configuration });
  const before = (await seenRequests(element.trip, '*/query')).length;
  const found: string[] = [];
  for (let next: string | null | undefined; next !== null; ) {
    const query = new URLSearchParams({ pageSize: '100', ...(next === undefined ? {} : { nextPage: next }) });
    const answer = await callElement(element.trip, token, 'GET', `/hubs/helpdesk/contacts?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    found.push(...answer.body.map((each: { Id: string }) => each.Id));
    next = answer.headers.get('elements-next-page-token');
  }
  const sent = (await seenRequests(element.trip, '*/query')).slice(before);
  const all = await allRows('/contacts', { pageSize: '100', orderBy: 'Id' });
  expect(found).toEqual(all.map((each) => each['Id']));
  for (const { query } of sent as unknown as { query: string }[]) expect(query).not.toContain('OFFSET');
});
