// Simulated Zendesk's help center, fields, brands and SLA policies over real HTTP.

import { describe, expect, test } from 'vitest';
import { bodyOf, useSite } from './test-site.ts';

interface Row {
  id: number;
  [member: string]: unknown;
}

const zendesk = useSite();
const { call } = zendesk;

/** All rows, over the pages that each answer names. */
async function readAll(path: string, name: string): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let next: string | null = path;
  let pages = 0;
  for (; next !== null; pages += 1) {
    const body = bodyOf(await call('GET', next));
    rows.push(...body[name]);
    next = body.links === undefined ? body.next_page : body.links.next;
  }
  return { rows, pages };
}

const article = { title: 'Soup', body: '<p>A zucchini soup.</p>', locale: 'en-us', permission_group_id: 1 };

describe('the help center', () => {
  test.each([
    ['categories', 6],
    ['sections', 24],
    ['articles', 240],
  ])('lists %s once each, by number and by cursor', async (collection, count) => {
    const numbered = await readAll(`help_center/${collection}.json?per_page=5`, collection);
    const cursored = await readAll(`help_center/${collection}.json?page[size]=5`, collection);
    for (const { rows, pages } of [numbered, cursored]) {
      expect(new Set(rows.map((row) => row.id)).size).toBe(count);
      expect([rows.length, pages]).toEqual([count, Math.ceil(count / 5)]);
    }
  });

  test('gives 30 rows unasked, and says where the next ones are', async () => {
    const first = await call('GET', 'help_center/articles.json');
    expect(bodyOf(first)).toMatchObject({ count: 240, page: 1, page_count: 8, per_page: 30 });
    expect(bodyOf(first).articles).toHaveLength(30);
    expect(first.headers.get('link')).toBe(`<${bodyOf(first).next_page}>; rel="next"`);
  });

  test('sorts, and lists what lies in a category or section', async () => {
    const { rows } = await readAll('help_center/articles.json?sort_by=title&sort_order=desc&per_page=100', 'articles');
    const titles = rows.map((row) => String(row['title']));
    expect(titles).toEqual(titles.toSorted().toReversed());
    const [section] = bodyOf(await call('GET', 'help_center/sections.json')).sections;
    const inSection = await readAll(`help_center/sections/${section.id}/articles.json`, 'articles');
    expect(inSection.rows.map((row) => row['section_id'])).toEqual(Array(10).fill(section.id));
    const inCategory = await readAll(`help_center/categories/${section.category_id}/sections.json`, 'sections');
    expect(inCategory.rows).toHaveLength(4);
  });

  test('shows a language only when the path names it', async () => {
    const german = await readAll('help_center/de/categories.json', 'categories');
    expect(german.rows.map((row) => row['locale'])).toEqual(['de']);
    expect((await call('GET', `help_center/en-us/categories/${german.rows[0]?.id}.json`)).status).toBe(404);
    expect((await call('GET', 'help_center/fr/categories.json')).status).toBe(404);
  });

  test('takes a category, a section and an article, and lets them go together', async () => {
    const { category } = bodyOf(
      await call('POST', 'help_center/en-us/categories.json', { category: { name: 'Food' } }),
    );
    const sections = `help_center/categories/${category.id}/sections.json`;
    const { section } = bodyOf(await call('POST', sections, { section: { name: 'Soups', locale: 'en-us' } }));
    const articles = `help_center/sections/${section.id}/articles.json`;
    const made = await call('POST', articles, { article: { ...article, user_segment_id: null } });
    expect(made.status).toBe(201);
    const path = `help_center/articles/${bodyOf(made).article.id}.json`;
    expect(bodyOf(await call('GET', path)).article).toMatchObject({ ...article, section_id: section.id, draft: false });
    expect((await call('DELETE', `help_center/categories/${category.id}.json`)).status).toBe(204);
    for (const gone of [path, `help_center/sections/${section.id}.json`]) {
      expect((await call('GET', gone)).status).toBe(404);
    }
  });

  test('changes the texts of an article by its translation only', async () => {
    const [{ id, title }] = bodyOf(await call('GET', 'help_center/articles.json')).articles;
    const path = `help_center/articles/${id}`;
    const changes = { article: { title: 'never', promoted: true } };
    expect(bodyOf(await call('PUT', `${path}.json`, changes)).article).toMatchObject({ title, promoted: true });
    await call('PUT', `${path}/translations/en-us.json`, { translation: { title: 'Now', body: 'then' } });
    expect(bodyOf(await call('GET', `${path}.json`)).article).toMatchObject({ title: 'Now', body: 'then' });
    expect((await call('DELETE', `${path}.json`)).status).toBe(204);
    expect((await call('GET', `${path}.json`)).status).toBe(404);
  });

  test.each([
    [article, 400, /You must provide user_segment_id/],
    [{ ...article, user_segment_id: null, permission_group_id: null }, 400, /You must provide permission_group_id/],
    [{ ...article, user_segment_id: null, locale: 'fr' }, 400, /locale/],
    [{ ...article, user_segment_id: null, title: ' ' }, 422, /Title: cannot be blank/],
  ])('refuses the article %j', async (given, status, words) => {
    const [section] = bodyOf(await call('GET', 'help_center/sections.json')).sections;
    const refused = await call('POST', `help_center/sections/${section.id}/articles.json`, { article: given });
    expect([refused.status, refused.text]).toEqual([status, expect.stringMatching(words)]);
  });

  test('is searched by words, section and label', async () => {
    const { rows } = await readAll('help_center/articles.json?per_page=100', 'articles');
    const [first] = rows;
    const search = (query: string) => readAll(`help_center/articles/search.json?per_page=100&${query}`, 'results');
    const ids = (found: { rows: Row[] }) => found.rows.map((row) => row.id).toSorted((a, b) => a - b);
    const fitting = (fits: (row: Row) => boolean) => ids({ rows: rows.filter(fits) });
    expect(ids(await search('query=webhook'))).toEqual(
      fitting((row) => /webhook/i.test(`${row['title']} ${row['body']}`)),
    );
    expect(ids(await search(`section=${first?.['section_id']}`))).toEqual(
      fitting((row) => row['section_id'] === first?.['section_id']),
    );
    expect(ids(await search('label_names=billing'))).toEqual(
      fitting((row) => (row['label_names'] as string[]).includes('billing')),
    );
    const usual = bodyOf(await call('GET', 'help_center/articles/search.json?query=what'));
    expect([usual.per_page, usual.results[0].result_type]).toEqual([25, 'article']);
    expect((await call('GET', 'help_center/articles/search.json')).status).toBe(400);
  });
});

