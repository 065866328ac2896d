// Operations have verbs in their names; hubs have resources. Which verb means what, and what the resource is called.

import { isPlural, kebabCase, plural } from './names.ts';

/** What an operation does with the records that it names. */
export type Action = 'list' | 'get' | 'create' | 'update' | 'delete' | 'other';

/** An operation's name, read. */
export interface OperationName {
  action: Action;
  /** the name of the collection, such as `customers`; '' for other actions */
  collection: string;
  /** one record of it: `customer` */
  noun: string;
}

const verbs: Record<string, Action> = {
  list: 'list',
  search: 'list',
  query: 'list',
  enumerate: 'list',
  get: 'get',
  read: 'get',
  retrieve: 'get',
  find: 'get',
  fetch: 'get',
  load: 'get',
  lookup: 'get',
  create: 'create',
  add: 'create',
  insert: 'create',
  new: 'create',
  update: 'update',
  modify: 'update',
  edit: 'update',
  set: 'update',
  delete: 'delete',
  remove: 'delete',
  cancel: 'delete',
};
/** What stands behind the noun in names such as `customerList` and `customer_info`. */
const suffixes: Record<string, Action> = { ...verbs, info: 'get', details: 'get', items: 'list' };

/**
 * Reads an operation's name: `GetCustomers`, `ListCustomers` and `customerList` list, `GetCustomerById` gets one, and so
 * on. Names without a known verb, or with nothing but a verb, are other actions.
 */
export function readOperationName(name: string): OperationName {
  const words = kebabCase(name).split('-');
  const [first = '', ...rest] = words;
  const last = words.at(-1) ?? '';
  const action = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
  if (action !== undefined) return named(action, rest);
  const behind = Object.hasOwn(suffixes, last) ? suffixes[last] : undefined;
  return behind === undefined ? other : named(behind, words.slice(0, -1));
}

const other: OperationName = { action: 'other', collection: '', noun: '' };

function named(verb: Action, words: readonly string[]): OperationName {
  const by = words.indexOf('by', 1);
  const isById = by > 0 && /^(id|key|ids|identifier)$/.test(words.at(-1) ?? '') && words.length - by <= 3;
  const noun = (isById ? words.slice(0, by) : words).filter((word, index) => word !== 'all' || index > 0);
  const isList = verb === 'get' && (noun.at(-1) === 'list' || words[0] === 'all');
  const bare = noun.at(-1) === 'list' && noun.length > 1 ? noun.slice(0, -1) : noun;
  const text = bare.join('-');
  if (text === '') return other;
  const several = verb === 'get' && !isById && isPlural(text.replace(/-by-.*$/, ''));
  const action = isList || several ? 'list' : verb;
  // `forecast-by-zip` are forecasts, found by zip.
  const [, head = text, tail = ''] = /^(.+?)(-by-.+)$/.exec(text) ?? [];
  return { action, collection: plural(head) + tail, noun: singular(head) };
}

function singular(noun: string): string {
  if (!isPlural(noun)) return noun;
  if (/ies$/.test(noun)) return `${noun.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(noun)) return noun.slice(0, -2);
  return /[^s]s$/.test(noun) ? noun.slice(0, -1) : noun;
}

const pageNames: Record<'page' | 'page 0' | 'offset' | 'cursor' | 'size', RegExp> = {
  page: /^(page|pagenumber|pageno|pagenum|currentpage)$/,
  'page 0': /^(pageindex)$/,
  offset: /^(offset|startindex|start|skip|startrow|firstresult|rowoffset|startat)$/,
  cursor: /^(cursor|nexttoken|nextpagetoken|pagetoken|continuationtoken|nextcursor|querylocator)$/,
  size: /^(pagesize|limit|maxresults|perpage|pagelength|rowsperpage|maxrows|maxrecords|top|itemsperpage|resultsperpage|numberofresults)$/,
};

/** What a parameter of a list means for its pages, by its name. */
export function pageRole(name: string): keyof typeof pageNames | undefined {
  const plainName = name.toLowerCase().replace(/[^a-z]/g, '');
  return (Object.keys(pageNames) as (keyof typeof pageNames)[]).find((role) => pageNames[role].test(plainName));
}

/** Whether a member of an answer says how many rows there are in all. */
export function saysTotal(name: string): boolean {
  return /^(total(count|results|records|rows|size|items|hits|number)?|recordcount|rowcount|resultcount|totalnumberof\w+)$/.test(
    name.toLowerCase().replace(/[^a-z]/g, ''),
  );
}

/** Whether a member of an answer names the next page. */
export function namesNextPage(name: string): boolean {
  return /^(next(page)?(token|cursor|link|key)|nextpage|cursor|continuationtoken|querylocator)$/.test(
    name.toLowerCase().replace(/[^a-z]/g, ''),
  );
}

/** Whether a parameter of every operation is a credential, which accounts have and callers do not give. */
export function isCredential(name: string): boolean {
  return /^(api|access|license|partner|client|app|auth)(key|token|secret|user|password)$|^(user|login)(name)?$|^(pass(word)?|pwd)$/.test(
    name.toLowerCase().replace(/[^a-z]/g, ''),
  );
}

/** Whether a credential is secret. */
export function isSecretName(name: string): boolean {
  return /pass|pwd|secret|token|key|ticket|session|credential/i.test(name);
}
