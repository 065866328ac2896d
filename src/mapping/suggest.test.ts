// Proposals for records as helpdesks, trackers and CRMs really have them.

import { describe, expect, test } from 'vitest';
import { suggestPaths } from './suggest.ts';

const best = (sources: Parameters<typeof suggestPaths>[0]) =>
  Object.fromEntries(suggestPaths(sources).map(({ path, best }) => [path, best?.vendorPath]));

const ticket = [
  { path: 'id', type: 'string' },
  { path: 'subject', type: 'string' },
  { path: 'description', type: 'string' },
  { path: 'status', type: 'string' },
  { path: 'priority', type: 'string' },
  { path: 'requesterId', type: 'string' },
  { path: 'assigneeId', type: 'string' },
  { path: 'createdAt', type: 'date' },
  { path: 'updatedAt', type: 'date' },
  { path: 'tags', type: 'array[string]' },
];

test('a ticket of a helpdesk', () => {
  const samples = [
    {
      url: 'https://acme.example.com/api/v2/tickets/35436.json',
      id: 35436,
      external_id: 'ahg35h3jh',
      created_at: '2009-07-20T22:55:29Z',
      updated_at: '2011-05-05T10:38:52Z',
      type: 'incident',
      subject: 'Help, my printer is on fire!',
      raw_subject: '{{dc.printer_on_fire}}',
      description: 'The fire is very colorful.',
      priority: 'high',
      status: 'open',
      recipient: 'support@company.com',
      requester_id: 20978392,
      submitter_id: 76872,
      assignee_id: 235323,
      organization_id: 509974,
      group_id: 98738,
      tags: ['enterprise', 'other_tag'],
      via: { channel: 'web' },
      custom_fields: [{ id: 27642, value: '745' }],
    },
  ];
  expect(best({ fields: ticket, vendorFields: [], samples })).toEqual({
    id: 'id',
    subject: 'subject',
    description: 'description',
    status: 'status',
    priority: 'priority',
    requesterId: 'requester_id',
    assigneeId: 'assignee_id',
    createdAt: 'created_at',
    updatedAt: 'updated_at',
    tags: 'tags',
  });
});

test('an issue of a tracker, whose fields stand below another one', () => {
  const samples = [
    {
      id: '10002',
      self: 'https://acme.example.net/rest/api/3/issue/10002',
      key: 'ED-1',
      fields: {
        summary: 'Main order flow broken',
        description: 'Order entry fails when selecting supplier.',
        status: { name: 'To Do', id: '10000', self: 'https://acme.example.net/rest/api/3/status/10000' },
        priority: { name: 'Medium', id: '3', iconUrl: 'https://acme.example.net/images/icons/medium.svg' },
        assignee: { accountId: '5b10a2844c20165700ede21g', displayName: 'Mia Krystof', active: true },
        reporter: { accountId: '5b10a2844c20165700ede22h', displayName: 'Emma Richards', active: true },
        created: '2021-01-17T12:34:00.000+0000',
        updated: '2021-01-18T23:45:00.000+0000',
        labels: ['bugfix', 'blitz_test'],
        project: { id: '10000', key: 'ED', name: 'Edison' },
      },
    },
  ];
  expect(best({ fields: ticket, vendorFields: [], samples })).toEqual({
    id: 'id',
    subject: 'fields.summary',
    description: 'fields.description',
    status: 'fields.status.name',
    priority: 'fields.priority.name',
    requesterId: 'fields.reporter.accountId',
    assigneeId: 'fields.assignee.accountId',
    createdAt: 'fields.created',
    updatedAt: 'fields.updated',
    tags: 'fields.labels',
  });
});

