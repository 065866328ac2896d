// The fields of a mapping: what a definition and a transformation say of each, put together, and everything that is wrong
// with them.

import {
  type BothWays,
  type Direction,
  type FieldSettings,
  fieldConfigurationFaults,
  fieldSettings,
  objectConfigurationFaults,
} from './configuration.ts';
import { type DefinitionNamed, type ExpandedField, expandDefinition } from './definition-fields.ts';
import type { ObjectDefinition, Transformation, TransformationField } from './document.ts';
import { beginsWith, depthOf, type Path, PathError, parsePath, pathText } from './paths.ts';
import {
  type Convert,
  conversionTo,
  dateConversions,
  definitionOf,
  type FieldType,
  parseType,
  shown,
  unconvertible,
} from './values.ts';

/** A field that stands at a path of ours and at one of the vendor's. */
export interface MappedField {
  path: Path;
  vendorPath: Path;
  type: FieldType | undefined;
  /** undefined for a type that is not ours, too */
  vendorType: FieldType | undefined;
  settings: FieldSettings;
  /** whether it is carried in a direction */
  carried: BothWays<boolean>;
  convert: BothWays<Convert | undefined>;
}

/** A field that has no path at the vendor. */
export interface UnmappedField {
  path: Path;
  type: FieldType | undefined;
  settings: FieldSettings | undefined;
}

/** All fields of a mapping, and what is wrong with its documents, each fault in a sentence. */
export interface MappingFields {
  mapped: MappedField[];
  unmapped: UnmappedField[];
  faults: string[];
}

/** What a mapping is made of. */
export interface MappingDocuments {
  objectName: string;
  definition: ObjectDefinition;
  transformation: Transformation;
  /** other definitions, by name */
  definitionNamed: DefinitionNamed;
}

/** What is wrong with a definition, each fault in a sentence; an empty list when nothing is. */
export function checkDefinition(
  objectName: string,
  definition: ObjectDefinition,
  definitionNamed: DefinitionNamed,
): string[] {
  return expandDefinition(objectName, definition, definitionNamed).faults;
}

/**
 * What is wrong with a transformation, each fault in a sentence; an empty list when nothing is. Its definition is not
 * checked. Fields that the definition does not have are allowed, and several for one path of the vendor, too: what is
 * written through them is compared when it is.
 */
export function checkTransformation(documents: MappingDocuments): string[] {
  const { objectName, definition, definitionNamed } = documents;
  return fieldsOf(documents, expandDefinition(objectName, definition, definitionNamed).fields).faults;
}

/** The fields of a mapping; its faults are those of the definition and of the transformation. */
export function mappingFields(documents: MappingDocuments): MappingFields {
  const { objectName, definition, definitionNamed } = documents;
  const expanded = expandDefinition(objectName, definition, definitionNamed);
  const fields = fieldsOf(documents, expanded.fields);
  return { ...fields, faults: [...expanded.faults, ...fields.faults] };
}

function fieldsOf(
  { transformation, definitionNamed }: MappingDocuments,
  defined: readonly ExpandedField[],
): MappingFields {
  const faults = objectConfigurationFaults(transformation.configuration);
  const types = new Map(defined.map(({ path, type }) => [path, type]));
  const mapped: MappedField[] = [];
  const unmapped: UnmappedField[] = [];
  const seen = new Set<string>();
  // Each field is compared with each other: more would take longer than anybody waits, and keep others waiting.
  const given = transformation.fields ?? [];
  if (given.length > maximumMapped) {
    faults.push(`The transformation has ${given.length} fields, and at most ${maximumMapped} can be mapped: use fewer`);
    return { mapped, unmapped, faults };
  }
  for (const field of given) {
    faults.push(...fieldConfigurationFaults(field));
    const path = read(field.path, field, 'path', faults);
    const vendorPath = read(field.vendorPath, field, 'vendorPath', faults);
    if (path === undefined) {
      if (!field.path)
        faults.push(`A field of the transformation (vendorPath ${field.vendorPath}) has no path: name one`);
      continue;
    }
    if (path.steps.at(-1)?.kind === 'size')
      faults.push(`The path ${path.text} ends with size(): only a vendorPath can`);
    if (seen.has(path.text)) faults.push(`The transformation has the field ${path.text} twice: remove one`);
    seen.add(path.text);
    const type = typeOf(path.text, field, types, definitionNamed, faults);
    const settings = fieldSettings(field);
    if (field.vendorPath && vendorPath === undefined) continue;
    if (vendorPath === undefined) unmapped.push({ path, type, settings });
    else mapped.push(mappedField({ path, vendorPath, type, settings }, field, faults));
  }
  for (const side of ['path', 'vendorPath'] as const) {
    if (placesIn(mapped.map((field) => field[side])) > maximumPlaces) {
      faults.push(
        `The ${side}s of the fields name elements so far in lists that each record would have more than ${maximumPlaces}: use smaller [n]`,
      );
    }
  }
  for (const { path: text, type } of defined) {
    const path = parsePath(text);
    // Parts of a mapped whole, and wholes of mapped parts, are mapped with them.
    const isMapped = mapped.some((field) => beginsWith(field.path, path) || beginsWith(path, field.path));
    if (!seen.has(text) && !isMapped) unmapped.push({ path, type, settings: undefined });
  }
  return { mapped, unmapped, faults: [...new Set(faults)] };
}

