// What is tried of more than one Salesforce element: records of sales, activities, any object by its name, and what an
// account is made of.

import { expect } from 'vitest';
import { type CollectionOptions, type Connection, collection, expectRefused, type Row, row } from './conformance.ts';

/** Ids of no record. */
export const missingIds = {
  account: '001000000000000AAA',
  contact: '003000000000000AAA',
  lead: '00Q000000000000AAA',
  opportunity: '006000000000000AAA',
  campaign: '701000000000000AAA',
  member: '00v000000000000AAA',
  user: '005000000000000AAA',
  attachment: '00P000000000000AAA',
  activities: '00U000000000000AAA',
  notes: '002000000000000AAA',
  tasks: '00T000000000000AAA',
};

/** Salesforce's answer to the id of no record. */
export const notThere = { status: 404, says: 'does not exist' };

/** A list with a condition on a field that the object does not have. */
export function noColumn(path: string): { path: string; status: number; says: string } {
  return { path: `${path}?where=${encodeURIComponent("Nope = 'x'")}`, status: 400, says: 'No such column' };
}

let made = 0;

/** Text that no other record has. */
export function unique(text: string): string {
  return `${text}-${Date.now()}-${made++}`;
}

/** Creates a record and gives its id. */
export async function createRecord({ call }: Connection, path: string, body: object): Promise<string> {
  const answer = await call('POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.body).toMatchObject({ id: expect.stringMatching(/^[A-Za-z0-9]{18}$/), success: true, errors: [] });
  return answer.body.id;
}

const record = { idField: 'Id', createdIdField: 'id', read: true, delete: true } as const;

/** The records of sales, each a collection of its own. */
export const salesCollections = {
  accounts: collection({
    ...record,
    path: '/accounts',
    list: { pageSize: 60, atLeast: 230 },
    search: [
      { where: "BillingCity = 'Paris'", fits: (each) => each['BillingCity'] === 'Paris' },
      {
        where: "(Rating = 'Hot' or Rating = 'Warm') and NumberOfEmployees < 60",
        fits: (each) => /Hot|Warm/.test(String(each['Rating'])) && Number(each['NumberOfEmployees']) < 60,
      },
    ],
    create: { body: { Name: 'Acme', Type: 'Prospect', Phone: '+1 617 555 0100', Website: 'https://acme.example' } },
    update: { body: { Phone: '+44', NumberOfEmployees: 8, AnnualRevenue: 1.5 } },
    missing: missingIds.account,
    refused: {
      list: noColumn('/accounts'),
      create: { body: {}, status: 400, says: 'Required fields are missing: [Name]' },
    },
  }),
  contacts: collection({
    ...record,
    path: '/contacts',
    list: { pageSize: 75, atLeast: 300 },
    search: [
      { where: "LastName = 'O''Neill'", fits: (each) => each['LastName'] === "O'Neill" },
      { where: "Department like 'S%'", fits: (each) => /^S/i.test(String(each['Department'] ?? '')) },
    ],
    create: { body: { FirstName: 'Ann', LastName: 'Bee', Email: 'ann@example.com', Birthdate: '1980-02-29' } },
    update: { body: { Title: 'Buyer', HasOptedOutOfEmail: true } },
    missing: missingIds.contact,
    refused: {
      list: noColumn('/contacts'),
      create: { body: { LastName: 'x', Email: 'nobody' }, status: 400, says: 'invalid email address: nobody' },
    },
  }),
  leads: collection({
    ...record,
    path: '/leads',
    list: { pageSize: 50, atLeast: 120 },
    search: [{ where: "Rating in ('Hot', 'Warm')", fits: (each) => /Hot|Warm/.test(String(each['Rating'])) }],
    create: { body: { FirstName: 'Ann', LastName: 'Bee', Company: 'Acme' }, shows: { Name: 'Ann Bee' } },
    update: { body: { Status: 'Working - Contacted' } },
    missing: missingIds.lead,
    refused: {
      list: noColumn('/leads'),
      create: { body: { LastName: 'x' }, status: 400, says: 'Required fields are missing: [Company]' },
    },
  }),
  opportunities: collection({
    ...record,
    path: '/opportunities',
    list: { pageSize: 50, atLeast: 120 },
    search: [
      { where: 'IsWon = false and Amount > 20000', fits: (each) => !each['IsWon'] && Number(each['Amount']) > 20_000 },
    ],
    create: {
      body: { name: 'Deal', StageName: 'Prospecting', CloseDate: '2027-01-31', Amount: 12.5 },
      shows: { Name: 'Deal', StageName: 'Prospecting', Probability: 10, Amount: 12.5 },
    },
    update: { body: { StageName: 'Closed Won' }, shows: { StageName: 'Closed Won', IsWon: true, Probability: 100 } },
    missing: missingIds.opportunity,
    refused: {
      list: noColumn('/opportunities'),
      create: { body: { Name: 'x' }, status: 400, says: 'Required fields are missing: [StageName, CloseDate]' },
    },
  }),
  campaigns: collection({
    ...record,
    path: '/campaigns',
    list: { pageSize: 15, atLeast: 40 },
    search: [
      {
        where: "Type = 'Webinar' and IsActive = true",
        fits: (each) => each['Type'] === 'Webinar' && each['IsActive'] === true,
      },
    ],
    create: { body: { Name: 'Spring', Type: 'Email', StartDate: '2027-03-01', BudgetedCost: 99.5 } },
    update: { body: { Status: 'Completed', IsActive: true } },
    missing: missingIds.campaign,
    refused: {
      list: noColumn('/campaigns'),
      create: { body: { Name: 'x', StartDate: 'May' }, status: 400, says: 'Cannot deserialize instance of date' },
    },
  }),
};

interface ActivityKind extends Pick<CollectionOptions, 'search' | 'create'> {
  item: string;
  three: readonly object[];
  refused: object;
  update: { body: object };
}

const meeting = { StartDateTime: '2026-05-01T10:00:00.000+0000', DurationInMinutes: 30 };

/** What belongs to a record: the three that are made, what is searched, created, changed and refused. */
export const activityKinds: Record<'activities' | 'notes' | 'tasks', ActivityKind> = {
  activities: {
    item: 'activityId',
    three: ['One', 'Two', 'Three'].map((Subject) => ({ Subject, ...meeting })),
    search: [{ where: "Subject = 'Two'", fits: (each) => each['Subject'] === 'Two' }],
    create: {
      body: { Subject: 'Visit', ...meeting, Location: 'Paris' },
      shows: { Subject: 'Visit', EndDateTime: '2026-05-01T10:30:00.000+0000', Location: 'Paris' },
    },
    update: { body: { Location: 'Berlin' } },
    refused: { Subject: 'no time' },
  },
  notes: {
    item: 'noteId',
    three: ['One', 'Two', 'Three'].map((Title) => ({ Title, Body: `${Title} thing` })),
    search: [{ where: "Title like 'T%'", fits: (each) => /^T/.test(String(each['Title'])) }],
    create: { body: { Title: 'Minutes', Body: "They're in", IsPrivate: true } },
    update: { body: { Body: 'Changed' } },
    refused: { Body: 'no title' },
  },
  tasks: {
    item: 'taskId',
    three: ['One', 'Two', 'Three'].map((Subject) => ({ Subject })),
    search: [{ where: "Subject like 'T%'", fits: (each) => /^T/.test(String(each['Subject'])) }],
    create: { body: { Subject: 'Call back', Priority: 'High', CallType: 'Outbound' } },
    update: { body: { Status: 'Completed' } },
    refused: { CallType: 'Shouted' },
  },
};

const metadataOf = async ({ call }: Connection, name: string): Promise<Row[]> => {
  const answer = await call('GET', `/objects/${name}/metadata`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.fields;
};

/** What an account is made of. */
export const discoveryRows = [
  row(
    'GET /objects',
    {
      list: async ({ call }) => {
        const { body } = await call('GET', '/objects');
        expect(body).toEqual(expect.arrayContaining(['Account', 'Contact', 'CampaignMember', 'Shipment__c']));
      },
    },
    { pages: 'Salesforce names all objects at once', error: 'takes no input; see the faults' },
  ),
  row('GET /objects/{objectName}/metadata', {
    read: async (connection) => {
      const fields = await metadataOf(connection, 'Contact');
      for (const name of ['contact', 'contacts']) expect(await metadataOf(connection, name)).toEqual(fields);
      const byPath = new Map(fields.map((field) => [field['vendorPath'], field]));
      expect(byPath.get('LastName')).toMatchObject({
        type: 'string',
        vendorNativeType: 'string',
        vendorDisplayName: 'Last Name',
        vendorRequired: true,
        vendorReadOnly: false,
        filterable: true,
        createable: true,
        updateable: true,
      });
      expect(byPath.get('LeadSource')).toMatchObject({
        vendorNativeType: 'picklist',
        picklistValues: expect.arrayContaining([expect.objectContaining({ value: 'Web', active: true })]),
      });
      expect(byPath.get('LastName')).not.toHaveProperty('picklistValues');
      expect(byPath.get('CreatedDate')).toMatchObject({ type: 'date', vendorReadOnly: true, mask: expect.any(String) });
      const own = await connection.call('GET', '/objects/Shipment__c/metadata?customFieldsOnly=true');
      expect(own.body.fields.length).toBeGreaterThan(5);
      for (const field of own.body.fields) expect(field).toMatchObject({ custom: true });
    },
    error: async ({ call }) => expectRefused(await call('GET', '/objects/Nope/metadata'), notThere),
  }),
];

const shipment = { Weight__c: 120.5, Tracking_Code__c: 'T-1' };

async function accountWithShipments(connection: Connection): Promise<string> {
  const account = await createRecord(connection, '/Account', { Name: 'Shipper' });
  for (const Carrier__c of ['DHL', 'UPS', 'DHL']) {
    await createRecord(connection, '/Shipment__c', { Account__c: account, Carrier__c });
  }
  return `/accounts/${account}/Shipment__c`;
}

/** Any object by its name, and its children. */
export const genericRows = [
  ...collection({
    ...record,
    path: '/{objectName}',
    item: '/{objectName}/{objectId}',
    parent: async () => '/Case',
    list: { pageSize: 80, atLeast: 250 },
    search: [{ where: "Status = 'New'", fits: (each) => each['Status'] === 'New' }],
    create: { body: { subject: 'By name', Priority: 'High' }, shows: { Subject: 'By name', Status: 'New' } },
    update: { body: { Status: 'Closed' } },
    missing: '500000000000000AAA',
    refused: {
      list: { path: '/Nope__c', ...notThere },
      create: { body: { SuppliedEmail: 'nobody' }, status: 400, says: 'invalid email address' },
    },
  }),
  ...collection({
    ...record,
    path: '/{objectName}/{objectId}/{childObjectName}',
    item: '/{objectName}/{objectId}/{childObjectName}/{childObjectId}',
    parent: accountWithShipments,
    list: { pageSize: 2, atLeast: 3 },
    search: [{ where: "Carrier__c = 'DHL' or Carrier__c = 'TNT'", fits: (each) => each['Carrier__c'] === 'DHL' }],
    create: { body: shipment },
    update: { body: { Status__c: 'Delivered' } },
    missing: 'a00000000000000AAA',
    refused: {
      list: { path: `/accounts/${missingIds.account}/Campaign`, status: 404, says: 'knows no Campaign below Account' },
      create: { body: { Status__c: 'Burnt' }, status: 400, says: 'bad value for restricted picklist field' },
    },
  }),
];