test('a contact of a CRM, by its model alone and by records', () => {
  const fields = [
    ...['id', 'firstName', 'lastName', 'email', 'phone', 'mobile', 'jobTitle', 'company'].map((path) => ({ path })),
    ...['address.street', 'address.city', 'address.zip', 'address.country'].map((path) => ({ path })),
    { path: 'createdAt', type: 'date' },
  ];
  const vendorFields = [
    ...['Id', 'AccountId', 'LastName', 'FirstName', 'Salutation', 'Name', 'MailingStreet', 'MailingCity'],
    ...['MailingState', 'MailingPostalCode', 'MailingCountry', 'Phone', 'Fax', 'MobilePhone', 'HomePhone', 'Email'],
    ...['Title', 'Department', 'LeadSource', 'OwnerId', 'CreatedById', 'SystemModstamp', 'Description'],
  ].map((path) => ({ path, type: 'string' }));
  const expected = {
    id: 'Id',
    firstName: 'FirstName',
    lastName: 'LastName',
    email: 'Email',
    phone: 'Phone',
    mobile: 'MobilePhone',
    jobTitle: 'Title',
    'address.street': 'MailingStreet',
    'address.city': 'MailingCity',
    'address.zip': 'MailingPostalCode',
    'address.country': 'MailingCountry',
    createdAt: 'CreatedDate',
  };
  const dates = [
    { path: 'CreatedDate', type: 'datetime' },
    { path: 'LastModifiedDate', type: 'datetime' },
  ];
  expect(best({ fields, vendorFields: [...vendorFields, ...dates], samples: [] })).toMatchObject(expected);
  expect(
    best({
      fields: fields.filter(({ path }) => !path.includes('address')),
      vendorFields: [],
      samples: [
        {
          id: '512',
          properties: {
            createdate: '2019-10-30T03:30:17.883Z',
            email: 'contact@example.com',
            firstname: 'Ada',
            lastmodifieddate: '2019-12-07T16:50:06.678Z',
            lastname: 'Lovelace',
            hs_object_id: '512',
            jobtitle: 'Countess',
            company: 'Engines',
            mobilephone: '+44 7700 900000',
            phone: '+44 20 7946 0000',
          },
          archived: false,
        },
      ],
    }),
  ).toEqual({
    id: 'id',
    firstName: 'properties.firstname',
    lastName: 'properties.lastname',
    email: 'properties.email',
    phone: 'properties.phone',
    mobile: 'properties.mobilephone',
    jobTitle: 'properties.jobtitle',
    company: 'properties.company',
    createdAt: 'properties.createdate',
  });
});

test('lines of an order, list to list', () => {
  expect(
    best({
      fields: ['items[*].amount', 'items[*].quantity', 'items[*].sku'].map((path) => ({ path })),
      vendorFields: [],
      samples: [{ total: 9, orderLines: { line: [{ price: 4.5, qty: 2, productSku: 'a' }] } }],
    }),
  ).toEqual({
    'items[*].amount': 'orderLines.line[*].price',
    'items[*].quantity': 'orderLines.line[*].qty',
    'items[*].sku': 'orderLines.line[*].productSku',
  });
});

describe('what is seen in the values', () => {
  test('decides between names, and is enough where few fields have such values', () => {
    const [suggestion] = suggestPaths({
      fields: [{ path: 'email' }],
      vendorFields: [],
      samples: [{ emailOptOut: false, reach: 'ada@example.com', other: 'x' }],
    });
    expect(suggestion?.best).toEqual({
      vendorPath: 'reach',
      confidence: 0.4,
      reason: 'the values are e-mail addresses',
    });
  });

  test('speaks against a name', () => {
    const of = (created: unknown) =>
      suggestPaths({ fields: [{ path: 'created', type: 'date' }], vendorFields: [], samples: [{ created }] })[0]?.best;
    expect(of('2020-01-01')?.confidence).toBe(0.95);
    expect(of('yes')?.confidence).toBe(0.48);
    expect(of('yes')?.reason).toBe('the names agree; but the values are text');
  });
});

test('one path of the vendor is proposed once, and is still among the candidates of others', () => {
  const suggestions = suggestPaths({
    fields: [{ path: 'title' }, { path: 'subject' }],
    vendorFields: [{ path: 'subject' }],
    samples: [],
  });
  expect(suggestions.map(({ best }) => best?.vendorPath)).toEqual([undefined, 'subject']);
  expect(suggestions[0]?.candidates[0]).toMatchObject({
    vendorPath: 'subject',
    reason: 'the names are alike; title and subject mean the same',
  });
});

test('odd names and samples are taken as they are', () => {
  expect(
    suggestPaths({
      fields: [{ path: 'status[' }, { path: 'order.status' }],
      vendorFields: [{ path: 'order..status' }],
      samples: [
        null,
        'text',
        [1],
        JSON.parse('{"":1,"__proto__":{"order":2},"order.status":3,"constructor":{"status":4}}'),
      ],
    }).map(({ path, candidates }) => [path, candidates.map(({ vendorPath }) => vendorPath)]),
  ).toEqual([['order.status', ["['order.status']", 'constructor.status']]]);
});
