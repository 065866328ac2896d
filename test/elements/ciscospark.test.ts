// Cisco Spark through the platform: channels, their messages and members, groups, users; all pages, search, read, create,
// replace, delete, and the vendor's own words when it refuses.

import { beforeAll, describe, expect, test } from 'vitest';
import { consent } from '../support/consent.ts';
import { callElement, configurationOf, connect, oauthUrlOf, post, seenRequests, useTrip } from '../support/guide.ts';
import { type Answer, credentials } from '../support/platform.ts';

const trip = useTrip();
let token: string;
beforeAll(async () => {
  token = (await connect(trip, 'ciscospark')).token;
});

interface Row {
  id: string;
  [member: string]: unknown;
}

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  callElement(trip, token, method, `/hubs/collaboration${path}`, body);

async function rows(path: string, query: Record<string, string> = {}): Promise<Row[]> {
  const answer = await call('GET', `${path}?${new URLSearchParams(query)}`);
  expect(answer.status, answer.body?.message).toBe(200);
  return answer.body;
}

/** Every row of a list, page by page. */
async function allRows(path: string, query: Record<string, string>): Promise<Row[]> {
  const found: Row[] = [];
  let nextPage: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(nextPage !== null && { nextPage }) });
    const answer: Answer = await call('GET', `${path}?${asked}`);
    expect(answer.status, answer.body?.message).toBe(200);
    expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
    found.push(...answer.body);
    nextPage = answer.headers.get('elements-next-page-token');
  } while (nextPage !== null);
  return found;
}

const firstChannel = async () => (await rows('/channels', { where: "sortBy='created'", pageSize: '1' }))[0]?.id ?? '';
const firstGroup = async () => (await rows('/groups', { pageSize: '1' }))[0]?.id ?? '';

describe('all pages', () => {
  test.each([
    ['/channels', '20', 135],
    ['/channels', '100', 135],
    ['/users', '40', 150],
    ['/groups', '3', 10],
    ['/organizations', '5', 1],
  ])('%s in pages of %s has every row once', async (path, pageSize, total) => {
    const found = await allRows(path, { pageSize });
    expect([found.length, new Set(found.map((row) => row.id)).size]).toEqual([total, total]);
  });

  test('messages and members of a channel, channels and members of a group', async () => {
    const channel = await firstChannel();
    const messages = await allRows(`/channels/${channel}/messages`, { pageSize: '25' });
    expect(messages.map((row) => row['text'])).toEqual(
      Array.from({ length: 105 }, (_, index) => `Message ${105 - index} in room 1`),
    );
    expect((await allRows(`/channels/${channel}/users`, { pageSize: '50' })).length).toBe(105);
    const group = await firstGroup();
    expect((await allRows(`/groups/${group}/channels`, { pageSize: '1' })).length).toBe(2);
    expect((await allRows(`/groups/${group}/users`, { pageSize: '1' })).length).toBe(4);
  });

  test('a page size above 100 is 100, and says so', async () => {
    const capped = await call('GET', '/channels?pageSize=500');
    expect([capped.body.length, capped.headers.get('elements-error')]).toEqual([100, expect.stringContaining('100')]);
  });

  test('a search keeps its conditions on the next pages', async () => {
    const found = await allRows('/channels', { where: "type='group' AND sortBy='created'", pageSize: '30' });
    expect(found.map((row) => row['title'])).toEqual(Array.from({ length: 135 }, (_, index) => `Room ${index + 1}`));
    const queries = (await seenRequests(trip, '/v1/rooms')).map(
      (request) => (request as { query?: string }).query ?? '',
    );
    expect(queries.slice(-5).every((query) => query.includes('type=group') && query.includes('max=30'))).toBe(true);
  });
});

