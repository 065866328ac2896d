// Every resource and method of Cisco Spark (Webex) against the sandbox.

import { expect } from 'vitest';
import { type Connection, collection, type ElementConformance, expectRefused, type Row, row } from './conformance.ts';

const where = (expression: string) => `where=${encodeURIComponent(expression)}`;

/** The channel with 105 messages and members. */
async function firstChannel({ call }: Connection): Promise<string> {
  const { body } = await call('GET', `/channels?${where("sortBy='created'")}&pageSize=1`);
  return `/channels/${body[0].id}`;
}

async function firstGroup({ call }: Connection): Promise<string> {
  return `/groups/${(await call('GET', '/groups?pageSize=1')).body[0].id}`;
}

const missing = 'none';
const required = (name: string) => ({
  status: 400,
  says: `The request is missing a required parameter: ${name}.`,
});
const noRoom = { status: 404, says: 'Could not find a room with provided ID.' };
const noTeam = { status: 404, says: 'Could not find a team with provided ID.' };
const noMember = { status: 404, says: 'Could not find a membership with provided ID.' };
const noMessage = { status: 404, says: 'Unable to get message.' };
const noPerson = { status: 404, says: 'Could not find a person with provided ID.' };

const channelRows = collection({
  path: '/channels',
  list: { pageSize: 50, atLeast: 135 },
  search: [{ where: "type='group' AND sortBy='created'", fits: (found) => found['type'] === 'group' }],
  create: { body: { title: 'Plans', isLocked: false, description: 'What we plan' } },
  read: true,
  update: { method: 'PUT', body: { title: 'Better plans', isLocked: true, isAnnouncementOnly: true } },
  delete: true,
  missing,
  refused: {
    list: { path: `/channels?${where("type='other'")}`, status: 400, says: 'must be one of direct, group' },
    create: { body: {}, ...required('title') },
    read: noRoom,
    update: noRoom,
    delete: noRoom,
  },
});

/** Members of the first channel or group, from which kim is taken away before they are made again. */
function memberRows(place: 'channels' | 'groups', options: Partial<Parameters<typeof collection>[0]>) {
  const first = place === 'channels' ? firstChannel : firstGroup;
  const none = place === 'channels' ? noRoom : noTeam;
  const path = `/${place}/{id}/users`;
  return collection({
    path,
    item: `${path}/{membershipId}`,
    async parent(connection) {
      const at = `${await first(connection)}/users`;
      const { rows } = await connection.allRows(at);
      for (const { id, personEmail } of rows) {
        if (personEmail === 'kim@example.com') await connection.call('DELETE', `${at}/${id}`);
      }
      return at;
    },
    create: { body: { personEmail: 'kim@example.com', isModerator: false } },
    read: true,
    update: { method: 'PUT', body: { isModerator: true } },
    delete: true,
    missing,
    refused: {
      list: { path: `/${place}/none/users`, ...none },
      create: { body: {}, status: 400, says: 'Either personId or personEmail must be given.' },
      read: noMember,
      update: noMember,
      delete: noMember,
    },
    ...options,
  });
}

const channelUserRows = memberRows('channels', {
  list: { pageSize: 50, atLeast: 105 },
  search: [
    { where: "personEmail='robin@example.com'", fits: ({ personEmail }) => personEmail === 'robin@example.com' },
  ],
});

const groupUserRows = memberRows('groups', { list: { pageSize: 2, atLeast: 4 } });

const messages = async (connection: Connection) => `${await firstChannel(connection)}/messages`;

async function post(connection: Connection, text = 'hello'): Promise<Row> {
  const { status, body } = await connection.call('POST', await messages(connection), { text });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const content = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));

