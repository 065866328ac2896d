// From a vendor's own description of its API to an element document: which converter a description is for.

import { Problem } from '../core/errors.ts';
import { isObject } from '../core/http.ts';
import type { Conversion, ConversionOptions, Converter } from './conversion.ts';
import { convertOData } from './odata.ts';
import { convertOpenApi } from './openapi.ts';
import { convertWsdl } from './wsdl.ts';

interface DescriptionType {
  /** as callers write it; the first is the name that the original API has for it */
  names: readonly string[];
  /** whether a text without a type given looks like one; XML begins with `<` */
  recognizes(text: string): boolean;
  convert: Converter;
}

/** The most particular first: the first that recognizes a text converts it. */
const types: readonly DescriptionType[] = [
  { names: ['soap', 'wsdl'], recognizes: (text) => isXmlOf(text, 'definitions'), convert: convertWsdl },
  { names: ['odata'], recognizes: (text) => isXmlOf(text, 'Edmx'), convert: convertOData },
  { names: ['swagger', 'openapi'], recognizes: (text) => !text.startsWith('<'), convert: convertOpenApi },
];

/** Whether the first element of a text, after what XML may have before it, has a name, whatever its prefix. */
function isXmlOf(text: string, name: string): boolean {
  const start = text.replace(/^(\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/, '');
  return new RegExp(`^<([\\w.-]+:)?${name}[\\s>/]`).test(start);
}

/** The names of the types of descriptions, as callers write them. */
const descriptionTypes: readonly string[] = types.flatMap(({ names }) => names);

/**
 * Converts a description; without a type it is found by the content. The document can be given to `POST /elements` as it
 * is. Throws a Problem (`badRequest`) for a type that is not known, and for a description that cannot be read, with
 * every fault of it.
 */
export async function convertDescription(
  text: string,
  type: string | undefined,
  options: ConversionOptions,
): Promise<Conversion> {
  const trimmed = text.replace(/^\uFEFF/, '').trimStart();
  if (trimmed === '') throw new Problem('badRequest', 'The description is empty: give a file, its content or its URL.');
  const wanted = type?.toLowerCase();
  const found = types.find(({ names, recognizes }) =>
    wanted === undefined ? recognizes(trimmed) : names.includes(wanted),
  );
  if (found === undefined) {
    throw new Problem(
      'badRequest',
      wanted === undefined
        ? `The description is of no type that can be converted: ${descriptionTypes.join(', ')}.`
        : `Descriptions of the type ${wanted.slice(0, 40)} cannot be converted; these can: ${descriptionTypes.join(', ')}.`,
    );
  }
  const { document, notes } = await found.convert(trimmed, options);
  return { document: storable(document) as Conversion['document'], notes: storable(notes) as Conversion['notes'] };
}

/** The value without the characters that PostgreSQL cannot store; a description may hold any. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(storable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [clean(name), storable(member)]));
}

function clean(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '').toWellFormed() : text;
}
