// What a compiled mapping can do. `compile.ts` makes one of a definition and a transformation; the engine uses it for
// each call to an object that is a common resource.

import type { Expression, FieldOrder } from '../ceql/parse.ts';

/** A value that could not be brought into its type; it is left as it was. */
export interface MappingFault {
  /** the field, in our words (or the vendor's path, where only that is known) */
  path: string;
  /** names the field and the value, and says what to do */
  message: string;
}

/** A record after a mapping. */
export interface Mapped {
  value: Record<string, unknown>;
  faults: MappingFault[];
}

/** Whether what is read of a field can be written back unchanged. */
export interface FieldLaw {
  path: string;
  /** undefined for a field that the transformation does not map */
  vendorPath: string | undefined;
  type: string | undefined;
  lawful: boolean;
  /** why it is not, in a sentence */
  reason: string | undefined;
}

/** Where one field of a mapped record came from. */
export interface FieldTrace {
  /** where the value stands in what came out */
  path: string;
  /** where it was taken from; undefined for a default */
  from: string | undefined;
  by: 'field' | 'default' | 'passThrough';
  before: unknown;
  after: unknown;
  /** what was lost or could not be converted */
  lost?: string;
}

/** What was in a record and is not in what was made of it. */
export interface Explained extends Mapped {
  fields: FieldTrace[];
  /** paths of the input that nothing took up */
  dropped: string[];
}

/** A script that runs after the mapping of each record. */
export interface CompiledMappingScript {
  body: string;
  legacy: boolean;
  filterEmptyResponse: boolean;
}

/** A mapping of one object at one element, both ways. Records are never changed in place. */
export interface Mapping {
  objectName: string;
  /** the vendor's object, or the resource, that stands behind it */
  vendorName: string;
  /** in the order in which they run */
  scripts: readonly CompiledMappingScript[];
  /** whether scripts also see, and may change, the conditions of a `where` */
  scriptsSeeWhere: boolean;
  documented: boolean;
  laws: readonly FieldLaw[];
  fromVendor(record: unknown): Mapped;
  /** Only what is set in the record is in what comes out, and declared defaults. */
  toVendor(record: unknown): Mapped;
  explain(record: unknown, direction: 'fromVendor' | 'toVendor'): Explained;
  /** The same conditions in the vendor's paths; a field that is not mapped keeps its name. */
  where(expression: Expression): Expression;
  /** The vendor's fields that are needed to answer these fields. */
  vendorFields(fields: readonly string[]): string[];
  orderBy(orders: readonly FieldOrder[]): FieldOrder[];
}
