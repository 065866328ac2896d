// Reads Apex text word by word (Apex Developer Guide "Language Constructs"): names in any case, text in single quotes, and
// what does not fit is refused where it stands, as the compiler does.

/** Apex that does not compile; line and column count from 1. */
export class ApexError extends Error {
  constructor(message: string, { line, column }: Place) {
    super(`${message} (Line: ${line}, Column: ${column})`);
  }
}

interface Place {
  line: number;
  column: number;
}

interface Token extends Place {
  kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  /** What stands there; of text what is between its quotes, without escapes. */
  value: string;
}

/** Apex from left to right. */
export interface ApexReader {
  /** Whether the next words and signs are these; then they are passed. */
  skip(...expected: string[]): boolean;
  /** Passes these words and signs. @throws {ApexError} */
  take(...expected: string[]): void;
  /** Passes a name. @throws {ApexError} */
  name(): string;
  /** Passes text in quotes. @throws {ApexError} */
  text(): string;
  /** Passes a whole number. @throws {ApexError} */
  number(): number;
  isAtEnd(): boolean;
  isAtText(): boolean;
  /** The refusal of what stands next. */
  unexpected(): ApexError;
  /** A refusal at what stands next. */
  refusal(message: string): ApexError;
}

const pattern =
  /(?<space>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<word>[A-Za-z]\w*)|(?<number>\d+)|'(?<text>(?:[^'\\\n]|\\.)*)'|(?<sign>=>|>=|<=|\|\||&&|[{}()<>;,.=!?:@])/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** @throws {ApexError} for a character that no word begins with. */
export function readApex(source: string): ApexReader {
  const tokens = tokensOf(source);
  let next = 0;
  const at = (offset = 0): Token => tokens[Math.min(next + offset, tokens.length - 1)] as Token;
  const fits = (token: Token, expected: string) =>
    (token.kind === 'word' || token.kind === 'sign') && token.value.toLowerCase() === expected.toLowerCase();
  const refusal = (message: string) => new ApexError(message, at());
  const unexpected = () =>
    refusal(at().kind === 'end' ? "Unexpected token '<EOF>'." : `Unexpected token '${at().value}'.`);
  const pass = (kind: Token['kind']): string => {
    const token = at();
    if (token.kind !== kind) throw unexpected();
    next += 1;
    return token.value;
  };
  return {
    skip(...expected) {
      if (!expected.every((one, offset) => fits(at(offset), one))) return false;
      next += expected.length;
      return true;
    },
    take(...expected) {
      for (const one of expected) {
        if (!fits(at(), one)) throw unexpected();
        next += 1;
      }
    },
    name: () => pass('word'),
    text: () => pass('text'),
    number: () => Number(pass('number')),
    isAtEnd: () => at().kind === 'end',
    isAtText: () => at().kind === 'text',
    unexpected,
    refusal,
  };
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  let place: Place = { line: 1, column: 1 };
  while (from < source.length) {
    pattern.lastIndex = from;
    const found = pattern.exec(source);
    if (found === null)
      throw new ApexError(`Unrecognized symbol '${source[from]}', which is not a valid Apex identifier.`, place);
    const { word, number, text, sign } = found.groups ?? {};
    if (word !== undefined) tokens.push({ kind: 'word', value: word, ...place });
    if (number !== undefined) tokens.push({ kind: 'number', value: number, ...place });
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign, ...place });
    if (text !== undefined) tokens.push({ kind: 'text', value: withoutEscapes(text), ...place });
    place = placeAfter(place, source.slice(from, pattern.lastIndex));
    from = pattern.lastIndex;
  }
  tokens.push({ kind: 'end', value: '', ...place });
  return tokens;
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_whole, code?: string, letter = '') =>
    code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function placeAfter({ line, column }: Place, passed: string): Place {
  const lines = passed.split('\n');
  const last = lines.at(-1) ?? '';
  return lines.length === 1
    ? { line, column: column + last.length }
    : { line: line + lines.length - 1, column: last.length + 1 };
}
