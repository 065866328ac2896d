// Simulated Webex's rooms, messages, memberships, teams and people over real HTTP: pages by Link header, scopes, errors.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sandboxApplications } from '../applications.ts';
import { parameterOf, type Reply, startTestSandbox, type TestSandbox, textOf } from '../test-client.ts';

const base = 'https://webexapis.com/v1';
const callback = 'https://app.example/callback';
const { clientId, clientSecret } = sandboxApplications.webex;

interface Row {
  id: string;
  [member: string]: unknown;
}

let running: TestSandbox;
let robin: string;
beforeAll(async () => {
  running = await startTestSandbox();
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.control('POST', 'reset');
  robin = await logIn('spark:all spark-admin:people_read spark-admin:people_write');
});

async function logIn(scope: string, user = 'robin@example.com'): Promise<string> {
  const ask = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: callback, scope });
  const code = parameterOf(await running.consent(`${base}/authorize?${ask}`, 'allow', user), 'code');
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
  const basic = { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
  return textOf((await running.postForm(`${base}/access_token`, fields, basic)).json, 'access_token');
}

function call(method: string, path: string, body?: unknown, token = robin): Promise<Reply> {
  return running.call(path.startsWith('https:') ? path : base + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const rowsOf = (reply: Reply) => (reply.json as { items: Row[] }).items;
const nextOf = (reply: Reply) => /<([^>]+)>; rel="next"/.exec(reply.headers.get('link') ?? '')?.[1];
const titles = (rows: Row[]) => rows.map((row) => row['title']);

async function readAll(path: string, between: (page: number) => Promise<unknown> = async () => {}): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | undefined = path;
  for (let page = 1; next !== undefined; page++) {
    const reply: Reply = await call('GET', next);
    expect(reply.status, reply.text).toBe(200);
    rows.push(...rowsOf(reply));
    next = nextOf(reply);
    if (next !== undefined) await between(page);
  }
  return rows;
}

test.each([
  ['/rooms?max=50', 135],
  ['/rooms?sortBy=lastactivity&max=17', 135],
  ['/rooms?sortBy=created&max=135', 135],
  ['/people?max=40', 150],
  ['/teams?max=3', 10],
])('the pages of %s have every row once', async (path, total) => {
  const rows = await readAll(path);
  expect(rows.length).toBe(total);
  expect(new Set(rows.map((row) => row.id)).size).toBe(total);
});

test('the link keeps the caller’s parameters and names the next page as each list does', async () => {
  const rooms = new URL(nextOf(await call('GET', '/rooms?type=group&max=2')) ?? '');
  expect([rooms.origin, rooms.pathname]).toEqual(['https://webexapis.com', '/v1/rooms']);
  expect([...rooms.searchParams.keys()]).toEqual(['type', 'max', 'cursor']);
  expect(new URL(nextOf(await call('GET', '/people?max=2')) ?? '').searchParams.has('after')).toBe(true);
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const messages = nextOf(await call('GET', `/messages?roomId=${room?.id}&max=2`));
  expect(new URL(messages ?? '').searchParams.has('beforeMessage')).toBe(true);
});

test('a last page that is just full names no next one', async () => {
  expect(nextOf(await call('GET', '/rooms?max=135'))).toBeUndefined();
  expect(nextOf(await call('GET', '/rooms?max=134'))).toBeDefined();
});

test('pages stay right when a room is deleted and one is made between them', async () => {
  const first = rowsOf(await call('GET', '/rooms?sortBy=created&max=50'));
  const rows = await readAll('/rooms?sortBy=created&max=50', async (page) => {
    if (page !== 1) return;
    expect((await call('DELETE', `/rooms/${first.at(-1)?.id}`)).status).toBe(204);
    await call('POST', '/rooms', { title: 'Between' });
  });
  expect(rows.length).toBe(136);
  expect(titles(rows).at(-1)).toBe('Between');
  expect(new Set(rows.map((row) => row.id)).size).toBe(136);
});

test('a caller sees only the rooms that they are in', async () => {
  const kim = await logIn('spark:rooms_read', 'kim@example.com');
  const rooms = rowsOf(await call('GET', '/rooms?sortBy=created&max=1000', undefined, kim));
  expect([rooms.length, rooms[0]?.['title'], rooms.at(-1)?.['title']]).toEqual([72, 'Room 2', 'Room 140']);
  const [robins] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  expect((await call('GET', `/rooms/${robins?.id}`, undefined, kim)).status).toBe(404);
});

test('rooms are filtered by type and team', async () => {
  const [team] = rowsOf(await call('GET', '/teams'));
  expect(titles(rowsOf(await call('GET', `/rooms?teamId=${team?.id}&sortBy=created`)))).toEqual(['Room 1', 'Room 13']);
  expect(rowsOf(await call('GET', '/rooms?type=direct'))).toEqual([]);
});

test('a room is made, read, changed and deleted', async () => {
  const made = await call('POST', '/rooms', { title: 'Plans' });
  expect(made.json).toMatchObject({ title: 'Plans', type: 'group', created: running.now().toISOString() });
  const id = textOf(made.json, 'id');
  expect((await call('GET', `/rooms/${id}`)).json).toEqual(made.json);
  expect((await call('PUT', `/rooms/${id}`, { title: 'Better plans' })).json).toMatchObject({ title: 'Better plans' });
  const gone = await call('DELETE', `/rooms/${id}`);
  expect([gone.status, gone.text]).toEqual([204, '']);
  const missing = await call('GET', `/rooms/${id}`);
  expect([missing.status, missing.json]).toEqual([
    404,
    {
      message: 'Could not find a room with provided ID.',
      errors: [{ description: 'Could not find a room with provided ID.' }],
      trackingId: expect.stringMatching(/^ROUTER_/),
    },
  ]);
});

test.each<[string, string, unknown, number, string]>([
  ['POST', '/rooms', {}, 400, 'The request is missing a required parameter: title.'],
  ['POST', '/rooms', { title: 5 }, 400, 'The parameter title must be a string.'],
  ['POST', '/rooms', [], 400, 'The request could not be understood by the server due to malformed syntax.'],
  ['POST', '/rooms', undefined, 415, 'The request body has a media type that is not supported.'],
  ['GET', '/rooms?max=0', undefined, 400, 'The parameter max must be an integer from 1 to 1000.'],
  ['GET', '/rooms?type=other', undefined, 400, 'The parameter type must be one of direct, group.'],
  ['GET', '/rooms?sortBy=title', undefined, 400, 'The parameter sortBy must be one of id, lastactivity, created.'],
  ['GET', '/rooms?cursor=x', undefined, 400, 'The parameter cursor is invalid.'],
  ['GET', '/messages', undefined, 400, 'The request is missing a required parameter: roomId.'],
  ['GET', '/messages/none', undefined, 404, 'Unable to get message.'],
  ['PATCH', '/rooms', {}, 405, 'The requested method is not supported.'],
  ['GET', '/constructor', undefined, 404, 'The requested resource could not be found.'],
])('%s %s with %j is refused with %i', async (method, path, body, status, message) => {
  const refused = await call(method, path, body);
  expect([refused.status, refused.json]).toEqual([
    status,
    { message, errors: [{ description: message }], trackingId: expect.any(String) },
  ]);
});

test('a max above a thousand is a thousand, and a hundred without one', async () => {
  const most = await call('GET', '/memberships?max=5000');
  expect([rowsOf(most).length, new URL(nextOf(most) ?? '').searchParams.get('max')]).toEqual([1000, '1000']);
  expect(rowsOf(await call('GET', '/rooms')).length).toBe(100);
});

test('messages are listed newest first, posted, edited and deleted by their author', async () => {
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const all = await readAll(`/messages?roomId=${room?.id}&max=25`);
  expect(all.map((row) => row['text'])).toEqual(
    Array.from({ length: 105 }, (_, index) => `Message ${105 - index} in room 1`),
  );
  const posted = await call('POST', '/messages', { roomId: room?.id, text: 'hello' });
  expect(posted.json).toMatchObject({ text: 'hello', personEmail: 'robin@example.com', roomType: 'group' });
  const path = `/messages/${textOf(posted.json, 'id')}`;
  expect((await call('PUT', path, { roomId: room?.id, text: 'hello again' })).json).toMatchObject({
    text: 'hello again',
  });
  expect((await call('GET', path)).json).toMatchObject({ text: 'hello again', updated: expect.any(String) });
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
  const [, others] = all.map((row) => row.id);
  expect((await call('DELETE', `/messages/${others}`)).status).toBe(403);
  expect((await call('POST', '/messages', { roomId: room?.id })).status).toBe(400);
});

/** Posts a message with a file to a room of robin's. */
async function postFile(name: string, bytes: Buffer, fields: Record<string, string> = {}): Promise<Reply> {
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const form = new FormData();
  for (const [field, value] of Object.entries({ roomId: room?.id ?? '', ...fields })) form.append(field, value);
  form.append('files', new Blob([new Uint8Array(bytes)], { type: 'application/x-test' }), name);
  const headers = { authorization: `Bearer ${robin}` };
  return running.call(`${base}/messages`, { method: 'POST', headers, body: form });
}

const filesOf = (reply: Reply) => (reply.json as { files: string[] }).files;

test('a file comes with a message and is given out under its name', async () => {
  const content = 'Straße;Ort\r\n'.repeat(50);
  const posted = await postFile('plan ä.bin', Buffer.from(content), { text: 'see the plan' });
  expect(posted.json).toMatchObject({ text: 'see the plan', files: [expect.stringContaining('/v1/contents/')] });
  const [address = ''] = filesOf(posted);
  const file = await call('GET', address);
  expect(file.text).toBe(content);
  expect(Object.fromEntries(file.headers)).toMatchObject({
    'content-type': 'application/x-test',
    'content-disposition': `attachment; filename="plan _.bin"; filename*=UTF-8''plan%20%C3%A4.bin`,
  });
  const head = await call('HEAD', address);
  expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '650', '']);
  const edited = await call('PUT', `/messages/${textOf(posted.json, 'id')}`, {
    roomId: textOf(posted.json, 'roomId'),
    text: 'another',
  });
  expect(edited.status).toBe(400);
});

