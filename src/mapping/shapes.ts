// What values look like: whether samples of a field are e-mail addresses, dates, numbers and so on.

/** What values of a field look like. */
export type Shape =
  | 'email'
  | 'url'
  | 'phone'
  | 'date'
  | 'uuid'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'text'
  | 'object'
  | 'list';

const patterns: [Shape, RegExp][] = [
  ['email', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['url', /^https?:\/\/\S+$/i],
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
  ['date', /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$|^\d{1,2}[./]\d{1,2}[./]\d{4}(?: .*)?$/],
  ['integer', /^-?\d{1,15}$/],
  ['number', /^-?\d+\.\d+$/],
  ['phone', /^\+?[\d()][\d\s()./-]{6,18}\d$/],
  ['boolean', /^(?:true|false)$/i],
];

function shapeOfOne(value: unknown): Shape | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  const text = String(value).slice(0, 300).trim();
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
}

/** The shape that nearly all of the values have; text where they differ, undefined where there are none. */
export function shapeOf(values: readonly unknown[]): Shape | undefined {
  const counts = new Map<Shape, number>();
  for (const value of values) {
    const shape = shapeOfOne(value);
    if (shape !== undefined) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const common = [...counts].find(([, count]) => count >= total * 0.8);
  if (common !== undefined) return common[0];
  return [...counts.keys()].every((shape) => shape === 'integer' || shape === 'number') ? 'number' : 'text';
}
