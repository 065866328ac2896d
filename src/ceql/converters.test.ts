// Each target language has a small reader here, written from the language's rules: whatever a converter writes must read
// back as exactly the conditions that were asked for, with exactly their values.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Conversion, converters, findConverter } from './converters.ts';
import {
  CeqlError,
  type CeqlValue,
  type Condition,
  type Expression,
  type FieldOrder,
  parseOrderBy,
  parseWhere,
} from './parse.ts';
import { soqlStatement, toSoql } from './to-soql.ts';

/** What a reader of a target finds: [field, sign, value], or several of that. */
type Seen = [field: string, sign: string, value: unknown] | { and: Seen[] } | { or: Seen[] };

const all = (parts: Seen[]): Seen => joined('and', parts);
const some = (parts: Seen[]): Seen => joined('or', parts);

/** Nesting of the same kind means nothing. */
function joined(kind: 'and' | 'or', parts: Seen[]): Seen {
  const flat = parts.flatMap((part) => {
    if (kind === 'and') return 'and' in part ? part.and : [part];
    return 'or' in part ? part.or : [part];
  });
  const [first] = flat;
  if (flat.length === 1 && first !== undefined) return first;
  return kind === 'and' ? { and: flat } : { or: flat };
}

function expected(expression: Expression, see: (condition: Condition) => Seen): Seen {
  if (expression.kind === 'condition') return see(expression);
  return joined(expression.kind, [expected(expression.left, see), expected(expression.right, see)]);
}

/** Takes a text from its beginning; a reader that meets what it does not know fails the test. */
class Cursor {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, `${pattern.flags.replace('y', '')}y`);
    sticky.lastIndex = this.position;
    const match = sticky.exec(this.text);
    if (match === null) return undefined;
    this.position = sticky.lastIndex;
    return match;
  }

  need(pattern: RegExp): RegExpExecArray {
    const match = this.take(pattern);
    if (match === undefined) throw new Error(`${pattern} is missing at ${this.position} of ${this.text}`);
    return match;
  }
}

function readAll(text: string, read: (cursor: Cursor) => Seen): Seen {
  const cursor = new Cursor(text);
  const seen = read(cursor);
  if (cursor.position !== text.length) throw new Error(`${text.slice(cursor.position)} is left of ${text}`);
  return seen;
}

function junctions(and: RegExp, or: RegExp, condition: (cursor: Cursor) => Seen): (cursor: Cursor) => Seen {
  const term = (cursor: Cursor): Seen => {
    if (cursor.take(/\(/) === undefined) return condition(cursor);
    const inner = either(cursor);
    cursor.need(/\)/);
    return inner;
  };
  const both = (cursor: Cursor): Seen => {
    const parts = [term(cursor)];
    while (cursor.take(and) !== undefined) parts.push(term(cursor));
    return all(parts);
  };
  const either = (cursor: Cursor): Seen => {
    const parts = [both(cursor)];
    while (cursor.take(or) !== undefined) parts.push(both(cursor));
    return some(parts);
  };
  return either;
}

const listed = (condition: Condition): CeqlValue[] => [condition.value].flat() as CeqlValue[];
const momentForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?)?$/;
const isMoment = (text: string) => momentForm.test(text) && !Number.isNaN(Date.parse(text));
/** Where dates are written without quotes, a time without a zone is UTC. */
const asUtc = (value: unknown) =>
  typeof value === 'string' && /T[\d:.]+$/.test(value) && isMoment(value) ? `${value}Z` : value;

/** The pattern as begins, ends, contains. */
function seenLike({ field, operator, value }: Condition): Seen {
  const pattern = String(value ?? '');
  const [, open, text, close] = /^(%?)(.*?)(%?)$/su.exec(pattern) ?? [];
  const kind = open === '' ? (close === '' ? 'is' : 'begins') : close === '' ? 'ends' : 'contains';
  return [field, operator === 'like' ? kind : `not ${kind}`, text];
}

interface Target {
  name: string;
  convert: (expression: Expression) => unknown;
  read: (converted: never) => Seen;
  see: (condition: Condition) => Seen;
  /** What the target must be able to carry. */
  fields: fc.Arbitrary<string>;
  texts: (text: string) => boolean;
  operators: Condition['operator'][];
  patterns: ('is' | 'begins' | 'ends' | 'contains')[];
  or: boolean;
  nulls: boolean;
}

const comparisons = ['=', '!=', '<', '>', '<=', '>='] as const;
const everyOperator: Condition['operator'][] = [
  ...comparisons,
  'like',
  'notLike',
  'in',
  'notIn',
  'isNull',
  'isNotNull',
];
const identifier = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}(\.[A-Za-z][A-Za-z0-9_]{0,4})?$/)
  .filter((name) => !/^(not|null|true|false|inf|nan)$/i.test(name));
const carriesAll = { texts: () => true, operators: everyOperator, or: true, nulls: true };

function convertTo(name: string) {
  const converter = converters.get(name);
  if (converter === undefined) throw new Error(`There is no ${name}`);
  return (expression: Expression) => {
    const conversion: Conversion = converter(expression);
    if (conversion.kind === 'text') return conversion.text;
    return conversion.kind === 'pairs' ? conversion.pairs : conversion.body;
  };
}

// OData ----------------------------------------------------------------------------------------------------------------

