// Salesforce Sales Cloud through the platform: accounts, contacts, leads, opportunities, campaigns, and any object by name.

import { describe, expect, test } from 'vitest';
import { callElement, configurationOf, connect, seenRequests } from '../support/guide.ts';
import { credentials } from '../support/platform.ts';
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

/** The statements that calls send, whatever Salesforce answers. */
async function statementsOf(...paths: string[]): Promise<string[]> {
  const before = (await seenRequests(element.trip, '*/query')).length;
  for (const path of paths) await call('GET', path);
  const sent = (await seenRequests(element.trip, '*/query')).slice(before) as unknown as { query: string }[];
  return sent.map(({ query }) => new URLSearchParams(query).get('q') ?? '');
}

/** Text that ends a SOQL literal unless it is escaped, and that literal. */
const hostile = `x' OR Id != null OR Name = '\\\n"\u2028`;
const literal = String.raw`'x\' OR Id != null OR Name = \'\\\n"\u2028'`;

describe('SOQL values stay in their literal', () => {
  test('ids of paths', async () => {
    const id = encodeURIComponent(hostile);
    const statements = await statementsOf(
      `/accounts/${id}/activities`,
      `/contacts/${id}/tasks`,
      `/leads/${id}/notes`,
      `/files/${id}/versions`,
      `/accounts/${id}/files`,
      `/accounts/${id}/files/details`,
      `/accounts/${id}/Case`,
      `/accounts/${id}/attachments?where=${encodeURIComponent("Name = 'x' or Name = 'y'")}`,
    );
    expect(statements.map((statement) => /WHERE \w+ = (.*?)(?: AND \(.*\))? ORDER BY/s.exec(statement)?.[1])).toEqual(
      statements.map(() => literal),
    );
    expect(statements).toHaveLength(8);
    expect(statements.at(-1)).toContain("AND (Name = 'x' OR Name = 'y') ORDER BY");
  });

  test('values of where, in every list', async () => {
    const where = `where=${encodeURIComponent(`Name = ${ceqlText(hostile)}`)}`;
    const lists = ['/users', '/files', '/accounts/001/attachments', '/accounts/001/Case', '/Campaign'];
    const statements = await statementsOf(...lists.map((path) => `${path}?${where}`));
    expect(new Set(statements).size).toBe(lists.length);
    for (const statement of statements) expect(statement).toContain(`Name = ${literal}`);
  });

  test.each([
    ['orderBy', "Name' OR Id != '"],
    ['orderBy', 'Name; Id'],
    ['fields', 'Id FROM User'],
    ['fields', "Id,(SELECT Id FROM Contacts),'x'"],
  ])('%s takes names of fields only: %s', async (name, value) => {
    for (const path of ['/accounts', '/files', '/accounts/001/Case', '/accounts/001/files/details']) {
      const refused = await call('GET', `${path}?${new URLSearchParams({ [name]: value })}`);
      expect(refused.status, JSON.stringify(refused.body)).toBe(400);
    }
  });

  test('names of objects are names', async () => {
    for (const name of ["Account WHERE Name = 'x'", 'Account, Contact', '../query', "Account'"]) {
      const segment = encodeURIComponent(name);
      for (const path of [`/${segment}`, `/accounts/001/${segment}`, `/objects/${segment}/metadata`]) {
        const refused = await call('GET', path);
        expect([400, 404], `${path} ${JSON.stringify(refused.body)}`).toContain(refused.status);
      }
    }
  });

  test('a record to which a file is linked is never part of a statement unless it is an id', async () => {
    const form = new FormData();
    form.append('file', new Blob(['x']), 'x.txt');
    const before = (await seenRequests(element.trip, '*/query')).length;
    const { url } = element.trip.platform;
    const response = await fetch(`${url}/elements/api-v2/hubs/crm/accounts/${encodeURIComponent(hostile)}/files`, {
      method: 'POST',
      headers: { authorization: credentials(element.token()) },
      body: form,
    });
    expect(response.status).toBe(400);
    expect((await seenRequests(element.trip, '*/query')).length).toBe(before);
  });
});

