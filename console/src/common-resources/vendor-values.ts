// What a record of a vendor has: its paths, as mappings write them, and the values at them.

import type { VendorField } from './queries.ts';

/** The fields of a record, lists of objects taken apart, with what each holds. */
export function fieldsOfRecord(record: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string, depth: number) => {
    if (depth > 8 || found.size > 2000) return;
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [name, member] of Object.entries(value)) walk(member, joined(path, name), depth + 1);
    } else if (Array.isArray(value) && value.some(isObject)) walk(value.find(isObject), `${path}[*]`, depth + 1);
    else if (path !== '') found.set(path, value);
  };
  walk(record, '', 0);
  return found;
}

function joined(path: string, name: string): string {
  if (/[.[\]]/.test(name)) return `${path}['${name}']`;
  return path === '' ? name : `${path}.${name}`;
}

/** The fields that are known, and those that only a record shows. */
export function withRecord(fields: readonly VendorField[], values: ReadonlyMap<string, unknown>): VendorField[] {
  const known = new Set(fields.map(({ vendorPath }) => vendorPath));
  const more = [...values].filter(([path]) => !known.has(path));
  return [
    ...fields,
    ...more.map(([vendorPath, value]) => ({ vendorPath, type: typeOf(value), isCustom: fields.length > 0 })),
  ];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'string';
  return isObject(value) ? 'object' : typeof value;
}

/** A value in few words. */
export function shown(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  return JSON.stringify(value) ?? String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