/** What a transformation may have of fields, and what its paths may make of elements of lists in one record. */
const maximumMapped = 2000;
const maximumPlaces = 10_000;
/** Elements that a list may be taken to have whose every element is written to. */
const usualElements = 100;

/** How many elements the lists of a record have when something is written to all of these paths. */
function placesIn(paths: readonly Path[]): number {
  const lists = new Map<string, number>();
  for (const { steps } of paths) {
    let times = 1;
    for (const [at, step] of steps.entries()) {
      if (step.kind === 'each') times *= usualElements;
      if (step.kind !== 'index') continue;
      const list = pathText(steps.slice(0, at));
      lists.set(list, Math.max(lists.get(list) ?? 0, (step.index + 1) * times));
    }
  }
  return [...lists.values()].reduce((sum, places) => sum + places, 0);
}

/** A path with its text in one form. */
function read(
  text: string | null | undefined,
  field: TransformationField,
  side: 'path' | 'vendorPath',
  faults: string[],
): Path | undefined {
  if (!text) return undefined;
  try {
    const { steps } = parsePath(text);
    return { text: pathText(steps), steps };
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    faults.push(`The ${side} of the field ${field.path ?? field.vendorPath} cannot be read. ${error.message}`);
    return undefined;
  }
}

/** The definition decides; a field that it does not have says itself what it is. */
function typeOf(
  path: string,
  field: TransformationField,
  defined: ReadonlyMap<string, FieldType | undefined>,
  definitionNamed: DefinitionNamed,
  faults: string[],
): FieldType | undefined {
  if (defined.has(path)) return defined.get(path);
  const type = parseType(field.type);
  const named = definitionOf(type);
  if (named !== undefined && definitionNamed(named) === undefined) {
    faults.push(
      `The field ${path} has the type ${field.type}, which is not known: use string, number, boolean, date, object, array[…] or the name of a definition`,
    );
  }
  return type;
}

function mappedField(
  field: Pick<MappedField, 'path' | 'vendorPath' | 'type' | 'settings'>,
  { vendorType: written }: TransformationField,
  faults: string[],
): MappedField {
  const vendorType = parseType(written);
  const known = vendorType?.kind === 'definition' ? undefined : vendorType;
  const { settings } = field;
  const isCount = field.vendorPath.steps.at(-1)?.kind === 'size';
  const carries = (direction: Direction) => !settings.remove[direction] && settings.passThrough[direction] !== false;
  const convert = conversions(field, known);
  for (const direction of ['fromVendor', 'toVendor'] as const) {
    const value = settings.defaultValue[direction];
    if (value !== undefined && settings.date === undefined && convert[direction]?.(value) === unconvertible) {
      faults.push(`The field ${field.path.text} has the defaultValue ${shown(value)}, which is of another type`);
    }
  }
  return {
    ...field,
    vendorType: known,
    carried: { fromVendor: carries('fromVendor'), toVendor: carries('toVendor') && !isCount },
    convert,
  };
}

function conversions(
  { path, vendorPath, type, settings: { date } }: Pick<MappedField, 'path' | 'vendorPath' | 'type' | 'settings'>,
  vendorType: FieldType | undefined,
): BothWays<Convert | undefined> {
  if (date !== undefined) {
    const dates = dateConversions({ ours: date.pattern, vendors: date.vendorPattern });
    const counted = vendorType?.kind === 'number' ? conversionTo(vendorType) : undefined;
    return { fromVendor: forEach(dates.fromVendor), toVendor: forEach(chained(dates.toVendor, counted)) };
  }
  return {
    fromVendor: elementConversion(type, depthOf(vendorPath)),
    toVendor: chained(elementConversion(type, depthOf(path)), vendorConversion(type, vendorType)),
  };
}

/** A path through a list gives its elements one by one, also where the type is that of the list. */
function elementConversion(type: FieldType | undefined, depth: number): Convert | undefined {
  const whole = conversionTo(type);
  if (type?.kind !== 'array' || whole === undefined || depth === 0) return whole;
  const single = conversionTo(type.of);
  return (value) => (Array.isArray(value) || single === undefined ? whole(value) : single(value));
}

const scalars: readonly FieldType['kind'][] = ['string', 'number', 'boolean', 'date'];

/** What the vendor's type asks for beyond ours. */
function vendorConversion(type: FieldType | undefined, vendorType: FieldType | undefined): Convert | undefined {
  if (type === undefined || vendorType === undefined || !scalars.includes(type.kind)) return undefined;
  if (vendorType.kind === type.kind || vendorType.kind === 'date') return undefined;
  return scalars.includes(vendorType.kind) ? conversionTo(vendorType) : undefined;
}

function chained<First extends Convert | undefined>(first: First, second: Convert | undefined): Convert | First {
  if (first === undefined || second === undefined) return first;
  return (value) => {
    const between = first(value);
    return between === unconvertible || between === null ? between : second(between);
  };
}

function forEach(convert: Convert): Convert {
  return (value) => {
    if (!Array.isArray(value)) return convert(value);
    const converted = value.map((element) => (element === null ? null : convert(element)));
    return converted.includes(unconvertible) ? unconvertible : converted;
  };
}
