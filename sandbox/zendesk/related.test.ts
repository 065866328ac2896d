// Simulated Zendesk's ticketing beside the plain records: what hangs together, counts, tags, searches, safe updates, files.

import { beforeEach, describe, expect, test } from 'vitest';
import { bodyOf, site, useSite } from './test-site.ts';

const robin = 35_436_001;
const agent = 35_437_001;

interface Row {
  id: number;
  [member: string]: unknown;
}

const zendesk = useSite();
const { call } = zendesk;
let tickets: Row[];
let users: Row[];
beforeEach(async () => {
  tickets = await every('tickets.json', 'tickets');
  users = await every('users.json', 'users');
});

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
const read = async (path: string): Promise<any> => bodyOf(await call('GET', path));
const idsOf = (rows: Row[]) => rows.map(({ id }) => id);

async function every(path: string, name: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null = path; next !== null; ) {
    const page = await read(next);
    rows.push(...page[name]);
    next = page.next_page;
  }
  return rows;
}

describe('lists below a record', () => {
  const ofUser = (member: string, id: number) => (row: Row) => [row[member]].flat().includes(id);

  test.each<[string, string, (row: Row) => boolean]>([
    ['users/35438001/tickets/requested', 'tickets', ofUser('requester_id', 35_438_001)],
    [`users/${agent}/tickets/assigned`, 'tickets', ofUser('assignee_id', agent)],
    [`users/${robin}/tickets/followed`, 'tickets', ofUser('follower_ids', robin)],
    ['organizations/22000003/tickets', 'tickets', ofUser('organization_id', 22_000_003)],
    ['organizations/22000003/users', 'users', ofUser('organization_id', 22_000_003)],
    ['groups/21000001/users', 'users', ofUser('default_group_id', 21_000_001)],
  ])('%s has those that are its own, in pages of both kinds', async (path, name, fits) => {
    const expected = idsOf((name === 'tickets' ? tickets : users).filter(fits));
    expect(expected.length).toBeGreaterThan(1);
    expect(idsOf(await every(`${path}.json?per_page=2`, name))).toEqual(expected);
    const first = await read(`${path}.json?page[size]=1`);
    expect([idsOf(first[name]), first.meta.has_more]).toEqual([expected.slice(0, 1), true]);
    expect((await call('GET', `${path.replace(/\d+/, '999')}.json`)).status).toBe(404);
  });

  test('take what a ticket is copied to, and sort and side-load like all tickets', async () => {
    const [first, second] = tickets.filter((ticket) => ticket['status'] === 'open');
    await call('PUT', `tickets/${first?.id}.json`, { ticket: { email_cc_ids: [agent] } });
    await call('PUT', `tickets/${second?.id}.json`, { ticket: { collaborator_ids: [agent] } });
    const path = `users/${agent}/tickets/ccd`;
    expect(idsOf((await read(`${path}.json?sort_by=id&sort_order=desc`)).tickets)).toEqual([second?.id, first?.id]);
    const { users: people } = await read(`${path}.json?include=users`);
    expect(idsOf(people)).toContain(agent);
    expect((await read(`tickets/${first?.id}/email_ccs.json`)).users).toMatchObject([{ id: agent }]);
  });

  test('of one user are the groups and organizations', async () => {
    expect((await read(`users/${agent}/groups.json`)).groups).toMatchObject([{ id: 21_000_001 }]);
    expect((await read('users/35438001/organizations.json')).organizations).toMatchObject([{ id: 22_000_001 }]);
    expect((await read('users/35438001/groups.json')).groups).toEqual([]);
  });

  test('are filtered by role', async () => {
    expect((await read('organizations/22000003/users.json?role=agent')).count).toBe(0);
    expect((await read('groups/21000001/users.json?role=agent')).count).toBe(2);
  });

  test('that are none are no endpoints', async () => {
    for (const path of ['users/35438001/tickets', 'users/35438001/tickets/other', 'groups/21000001/tickets']) {
      expect(bodyOf(await call('GET', `${path}.json`)).error).toBe('InvalidEndpoint');
    }
  });
});

test('figures of a user, an organization and a ticket', async () => {
  const own = (member: string, id: number) => tickets.filter((ticket) => ticket[member] === id).length;
  expect(await read(`users/${agent}/related.json`)).toEqual({
    user_related: {
      assigned_tickets: own('assignee_id', agent),
      ccd_tickets: 0,
      organization_subscriptions: 0,
      requested_tickets: 0,
    },
  });
  expect(await read('organizations/22000003/related.json')).toEqual({
    organization_related: {
      tickets_count: own('organization_id', 22_000_003),
      users_count: users.filter((user) => user['organization_id'] === 22_000_003).length,
    },
  });
  await call('POST', 'tickets.json', { ticket: { comment: { body: 'Me, too' }, type: 'incident', problem_id: 7 } });
  expect((await read('tickets/7/related.json')).ticket_related.incidents).toBe(1);
  expect((await read('tickets/7/incidents.json')).tickets).toHaveLength(1);
});

