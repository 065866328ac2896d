// CEQL, the query language of `where`, `orderBy`, `fields` and `q`: text to data, with the position of what is wrong.

/** A condition on one field. `in` and `notIn` have a list; `isNull` and `isNotNull` have no value. */
export interface Condition {
  kind: 'condition';
  field: string;
  operator: '=' | '!=' | '<' | '>' | '<=' | '>=' | 'like' | 'notLike' | 'in' | 'notIn' | 'isNull' | 'isNotNull';
  value: CeqlValue | CeqlValue[];
}
export interface Junction {
  kind: 'and' | 'or';
  left: Expression;
  right: Expression;
}
export type Expression = Condition | Junction;
export type CeqlValue = string | number | boolean | null;

/** One field of an `orderBy`. */
export interface FieldOrder {
  field: string;
  descending: boolean;
}

/** What is wrong with a query, and where (characters from its beginning, the first is 0; none when a value is wrong). */
export class CeqlError extends Error {
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(position === undefined ? message : `${message} at position ${position}`);
    this.name = 'CeqlError';
    this.position = position;
  }
}

/** Bounds of what one query may ask for; they also bound the recursion of everything that walks an expression. */
const maximumDepth = 100;
const maximumConditions = 1000;

interface Token {
  kind: 'word' | 'field' | 'string' | 'number' | 'operator' | 'end';
  text: string;
  position: number;
}

const date = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/.source;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.source;
const word = /[\p{L}_@$][\p{L}\p{N}_.@$[\]-]*/u.source;
const tokenPattern = new RegExp(
  `'((?:[^']|'')*)'|\`([^\`]+)\`|(${date})(?![\\w.:-])|(${number})(?![\\w.:-])|(!=|<>|<=|>=|[=<>(),*])|(${word})`,
  'uy',
);

/**
 * Reads a `where` expression: conditions joined by AND and OR (AND binds closer), parentheses, the operators
 * `= != < > <= >= [NOT] LIKE, [NOT] IN`, `IS [NOT] NULL`, values `'text'` (`''` is a quote), numbers, booleans, null,
 * dates and lists, and fields as `name`, `a.b` or `` `a.b` ``. Keywords in any case. A date is text, and so is a whole
 * number that a double cannot hold or that begins with 0. Throws a CeqlError.
 */
export function parseWhere(text: string): Expression {
  const reader = createReader(text);
  const where = reader.expression();
  reader.end('Expected AND, OR or the end');
  return where;
}

/** Reads an `orderBy`: `f`, `f asc` or `f desc`, separated by commas. Throws a CeqlError. */
export function parseOrderBy(text: string): FieldOrder[] {
  const reader = createReader(text);
  const orders = reader.orders();
  reader.end('Expected asc, desc, a comma or the end');
  return orders;
}

/** Reads a `fields` list: field names separated by commas, in backticks where needed. Throws a CeqlError. */
export function parseFields(text: string): string[] {
  const reader = createReader(text);
  const fields = reader.fields();
  reader.end('Expected a comma or the end');
  return fields;
}

/** A whole query: every part may be missing; `fields` is undefined for `select *`. */
export interface Query {
  fields: string[] | undefined;
  object: string | undefined;
  where: Expression | undefined;
  orderBy: FieldOrder[];
  limit: number | undefined;
}

/** Reads `[select *|f,g from object] [where …] [order by …] [limit n]`. Throws a CeqlError. */
export function parseQuery(text: string): Query {
  const reader = createReader(text);
  const query: Query = { fields: undefined, object: undefined, where: undefined, orderBy: [], limit: undefined };
  if (reader.word('select')) {
    if (!reader.symbol('*')) query.fields = reader.fields();
    if (!reader.word('from')) reader.fail('Expected FROM');
    query.object = reader.field();
  }
  if (reader.word('where')) query.where = reader.expression();
  if (reader.word('order')) {
    if (!reader.word('by')) reader.fail('Expected BY');
    query.orderBy = reader.orders();
  }
  if (reader.word('limit')) query.limit = reader.count();
  reader.end('Expected WHERE, ORDER BY, LIMIT or the end');
  return query;
}

/** A condition as hooks see it in `request_expression`, its operator as a symbol. */
export interface AttributeCondition {
  attribute: string;
  operator: string;
  value: CeqlValue | CeqlValue[];
}

const symbols: Partial<Record<Condition['operator'], string>> = {
  like: 'LIKE',
  notLike: 'NOT LIKE',
  in: 'IN',
  notIn: 'NOT IN',
  isNull: 'IS NULL',
  isNotNull: 'IS NOT NULL',
};

/** An operator as it is written in CEQL. */
export function symbolOf(operator: Condition['operator']): string {
  return symbols[operator] ?? operator;
}

/**
 * The conditions of an expression in its order, as `request_expression` has them. The list is flat: it does not say
 * which of them are joined by OR; a hook that cares reads `request_parameters.where`.
 */
export function conditionsOf(expression: Expression): AttributeCondition[] {
  if (expression.kind !== 'condition') return [...conditionsOf(expression.left), ...conditionsOf(expression.right)];
  const { field, operator, value } = expression;
  return [{ attribute: field, operator: symbolOf(operator), value }];
}

