// Salesforce's marketing side through the platform: campaigns, contacts, leads.

import { describe, expect, test } from 'vitest';
import { expectEveryRecordOnce, expectRecordTrip, useElement } from './sfdc-element.ts';

const element = useElement('sfdcmarketingcloud', 'marketing');
const { call, allRows } = element;

describe('lists', () => {
  test.each<[string, number, number]>([
    ['/campaigns', 20, 40],
    ['/campaigns', 9, 40],
    ['/contacts', 90, 300],
    ['/leads', 50, 120],
  ])('%s in pages of %d have every record once', (path, pageSize, total) =>
    expectEveryRecordOnce(element, path, pageSize, total),
  );

  test('are searched', async () => {
    const found = await allRows('/campaigns', { where: "Type = 'Webinar' and IsActive = true", pageSize: '3' });
    expect(found.length).toBe(7);
    for (const campaign of found) expect(campaign).toMatchObject({ Type: 'Webinar', IsActive: true });
  });
});

describe('records', () => {
  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['/campaigns', { Type: 'Email', StartDate: '2027-03-01', BudgetedCost: 99.5 }, 'Name', { IsActive: true }],
    ['/contacts', { FirstName: 'Ann' }, 'LastName', { HasOptedOutOfEmail: true }],
    ['/leads', { Company: 'Acme' }, 'LastName', { Rating: 'Hot' }],
  ])('%s', (path, record, field, change) => expectRecordTrip(element, path, record, field, change));

  test('bad input is refused in Salesforce’s words', async () => {
    expect(await call('POST', '/campaigns', { Type: 'Email' })).toMatchObject({
      status: 400,
      body: { providerMessage: 'Required fields are missing: [Name]' },
    });
    expect(await call('POST', '/campaigns', { Name: 'x', StartDate: 'May' })).toMatchObject({
      status: 400,
      body: { providerMessage: expect.stringContaining('Cannot deserialize instance of date') },
    });
    expect((await call('GET', '/campaigns/0')).status).toBe(404);
  });
});
