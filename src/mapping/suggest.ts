// Proposes where the fields of a definition are found at a vendor, from names, types and what sample records look like.
// The same input always gives the same proposals; nothing is asked of anybody.

import { likenessOf, wordsOf } from './names-of-fields.ts';
import { isRecord, PathError, parsePath, pathText, readPath, type Step } from './paths.ts';
import { type Shape, shapeOf } from './shapes.ts';
import { parseType } from './values.ts';

/** A field with its type, on either side. */
export interface TypedField {
  path: string;
  type?: string | null | undefined;
}

/** A vendor's field that may be meant. */
export interface Candidate {
  vendorPath: string;
  /** 0 to 1 */
  confidence: number;
  /** why, in a sentence */
  reason: string;
}

/** What is proposed for one field. */
export interface Suggestion {
  path: string;
  /** the proposal, whose path of the vendor is proposed for no other field; undefined where none is good enough */
  best: Candidate | undefined;
  /** the best of all, also those that another field has; at most five, the best first */
  candidates: Candidate[];
}

/** What proposals are made from. */
export interface SuggestionSources {
  fields: readonly TypedField[];
  /** fields that the vendor's models have; those of the samples are added */
  vendorFields: readonly TypedField[];
  samples: readonly unknown[];
}

/** More would make proposals no better. */
const [maximumSamples, maximumVendorFields, maximumCandidates] = [50, 3000, 5];
const leastConfidence = 0.3;

/** Proposes a vendor's path for each field, in the order of the fields. Malformed paths are left out. */
export function suggestPaths({ fields, vendorFields, samples }: SuggestionSources): Suggestion[] {
  const vendors = vendorsOf(vendorFields, samples.slice(0, maximumSamples));
  const proposals = fields
    .filter(({ path }) => isPath(path))
    .map((field) => {
      const wanted = described(field, undefined);
      const candidates = vendors
        .map((vendor) => candidateOf(wanted, vendor))
        .filter(({ confidence }) => confidence >= leastConfidence)
        .sort((a, b) => b.confidence - a.confidence || (a.vendorPath < b.vendorPath ? -1 : 1));
      return { path: field.path, candidates };
    });
  const best = assign(proposals);
  return proposals.map(({ path, candidates }) => ({
    path,
    best: best.get(path),
    candidates: candidates.slice(0, maximumCandidates),
  }));
}

/** The surest proposals first; what a vendor's field is taken for, it is taken for once. */
function assign(proposals: readonly { path: string; candidates: readonly Candidate[] }[]): Map<string, Candidate> {
  const pairs = proposals.flatMap(({ path, candidates }, order) =>
    candidates.map((candidate) => ({ path, candidate, order })),
  );
  pairs.sort((a, b) => b.candidate.confidence - a.candidate.confidence || a.order - b.order);
  const best = new Map<string, Candidate>();
  const taken = new Set<string>();
  for (const { path, candidate } of pairs) {
    if (best.has(path) || taken.has(candidate.vendorPath)) continue;
    best.set(path, candidate);
    taken.add(candidate.vendorPath);
  }
  return best;
}

/** A field as it is compared. */
interface Described {
  path: string;
  words: ReturnType<typeof wordsOf>;
  kind: ReturnType<typeof kindOf>;
  shape: Shape | undefined;
  depth: number;
}

function described({ path, type }: TypedField, shape: Shape | undefined): Described {
  return { path, words: wordsOf(parsePath(path).steps), kind: kindOf(type), shape, depth: path.split('[*]').length };
}

function kindOf(type: string | null | undefined) {
  const parsed = parseType(type);
  return parsed?.kind === 'definition' ? undefined : parsed?.kind;
}

function vendorsOf(vendorFields: readonly TypedField[], samples: readonly unknown[]): Described[] {
  const types = new Map<string, string | null | undefined>();
  for (const { path, type } of vendorFields) if (isPath(path)) types.set(path, type);
  for (const sample of samples) for (const path of leavesOf(sample)) if (!types.has(path)) types.set(path, undefined);
  return [...types].slice(0, maximumVendorFields).map(([path, type]) => {
    const { steps } = parsePath(path);
    const values = samples.flatMap((sample) => [readPath(sample, steps)].flat(path.split('[*]').length - 1));
    return described({ path, type }, shapeOf(values));
  });
}

function isPath(path: string): boolean {
  try {
    parsePath(path);
    return true;
  } catch (error) {
    if (error instanceof PathError) return false;
    throw error;
  }
}

