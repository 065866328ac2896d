// Takes secrets out of text by their value, in whatever form they stand there: as they are, percent-encoded, escaped in
// JSON or XML, two of these around each other, and in base64, alone or with other text beside them (RFC 7617).

import { percentEncode } from '../core/http.ts';

/** What stands in the place of a secret; shorter than every secret that is looked for, so that masking comes to an end. */
export const mask = '***';

/** Shorter values stand in too much text: masking them would leave nothing to read. */
const shortestSecret = 4;

/**
 * Makes a function that masks every form of the secrets in a text and gives back what its first `limit` characters
 * became. A secret across that border is seen if all of it stands in the text.
 */
export function createMasking(secrets: Iterable<string>): (text: string, limit?: number) => string {
  const values = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
  const needles = {
    plain: values.map(bytesOf),
    base64: [...new Set(values.flatMap(formsInside).flatMap(base64Cores))],
  };
  return (text, limit = text.length) => {
    let before = text;
    let masked = maskOnce(text, limit, needles);
    // What is left around a mask may together be a secret, too.
    while (masked !== before) {
      before = masked;
      masked = maskOnce(masked, masked.length, needles);
    }
    return masked;
  };
}

interface Needles {
  plain: readonly string[];
  base64: readonly string[];
}

/** Text as one character for each byte of its UTF-8, and where in the original each of them begins. */
interface View {
  bytes: string;
  placeOf(index: number): number;
}

function maskOnce(text: string, limit: number, needles: Needles): string {
  const bytes = bytesOf(text);
  const end = bytesOf(withoutHalf(text.slice(0, limit))).length;
  const found: [from: number, to: number][] = [];
  for (const view of viewsOf({ bytes, placeOf: (index) => index }, 2)) {
    const add = (from: number, to: number) => found.push([view.placeOf(from), view.placeOf(to)]);
    for (const needle of needles.plain) {
      for (const at of hits(view.bytes, needle)) add(at, at + needle.length);
    }
    for (const needle of needles.base64) {
      for (const at of hits(view.bytes, needle))
        add(at - brim(view.bytes, at, -1), at + needle.length + brim(view.bytes, at + needle.length, 1));
    }
  }
  found.sort(([one], [other]) => one - other);
  let masked = '';
  let position = 0;
  for (const [from, to] of found) {
    if (from >= end || to <= position) continue;
    if (from >= position) masked += bytes.slice(position, from) + mask;
    position = to;
  }
  return textOf(masked + bytes.slice(position, end));
}

function* hits(text: string, needle: string): Generator<number> {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) yield at;
}

/** How many characters of base64 beside a core still hold bits of the secret, or pad it: two at most. */
function brim(bytes: string, border: number, direction: 1 | -1): number {
  let count = 0;
  while (count < 2 && /[\w+/=-]/.test(bytes.charAt(direction > 0 ? border + count : border - 1 - count))) count++;
  return count;
}

/** The text itself and what it is when escapes of every kind are undone, up to `depth` of them around each other. */
function* viewsOf(view: View, depth: number): Generator<View> {
  yield view;
  if (depth === 0) return;
  for (const kind of escapes) {
    const undone = undoEscapes(view, kind);
    if (undone !== undefined) yield* viewsOf(undone, depth - 1);
  }
}

const hexByte = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
const hexUnits = (...units: string[]) =>
  bytesOf(String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))));
const letterEscapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Escape {
  escape: RegExp;
  /** the bytes that a match of `escape` stands for */
  undo(...match: (string | undefined)[]): string;
}

/** The kinds of escapes in which vendors and callers write text. */
const escapes: readonly Escape[] = [
  // JSON (RFC 8259 section 7)
  {
    escape: /\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|u([0-9a-f]{4})|([\\"/bfnrt]))/gi,
    undo(_, high, low, unit, letter = '') {
      if (high !== undefined && low !== undefined) return hexUnits(high, low);
      return unit === undefined ? (letterEscapes[letter] ?? letter) : hexUnits(unit);
    },
  },
  // percent-encoding (RFC 3986 section 2.1)
  { escape: /%([0-9a-f]{2})/gi, undo: (_, hex = '') => hexByte(hex) },
  // forms, where a plus is a space
  { escape: /\+|%([0-9a-f]{2})/gi, undo: (_, hex) => (hex === undefined ? ' ' : hexByte(hex)) },
  // XML (section 4.6 and 4.1)
  {
    escape: /&(?:(lt|gt|amp|quot|apos)|#(\d{1,6})|#x([0-9a-f]{1,5}));/gi,
    undo(_, name, decimal, hex) {
      if (name !== undefined) return entities[name.toLowerCase()] ?? '';
      return bytesOf(String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)));
    },
  },
];

function undoEscapes(view: View, kind: Escape): View | undefined {
  const pieces: string[] = [];
  const places: number[] = [];
  let position = 0;
  const keepUpTo = (end: number) => {
    pieces.push(view.bytes.slice(position, end));
    for (; position < end; position++) places.push(position);
  };
  for (const match of view.bytes.matchAll(kind.escape)) {
    keepUpTo(match.index);
    const undone = kind.undo(...match);
    pieces.push(undone);
    places.push(...Array.from(undone, () => match.index));
    position += match[0].length;
  }
  if (position === 0) return undefined;
  keepUpTo(view.bytes.length);
  return { bytes: pieces.join(''), placeOf: (index) => view.placeOf(places[index] ?? view.bytes.length) };
}

/** A value as it stands inside base64: as it is, or encoded first (RFC 6749 section 2.3.1). */
function formsInside(value: string): string[] {
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  return [...new Set([value, encodeURIComponent(value.toWellFormed()), percentEncode(value.toWellFormed()), form])];
}

/** The characters of base64 that a text alone decides, after 0, 1 or 2 bytes of other text, in both alphabets. */
function base64Cores(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const core = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