const odataSigns: Record<string, string> = { eq: '=', ne: '!=', lt: '<', gt: '>', le: '<=', ge: '>=' };
const odataString = /'((?:[^']|'')*)'/;
const unquoted = (text = '') => text.replaceAll("''", "'");

const readOData = (bare: (cursor: Cursor) => unknown, contains: (cursor: Cursor) => [string, string] | undefined) => {
  const part = (cursor: Cursor): Seen | undefined => {
    const found = contains(cursor);
    if (found !== undefined) return [found[0].replaceAll('/', '.'), 'contains', found[1]];
    const match = cursor.take(/(startswith|endswith)\(([^(),']+),'((?:[^']|'')*)'\)/);
    if (match === undefined) return undefined;
    const [, kind, path = '', text] = match;
    return [path.replaceAll('/', '.'), kind === 'startswith' ? 'begins' : 'ends', unquoted(text)];
  };
  const condition = (cursor: Cursor): Seen => {
    const negated = cursor.take(/not \(/);
    const found = part(cursor) ?? comparison(cursor);
    if (negated === undefined) return found;
    cursor.need(/\)/);
    const [field, sign, value] = found as [string, string, unknown];
    return [field, sign === '=' ? 'not is' : `not ${sign}`, value];
  };
  const comparison = (cursor: Cursor): Seen => {
    const [, path = '', sign = ''] = cursor.need(/([\p{L}_][\p{L}\p{N}_/]*) (eq|ne|lt|gt|le|ge) /u);
    return [path.replaceAll('/', '.'), odataSigns[sign] ?? '', readValue(cursor)];
  };
  const readValue = (cursor: Cursor): unknown => {
    const text = cursor.take(odataString);
    if (text !== undefined) return unquoted(text[1]);
    const found = bare(cursor);
    if (found !== undefined) return found;
    const word = cursor.take(/null|true|false/);
    if (word !== undefined) return JSON.parse(word[0]);
    return Number(cursor.need(/-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w-])/)[0]);
  };
  return (text: string) => readAll(text, junctions(/ and /, / or /, condition));
};

const hexes = '[\\da-fA-F]{8}(-[\\da-fA-F]{4}){3}-[\\da-fA-F]{12}';
const readVersion4 = readOData(
  (cursor) =>
    cursor.take(new RegExp(hexes))?.[0] ??
    cursor.take(/\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d))?/)?.[0],
  (cursor) => {
    const match = cursor.take(/contains\(([^(),']+),'((?:[^']|'')*)'\)/);
    return match && [match[1] ?? '', unquoted(match[2])];
  },
);
const readVersion3 = readOData(
  (cursor) => {
    const guid = cursor.take(new RegExp(`guid'(${hexes})'`));
    if (guid !== undefined) return guid[1];
    const local = cursor.take(/datetime'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?)'/);
    if (local !== undefined) return `${local[1]}Z`;
    return cursor.take(/datetimeoffset'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?[+-]\d\d:\d\d)'/)?.[1];
  },
  (cursor) => {
    const match = cursor.take(/substringof\('((?:[^']|'')*)',([^(),']+)\)/);
    return match && [match[2] ?? '', unquoted(match[1])];
  },
);

const seeOData =
  (value: (value: unknown) => unknown) =>
  (condition: Condition): Seen => {
    const { operator } = condition;
    const field = condition.field.replaceAll('/', '.');
    if (operator === 'isNull') return [field, '=', null];
    if (operator === 'isNotNull') return [field, '!=', null];
    if (operator === 'in') return some(listed(condition).map((one) => [field, '=', value(one)]));
    if (operator === 'notIn') return all(listed(condition).map((one) => [field, '!=', value(one)]));
    if (operator !== 'like' && operator !== 'notLike') return [field, operator, value(condition.value)];
    const [, kind, text] = seenLike(condition) as [string, string, string];
    return [field, kind === 'is' ? '=' : kind, text];
  };

// SOQL -----------------------------------------------------------------------------------------------------------------

const soqlEscapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  "'": "'",
  '"': '"',
  '\\': '\\',
};
/** Stands for the wildcard of one character, which no CEQL pattern asks for. */
const oneCharacter = '\u{F0000}';

/** A text of SOQL: no line breaks, and an error for an escape that is not documented. */
function readSoqlText(cursor: Cursor, isPattern: boolean): string | undefined {
  const match = cursor.take(/'((?:[^'\\\n\r]|\\[^\n\r])*)'/);
  return match?.[1]?.replace(
    /\\u([\da-f]{4})|\\(.)|_/gsu,
    (whole, code: string | undefined, letter: string | undefined) => {
      if (whole === '_') return isPattern ? oneCharacter : '_';
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (isPattern && letter === '_') return '_';
      const character = soqlEscapes[letter ?? ''];
      if (character === undefined) throw new Error(`SOQL has no escape ${whole}`);
      return character;
    },
  );
}

function readSoqlValue(cursor: Cursor): unknown {
  const text = readSoqlText(cursor, false);
  if (text !== undefined) return text;
  const date = cursor.take(/\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?/);
  if (date !== undefined) return date[0];
  const word = cursor.take(/null|true|false/);
  if (word !== undefined) return JSON.parse(word[0]);
  return Number(cursor.need(/-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w-])/)[0]);
}

