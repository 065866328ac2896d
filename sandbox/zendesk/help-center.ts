// Zendesk's Help Center API: categories, sections, articles, their translations, and the search of articles (developer docs
// "Categories", "Sections", "Articles", "Translations", "Search"). Each record has the one locale that it is made in.

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import {
  blank,
  invalidAttribute,
  invalidEndpoint,
  isBlank,
  recordInvalid,
  recordNotFound,
  wrappedBody,
} from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { searchArticles } from './help-center-search.ts';
import { pageOf } from './pages.ts';
import { picked } from './records.ts';

/** Rows of a page, as "Comparing cursor pagination and offset pagination" says of articles. */
const usualSize = 30;

/** The locales that the account has. */
const locales = ['en-us', 'de'];

interface Container {
  name: 'category' | 'section' | 'article';
  /** what is set when one is made, and never by updating the record: that changes translations */
  texts: { title: string; body: string };
  /** what an update changes */
  metadata: readonly string[];
  /** what else only making one sets */
  onlyNew: readonly string[];
  parent: { collection: 'categories' | 'sections'; member: string } | undefined;
}

const containers: Record<'categories' | 'sections' | 'articles', Container> = {
  categories: {
    name: 'category',
    texts: { title: 'name', body: 'description' },
    metadata: ['position'],
    onlyNew: [],
    parent: undefined,
  },
  sections: {
    name: 'section',
    texts: { title: 'name', body: 'description' },
    metadata: ['position', 'category_id', 'parent_section_id', 'manageable_by', 'sorting', 'theme_template'],
    onlyNew: [],
    parent: { collection: 'categories', member: 'category_id' },
  },
  articles: {
    name: 'article',
    texts: { title: 'title', body: 'body' },
    metadata: [
      'author_id',
      'comments_disabled',
      'label_names',
      'permission_group_id',
      'position',
      'promoted',
      'section_id',
      'user_segment_id',
    ],
    onlyNew: ['draft'],
    parent: { collection: 'sections', member: 'section_id' },
  },
};

type Collection = keyof typeof containers;

function isCollection(text: string | undefined): text is Collection {
  return text !== undefined && Object.hasOwn(containers, text);
}

/** /api/v2/help_center/[{locale}/]…; `path` is what follows help_center/. */
export function helpCenter(site: ZendeskSite, request: VendorRequest, path: string[], userId: number): Answer {
  const [first, ...others] = path;
  const isLocale = first !== undefined && /^[a-z]{2}(-[a-z0-9]{2,})?$/i.test(first);
  if (isLocale && !locales.includes(first.toLowerCase())) return recordNotFound();
  const locale = isLocale ? first.toLowerCase() : undefined;
  const [collection, id, child, childId, ...more] = isLocale ? others : path;
  if (!isCollection(collection) || more.length > 0) return invalidEndpoint();
  if (id === undefined) return onCollection(site, request, collection, locale, userId);
  if (collection === 'articles' && id === 'search' && child === undefined && request.method === 'GET') {
    return searchArticles(site, request);
  }
  const record = /^\d+$/.test(id) ? site[collection].get(Number(id)) : undefined;
  if (record === undefined) return recordNotFound();
  if (child === undefined) return onRecord(site, request, collection, record, locale);
  if (child === 'translations') return translations(site, request, collection, record, childId);
  return childId === undefined && isCollection(child) && isBelow(collection, child)
    ? below(site, request, collection, record, child, locale, userId)
    : invalidEndpoint();
}

function isBelow(parent: Collection, child: Collection): boolean {
  return parent === 'categories' ? child !== 'categories' : parent === 'sections' && child === 'articles';
}

function onCollection(
  site: ZendeskSite,
  request: VendorRequest,
  collection: Collection,
  locale: string | undefined,
  userId: number,
): Answer {
  if (request.method === 'GET') return list(request, collection, [...site[collection].values()], locale);
  // Sections and articles are made below the one that holds them.
  return request.method === 'POST' && collection === 'categories'
    ? create(site, request, collection, {}, locale, userId)
    : invalidEndpoint();
}

