// Zendesk's search: the query syntax of "Zendesk Support search reference", over tickets, users, organizations and groups.

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { invalidAttribute, isSameText } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf, pageRange } from './pages.ts';
import { besideRows } from './side-loads.ts';

/** The Search API gives the first 1,000 results and refuses pages past them (developer docs "Search", results limit). */
const mostResults = 1000;

interface Term {
  negated: boolean;
  /** Undefined for words that may stand anywhere. */
  keyword: string | undefined;
  operator: ':' | '<' | '>' | '<=' | '>=';
  value: string;
  /** In double quotes: whole words. Else the last word may be the beginning of a longer one. */
  isPhrase: boolean;
}

type RecordType = 'ticket' | 'user' | 'organization' | 'group';

const statusOrder = ['new', 'open', 'pending', 'hold', 'solved', 'closed'];
const priorityOrder = ['low', 'normal', 'high', 'urgent'];

/** GET /api/v2/search.json; `only` is for /users/search.json, which also takes `external_id`. */
export function search(site: ZendeskSite, request: VendorRequest, only?: 'user'): Answer {
  const query = new URLSearchParams(request.query);
  const text = query.get('query') ?? '';
  if (text.trim() === '' && only === undefined) return missingQuery();
  if (!isByNumber(query)) {
    const place = only === undefined ? 'search/index' : `${only}s/search`;
    return invalidAttribute(
      `You passed an invalid value for the page attribute. Invalid parameter: page must be an integer from api/v2/${place}`,
    );
  }
  const { page, size } = pageRange(query);
  if ((page - 1) * size >= mostResults) {
    const description = 'Invalid search: Requested response size was greater than Search Response Limits';
    return json(422, { error: 'Insufficient Resource Error', description });
  }
  const results = sorted(resultsOf(site, text, only), query);
  if (only === undefined) return pageOf(request, 'results', results, { beside: () => ({ facets: null }) });
  const externalId = query.get('external_id');
  const rows = results
    .map(({ result_type: _, ...record }) => record as ZendeskRecord)
    .filter((record) => externalId === null || isSameText(record['external_id'], externalId));
  return pageOf(request, `${only}s`, rows, { beside: besideRows(site, request, 'users') });
}

/** GET /api/v2/search/count.json: how many results there are, also beyond those that are given. */
export function searchCount(site: ZendeskSite, request: VendorRequest): Answer {
  const text = new URLSearchParams(request.query).get('query') ?? '';
  return text.trim() === '' ? missingQuery() : json(200, { count: resultsOf(site, text).length });
}

/** Zendesk's own words of this refusal are not documented. */
function missingQuery(): Answer {
  return json(400, { error: 'invalid', description: 'Invalid search: query is missing' });
}

/** "Offset pagination only"; the refusal is as the vendor's community quotes it. */
function isByNumber(query: URLSearchParams): boolean {
  return /^\d*$/.test(query.get('page') ?? '') && ![...query.keys()].some((name) => name.startsWith('page['));
}

function resultsOf(site: ZendeskSite, text: string, only?: RecordType): ZendeskRecord[] {
  const terms = readTerms(text);
  return typesOf(terms, only).flatMap((type) =>
    recordsOf(site, type)
      .filter((record) => fits(site, type, record, terms))
      .map((record) => ({ ...record, result_type: type })),
  );
}

