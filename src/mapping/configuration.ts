// What the entries of `configuration` mean, for an object and for a field.

import type { MappingConfiguration, TransformationField } from './document.ts';
import { patternFault } from './values.ts';

/** The two ways through a mapping. */
export type Direction = 'fromVendor' | 'toVendor';
/** One thing for each way. */
export type BothWays<Value> = Record<Direction, Value>;

type Configurations = readonly MappingConfiguration[] | null | undefined;

const objectTypes = ['passThrough', 'inherit', 'addToDocumentation', 'applyJSOnQueryFieldValue'];
const fieldTypes = ['passThrough', 'remove', 'defaultValue', 'transformDate'];

/** The last entry of a type: a later one replaces an earlier one. */
export function configurationOf(configurations: Configurations, type: string): MappingConfiguration | undefined {
  return configurations?.findLast((entry) => entry.type === type);
}

/** Whether a transformation takes over what the levels below it say. */
export function inherits(configurations: Configurations): boolean {
  return configurationOf(configurations, 'inherit') !== undefined;
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

/** Whether what is not mapped passes; it does where nothing is said. */
export function passThroughOf(configurations: Configurations, otherwise: BothWays<boolean>): BothWays<boolean> {
  const entry = configurationOf(configurations, 'passThrough');
  const way = (direction: Direction) => flag(entry?.properties?.[direction]) ?? otherwise[direction];
  return { fromVendor: way('fromVendor'), toVendor: way('toVendor') };
}

/** What a field's configuration says. */
export interface FieldSettings {
  /** undefined where the field says nothing of it */
  passThrough: BothWays<boolean | undefined>;
  remove: BothWays<boolean>;
  defaultValue: BothWays<unknown>;
  date: { pattern: string | undefined; vendorPattern: string | undefined } | undefined;
}

/**
 * Reads a field's configuration. `remove` without ways removes both; a mapped field whose `passThrough` is false in a
 * direction is not carried in it, as if it were removed.
 */
export function fieldSettings({ configuration }: TransformationField): FieldSettings {
  const properties = (type: string) => configurationOf(configuration, type)?.properties ?? undefined;
  const passes = properties('passThrough');
  const removal = configurationOf(configuration, 'remove');
  const removed = removal?.properties ?? {};
  const saysWay = flag(removed['fromVendor']) !== undefined || flag(removed['toVendor']) !== undefined;
  const removes = (direction: Direction) =>
    removal !== undefined && (saysWay ? flag(removed[direction]) === true : true);
  const dates = configurationOf(configuration, 'transformDate');
  const pattern = (name: string) => {
    const value = dates?.properties?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    passThrough: { fromVendor: flag(passes?.['fromVendor']), toVendor: flag(passes?.['toVendor']) },
    remove: { fromVendor: removes('fromVendor'), toVendor: removes('toVendor') },
    defaultValue: {
      fromVendor: properties('defaultValue')?.['fromVendor'] ?? undefined,
      toVendor: properties('defaultValue')?.['toVendor'] ?? undefined,
    },
    date: dates && { pattern: pattern('pattern'), vendorPattern: pattern('vendorPattern') },
  };
}

/** What is wrong with the configuration of an object, each in a sentence. */
export function objectConfigurationFaults(configurations: Configurations): string[] {
  return (configurations ?? []).flatMap((entry) => [
    ...unknownType(entry, objectTypes, 'configuration of the transformation'),
    ...wrongWays(entry, ['passThrough'], 'The transformation'),
  ]);
}

/** What is wrong with the configuration of a field, each in a sentence that names the field. */
export function fieldConfigurationFaults(field: TransformationField): string[] {
  const name = field.path ?? field.vendorPath ?? '';
  return (field.configuration ?? []).flatMap((entry) => [
    ...unknownType(entry, fieldTypes, `configuration of the field ${name}`),
    ...wrongWays(entry, ['passThrough', 'remove'], `The field ${name}`),
    ...(entry.type === 'transformDate' ? dateFaults(entry, name) : []),
    ...(entry.type === 'defaultValue' && !hasWay(entry)
      ? [`The field ${name} has a defaultValue without a value: give it the property fromVendor or toVendor`]
      : []),
  ]);
}

function unknownType({ type }: MappingConfiguration, known: readonly string[], where: string): string[] {
  return known.includes(type) ? [] : [`The ${where} has the type ${type}, which is not known: use ${known.join(', ')}`];
}

function hasWay({ properties }: MappingConfiguration): boolean {
  return (properties?.['fromVendor'] ?? properties?.['toVendor'] ?? undefined) !== undefined;
}

function wrongWays({ type, properties }: MappingConfiguration, types: readonly string[], whose: string): string[] {
  if (!types.includes(type)) return [];
  return (['fromVendor', 'toVendor'] as const).flatMap((direction) => {
    const value = properties?.[direction] ?? undefined;
    if (value === undefined || flag(value) !== undefined) return [];
    return [`${whose} has the configuration ${type} with ${direction} ${JSON.stringify(value)}: use true or false`];
  });
}

function dateFaults({ properties }: MappingConfiguration, name: string): string[] {
  const patterns = ['pattern', 'vendorPattern'].flatMap((key) => {
    const value = properties?.[key] ?? undefined;
    return value === undefined ? [] : [value];
  });
  if (patterns.length === 0) {
    return [`The field ${name} has a transformDate without a pattern: give it pattern, vendorPattern or both`];
  }
  return patterns.flatMap((pattern) => {
    const fault = typeof pattern === 'string' ? patternFault(pattern) : 'A date pattern is text';
    return fault === undefined ? [] : [`The field ${name} has a wrong transformDate. ${fault}`];
  });
}
