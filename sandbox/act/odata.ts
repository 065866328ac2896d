// OData query options as Act!'s lists take them: $filter, $orderby, $skip and $top, over rows of plain JSON
// (OData 4.01 Part 2, URL Conventions, sections 5.1.1 and 5.1.4 to 5.1.6; substringof is version 3).

/** A query that cannot be run; the message is what the server says. */
export class ODataError extends Error {}

type Row = Readonly<Record<string, unknown>>;
type Predicate = (row: Row) => boolean;
type Operand = (row: Row) => unknown;

/** What a list is of: the name of the type in error messages, and the members that can be asked for. */
export interface ODataType {
  name: string;
  members: ReadonlySet<string>;
}

interface Token {
  kind: 'text' | 'number' | 'date' | 'word' | 'symbol' | 'end';
  text: string;
  position: number;
}

const tokenPattern =
  /\s*(?:('(?:[^']|'')*')|(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w/]*)|([(),]))/y;
const tokenKinds = ['text', 'date', 'number', 'word', 'symbol'] as const;

/** Whether a row passes a `$filter`: eq ne gt ge lt le, and or not, contains startswith endswith substringof, parentheses. */
export function compileFilter(text: string, type: ODataType): Predicate {
  const tokens = tokenize(text);
  let next = 0;
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;
  const isWord = (word: string) => peek().kind === 'word' && peek().text === word;
  const expect = (symbol: string) => {
    const token = take();
    if (token.kind !== 'symbol' || token.text !== symbol) throw syntaxError(text, token);
  };

  const either = (): Predicate => {
    let left = both();
    while (isWord('or')) {
      take();
      const [first, second] = [left, both()];
      left = (row) => first(row) || second(row);
    }
    return left;
  };
  const both = (): Predicate => {
    let left = term();
    while (isWord('and')) {
      take();
      const [first, second] = [left, term()];
      left = (row) => first(row) && second(row);
    }
    return left;
  };
  const term = (): Predicate => {
    if (isWord('not')) {
      take();
      const inner = term();
      return (row) => !inner(row);
    }
    if (peek().kind === 'symbol' && peek().text === '(') {
      take();
      const inner = either();
      expect(')');
      return inner;
    }
    const call = peek().kind === 'word' && tokens[next + 1]?.text === '(' ? textFunctions[peek().text] : undefined;
    return call === undefined ? comparison() : functionCall(call);
  };
  const functionCall = (holds: (first: string, second: string) => boolean): Predicate => {
    take();
    expect('(');
    const first = operand();
    expect(',');
    const second = operand();
    expect(')');
    return (row) => {
      const [one, two] = [first(row), second(row)];
      return typeof one === 'string' && typeof two === 'string' && holds(one.toLowerCase(), two.toLowerCase());
    };
  };
  const comparison = (): Predicate => {
    const start = next;
    const left = operand();
    const operator = take();
    const holds = operator.kind === 'word' ? comparisons[operator.text] : undefined;
    if (holds === undefined) throw syntaxError(text, operator);
    const right = operand();
    const read = tokens.slice(start, next).some((token) => token.kind === 'date')
      ? momentOf
      : (value: unknown) => value;
    return (row) => {
      const [one, two] = [read(left(row)) ?? null, read(right(row)) ?? null];
      if (one === null || two === null)
        return (operator.text === 'eq' && one === two) || (operator.text === 'ne' && one !== two);
      if (typeof one !== typeof two)
        throw new ODataError(invalid('A binary operator with incompatible types was detected.'));
      return holds(one < two ? -1 : one > two ? 1 : 0);
    };
  };
  const operand = (): Operand => {
    const token = take();
    if (token.kind === 'text') return always(token.text.slice(1, -1).replaceAll("''", "'"));
    if (token.kind === 'date') return always(token.text);
    if (token.kind === 'number') return always(Number(token.text));
    if (token.kind !== 'word') throw syntaxError(text, token);
    if (token.text === 'null') return always(null);
    if (token.text === 'true' || token.text === 'false') return always(token.text === 'true');
    return memberOf(token.text, type);
  };

  const predicate = either();
  if (peek().kind !== 'end') throw syntaxError(text, peek());
  return predicate;
}

