// Reads a SOQL statement (SOQL and SOSL Reference, "SOQL SELECT Syntax"): one object, no subqueries, no grouping.

import { Refusal } from './errors.ts';

/** A name and where it stands in the statement, for error messages; `text` may be a path such as `Account.Name`. */
export interface Name {
  text: string;
  at: number;
}

/** A literal of a condition. */
export type Literal =
  | { type: 'string'; value: string; at: number }
  | { type: 'like'; value: RegExp; at: number }
  | { type: 'number'; value: number; at: number }
  | { type: 'boolean'; value: boolean; at: number }
  | { type: 'date'; value: string; at: number }
  | { type: 'datetime'; value: number; at: number }
  | { type: 'null'; at: number };

export type Operator = '=' | '!=' | '<' | '>' | '<=' | '>=' | 'LIKE' | 'IN' | 'NOT IN';

/** What WHERE says. */
export type Condition =
  | { kind: 'and' | 'or'; conditions: Condition[] }
  | { kind: 'not'; condition: Condition }
  | { kind: 'compare'; field: Name; operator: Operator; literals: Literal[] };

/** What FIELDS() may name ("SOQL SELECT: FIELDS()"). */
export type FieldGroup = 'ALL' | 'STANDARD' | 'CUSTOM';

/** One SELECT statement. */
export interface Statement {
  text: string;
  /** Whether it is `SELECT COUNT()`; there are no fields then. */
  count: boolean;
  /** The groups of fields that FIELDS() names. */
  groups: FieldGroup[];
  fields: Name[];
  object: Name;
  where: Condition | undefined;
  orderBy: { field: Name; descending: boolean; nullsLast: boolean }[];
  limit: number | undefined;
  offset: number;
}

interface Token {
  kind: 'word' | 'string' | 'number' | 'date' | 'datetime' | 'sign' | 'end';
  text: string;
  at: number;
}

const tokenPattern =
  /\s*(?:(?<string>'(?:[^'\\]|\\.)*')|(?<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))|(?<date>\d{4}-\d\d-\d\d)|(?<number>[+-]?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w.]*)|(?<sign><=|>=|!=|<>|[=<>(),]))/suy;

const reservedWords = ['AND', 'FROM', 'IN', 'LIKE', 'LIMIT', 'NOT', 'NULL', 'OR', 'SELECT', 'WHERE'];

const largestOffset = 2000;
const mostRowsOfAllFields = 200;

