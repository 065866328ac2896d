// Every resource and method of Salesforce's marketing side against the sandbox.

import { type Connection, collection, type ElementConformance, expectRefused, row } from './conformance.ts';
import {
  activityKinds,
  createRecord,
  discoveryRows,
  genericRows,
  missingIds,
  noColumn,
  notThere,
  salesCollections,
} from './sfdc-rows.ts';

const newContact = async (connection: Connection) => ({
  ContactId: await createRecord(connection, '/contacts', { LastName: 'Member' }),
});

const missingMember = { path: `/campaigns/${missingIds.campaign}/contacts/${missingIds.member}`, ...notThere };

const memberRows = collection({
  path: '/campaigns/{id}/contacts',
  item: '/campaigns/{id}/contacts/{memberId}',
  parent: async (connection) => {
    const at = `/campaigns/${await createRecord(connection, '/campaigns', { Name: 'Spring' })}/contacts`;
    for (const Status of ['Sent', 'Responded', 'Sent']) {
      await createRecord(connection, at, { ...(await newContact(connection)), Status });
    }
    const LeadId = await createRecord(connection, '/leads', { LastName: 'Member', Company: 'Acme' });
    await createRecord(connection, at, { LeadId });
    return at;
  },
  idField: 'Id',
  createdIdField: 'id',
  list: { pageSize: 2, atLeast: 4 },
  search: [
    { where: "Status = 'Responded'", fits: (each) => each['HasResponded'] === true },
    {
      where: "LeadId != null or Status = 'Responded'",
      fits: (each) => 'LeadId' in each || each['HasResponded'] === true,
    },
  ],
  create: { body: newContact, shows: { Status: 'Sent', HasResponded: false } },
  read: true,
  update: { body: { Status: 'Responded' }, shows: { HasResponded: true } },
  delete: true,
  refused: {
    list: noColumn(`/campaigns/${missingIds.campaign}/contacts`),
    create: { body: { Status: 'Sent' }, status: 400, says: 'must have a lead or contact ID' },
    read: missingMember,
    update: missingMember,
    delete: missingMember,
  },
});

const { item: _, three: __, refused, ...events } = activityKinds.activities;

const madeInSalesforce = { status: 405, says: 'only' };
const noWrites = 'the API only reads list views';

const listRows = [
  ...collection({
    path: '/lists',
    idField: 'Id',
    list: { pageSize: 10, atLeast: 24 },
    search: [{ where: "SobjectType = 'Campaign'", fits: (each) => each['SobjectType'] === 'Campaign' }],
    read: true,
    missing: '00B000000000000AAA',
    refused: { list: noColumn('/lists') },
  }),
  row(
    'POST /lists',
    { error: async ({ call }) => expectRefused(await call('POST', '/lists', { Name: 'x' }), madeInSalesforce) },
    { create: noWrites },
  ),
  row(
    'PATCH /lists/{id}',
    { error: async ({ call }) => expectRefused(await call('PATCH', '/lists/00B', { Name: 'x' }), madeInSalesforce) },
    { update: noWrites },
  ),
  row(
    'DELETE /lists/{id}',
    { error: async ({ call }) => expectRefused(await call('DELETE', '/lists/00B'), madeInSalesforce) },
    { delete: noWrites },
  ),
];

/** What is tried of Salesforce's marketing side. */
export const sfdcmarketingcloudConformance: ElementConformance = {
  key: 'sfdcmarketingcloud',
  hub: 'marketing',
  rows: [
    ...salesCollections.campaigns,
    ...memberRows,
    ...salesCollections.contacts,
    ...salesCollections.leads,
    ...salesCollections.accounts,
    ...collection({
      ...events,
      path: '/activities',
      idField: 'Id',
      createdIdField: 'id',
      list: { pageSize: 80, atLeast: 300 },
      search: [{ where: "Location = 'Paris'", fits: (each) => each['Location'] === 'Paris' }],
      read: true,
      delete: true,
      missing: missingIds.activities,
      refused: {
        list: noColumn('/activities'),
        create: { body: refused, status: 400, says: 'Required fields' },
      },
    }),
    ...listRows,
    ...discoveryRows,
    ...genericRows,
  ],
};