describe('search', () => {
  test('channels of a group', async () => {
    const found = await rows('/channels', { where: `teamId='${await firstGroup()}'` });
    expect(found.map((row) => row['title']).toSorted()).toEqual(['Room 1', 'Room 13']);
  });

  test('users by email and by name', async () => {
    expect(await rows('/users', { where: "email='kim@example.com'" })).toMatchObject([{ displayName: 'Kim Sandbox' }]);
    expect(await rows('/users', { where: "displayName='Robin'" })).toMatchObject([{ emails: ['robin@example.com'] }]);
  });

  test('members by email', async () => {
    const found = await rows(`/channels/${await firstChannel()}/users`, { where: "personEmail='robin@example.com'" });
    expect(found).toMatchObject([{ personDisplayName: 'Robin Sandbox' }]);
  });

  test('a condition that parameters cannot say is refused', async () => {
    const refused = await call('GET', `/channels?where=${encodeURIComponent("created > '2025-01-01'")}`);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('use = and AND')]);
  });

  test('a condition that Webex would leave out is refused, and nothing is sent', async () => {
    const channel = await firstChannel();
    const group = await firstGroup();
    const before = (await seenRequests(trip)).length;
    for (const [path, condition] of [
      ['/channels', "title='Room 1'"],
      [`/groups/${group}/channels`, "title='Room 1'"],
      [`/channels/${channel}/messages`, "text='Message 1 in room 1'"],
      [`/channels/${channel}/users`, 'isModerator=true'],
      ['/users', "lastName='Sandbox'"],
    ]) {
      const refused = await call('GET', `${path}?where=${encodeURIComponent(String(condition))}`);
      expect([refused.status, refused.body.message], path).toEqual([
        400,
        expect.stringMatching(/^Webex finds .* only/),
      ]);
    }
    expect((await seenRequests(trip)).length).toBe(before);
  });

  test('messages before one of them, on all pages', async () => {
    const path = `/channels/${await firstChannel()}/messages`;
    const all = await allRows(path, {});
    const [beforeMessage = '', ...older] = all.slice(20).map((row) => row.id);
    const found = await allRows(path, { beforeMessage, pageSize: '30' });
    expect(found.map((row) => row.id)).toEqual(older);
  });

  test('the public channels of the organization', async () => {
    const found = await allRows('/channels', { where: "orgPublicSpaces='true'", pageSize: '3' });
    expect(found.map((row) => row['title'])).toEqual([20, 40, 60, 80, 100, 120, 140].map((number) => `Room ${number}`));
  });

  test('administrators by role', async () => {
    const role = (await rows('/roles')).find(({ name }) => name === 'Full Administrator');
    const found = await rows('/users', { where: `roles='${role?.id}'` });
    expect(found.map((row) => row['displayName'])).toEqual(['Robin Sandbox', 'Kim Sandbox']);
  });
});

describe('create, read, replace and delete', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['/channels', { title: 'Plans' }, { title: 'Better plans' }],
    ['/groups', { name: 'Builders' }, { name: 'Makers' }],
    [
      '/users',
      { emails: ['new@example.com'], displayName: 'New Comer' },
      { emails: ['new@example.com'], displayName: 'Old Hand' },
    ],
  ])('%s', async (path, record, replacement) => {
    const created = await call('POST', path, record);
    expect(created.status, created.body?.message).toBe(200);
    expect(created.body).toMatchObject(record);
    const one = `${path}/${created.body.id}`;
    expect((await call('GET', one)).body).toEqual(created.body);
    expect((await call('PUT', one, replacement)).body).toMatchObject(replacement);
    expect((await call('GET', one)).body).toMatchObject(replacement);
    expect((await call('DELETE', one)).status).toBe(200);
    expect((await call('GET', one)).status).toBe(404);
  });

  test('a message', async () => {
    const channel = await firstChannel();
    const posted = await call('POST', `/channels/${channel}/messages`, { text: 'hello', roomId: 'another' });
    expect(posted.body).toMatchObject({ text: 'hello', roomId: channel, personEmail: 'robin@example.com' });
    expect((await rows(`/channels/${channel}/messages`, { pageSize: '1' }))[0]).toEqual(posted.body);
    const one = `/messages/${posted.body.id}`;
    expect((await call('GET', one)).body).toEqual(posted.body);
    expect((await call('DELETE', one)).status).toBe(200);
    expect((await call('GET', one)).status).toBe(404);
  });

  test('a member of a channel and of a group', async () => {
    for (const place of [`/channels/${await firstChannel()}/users`, `/groups/${await firstGroup()}/users`]) {
      const added = await call('POST', place, { personEmail: 'kim@example.com' });
      expect(added.body, place).toMatchObject({ personEmail: 'kim@example.com', isModerator: false });
      const one = `${place}/${added.body.id}`;
      expect((await call('PUT', one, { isModerator: true })).body).toMatchObject({ isModerator: true });
      expect((await call('GET', one)).body).toMatchObject({ isModerator: true });
      expect((await call('DELETE', one)).status).toBe(200);
      expect((await call('GET', one)).status).toBe(404);
    }
  });

  test('a channel in a group', async () => {
    const group = await firstGroup();
    const created = await call('POST', `/groups/${group}/channels`, { title: 'Side room' });
    expect(created.body).toMatchObject({ title: 'Side room', teamId: group });
    expect((await rows(`/groups/${group}/channels`)).map((row) => row.id)).toContain(created.body.id);
    await call('DELETE', `/channels/${created.body.id}`);
  });
});

