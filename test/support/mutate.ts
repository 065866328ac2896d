// Makes documents wrong: a part dropped, doubled, of another type or grown, anywhere in it.

import fc from 'fast-check';

/** A change of a document: where, as a share of its places, and what. */
export interface Mutation {
  /** which of all places that the document has, counted round and round */
  place: number;
  kind: 'drop' | 'double' | 'retype' | 'enlarge';
  /** which of the values that a kind can put there */
  choice: number;
}

/** A few changes, one after the other. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    place: fc.nat(1_000_000),
    kind: fc.constantFrom('drop', 'double', 'retype', 'enlarge'),
    choice: fc.nat(1000),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The document after the changes; the one given stays as it is. */
export function mutate(document: unknown, changes: readonly Mutation[]): unknown {
  const whole = { document: structuredClone(document) };
  for (const change of changes) apply(whole, change);
  return whole.document;
}

type Holder = Record<string, unknown> | unknown[];

function apply(whole: { document: unknown }, { place, kind, choice }: Mutation): void {
  const places = placesOf(whole.document);
  const found = places[place % Math.max(1, places.length)];
  if (found === undefined) return;
  const [holder, name] = found;
  const value = (holder as Record<string, unknown>)[name];
  if (kind === 'drop') {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  } else if (kind === 'double') {
    if (Array.isArray(holder)) holder.splice(Number(name), 0, structuredClone(value));
    else holder[`${name}2`] = structuredClone(value);
  } else {
    const values = kind === 'retype' ? others : grown(value);
    (holder as Record<string, unknown>)[name] = structuredClone(values[choice % values.length]);
  }
}

function placesOf(root: unknown): [Holder, string][] {
  if (typeof root !== 'object' || root === null) return [];
  return Object.entries(root).flatMap(([name, value]): [Holder, string][] => [
    [root as Holder, name],
    ...placesOf(value),
  ]);
}

const others: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'text',
  '{',
  '{a}{b}{a',
  '%',
  'constructor',
  'toString',
  '__proto__',
  '/',
  '//',
  '..',
  'https://',
  'http://127.0.0.1:1',
  '|[*].[0]..',
  'body.a.b?c',
  'GET:/hubs/general/things',
  'done(',
  'done(null)',
  'while(true){}',
  'throw { toString: null }',
  'converter:toQueryParameters',
  [],
  {},
  [null],
  [[]],
  [{}],
  ['text'],
  { toString: 1 },
  { length: 1e9 },
];

function grown(value: unknown): unknown[] {
  // So large that what grows over and over is still sent.
  const times = JSON.stringify(value ?? null).length > 5000 ? 3 : 300;
  const deep = (depth: number): unknown => (depth === 0 ? value : [deep(depth - 1)]);
  return [
    'A'.repeat(100_000),
    '{x}'.repeat(5000),
    '/a'.repeat(3000),
    Array.from({ length: times }, () => value),
    Object.fromEntries(Array.from({ length: times }, (_, index) => [`member${index}`, value])),
    deep(40),
    typeof value === 'string' ? value.repeat(200).slice(0, 200_000) : 2 ** 53,
  ];
}
