// Which fields can be written back as they were read, and why others cannot.

import type { Direction } from './configuration.ts';
import type { MappedField, UnmappedField } from './fields.ts';
import type { FieldLaw } from './mapping.ts';
import { beforeSelector, commonSteps, depthOf, hasSelector, listsOf, type Path } from './paths.ts';
import { type FieldType, typeText } from './values.ts';

/** What the law of a field depends on besides the field. */
export interface LawSurroundings {
  mapped: readonly MappedField[];
  passThrough: Record<Direction, boolean>;
  hasScripts: boolean;
}

/**
 * The law of a mapped field: lawful means that what is read of it, from records whose values have the vendor's type (ours,
 * where none is declared), is written back unchanged.
 */
export function lawOf(field: MappedField, surroundings: LawSurroundings): FieldLaw {
  const reason = surroundings.hasScripts ? scriptReason : reasonAgainst(field, surroundings);
  return {
    path: field.path.text,
    vendorPath: field.vendorPath.text,
    type: typeText(field.type),
    lawful: reason === undefined,
    reason,
  };
}

const scriptReason = 'a script runs after the mapping and may change it';

/** The law of a field that is not mapped: it passes under its own name, or it does not. */
export function unmappedLaw(
  { path, type, settings }: UnmappedField,
  { passThrough, hasScripts }: LawSurroundings,
): FieldLaw {
  const passes = (['fromVendor', 'toVendor'] as const).every(
    (direction) => !settings?.remove[direction] && (settings?.passThrough[direction] ?? passThrough[direction]),
  );
  const reason = hasScripts ? scriptReason : passes ? undefined : 'it is not mapped, and does not pass both ways';
  return { path: path.text, vendorPath: undefined, type: typeText(type), lawful: reason === undefined, reason };
}

function reasonAgainst(field: MappedField, { mapped }: LawSurroundings): string | undefined {
  const { path, vendorPath, carried, settings } = field;
  if (vendorPath.steps.at(-1)?.kind === 'size') return 'size() counts a list and cannot be written';
  if (!carried.fromVendor) return 'it is not carried from the vendor';
  if (!carried.toVendor) return 'it is not carried to the vendor';
  if (hasSelector(vendorPath) || hasSelector(path)) {
    return 'it is one element of a list, and whoever writes a list writes all of it';
  }
  if (depthOf(vendorPath) !== depthOf(path)) return 'lists of different depth are joined or taken apart';
  if ((vendorPath.steps.at(-1)?.kind === 'each') !== (path.steps.at(-1)?.kind === 'each')) {
    return 'an element without a value becomes null';
  }
  if (Object.values(settings.defaultValue).some((value) => value !== undefined)) {
    return 'an empty value is replaced by a default';
  }
  return neighbourReason(field, mapped) ?? (settings.date ? dateReason(settings.date) : typeReason(field));
}

function neighbourReason(field: MappedField, mapped: readonly MappedField[]): string | undefined {
  for (const other of mapped) {
    if (other === field || !(other.carried.fromVendor || other.carried.toVendor)) continue;
    if (touches(field.vendorPath, other.vendorPath))
      return `${other.path.text} shares ${other.vendorPath.text} with it`;
    if (touches(field.path, other.path)) return `it is not separate from the field ${other.path.text}`;
    if (mixesLists(field, other)) return `the field ${other.path.text} joins its list with another one`;
  }
  return undefined;
}

/** Whether what is written at one path changes what is read at the other. */
function touches(one: Path, other: Path): boolean {
  const [place, otherPlace] = [read(one).place, read(other).place];
  const fork = commonSteps(place, otherPlace);
  if (fork >= place.steps.length || fork >= otherPlace.steps.length) return true;
  // Where they part, one has a list and the other an object.
  return place.steps[fork]?.kind !== otherPlace.steps[fork]?.kind;
}

interface ReadPlace {
  place: Path;
  lists: string[];
}

const readPlaces = new WeakMap<Path, ReadPlace>();

