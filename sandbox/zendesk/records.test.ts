// Simulated Zendesk's settings, histories and help center over real HTTP, with both ways of paging and side-loading.

import { describe, expect, test } from 'vitest';
import { bodyOf, site, useSite } from './test-site.ts';

const zendesk = useSite();
const { call } = zendesk;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
const read = async (path: string): Promise<any> => bodyOf(await call('GET', path));
const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id);

describe('pages by cursor', () => {
  test.each([
    ['tickets.json', 'tickets', 260],
    ['users.json', 'users', 78],
    ['help_center/articles.json', 'articles', 240],
    ['ticket_fields.json', 'ticket_fields', 15],
    ['ticket_metrics.json', 'ticket_metrics', 260],
  ])('of %s give every row once, and lead back again', async (path, name, count) => {
    const rows: { id: number }[] = [];
    let page = await read(`${path}?page[size]=7`);
    expect(page.count).toBeUndefined();
    for (;;) {
      rows.push(...page[name]);
      if (!page.meta.has_more) break;
      page = await read(page.links.next);
    }
    expect([rows.length, new Set(idsOf(rows)).size]).toEqual([count, count]);
    expect(page.links.next).toBeNull();
    const before = await read(page.links.prev);
    expect(idsOf(before[name])).toEqual(idsOf(rows.slice(-7 - page[name].length, -page[name].length)));
  });

  test('go on in the right place when their last row is gone', async () => {
    const first = await read('tickets.json?page[size]=5');
    await call('DELETE', 'tickets/5.json');
    expect(idsOf((await read(first.links.next)).tickets)).toEqual([6, 7, 8, 9, 10]);
  });

  test.each(['page[size]=0', 'page[size]=5&page[after]=nonsense', 'page[size]=5&page[after]=a&page[before]=b'])(
    'are refused for %s',
    async (query) => {
      const refused = await call('GET', `tickets.json?${query}`);
      expect([refused.status, bodyOf(refused).errors[0].code]).toEqual([400, 'InvalidPaginationParameter']);
    },
  );

  test('are sorted by sort, those by number by sort_by', async () => {
    const descending = (await read('tickets.json?sort_by=updated_at&sort_order=desc')).tickets;
    expect(idsOf((await read('tickets.json?page[size]=100&sort=-updated_at')).tickets)).toEqual(idsOf(descending));
    const times = descending.map((ticket: { updated_at: string }) => ticket.updated_at);
    expect(times).toEqual(times.toSorted().toReversed());
  });
});

test('offset pagination ends after 10,000 records', async () => {
  expect((await call('GET', 'tickets.json?page=100&per_page=100')).status).toBe(200);
  expect((await call('GET', 'tickets.json?page=101&per_page=10')).status).toBe(200);
  const refused = await call('GET', 'tickets.json?page=101&per_page=100');
  expect([refused.status, bodyOf(refused).errors[0].code]).toEqual([400, 'InvalidPaginationDepth']);
});

test('each answer tells how many calls remain', async () => {
  const { headers } = await call('GET', 'tickets/1.json');
  expect([headers.get('x-rate-limit'), headers.get('ratelimit-limit')]).toEqual(['700', '700']);
  expect(Number(headers.get('x-rate-limit-remaining'))).toBeLessThan(700);
});

describe('side-loading', () => {
  test.each([
    [
      'tickets.json?include=users,groups',
      'users',
      (body: never) => (body as Sided).tickets.map((row) => row.requester_id),
    ],
    ['tickets/1.json?include=users', 'users', (body: never) => [(body as { ticket: Person }).ticket.requester_id]],
    [
      'tickets/1/comments.json?include=users',
      'users',
      (body: never) => (body as Sided).comments.map((row) => row.author_id),
    ],
    ['groups.json?include=users', 'users', (body: never) => (body as Sided).groups.flatMap((row) => row.user_ids)],
  ])('%s brings the records that the rows name', async (path, name, named) => {
    const body = await read(path);
    const ids = idsOf(body[name]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(named(body as never)));
  });

  test('brings nothing unasked', async () => {
    expect(Object.keys(await read('tickets.json'))).toEqual(['tickets', 'count', 'next_page', 'previous_page']);
  });
});

interface Person {
  requester_id: number;
  author_id: number;
  user_ids: number[];
}
interface Sided {
  tickets: Person[];
  comments: Person[];
  groups: Person[];
}

test.each([
  ['tickets', '3,1,999999', [3, 1]],
  ['users', '35437002,35437001', [35_437_002, 35_437_001]],
  ['organizations', '22000004', [22_000_004]],
])('show_many of %s gives those that are there', async (name, ids, expected) => {
  expect(idsOf((await read(`${name}/show_many.json?ids=${ids}`))[name])).toEqual(expected);
  expect((await call('GET', `${name}/show_many.json`)).status).toBe(400);
});