describe.each([
  ['ticket_fields', 'ticket_field', 'ticket_fields', { type: 'text', title: 'Colour' }, { title: 'Shade' }],
  ['user_fields', 'user_field', 'user_fields', { type: 'text', key: 'colour', title: 'Colour' }, { title: 'Shade' }],
  ['brands', 'brand', 'brands', { name: 'Fresh', subdomain: 'fresh' }, { name: 'Stale' }],
  [
    'slas/policies',
    'sla_policy',
    'sla_policies',
    { title: 'Fresh', filter: { all: [{ field: 'type', operator: 'is', value: 'incident' }], any: [] } },
    { title: 'Stale' },
  ],
])('%s', (path, name, plural, fresh, changes) => {
  test('are made, read, changed and deleted', async () => {
    const before = bodyOf(await call('GET', `${path}.json`)).count;
    const made = await call('POST', `${path}.json`, { [name]: fresh });
    expect([made.status, bodyOf(made)[name]]).toEqual([201, expect.objectContaining(fresh)]);
    const { id } = bodyOf(made)[name];
    expect((await readAll(`${path}.json`, plural)).rows).toHaveLength(before + 1);
    const changed = await call('PUT', `${path}/${id}.json`, { [name]: changes });
    expect([changed.status, bodyOf(changed)[name]]).toEqual([200, expect.objectContaining({ ...fresh, ...changes })]);
    expect((await call('GET', `${path}/${id}.json`)).json).toEqual(changed.json);
    expect((await call('DELETE', `${path}/${id}.json`)).status).toBe(204);
    expect((await call('GET', `${path}/${id}.json`)).status).toBe(404);
  });

  test('are refused without what they need', async () => {
    for (const member of Object.keys(fresh).filter((each) => each !== 'type')) {
      const refused = await call('POST', `${path}.json`, { [name]: { ...fresh, [member]: undefined } });
      expect([refused.status, bodyOf(refused).details[member]?.[0].error]).toEqual([422, 'BlankValue']);
    }
    expect((await call('POST', `${path}.json`, fresh)).status).toBe(400);
  });
});