test('a file is one, no larger than allowed, and asked for only by those who are in the room', async () => {
  await running.control('POST', 'settings', { vendor: 'webex', largestUploadBytes: 10 });
  expect((await postFile('a.bin', Buffer.alloc(11))).status).toBe(413);
  const [address = ''] = filesOf(await postFile('a.bin', Buffer.alloc(10)));
  const kim = await logIn('spark:messages_read', 'kim@example.com');
  expect((await call('GET', address, undefined, kim)).status).toBe(404);
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const addresses = ['https://files.example/a.png', 'https://files.example/b.png'];
  expect((await call('POST', '/messages', { roomId: room?.id, files: addresses })).status).toBe(400);
  expect((await call('POST', '/messages', { roomId: room?.id, files: ['a.png'] })).status).toBe(400);
  const linked = await call('POST', '/messages', { roomId: room?.id, files: addresses.slice(0, 1) });
  expect((await call('GET', filesOf(linked)[0] ?? '')).headers.get('content-disposition')).toContain('a.png');
});

test('an infected file is gone, and one that cannot be scanned must be asked for', async () => {
  const virus = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';
  const [infected = ''] = filesOf(await postFile('virus.txt', Buffer.from(virus)));
  expect((await call('GET', infected)).status).toBe(410);
  const archive = Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 1, 0, 0, 0]);
  const [locked = ''] = filesOf(await postFile('locked.zip', archive));
  expect((await call('GET', locked)).status).toBe(428);
  expect((await call('GET', `${locked}?allow=unscannable`)).status).toBe(200);
});