const comparisons: Record<string, ((order: number) => boolean) | undefined> = {
  __proto__: null as never,
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

const textFunctions: Record<string, ((first: string, second: string) => boolean) | undefined> = {
  __proto__: null as never,
  contains: (whole, part) => whole.includes(part),
  startswith: (whole, part) => whole.startsWith(part),
  endswith: (whole, part) => whole.endsWith(part),
  substringof: (part, whole) => whole.includes(part),
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let end = 0;
  for (;;) {
    const match = tokenPattern.exec(text);
    if (match === null) break;
    const index = match.slice(1).findIndex((group) => group !== undefined);
    const kind = tokenKinds[index];
    if (kind === undefined) break;
    tokens.push({ kind, text: match[index + 1] ?? '', position: tokenPattern.lastIndex });
    end = tokenPattern.lastIndex;
  }
  if (text.slice(end).trim() !== '') throw new ODataError(invalid(`Syntax error at position ${end} in '${text}'.`));
  return [...tokens, { kind: 'end', text: '', position: text.length }];
}

/** Dates are compared as times, however they are written. */
function momentOf(value: unknown): unknown {
  return typeof value === 'string' ? Date.parse(value) : value;
}

function always(value: unknown): Operand {
  return () => value;
}

function memberOf(path: string, type: ODataType): Operand {
  const [first = '', ...rest] = path.split('/');
  if (!type.members.has(first)) {
    throw new ODataError(invalid(`Could not find a property named '${first}' on type '${type.name}'.`));
  }
  return (row) => {
    let value: unknown = row[first];
    for (const name of rest) {
      const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
      value = isOwn ? (value as Record<string, unknown>)[name] : undefined;
    }
    return value;
  };
}

function syntaxError(text: string, token: Token): ODataError {
  return new ODataError(invalid(`Syntax error at position ${token.position} in '${text}'.`));
}

function invalid(reason: string): string {
  return `The query specified in the URI is not valid. ${reason}`;
}

/** Rows in the order of `$orderby`: members with `asc` or `desc`, joined by commas. */
export function orderRows<Any extends Row>(rows: readonly Any[], text: string, type: ODataType): Any[] {
  const keys = text.split(',').map((part) => {
    const [path = '', direction = 'asc', ...more] = part.trim().split(/\s+/);
    if (!['asc', 'desc'].includes(direction) || more.length > 0) {
      throw new ODataError(invalid(`Syntax error at position 0 in '${text}'.`));
    }
    return { read: memberOf(path, type), sign: direction === 'desc' ? -1 : 1 };
  });
  return rows.toSorted((a, b) => {
    for (const { read, sign } of keys) {
      const order = compare(read(a) ?? null, read(b) ?? null);
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

/** Nulls come first (section 5.1.5 leaves other values to their type). */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return (a as string) < (b as string) ? -1 : 1;
}

/** The rows of one list call. `largest` is the most that `$top` may ask for, and as many as there are without it. */
export function queryRows<Any extends Row>(
  rows: readonly Any[],
  query: URLSearchParams,
  { type, largest }: { type: ODataType; largest: number },
): Any[] {
  const options = readOptions(query);
  const filter = options.get('$filter');
  const orderBy = options.get('$orderby');
  const skip = count(options, '$skip') ?? 0;
  const top = count(options, '$top') ?? largest;
  if (top > largest) {
    throw new ODataError(
      invalid(
        `The limit of '${largest}' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
      ),
    );
  }
  const passing = filter === undefined ? rows : rows.filter(compileFilter(filter, type));
  const ordered = orderBy === undefined ? passing : orderRows(passing, orderBy, type);
  return ordered.slice(skip, skip + top);
}

const known = new Set(['$filter', '$orderby', '$skip', '$top']);

/** The system query options; their names in any case, as Act!'s clients send both `$orderby` and `$orderBy`. */
function readOptions(query: URLSearchParams): Map<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of query) {
    if (!name.startsWith('$')) continue;
    const option = name.toLowerCase();
    if (!known.has(option)) throw new ODataError(invalid(`The query parameter '${name}' is not supported.`));
    options.set(option, value);
  }
  return options;
}

function count(options: Map<string, string>, name: string): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new ODataError(invalid(`The value of ${name} must be a whole number.`));
  return Number(text);
}