/** Reads the tokens of a text one part of the grammar after the other. */
function createReader(text: string) {
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  let conditions = 0;
  // The last token is the end, and nothing takes it twice.
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;
  const fail = (message: string): never => {
    throw new CeqlError(message, peek().position);
  };
  const isSymbol = (symbol: string) => peek().kind === 'operator' && peek().text === symbol;
  const isWord = (keyword: string) => peek().kind === 'word' && peek().text.toLowerCase() === keyword;
  const accept = (present: boolean) => {
    if (present) next++;
    return present;
  };
  const symbol = (wanted: string) => accept(isSymbol(wanted));
  const keyword = (wanted: string) => accept(isWord(wanted));
  const expectSymbol = (wanted: string) => {
    if (!symbol(wanted)) fail(`Expected ${wanted}`);
  };

  const expression = (): Expression => {
    let left = conjunction();
    while (keyword('or')) left = { kind: 'or', left, right: conjunction() };
    return left;
  };
  const conjunction = (): Expression => {
    let left = term();
    while (keyword('and')) left = { kind: 'and', left, right: term() };
    return left;
  };
  const term = (): Expression => {
    if (!isSymbol('(')) return condition();
    if (++depth > maximumDepth) fail('Too many parentheses');
    take();
    const inner = expression();
    expectSymbol(')');
    depth--;
    return inner;
  };
  const condition = (): Condition => {
    if (++conditions > maximumConditions) fail(`More than ${maximumConditions} conditions`);
    const name = field();
    const sign = take();
    const make = (operator: Condition['operator'], operand: Condition['value']): Condition => ({
      kind: 'condition',
      field: name,
      operator,
      value: operand,
    });
    if (sign.kind === 'operator') {
      const { text: written } = sign;
      if (written === '<>' || written === '!=') return make('!=', value());
      if (written === '=' || written === '<' || written === '>' || written === '<=' || written === '>=') {
        return make(written, value());
      }
    }
    const operator = sign.kind === 'word' ? sign.text.toLowerCase() : '';
    if (operator === 'like') return make('like', value());
    if (operator === 'in') return make('in', list());
    if (operator === 'not') {
      if (keyword('like')) return make('notLike', value());
      if (keyword('in')) return make('notIn', list());
      fail('Expected LIKE or IN');
    }
    if (operator === 'is') {
      const negated = keyword('not');
      if (!keyword('null')) fail('Expected NULL');
      return make(negated ? 'isNotNull' : 'isNull', null);
    }
    throw new CeqlError('Expected one of = != < > <= >= LIKE IN IS NOT', sign.position);
  };
  const list = (): CeqlValue[] => {
    expectSymbol('(');
    const values = [value()];
    while (symbol(',')) values.push(value());
    expectSymbol(')');
    return values;
  };
  const value = (): CeqlValue => {
    const token = take();
    if (token.kind === 'string') return token.text;
    if (token.kind === 'number') return numberOrText(token.text);
    const constant = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (constant === 'true' || constant === 'false') return constant === 'true';
    if (constant === 'null') return null;
    throw new CeqlError("Expected a value such as 'text', 12 or true", token.position);
  };
  const field = (): string => {
    const token = take();
    if (token.kind !== 'word' && token.kind !== 'field') throw new CeqlError('Expected a field name', token.position);
    return token.text;
  };
  const fields = (): string[] => {
    const names = [field()];
    while (symbol(',')) names.push(field());
    return names;
  };
  const order = (): FieldOrder => {
    const name = field();
    const descending = keyword('desc');
    if (!descending) keyword('asc');
    return { field: name, descending };
  };
  const orders = (): FieldOrder[] => {
    const all = [order()];
    while (symbol(',')) all.push(order());
    return all;
  };
  const count = (): number => {
    const token = take();
    if (token.kind !== 'number' || !/^\d{1,15}$/.test(token.text)) {
      throw new CeqlError('Expected a whole number', token.position);
    }
    return Number(token.text);
  };
  const end = (message: string) => {
    if (peek().kind !== 'end') fail(message);
  };
  return { expression, orders, field, fields, count, word: keyword, symbol, fail, end };
}

/** Ids of many digits and codes such as 007 must reach the vendor as they were written. */
function numberOrText(written: string): CeqlValue {
  const value = Number(written);
  const whole = /^-?\d+$/.test(written);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value)) || /^-?0\d/.test(written)) return written;
  return value === 0 ? 0 : value;
}

const space = /\s*/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    space.lastIndex = position;
    space.exec(text);
    const start = space.lastIndex;
    if (start === text.length) break;
    tokenPattern.lastIndex = start;
    const match = tokenPattern.exec(text);
    if (match === null) {
      throw new CeqlError(text[start] === "'" ? 'The text that begins here has no end' : 'Unexpected character', start);
    }
    const [, string, field, moment, digits, operator, name] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'"), position: start });
    else if (field !== undefined) tokens.push({ kind: 'field', text: field, position: start });
    else if (moment !== undefined) tokens.push({ kind: 'string', text: moment, position: start });
    else if (digits !== undefined) tokens.push({ kind: 'number', text: digits, position: start });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, position: start });
    else tokens.push({ kind: 'word', text: name ?? '', position: start });
    position = tokenPattern.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return tokens;
}
