// Values made up from shapes: the same for the same name and number after every start, so that pages fit together.

import { createHash } from 'node:crypto';
import { isObject } from '../../src/core/http.ts';
import { personName } from '../seed.ts';
import type { Scalar, Shape } from './schema.ts';

/** Where a value stands: the collection's name and the number of its record, from 0. */
export interface Occasion {
  collection: string;
  index: number;
}

const day = 86_400_000;
const firstDay = Date.UTC(2024, 0, 1, 9);

/** A value of a shape; null where the shape does not tell. */
export function sampleOf(shape: Shape | undefined, name: string, occasion: Occasion): unknown {
  if (shape === undefined) return null;
  if (shape.kind === 'array') return shape.item === undefined ? [] : [sampleOf(shape.item, name, occasion)];
  if (shape.kind === 'object') {
    const made: Record<string, unknown> = {};
    for (const [member, inner] of shape.members) define(made, member, sampleOf(inner, member, occasion));
    return made;
  }
  return scalarSample(shape, name, occasion);
}

/** Sets an own member, whatever its name. */
export function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function scalarSample(shape: Scalar, name: string, { collection, index }: Occasion): unknown {
  const { samples, type } = shape;
  if (samples.length > 0) {
    const sample = samples[shape.isChoice ? index % samples.length : 0];
    return shape.isChoice || type !== 'string' || index === 0
      ? typed(sample, type)
      : varied(String(sample), name, index);
  }
  if (type === 'boolean') return index % 2 === 0;
  if (type === 'integer' || type === 'number') {
    const least = shape.least ?? 1;
    const most = shape.most ?? Number.MAX_SAFE_INTEGER;
    return least + (index % Math.max(1, Math.min(1000, most - least + 1)));
  }
  return textSample(shape.format, name, { collection, index }).slice(0, shape.longest);
}

function typed(value: unknown, type: Scalar['type']): unknown {
  if (type === 'string') return String(value);
  if (type === 'boolean') return value === true || value === 'true';
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
}

/** Names and the like differ from record to record, what may be a code of the vendor's does not. */
function varied(sample: string, name: string, index: number): string {
  if (/cursor/i.test(name)) return `${sample}-${index + 1}`;
  if (/^[^@\s]+@/.test(sample)) return sample.replace('@', `+${index + 1}@`);
  return /(name|title|subject|label)$/i.test(name) ? `${sample} ${index + 1}` : sample;
}

function textSample(format: string, name: string, { collection, index }: Occasion): string {
  const moment = new Date(firstDay + index * day);
  const { first, last } = personName(index % 120);
  if (format === 'date') return moment.toISOString().slice(0, 10);
  if (format === 'date-time' || format === 'datetime') return moment.toISOString();
  if (format === 'time') return '09:00:00';
  if (format === 'uuid' || format === 'guid') return uuidOf(`${collection} ${name} ${index}`);
  if (format === 'byte') return Buffer.from(`${name} ${index + 1}`).toString('base64');
  if (format === 'email' || /e-?mail/i.test(name)) return `person${index + 1}@example.com`;
  if (format === 'uri' || /(url|uri|href|link|website)$/i.test(name)) return `https://example.com/${name}/${index + 1}`;
  if (/first.?name/i.test(name)) return first;
  if (/last.?name|surname/i.test(name)) return last;
  if (/phone|mobile|fax/i.test(name)) return `+1 555 01${String(index % 100).padStart(2, '0')}`;
  if (/(date|time|_at|At|created|updated|modified)$/.test(name)) return moment.toISOString();
  return `${name} ${index + 1}`;
}

/** The same UUID for the same text. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A text that came by a form, a query or XML, as the type that the shape says; anything else as it is. */
export function asShaped(value: unknown, shape: Shape | undefined): unknown {
  if (shape?.kind === 'object' && isObject(value)) {
    const shaped: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) define(shaped, name, asShaped(member, shape.members.get(name)));
    return shaped;
  }
  if (shape?.kind === 'array') {
    const list = Array.isArray(value) ? value : value === null || value === '' ? [] : [value];
    return list.map((one) => asShaped(one, shape.item));
  }
  if (shape?.kind !== 'scalar' || typeof value !== 'string') return value;
  if (shape.type === 'boolean') return value === 'true' || value === 'false' ? value === 'true' : value;
  if (shape.type !== 'integer' && shape.type !== 'number') return value;
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