/** Posts a message with a file. */
async function postFile(connection: Connection): Promise<Row> {
  const form = new FormData();
  form.append('text', 'see the plan');
  form.append('file', new Blob([new Uint8Array(content)], { type: 'application/x-test' }), 'plan.bin');
  const { status, body } = await connection.upload('POST', await messages(connection), form);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const fileOf = ({ files }: Row) => `/files/${String(files).split('/').at(-1)}`;

const messageRows = [
  ...collection({
    path: '/channels/{id}/messages',
    parent: messages,
    list: { pageSize: 25, atLeast: 105 },
    search: [
      { where: "mentionedPeople='me'", fits: ({ mentionedPeople }) => mentionedPeople !== undefined },
      {
        where: "before='2025-01-02T13:25:30Z'",
        fits: ({ created }) => Date.parse(String(created)) < Date.UTC(2025, 0, 2, 13, 25, 30),
      },
    ],
    create: { body: { markdown: '**hello**', text: 'hello' } },
    refused: {
      list: { path: '/channels/none/messages', ...noRoom },
      create: { body: {}, status: 400, says: 'A message needs text, markdown, files or attachments.' },
    },
  }),
  row('GET /messages/{id}', {
    read: async (connection) => {
      const posted = await post(connection);
      expect((await connection.call('GET', `/messages/${posted['id']}`)).body).toEqual(posted);
    },
    error: async ({ call }) => expectRefused(await call('GET', '/messages/none'), noMessage),
  }),
  row('PUT /messages/{id}', {
    update: async (connection) => {
      const { id, roomId } = await post(connection);
      const edited = await connection.call('PUT', `/messages/${id}`, { roomId, text: 'hello again' });
      expect([edited.status, edited.body]).toEqual([200, expect.objectContaining({ text: 'hello again' })]);
      expect((await connection.call('GET', `/messages/${id}`)).body).toMatchObject({
        text: 'hello again',
        updated: expect.any(String),
      });
    },
    error: async (connection) => {
      const { id, roomId } = await postFile(connection);
      const refused = await connection.call('PUT', `/messages/${id}`, { roomId, text: 'another' });
      expectRefused(refused, { status: 400, says: /files or attachments/ });
    },
  }),
  row('DELETE /messages/{id}', {
    delete: async (connection) => {
      const { id } = await post(connection);
      expect((await connection.call('DELETE', `/messages/${id}`)).status).toBe(200);
      expectRefused(await connection.call('GET', `/messages/${id}`), noMessage);
    },
    error: async ({ call }) => expectRefused(await call('DELETE', '/messages/none'), noMessage),
  }),
  row('GET /files/{id}', {
    read: async (connection) => {
      const posted = await postFile(connection);
      expect(posted['text']).toBe('see the plan');
      const { status, headers, bytes } = await connection.download(fileOf(posted));
      expect([status, headers.get('content-type')]).toEqual([200, 'application/x-test']);
      expect(headers.get('content-disposition')).toContain('filename="plan.bin"');
      expect(bytes).toEqual(content);
    },
    error: async ({ call }) =>
      expectRefused(await call('GET', '/files/none'), { status: 404, says: 'Unable to retrieve content.' }),
  }),
];

const groupRows = [
  ...collection({
    path: '/groups',
    list: { pageSize: 3, atLeast: 10 },
    create: { body: { name: 'Builders', description: 'They build' } },
    read: true,
    update: { method: 'PUT', body: { name: 'Makers' } },
    delete: true,
    missing,
    refused: {
      list: { path: '/groups?pageSize=0', status: 400, says: 'pageSize' },
      create: { body: {}, ...required('name') },
      read: noTeam,
      update: noTeam,
      delete: noTeam,
    },
  }),
  ...collection({
    path: '/groups/{id}/channels',
    parent: async (connection) => `${await firstGroup(connection)}/channels`,
    list: { pageSize: 1, atLeast: 2 },
    search: [{ where: "type='group'", fits: ({ type }) => type === 'group' }],
    create: { body: { title: 'Side room' } },
    refused: {
      list: { path: `/groups/none/channels?${where("type='other'")}`, status: 400, says: 'direct, group' },
      create: { path: '/groups/none/channels', body: { title: 'Side room' }, ...noTeam },
    },
  }),
];

let people = 0;
const userRows = collection({
  path: '/users',
  list: { pageSize: 40, atLeast: 150 },
  search: [
    { where: "email='kim@example.com'", fits: ({ emails }) => String(emails) === 'kim@example.com' },
    { where: "displayName='Ro'", fits: ({ displayName }) => String(displayName).startsWith('Ro') },
  ],
  create: {
    body: async () => ({ emails: [`new${++people}@example.com`], displayName: 'New Comer', department: 'Sales' }),
  },
  read: true,
  update: { method: 'PUT', body: { displayName: 'Old Hand', firstName: 'Old', lastName: 'Hand' } },
  delete: true,
  missing,
  refused: {
    list: { path: `/users?${where(`id='${Array(86).fill('x').join(',')}'`)}`, status: 400, says: 'At most 85 ids' },
    create: { body: { displayName: 'New Comer' }, ...required('emails') },
    read: noPerson,
    update: noPerson,
    delete: noPerson,
  },
});

const organizationRows = [
  row(
    'GET /organizations',
    {
      list: async ({ call }) =>
        expect((await call('GET', '/organizations')).body).toMatchObject([{ displayName: 'Sandbox Inc.' }]),
    },
    { pages: 'an account has one', error: 'takes no input' },
  ),
  row('GET /organizations/{id}', {
    read: async ({ call }) => {
      const [organization] = (await call('GET', '/organizations')).body;
      expect((await call('GET', `/organizations/${organization.id}`)).body).toEqual(organization);
    },
    error: async ({ call }) =>
      expectRefused(await call('GET', '/organizations/none'), {
        status: 404,
        says: 'Could not find an organization with provided ID.',
      }),
  }),
  row(
    'GET /accounts',
    {
      read: async ({ call }) =>
        expect((await call('GET', '/accounts')).body).toMatchObject({ displayName: 'Robin Sandbox', type: 'person' }),
    },
    { error: 'takes no input' },
  ),
];

const inFirstChannel = async (connection: Connection) => {
  const id = (await firstChannel(connection)).split('/').at(-1);
  return { where: `roomId='${id}'`, pageSize: '25' };
};

const anyObjectRows = [
  row('GET /{objectName}', {
    list: async ({ call }) => {
      const { body } = await call('GET', '/licenses');
      expect(body).toMatchObject([{ name: 'Messaging' }, { name: 'Webex Meetings Suite' }]);
    },
    pages: async (connection) => {
      const { rows, pages } = await connection.allRows('/memberships', await inFirstChannel(connection));
      expect([rows.length, pages]).toEqual([new Set(rows.map(({ id }) => id)).size, Math.ceil(rows.length / 25)]);
      expect(rows.length).toBeGreaterThanOrEqual(105);
    },
    search: async (connection) => {
      const query = await inFirstChannel(connection);
      const { rows } = await connection.allRows('/messages', query);
      const expected = await connection.allRows(await messages(connection));
      expect(rows).toEqual(expected.rows);
    },
    error: async ({ call }) => expectRefused(await call('GET', '/messages'), required('roomId')),
  }),
  row('GET /{objectName}/{id}', {
    read: async ({ call }) => {
      const [role] = (await call('GET', '/roles')).body;
      expect((await call('GET', `/roles/${role.id}`)).body).toEqual(role);
    },
    error: async ({ call }) =>
      expectRefused(await call('GET', '/roles/none'), {
        status: 404,
        says: 'Could not find a role with provided ID.',
      }),
  }),
];

/** What is tried of Cisco Spark. */
export const ciscosparkConformance: ElementConformance = {
  key: 'ciscospark',
  hub: 'collaboration',
  rows: [
    ...channelRows,
    ...messageRows,
    ...channelUserRows,
    ...groupRows,
    ...groupUserRows,
    ...userRows,
    ...organizationRows,
    ...anyObjectRows,
  ],
};
