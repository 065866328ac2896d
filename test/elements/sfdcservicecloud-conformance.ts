// Every resource and method of Service Cloud against the sandbox.

import { expect } from 'vitest';
import {
  type CollectionOptions,
  type Connection,
  collection,
  type ElementConformance,
  expectRefused,
  type Row,
  row,
} from './conformance.ts';

const none = '500000000000000AAA';
const notThere = { status: 404, says: 'does not exist' };

let made = 0;
/** Text that no other record has. */
const unique = (text: string) => `${text}-${Date.now()}-${made++}`;

async function create({ call }: Connection, path: string, body: object): Promise<string> {
  const answer = await call('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.body).toMatchObject({ id: answer.body.Id, success: true, errors: [] });
  return answer.body.Id;
}

/** The events or tasks of a new incident or contact, three of them. */
function activities(
  parent: 'incidents' | 'contacts',
  child: 'activities' | 'tasks',
  options: Pick<CollectionOptions, 'search' | 'create' | 'update'> & { refused: object },
) {
  const item = `{${child === 'tasks' ? 'taskId' : 'activityId'}}`;
  const path = `/${parent}/{id}/${child}`;
  const { refused, ...rest } = options;
  const missing = `/${parent}/${none}/${child}/${none}`;
  return collection({
    path,
    item: `${path}/${item}`,
    parent: async (connection) => {
      const body = parent === 'incidents' ? { Subject: 'x' } : { LastName: 'x' };
      const at = `/${parent}/${await create(connection, `/${parent}`, body)}/${child}`;
      for (const subject of ['One', 'Two', 'Three']) {
        await create(connection, at, { subject, durationInMinutes: undefined, ...startOf(child) });
      }
      return at;
    },
    idField: 'Id',
    list: { pageSize: 2, atLeast: 3 },
    read: true,
    delete: true,
    ...rest,
    refused: {
      list: {
        path: `/${parent}/${none}/${child}?where=${encodeURIComponent('Nope = 1')}`,
        status: 400,
        says: 'No such column',
      },
      create: { body: refused, status: 400, says: /bad value|Required fields|No such column/ },
      read: { path: missing, ...notThere },
      update: { path: missing, ...notThere },
      delete: { path: missing, ...notThere },
    },
  });
}

function startOf(child: string): object {
  return child === 'tasks' ? {} : { startDateTime: '2026-05-01T10:00:00Z', durationInMinutes: 30 };
}

const eventOptions = {
  search: [{ where: "Subject = 'Two'", fits: (each: Row) => each['Subject'] === 'Two' }],
  create: {
    body: { Subject: 'Visit', StartDateTime: '2026-05-02T08:00:00.000+0000', DurationInMinutes: 45, Location: 'Paris' },
    shows: { Subject: 'Visit', EndDateTime: '2026-05-02T08:45:00.000+0000', Location: 'Paris' },
  },
  update: { body: { Location: 'Berlin', IsPrivate: true } },
  refused: { Subject: 'no time' },
};
const taskOptions = {
  search: [{ where: "Subject like 'T%'", fits: (each: Row) => String(each['Subject']).startsWith('T') }],
  create: { body: { Subject: 'Call back', Priority: 'High', CallType: 'Outbound', CallDurationInSeconds: 60 } },
  update: { body: { Status: 'Completed', CallDisposition: 'done' } },
  refused: { CallType: 'Shouted' },
};

const article = (connection: Connection, body: object = {}) =>
  create(connection, '/resources/articles', { Title: 'How to rest', UrlName: unique('rest'), ...body });
const articleAt = async (connection: Connection) => `/resources/articles/${await article(connection)}`;
const missingArticle = '/resources/articles/ka0000000000000AAA';

const articleRows = [
  row('GET /resources/articles', {
    list: async ({ call }) => {
      const { body } = await call('GET', '/resources/articles');
      expect(body.length).toBe(40);
      for (const each of body) expect(each).toMatchObject({ PublishStatus: 'Online', Id: expect.any(String) });
    },
    pages: async ({ allRows }) => {
      const { rows, pages } = await allRows('/resources/articles', { pageSize: '15', orderBy: 'ArticleNumber' });
      expect([new Set(rows.map((each) => each['Id'])).size, pages]).toEqual([40, 3]);
    },
    search: async ({ allRows }) => {
      const found = async (where: string) => (await allRows('/resources/articles', { where })).rows;
      const online = await found("PublishStatus = 'Online'");
      for (const where of [
        "Title like 'Reset%'",
        "Title like 'Reset%' or Title like 'Return%'",
        "Title = ' LIMIT 1' or Title like 'Reset%'",
        "ArticleType = 'Support__Discussion__kav' and IsVisibleInPkb = true",
      ]) {
        const rows = await found(where);
        expect(rows.length, where).toBeGreaterThan(0);
        expect(online, where).toEqual(expect.arrayContaining(rows));
        for (const each of rows) expect(each).toMatchObject({ PublishStatus: 'Online' });
      }
      const drafts = await found("PublishStatus = 'Draft' and Title like '%a%'");
      expect(new Set(drafts.map((each) => each['PublishStatus']))).toEqual(new Set(['Draft']));
      expect(await found(`id = '${drafts[0]?.['Id']}'`)).toEqual([drafts[0]]);
    },
    error: async ({ call }) => {
      const where = encodeURIComponent('Nope = 1');
      expectRefused(await call('GET', `/resources/articles?where=${where}`), { status: 400, says: 'No such column' });
    },
  }),
  row('POST /resources/articles', {
    create: async (connection) => {
      const id = await article(connection, { articleType: 'Support__Discussion', Support__Body__c: 'Sit down.' });
      expect((await connection.call('GET', `/resources/articles/${id}`)).body).toMatchObject({
        ArticleType: 'Support__Discussion__kav',
        PublishStatus: 'Draft',
        Support__Body__c: 'Sit down.',
      });
      expect(await article(connection)).toMatch(/^ka0/);
    },
    error: async ({ call }) => {
      const post = (body: object) => call('POST', '/resources/articles', body);
      expectRefused(await post({ Title: 'x' }), { status: 400, says: 'Required fields are missing: [UrlName]' });
      expectRefused(await post({ ArticleType: 'Nope' }), notThere);
      expectRefused(await post({ ArticleType: '../Account' }), { status: 400, says: 'ArticleType' });
    },
  }),
  row('GET /resources/articles/{id}', {
    read: async (connection) => {
      const { body } = await connection.call('GET', await articleAt(connection));
      expect(body).toMatchObject({ Title: 'How to rest', ArticleType: 'Knowledge__kav', VersionNumber: 1 });
    },
    error: async ({ call }) => expectRefused(await call('GET', missingArticle), notThere),
  }),
  row('PATCH /resources/articles/{id}', {
    update: async (connection) => {
      const path = await articleAt(connection);
      expect((await connection.call('PATCH', path, { summary: 'Rest.', Answer__c: 'Lie down.' })).status).toBe(200);
      expect((await connection.call('GET', path)).body).toMatchObject({ Summary: 'Rest.', Answer__c: 'Lie down.' });
    },
    error: async (connection) => {
      const path = await articleAt(connection);
      await connection.call('PUT', `${path}/status`, { PublishStatus: 'Online' });
      const refused = await connection.call('PATCH', path, { Title: 'x' });
      expectRefused(refused, { status: 400, says: 'only a draft can be edited' });
      expectRefused(await connection.call('PATCH', missingArticle, { Title: 'x' }), notThere);
    },
  }),
  row('DELETE /resources/articles/{id}', {
    delete: async (connection) => {
      const path = await articleAt(connection);
      expect((await connection.call('DELETE', path)).status).toBe(200);
      expect((await connection.call('GET', path)).status).toBe(404);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', missingArticle), notThere),
  }),
  row('PUT /resources/articles/{id}/status', {
    update: async (connection) => {
      const path = await articleAt(connection);
      for (const PublishStatus of ['Online', 'Archived', 'Draft']) {
        expect((await connection.call('PUT', `${path}/status`, { PublishStatus })).status).toBe(200);
        expect((await connection.call('GET', path)).body).toMatchObject({ PublishStatus });
      }
    },
    error: async (connection) => {
      const status = `${await articleAt(connection)}/status`;
      const put = (body: object) => connection.call('PUT', status, body);
      expectRefused(await put({ PublishStatus: 'Burnt' }), { status: 400, says: 'bad value' });
      expectRefused(await put({ PublishStatus: 'Archived' }), { status: 400, says: 'can’t become Archived' });
      expectRefused(await put({}), { status: 400, says: 'PublishStatus is required' });
    },
  }),
];

const categories = '/resources/categories';
const category = (connection: Connection, name = unique('Tip').replaceAll('-', '_')) =>
  create(connection, categories, { name, label: 'Tip & trick', pluralLabel: "Tips 'n' tricks" });
const missingCategory = `${categories}/01I000000000000AAA`;

const categoryRows = [
  ...collection({
    path: categories,
    idField: 'Id',
    list: { pageSize: 5, atLeast: 12 },
    search: [
      { where: "DeveloperName like 'R%'", fits: (each) => String(each['DeveloperName']).startsWith('R') },
      { where: "NamespacePrefix = 'Support'", fits: (each) => each['NamespacePrefix'] === 'Support' },
    ],
    refused: {
      list: { path: `${categories}?where=${encodeURIComponent('Nope = 1')}`, status: 400, says: 'No such column' },
    },
  }),
  row(`POST ${categories}`, {
    create: async (connection) => {
      const { body } = await connection.call('GET', `${categories}/${await category(connection)}`);
      expect(body).toMatchObject({
        FullName: expect.stringMatching(/^Tip_\w+__kav$/),
        Metadata: { label: 'Tip & trick', pluralLabel: "Tips 'n' tricks" },
      });
    },
    error: async ({ call }) => {
      const post = (body: object) => call('POST', categories, body);
      expectRefused(await post({ name: 'Knowledge', label: 'x', pluralLabel: 'x' }), {
        status: 400,
        says: 'There is already a Custom Object with this name',
      });
      expectRefused(await post({ name: 'New', label: 'x' }), { status: 400, says: 'pluralLabel' });
      expectRefused(await post({ name: '1</fullName>', label: 'x', pluralLabel: 'x' }), {
        status: 400,
        says: 'must begin with a letter',
      });
    },
  }),
  row(`GET ${categories}/{id}`, {
    read: async ({ call }) => {
      const [first] = (await call('GET', `${categories}?where=${encodeURIComponent("DeveloperName = 'Recall'")}`)).body;
      expect((await call('GET', `${categories}/${first.Id}`)).body).toMatchObject({
        FullName: 'Recall__kav',
        Metadata: { label: 'Recall', pluralLabel: 'Recalls' },
      });
    },
    error: async ({ call }) => expectRefused(await call('GET', missingCategory), notThere),
  }),
  row(`PATCH ${categories}/{id}`, {
    update: async (connection) => {
      const path = `${categories}/${await category(connection)}`;
      expect((await connection.call('PATCH', path, { label: 'Hint <1>' })).status).toBe(200);
      expect((await connection.call('GET', path)).body).toMatchObject({
        Metadata: { label: 'Hint <1>', pluralLabel: "Tips 'n' tricks" },
      });
    },
    error: async (connection) => {
      const path = `${categories}/${await category(connection)}`;
      expectRefused(await connection.call('PATCH', path, { label: '' }), { status: 400, says: 'non-empty label' });
      expectRefused(await connection.call('PATCH', missingCategory, { label: 'x' }), notThere);
    },
  }),
  row(`DELETE ${categories}/{id}`, {
    delete: async (connection) => {
      const path = `${categories}/${await category(connection)}`;
      expect((await connection.call('DELETE', path)).status).toBe(200);
      expect((await connection.call('GET', path)).status).toBe(404);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', missingCategory), notThere),
  }),
];

const agent = async ({ call }: Connection): Promise<object> => {
  const where = encodeURIComponent("Name = 'Support Agent'");
  const [profile] = (await call('GET', `/Profile?where=${where}`)).body;
  const name = unique('agent');
  return {
    username: `${name}@example.com`,
    FirstName: 'Ann',
    LastName: 'Agent',
    Email: 'ann@example.com',
    Alias: 'ann',
    TimeZoneSidKey: 'Europe/Berlin',
    LocaleSidKey: 'de_DE',
    EmailEncodingKey: 'UTF-8',
    LanguageLocaleKey: 'de',
    ProfileId: profile.Id,
  };
};

const noColumn = (path: string) => ({
  path: `${path}?where=${encodeURIComponent("Nope = 'x'")}`,
  status: 400,
  says: 'No such column',
});

/** What is tried of Service Cloud. */
export const sfdcservicecloudConformance: ElementConformance = {
  key: 'sfdcservicecloud',
  hub: 'helpdesk',
  rows: [
    ...collection({
      path: '/agents',
      idField: 'Id',
      list: { pageSize: 1, atLeast: 2 },
      search: [{ where: "FirstName = 'Robin'", fits: (each) => each['FirstName'] === 'Robin' }],
      create: { body: agent, shows: { FirstName: 'Ann', LastName: 'Agent', Name: 'Ann Agent', IsActive: true } },
      read: true,
      update: { body: { Department: 'Support', Title: 'Agent' } },
      delete: 'stays',
      missing: '005000000000000AAA',
      refused: {
        list: noColumn('/agents'),
        create: { body: { LastName: 'x' }, status: 400, says: 'Required fields are missing: [Username, Email' },
      },
    }),
    ...collection({
      path: '/contacts',
      idField: 'Id',
      list: { pageSize: 75, atLeast: 300 },
      search: [
        { where: "LastName = 'O''Neill'", fits: (each) => each['LastName'] === "O'Neill" },
        {
          where: "Department in ('Sales', 'Finance') and MailingCity = 'Paris'",
          fits: (each) => /Sales|Finance/.test(String(each['Department'])) && each['MailingCity'] === 'Paris',
        },
      ],
      create: { body: { FirstName: 'Ann', LastName: 'Bee', Email: 'ann@example.com', Birthdate: '1980-02-29' } },
      read: true,
      update: { body: { Department: 'Sales', Title: 'Buyer' } },
      delete: true,
      missing: '003000000000000AAA',
      refused: {
        list: noColumn('/contacts'),
        create: { body: { LastName: 'x', Email: 'nobody' }, status: 400, says: 'invalid email address: nobody' },
      },
    }),
    ...activities('contacts', 'activities', eventOptions),
    ...activities('contacts', 'tasks', taskOptions),
    ...collection({
      path: '/incidents',
      idField: 'Id',
      list: { pageSize: 60, atLeast: 250 },
      search: [
        { where: "Status = 'New'", fits: (each) => each['Status'] === 'New' },
        {
          where: "Priority = 'High' and (Origin = 'Web' or Origin = 'Phone')",
          fits: (each) => each['Priority'] === 'High' && /Web|Phone/.test(String(each['Origin'])),
        },
      ],
      create: {
        body: { isEscalated: true, Subject: 'It is broken', Priority: 'High', Origin: 'Web', Type: 'Electrical' },
        shows: { IsEscalated: true, Subject: 'It is broken', Priority: 'High', Origin: 'Web', Status: 'New' },
      },
      read: true,
      update: { body: { Status: 'Closed', Reason: 'Breakdown' } },
      delete: true,
      missing: none,
      refused: {
        list: noColumn('/incidents'),
        create: { body: { SuppliedEmail: 'nobody' }, status: 400, says: 'Supplied Email: invalid email address' },
        update: { path: `/incidents/${none}`, body: { CaseNumber: '1' }, ...notThere },
      },
    }),
    ...activities('incidents', 'activities', eventOptions),
    ...activities('incidents', 'tasks', taskOptions),
    ...articleRows,
    ...categoryRows,
    row(
      'GET /objects',
      {
        list: async ({ call }) => {
          const { body } = await call('GET', '/objects');
          expect(body).toEqual(expect.arrayContaining(['Account', 'Case', 'Knowledge__kav', 'Shipment__c']));
        },
      },
      { pages: 'Salesforce gives all names at once', error: 'takes no input; see the faults' },
    ),
    row(
      'GET /objects/{objectName}/metadata',
      {
        list: async ({ call }) => {
          const fieldsOf = async (name: string) => {
            const { body } = await call('GET', `/objects/${name}/metadata`);
            return new Map<string, Row>(body.fields.map((field: Row) => [field['vendorPath'], field]));
          };
          const fields = await fieldsOf('incidents');
          expect(await fieldsOf('case')).toEqual(fields);
          expect(fields.get('Status')).toMatchObject({
            type: 'string',
            vendorNativeType: 'picklist',
            picklistValues: expect.arrayContaining([expect.objectContaining({ value: 'New', active: true })]),
          });
          expect(fields.get('CaseNumber')).toMatchObject({ vendorReadOnly: true, createable: false, filterable: true });
          expect(fields.get('CreatedDate')).toMatchObject({ type: 'date', vendorNativeType: 'datetime' });
          const custom = await fieldsOf('Shipment__c');
          expect(custom.get('Account__c')).toMatchObject({
            custom: true,
            vendorRequired: true,
            referenceTo: ['Account'],
          });
          expect(custom.get('Weight__c')).toMatchObject({ type: 'number', vendorRequired: false });
        },
        error: async ({ call }) => expectRefused(await call('GET', '/objects/Nope__c/metadata'), notThere),
      },
      { pages: 'all fields of an object are one description' },
    ),
    ...collection({
      path: '/{objectName}',
      item: '/{objectName}/{objectId}',
      parent: async () => '/Shipment__c',
      idField: 'Id',
      list: { pageSize: 40, atLeast: 150 },
      search: [{ where: "Status__c = 'Lost'", fits: (each) => each['Status__c'] === 'Lost' }],
      create: {
        body: async ({ call }) => {
          const [account] = (await call('GET', '/Account?pageSize=1')).body;
          return { Account__c: account.Id, Weight__c: 120.5, Tracking_Code__c: 'T-1' };
        },
        shows: { Weight__c: 120.5, Is_Heavy__c: true, Status__c: 'Planned' },
      },
      read: true,
      update: { body: { Status__c: 'Delivered', Remarks__c: 'left at the door' } },
      delete: true,
      missing: 'a00000000000000AAA',
      refused: {
        list: { path: '/Nope__c', status: 404, says: 'does not exist' },
        create: { body: { Status__c: 'Burnt' }, status: 400, says: 'bad value for restricted picklist field' },
      },
    }),
    ...collection({
      path: '/{objectName}/{objectId}/{childObjectName}',
      item: '/{objectName}/{objectId}/{childObjectName}/{childObjectId}',
      parent: async (connection) => {
        const at = `/Account/${await create(connection, '/Account', { Name: 'Above' })}/contacts`;
        for (const LastName of ['One', 'Two', 'Three']) await create(connection, at, { LastName });
        return at;
      },
      idField: 'Id',
      list: { pageSize: 2, atLeast: 3 },
      search: [{ where: "LastName = 'Two' or Name = 'x'", fits: (each) => each['LastName'] === 'Two' }],
      create: { body: { lastName: 'Four', accountid: 'nobody' }, shows: { LastName: 'Four' } },
      read: true,
      update: { body: { Department: 'Sales' } },
      delete: true,
      missing: '003000000000000AAA',
      refused: {
        list: { path: '/Account/001000000000000AAA/Campaign', status: 404, says: 'no Campaign below Account' },
        create: { body: { Nope: 1 }, status: 400, says: "No such column 'Nope'" },
      },
    }),
  ],
};