test('a message is edited ten times at most', async () => {
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const posted = await call('POST', '/messages', { roomId: room?.id, text: 'draft' });
  const path = `/messages/${textOf(posted.json, 'id')}`;
  for (let time = 1; time <= 10; time++) {
    expect((await call('PUT', path, { roomId: room?.id, text: `draft ${time}` })).status).toBe(200);
  }
  expect((await call('PUT', path, { roomId: room?.id, text: 'draft 11' })).status).toBe(400);
});

test('messages are found by whom they mention, by their parent and by time; cards and mentions stay with them', async () => {
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const list = async (query: string) => rowsOf(await call('GET', `/messages?roomId=${room?.id}&${query}`));
  expect((await list('max=105')).length).toBe(105);
  expect((await list('')).length).toBe(50);
  expect((await list('mentionedPeople=me')).length).toBe(7);
  const self = await call('GET', '/people/me');
  const markdown = '**hello** <@personEmail:robin@example.com|Robin>';
  const posted = await call('POST', '/messages', { roomId: room?.id, markdown });
  expect(posted.json).toMatchObject({
    text: '**hello** Robin',
    markdown,
    mentionedPeople: [textOf(self.json, 'id')],
  });
  expect((await list('mentionedPeople=me')).length).toBe(8);
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } };
  const parentId = textOf(posted.json, 'id');
  const reply = await call('POST', '/messages', { roomId: room?.id, parentId, attachments: [card] });
  expect(reply.json).toMatchObject({ attachments: [card], parentId });
  expect(await list(`parentId=${parentId}`)).toEqual([reply.json]);
  expect((await list('before=2025-01-02T13:25:30Z')).length).toBe(45);
  for (const wrong of ['mentionedPeople=other', 'before=yesterday', 'mentionedPeople=me&max=101']) {
    expect((await call('GET', `/messages?roomId=${room?.id}&${wrong}`)).status, wrong).toBe(400);
  }
});