describe('files', () => {
  async function postFile(name: string, content: string): Promise<Answer> {
    const form = new FormData();
    form.append('markdown', '**here**');
    form.append('file', new Blob([content], { type: 'text/plain' }), name);
    const response = await fetch(
      `${trip.platform.url}/elements/api-v2/hubs/collaboration/channels/${await firstChannel()}/messages`,
      { method: 'POST', headers: { authorization: credentials(token) }, body: form },
    );
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  const fileOf = ({ body }: Answer) => `/files/${String(body.files[0]).split('/').at(-1)}`;

  test('a message with a file keeps its words, and the file goes on as it comes', async () => {
    const posted = await postFile('notes.txt', 'first\nsecond');
    expect([posted.status, posted.body]).toEqual([200, expect.objectContaining({ markdown: '**here**' })]);
    const sent = (await seenRequests(trip, '/v1/messages')).at(-1);
    expect(sent?.headers['content-type']).toMatch(/^multipart\/form-data/);
    expect(sent?.headers['transfer-encoding']).toBe('chunked');
    expect(sent?.body).toContain('name="files"; filename="notes.txt"');
  });

  test('what cannot be given out is refused in Webex’s words', async () => {
    const virus = await postFile('virus.txt', 'X5O!P%@AP[4$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*');
    const gone = await call('GET', fileOf(virus));
    expect([gone.status, gone.body.providerMessage]).toEqual([410, expect.stringContaining('infected')]);
    const archive = await postFile('locked.zip', 'PK\u0003\u0004\u0014\0\u0001\0\0\0');
    const locked = await call('GET', fileOf(archive));
    expect([locked.status, locked.body.providerMessage]).toEqual([428, expect.stringContaining('force downloaded')]);
    const forced = await fetch(
      `${trip.platform.url}/elements/api-v2/hubs/collaboration${fileOf(archive)}?allow=unscannable`,
      { headers: { authorization: credentials(token) } },
    );
    expect([forced.status, forced.headers.get('content-disposition')]).toEqual([
      200,
      expect.stringContaining('locked.zip'),
    ]);
  });

  test('the file of a public address and a card are sent as Webex takes them', async () => {
    const path = `/channels/${await firstChannel()}/messages`;
    const linked = await call('POST', path, { files: ['https://files.example/a.png'] });
    expect(linked.body).toMatchObject({ files: [expect.stringContaining('/v1/contents/')] });
    const attachments = [
      { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard', body: [] } },
    ];
    expect((await call('POST', path, { text: 'a card', attachments })).body).toMatchObject({ attachments });
  });
});

test('an object goes by its name here or at Webex, and the platform’s own paths stay its own', async () => {
  const [found] = await rows('/teams', { pageSize: '1' });
  expect(found).toMatchObject({ name: expect.stringMatching(/^Team /) });
  expect((await call('GET', `/teams/${found?.id}`)).body).toEqual((await call('GET', `/groups/${found?.id}`)).body);
  expect((await call('GET', '/objects')).body).toContain('channels');
});

test('what the vendor does not have is answered 405 with the methods that there are', async () => {
  const refused = await call('PATCH', `/groups/${await firstGroup()}`, { name: 'x' });
  expect([refused.status, refused.body.message]).toEqual([405, expect.stringContaining('PUT')]);
});

test('the setting base.url moves calls and tokens to Webex’s host of today', async () => {
  const { code } = await consent(trip.sandbox.url, await oauthUrlOf(trip, 'ciscospark'));
  const configuration = { ...configurationOf('ciscospark'), 'base.url': 'https://webexapis.com/v1' };
  const created = await post(trip, {
    element: { key: 'ciscospark' },
    providerData: { code },
    configuration,
    name: 'now',
  });
  expect(created.status, created.body.message).toBe(200);
  expect(created.body.configuration).toMatchObject({
    'oauth.token.url': 'https://webexapis.com/v1/access_token',
    'oauth.authorization.url': 'https://webexapis.com/v1/authorize',
  });
  const { token: other } = created.body;
  const first = await callElement(trip, other, 'GET', '/hubs/collaboration/channels?pageSize=100');
  const next = encodeURIComponent(first.headers.get('elements-next-page-token') ?? '');
  expect((await callElement(trip, other, 'GET', `/hubs/collaboration/channels?nextPage=${next}`)).body.length).toBe(35);
  const seen = await seenRequests(trip, '/v1/*');
  expect(seen.filter(({ path }) => path === '/v1/access_token').at(-1)?.host).toBe('webexapis.com');
  expect(seen.at(-1)?.host).toBe('webexapis.com');
});

test('the connected account and its organization are told', async () => {
  const { body } = await call('GET', '/accounts');
  expect(body).toMatchObject({ displayName: 'Robin Sandbox' });
  expect((await call('GET', `/organizations/${body.orgId}`)).body).toMatchObject({ displayName: 'Sandbox Inc.' });
});

test('the vendor’s refusals come with its status and its words', async () => {
  const missing = await call('GET', '/channels/none');
  expect([missing.status, missing.body.providerMessage]).toEqual([404, 'Could not find a room with provided ID.']);
  const refused = await call('POST', '/channels', {});
  expect([refused.status, refused.body.providerMessage]).toEqual([
    400,
    'The request is missing a required parameter: title.',
  ]);
  const channel = await firstChannel();
  const twice = await call('POST', `/channels/${channel}/users`, { personEmail: 'robin@example.com' });
  expect([twice.status, twice.body.providerMessage]).toEqual([409, 'User is already a participant.']);
});

test('an id from a caller stays one part of the vendor’s path', async () => {
  const refused = await call('GET', `/channels/${encodeURIComponent('../people/me')}`);
  expect(refused.status).toBe(404);
  expect((await seenRequests(trip, '/v1/rooms/*')).at(-1)?.path).toBe('/v1/rooms/..%2Fpeople%2Fme');
});
