// Salesforce Service Cloud through the platform: incidents, which are cases, and contacts.

import { describe, expect, test } from 'vitest';
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
