// From the vendor’s names and types to ours.

import type { VendorObject } from './queries.ts';

/** The vendor’s object that is called like ours, in one or many. */
export function likelyObject(name: string, objects: readonly VendorObject[] = []): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/s$/, '');
  return objects.find((object) => plain(object.name) === plain(name))?.name ?? '';
}

const vendorTypes: Record<string, string> = {
  ...Object.fromEntries(['string', 'number', 'boolean', 'date', 'array', 'object'].map((type) => [type, type])),
  integer: 'number',
  int: 'number',
  double: 'number',
  datetime: 'date',
};

/** A type of the vendor’s in our words; undefined for one that says nothing to us. */
export function ourType(type: string | undefined): string | undefined {
  return vendorTypes[(type ?? '').toLowerCase()];
}

/** What a vendor’s field is called when it becomes one of ours. */
export function ownPathFor(vendorPath: string): string {
  const plain = vendorPath.replace(/\['([^']+)'\]/g, '.$1').replace(/\[(?!\*\])[^\]]*\]/g, '');
  return plain.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
