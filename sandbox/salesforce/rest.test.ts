// Simulated Salesforce's data over real HTTP: queries, records, descriptions, files.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';
import { longId } from './record-id.ts';

const instance = 'https://valence-dev-ed.my.salesforce.com';
const version = '/services/data/v40.0';

let running: TestSandbox;
let authorization: string;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('POST', 'reset');
  authorization = await logIn('https://login.salesforce.com');
});

async function logIn(host: string): Promise<string> {
  const { clientId, clientSecret } = sandboxApplications.salesforce;
  const callback = 'https://app.example/callback';
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback });
  const code = parameterOf(await running.consent(`${host}/services/oauth2/authorize?${query}`), 'code');
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const client = { client_id: clientId, client_secret: clientSecret };
  const token = await running.postForm(`${host}/services/oauth2/token`, { ...fields, ...client });
  return `Bearer ${textOf(token.json, 'access_token')}`;
}

function call(method: string, path: string, body?: unknown): Promise<Reply> {
  const content =
    body === undefined
      ? { headers: { authorization } }
      : { headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return running.call(`${instance}${version}${path}`, { method, ...content });
}

function query(soql: string): Promise<Reply> {
  return call('GET', `/query?q=${encodeURIComponent(soql)}`);
}

/** The time now, as Salesforce writes it with this zone. */
function stamp(zone: string): string {
  return running.now().toISOString().replace('Z', zone);
}

interface Rows {
  totalSize: number;
  done: boolean;
  nextRecordsUrl?: string;
  records: Record<string, unknown>[];
}

async function rowsOf(soql: string): Promise<Rows> {
  const reply = await query(soql);
  expect(reply.status, reply.text).toBe(200);
  return reply.json as Rows;
}

async function count(object: string): Promise<number> {
  return (await rowsOf(`SELECT COUNT() FROM ${object}`)).totalSize;
}

async function expectRefused(reply: Promise<Reply>, status: number, errorCode: string, message: string): Promise<void> {
  const { status: found, json } = await reply;
  expect([found, json]).toEqual([status, [expect.objectContaining({ errorCode })]]);
  expect((json as { message: string }[])[0]?.message).toContain(message);
}

describe('queries', () => {
  test('the organization has what the tests of elements rely on', async () => {
    const objects = ['Account', 'Contact', 'Lead', 'Opportunity', 'Campaign', 'Case', 'ContentDocument', 'User'];
    expect(await Promise.all(objects.map(count))).toEqual([230, 300, 120, 120, 40, 250, 412, 2]);
  });

  test('rows have attributes and the fields asked for, in the organization’s spelling', async () => {
    const { records, ...rest } = await rowsOf(
      'SELECT id, NAME, owner.name, Parent.Name FROM account ORDER BY Id LIMIT 2',
    );
    expect(rest).toEqual({ totalSize: 2, done: true });
    const id = String(records[0]?.['Id']);
    expect(id).toMatch(/^0015g00\w{11}$/);
    expect(records[0]).toEqual({
      attributes: { type: 'Account', url: `${version}/sobjects/Account/${id}` },
      Id: id,
      Name: 'Acme Logistics 1',
      Owner: {
        attributes: { type: 'User', url: `${version}/sobjects/User/0055g00000VaLe1AAK` },
        Name: 'Robin Sandbox',
      },
      Parent: null,
    });
  });

  test.each([
    ["Name = 'ACME LOGISTICS 1'", 1],
    ["LastName = 'O\\'Neill'", 27, 'Contact'],
    ["Name LIKE 'acme %'", 23],
    ["Name LIKE '%Energy_2_'", 9],
    ['AnnualRevenue = null', 46],
    ["Rating != 'Hot'", 172],
    ['AnnualRevenue > 278000', 1],
    ['NumberOfEmployees IN (10, 17)', 2],
    ["(NOT Rating IN ('Hot', 'Warm', 'Cold')) AND Type != 'Prospect'", 38],
    ["BillingCity = 'Paris' OR BillingCity = 'Berlin'", 115],
    ['CreatedDate < 2023-01-02T11:00:00+00:00', 1],
    ['StartDate <= 2023-01-16', 3, 'Campaign'],
    ['IsActive = true', 20, 'Campaign'],
    ["Account.BillingCity = 'Paris' AND Account.Owner.IsActive = true", 76, 'Contact'],
  ])('WHERE %s finds %d', async (where, found, object = 'Account') => {
    expect((await rowsOf(`SELECT COUNT() FROM ${object} WHERE ${where}`)).totalSize).toBe(found);
  });

  test('an id is found in both of its lengths', async () => {
    const { records } = await rowsOf('SELECT Id FROM Account LIMIT 1');
    const id = String(records[0]?.['Id']);
    expect(longId(id.slice(0, 15))).toBe(id);
    expect(longId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ'); // of the REST API Developer Guide
    for (const form of [id, id.slice(0, 15)]) {
      expect((await rowsOf(`SELECT Id FROM Account WHERE Id = '${form}'`)).totalSize).toBe(1);
    }
  });

  test('ORDER BY, LIMIT and OFFSET give every row once, nulls first unless told otherwise', async () => {
    const order = 'ORDER BY AnnualRevenue DESC NULLS LAST, Id';
    const all = (await rowsOf(`SELECT Id, AnnualRevenue FROM Account ${order}`)).records;
    expect([all[0]?.['AnnualRevenue'], all.at(-1)?.['AnnualRevenue']]).toEqual([279_000, null]);
    const first = (await rowsOf('SELECT AnnualRevenue FROM Account ORDER BY AnnualRevenue LIMIT 1')).records;
    expect(first[0]?.['AnnualRevenue']).toBeNull();
    const paged: unknown[] = [];
    for (let offset = 0; offset < 230; offset += 50) {
      const { records, totalSize } = await rowsOf(
        `SELECT Id, AnnualRevenue FROM Account ${order} LIMIT 50 OFFSET ${offset}`,
      );
      expect(totalSize).toBe(records.length);
      paged.push(...records);
    }
    expect(paged).toEqual(all);
  });

  test('rows that do not fit one answer come in several', async () => {
    const url = `${instance}${version}/query?q=${encodeURIComponent('SELECT Id FROM Contact')}`;
    const options = { authorization, 'sforce-query-options': 'batchSize=200' };
    const first = (await running.call(url, { headers: options })).json as Rows;
    expect([first.totalSize, first.done, first.records.length]).toEqual([300, false, 200]);
    const next = (await call('GET', (first.nextRecordsUrl ?? '').replace(version, ''))).json as Rows;
    expect([next.totalSize, next.done, next.records.length]).toEqual([300, true, 100]);
    expect(next).not.toHaveProperty('nextRecordsUrl');
    expect([...first.records, ...next.records]).toEqual((await rowsOf('SELECT Id FROM Contact')).records);
    await expectRefused(call('GET', '/query/none-2000'), 400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  });

  test.each([
    ['SELECT Id FROM Acount', 'INVALID_TYPE', "sObject type 'Acount' is not supported"],
    ['SELECT Id, Nam FROM Account', 'INVALID_FIELD', "No such column 'Nam' on entity 'Account'"],
    ['SELECT Id FROM Account WHERE Nam = 1', 'INVALID_FIELD', "No such column 'Nam'"],
    ['SELECT Boss.Name FROM Account', 'INVALID_FIELD', "relationship 'Boss'"],
    ["SELECT Id FROM Account WHERE Description = 'x'", 'INVALID_FIELD', 'can not be filtered'],
    ["SELECT Id FROM Account WHERE NumberOfEmployees = '5'", 'INVALID_FIELD', 'must be of type int and should not be'],
    ["SELECT Id FROM Account WHERE CreatedDate > '2024-01-01T00:00:00Z'", 'INVALID_FIELD', 'must be of type dateTime'],
    ['SELECT Id FROM Account WHERE Name = 5', 'INVALID_FIELD', 'should be enclosed in quotes'],
    ["SELECT Id FROM Account WHERE Id = 'none'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: none'],
    ["SELECT Id FROM Account WHERE Id LIKE '001%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    ['', 'MALFORMED_QUERY', 'A query string has to be specified'],
  ])('%s is refused', async (soql, errorCode, message) => {
    await expectRefused(query(soql), 400, errorCode, message);
  });
});

describe('records', () => {
  test('are made, read, changed and deleted', async () => {
    const made = await call('POST', '/sobjects/account', { name: 'Bob\'s \\ "BBQ"', numberofemployees: 7 });
    const id = textOf(made.json, 'id');
    expect([made.status, made.json]).toEqual([201, { id, success: true, errors: [] }]);
    expect(made.headers.get('location')).toBe(`${version}/sobjects/Account/${id}`);
    const path = `/sobjects/Account/${id}`;
    expect((await call('GET', path)).json).toMatchObject({
      attributes: { type: 'Account', url: `${version}/sobjects/Account/${id}` },
      Id: id,
      Name: 'Bob\'s \\ "BBQ"',
      NumberOfEmployees: 7,
      OwnerId: '0055g00000VaLe1AAK',
      CreatedDate: stamp('+0000'),
      Industry: null,
      IsDeleted: false,
    });
    const found = await rowsOf("SELECT Id FROM Account WHERE Name = 'Bob\\'s \\\\ \"BBQ\"'");
    expect(found.records).toMatchObject([{ Id: id }]);

    running.advance(60);
    expect(await call('PATCH', path, { Industry: 'Banking', NumberOfEmployees: null })).toMatchObject({
      status: 204,
      text: '',
    });
    expect((await call('GET', `${path}?fields=industry,NumberOfEmployees,LastModifiedDate`)).json).toEqual({
      attributes: expect.anything(),
      Industry: 'Banking',
      NumberOfEmployees: null,
      LastModifiedDate: stamp('+0000'),
      Id: id,
    });

    expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect(await count('Account')).toBe(230);
    for (const method of ['GET', 'DELETE']) {
      await expectRefused(call(method, path), 404, 'ENTITY_IS_DELETED', 'entity is deleted');
    }
    await expectRefused(call('PATCH', path, {}), 404, 'ENTITY_IS_DELETED', 'entity is deleted');
    const all = await call('GET', `/queryAll?q=${encodeURIComponent('SELECT COUNT() FROM Account')}`);
    expect(all.json).toMatchObject({ totalSize: 231 });
  });

  test('what the organization works out follows what it is worked out of', async () => {
    const { json: contact } = await call('POST', '/sobjects/Contact', { firstName: 'Ann', lastName: 'Bee' });
    const { json: issue } = await call('POST', '/sobjects/Case', { subject: 'x' });
    const { json: deal } = await call('POST', '/sobjects/Opportunity', {
      Name: 'x',
      StageName: 'Prospecting',
      CloseDate: '2026-05-01',
    });
    const read = async (object: string, made: unknown) =>
      (await call('GET', `/sobjects/${object}/${textOf(made, 'id')}`)).json;
    expect(await read('Contact', contact)).toMatchObject({ Name: 'Ann Bee' });
    expect(await read('Case', issue)).toMatchObject({ CaseNumber: '00001251', Status: 'New', IsClosed: false });
    expect(await read('Opportunity', deal)).toMatchObject({ Probability: 10, IsClosed: false });
    await call('PATCH', `/sobjects/Case/${textOf(issue, 'id')}`, { Status: 'Closed' });
    await call('PATCH', `/sobjects/Opportunity/${textOf(deal, 'id')}`, { StageName: 'Closed Won' });
    expect(await read('Case', issue)).toMatchObject({ IsClosed: true, ClosedDate: stamp('+0000') });
    expect(await read('Opportunity', deal)).toMatchObject({ Probability: 100, IsClosed: true, IsWon: true });
  });

  test.each([
    ['Account', {}, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Name]'],
    ['Lead', { FirstName: 'x' }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName, Company]'],
    ['Account', { Name: 'x', Nam: 'y' }, 'INVALID_FIELD', "No such column 'Nam' on sobject of type Account"],
    ['Account', { Name: 'x', CreatedDate: '2020-01-01' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'CreatedDate'],
    ['Account', { Name: 'x'.repeat(256) }, 'STRING_TOO_LONG', 'max length=255'],
    ['Account', { Name: { a: 1 } }, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of string'],
    ['Account', { Name: 'x', NumberOfEmployees: 1.5 }, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of int'],
    [
      'Account',
      { Name: 'x', ParentId: '0015g00000zzzzz' },
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
    ],
    ['Account', { Name: 'x', ParentId: '1' }, 'MALFORMED_ID', 'id value of incorrect type: 1'],
    ['Contact', { LastName: 'x', Email: 'nobody' }, 'INVALID_EMAIL_ADDRESS', 'invalid email address: nobody'],
    ['Contact', { LastName: 'x', Birthdate: 'May' }, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of date'],
    ['ContentDocument', { Title: 'x' }, 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'entity type cannot be inserted'],
  ])('a new %s of %j is refused', async (object, members, errorCode, message) => {
    const before = await count(object);
    await expectRefused(call('POST', `/sobjects/${object}`, members), 400, errorCode, message);
    expect(await count(object)).toBe(before);
  });

  test('unknown objects, ids, methods and bodies are refused', async () => {
    await expectRefused(call('GET', '/sobjects/Acount/1'), 404, 'NOT_FOUND', 'The requested resource does not exist');
    await expectRefused(call('GET', '/sobjects/Account/0'), 404, 'NOT_FOUND', 'does not exist or is not accessible: 0');
    await expectRefused(call('GET', '/sobjects/Account/0055g00000VaLe1AAK'), 404, 'NOT_FOUND', 'does not exist');
    await expectRefused(call('PUT', '/sobjects/Account/0', {}), 405, 'METHOD_NOT_ALLOWED', "HTTP Method 'PUT'");
    await expectRefused(call('POST', '/sobjects/Account', ['x']), 400, 'JSON_PARSER_ERROR', 'JSON object');
    await expectRefused(call('GET', '/nothing'), 404, 'NOT_FOUND', 'The requested resource does not exist');
    const form = running.call(`${instance}${version}/sobjects/Account`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ Name: 'x' }),
    });
    await expectRefused(form, 415, 'UNSUPPORTED_MEDIA_TYPE', 'application/x-www-form-urlencoded');
  });

  test('the two organizations and every token keep to their own', async () => {
    await call('DELETE', `/sobjects/Account/${(await rowsOf('SELECT Id FROM Account LIMIT 1')).records[0]?.['Id']}`);
    expect(await count('Account')).toBe(229);
    const other = await logIn('https://test.salesforce.com');
    const url = `${version}/query?q=${encodeURIComponent('SELECT COUNT() FROM Account')}`;
    const headers = { authorization: other };
    expect(
      (await running.call(`https://valence--uat.sandbox.my.salesforce.com${url}`, { headers })).json,
    ).toMatchObject({
      totalSize: 230,
    });
    expect((await running.call(`${instance}${url}`, { headers })).status).toBe(401);
  });
});

test('objects are listed and described', async () => {
  const list = (await call('GET', '/sobjects')).json as { sobjects: { name: string }[] };
  expect(list.sobjects.map((object) => object.name)).toEqual(
    expect.arrayContaining(['Account', 'Case', 'ContentDocument']),
  );
  const described = (await call('GET', '/sobjects/case/describe')).json as { fields: { name: string }[] };
  expect(described).toMatchObject({ name: 'Case', keyPrefix: '500', urls: { sobject: `${version}/sobjects/Case` } });
  const fields = new Map(described.fields.map((field) => [field.name, field]));
  expect(fields.get('Status')).toMatchObject({
    type: 'picklist',
    createable: true,
    picklistValues: expect.arrayContaining([
      expect.objectContaining({ value: 'New', defaultValue: true, active: true }),
    ]),
  });
  expect(fields.get('CaseNumber')).toMatchObject({ nameField: true, autoNumber: true, updateable: false });
  expect(fields.get('AccountId')).toMatchObject({
    type: 'reference',
    referenceTo: ['Account'],
    relationshipName: 'Account',
  });
  expect(fields.get('Description')).toMatchObject({ type: 'textarea', filterable: false });
  const account = (await call('GET', '/sobjects/Account/describe')).json as { fields: { name: string }[] };
  const names = account.fields.map((field) => field.name).join(', ');
  expect((await rowsOf(`SELECT ${names} FROM Account LIMIT 1`)).totalSize).toBe(1);
});

describe('files', () => {
  interface Page {
    items: { id: string; type: string; file: Record<string, unknown> | null; folder: Record<string, unknown> | null }[];
    nextPageUrl: string | null;
    previousPageUrl: string | null;
  }
  const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));

  async function upload(fields: Record<string, string>, fileName = 'blob.bin', query = ''): Promise<Reply> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('fileData', new Blob([bytes], { type: 'application/x-test' }), fileName);
    const url = `${instance}${version}/connect/files/users/me${query}`;
    return running.call(url, { method: 'POST', headers: { authorization }, body: form });
  }

  async function download(id: string): Promise<{ type: string | null; bytes: Buffer }> {
    const url = `${running.sandbox.url}/${instance.replace('https://', '')}${version}/connect/files/${id}/content`;
    const reply = await fetch(url, { headers: { authorization } });
    return { type: reply.headers.get('content-type'), bytes: Buffer.from(await reply.arrayBuffer()) };
  }

  test('a folder’s pages give every entry once, folders first', async () => {
    const seen: string[] = [];
    let url: string | null = '/connect/folders/root/items?pageSize=10';
    while (url !== null) {
      const page: Page = (await call('GET', url.replace(version, ''))).json as Page;
      expect(page.items.length).toBeLessThanOrEqual(10);
      seen.push(...page.items.map((item) => `${item.type} ${item.file?.['title'] ?? item.folder?.['name']}`));
      url = page.nextPageUrl;
    }
    expect(seen.length).toBe(45);
    expect(new Set(seen).size).toBe(45);
    expect(seen.slice(3, 6)).toEqual(['Folder Invoices', 'Folder Reports', 'File Report 1']);
  });

  test('folders nest and know their path', async () => {
    const itemsOf = async (id: string) => ((await call('GET', `/connect/folders/${id}/items`)).json as Page).items;
    const reports = (await itemsOf('root')).find((item) => item.folder?.['name'] === 'Reports');
    const [archive, first] = await itemsOf(reports?.id ?? '');
    expect(archive).toMatchObject({
      type: 'Folder',
      folder: { path: 'Reports/Archive', parentFolder: { id: reports?.id } },
    });
    expect(first).toMatchObject({ type: 'File', file: { parentFolder: { id: reports?.id } }, folder: null });
    expect((await call('GET', `/connect/folders/${archive?.id}`)).json).toMatchObject({
      name: 'Archive',
      type: 'Folder',
    });
    await expectRefused(call('GET', '/connect/folders/none/items'), 404, 'NOT_FOUND', 'none');
  });

  test.each(['pageSize=0', 'pageSize=101', 'page=-1', 'page=x'])('the page %s is refused', async (query) => {
    const reply = call('GET', `/connect/folders/root/items?${query}`);
    await expectRefused(reply, 400, 'ILLEGAL_QUERY_PARAMETER_VALUE', query.split('=')[1] ?? '');
  });

  test('an upload is stored byte for byte, renamed and deleted', async () => {
    const made = await upload({ title: 'Räksmörgås', desc: 'odd bytes' });
    expect(made.status, made.text).toBe(201);
    expect(made.json).toMatchObject({
      title: 'Räksmörgås',
      name: 'Räksmörgås',
      description: 'odd bytes',
      fileExtension: 'bin',
      contentSize: 3000,
      mimeType: 'application/x-test',
      createdDate: stamp('Z'),
      parentFolder: { id: expect.stringMatching(/^07H/) },
      owner: { id: '0055g00000VaLe1AAK', name: 'Robin Sandbox' },
    });
    const id = textOf(made.json, 'id');
    expect(await download(id)).toEqual({ type: 'application/x-test', bytes });
    expect(
      (await rowsOf("SELECT Id FROM ContentDocument WHERE Title = 'Räksmörgås' AND FileExtension = 'bin'")).records,
    ).toMatchObject([{ Id: id }]);
    expect((await call('PATCH', `/connect/files/${id}?title=Renamed`)).json).toMatchObject({ title: 'Renamed' });
    expect((await call('PATCH', `/connect/files/${id}`, { desc: 'new' })).json).toMatchObject({
      title: 'Renamed',
      description: 'new',
    });
    expect((await call('GET', `/connect/files/${id}`)).json).toMatchObject({ title: 'Renamed', description: 'new' });
    expect((await call('DELETE', `/connect/files/${id}`)).status).toBe(204);
    await expectRefused(call('GET', `/connect/files/${id}`), 404, 'ENTITY_IS_DELETED', 'entity is deleted');
    await expectRefused(call('GET', `/connect/files/${id}/content`), 404, 'ENTITY_IS_DELETED', 'entity is deleted');
  });

  test('the title comes from the parameters, a JSON part or the file’s name', async () => {
    expect((await upload({}, 'a.b.txt')).json).toMatchObject({ title: 'a.b', fileExtension: 'txt', fileType: 'TEXT' });
    expect((await upload({}, 'c.txt', '?title=from%20query')).json).toMatchObject({ title: 'from query' });
    const boundary = 'edge';
    const body = `--${boundary}\r\ncontent-disposition: form-data; name="json"\r\ncontent-type: application/json\r\n\r\n{"title":"from json"}\r\n--${boundary}\r\ncontent-disposition: form-data; name="fileData"; filename="d.pdf"\r\n\r\nx\r\n--${boundary}--\r\n`;
    const reply = await running.call(`${instance}${version}/connect/files/users/me`, {
      method: 'POST',
      headers: { authorization, 'content-type': `multipart/form-data; boundary=${boundary}` },
      body,
    });
    expect(reply.json).toMatchObject({ title: 'from json', fileType: 'PDF', contentSize: 1 });
    const list = (await call('GET', '/connect/files/users/me?pageSize=1')).json as {
      files: unknown[];
      nextPageUrl: string;
    };
    expect(list).toMatchObject({ files: [{ title: 'from json' }], nextPageUrl: expect.stringContaining('page=1') });
  });

  test('an upload without a file is refused', async () => {
    const reply = call('POST', '/connect/files/users/me', { title: 'x' });
    await expectRefused(reply, 400, 'POST_BODY_PARSE_ERROR', 'fileData');
  });
});