/** Reads a statement; refuses with MALFORMED_QUERY and the place, as Salesforce does. */
export function parseSoql(text: string): Statement {
  const tokens = tokenize(text);
  let position = 0;
  const peek = () => tokens[position] as Token;
  const take = () => tokens[position++] as Token;
  const isWord = (word: string) => peek().kind === 'word' && peek().text.toUpperCase() === word;
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign;
  const unexpected = (token: Token): Refusal =>
    malformed(text, token.at, `unexpected token: '${token.kind === 'end' ? '<EOF>' : token.text}'`);

  function skipWord(word: string): boolean {
    if (!isWord(word)) return false;
    take();
    return true;
  }
  function skipSign(sign: string): boolean {
    if (!isSign(sign)) return false;
    take();
    return true;
  }
  function needWord(word: string): void {
    if (!skipWord(word)) throw unexpected(peek());
  }
  function needSign(sign: string): void {
    if (!skipSign(sign)) throw unexpected(peek());
  }
  function name(): Name {
    const token = take();
    if (token.kind !== 'word' || reservedWords.includes(token.text.toUpperCase())) throw unexpected(token);
    return { text: token.text, at: token.at };
  }
  function list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (skipSign(',')) items.push(item());
    return items;
  }
  function count(): number {
    const token = take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw unexpected(token);
    return Number(token.text);
  }

  /** A field; undefined for a group of fields, which `groups` takes. */
  function selected(): Name | undefined {
    const one = name();
    if (one.text.toUpperCase() !== 'FIELDS' || !skipSign('(')) return one;
    const group = take();
    const known = (['ALL', 'STANDARD', 'CUSTOM'] as const).find((each) => each === group.text.toUpperCase());
    if (known === undefined) throw unexpected(group);
    needSign(')');
    groups.push(known);
    return undefined;
  }

  /** AND and OR are not mixed without parentheses, and NOT stands alone between them ("conditionExpression Syntax"). */
  function condition(): Condition {
    if (skipWord('NOT')) return { kind: 'not', condition: simple() };
    const first = simple();
    const kind = isWord('AND') ? 'and' : isWord('OR') ? 'or' : undefined;
    if (kind === undefined) return first;
    const conditions = [first];
    while (skipWord(kind.toUpperCase())) conditions.push(simple());
    return { kind, conditions };
  }
  function simple(): Condition {
    if (!skipSign('(')) return comparison();
    const inner = condition();
    needSign(')');
    return inner;
  }
  function comparison(): Condition {
    const field = name();
    if (skipWord('LIKE')) return { kind: 'compare', field, operator: 'LIKE', literals: [likeLiteral()] };
    const negated = skipWord('NOT');
    if (negated || isWord('IN')) {
      needWord('IN');
      needSign('(');
      const literals = list(literal);
      needSign(')');
      return { kind: 'compare', field, operator: negated ? 'NOT IN' : 'IN', literals };
    }
    const token = take();
    if (token.kind !== 'sign' || !/^(=|!=|<>|<|>|<=|>=)$/.test(token.text)) throw unexpected(token);
    const operator = token.text === '<>' ? '!=' : (token.text as Operator);
    return { kind: 'compare', field, operator, literals: [literal()] };
  }
  function literal(): Literal {
    const token = take();
    const { at } = token;
    switch (token.kind) {
      case 'string':
        return { type: 'string', value: unquote(token, (escaped) => escaped), at };
      case 'number':
        return { type: 'number', value: Number(token.text), at };
      case 'date':
        return { type: 'date', value: token.text, at };
      case 'datetime':
        return { type: 'datetime', value: Date.parse(token.text), at };
      case 'word':
        if (/^(true|false)$/i.test(token.text)) return { type: 'boolean', value: /^true$/i.test(token.text), at };
        if (/^null$/i.test(token.text)) return { type: 'null', at };
    }
    throw unexpected(token);
  }
  function likeLiteral(): Literal {
    const token = take();
    if (token.kind !== 'string') throw unexpected(token);
    const wildcards: Record<string, string> = { '%': '.*', _: '.' };
    const quote = (letter: string) => letter.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const source = unquote(token, quote, (letter) => wildcards[letter] ?? quote(letter), '%_');
    return { type: 'like', value: new RegExp(`^${source}$`, 'isu'), at: token.at };
  }
  /** Text in quotes, its escape sequences resolved ("Quoted String Escape Sequences"). */
  function unquote(token: Token, escaped: (letter: string) => string, plain = escaped, more = ''): string {
    const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\x07', f: '\f' };
    return token.text
      .slice(1, -1)
      .replace(/\\u([0-9a-f]{4})|\\(.)|([^\\])/gisu, (_match, code?: string, after?: string, letter?: string) => {
        if (letter !== undefined) return plain(letter);
        if (code !== undefined) return escaped(String.fromCharCode(Number.parseInt(code, 16)));
        const control = controls[(after ?? '').toLowerCase()];
        if (control !== undefined) return escaped(control);
        if (!`'"\\${more}`.includes(after ?? '')) {
          throw malformed(
            text,
            token.at,
            `Invalid string literal ${token.text}. Illegal character sequence '\\${after}' in string literal.`,
          );
        }
        return escaped(after ?? '');
      });
  }

  needWord('SELECT');
  let isCount = false;
  let fields: Name[] = [];
  const groups: FieldGroup[] = [];
  const first = peek();
  if (/^count$/i.test(first.text) && tokens[position + 1]?.text === '(') {
    take();
    needSign('(');
    needSign(')');
    isCount = true;
  } else {
    fields = list(selected).filter((one) => one !== undefined);
  }
  needWord('FROM');
  const object = name();
  const where = skipWord('WHERE') ? condition() : undefined;
  const orderBy: Statement['orderBy'] = [];
  if (skipWord('ORDER')) {
    needWord('BY');
    orderBy.push(
      ...list(() => {
        const field = name();
        const descending = skipWord('DESC');
        if (!descending) skipWord('ASC');
        const nulls = skipWord('NULLS');
        const nullsLast = nulls && skipWord('LAST');
        if (nulls && !nullsLast) needWord('FIRST');
        return { field, descending, nullsLast };
      }),
    );
  }
  const limit = skipWord('LIMIT') ? count() : undefined;
  const offset = skipWord('OFFSET') ? count() : 0;
  if (peek().kind !== 'end') throw unexpected(peek());
  if (offset > largestOffset) {
    throw new Refusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${largestOffset}`);
  }
  const isUnbounded = groups.some((group) => group !== 'STANDARD') && (limit ?? Infinity) > mostRowsOfAllFields;
  if (isUnbounded) {
    const message = `The SOQL FIELDS function must have a LIMIT of at most ${mostRowsOfAllFields}`;
    throw new Refusal(400, 'MALFORMED_QUERY', message);
  }
  return { text, count: isCount, fields, groups, object, where, orderBy, limit, offset };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  while (text.slice(from).trim() !== '') {
    tokenPattern.lastIndex = from;
    const groups = tokenPattern.exec(text)?.groups;
    const [kind, found] = Object.entries(groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || found === undefined) {
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
      const letter = text.charAt(at);
      throw malformed(
        text,
        at,
        letter === "'" ? 'expecting a single quote, found <EOF>' : `unexpected char: '${letter}'`,
      );
    }
    from = tokenPattern.lastIndex;
    tokens.push({ kind: kind as Token['kind'], text: found, at: from - found.length });
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function malformed(text: string, at: number, reason: string): Refusal {
  return new Refusal(400, 'MALFORMED_QUERY', pointAt(text, at, reason));
}

/** Salesforce's way to show a place in a statement: the text around it, an arrow below, row and column, the reason. */
export function pointAt(text: string, at: number, reason: string): string {
  const before = text.slice(Math.max(0, at - 30), at);
  return `\n${before}${text.slice(at, at + 30)}\n${' '.repeat(before.length)}^\nERROR at Row:1:Column:${at + 1}\n${reason}`;
}