test.each([
  ['tickets', 260],
  ['users', 78],
  ['users/count.json?role=agent', 4],
  ['organizations', 10],
  ['groups', 3],
  ['groups/21000001/users', 2],
])('%s are counted', async (path, value) => {
  const counted = await read(path.includes('count') ? path : `${path}/count.json?per_page=1&page[size]=1`);
  expect(counted).toEqual({ count: { value, refreshed_at: '2026-03-01T12:00:00Z' } });
});

test('what is not counted has no count', async () => {
  expect((await call('GET', 'macros/count.json')).status).toBe(400);
  expect((await call('GET', 'organizations/999/tickets/count.json')).status).toBe(404);
});

describe('search', () => {
  test.each([
    ['search.json?query=type:ticket&page[size]=5', 'search/index'],
    ['users/search.json?query=ada&page[size]=5', 'users/search'],
    ['search.json?query=type:ticket&page=x', 'search/index'],
  ])('goes by numbers only: %s', async (path, place) => {
    const refused = await call('GET', path);
    const message = `You passed an invalid value for the page attribute. Invalid parameter: page must be an integer from api/v2/${place}`;
    expect([refused.status, refused.json]).toEqual([400, { error: { title: 'Invalid attribute', message } }]);
  });

  test('counts', async () => {
    expect(await read('search/count.json?query=type:ticket status:open')).toEqual({
      count: tickets.filter((ticket) => ticket['status'] === 'open').length,
    });
    expect((await call('GET', 'search/count.json')).status).toBe(400);
    expect((await read('search.json?query=type:ticket')).facets).toBeNull();
  });

  test('finds users and organizations by external id, in letters of any size', async () => {
    await call('PUT', 'users/35438002.json', { user: { external_id: 'Abc-1' } });
    await call('PUT', 'organizations/22000002.json', { organization: { external_id: 'Org-1' } });
    for (const path of ['users/search.json?external_id=aBC-1', 'users.json?external_id=aBC-1']) {
      expect(idsOf((await read(path)).users)).toEqual([35_438_002]);
    }
    expect(idsOf((await read('users/show_many.json?external_ids=abc-1,none')).users)).toEqual([35_438_002]);
    const find = async (query: string) => idsOf((await read(`organizations/search.json?${query}`)).organizations);
    expect(await find('external_id=org-1')).toEqual([22_000_002]);
    expect(await find('external_id=org')).toEqual([]);
    expect(await find('name=initech')).toEqual(
      idsOf(await every('search.json?query=type:organization initech', 'results')),
    );
    for (const query of ['', 'name=x&external_id=y']) {
      expect((await call('GET', `organizations/search.json?${query}`)).status).toBe(400);
    }
  });
});

test('show_many side-loads', async () => {
  const { tickets: shown, users: beside } = await read('tickets/show_many.json?ids=1,2&include=users');
  expect(idsOf(beside)).toEqual(expect.arrayContaining(shown.map((ticket: Row) => ticket['requester_id'])));
});

describe('tags', () => {
  test.each(['users/35438001', 'organizations/22000001'])('of %s are set, added and taken away', async (path) => {
    const tags = async (method: string, body?: unknown) => bodyOf(await call(method, `${path}/tags.json`, body)).tags;
    expect(await tags('POST', { tags: ['a', 'b'] })).toEqual(['a', 'b']);
    expect(await tags('PUT', { tags: ['c'] })).toEqual(['a', 'b', 'c']);
    expect(await tags('DELETE', { tags: ['b'] })).toEqual(['a', 'c']);
    expect(bodyOf(await call('DELETE', `${path}/tags.json?tags=c`)).tags).toEqual(['a']);
    const [record] = Object.values(await read(`${path}.json`)) as Row[];
    expect(record).toMatchObject({ tags: ['a'], updated_at: '2026-03-01T12:00:00Z' });
    expect((await call('POST', `${path.replace(/\d+/, '999')}/tags.json`, { tags: [] })).status).toBe(404);
  });

  test('of a ticket are in its history, unless nothing changed', async () => {
    const { tags } = (await read('tickets/1.json')).ticket;
    const audits = async () => (await read('tickets/1/audits.json')).audits;
    await call('PUT', 'tickets/1.json', { ticket: { status: 'open' } });
    const before = (await audits()).length;
    await call('PUT', 'tickets/1/tags.json', { tags });
    expect(await audits()).toHaveLength(before);
    await call('PUT', 'tickets/1/tags.json', { tags: ['new'] });
    expect((await audits()).at(-1)).toMatchObject({
      author_id: robin,
      events: [{ type: 'Change', field_name: 'tags', value: [...tags, 'new'], previous_value: tags }],
    });
  });

  test('of a closed ticket stay', async () => {
    const closed = tickets.find((ticket) => ticket['status'] === 'closed');
    const refused = await call('PUT', `tickets/${closed?.id}/tags.json`, { tags: ['x'] });
    expect([refused.status, bodyOf(refused).error]).toEqual([422, 'RecordInvalid']);
    expect((await read(`tickets/${closed?.id}/tags.json`)).tags).toEqual(closed?.['tags']);
  });
});