/** What is asked of a path for each other field. */
function read(path: Path): ReadPlace {
  const known = readPlaces.get(path);
  if (known !== undefined) return known;
  const made = { place: beforeSelector(path), lists: listsOf(path) };
  readPlaces.set(path, made);
  return made;
}

/** Fields of the same list on one side belong to the same list on the other, so that elements stand beside each other. */
function mixesLists(field: MappedField, other: MappedField): boolean {
  const [ours, vendors] = [read(field.path).lists, read(field.vendorPath).lists];
  const [otherOurs, otherVendors] = [read(other.path).lists, read(other.vendorPath).lists];
  return ours.some((list, level) => {
    const [place, vendorPlace] = [otherOurs.indexOf(list), otherVendors.indexOf(vendors[level] ?? '')];
    return place !== vendorPlace || (place >= 0 && otherOurs.length !== otherVendors.length);
  });
}

/** Conversions, from the vendor's type to ours, that give back what they took. */
const restorable = new Set(['number string', 'boolean string', 'number boolean', 'boolean number', 'date string']);

function typeReason({ type, vendorType }: MappedField): string | undefined {
  if (type === undefined || vendorType === undefined || type.kind === vendorType.kind) return undefined;
  if (restorable.has(`${vendorType.kind} ${type.kind}`) || isObject(type, vendorType)) return undefined;
  return `${vendorType.kind} that became ${type.kind} is not always written as it was`;
}

function isObject(type: FieldType, vendorType: FieldType): boolean {
  return type.kind === 'definition' && vendorType.kind === 'object';
}

/** What a pattern writes, by its letters; each stands for all that say the same. */
const components = ['yY', 'MLD', 'dD', 'HkKh', 'm', 's', 'S'];

function dateReason({ pattern, vendorPattern }: NonNullable<MappedField['settings']['date']>): string | undefined {
  if (vendorPattern === undefined) return 'the pattern in which the vendor writes the date is not given';
  const vendors = lettersOf(vendorPattern);
  if (vendors === undefined) return countedReason(vendorPattern, pattern);
  if (/[zZX]/.test(vendors)) return 'the offset in which the vendor wrote the date is not kept';
  if (/S/.test(vendors) && !/^[^S]*SSS[^S]*$/.test(vendors)) return 'not all digits of a fraction of a second are kept';
  if (/[Kh]/.test(vendors) && !vendors.includes('a')) return 'the pattern does not tell morning from afternoon';
  return oursReason(pattern, vendors);
}

function countedReason(vendorPattern: string, pattern: string | undefined): string | undefined {
  const unit = vendorPattern.trim().toLowerCase();
  if (unit === 'microseconds') return 'microseconds are not kept';
  if (unit === 'epoch') return 'a number does not tell whether it counts seconds or milliseconds';
  return oursReason(pattern, unit === 'seconds' ? 'yMdHms' : 'yMdHmsS');
}

function oursReason(pattern: string | undefined, vendors: string): string | undefined {
  if (pattern === undefined) return undefined;
  const ours = lettersOf(pattern) ?? (/^seconds$/i.test(pattern.trim()) ? 'yMdHms' : 'yMdHmsS');
  const has = (letters: string, wanted: string) => [...wanted].some((letter) => letters.includes(letter));
  const lost = components.filter((wanted) => has(vendors, wanted) && !has(ours, wanted));
  if (lost.length > 0 || (/[Kh]/.test(ours) && !ours.includes('a'))) return 'its pattern leaves out parts of the date';
  if (/(?<!y)yy(?!y)/i.test(ours) && !/(?<!y)yy(?!y)/i.test(vendors)) return 'its pattern leaves out the century';
  return undefined;
}

/** The letters of a pattern without quoted text; undefined for a word that counts. */
function lettersOf(pattern: string): string | undefined {
  if (/^(?:milliseconds|millis|epoch|seconds|microseconds)$/i.test(pattern.trim())) return undefined;
  return pattern.replace(/'[^']*'/g, ' ').replace(/[^A-Za-z]/g, ' ');
}