describe('pagination.type cursor', () => {
  test('lists follow each other by id, beyond the end of OFFSET', async () => {
    const configuration = { ...configurationOf('sfdc'), 'pagination.type': 'cursor', 'pagination.max': '150' };
    const { token } = await connect(element.trip, 'sfdc', { configuration });
    const before = (await seenRequests(element.trip, '*/query')).length;
    for (const path of ['/contacts', '/Task', '/files']) {
      const found: string[] = [];
      for (let next: string | null | undefined; next !== null; ) {
        const query = new URLSearchParams({ fields: 'Id', ...(next === undefined ? {} : { nextPage: next }) });
        const answer = await callElement(element.trip, token, 'GET', `/hubs/crm${path}?${query}`);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        found.push(...answer.body.map((each: { Id: string }) => each.Id));
        next = answer.headers.get('elements-next-page-token');
      }
      const all = await allRows(path, { pageSize: '100', orderBy: 'Id', fields: 'Id' });
      expect(found).toEqual(all.map((each) => each['Id']));
    }
    const sent = (await seenRequests(element.trip, '*/query')).slice(before) as unknown as { query: string }[];
    expect(sent.some(({ query }) => query.includes('Id+%3E') || query.includes('Id%20%3E'))).toBe(true);
  });

  test('by default the end of OFFSET is told in Salesforce’s words', async () => {
    const refused = await call('GET', '/contacts?page=22&pageSize=100');
    expect(refused).toMatchObject({ status: 400, body: { providerMessage: expect.stringContaining('2000') } });
  });
});

describe('the fields of lists', () => {
  test('are those that Salesforce describes, asked once', async () => {
    const { token } = await connect(element.trip, 'sfdc');
    const before = (await seenRequests(element.trip, '*/describe')).length;
    for (const path of ['/Shipment__c', '/shipment__c?pageSize=1', '/Shipment__c?fields=Id,Name']) {
      const answer = await callElement(element.trip, token, 'GET', `/hubs/crm${path}`);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    }
    expect((await seenRequests(element.trip, '*/describe')).length).toBe(before + 1);
    const [shipment] = await rows('/Shipment__c', { pageSize: '1' });
    expect(shipment).toMatchObject({ Tracking_Code__c: expect.any(String), Is_Heavy__c: expect.any(Boolean) });
  });
});

describe('the connected user', () => {
  test('is not guessed when the identity URL is not known', async () => {
    const { id, token } = await connect(element.trip, 'sfdc');
    const configuration = { 'sfdc.user.id.url': '' };
    expect((await element.trip.platform.call('PATCH', `/instances/${id}`, { body: { configuration } })).status).toBe(
      200,
    );
    expect(await callElement(element.trip, token, 'GET', '/hubs/crm/users/me')).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('connect the account again') },
    });
  });
});

describe('children of any object', () => {
  test('are found by the field that Salesforce describes, and new ones get it', async () => {
    const campaign = (await call('POST', '/Campaign', { Name: 'Spring' })).body.id;
    const contact = (await call('POST', '/contacts', { LastName: 'Member' })).body.id;
    const members = `/campaigns/${campaign}/CampaignMember`;
    const created = await call('POST', members, { ContactId: contact, campaignid: '701000000000000AAA' });
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    expect(await rows(members)).toEqual([expect.objectContaining({ CampaignId: campaign, ContactId: contact })]);
    expect(await rows(`/contacts/${contact}/CampaignMember`)).toHaveLength(1);

    const visit = { Subject: 'Visit', StartDateTime: '2026-05-01T10:00:00Z', DurationInMinutes: 30 };
    const event = await call('POST', `/campaigns/${campaign}/activities`, visit);
    expect((await call('GET', `/activities/${event.body.id}`)).body).toMatchObject({ WhatId: campaign });
    expect(await rows(`/Campaign/${campaign}/activities`, { where: "Subject = 'Visit'" })).toHaveLength(1);
  });

  test('objects that are not below each other are named', async () => {
    for (const method of ['GET', 'POST']) {
      const refused = await call(method, '/accounts/001/Campaign', method === 'POST' ? { Name: 'x' } : undefined);
      expect(refused).toMatchObject({
        status: 404,
        body: { message: expect.stringContaining('no Campaign below Account') },
      });
    }
  });
});

describe('select * in /query', () => {
  test.each([
    ['SELECT * FROM Contact', 'Contact'],
    ['select  *  from  contacts  where Id = null', 'Contact  where Id = null'],
    ['select * opportunities limit 1', 'Opportunity limit 1'],
    ["select\n*\nfrom activities\nwhere Subject = 'select * from x'", "Event\nwhere Subject = 'select * from x'"],
  ])('%s', async (statement, end) => {
    const [sent] = await statementsOf(`/query?${new URLSearchParams({ q: statement })}`);
    expect(sent).toMatch(/^SELECT Id, [\w, ]+ FROM /);
    expect(sent?.replace(/^SELECT [\w, ]+ FROM /, '').trim()).toBe(end.trim());
  });

  test('other statements go as they are, in one call', async () => {
    const q = "SELECT Id FROM Account WHERE Name = 'select * from x'";
    const before = (await seenRequests(element.trip)).length;
    expect(await statementsOf(`/query?${new URLSearchParams({ q })}`)).toEqual([q]);
    expect((await seenRequests(element.trip)).length).toBe(before + 1);
  });

  test('names with more than letters are not looked up', async () => {
    const q = 'select * from ../sobjects/Account';
    expect(await call('GET', `/query?${new URLSearchParams({ q })}`)).toMatchObject({ status: 400 });
  });
});