function below(
  site: ZendeskSite,
  request: VendorRequest,
  collection: Collection,
  parent: ZendeskRecord,
  child: Collection,
  locale: string | undefined,
  userId: number,
): Answer {
  const member = containers[child].parent?.member ?? '';
  const isDirect = containers[child].parent?.collection === collection;
  if (request.method === 'POST' && isDirect) {
    return create(site, request, child, { [member]: parent.id }, locale, userId);
  }
  if (request.method !== 'GET') return invalidEndpoint();
  const sections = new Set([...site.sections.values()].filter((each) => each['category_id'] === parent.id));
  const sectionIds = new Set([...sections].map(({ id }) => id));
  const rows = [...site[child].values()].filter((each) =>
    isDirect ? each[member] === parent.id : sectionIds.has(Number(each['section_id'])),
  );
  return list(request, child, rows, locale);
}

/** Those of the locale and with all of `label_names`; `sort_by` (position, created_at, updated_at, title, edited_at) and `sort_order`. */
function list(
  request: VendorRequest,
  collection: Collection,
  rows: readonly ZendeskRecord[],
  locale: string | undefined,
): Answer {
  const query = new URLSearchParams(request.query);
  const labels = (query.get('label_names') ?? '').split(',').filter((label) => label !== '');
  const sortBy = query.get('sort_by') ?? 'position';
  const direction = query.get('sort_order') === 'desc' ? -1 : 1;
  const rank = (row: ZendeskRecord) =>
    typeof row[sortBy] === 'number' ? String(row[sortBy]).padStart(20, '0') : String(row[sortBy] ?? '');
  const sorted = rows
    .filter((row) => locale === undefined || row['locale'] === locale)
    .filter((row) => labels.every((label) => Array.isArray(row['label_names']) && row['label_names'].includes(label)))
    .toSorted((a, b) => direction * (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.id - b.id));
  return pageOf(request, collection, sorted, { ways: 'both', size: usualSize, isHelpCenter: true });
}

/** The locale is mandatory, as the JSON formats say; that one in the path stands for it is _assumed_. */
function create(
  site: ZendeskSite,
  request: VendorRequest,
  collection: Collection,
  above: Record<string, number>,
  locale: string | undefined,
  userId: number,
): Answer {
  const { name, texts, metadata, onlyNew } = containers[collection];
  const { members: given, refusal } = wrappedBody(request, name);
  if (refusal !== undefined) return refusal;
  const language = locale ?? String(given['locale'] ?? '').toLowerCase();
  const missing = collection === 'articles' ? missingRights(given) : [];
  if (!locales.includes(language)) missing.unshift('You passed an invalid value for the locale attribute.');
  if (missing.length > 0) return invalidAttribute(missing.join(' '));
  if (isBlank(given[texts.title])) return recordInvalid([blank(texts.title)]);
  const now = toSecond(site.now());
  const settable = [...metadata, ...onlyNew, texts.title, texts.body];
  const record = addHelpCenterRecord(site, collection, {
    id: site.newId(),
    ...(collection === 'articles' ? { author_id: userId } : {}),
    ...picked(settable, given),
    ...above,
    locale: language,
    created_at: now,
    updated_at: now,
  });
  return json(201, { [name]: record }, { location: String(record['url']) });
}

/** As clients of Zendesk report it: both must be there, `user_segment_id` may be null. */
function missingRights(given: Record<string, unknown>): string[] {
  const missing: string[] = [];
  if (!('user_segment_id' in given)) {
    missing.push(
      'You passed an invalid value for the user_segment_id attribute. You must provide user_segment_id. ' +
        "Set to 'null' to make it visible to everyone..",
    );
  }
  if (isBlank(given['permission_group_id'])) {
    missing.push(
      'You passed an invalid value for the permission_group_id attribute. You must provide permission_group_id.',
    );
  }
  return missing;
}

/** Stores a record of the help center with what Zendesk adds to it. */
export function addHelpCenterRecord(site: ZendeskSite, collection: Collection, given: ZendeskRecord): ZendeskRecord {
  const path = `${collection}/${given.id}`;
  const locale = given['locale'] ?? 'en-us';
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/help_center/${locale}/${path}.json`,
    html_url: `https://${site.host}/hc/${locale}/${path}`,
    position: 0,
    source_locale: locale,
    outdated: false,
    ...(collection === 'articles' ? articleDefaults(given) : { description: '' }),
    ...(collection === 'sections' ? { parent_section_id: null, theme_template: 'section_page' } : {}),
    ...given,
    locale,
  };
  site[collection].set(record.id, record);
  return record;
}

