// Salesforce Sales Cloud through the platform: accounts, contacts, leads, opportunities, campaigns, and any object by name.

import { describe, expect, test } from 'vitest';
import { seenRequests } from '../support/guide.ts';
import { ceqlText, expectEveryRecordOnce, expectRecordTrip, useElement } from './sfdc-element.ts';

const element = useElement('sfdc', 'crm');
const { call, rows, allRows } = element;

describe('lists', () => {
  test.each<[string, number, number]>([
    ['/accounts', 50, 230],
    ['/accounts', 46, 230],
    ['/contacts', 100, 300],
    ['/leads', 35, 120],
    ['/opportunities', 60, 120],
    ['/campaigns', 7, 40],
  ])('%s in pages of %d have every record once', (path, pageSize, total) =>
    expectEveryRecordOnce(element, path, pageSize, total),
  );

  test('have the standard fields, without the empty ones', async () => {
    const [account] = await rows('/accounts', { orderBy: 'CreatedDate', pageSize: '1' });
    expect(account).toMatchObject({
      attributes: { type: 'Account' },
      Name: 'Acme Logistics 1',
      BillingCity: 'London',
      OwnerId: '0055g00000VaLe1AAK',
      IsDeleted: false,
    });
    expect(account).not.toHaveProperty('ParentId');
  });

  test('are numbered pages, too, and have no total, since Salesforce names none', async () => {
    const second = await call('GET', '/accounts?page=2&pageSize=40&orderBy=Name');
    expect(second.headers.has('elements-total-count')).toBe(false);
    const all = await allRows('/accounts', { orderBy: 'Name', pageSize: '100' });
    expect(second.body).toEqual(all.slice(40, 80));
  });

  test('give the fields asked for, those of related records among them', async () => {
    const [contact] = await rows('/contacts', { fields: 'Name,Account.Name', orderBy: 'CreatedDate', pageSize: '1' });
    expect(contact).toEqual({
      attributes: expect.objectContaining({ type: 'Contact' }),
      Name: 'Ada Ahmed',
      Account: { attributes: expect.objectContaining({ type: 'Account' }), Name: 'Acme Logistics 1' },
    });
  });
});

describe('search', () => {
  test.each([
    ['/contacts', `LastName = ${ceqlText("O'Neill")}`, 27],
    ['/accounts', "BillingCity = 'Paris' or BillingCity = 'Berlin' and Rating = 'Hot'", 58],
    ['/accounts', "(BillingCity = 'Paris' or BillingCity = 'Berlin') and NumberOfEmployees < 31", 2],
    ['/accounts', "Name like 'acme %'", 23],
    ['/accounts', 'AnnualRevenue is null', 46],
    ['/accounts', "CreatedDate < '2023-01-02T11:00:00Z'", 1],
    ['/campaigns', "StartDate <= '2023-01-16' and IsActive = true", 2],
    ['/leads', "Rating in ('Hot', 'Warm')", 80],
    ['/opportunities', "StageName != 'Closed Won' and Amount > 30000", 3],
  ])('%s where %s', async (path, where, found) => {
    expect((await allRows(path, { where, pageSize: '25' })).length).toBe(found);
  });

  test('by id finds that one record', async () => {
    const [account] = await rows('/accounts', { pageSize: '1' });
    expect(await rows('/accounts', { where: `Id = '${account?.['Id']}'` })).toEqual([account]);
  });

  test('a condition cannot leave its literal', async () => {
    expect(await rows('/accounts', { where: `Name = ${ceqlText("x' OR Name != '")}` })).toEqual([]);
    const sent = (await seenRequests(element.trip, '*/query')).at(-1) as unknown as { query: string };
    expect(new URLSearchParams(sent.query).get('q')).toContain("WHERE Name = 'x\\' OR Name != \\''");
  });

  test.each([
    ["Nam = 'x'", "No such column 'Nam' on entity 'Account'"],
    ["Description = 'x'", "field 'Description' can not be filtered"],
    ["Id = 'none'", 'invalid ID field: none'],
    ["NumberOfEmployees = '5'", 'must be of type int'],
  ])('where %s is refused in Salesforce’s words', async (where, words) => {
    const refused = await call('GET', `/accounts?${new URLSearchParams({ where })}`);
    expect(refused).toMatchObject({ status: 400, body: { providerMessage: expect.stringContaining(words) } });
  });

  test.each(['Name =', "Name') = 'x'", "Name; = 'x'"])('where %s never leaves the platform', async (where) => {
    const before = (await seenRequests(element.trip)).length;
    const refused = await call('GET', `/accounts?${new URLSearchParams({ where })}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringMatching(/^where/)]);
    expect((await seenRequests(element.trip)).length).toBe(before);
  });
});

describe('records', () => {
  test.each<[string, Record<string, unknown>, string, Record<string, unknown>]>([
    ['/accounts', { Industry: 'Banking', NumberOfEmployees: 7 }, 'Name', { Phone: '+1', NumberOfEmployees: 8 }],
    ['/contacts', { FirstName: 'Ann', Email: 'ann@example.com' }, 'LastName', { Title: 'Buyer' }],
    ['/leads', { Company: 'Acme' }, 'LastName', { Status: 'Working - Contacted' }],
    [
      '/opportunities',
      { StageName: 'Prospecting', CloseDate: '2027-01-31', Amount: 12.5 },
      'Name',
      { StageName: 'Closed Won', Probability: 100 },
    ],
    ['/campaigns', { Type: 'Webinar', IsActive: true }, 'Name', { Status: 'Completed' }],
  ])('%s', (path, record, field, change) => expectRecordTrip(element, path, record, field, change));

  test.each([
    ['/accounts', {}, 'Required fields are missing: [Name]'],
    ['/accounts', { Name: 'x', Nam: 'y' }, "No such column 'Nam' on sobject of type Account"],
    ['/contacts', { LastName: 'x', Email: 'nobody' }, 'Email: invalid email address: nobody'],
  ])('a new one of %s with %j is refused', async (path, body, words) => {
    expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { providerMessage: words } });
  });

  test('an unknown id is not found', async () => {
    const words = 'Provided external ID field does not exist or is not accessible: 0';
    expect(await call('GET', '/accounts/0')).toMatchObject({ status: 404, body: { providerMessage: words } });
    expect(await call('PATCH', '/accounts/0', { Name: 'x' })).toMatchObject({ status: 404 });
  });

  test('any object by its name', async () => {
    const created = await call('POST', '/Case', { Subject: 'By name' });
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    const one = `/Case/${created.body.id}`;
    expect((await call('GET', one)).body).toMatchObject({ Subject: 'By name', Status: 'New' });
    expect((await call('PATCH', one, { Status: 'Working' })).status).toBe(200);
    expect((await call('GET', one)).body).toMatchObject({ Subject: 'By name', Status: 'Working' });
    expect((await call('DELETE', one)).status).toBe(200);
    expect((await call('GET', one)).status).toBe(404);
    expect((await call('POST', '/Cases', { Subject: 'x' })).status).toBe(404);
  });
});
