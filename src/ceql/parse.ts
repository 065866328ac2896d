// CEQL, the query language of `where`: text to a tree, with the position of what is wrong.

/** A condition on one field. `in` has a list; `isNull` and `isNotNull` have no value. */
export interface Condition {
  kind: 'condition';
  field: string;
  operator: '=' | '!=' | '<' | '>' | '<=' | '>=' | 'like' | 'in' | 'isNull' | 'isNotNull';
  value: CeqlValue | CeqlValue[];
}
export interface Junction {
  kind: 'and' | 'or';
  left: Expression;
  right: Expression;
}
export type Expression = Condition | Junction;
export type CeqlValue = string | number | boolean | null;

/** What is wrong with a query, and where (characters from its beginning, the first is 0). */
export class CeqlError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at position ${position}`);
    this.name = 'CeqlError';
    this.position = position;
  }
}

interface Token {
  kind: 'word' | 'field' | 'string' | 'number' | 'operator' | 'end';
  text: string;
  position: number;
}

const tokenPattern =
  /(?:'((?:[^']|'')*)'|`([^`]+)`|(-?\d+(?:\.\d+)?(?![\w.-]))|(!=|<>|<=|>=|[=<>(),])|([A-Za-z_@][\w.@[\]-]*))/y;

/**
 * Reads a `where` expression: conditions joined by AND and OR (AND binds closer), parentheses, the operators
 * `= != < > <= >= LIKE IN`, `IS [NOT] NULL`, values `'text'` (`''` is a quote), numbers, booleans and lists, and fields
 * as `name`, `a.b` or `` `a.b` ``. Keywords in any case. Throws a CeqlError.
 */
export function parseWhere(text: string): Expression {
  const tokens = tokenize(text);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;
  const isWord = (word: string) => peek().kind === 'word' && peek().text.toLowerCase() === word;
  const expectSymbol = (symbol: string) => {
    const token = take();
    if (token.kind !== 'operator' || token.text !== symbol) throw new CeqlError(`Expected ${symbol}`, token.position);
  };

  const either = (): Expression => {
    let left = both();
    while (isWord('or')) {
      take();
      left = { kind: 'or', left, right: both() };
    }
    return left;
  };
  const both = (): Expression => {
    let left = term();
    while (isWord('and')) {
      take();
      left = { kind: 'and', left, right: term() };
    }
    return left;
  };
  const term = (): Expression => {
    if (peek().text !== '(' || peek().kind !== 'operator') return condition();
    if (++depth > 100) throw new CeqlError('Too many parentheses', peek().position);
    take();
    const inner = either();
    expectSymbol(')');
    depth--;
    return inner;
  };
  const condition = (): Condition => {
    const name = take();
    if (name.kind !== 'word' && name.kind !== 'field') throw new CeqlError('Expected a field name', name.position);
    const sign = take();
    const word = sign.kind === 'word' ? sign.text.toLowerCase() : sign.text;
    const make = (operator: Condition['operator'], value: Condition['value']): Condition => ({
      kind: 'condition',
      field: name.text,
      operator,
      value,
    });
    if (sign.kind === 'operator') {
      if (word === '<>' || word === '!=') return make('!=', value());
      if (word === '=' || word === '<' || word === '>' || word === '<=' || word === '>=') return make(word, value());
    }
    if (word === 'like') return make('like', value());
    if (word === 'in') {
      expectSymbol('(');
      const values = [value()];
      while (peek().text === ',' && peek().kind === 'operator') {
        take();
        values.push(value());
      }
      expectSymbol(')');
      return make('in', values);
    }
    if (word === 'is') {
      const negated = isWord('not');
      if (negated) take();
      if (!isWord('null')) throw new CeqlError('Expected NULL', peek().position);
      take();
      return make(negated ? 'isNotNull' : 'isNull', null);
    }
    throw new CeqlError('Expected one of = != < > <= >= LIKE IN IS', sign.position);
  };
  const value = (): CeqlValue => {
    const token = take();
    if (token.kind === 'string') return token.text;
    if (token.kind === 'number') return Number(token.text);
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    throw new CeqlError("Expected a value such as 'text', 12 or true", token.position);
  };

  const expression = either();
  if (peek().kind !== 'end') throw new CeqlError('Expected AND, OR or the end', peek().position);
  return expression;
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
    const [, string, field, number, operator, word] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'"), position: start });
    else if (field !== undefined) tokens.push({ kind: 'field', text: field, position: start });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, position: start });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, position: start });
    else tokens.push({ kind: 'word', text: word ?? '', position: start });
    position = tokenPattern.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', position: text.length });
  return tokens;
}