describe.each([
  ['brands', 'brand', 6, { name: 'Fresh', subdomain: 'acme-fresh' }, { name: 'Stale' }, { name: 'No subdomain' }],
  ['ticket_fields', 'ticket_field', 15, { title: 'Fresh', type: 'text' }, { title: 'Stale' }, { type: 'text' }],
  ['user_fields', 'user_field', 12, { title: 'Fresh', type: 'text', key: 'fresh' }, { title: 'Stale' }, { title: 'x' }],
  ['slas/policies', 'sla_policy', 8, { title: 'Fresh', filter: { all: [] } }, { title: 'Stale' }, { title: 'x' }],
  ['macros', 'macro', 24, { title: 'Fresh', actions: [] }, { title: 'Stale' }, { actions: [] }],
])('%s', (path, name, count, fresh, changes, bad) => {
  test('are listed, made, read, changed and deleted', async () => {
    expect((await read(`${path}.json?per_page=100`)).count).toBe(count);
    const created = await call('POST', `${path}.json`, { [name]: fresh });
    expect(created.status, created.text).toBe(201);
    const { id } = bodyOf(created)[name];
    expect(bodyOf(created)[name]).toMatchObject(fresh);
    expect((await read(`${path}/${id}.json`))[name]).toEqual(bodyOf(created)[name]);
    expect(bodyOf(await call('PUT', `${path}/${id}.json`, { [name]: changes }))[name]).toMatchObject(changes);
    expect((await call('DELETE', `${path}/${id}.json`)).status).toBe(204);
    expect((await call('GET', `${path}/${id}.json`)).status).toBe(404);
  });

  test('are refused when something is missing', async () => {
    const refused = await call('POST', `${path}.json`, { [name]: bad });
    expect([refused.status, bodyOf(refused).error]).toEqual([422, 'RecordInvalid']);
    expect(JSON.stringify(bodyOf(refused).details)).toContain('cannot be blank');
  });
});

test('system fields and the default brand stay, and values are unlike each other', async () => {
  expect((await call('DELETE', 'ticket_fields/24000003.json')).status).toBe(422);
  expect((await call('DELETE', 'brands/23000001.json')).status).toBe(422);
  const { key } = (await read('user_fields.json')).user_fields[0];
  const refused = await call('POST', 'user_fields.json', { user_field: { type: 'text', title: 'x', key } });
  expect(bodyOf(refused).details.key[0].error).toBe('DuplicateValue');
  const types = (await read('ticket_fields.json')).ticket_fields.map((field: { type: string }) => field.type);
  expect(types).toEqual(expect.arrayContaining(['status', 'priority', 'tickettype']));
});

test('every change of a ticket is in its history', async () => {
  const { ticket } = bodyOf(await call('POST', 'tickets.json', { ticket: { subject: 'x', comment: { body: 'One' } } }));
  await call('PUT', `tickets/${ticket.id}.json`, { ticket: { status: 'open', comment: { body: 'Two' } } });
  const { audits } = await read(`tickets/${ticket.id}/audits.json?include=users`);
  expect(audits.map((audit: { events: { type: string }[] }) => audit.events.map(({ type }) => type))).toEqual([
    ['Comment', 'Create', 'Create', 'Create', 'Create'],
    ['Comment', 'Change'],
  ]);
  expect(audits[1].events[1]).toMatchObject({ field_name: 'status', value: 'open', previous_value: 'new' });
  expect((await read(`tickets/${ticket.id}/audits/${audits[1].id}.json`)).audit).toEqual(audits[1]);
  expect((await call('GET', `tickets/${ticket.id}/audits/1.json`)).status).toBe(404);
});

test('tags are set, added and taken away', async () => {
  const tags = async (method: string, body?: unknown) => bodyOf(await call(method, 'tickets/1/tags.json', body)).tags;
  expect(await tags('POST', { tags: ['a', 'b'] })).toEqual(['a', 'b']);
  expect(await tags('PUT', { tags: ['b', 'c'] })).toEqual(['a', 'b', 'c']);
  expect(await tags('DELETE', { tags: ['a'] })).toEqual(['b', 'c']);
  expect((await read('tickets/1.json')).ticket.tags).toEqual(['b', 'c']);
  expect((await call('POST', 'tickets/1/tags.json', {})).status).toBe(400);
  expect((await read('tickets/1/metrics.json')).ticket_metric.ticket_id).toBe(1);
});

test('people have identities', async () => {
  const path = 'users/35438001/identities';
  expect((await read(`${path}.json`)).identities[0]).toMatchObject({ type: 'email', primary: true });
  const created = await call('POST', `${path}.json`, { identity: { type: 'email', value: 'second@ada.example' } });
  expect(created.status).toBe(201);
  const one = `${path}/${bodyOf(created).identity.id}.json`;
  expect(bodyOf(await call('PUT', one, { identity: { verified: true } })).identity.verified).toBe(true);
  expect((await call('DELETE', one)).status).toBe(204);
  expect((await call('GET', one)).status).toBe(404);
  expect((await call('POST', `${path}.json`, { identity: { type: 'email' } })).status).toBe(422);
});

