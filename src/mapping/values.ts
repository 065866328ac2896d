// Brings values into the types that mappings declare. What cannot be brought into a type is told, never guessed.

import { formatJavaDate, javaPatternFault, readMoments } from '../core/java-dates.ts';
import { isRecord } from './paths.ts';

/** A type of a field: a built-in one, a list of one, or the name of another definition. */
export type FieldType =
  | { kind: 'string' | 'number' | 'boolean' | 'date' | 'object' }
  | { kind: 'array'; of: FieldType | undefined }
  | { kind: 'definition'; name: string };

const builtIn = new Map<string, FieldType['kind'] & ('string' | 'number' | 'boolean' | 'date' | 'object')>([
  ...(['string', 'number', 'boolean', 'date', 'object'] as const).map((kind) => [kind, kind] as const),
  ...(['integer', 'int', 'long', 'float', 'double', 'decimal'] as const).map((name) => [name, 'number'] as const),
  ['datetime', 'date'],
]);

/** Characters of a type; a longer one is the name of no definition. */
const longestType = 500;

/**
 * Reads a type as definitions write it: `string`, `number` (and its kinds), `boolean`, `date`, `object`, `array`,
 * `array[…]`, else the name of another definition. Undefined for none.
 */
export function parseType(text: string | null | undefined): FieldType | undefined {
  const name = text?.trim() ?? '';
  if (name === '') return undefined;
  const kind = builtIn.get(name.toLowerCase());
  if (kind !== undefined) return { kind };
  if (name.length > longestType) return { kind: 'definition', name };
  const list = /^(?:array|list)(?:\s*[[<](.*)[\]>])?$/is.exec(name);
  if (list !== null) return { kind: 'array', of: parseType(list[1]) };
  return { kind: 'definition', name };
}

/** The definitions that a type names. */
export function definitionOf(type: FieldType | undefined): string | undefined {
  if (type?.kind === 'array') return definitionOf(type.of);
  return type?.kind === 'definition' ? type.name : undefined;
}

/** What a conversion gives for a value that it cannot bring into its type. */
export const unconvertible = Symbol('unconvertible');

/** Brings a value (neither null nor undefined) into a type, or says that it cannot. */
export type Convert = (value: unknown) => unknown;

/** The conversion into a type; undefined for a type that takes every value. */
export function conversionTo(type: FieldType | undefined): Convert | undefined {
  switch (type?.kind) {
    case undefined:
      return undefined;
    case 'array':
      return toList(type.of);
    case 'definition':
      return toObject;
    case 'string':
      return toText;
    case 'number':
      return toNumber;
    case 'boolean':
      return toBoolean;
    case 'date':
      return toDate;
    case 'object':
      return toObject;
  }
}

/** What a type is called in a sentence. */
export function typeName(type: FieldType): string {
  if (type.kind === 'array') return type.of === undefined ? 'a list' : `a list, each entry ${typeName(type.of)}`;
  return {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    date: 'a date',
    object: 'an object',
    definition: 'an object',
  }[type.kind];
}

function toText(value: unknown): unknown {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : unconvertible;
}

/** Nothing written in a place for a number, a truth value or a date is no value. */
const isBlank = (text: string) => text.trim() === '';

function toNumber(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return unconvertible;
  if (isBlank(value)) return null;
  const text = value.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return unconvertible;
  const number = Number(text);
  // A whole number of so many digits would come out as another one.
  const keepsDigits = !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number) || String(number) === text;
  return Number.isFinite(number) && keepsDigits ? number : unconvertible;
}

const truths = new Map<unknown, boolean>([
  ...['true', 'yes', '1', 1].map((word) => [word, true] as const),
  ...['false', 'no', '0', 0].map((word) => [word, false] as const),
]);

function toBoolean(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && isBlank(value)) return null;
  return truths.get(typeof value === 'string' ? value.trim().toLowerCase() : value) ?? unconvertible;
}

const iso = /^\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:\d{2})/;

/** ISO 8601 stays as it was written; dates in other known forms become ISO 8601 in UTC. */
function toDate(value: unknown): unknown {
  if (typeof value === 'string') {
    if (iso.test(value)) return Number.isNaN(Date.parse(value)) ? unconvertible : value;
    if (isBlank(value)) return null;
  }
  const [moment] = readMoments(value, undefined);
  return moment === undefined ? unconvertible : new Date(moment).toISOString();
}

function toObject(value: unknown): unknown {
  return isRecord(value) ? value : unconvertible;
}

function toList(of: FieldType | undefined): Convert {
  const convert = conversionTo(of);
  return (value) => {
    if (!Array.isArray(value)) return unconvertible;
    if (convert === undefined) return value;
    const converted = value.map((element) => (element === null ? null : convert(element)));
    return converted.includes(unconvertible) ? unconvertible : converted;
  };
}

/** Dates of both sides by patterns of Java; none is ISO 8601 in UTC on our side, and any known form on the vendor's. */
export interface DatePatterns {
  ours: string | undefined;
  vendors: string | undefined;
}

/** What is wrong with a pattern, in a sentence; undefined when nothing is. */
export function patternFault(pattern: string): string | undefined {
  const fault = javaPatternFault(pattern);
  return fault === undefined ? undefined : `The date pattern ${JSON.stringify(pattern)} ${fault}`;
}

/** Dates from one pattern to another, both ways. The patterns are sound (`patternFault`). */
export function dateConversions({ ours, vendors }: DatePatterns): { fromVendor: Convert; toVendor: Convert } {
  return { fromVendor: dateConversion(vendors, ours), toVendor: dateConversion(ours, vendors) };
}

function dateConversion(from: string | undefined, to: string | undefined): Convert {
  const write = (moment: number) => (to === undefined ? new Date(moment).toISOString() : formatJavaDate(moment, to));
  return (value) => {
    if (typeof value === 'string' && isBlank(value)) return null;
    if (typeof value !== 'string' && typeof value !== 'number') return unconvertible;
    const [moment] = readMoments(value, from);
    return moment === undefined || !isWritable(moment) ? unconvertible : write(moment);
  };
}

/** Moments that a date of the language can hold. */
const isWritable = (moment: number) => Math.abs(moment) <= 8.64e15;

/** A value as messages show it, not longer than a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A type as definitions write it. */
export function typeText(type: FieldType | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (type.kind === 'array') return type.of === undefined ? 'array' : `array[${typeText(type.of)}]`;
  return type.kind === 'definition' ? type.name : type.kind;
}
