// Every resource and method of Act! Essentials against the sandbox.

import { expect } from 'vitest';
import {
  type CollectionOptions,
  type Connection,
  collection,
  type ElementConformance,
  expectRefused,
  row,
} from './conformance.ts';

const missing = 'none';
const notThere = (type: string) => ({ status: 404, says: `${type} none was not found.` });
const unknownMember = (path: string, type: string) => ({
  path: `${path}?where=${encodeURIComponent("shoeSize='44'")}`,
  status: 400,
  says: `Could not find a property named 'shoeSize' on type '${type}'`,
});

/** A collection of records that can be read and deleted, of this type in the vendor's words. */
function records(path: string, type: string, options: Partial<CollectionOptions>) {
  const none = notThere(type);
  return collection({
    path,
    read: true,
    delete: true,
    missing,
    ...options,
    refused: {
      list: unknownMember(path, type),
      read: none,
      update: none,
      delete: none,
      ...options.refused,
    },
  });
}

const contactRows = [
  ...records('/contacts', 'Contact', {
    list: { pageSize: 75, atLeast: 320 },
    search: [
      {
        where: "lastName='O''Brien' AND isFavorite=true",
        fits: (found) => found['isFavorite'] === true && found['lastName'] === "O'Brien",
      },
      {
        where: "emailAddress like '%contact31%'",
        fits: ({ emailAddress }) => String(emailAddress).includes('contact31'),
      },
    ],
    create: { body: { firstName: 'Nora', lastName: 'Newton', emailAddress: 'nora@example.com', company: 'Contoso' } },
    update: { body: { lastName: 'Newer' } },
    refused: { create: { body: { lastName: 'x' }, status: 400, says: 'The firstName field is required.' } },
  }),
  row('PATCH /contacts', {
    update: async ({ call }) => {
      const { id } = (await call('POST', '/contacts', { firstName: 'Nora' })).body;
      const changed = await call('PATCH', '/contacts', { id, firstName: 'Cora' });
      expect([changed.status, changed.body]).toEqual([200, expect.objectContaining({ id, firstName: 'Cora' })]);
      expect((await call('GET', `/contacts/${id}`)).body).toMatchObject({ firstName: 'Cora' });
    },
    error: async ({ call }) =>
      expectRefused(await call('PATCH', '/contacts', { firstName: 'Cora' }), {
        status: 400,
        says: 'The id field is required.',
      }),
  }),
];

const activityRows = records('/activities', 'Interaction', {
  list: { pageSize: 50, atLeast: 180 },
  search: [{ where: "subject='Interaction 7'", fits: ({ subject }) => subject === 'Interaction 7' }],
  create: {
    body: {
      type: 'Meeting',
      subject: 'Lunch',
      startTime: '2026-03-28T17:00:00Z',
      endTime: '2026-03-28T18:00:00Z',
      timeZone: 'Mountain Standard Time',
      isCompleted: false,
    },
  },
  update: { method: 'PUT', body: { subject: 'Dinner', isCompleted: true } },
  refused: { create: { body: { type: 'Meeting' }, status: 400, says: 'The subject field is required.' } },
});

const opportunityRows = [
  ...records('/opportunities', 'Opportunity', {
    list: { pageSize: 60, atLeast: 170 },
    search: [{ where: 'total>=16000', fits: ({ total }) => Number(total) >= 16_000 }],
    create: { body: { title: 'Big one', stage: 'Leads', total: 5, currency: 'EUR' } },
    update: { body: { total: 7, stage: 'Negotiation' } },
    refused: {
      create: {
        body: { title: 'x', stage: 'y', total: 'five' },
        status: 400,
        says: "The value 'five' is not valid for total.",
      },
    },
  }),
  row(
    'GET /opportunities/totals',
    {
      list: async (connection) => {
        const { rows } = await connection.allRows('/opportunities');
        const totals = (await connection.call('GET', '/opportunities/totals')).body;
        for (const { stage, count, total } of totals) {
          const fitting = rows.filter((found) => found['stage'] === stage);
          const sum = fitting.reduce((whole, found) => whole + Number(found['total']), 0);
          expect([fitting.length, sum]).toEqual([count, total]);
        }
        expect(totals.length).toBeGreaterThanOrEqual(4);
      },
    },
    { pages: 'one row for each stage', error: 'takes no input' },
  ),
];