describe('what an account is set up with', () => {
  test('has the fields of the system, which change and stay', async () => {
    const { rows } = await readAll('ticket_fields.json', 'ticket_fields');
    const types = ['subject', 'description', 'status', 'tickettype', 'priority', 'group', 'assignee'];
    for (const type of types) {
      const field = rows.find((row) => row['type'] === type);
      const kept = await call('DELETE', `ticket_fields/${field?.id}.json`);
      expect([kept.status, bodyOf(kept).error]).toEqual([422, 'RecordInvalid']);
      const change = { ticket_field: { description: 'Ours', required_in_portal: true } };
      const changed = bodyOf(await call('PUT', `ticket_fields/${field?.id}.json`, change)).ticket_field;
      expect(changed).toMatchObject({ description: 'Ours', raw_description: 'Ours', required_in_portal: true, type });
    }
  });

  test('gives all ticket fields by position at once, and by id in pages', async () => {
    const atOnce = bodyOf(await call('GET', 'ticket_fields.json?per_page=2&page=2')).ticket_fields as Row[];
    const positions = atOnce.map((row) => Number(row['position']));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const paged = await readAll('ticket_fields.json?page[size]=4', 'ticket_fields');
    expect(paged.rows.map((row) => row.id)).toEqual(atOnce.map((row) => row.id).toSorted((a, b) => a - b));
    expect(paged.pages).toBe(Math.ceil(atOnce.length / 4));
  });

  test('wants options for a choice, a known type, a good key of its own', async () => {
    const refusal = async (path: string, name: string, given: unknown) =>
      Object.keys(bodyOf(await call('POST', path, { [name]: given })).details);
    expect(await refusal('ticket_fields.json', 'ticket_field', { type: 'tagger', title: 'x' })).toEqual([
      'custom_field_options',
    ]);
    expect(await refusal('ticket_fields.json', 'ticket_field', { type: 'status', title: 'x' })).toEqual(['type']);
    const [known] = bodyOf(await call('GET', 'user_fields.json')).user_fields;
    for (const key of ['12', 'a b', known.key]) {
      expect(await refusal('user_fields.json', 'user_field', { type: 'text', title: 'x', key })).toEqual(['key']);
    }
  });

  test('has the brand of the tickets, which is the default and stays', async () => {
    const { brand_id: id } = bodyOf(await call('GET', 'tickets/1.json')).ticket;
    const { brand } = bodyOf(await call('GET', `brands/${id}.json`));
    expect(brand.default).toBe(true);
    expect((await call('DELETE', `brands/${id}.json`)).status).toBe(422);
    const double = await call('POST', 'brands.json', { brand: { name: 'x', subdomain: brand.subdomain } });
    expect(bodyOf(double).details.subdomain[0].error).toBe('DuplicateValue');
    const names = bodyOf(await call('GET', 'brands.json')).brands.map((row: Row) => row['name']);
    expect(names).toEqual(names.toSorted());
  });

  test.each(['x', { all: [{ value: 1 }] }])('refuses the filter %j of an SLA policy', async (filter) => {
    const refused = await call('POST', 'slas/policies.json', { sla_policy: { title: 'x', filter } });
    expect([refused.status, refused.text]).toEqual([
      expect.toSatisfy((status) => status === 400 || status === 422),
      expect.stringMatching(/filter/i),
    ]);
  });
});

test('what only a new field takes stays as it was', async () => {
  const made = bodyOf(
    await call('POST', 'user_fields.json', { user_field: { key: 'soup', title: 'Soup', type: 'text' } }),
  );
  const path = `user_fields/${made.user_field.id}.json`;
  const changed = bodyOf(await call('PUT', path, { user_field: { key: 'stew', type: 'date', title: 'Stew' } }));
  expect(changed.user_field).toMatchObject({ key: 'soup', type: 'text', title: 'Stew' });
  const subject = bodyOf(await call('PUT', 'ticket_fields/24000001.json', { ticket_field: { type: 'text' } }));
  expect(subject.ticket_field.type).toBe('subject');
});

test('articles are listed by all of their labels', async () => {
  const { rows } = await readAll('help_center/articles.json', 'articles');
  const labels = ['billing'];
  const fitting = rows.filter((row) => labels.every((label) => (row['label_names'] as string[]).includes(label)));
  const found = (await readAll('help_center/articles.json?label_names=billing', 'articles')).rows;
  expect([found.map(({ id }) => id), found.length > 0]).toEqual([fitting.map(({ id }) => id), true]);
  expect((await readAll('help_center/articles.json?label_names=billing,none', 'articles')).rows).toEqual([]);
});