/** The paths of what a sample ends in; lists of plain values are ends. */
function leavesOf(sample: unknown): string[] {
  const paths = new Set<string>();
  const walk = (value: unknown, steps: readonly Step[]) => {
    if (steps.length > 20 || paths.size >= maximumVendorFields) return;
    if (isRecord(value)) {
      for (const name of Object.keys(value)) {
        if (name !== '') walk(value[name], [...steps, { kind: 'key', name }]);
      }
    } else if (Array.isArray(value) && value.some(isRecord)) {
      for (const element of value.slice(0, 20)) walk(element, [...steps, { kind: 'each' }]);
    } else if (steps.length > 0) paths.add(pathText(steps));
  };
  walk(sample, []);
  return [...paths].filter(isPath);
}

/** Shapes that a name asks for. */
const namedShapes: [Shape, RegExp][] = [
  ['email', /^(?:email|mail)$/],
  ['phone', /^(?:phone|mobile|telephone|tel|fax|cell)$/],
  ['url', /^(?:url|link|website|homepage|href|uri)$/],
  ['date', /^(?:date|timestamp|datetime|birthday|birthdate|deadline|created|updated|modified)$/],
];

const kindShapes: Partial<Record<NonNullable<Described['kind']>, readonly Shape[]>> = {
  number: ['integer', 'number'],
  boolean: ['boolean'],
  date: ['date'],
  array: ['list'],
  object: ['object'],
};

/** What values of a field of ours should look like. */
function wantedShapes({ words, kind }: Described): readonly Shape[] | undefined {
  const named = namedShapes.find(([, pattern]) =>
    words.some(({ text, weight }) => weight >= 0.5 && pattern.test(text)),
  );
  const byKind = kind === undefined ? undefined : kindShapes[kind];
  if (byKind !== undefined) return byKind;
  return named && [named[0]];
}

/** Phones are often written as mere digits, and dates as seconds. */
const looseShapes: Partial<Record<Shape, readonly Shape[]>> = {
  phone: ['integer'],
  date: ['integer'],
  number: ['integer'],
};

function candidateOf(wanted: Described, vendor: Described): Candidate {
  const { score, synonyms } = likenessOf(wanted.words, vendor.words);
  const shapes = wantedShapes(wanted);
  const looks = looksRight(shapes, vendor.shape);
  const types = typesAgree(wanted, vendor);
  // Values alone say something only where few fields have such values.
  const byValues = looks === 1 && shapes?.length === 1 && ['email', 'url', 'phone'].includes(shapes[0] ?? '');
  const named = score * 0.75 + looks * 0.15 + types * 0.1;
  let confidence = score < 0.2 ? (byValues ? 0.4 : 0) : named;
  if (looks === 0) confidence *= 0.6;
  if (types === 0) confidence *= 0.6;
  if (wanted.depth !== vendor.depth) confidence *= 0.6;
  return {
    vendorPath: vendor.path,
    confidence: Math.round(Math.min(1, confidence) * 100) / 100,
    reason: reasonOf({ score, synonyms, looks, shape: vendor.shape, types }),
  };
}

/** 1 for what was wanted, 0 for what speaks against it, and something between where nothing is known. */
function looksRight(wanted: readonly Shape[] | undefined, seen: Shape | undefined): number {
  if (seen === undefined) return 0.5;
  if (wanted === undefined) return ['object', 'list'].includes(seen) ? 0 : 0.6;
  if (wanted.includes(seen)) return 1;
  return wanted.some((shape) => looseShapes[shape]?.includes(seen)) ? 0.5 : 0;
}

function typesAgree(wanted: Described, vendor: Described): number {
  if (wanted.kind === undefined || vendor.kind === undefined) return 0.5;
  if (wanted.kind === vendor.kind) return 1;
  const isWhole = (kind: Described['kind']) => kind === 'object' || kind === 'array';
  return isWhole(wanted.kind) === isWhole(vendor.kind) ? 0.4 : 0;
}

interface Evidence {
  score: number;
  synonyms: readonly string[];
  looks: number;
  shape: Shape | undefined;
  types: number;
}

const shapeNames: Record<Shape, string> = {
  email: 'e-mail addresses',
  url: 'links',
  phone: 'phone numbers',
  date: 'dates',
  uuid: 'UUIDs',
  integer: 'whole numbers',
  number: 'numbers',
  boolean: 'true or false',
  text: 'text',
  object: 'objects',
  list: 'lists',
};

function reasonOf({ score, synonyms, looks, shape, types }: Evidence): string {
  const parts: string[] = [];
  if (score >= 0.95) parts.push('the names agree');
  else if (score >= 0.2) parts.push('the names are alike');
  if (synonyms.length > 0 && score >= 0.2) parts.push(`${synonyms.join(', ')} mean the same`);
  if (shape !== undefined && looks === 1) parts.push(`the values are ${shapeNames[shape]}`);
  if (shape !== undefined && looks === 0) parts.push(`but the values are ${shapeNames[shape]}`);
  if (types === 1) parts.push('the types agree');
  if (types === 0) parts.push('but the types do not agree');
  return parts.join('; ');
}