describe('the help center', () => {
  const article = { title: 'Fresh', body: '<p>x</p>', locale: 'en-us', permission_group_id: 1, user_segment_id: null };

  test('has categories of sections of articles, thirty rows to a page', async () => {
    const articles = await call('GET', 'help_center/articles.json');
    expect(bodyOf(articles)).toMatchObject({ count: 240, page: 1, page_count: 8, per_page: 30 });
    expect(articles.headers.get('link')).toBe(`<${bodyOf(articles).next_page}>; rel="next"`);
    const { categories } = await read('help_center/categories.json');
    const below = await read(`help_center/categories/${categories[0].id}/sections.json`);
    expect([categories.length, below.count]).toEqual([6, 4]);
    expect((await read(`help_center/sections/${below.sections[0].id}/articles.json`)).count).toBe(10);
    expect((await read(`help_center/categories/${categories[0].id}/articles.json`)).count).toBe(40);
    expect((await read('help_center/de/categories.json')).count).toBe(1);
    expect((await call('GET', 'help_center/fr/categories.json')).status).toBe(404);
  });

  test('takes new ones with a locale, and articles with those who may read and edit them', async () => {
    const category = { name: 'Fresh', locale: 'en-us' };
    const made = bodyOf(await call('POST', 'help_center/categories.json', { category })).category;
    expect(
      bodyOf(await call('POST', 'help_center/de/categories.json', { category: { name: 'x' } })).category.locale,
    ).toBe('de');
    expect((await call('POST', 'help_center/categories.json', { category: { name: 'x' } })).status).toBe(400);
    const at = `help_center/categories/${made.id}/sections.json`;
    const { section } = bodyOf(await call('POST', at, { section: category }));
    const articles = `help_center/sections/${section.id}/articles.json`;
    const { title, locale } = article;
    const refused = await call('POST', articles, { article: { title, locale } });
    expect(bodyOf(refused).error.message).toMatch(/must provide user_segment_id.*must provide permission_group_id/);
    const created = bodyOf(await call('POST', articles, { article })).article;
    expect(created).toMatchObject({ ...article, section_id: section.id });
    expect((await call('DELETE', `help_center/categories/${made.id}.json`)).status).toBe(204);
    expect((await call('GET', `help_center/articles/${created.id}.json`)).status).toBe(404);
  });

  test('changes texts by their translation only', async () => {
    const path = 'help_center/articles/28100001';
    const changed = bodyOf(await call('PUT', `${path}.json`, { article: { title: 'Changed', promoted: false } }));
    expect(changed.article).toMatchObject({ promoted: false, title: expect.not.stringMatching('Changed') });
    expect((await call('PUT', `${path}/translations/en-us.json`, { translation: { title: 'Changed' } })).status).toBe(
      200,
    );
    expect((await read(`${path}.json`)).article.title).toBe('Changed');
    expect((await call('PUT', `${path}/translations/de.json`, { translation: {} })).status).toBe(404);
  });

  test('is searched for words, places, labels and days', async () => {
    const all = (await read('help_center/articles.json?per_page=100&page=1')).articles;
    const { section_id: section, label_names: labels } = all[0];
    const find = async (query: string) =>
      (await read(`help_center/articles/search.json?${query}&per_page=100`)).results;
    expect(await find('query=nosuchword')).toEqual([]);
    for (const found of await find(`section=${section}`)) expect(found.section_id).toBe(section);
    for (const found of await find(`label_names=${labels[0]}`)) expect(found.label_names).toContain(labels[0]);
    for (const found of await find('query=billing&created_after=2025-02-20')) {
      expect(`${found.title} ${found.body} ${found.label_names}`.toLowerCase()).toContain('billing');
      expect(found.created_at > '2025-02-21').toBe(true);
    }
    expect((await call('GET', 'help_center/articles/search.json?locale=de')).status).toBe(400);
  });
});

describe('uploads', () => {
  const upload = (bytes: number) =>
    zendesk.running.call(`${site}/api/v2/uploads.json?filename=x.bin`, {
      method: 'POST',
      headers: { authorization: `Bearer ${zendesk.token}`, 'content-type': 'application/x-test' },
      body: Buffer.alloc(bytes),
    });

  test('over the limit are refused', async () => {
    await zendesk.running.control('POST', 'settings', { vendor: 'zendesk', largestUploadBytes: 10 });
    expect([(await upload(10)).status, (await upload(11)).status]).toEqual([201, 413]);
  });

  test('have a token that ends after an hour, and is good for one comment', async () => {
    const { token: first } = bodyOf(await upload(1)).upload;
    const comment = (uploads: string[]) =>
      call('PUT', 'tickets/1.json', { ticket: { comment: { body: 'x', uploads } } });
    const statuses = async (uploads: string[]) => [(await comment(uploads)).status, (await comment(uploads)).status];
    await call('PUT', 'tickets/1.json', { ticket: { status: 'open' } });
    const [used, again] = await statuses([first]);
    expect([used, again]).toEqual([200, 422]);
    const { token: late } = bodyOf(await upload(1)).upload;
    zendesk.running.advance(3601);
    expect((await call('DELETE', `uploads/${late}.json`)).status).toBe(404);
  });
});