describe('a change of a ticket', () => {
  test('can be safe', async () => {
    const open = tickets.find((ticket) => ticket['status'] === 'open');
    const path = `tickets/${open?.id}`;
    const safe = { safe_update: 'true', updated_stamp: open?.['updated_at'] };
    zendesk.running.advance(60);
    expect(
      (await call('PUT', `${path}.json`, { ticket: { priority: 'urgent', subject: 'Mine', ...safe } })).status,
    ).toBe(200);
    const late = await call('PUT', `${path}.json`, { ticket: { subject: 'Late', ...safe } });
    expect([late.status, bodyOf(late).error]).toEqual([409, 'UpdateConflict']);
    expect((await call('POST', `${path}/tags.json`, { tags: ['late'], ...safe })).status).toBe(409);
    expect((await read(`${path}.json`)).ticket).toMatchObject({ subject: 'Mine', tags: open?.['tags'] });
  });

  test('that changes nothing is no event, and leaves its time', async () => {
    const open = tickets.find((ticket) => ticket['status'] === 'open');
    const same = { subject: open?.['subject'], tags: open?.['tags'] };
    const answer = bodyOf(await call('PUT', `tickets/${open?.id}.json`, { ticket: same }));
    expect(answer.audit).toBeUndefined();
    expect(answer.ticket.updated_at).toBe(open?.['updated_at']);
  });
});

test('who submits a ticket is the author of its first comment, unless the comment names one', async () => {
  const create = async (ticket: object) => {
    const { ticket: made } = bodyOf(await call('POST', 'tickets.json', { ticket }));
    return (await read(`tickets/${made.id}/comments.json`)).comments[0].author_id;
  };
  const requester_id = 35_438_001;
  expect(await create({ requester_id, comment: { body: 'x' } })).toBe(robin);
  expect(await create({ requester_id, submitter_id: requester_id, comment: { body: 'x' } })).toBe(requester_id);
  expect(await create({ requester_id, comment: { body: 'x', author_id: agent } })).toBe(agent);
});

test('tickets are sorted by names of people', async () => {
  const nameOf = (id: unknown) => String(users.find((user) => user.id === id)?.['name'] ?? '');
  const sorted = await every('tickets.json?sort_by=requester.name&sort_order=desc', 'tickets');
  const names = sorted.map((ticket) => nameOf(ticket['requester_id']));
  expect(names).toEqual(names.toSorted().toReversed());
});

test('several files go with one token, and are gone with it', async () => {
  const upload = (query: string, bytes: string) =>
    zendesk.running.call(`${site}/api/v2/uploads.json?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${zendesk.token}`, 'content-type': 'text/plain' },
      body: bytes,
    });
  const pair = async () => {
    const first = bodyOf(await upload('filename=one.txt', 'one')).upload;
    return bodyOf(await upload(`filename=two.txt&token=${first.token}`, 'second')).upload;
  };
  const both = await pair();
  expect(both.attachment).toMatchObject({ file_name: 'two.txt', size: 6 });
  expect(both.attachments.map((each: Row) => each['file_name'])).toEqual(['one.txt', 'two.txt']);
  const open = tickets.find((ticket) => ticket['status'] === 'open');
  await call('PUT', `tickets/${open?.id}.json`, { ticket: { comment: { body: 'x', uploads: [both.token] } } });
  const { comments } = await read(`tickets/${open?.id}/comments.json`);
  expect(comments.at(-1).attachments).toEqual(both.attachments);
  const lead = await zendesk.running.call(comments.at(-1).attachments[1].content_url);
  const shown = await zendesk.running.call(lead.headers.get('location') ?? '');
  expect([shown.text, shown.headers.get('content-disposition')]).toEqual([
    'second',
    "attachment; filename*=UTF-8''two.txt",
  ]);

  const deleted = await pair();
  expect((await call('DELETE', `uploads/${deleted.token}.json`)).status).toBe(204);
  for (const { id } of deleted.attachments) expect((await call('GET', `attachments/${id}.json`)).status).toBe(404);
  expect((await upload('filename=x&token=none', 'x')).status).toBe(404);
  expect(bodyOf(await upload('', 'x')).error).toBe('ParameterMissing');
});

test('calls above the rate are refused where it is enforced', async () => {
  await zendesk.running.control('POST', 'settings', { vendor: 'zendesk', enforceRateLimit: true });
  zendesk.running.advance(60);
  const statuses = new Set<number>();
  for (let count = 0; count < 700; count += 1) statuses.add((await call('GET', 'groups/21000001.json')).status);
  expect([...statuses]).toEqual([200]);
  const refused = await call('GET', 'groups/21000001.json');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(refused.headers.get('x-rate-limit-remaining')).toBe('0');
});
