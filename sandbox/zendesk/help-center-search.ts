// The search of help center articles (developer docs "Search", Search Articles).

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf, pageRange } from './pages.ts';

/** Rows of a page, unless the caller says; and the most that can be found. */
const usualSize = 25;
const mostResults = 1000;

/** GET /api/v2/help_center/articles/search.json: `query`, `category`, `section`, `label_names`, `locale`, days. */
export function searchArticles(site: ZendeskSite, request: VendorRequest): Answer {
  const query = new URLSearchParams(request.query);
  const values = (name: string) => (query.get(name) ?? '').split(',').filter((value) => value !== '');
  if (['query', 'category', 'section', 'label_names'].every((name) => values(name).length === 0)) {
    const description = 'At least one of the parameters query, category, section or label_names is required';
    return json(400, { error: 'ParameterMissing', description });
  }
  const { page, size } = pageRange(query, usualSize);
  if ((page - 1) * size >= mostResults) {
    return json(400, { error: 'InvalidParameter', description: 'page: the search gives 1,000 results at most' });
  }
  const words = wordsOf(query.get('query') ?? '');
  const found = [...site.articles.values()].filter((article) => {
    const category = site.sections.get(Number(article['section_id']))?.['category_id'];
    const labels = Array.isArray(article['label_names']) ? article['label_names'] : [];
    const text = wordsOf([article['title'], article['body'], ...labels].join(' '));
    return (
      words.every((word) => text.includes(word)) &&
      isOneOf(values('category'), category) &&
      isOneOf(values('section'), article['section_id']) &&
      isOneOf(values('locale'), article['locale']) &&
      (values('label_names').length === 0 || values('label_names').some((label) => labels.includes(label))) &&
      isWithin(article, query, 'created') &&
      isWithin(article, query, 'updated')
    );
  });
  const results = found
    .toSorted((a, b) => sorted(query, a, b))
    .map((article) => ({ ...article, result_type: 'article', snippet: String(article['body']).slice(0, 100) }));
  return pageOf(request, 'results', results, { size: usualSize, isHelpCenter: true });
}

function sorted(query: URLSearchParams, a: ZendeskRecord, b: ZendeskRecord): number {
  const field = query.get('sort_by') ?? 'position';
  const direction = query.get('sort_order') === 'asc' ? 1 : -1;
  const [left, right] = [String(a[field] ?? ''), String(b[field] ?? '')];
  return direction * (left < right ? -1 : left > right ? 1 : a.id - b.id);
}

function isOneOf(wanted: readonly string[], value: unknown): boolean {
  return wanted.length === 0 || wanted.includes('*') || wanted.includes(String(value));
}

/** `created_before`, `created_after` and `created_at` take a day; whether the day itself counts is _assumed_: it does not. */
function isWithin(article: ZendeskRecord, query: URLSearchParams, name: 'created' | 'updated'): boolean {
  const day = String(article[`${name}_at`]).slice(0, 10);
  const [before, after, on] = ['before', 'after', 'at'].map((way) => query.get(`${name}_${way}`));
  return (before == null || day < before) && (after == null || day > after) && (on == null || day === on);
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/<[^>]*>/g, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