function readSoqlCondition(cursor: Cursor): Seen {
  const negated = cursor.take(/NOT /) !== undefined;
  const [field] = cursor.need(/[A-Za-z]\w*(\.[A-Za-z]\w*)*/);
  if (cursor.take(/ LIKE /) !== undefined) {
    return [field, negated ? 'not like' : 'like', readSoqlText(cursor, true)];
  }
  const list = cursor.take(/ (NOT )?IN \(/);
  if (list !== undefined) {
    const values = [readSoqlValue(cursor)];
    while (cursor.take(/, /) !== undefined) values.push(readSoqlValue(cursor));
    cursor.need(/\)/);
    return [field, list[1] === undefined ? 'in' : 'not in', values];
  }
  const [, sign = ''] = cursor.need(/ (=|!=|<=|>=|<|>) /);
  return [field, sign, readSoqlValue(cursor)];
}
const readSoqlExpression = junctions(/ AND /, / OR /, readSoqlCondition);

function seeSoql(condition: Condition): Seen {
  const { field, operator, value } = condition;
  if (operator === 'isNull') return [field, '=', null];
  if (operator === 'isNotNull') return [field, '!=', null];
  if (operator === 'in' || operator === 'notIn') {
    return [field, operator === 'in' ? 'in' : 'not in', listed(condition).map(asUtc)];
  }
  if (operator === 'like' || operator === 'notLike') {
    return [field, operator === 'like' ? 'like' : 'not like', String(value ?? '')];
  }
  return [field, operator, asUtc(value)];
}

// WIQL -----------------------------------------------------------------------------------------------------------------

function readWiqlValue(cursor: Cursor): unknown {
  const text = cursor.take(/'((?:[^']|'')*)'/);
  if (text !== undefined) return unquoted(text[1]);
  const word = cursor.take(/true|false/);
  if (word !== undefined) return JSON.parse(word[0]);
  return Number(cursor.need(/-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w-])/)[0]);
}
const wiqlSigns: Record<string, string> = { '<>': '!=', CONTAINS: 'contains', 'NOT CONTAINS': 'not contains' };

function readWiqlCondition(cursor: Cursor): Seen {
  const [, field = ''] = cursor.need(/\[([^\]]+)\]/);
  const list = cursor.take(/ (NOT )?IN \(/);
  if (list !== undefined) {
    const values = [readWiqlValue(cursor)];
    while (cursor.take(/, /) !== undefined) values.push(readWiqlValue(cursor));
    cursor.need(/\)/);
    return [field, list[1] === undefined ? 'in' : 'not in', values];
  }
  const [, sign = ''] = cursor.need(/ (=|<>|<=|>=|<|>|CONTAINS|NOT CONTAINS) /);
  return [field, wiqlSigns[sign] ?? sign, readWiqlValue(cursor)];
}

function seeWiql(condition: Condition): Seen {
  const { field, operator, value } = condition;
  const empty = (one: CeqlValue) => one ?? '';
  if (operator === 'isNull') return [field, '=', ''];
  if (operator === 'isNotNull') return [field, '!=', ''];
  if (operator === 'in' || operator === 'notIn') {
    return [field, operator === 'in' ? 'in' : 'not in', listed(condition).map(empty)];
  }
  if (operator !== 'like' && operator !== 'notLike') return [field, operator, empty(value as CeqlValue)];
  const [, kind, text] = seenLike(condition) as [string, string, string];
  return [field, { is: '=', 'not is': '!=' }[kind] ?? kind, text];
}

// {'f'.EX.'v'} ---------------------------------------------------------------------------------------------------------

/** Takes no character into a value that could mean anything, as escapes are not documented. */
function readTriple(cursor: Cursor): Seen {
  const [, field = '', sign = '', value = ''] = cursor.need(/\{'([^'.{}]+)'\.([A-Z]+)\.'([^'"\\{}]*)'\}/);
  if (/(^|\W)OR(\W|$)/.test(value)) throw new Error(`${value} has alternatives`);
  return [field, sign, value];
}

function seeTriple(condition: Condition): Seen {
  const { field, operator, value } = condition;
  const written = (one: CeqlValue) => String(one ?? '');
  if (operator === 'isNull') return [field, 'EX', ''];
  if (operator === 'isNotNull') return [field, 'XEX', ''];
  if (operator === 'in') return some(listed(condition).map((one) => [field, 'EX', written(one)]));
  if (operator === 'notIn') return all(listed(condition).map((one) => [field, 'XEX', written(one)]));
  if (operator === 'like' || operator === 'notLike') {
    const [, kind, text] = seenLike(condition) as [string, string, string];
    const signs: Record<string, string> = { is: 'EX', begins: 'SW', contains: 'CT' };
    return [field, kind.startsWith('not ') ? `X${signs[kind.slice(4)]}` : (signs[kind] ?? kind), text];
  }
  const isDate = typeof value === 'string' && isMoment(value);
  const signs: Record<string, string> = isDate
    ? { '<': 'BF', '<=': 'OBF', '>': 'AF', '>=': 'OAF' }
    : { '<': 'LT', '<=': 'LTE', '>': 'GT', '>=': 'GTE' };
  return [field, { '=': 'EX', '!=': 'XEX' }[operator as string] ?? signs[operator] ?? '', written(value as CeqlValue)];
}