/** `word`, `"a phrase"`, `keyword:value`, `keyword:"a value"`, `keyword>value`, each with a `-` in front for "not". */
function readTerms(text: string): Term[] {
  const pattern = /(-?)(?:([a-z_]+)(:|<=|>=|<|>))?(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/gi;
  return [...text.matchAll(pattern)].map(([, minus, keyword, operator, phrase, word]) => ({
    negated: minus === '-',
    keyword: keyword?.toLowerCase(),
    operator: (operator ?? ':') as Term['operator'],
    value: phrase?.replace(/\\(.)/g, '$1') ?? word ?? '',
    isPhrase: phrase !== undefined,
  }));
}

function typesOf(terms: readonly Term[], only: RecordType | undefined): RecordType[] {
  const all: RecordType[] = ['ticket', 'user', 'organization', 'group'];
  const asked = terms.filter((term) => term.keyword === 'type').map((term) => term.value.toLowerCase());
  if (only !== undefined) return [only];
  return asked.length === 0 ? all : all.filter((type) => asked.includes(type));
}

function recordsOf(site: ZendeskSite, type: RecordType): ZendeskRecord[] {
  const table = { ticket: site.tickets, user: site.users, organization: site.organizations, group: site.groups }[type];
  return [...table.values()].filter((record) => record['active'] !== false);
}

/** All terms must fit; of equal keywords compared with `:` one is enough, as Zendesk reads `status:new status:open`. */
function fits(site: ZendeskSite, type: RecordType, record: ZendeskRecord, terms: readonly Term[]): boolean {
  const alternatives = new Map<string, boolean>();
  for (const term of terms) {
    if (term.keyword === 'type') continue;
    if (term.keyword === 'order_by' || term.keyword === 'sort') continue;
    const holds = termFits(site, type, record, term);
    if (term.negated ? holds : !holds && (term.operator !== ':' || term.keyword === undefined)) return false;
    if (!term.negated && term.operator === ':' && term.keyword !== undefined) {
      alternatives.set(term.keyword, holds || alternatives.get(term.keyword) === true);
    }
  }
  return [...alternatives.values()].every(Boolean);
}

function termFits(site: ZendeskSite, type: RecordType, record: ZendeskRecord, term: Term): boolean {
  const { keyword, value } = term;
  if (keyword === undefined) return freeTextFits(type, record, term);
  const found = valuesOf(site, type, record, keyword);
  if (value.toLowerCase() === 'none' && term.operator === ':') return found.length === 0;
  return found.some((candidate) => compare(keyword, candidate, term));
}

/** Words anywhere in the texts of a record; a number is also the id of a ticket. */
function freeTextFits(type: RecordType, record: ZendeskRecord, term: Term): boolean {
  if (type === 'ticket' && String(record.id) === term.value) return true;
  const texts = ['subject', 'description', 'name', 'email', 'notes', 'details'].map((name) => record[name]);
  return texts.some((text) => typeof text === 'string' && textFits(text, term));
}

/** What a record has under a keyword. */
function valuesOf(site: ZendeskSite, type: RecordType, record: ZendeskRecord, keyword: string): unknown[] {
  const present = (value: unknown) => (value === undefined || value === null ? [] : [value]);
  const person = (name: string) => {
    const user = site.users.get(Number(record[name]));
    return user === undefined ? [] : [user.id, user['email'], user['name']];
  };
  const organization = () => {
    const found = site.organizations.get(Number(record['organization_id']));
    return found === undefined ? [] : [found.id, found['name']];
  };
  switch (keyword) {
    case 'created':
    case 'updated':
    case 'due_date':
      return present(record[keyword === 'due_date' ? 'due_at' : `${keyword}_at`]);
    case 'ticket_type':
      return present(record['type']);
    case 'tags':
      return Array.isArray(record['tags']) ? record['tags'] : [];
    case 'requester':
    case 'assignee':
    case 'submitter':
      return type === 'ticket' ? person(`${keyword}_id`) : [];
    case 'organization':
      return organization();
    case 'group': {
      const group = site.groups.get(Number(record['group_id']));
      return group === undefined ? [] : [group.id, group['name']];
    }
    case 'via':
      return type === 'ticket' ? ['api'] : [];
    default:
      return present(record[keyword]);
  }
}

function compare(keyword: string, candidate: unknown, term: Term): boolean {
  const { operator, value } = term;
  const order = keyword === 'status' ? statusOrder : keyword === 'priority' ? priorityOrder : undefined;
  if (order !== undefined)
    return ordered(order.indexOf(String(candidate)), order.indexOf(value.toLowerCase()), operator);
  if (keyword.endsWith('_at') || ['created', 'updated', 'due_date'].includes(keyword)) {
    return dateFits(Date.parse(String(candidate)), operator, value);
  }
  if (typeof candidate === 'number') return ordered(candidate, Number(value), operator);
  if (['tags', 'external_id'].includes(keyword)) return String(candidate).toLowerCase() === value.toLowerCase();
  if (operator === ':') return typeof candidate === 'string' ? textFits(candidate, term) : String(candidate) === value;
  return ordered(String(candidate), value, operator);
}

/** A day stands for the whole day, a date and time for its second. */
function dateFits(time: number, operator: Term['operator'], value: string): boolean {
  const start = Date.parse(value);
  if (Number.isNaN(start)) return false;
  const end = start + (/^\d{4}-\d\d-\d\d$/.test(value) ? 24 * 3_600_000 : 1000);
  switch (operator) {
    case ':':
      return time >= start && time < end;
    case '<':
      return time < start;
    case '>':
      return time >= end;
    case '<=':
      return time < end;
    case '>=':
      return time >= start;
  }
}

function ordered<Value extends number | string>(left: Value, right: Value, operator: Term['operator']): boolean {
  if (operator === ':') return left === right;
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return operator === '<=' ? left <= right : left >= right;
}

/** Whether the words of a term stand in the text one after the other; `*` is the rest of a word. */
function textFits(text: string, { value, isPhrase }: Term): boolean {
  const words = (part: string) => part.toLowerCase().match(/[\p{L}\p{N}*@.'+_-]+/gu) ?? [];
  const wanted = words(value);
  const there = words(text).map((word) => word.replace(/[.]+$/, ''));
  if (wanted.length === 0) return text.toLowerCase().includes(value.toLowerCase());
  const isOpen = (word: string, index: number) => word.endsWith('*') || (!isPhrase && index === wanted.length - 1);
  return there.some((_, start) =>
    wanted.every((word, index) => {
      const found = there[start + index];
      if (found === undefined) return false;
      return isOpen(word, index) ? found.startsWith(word.replace(/\*$/, '')) : found === word;
    }),
  );
}

/** By `sort_by` (default: the newest first, standing for relevance) and `sort_order`. */
function sorted(results: ZendeskRecord[], query: URLSearchParams): ZendeskRecord[] {
  const field = query.get('sort_by') ?? 'created_at';
  const name = field === 'ticket_type' ? 'type' : field;
  const direction = query.get('sort_order') === 'asc' ? 1 : -1;
  const rank = (record: ZendeskRecord) => {
    const value = String(record[name] ?? '');
    if (name === 'status') return String(statusOrder.indexOf(value));
    return name === 'priority' ? String(priorityOrder.indexOf(value)) : value;
  };
  return results.toSorted((a, b) => direction * (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.id - b.id));
}
