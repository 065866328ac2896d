// Every resource and method of Sales Cloud against the sandbox.

import { expect } from 'vitest';
import {
  type CollectionOptions,
  type Connection,
  collection,
  type ElementConformance,
  expectRefused,
  type ResourceRow,
  type Row,
  row,
} from './conformance.ts';
import {
  activityKinds,
  createRecord,
  discoveryRows,
  genericRows,
  missingIds,
  noColumn,
  notThere,
  salesCollections,
  unique,
} from './sfdc-rows.ts';

const newAccount = (connection: Connection) => createRecord(connection, '/accounts', { Name: unique('Acme') });

/** What the records are that have activities, notes and tasks, and whether a PUT changes these, too. */
const parents = {
  accounts: { body: { Name: 'x' }, puts: true },
  contacts: { body: { LastName: 'x' }, puts: true },
  leads: { body: { LastName: 'x', Company: 'x' }, puts: false },
  opportunities: { body: { Name: 'x', StageName: 'Prospecting', CloseDate: '2027-01-31' }, puts: true },
};

/** The activities, notes or tasks of a new record, three of them. */
function childrenOf(parent: keyof typeof parents, child: keyof typeof activityKinds): ResourceRow[] {
  const { item, three, refused, ...kind } = activityKinds[child];
  const { body, puts } = parents[parent];
  const path = `/${parent}/{id}/${child}`;
  const missing = `/${parent}/${missingIds.account}/${child}/${missingIds[child]}`;
  const made = async (connection: Connection) => {
    const at = `/${parent}/${await createRecord(connection, `/${parent}`, body)}/${child}`;
    for (const one of three) await createRecord(connection, at, one);
    return at;
  };
  const options: CollectionOptions = {
    path,
    item: `${path}/{${item}}`,
    parent: made,
    idField: 'Id',
    createdIdField: 'id',
    list: { pageSize: 2, atLeast: 3 },
    read: true,
    delete: true,
    ...kind,
    refused: {
      list: noColumn(`/${parent}/${missingIds.account}/${child}`),
      create: { body: refused, status: 400, says: /bad value|Required fields|too large/ },
      read: { path: missing, ...notThere },
      update: { path: missing, ...notThere },
      delete: { path: missing, ...notThere },
    },
  };
  const rows = collection(options);
  if (!puts || child === 'tasks') return rows;
  return [
    ...rows,
    row(`PUT ${path}/{${item}}`, {
      update: async (connection) => {
        const at = await made(connection);
        const [first] = (await connection.call('GET', at)).body;
        const one = `${at}/${first.Id}`;
        expect((await connection.call('PUT', one, kind.update.body)).status).toBe(200);
        const read = (await connection.call('GET', one)).body;
        expect(read).toMatchObject(kind.update.body);
        expect([read.Subject, read.Title]).toEqual([first.Subject, first.Title]);
      },
      error: async ({ call }) => expectRefused(await call('PUT', missing, kind.update.body), notThere),
    }),
  ];
}

/** A form with one file. */
function formOf(text: string, name: string, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([text], { type: 'text/plain' }), name);
  return form;
}

const missingFile = '/files/069000000000000AAA';
const missingVersion = '068000000000000AAA';
const noFile = { status: 400, says: 'form field file is required' };