function articleDefaults(given: ZendeskRecord): Record<string, unknown> {
  return {
    body: '',
    comments_disabled: false,
    content_tag_ids: [],
    draft: false,
    promoted: false,
    label_names: [],
    outdated_locales: [],
    permission_group_id: null,
    user_segment_id: null,
    vote_count: 0,
    vote_sum: 0,
    edited_at: given['updated_at'],
    name: given['title'],
  };
}

function onRecord(
  site: ZendeskSite,
  request: VendorRequest,
  collection: Collection,
  record: ZendeskRecord,
  locale: string | undefined,
): Answer {
  const { name, metadata, parent } = containers[collection];
  if (locale !== undefined && record['locale'] !== locale) return recordNotFound();
  if (request.method === 'GET') return json(200, { [name]: record });
  if (request.method === 'DELETE') {
    removeWithContents(site, collection, record);
    return empty(204);
  }
  if (request.method !== 'PUT') return invalidEndpoint();
  const { members: given, refusal } = wrappedBody(request, name);
  if (refusal !== undefined) return refusal;
  const above = parent === undefined ? undefined : given[parent.member];
  if (parent !== undefined && above !== undefined && !site[parent.collection].has(Number(above))) {
    return recordInvalid([
      { field: parent.member, description: `${parent.member}: is invalid`, error: 'InvalidValue' },
    ]);
  }
  Object.assign(record, picked(metadata, given), { updated_at: toSecond(site.now()) });
  return json(200, { [name]: record });
}

/** What is inside goes along (_assumed_: the pages at hand end before they say so). */
function removeWithContents(site: ZendeskSite, collection: Collection, record: ZendeskRecord): void {
  site[collection].delete(record.id);
  for (const child of ['sections', 'articles'] as const) {
    const { parent } = containers[child];
    if (parent?.collection !== collection) continue;
    for (const each of [...site[child].values()]) {
      if (each[parent.member] === record.id) removeWithContents(site, child, each);
    }
  }
}

/** Title and text of a record in a locale: GET …/translations[/{locale}], PUT …/translations/{locale}. */
function translations(
  site: ZendeskSite,
  request: VendorRequest,
  collection: Collection,
  record: ZendeskRecord,
  locale: string | undefined,
): Answer {
  const { texts } = containers[collection];
  const translation = () => ({
    id: record.id,
    url: `https://${site.host}/api/v2/help_center/${collection}/${record.id}/translations/${record['locale']}.json`,
    locale: record['locale'],
    source_id: record.id,
    source_type: capitalizedName(collection),
    title: record[texts.title],
    body: record[texts.body],
    draft: record['draft'] ?? false,
    created_at: record['created_at'],
    updated_at: record['updated_at'],
  });
  if (locale === undefined) {
    return request.method === 'GET' ? pageOf(request, 'translations', [translation()]) : invalidEndpoint();
  }
  if (locale.toLowerCase() !== record['locale']) return recordNotFound();
  if (request.method === 'GET') return json(200, { translation: translation() });
  if (request.method !== 'PUT') return invalidEndpoint();
  const { members: given, refusal } = wrappedBody(request, 'translation');
  if (refusal !== undefined) return refusal;
  if ('title' in given && isBlank(given['title'])) return recordInvalid([blank('title')]);
  const now = toSecond(site.now());
  if ('title' in given) Object.assign(record, { [texts.title]: given['title'] });
  if ('title' in given && collection === 'articles') record['name'] = given['title'];
  if ('body' in given) Object.assign(record, { [texts.body]: given['body'] });
  if ('draft' in given && collection === 'articles') record['draft'] = given['draft'] === true;
  Object.assign(record, { updated_at: now }, collection === 'articles' ? { edited_at: now } : {});
  return json(200, { translation: translation() });
}

function capitalizedName(collection: Collection): string {
  const { name } = containers[collection];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