// Parameters, attribute:operator:value, report filters, terms ------------------------------------------------------------

/** As a server sees it that gets the pairs URL-encoded. */
function readParameters(pairs: [string, string][]): Seen {
  return all(
    [...new URLSearchParams(new URLSearchParams(pairs).toString())].map(([name, value]) => [name, '=', value]),
  );
}

function readFilters(pairs: [string, string][]): Seen {
  return all(
    pairs.map(([name, filter]) => {
      const parts = filter.split(':');
      if (name !== 'Filter' || parts.length !== 3) throw new Error(`${name}=${filter} is no filter`);
      return [parts[0] ?? '', parts[1] ?? '', parts[2]?.split(',')];
    }),
  );
}

interface ReportBody {
  reportMetadata: {
    reportFilters: { column: string; operator: string; value: string }[];
    reportBooleanFilter?: string;
  };
}
function readReport(body: ReportBody): Seen {
  const { reportFilters, reportBooleanFilter } = JSON.parse(JSON.stringify(body))
    .reportMetadata as ReportBody['reportMetadata'];
  const seen = reportFilters.map(({ column, operator, value }): Seen => {
    const cells: string[] = [];
    const cursor = new Cursor(value);
    do {
      const quoted = cursor.take(/"([^"]*)"/);
      cells.push(quoted === undefined ? cursor.need(/[^",]*/)[0].trim() : (quoted[1] ?? ''));
    } while (cursor.take(/,/) !== undefined);
    if (cursor.position !== value.length) throw new Error(`${value} is no list of values`);
    return [column, operator, cells];
  });
  if (reportBooleanFilter === undefined) return all(seen);
  const used: number[] = [];
  const logic = readAll(
    reportBooleanFilter,
    junctions(/ AND /, / OR /, (cursor) => {
      const number = Number(cursor.need(/\d+/)[0]);
      used.push(number);
      return seen[number - 1] as Seen;
    }),
  );
  expect(used).toEqual(seen.map((_, index) => index + 1));
  return logic;
}

function seeReport(condition: Condition): Seen {
  const { field, operator } = condition;
  const signs: Record<string, string> = {
    ...{ '=': 'equals', '!=': 'notEqual', in: 'equals', notIn: 'notEqual', isNull: 'equals', isNotNull: 'notEqual' },
    ...{ '<': 'lessThan', '>': 'greaterThan', '<=': 'lessOrEqual', '>=': 'greaterOrEqual' },
  };
  const likes: Record<string, string> = {
    ...{ is: 'equals', 'not is': 'notEqual', contains: 'contains', 'not contains': 'notContain', begins: 'startsWith' },
  };
  if (operator !== 'like' && operator !== 'notLike') {
    return [field, signs[operator] ?? '', listed(condition).map((one) => String(one ?? ''))];
  }
  const [, kind, text] = seenLike(condition) as [string, string, string];
  return [field, likes[kind] ?? kind, [text]];
}

/** Terms end at a space outside double quotes; between quotes nothing has a meaning. */
function readTerms(text: string): Seen {
  const cursor = new Cursor(text);
  const terms: [string, string, string][] = [];
  do {
    const [, minus, key = '', sign = ''] = cursor.need(/(-?)([A-Za-z_][\w.]*)(:|<=|>=|<|>)/);
    const quoted = cursor.take(/"([^"\\]*)"/);
    const value = quoted === undefined ? cursor.need(/[^\s"\\()]+/)[0] : (quoted[1] ?? '');
    terms.push([key, `${minus}${sign}`, value]);
  } while (cursor.take(/ /) !== undefined);
  if (cursor.position !== text.length) throw new Error(`${text.slice(cursor.position)} is left of ${text}`);
  // The terms of one key are alternatives.
  const keys = new Map<string, Seen[]>();
  const seen: Seen[] = [];
  for (const term of terms) {
    const [key, sign] = term;
    const others = sign === ':' ? keys.get(key) : undefined;
    if (others !== undefined) others.push(term);
    else if (sign === ':') keys.set(key, [term]);
    else seen.push(term);
  }
  return sorted(all([...[...keys.values()].map(some), ...seen]));
}

/** The order of terms means nothing. */
function sorted(seen: Seen): Seen {
  const order = (parts: Seen[]) => parts.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if ('and' in seen) return { and: order(seen.and) };
  return 'or' in seen ? { or: order(seen.or) } : seen;
}

function seeTerms(condition: Condition): Seen {
  const { field, operator, value } = condition;
  const written = (one: CeqlValue) => (one === null ? 'none' : String(one));
  if (operator === 'in') return some(listed(condition).map((one) => [field, ':', written(one)]));
  if (operator === 'notIn') return all(listed(condition).map((one) => [field, '-:', written(one)]));
  if (operator === 'like' || operator === 'notLike') {
    const [, kind, text] = seenLike(condition) as [string, string, string];
    return [field, operator === 'like' ? ':' : '-:', kind.endsWith('begins') ? `${text}*` : text];
  }
  const signs: Record<string, string> = { '=': ':', isNull: ':', '!=': '-:', isNotNull: '-:' };
  return [field, signs[operator] ?? operator, written(value as CeqlValue)];
}

// The laws ---------------------------------------------------------------------------------------------------------------

const targets: Target[] = [
  {
    name: 'toODataFilter',
    convert: convertTo('toODataFilter'),
    read: readVersion4,
    see: seeOData(asUtc),
    fields: identifier,
    patterns: ['is', 'begins', 'ends', 'contains'],
    ...carriesAll,
  },
  {
    name: 'toODataV3Filter',
    convert: convertTo('toODataV3Filter'),
    read: readVersion3,
    see: seeOData((value) =>
      typeof value === 'string' && value.length === 10 && isMoment(value) ? `${value}T00:00:00Z` : asUtc(value),
    ),
    fields: identifier,
    patterns: ['is', 'begins', 'ends', 'contains'],
    ...carriesAll,
  },
  {
    name: 'toSoql',
    convert: convertTo('toSoql'),
    read: (text: string) => readAll(text, readSoqlExpression),
    see: seeSoql,
    fields: identifier,
    patterns: ['is', 'begins', 'ends', 'contains'],
    ...carriesAll,
  },
  {
    name: 'toWiql',
    convert: convertTo('toWiql'),
    read: (text: string) => readAll(text, junctions(/ AND /, / OR /, readWiqlCondition)),
    see: seeWiql,
    fields: fc.oneof(identifier, fc.constant('Work Item Type'), fc.constant("it's")),
    patterns: ['is', 'contains'],
    ...carriesAll,
  },
  {
    name: 'toQuickbase',
    convert: convertTo('toQuickbase'),
    read: (text: string) => readAll(text, junctions(/AND/, /OR/, readTriple)),
    see: seeTriple,
    fields: fc.oneof(
      fc.nat(999).map(String),
      identifier.filter((name) => !name.includes('.')),
    ),
    patterns: ['is', 'begins', 'contains'],
    ...carriesAll,
    texts: (text) => !/['"\\{}]|OR/.test(text),
  },
  {
    name: 'toSFDCReportFilter',
    convert: convertTo('toSFDCReportFilter'),
    read: readReport,
    see: seeReport,
    fields: fc.string({ unit: 'binary' }),
    ...carriesAll,
    patterns: ['is', 'contains'],
    texts: (text) => !text.includes('"') && text !== '',
    nulls: false,
  },
  {
    name: 'toQueryParameters',
    convert: convertTo('toQueryParameters'),
    read: readParameters,
    see: (condition) => [condition.field, '=', listed(condition).map(String).join(',')],
    fields: fc.string({ unit: 'binary' }),
    texts: (text) => !text.includes(','),
    operators: ['=', 'in'],
    patterns: [],
    or: false,
    nulls: false,
  },
  {
    name: 'toBazaarvoice',
    convert: convertTo('toBazaarvoice'),
    read: readFilters,
    see: (condition) => {
      const values = listed(condition).map(String);
      const signs: Record<string, string> = { '=': 'eq', in: 'eq', '!=': 'neq', '<': 'lt', '>': 'gt', '<=': 'lte' };
      if (condition.operator === 'notIn') return all(values.map((value) => [condition.field, 'neq', [value]]));
      return [condition.field, signs[condition.operator] ?? 'gte', values];
    },
    fields: identifier.filter((name) => !name.includes('.')),
    texts: (text) => !/[,:\\]/.test(text) && text !== '',
    operators: [...comparisons, 'in', 'notIn'],
    patterns: [],
    or: false,
    nulls: false,
  },
  {
    name: 'toSearchTerms',
    convert: convertTo('toSearchTerms'),
    read: readTerms,
    see: seeTerms,
    fields: identifier,
    texts: (text) => !/["\\]/.test(text),
    operators: [...comparisons, 'like', 'notLike', 'in', 'notIn', 'isNull', 'isNotNull'],
    patterns: ['is'],
    or: false,
    nulls: false,
  },
];

const hostile = fc
  .array(
    fc.constantFrom(
      ...[
        "'",
        '"',
        '\\',
        '`',
        ' ',
        '(',
        ')',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ';',
        '%',
        '_',
        '.',
        '-',
        '--',
        '<',
        '=',
        '*',
      ],
      ...[
        ' OR ',
        ' AND ',
        ' or ',
        ' and ',
        "'='",
        ' eq ',
        "'}",
        "'}OR{'1'.EX.'",
        '\n',
        '\r',
        '\u0000',
        '\u2028',
        '\ufeff',
      ],
      ...['a', '1', 'n', 'u0027', '😀', 'é', '/*', '#', '&', '+', '\u001b', '\u0085', '%27', '$', '${', '{where}'],
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const dates = fc.oneof(
  fc.constantFrom(
    '2020-01-01',
    '2020-13-01',
    '2020-01-01T10:00:00Z',
    '2020-01-01T10:00:00',
    '2020-01-01T10:00',
    "2020-01-01'",
  ),
  fc.constantFrom('2020-01-01T10:00:00.5+02:00', '2020-01-01T10:00:00.123', '2020-01-01T10:00:00+0200', '2020-01-01\n'),
);
/** What nearly is a literal of its own must not be written as one. */
const nearlyBare = fc.tuple(hostile, fc.oneof(dates, fc.uuid()), hostile).map((parts) => parts.join(''));
const texts = fc.oneof(
  nearlyBare,
  fc.string({ unit: 'binary' }),
  hostile,
  hostile,
  dates,
  fc.uuid(),
  fc.constantFrom('', '12', '-1', '1e5', 'null', 'true', 'none', 'AND', 'OR', 'not', '-a', 'a:b', ' a', 'a '),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
);

const condition = (
  fields: fc.Arbitrary<string>,
  text: fc.Arbitrary<string>,
  operators: Condition['operator'][],
  patterns: fc.Arbitrary<string>,
  nulls: boolean,
): fc.Arbitrary<Condition> => {
  const values = fc.oneof(text, text, numbers, fc.boolean(), ...(nulls ? [fc.constant(null)] : []));
  return fc.tuple(fields, fc.constantFrom(...operators)).chain(([field, operator]) => {
    const make = (value: Condition['value']): Condition => ({ kind: 'condition', field, operator, value });
    if (operator === 'isNull' || operator === 'isNotNull') return fc.constant(make(null));
    if (operator === 'in' || operator === 'notIn') {
      return fc.array(values, { minLength: 1, maxLength: 3 }).map((list) => make(list));
    }
    return (operator === 'like' || operator === 'notLike' ? patterns : values).map(make);
  });
};

const expressions = (conditions: fc.Arbitrary<Condition>, kinds: ('and' | 'or')[]): fc.Arbitrary<Expression> =>
  fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'expression' },
      conditions,
      fc.record({ kind: fc.constantFrom(...kinds), left: tie('expression'), right: tie('expression') }),
    ),
  })).expression;

const patternOf = (kind: string, text: string) =>
  `${kind === 'contains' || kind === 'ends' ? '%' : ''}${text}${kind === 'contains' || kind === 'begins' ? '%' : ''}`;
/** A search by terms takes two of one key as alternatives, so that no two conditions have the same field. */
const distinct = (expression: Expression): Expression => {
  let count = 0;
  const rename = (one: Expression): Expression =>
    one.kind === 'condition'
      ? { ...one, field: `${one.field}_${count++}` }
      : { ...one, left: rename(one.left), right: rename(one.right) };
  return rename(expression);
};

describe.each(targets)('$name', (target) => {
  const { convert, read, see } = target;
  const readBack = (expression: Expression) => (read as (converted: unknown) => Seen)(convert(expression));
  const order = (seen: Seen) => (target.name === 'toSearchTerms' ? sorted(seen) : seen);

  test('what the target can say reads back as the same conditions with the same values', () => {
    const carried = texts.filter(target.texts);
    const patterns =
      target.patterns.length === 0
        ? fc.constant('')
        : fc
            .tuple(fc.constantFrom(...target.patterns), carried)
            .map(([kind, text]) => patternOf(kind, text.replaceAll('%', '') || 'x'));
    const conditions = condition(target.fields, carried, target.operators, patterns, target.nulls);
    fc.assert(
      fc.property(expressions(conditions, target.or ? ['and', 'or'] : ['and']).map(distinct), (expression) => {
        expect(readBack(expression)).toEqual(order(expected(expression, see)));
      }),
      { numRuns: 1000 },
    );
  });

  test('anything is refused, or reads back as the same conditions with the same values', () => {
    const wild = condition(
      fc.oneof(target.fields, target.fields, hostile, fc.constant('')),
      texts,
      everyOperator,
      texts,
      true,
    );
    let refused = 0;
    fc.assert(
      fc.property(expressions(wild, ['and', 'and', 'or']), (expression) => {
        let seen: Seen;
        try {
          seen = readBack(expression);
        } catch (error) {
          if (!(error instanceof CeqlError)) throw error;
          refused++;
          return;
        }
        expect(seen).toEqual(order(expected(expression, see)));
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(0);
  });
});

test('a whole SOQL statement reads back as its parts', () => {
  const soqlConditions = condition(identifier, texts, ['=', '!=', '<', 'in', 'like'], texts, true);
  const parts = fc.record({
    object: identifier,
    fields: fc.uniqueArray(identifier, { minLength: 1, maxLength: 4, selector: (field) => field.toLowerCase() }),
    where: fc.option(expressions(soqlConditions, ['and', 'or']), { nil: undefined }),
    conditions: fc.array(fc.record({ field: identifier, value: fc.oneof(texts, numbers, fc.constant(null)) }), {
      maxLength: 2,
    }),
    orderBy: fc.array(fc.record({ field: identifier, descending: fc.boolean() }), { maxLength: 2 }),
    limit: fc.option(fc.nat(), { nil: undefined }),
    offset: fc.option(fc.nat(), { nil: undefined }),
  });
  const readStatement = (statement: string) => {
    const cursor = new Cursor(statement);
    const [, fields = '', object] = cursor.need(/SELECT ([\w.]+(?:, [\w.]+)*) FROM ([\w.]+)/);
    const where = cursor.take(/ WHERE /) === undefined ? undefined : readSoqlExpression(cursor);
    const orders = cursor.take(/ ORDER BY ([\w.]+(?: DESC)?(?:, [\w.]+(?: DESC)?)*)/)?.[1]?.split(', ') ?? [];
    const orderBy = orders.map((order): FieldOrder => {
      const [field = '', direction] = order.split(' ');
      return { field, descending: direction === 'DESC' };
    });
    const limit = cursor.take(/ LIMIT (\d+)/)?.[1];
    const offset = cursor.take(/ OFFSET (\d+)/)?.[1];
    expect(cursor.position).toBe(statement.length);
    const count = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));
    return { object, fields: fields.split(', '), where, orderBy, limit: count(limit), offset: count(offset) };
  };
  fc.assert(
    fc.property(parts, (given) => {
      const { conditions, where, ...rest } = given;
      const seen = [
        ...conditions.map(({ field, value }): Seen => [field, '=', asUtc(value)]),
        ...(where === undefined ? [] : [expected(where, seeSoql)]),
      ];
      expect(readStatement(soqlStatement(given))).toEqual({
        ...rest,
        where: seen.length === 0 ? undefined : all(seen),
      });
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [{ object: 'Account; DROP', fields: ['Id'] }, 'Account; DROP'],
  [{ object: 'Account', fields: ['Id', '(SELECT Id FROM Contacts)'] }, '(SELECT Id FROM Contacts)'],
  [{ object: 'Account', fields: [] }, 'Name at least one field of Account'],
  [{ object: 'Account', fields: ['Id'], orderBy: [{ field: 'Id NULLS', descending: false }] }, 'Id NULLS'],
  [{ object: 'Account', fields: ['Id'], conditions: [{ field: 'a b', value: 1 }] }, 'a b'],
  [{ object: 'Account', fields: ['Id'], limit: 1.5 }, 'not 1.5'],
  [{ object: 'Account', fields: ['Id'], offset: -1 }, 'not -1'],
])('the statement of %j is refused', (parts, message) => {
  expect(() => soqlStatement({ orderBy: [], ...parts })).toThrow(CeqlError);
  expect(() => soqlStatement({ orderBy: [], ...parts })).toThrow(message);
});

test('a statement, as it is written', () => {
  expect(
    soqlStatement({
      object: 'Account',
      fields: ['Id', 'Owner.Name', 'Size__c', 'ID'],
      where: parseWhere("Name like 'O''Brien%' and (CreatedDate >= 2020-01-01 or Size__c in (1,2))"),
      conditions: [{ field: 'ParentId', value: '0012' }],
      orderBy: parseOrderBy('Name, CreatedDate desc'),
      limit: 10,
      offset: 20,
    }),
  ).toBe(
    'SELECT ID, Owner.Name, Size__c FROM Account' +
      " WHERE ParentId = '0012' AND Name LIKE 'O\\'Brien%' AND (CreatedDate >= 2020-01-01 OR Size__c IN (1, 2))" +
      ' ORDER BY Name, CreatedDate DESC LIMIT 10 OFFSET 20',
  );
  expect(
    soqlStatement({
      object: 'A',
      fields: ['Id'],
      conditions: [{ field: 'b', value: 1 }],
      where: parseWhere('c=1 or d=2'),
      orderBy: [],
    }),
  ).toBe('SELECT Id FROM A WHERE b = 1 AND (c = 1 OR d = 2)');
});

const sample = "name like '%a%' and (created >= 2020-01-01T10:00:00Z or size in (1,2)) and open = true";

test.each<[string, string, Conversion | string]>([
  [
    'toQueryParameters',
    "status='open' and tag in ('a','b') and n=1",
    {
      kind: 'pairs',
      pairs: [
        ['status', 'open'],
        ['tag', 'a,b'],
        ['n', '1'],
      ],
    },
  ],
  ['toQueryParameters', "a = 'x' or b = 'y'", 'cannot express OR'],
  ['toQueryParameters', 'a > 1', 'cannot express a >; use = and AND'],
  ['toQueryParameters', "a like 'x%'", 'cannot express a LIKE'],
  ['toQueryParameters', 'a = null', 'cannot compare a to NULL'],
  ['toQueryParameters', "a in ('x,y','z')", 'comma in the list of a'],
  [
    'toODataFilter',
    sample,
    {
      kind: 'text',
      defaultName: '$filter',
      text: "contains(name,'a') and (created ge 2020-01-01T10:00:00Z or (size eq 1 or size eq 2)) and open eq true",
    },
  ],
  [
    'toODataV3Filter',
    sample,
    {
      kind: 'text',
      defaultName: '$filter',
      text: "substringof('a',name) and (created ge datetime'2020-01-01T10:00:00' or (size eq 1 or size eq 2)) and open eq true",
    },
  ],
  [
    'toODataFilter',
    "a.b != 'O''Neil' and c not like 'x%'",
    { kind: 'text', defaultName: '$filter', text: "a/b ne 'O''Neil' and not (startswith(c,'x'))" },
  ],
  ['toODataFilter', "a like 'x%y'", 'may have % at its beginning and end only'],
  ['toODataFilter', "a like '%%'", 'needs a text beside %'],
  ['toODataFilter', "a like '%'", 'needs a text beside %'],
  ['toODataFilter', '`a b` = 1', 'no field named a b'],
  [
    'toSoql',
    sample,
    {
      kind: 'text',
      defaultName: 'q',
      text: "name LIKE '%a%' AND (created >= 2020-01-01T10:00:00Z OR size IN (1, 2)) AND open = true",
    },
  ],
  [
    'toSoql',
    "a not like 'x_' and b not in ('c') and d is not null",
    { kind: 'text', defaultName: 'q', text: "(NOT a LIKE 'x\\_') AND b NOT IN ('c') AND d != null" },
  ],
  [
    'toWiql',
    "System.Title like '%it''s%' and `Work Item Type` <> 'Bug'",
    { kind: 'text', defaultName: 'query', text: "[System.Title] CONTAINS 'it''s' AND [Work Item Type] <> 'Bug'" },
  ],
  ['toWiql', "a like 'x%'", "use LIKE '%text%'"],
  [
    'toQuickbase',
    "`6` = 'v' and (`7` > 2020-01-01 or `8` in (1,2))",
    {
      kind: 'text',
      defaultName: 'query',
      text: "{'6'.EX.'v'}AND({'7'.AF.'2020-01-01'}OR({'8'.EX.'1'}OR{'8'.EX.'2'}))",
    },
  ],
  ['toQuickbase', "`6` = 'O''Neil'", 'in the value of 6'],
  ['toQuickbase', "`6` = 'this OR that'", 'the word OR in the value of 6'],
  ['toQuickbase', "`6` = 'FORD'", { kind: 'text', defaultName: 'query', text: "{'6'.EX.'FORD'}" }],
  ['toQuickbase', "`6` like '%x'", 'how 6 ends'],
  [
    'toBazaarvoice',
    "ProductId in ('a','b') and Rating >= 4",
    {
      kind: 'pairs',
      pairs: [
        ['Filter', 'ProductId:eq:a,b'],
        ['Filter', 'Rating:gte:4'],
      ],
    },
  ],
  ['toBazaarvoice', "a = 'x:y'", 'in the value of a'],
  ['toBazaarvoice', "a = ''", 'in the value of a'],
  ['toBazaarvoice', "a like 'x'", 'cannot express a LIKE'],
  [
    'toSFDCReportFilter',
    "STAGE = 'Won, at last' and AMOUNT > 10",
    {
      kind: 'body',
      body: {
        reportMetadata: {
          reportFilters: [
            { column: 'STAGE', operator: 'equals', value: '"Won, at last"' },
            { column: 'AMOUNT', operator: 'greaterThan', value: '10' },
          ],
        },
      },
    },
  ],
  [
    'toSFDCReportFilter',
    "a = 'x' and (b = 1 or c is null)",
    {
      kind: 'body',
      body: {
        reportMetadata: {
          reportFilters: [
            { column: 'a', operator: 'equals', value: 'x' },
            { column: 'b', operator: 'equals', value: '1' },
            { column: 'c', operator: 'equals', value: '' },
          ],
          reportBooleanFilter: '1 AND (2 OR 3)',
        },
      },
    },
  ],
  ['toSFDCReportFilter', "a = '12\"'", 'cannot carry " in the value of a'],
  ['toSFDCReportFilter', "a not like 'x%'", 'cannot express this pattern of a'],
  [
    'toSearchTerms',
    "status = 'open' and subject = 'x y' and created > 2020-01-01 and priority != 'low'",
    { kind: 'text', defaultName: 'query', text: 'status:open subject:"x y" created>2020-01-01 -priority:low' },
  ],
  [
    'toSearchTerms',
    "status in ('new','open') and assignee is null and name like 'jo%'",
    { kind: 'text', defaultName: 'query', text: 'status:new status:open assignee:none name:jo*' },
  ],
  [
    'toSearchTerms',
    "subject = 'x status:solved'",
    { kind: 'text', defaultName: 'query', text: 'subject:"x status:solved"' },
  ],
  ['toSearchTerms', "subject = 'x\" status:solved'", 'cannot carry " or \\ in the value of subject'],
  ['toSearchTerms', "a = 'x' and a = 'y'", 'takes two conditions on a as alternatives'],
  ['toSearchTerms', "a = 'x' or b = 'y'", 'cannot express OR'],
  ['toSearchTerms', "subject like '%x%'", "use = or LIKE 'word%'"],
  ['toValueList', "id = '12'", { kind: 'text', defaultName: 'ids', text: '12' }],
  ['toValueList', "id in (1, 'b')", { kind: 'text', defaultName: 'ids', text: '1,b' }],
  ['toValueList', "id = '1,2'", 'cannot carry a comma in id'],
  ['toValueList', 'id > 1', 'cannot express id >; use = or IN'],
  ['toValueList', 'id = null', 'cannot compare id to NULL'],
  ['toValueList', 'id = 1 or id = 2', 'takes one condition; use IN'],
])('%s: %s', (name, where, wanted) => {
  const convert = converters.get(name);
  if (typeof wanted === 'string') {
    expect(() => convert?.(parseWhere(where))).toThrow(CeqlError);
    expect(() => convert?.(parseWhere(where))).toThrow(wanted);
  } else expect(convert?.(parseWhere(where))).toEqual(wanted);
});

test('a converter is found by its name, also as definitions write it in a vendorName', () => {
  expect(findConverter('toSoql')).toBe(converters.get('toSoql'));
  expect(findConverter('converter:toQueryParameters')).toBe(converters.get('toQueryParameters'));
  expect(findConverter('constructor')).toBeUndefined();
  expect(findConverter('converter:')).toBeUndefined();
  // A list of values knows one condition only, so the laws above say little about it; its table says all.
  const inTables = ['toValueList'];
  expect([...converters.keys()].toSorted()).toEqual([...targets.map(({ name }) => name), ...inTables].toSorted());
});

test('a number that is none is refused', () => {
  expect(() => toSoql({ kind: 'condition', field: 'a', operator: '=', value: Number.NaN })).toThrow('a is no number');
});