test('public rooms are listed for the whole organization, by when they became public', async () => {
  const found = titles(rowsOf(await call('GET', '/rooms?orgPublicSpaces=true')));
  expect(found).toEqual(['Room 20', 'Room 40', 'Room 60', 'Room 80', 'Room 100', 'Room 120', 'Room 140']);
  const later = await call('GET', '/rooms?orgPublicSpaces=true&from=2025-01-01T16:40:00.000Z');
  expect(titles(rowsOf(later))).toEqual(['Room 120', 'Room 140']);
  expect((await call('GET', '/rooms?orgPublicSpaces=true&type=group')).status).toBe(400);
  expect((await call('POST', '/rooms', { title: 'All', isPublic: true })).status).toBe(400);
  expect((await call('POST', '/rooms', { title: 'All', isAnnouncementOnly: true })).status).toBe(400);
  const made = await call('POST', '/rooms', { title: 'All', isPublic: true, description: 'For all' });
  expect(made.json).toMatchObject({ isPublic: true, madePublic: running.now().toISOString() });
});

test('roles and licenses are told to an administrator', async () => {
  const roles = rowsOf(await call('GET', '/roles'));
  expect(roles.map((role) => role['name'])).toContain('Full Administrator');
  expect((await call('GET', `/roles/${roles[0]?.id}`)).json).toEqual(roles[0]);
  const [license] = rowsOf(await call('GET', '/licenses'));
  expect((await call('GET', `/licenses/${license?.id}`)).json).toMatchObject({ name: 'Messaging' });
  const administrators = rowsOf(await call('GET', `/people?roles=${roles[0]?.id}`));
  expect(administrators.map((person) => person['displayName'])).toEqual(['Robin Sandbox', 'Kim Sandbox']);
});

test('three hundred calls of a minute are taken, where the limit is enforced', async () => {
  await running.control('POST', 'settings', { vendor: 'webex', enforceRateLimit: true });
  const token = await logIn('spark:teams_read');
  for (let number = 1; number <= 300; number++) await call('GET', '/teams?max=1', undefined, token);
  const refused = await call('GET', '/teams?max=1', undefined, token);
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  expect(refused.json).toMatchObject({ message: expect.stringContaining('rate limited') });
});