async function upload(connection: Connection, path: string, text = 'hello', name = 'greeting.txt'): Promise<Row> {
  const answer = await connection.upload('POST', path, formOf(text, name));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const newFile = async (connection: Connection) => String((await upload(connection, '/files'))['Id']);

async function newAttachment(connection: Connection, at?: string): Promise<string> {
  const path = at ?? `/accounts/${await newAccount(connection)}/attachments`;
  return String((await upload(connection, path))['id']);
}

const attachmentRows = [
  row('GET /{objectName}/{objectId}/attachments', {
    list: async (connection) => {
      const at = `/accounts/${await newAccount(connection)}/attachments`;
      const id = await newAttachment(connection, at);
      const { body } = await connection.call('GET', at);
      expect(body).toEqual([expect.objectContaining({ Id: id, Name: 'greeting.txt', BodyLength: 5 })]);
    },
    pages: async (connection) => {
      const at = `/contact/${await createRecord(connection, '/contacts', { LastName: 'x' })}/attachments`;
      const ids = [];
      for (let count = 0; count < 5; count++) ids.push(await newAttachment(connection, at));
      const { rows, pages } = await connection.allRows(at, { pageSize: '2', fields: 'Id' });
      expect([rows.map((each) => each['Id']).sort(), pages]).toEqual([ids.sort(), 3]);
    },
    search: async (connection) => {
      const at = `/Account/${await newAccount(connection)}/attachments`;
      await newAttachment(connection, at);
      await upload(connection, at, 'other', "it's.txt");
      const { rows } = await connection.allRows(at, { where: "Name = 'it''s.txt'" });
      expect(rows.map((each) => each['Name'])).toEqual(["it's.txt"]);
      const pages = await connection.allRows(at, { where: 'BodyLength = 5', pageSize: '1', fields: 'Name' });
      expect(pages.rows.map((each) => each['Name']).sort()).toEqual(['greeting.txt', "it's.txt"]);
    },
    error: async ({ call }) => {
      expectRefused(await call('GET', `/accounts/${missingIds.account}/attachments`), notThere);
      expectRefused(await call('GET', noColumn(`/accounts/${missingIds.account}/attachments`).path), {
        status: 400,
        says: 'No such column',
      });
    },
  }),
  row('POST /{objectName}/{objectId}/attachments', {
    create: async (connection) => {
      const at = `/opportunities/${await createRecord(connection, '/opportunities', parents.opportunities.body)}`;
      const form = formOf('text', 'a.txt', { name: 'b.txt', description: 'Two' });
      const { body } = await connection.upload('POST', `${at}/attachments`, form);
      expect((await connection.call('GET', `/attachments/${body.id}`)).body).toMatchObject({
        Name: 'b.txt',
        Description: 'Two',
        ContentType: 'text/plain',
        BodyLength: 4,
      });
    },
    error: async (connection) => {
      const at = `/accounts/${missingIds.account}/attachments`;
      const refused = await connection.upload('POST', at, formOf('text', 'a.txt'));
      expectRefused(refused, { status: 400, says: 'invalid cross reference id' });
      expectRefused(await connection.upload('POST', at, new FormData()), noFile);
    },
  }),
  row('GET /attachments/{id}', {
    read: async (connection) => {
      const id = await newAttachment(connection);
      const { body } = await connection.call('GET', `/attachments/${id}`);
      expect(body).toMatchObject({ Id: id, Body: expect.stringMatching(/\/Attachment\/\w+\/Body$/) });
    },
    error: async ({ call }) => expectRefused(await call('GET', `/attachments/${missingIds.attachment}`), notThere),
  }),
  row('PATCH /attachments/{id}', {
    update: async (connection) => {
      const one = `/attachments/${await newAttachment(connection)}`;
      expect((await connection.upload('PATCH', one, formOf('goodbye', 'farewell.txt'))).status).toBe(200);
      expect((await connection.call('GET', one)).body).toMatchObject({ Name: 'farewell.txt', BodyLength: 7 });
      expect(String((await connection.download(`${one}/data`)).bytes)).toBe('goodbye');
    },
    error: async (connection) => {
      const one = `/attachments/${missingIds.attachment}`;
      expectRefused(await connection.upload('PATCH', one, formOf('x', 'x')), notThere);
      expectRefused(await connection.upload('PATCH', one, new FormData()), noFile);
    },
  }),
  row('DELETE /attachments/{id}', {
    delete: async (connection) => {
      const one = `/attachments/${await newAttachment(connection)}`;
      expect((await connection.call('DELETE', one)).status).toBe(200);
      expect((await connection.call('GET', one)).status).toBe(404);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', `/attachments/${missingIds.attachment}`), notThere),
  }),
  row('GET /attachments/{id}/data', {
    read: async (connection) => {
      const found = await connection.download(`/attachments/${await newAttachment(connection)}/data`);
      expect([String(found.bytes), found.headers.get('content-type')]).toEqual(['hello', 'text/plain']);
    },
    error: async ({ call }) => expectRefused(await call('GET', `/attachments/${missingIds.attachment}/data`), notThere),
  }),
  row('GET /{objectName}/{objectId}/data', {
    read: async (connection) => {
      const id = await newAttachment(connection);
      expect(String((await connection.download(`/Attachment/${id}/data`)).bytes)).toBe('hello');
    },
    error: async (connection) => {
      const at = `/accounts/${await newAccount(connection)}/data`;
      expectRefused(await connection.call('GET', at), notThere);
    },
  }),
];

const reportList = {
  list: async ({ call }: Connection, path: string) => {
    const { body } = await call('GET', path);
    expect(body).toContainEqual(expect.objectContaining({ id: expect.stringMatching(/^00O/), name: 'All Accounts' }));
  },
  pages: async ({ allRows }: Connection, path: string) => {
    const { rows, pages } = await allRows(path, { pageSize: '2' });
    expect([new Set(rows.map((each) => each['id'])).size, pages]).toEqual([3, 2]);
  },
};
const noInput = { error: 'takes no input; see the faults' };
const accountsReport = async ({ call }: Connection) =>
  `/reports/${(await call('GET', '/reports')).body.find(({ name }: Row) => name === 'All Accounts').id}`;
const missingReport = { status: 404, says: 'unavailable' };

const reportRows = [
  ...['/reports', '/reports/metadata'].map((path) =>
    row(
      `GET ${path}`,
      {
        list: (connection) => reportList.list(connection, path),
        pages: (connection) => reportList.pages(connection, path),
      },
      noInput,
    ),
  ),
  row('GET /reports/{id}', {
    read: async (connection) => {
      const { body } = await connection.call('GET', await accountsReport(connection));
      expect(body).toMatchObject({ attributes: { reportName: 'All Accounts' }, hasDetailRows: true });
      expect(body.factMap['T!T'].rows.length).toBeGreaterThanOrEqual(230);
    },
    search: async (connection) => {
      const at = await accountsReport(connection);
      const run = async (query: Record<string, string>) =>
        (await connection.call('GET', `${at}?${new URLSearchParams(query)}`)).body;
      const everything = (await run({})).factMap['T!T'].rows;
      const columns: string[] = (await run({})).reportMetadata.detailColumns;
      const at2 = columns.indexOf('INDUSTRY');
      const fits = everything.filter((each: { dataCells: { value: unknown }[] }) =>
        ['Banking', 'Energy'].includes(String(each.dataCells[at2]?.value)),
      );
      const found = await run({ where: "INDUSTRY in ('Banking', 'Energy')" });
      expect(found.factMap['T!T'].rows).toEqual(fits);
      const sums = await run({ where: "INDUSTRY in ('Banking', 'Energy')", includeDetails: 'false' });
      expect([sums.hasDetailRows, sums.factMap['T!T'].rows]).toEqual([false, undefined]);
      expect(sums.factMap['T!T'].aggregates).toEqual(found.factMap['T!T'].aggregates);
    },
    error: async (connection) => {
      const at = `${await accountsReport(connection)}?where=${encodeURIComponent("NOPE = 'x'")}`;
      expectRefused(await connection.call('GET', at), { status: 400, says: 'filter column NOPE is invalid' });
      expectRefused(await connection.call('GET', '/reports/00O000000000000AAA'), missingReport);
    },
  }),
  row('GET /reports/{id}/metadata', {
    read: async (connection) => {
      const { body } = await connection.call('GET', `${await accountsReport(connection)}/metadata`);
      expect(body).toMatchObject({
        reportMetadata: { name: 'All Accounts' },
        reportTypeMetadata: { categories: expect.any(Array) },
      });
    },
    error: async ({ call }) => expectRefused(await call('GET', '/reports/00O000000000000AAA/metadata'), missingReport),
  }),
];

const fileRows = [
  ...collection({
    path: '/files',
    idField: 'Id',
    list: { pageSize: 100, atLeast: 400, query: { orderBy: 'CreatedDate,Id' } },
    search: [{ where: "FileExtension = 'pdf'", fits: (each) => each['FileExtension'] === 'pdf' }],
    refused: { list: noColumn('/files') },
  }),
  row('POST /files', {
    create: async (connection) => {
      const query = new URLSearchParams({ pathOnClient: 'offer.pdf', description: 'Two', reason: 'Why' });
      const { status, body } = await connection.upload('POST', `/files?${query}`, formOf('%PDF', 'x.bin'));
      expect([status, body.id]).toEqual([200, body.Id]);
      expect(body).toMatchObject({ Title: 'offer', FileExtension: 'pdf', ContentSize: 4, Description: 'Two' });
      const { body: version } = await connection.call('GET', `/files/${body.id}/versions/latest-version/metadata`);
      expect(version).toMatchObject({ ReasonForChange: 'Why', ContentDocumentId: body.id });
      expect(await upload(connection, '/files', 'x', 'note.txt')).toMatchObject({ Title: 'note', FileType: 'TEXT' });
    },
    error: async (connection) => {
      expectRefused(await connection.upload('POST', '/files', new FormData()), noFile);
      const long = await connection.upload('POST', `/files?description=${'x'.repeat(1001)}`, formOf('x', 'x.txt'));
      expectRefused(long, { status: 400, says: 'data value too large' });
    },
  }),
  row('GET /files/{id}', {
    read: async (connection) => {
      const id = await newFile(connection);
      expect((await connection.call('GET', `/files/${id}`)).body).toMatchObject({ Id: id, Title: 'greeting' });
    },
    error: async ({ call }) => expectRefused(await call('GET', missingFile), notThere),
  }),
  row('DELETE /files/{id}', {
    delete: async (connection) => {
      const one = `/files/${await newFile(connection)}`;
      expect((await connection.call('DELETE', one)).status).toBe(200);
      expect((await connection.call('GET', one)).status).toBe(404);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', missingFile), notThere),
  }),
  row('GET /files/{id}/metadata', {
    read: async (connection) => {
      const id = await newFile(connection);
      const { body } = await connection.call('GET', `/files/${id}/metadata`);
      expect(body).toMatchObject({ Id: id, FileExtension: 'txt', LatestPublishedVersionId: expect.any(String) });
    },
    error: async ({ call }) => expectRefused(await call('GET', `${missingFile}/metadata`), notThere),
  }),
  row('PATCH /files/{id}/metadata', {
    update: async (connection) => {
      const at = `/files/${await newFile(connection)}/metadata`;
      expect((await connection.call('PATCH', at, { Title: 'Salutation' })).status).toBe(200);
      expect((await connection.call('GET', at)).body).toMatchObject({ Title: 'Salutation' });
    },
    error: async (connection) => {
      expectRefused(await connection.call('PATCH', `${missingFile}/metadata`, { Title: 'x' }), notThere);
      const at = `/files/${await newFile(connection)}/metadata`;
      expectRefused(await connection.call('PATCH', at, { ContentSize: 1 }), { status: 400, says: 'ContentSize' });
    },
  }),
  ...collection({
    path: '/files/{id}/versions',
    parent: async (connection) => {
      const at = `/files/${await newFile(connection)}/versions`;
      for (const text of ['two', 'three']) await upload(connection, at, text);
      return at;
    },
    idField: 'Id',
    list: { pageSize: 2, atLeast: 3 },
    search: [{ where: 'IsLatest = true', fits: (each) => each['IsLatest'] === true }],
    refused: { list: noColumn(`${missingFile}/versions`) },
  }),
  row('POST /files/{id}/versions', {
    create: async (connection) => {
      const id = await newFile(connection);
      const version = await upload(connection, `/files/${id}/versions?reason=Longer`, 'hello again');
      expect(version).toMatchObject({ ContentDocumentId: id, VersionNumber: '2', ReasonForChange: 'Longer' });
      expect(version['id']).toBe(version['Id']);
      const { bytes } = await connection.download(`/files/${id}/versions/latest-version`);
      expect(String(bytes)).toBe('hello again');
    },
    error: async (connection) => {
      const refused = await connection.upload('POST', `${missingFile}/versions`, formOf('x', 'x'));
      expectRefused(refused, { status: 400, says: 'invalid cross reference id' });
      expectRefused(await connection.upload('POST', `${missingFile}/versions`, new FormData()), noFile);
    },
  }),
  row('GET /files/{id}/versions/{versionId}', {
    read: async (connection) => {
      const at = `/files/${await newFile(connection)}/versions`;
      await upload(connection, at, 'two');
      const versions: Row[] = (await connection.call('GET', `${at}?orderBy=VersionNumber`)).body;
      const texts = versions.map(async ({ Id }) => String((await connection.download(`${at}/${Id}`)).bytes));
      expect(await Promise.all(texts)).toEqual(['hello', 'two']);
    },
    error: async ({ call }) => expectRefused(await call('GET', `${missingFile}/versions/${missingVersion}`), notThere),
  }),
  row('GET /files/{id}/versions/latest-version', {
    read: async (connection) => {
      const found = await connection.download(`/files/${await newFile(connection)}/versions/latest-version`);
      expect([String(found.bytes), found.headers.get('content-type')]).toEqual(['hello', 'text/plain']);
    },
    error: async ({ call }) => expectRefused(await call('GET', `${missingFile}/versions/latest-version`), notThere),
  }),
  row('GET /files/{id}/versions/latest-version/metadata', {
    read: async (connection) => {
      const id = await newFile(connection);
      const { body } = await connection.call('GET', `/files/${id}/versions/latest-version/metadata`);
      expect(body).toMatchObject({ ContentDocumentId: id, IsLatest: true, PathOnClient: 'greeting.txt' });
    },
    error: async ({ call }) =>
      expectRefused(await call('GET', `${missingFile}/versions/latest-version/metadata`), notThere),
  }),
  row('GET /files/{id}/versions/{versionId}/metadata', {
    read: async (connection) => {
      const id = await newFile(connection);
      const [version] = (await connection.call('GET', `/files/${id}/versions`)).body;
      const { body } = await connection.call('GET', `/files/${id}/versions/${version.Id}/metadata`);
      expect(body).toEqual(version);
    },
    error: async ({ call }) =>
      expectRefused(await call('GET', `${missingFile}/versions/${missingVersion}/metadata`), notThere),
  }),
  row('PATCH /files/{id}/versions/{versionId}/metadata', {
    update: async (connection) => {
      const id = await newFile(connection);
      const [version] = (await connection.call('GET', `/files/${id}/versions`)).body;
      const at = `/files/${id}/versions/${version.Id}/metadata`;
      expect((await connection.call('PATCH', at, { Title: 'First', Description: 'Old' })).status).toBe(200);
      expect((await connection.call('GET', at)).body).toMatchObject({ Title: 'First', Description: 'Old' });
    },
    error: async ({ call }) => {
      const at = `${missingFile}/versions/${missingVersion}/metadata`;
      expectRefused(await call('PATCH', at, { Title: 'x' }), notThere);
    },
  }),
];

/** Three files of a new account, and the path of its files. */
async function threeFiles(connection: Connection): Promise<string> {
  const at = `/accounts/${await newAccount(connection)}/files`;
  for (const name of ['one.pdf', 'two.txt', 'three.txt']) await upload(connection, at, name, name);
  return at;
}

const fileLinkRows = [
  ...collection({
    path: '/{objectName}/{objectId}/files',
    parent: threeFiles,
    idField: 'Id',
    list: { pageSize: 2, atLeast: 3 },
    search: [{ where: "ShareType = 'V'", fits: (each) => each['ShareType'] === 'V' }],
    refused: { list: noColumn(`/accounts/${missingIds.account}/files`) },
  }),
  row('POST /{objectName}/{objectId}/files', {
    create: async (connection) => {
      const account = await newAccount(connection);
      const link = await upload(connection, `/accounts/${account}/files?pathOnClient=offer.pdf`);
      expect(link).toMatchObject({ LinkedEntityId: account, ContentDocumentId: expect.stringMatching(/^069/) });
      expect(link['id']).toBe(link['Id']);
      const { body } = await connection.call('GET', `/files/${link['ContentDocumentId']}`);
      expect(body).toMatchObject({ Title: 'offer', FileExtension: 'pdf' });
    },
    error: async (connection) => {
      const files = async () => (await connection.allRows('/files', { fields: 'Id' })).rows.length;
      const before = await files();
      for (const id of [missingIds.account, missingIds.opportunity, 'none', "x' or Id != '"]) {
        const at = `/accounts/${encodeURIComponent(id)}/files`;
        expectRefused(await connection.upload('POST', at, formOf('x', 'x.txt')), {
          status: 400,
          says: /invalid|incorrect/,
        });
      }
      expectRefused(await connection.upload('POST', `/accounts/${missingIds.account}/files`, new FormData()), noFile);
      expect(await files()).toBe(before);
    },
  }),
  row('GET /{objectName}/{objectId}/files/details', {
    list: async (connection) => {
      const { body } = await connection.call('GET', `${await threeFiles(connection)}/details`);
      expect(body.length).toBe(3);
      for (const each of body) expect(each).toMatchObject({ LatestPublishedVersionId: expect.stringMatching(/^068/) });
    },
    pages: async (connection) => {
      const { rows, pages } = await connection.allRows(`${await threeFiles(connection)}/details`, { pageSize: '2' });
      expect([rows.map((each) => each['Title']).sort(), pages]).toEqual([['one', 'three', 'two'], 2]);
    },
    search: async (connection) => {
      const at = `${await threeFiles(connection)}/details`;
      const { rows } = await connection.allRows(at, { where: "ContentDocument.FileExtension = 'pdf'" });
      expect(rows.map((each) => each['Title'])).toEqual(['one']);
    },
    error: async ({ call }) => {
      const at = noColumn(`/accounts/${missingIds.account}/files/details`);
      expectRefused(await call('GET', at.path), at);
    },
  }),
  row('POST /{objectName}/{objectId}/files/{fileId}', {
    create: async (connection) => {
      const [account, file] = [await newAccount(connection), await newFile(connection)];
      const { status, body } = await connection.call('POST', `/accounts/${account}/files/${file}`);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({ id: body.Id, LinkedEntityId: account, ContentDocumentId: file, ShareType: 'V' }),
      ]);
      const contact = `/contacts/${await createRecord(connection, '/contacts', { LastName: 'x' })}`;
      const given = { ShareType: 'I', Visibility: 'InternalUsers' };
      expect((await connection.call('POST', `${contact}/files/${file}`, given)).body).toMatchObject(given);
    },
    error: async (connection) => {
      const at = `/accounts/${await newAccount(connection)}/files`;
      const refused = await connection.call('POST', `${at}/069000000000000AAA`);
      expectRefused(refused, { status: 400, says: 'invalid cross reference id' });
      const shared = await connection.call('POST', `${at}/${await newFile(connection)}`, { ShareType: 'X' });
      expectRefused(shared, { status: 400, says: 'bad value' });
    },
  }),
];

const queryRows = [
  row('GET /query', {
    list: async ({ call }) => {
      const ask = async (q: string) => (await call('GET', `/query?${new URLSearchParams({ q })}`)).body;
      const named = await ask("SELECT Id, Name FROM Contact WHERE LastName = 'Rossi' ORDER BY Id");
      expect(named.length).toBeGreaterThan(20);
      for (const statement of [
        "select * from contacts where LastName = 'Rossi' order by Id",
        "select * Contact where LastName = 'Rossi' order by Id",
      ]) {
        const found: Row[] = await ask(statement);
        expect(found.map(({ Id, Name }) => [Id, Name])).toEqual(named.map(({ Id, Name }: Row) => [Id, Name]));
        expect(found[0]).toMatchObject({ OwnerId: expect.any(String), MailingCity: expect.any(String) });
      }
      expect(await ask('select * from opportunity limit 2')).toHaveLength(2);
    },
    pages: async (connection) => {
      const q = 'SELECT Id FROM Task';
      const asked = new URLSearchParams({ q });
      const found = await connection.call('GET', `/query?${asked}`);
      const total = Number(found.headers.get('elements-total-count'));
      expect(total).toBeGreaterThanOrEqual(400);
      const { rows, pages } = await connection.allRows('/query', { q: 'select * from tasks' });
      expect(new Set(rows.map((each) => each['Id'])).size).toBe(total);
      expect(pages).toBeGreaterThan(1);
    },
    error: async ({ call }) => {
      const ask = (q: string) => call('GET', `/query?${new URLSearchParams({ q })}`);
      expectRefused(await ask('SELECT Nope FROM Account'), { status: 400, says: "No such column 'Nope'" });
      expectRefused(await ask('select * from Nope'), notThere);
      expectRefused(await call('GET', '/query'), { status: 400, says: 'A query string has to be specified' });
    },
  }),
];

const newUser = async (connection: Connection): Promise<object> => {
  const [profile] = (await connection.call('GET', '/Profile')).body;
  return {
    username: `${unique('user')}@example.com`,
    FirstName: 'Ann',
    LastName: 'User',
    Email: 'ann@example.com',
    Alias: 'ann',
    TimeZoneSidKey: 'Europe/London',
    LocaleSidKey: 'en_GB',
    EmailEncodingKey: 'UTF-8',
    LanguageLocaleKey: 'en_US',
    ProfileId: profile.Id,
  };
};

const userRows = [
  ...collection({
    path: '/users',
    idField: 'Id',
    createdIdField: 'id',
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: "FirstName = 'Robin'", fits: (each) => each['FirstName'] === 'Robin' }],
    create: { body: newUser, shows: { Name: 'Ann User', IsActive: true } },
    read: true,
    update: { body: { Department: 'Sales', IsActive: false } },
    missing: missingIds.user,
    refused: {
      list: noColumn('/users'),
      create: { body: { LastName: 'x' }, status: 400, says: 'Required fields are missing: [Username, Email' },
    },
  }),
  row(
    'DELETE /users/{id}',
    {
      error: async ({ call }) => {
        const [user] = (await call('GET', '/users?pageSize=1')).body;
        expectRefused(await call('DELETE', `/users/${user.Id}`), { status: 405, says: 'Deactivate one instead' });
      },
    },
    { delete: 'Salesforce deletes no users' },
  ),
  row(
    'GET /users/me',
    {
      read: async ({ call }) => {
        const { body } = await call('GET', '/users/me');
        expect(body).toMatchObject({ Id: expect.stringMatching(/^005/), Username: expect.stringContaining('@') });
        expect((await call('GET', `/users/${body.Id}`)).body).toEqual(body);
      },
    },
    noInput,
  ),
];

/** What is tried of Sales Cloud. */
export const sfdcConformance: ElementConformance = {
  key: 'sfdc',
  hub: 'crm',
  rows: [
    ...salesCollections.accounts,
    ...salesCollections.contacts,
    ...salesCollections.leads,
    ...salesCollections.opportunities,
    ...salesCollections.campaigns,
    ...userRows,
    ...(['accounts', 'contacts', 'leads', 'opportunities'] as const).flatMap((parent) =>
      (['activities', 'notes', 'tasks'] as const).flatMap((child) => childrenOf(parent, child)),
    ),
    ...attachmentRows,
    ...reportRows,
    ...fileRows,
    ...fileLinkRows,
    ...queryRows,
    ...discoveryRows,
    ...genericRows,
  ],
};