const todoRows = records('/todos', 'Task', {
  list: { pageSize: 40, atLeast: 160 },
  search: [
    {
      where: "isPriority=true AND subject like 'Task 1%'",
      fits: (found) => found['isPriority'] === true && String(found['subject']).startsWith('Task 1'),
    },
  ],
  create: { body: { subject: 'Call back', isPriority: true } },
  update: { body: { isPriority: false } },
  refused: { create: { body: { isPriority: true }, status: 400, says: 'The subject field is required.' } },
});

const listRows = records('/lists', 'GroupOrList', {
  list: { pageSize: 10, atLeast: 24 },
  search: [{ where: "name='List 24'", fits: ({ name }) => name === 'List 24' }],
  create: { body: { name: 'Friends', description: 'All of them' } },
  refused: { create: { body: { description: 'x' }, status: 400, says: 'The name field is required.' } },
});

const campaign = async ({ call }: Connection) => ({
  senderEmailAddress: 'robin@example.com',
  groupId: (await call('GET', '/lists?pageSize=1')).body[0].id,
  templateId: '86ef6cf7-670f-4b7e-9a93-74ecab529ae5',
  emailSubject: 'News of spring',
  sendDate: '2026-04-01T08:00:00Z',
  timeZone: 'Mountain Standard Time',
});

const campaignRows = collection({
  path: '/campaigns',
  list: { pageSize: 7, atLeast: 16 },
  search: [
    { where: "sendDate>'2025-01-16'", fits: ({ sendDate }) => Date.parse(String(sendDate)) > Date.UTC(2025, 0, 16) },
  ],
  create: { body: campaign },
  refused: {
    list: unknownMember('/campaigns', 'Campaign'),
    create: { body: { emailSubject: 'x' }, status: 400, says: 'The senderEmailAddress field is required.' },
  },
});

const metadataRows = [
  ...collection({
    path: '/metadata',
    list: { pageSize: 10, atLeast: 24 },
    search: [
      { where: "type='Field' AND show=true", fits: (found) => found['type'] === 'Field' && found['show'] === true },
    ],
    refused: { list: unknownMember('/metadata', 'Metadata') },
  }),
  row('PUT /metadata', {
    update: async ({ call }) => {
      const [field] = (await call('GET', '/metadata?pageSize=1')).body;
      const changed = await call('PUT', '/metadata', [{ id: field.id, displayName: 'Favorite color' }]);
      expect([changed.status, changed.body]).toEqual([200, [expect.objectContaining({ id: field.id })]]);
      const where = encodeURIComponent("displayName='Favorite color'");
      expect((await call('GET', `/metadata?where=${where}`)).body).toMatchObject([{ id: field.id, name: field.name }]);
    },
    error: async ({ call }) =>
      expectRefused(await call('PUT', '/metadata', [{ id: 'none', show: true }]), notThere('Metadata')),
  }),
];

const exportRows = [
  row('POST /export', {
    create: async ({ call }) => {
      const made = await call('POST', '/export', { type: 'Contacts' });
      expect([made.status, made.body]).toEqual([200, expect.objectContaining({ status: 'Completed' })]);
    },
    error: async ({ call }) =>
      expectRefused(await call('POST', '/export', { type: 'Shoes' }), {
        status: 400,
        says: "The value 'Shoes' is not valid for type.",
      }),
  }),
  row('GET /export/{id}', {
    read: async ({ call }) => {
      const { body } = await call('POST', '/export', { type: 'Opportunities' });
      expect((await call('GET', `/export/${body.id}`)).body).toEqual(body);
    },
    error: async ({ call }) => expectRefused(await call('GET', '/export/none'), notThere('Export')),
  }),
];

/** What is tried of Act! Essentials. */
export const actessentialsoauthConformance: ElementConformance = {
  key: 'actessentialsoauth',
  hub: 'crm',
  rows: [
    ...contactRows,
    ...activityRows,
    ...opportunityRows,
    ...todoRows,
    ...listRows,
    ...campaignRows,
    ...metadataRows,
    ...exportRows,
  ],
};