test('a message to a person goes to their direct room, which is made once', async () => {
  const first = await call('POST', '/messages', { toPersonEmail: 'kim@example.com', text: 'hi' });
  const second = await call('POST', '/messages', { toPersonEmail: 'kim@example.com', text: 'again' });
  expect(textOf(second.json, 'roomId')).toBe(textOf(first.json, 'roomId'));
  expect(titles(rowsOf(await call('GET', '/rooms?type=direct')))).toEqual(['Kim Sandbox']);
});

test('members of rooms and teams are listed, added once, changed and removed', async () => {
  const [room] = rowsOf(await call('GET', '/rooms?sortBy=created&max=1'));
  const [team] = rowsOf(await call('GET', '/teams'));
  expect((await readAll(`/memberships?roomId=${room?.id}&max=30`)).length).toBe(105);
  for (const [path, place] of [
    ['/memberships', { roomId: room?.id }],
    ['/team/memberships', { teamId: team?.id }],
  ] as const) {
    const ask = { ...place, personEmail: 'kim@example.com' };
    const added = await call('POST', path, ask);
    expect(added.json).toMatchObject({ ...ask, personDisplayName: 'Kim Sandbox', isModerator: false });
    expect((await call('POST', path, ask)).status).toBe(409);
    const one = `${path}/${textOf(added.json, 'id')}`;
    expect((await call('PUT', one, { isModerator: true })).json).toMatchObject({ isModerator: true });
    expect((await call('GET', one)).json).toMatchObject({ isModerator: true });
    expect((await call('DELETE', one)).status).toBe(204);
    expect((await call('GET', one)).status).toBe(404);
    expect((await call('POST', path, place)).status).toBe(400);
  }
  expect((await call('GET', '/team/memberships')).status).toBe(400);
  expect((await call('GET', '/memberships?personEmail=kim@example.com')).status).toBe(400);
  const robins = await call('GET', `/memberships?roomId=${room?.id}&personEmail=robin@example.com`);
  expect(rowsOf(robins).length).toBe(1);
});

test('teams are made, read, renamed and deleted', async () => {
  const made = await call('POST', '/teams', { name: 'Builders' });
  const path = `/teams/${textOf(made.json, 'id')}`;
  expect((await call('PUT', path, { name: 'Makers' })).json).toMatchObject({ name: 'Makers' });
  expect((await call('GET', path)).json).toMatchObject({ name: 'Makers' });
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
});

test('people are found by email, name and id; all of them only by an administrator', async () => {
  const [kim] = rowsOf(await call('GET', '/people?email=KIM@example.com'));
  expect(kim).toMatchObject({ displayName: 'Kim Sandbox' });
  expect(rowsOf(await call('GET', '/people?displayName=rob'))).toMatchObject([{ displayName: 'Robin Sandbox' }]);
  expect(rowsOf(await call('GET', `/people?id=${kim?.id}`))).toEqual([kim]);
  const reader = await logIn('spark:people_read');
  expect((await call('GET', '/people', undefined, reader)).status).toBe(400);
  expect((await call('POST', '/people', { emails: ['new@example.com'] }, reader)).status).toBe(403);
});

test('a person is made, changed and deleted', async () => {
  const made = await call('POST', '/people', { emails: ['New@example.com'], firstName: 'New', lastName: 'Comer' });
  expect(made.json).toMatchObject({ emails: ['new@example.com'], displayName: 'New Comer' });
  const path = `/people/${textOf(made.json, 'id')}`;
  expect((await call('PUT', path, { displayName: 'Old Hand' })).json).toMatchObject({ displayName: 'Old Hand' });
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
  const twice = { emails: ['robin@example.com'], displayName: 'Robin' };
  expect((await call('POST', '/people', twice)).status).toBe(409);
});

test('a write needs its own scope', async () => {
  const reader = await logIn('spark:rooms_read');
  expect((await call('GET', '/rooms', undefined, reader)).status).toBe(200);
  expect((await call('POST', '/rooms', { title: 'x' }, reader)).status).toBe(403);
  expect((await call('GET', '/teams', undefined, reader)).status).toBe(403);
});
