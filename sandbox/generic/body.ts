// Request bodies as values, whatever they are written in, and what stands where a body's template had placeholders.

import { isObject, parseJson, writeValue } from '../../src/core/http.ts';
import { parseXml } from '../../src/core/xml.ts';
import type { BodyTemplate } from '../../src/engine/body-template.ts';
import { readParts } from '../parts.ts';
import type { Stored } from '../stored.ts';
import { formParameters, mediaType, type VendorRequest } from '../vendor.ts';
import { capture, type TextPattern, textPattern } from './address.ts';

/** An uploaded file. */
export interface Upload {
  name: string;
  contentType: string;
  stored: Stored;
}

/** What a request's body says. */
export interface ReadBody {
  kind: 'none' | 'json' | 'form' | 'xml' | 'text';
  value: unknown;
  file: Upload | undefined;
}

/** Reads a body by what it is more than by what it calls itself. Never throws. */
export function readBody(request: VendorRequest): ReadBody {
  const none = { kind: 'none', value: undefined, file: undefined } as const;
  const type = mediaType(request);
  if (type === 'multipart/form-data') return readForm(request);
  if (type === 'application/x-www-form-urlencoded') {
    return { kind: 'form', value: fieldsOf([...formParameters(request)]), file: undefined };
  }
  const text = request.body.trim();
  if (text === '') {
    if (request.upload.size === 0) return none;
    return { ...none, kind: 'text', file: { name: 'file', contentType: type, stored: request.upload } };
  }
  const json = /^[[{"\d-]|^(true|false|null)$/.test(text) ? parseJson(text) : undefined;
  if (json !== undefined) return { kind: 'json', value: json, file: undefined };
  const xml = text.startsWith('<') ? xmlOrNothing(text) : undefined;
  if (xml !== undefined) return { kind: 'xml', value: xml, file: undefined };
  return { kind: 'text', value: text, file: { name: 'file', contentType: type, stored: request.upload } };
}

function readForm(request: VendorRequest): ReadBody {
  const parts = readParts(request);
  const file = parts.find(({ fileName }) => fileName !== undefined);
  const fields = parts
    .filter(({ fileName }) => fileName === undefined)
    .map(({ name, stored, contentType }): [string, unknown] => {
      const text = stored.bytes().toString('utf8');
      return [name, contentType.includes('json') ? (parseJson(text) ?? text) : text];
    });
  const upload =
    file === undefined
      ? undefined
      : { name: file.fileName ?? 'file', contentType: file.contentType, stored: file.stored };
  return { kind: 'form', value: fieldsOf(fields), file: upload };
}

function fieldsOf(pairs: [string, unknown][]): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of pairs) {
    const present = fields[name];
    fields[name] = present === undefined ? value : Array.isArray(present) ? [...present, value] : [present, value];
  }
  return { ...fields };
}

function xmlOrNothing(text: string): Record<string, unknown> | undefined {
  try {
    return parseXml(text);
  } catch {
    return undefined;
  }
}

/** An element's name without its prefix. */
export function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The child of an element by its local name, with the name that it has. */
export function childNamed(value: unknown, local: string): [name: string, value: unknown] | undefined {
  return isObject(value) ? Object.entries(value).find(([name]) => localName(name) === local) : undefined;
}

/** The element that says what an XML message is about: the root, or what stands in the body of an envelope. */
export function messageOf(value: unknown): [name: string, content: unknown] | undefined {
  const [root] = isObject(value) ? Object.entries(value) : [];
  if (root === undefined || localName(root[0]) !== 'Envelope') return root;
  const content = childNamed(root[1], 'Body')?.[1];
  return isObject(content) ? Object.entries(content).find(([name]) => !name.startsWith('@')) : undefined;
}

/** An XML value without the prefixes and attributes that belong to XML and not to what it says. */
export function withoutPrefixes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrefixes);
  if (!isObject(value)) return value;
  const plain: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('@')) continue;
    plain[name === '#text' ? name : localName(name)] = withoutPrefixes(member);
  }
  return plain;
}

/** Where a body's template has placeholders, and the message that it makes. */
export interface TemplateReader {
  language: BodyTemplate['language'];
  /** the template as a value */
  value: unknown;
  places: readonly { path: readonly (string | number)[]; text: TextPattern }[];
}

/** Reads a template; undefined for one that no values can be read back from. */
export function readTemplate(text: string, template: BodyTemplate): TemplateReader | undefined {
  const { language } = template;
  const value =
    language === 'xml'
      ? xmlOrNothing(text)
      : language === 'json'
        ? parseJson(quotedTemplate(template))
        : text.includes('=')
          ? fieldsOf([...new URLSearchParams(text)])
          : undefined;
  if (value === undefined) return undefined;
  const places: { path: (string | number)[]; text: TextPattern }[] = [];
  const walk = (inner: unknown, path: (string | number)[]): void => {
    if (Array.isArray(inner)) for (const [index, one] of inner.entries()) walk(one, [...path, index]);
    else if (isObject(inner)) for (const [name, one] of Object.entries(inner)) walk(one, [...path, name]);
    else if (typeof inner === 'string' && inner.includes('{')) {
      const pattern = textPattern(inner, () => ({ kind: 'given' }), { given: '.*', setting: '.*' });
      if (pattern.names.length > 0) places.push({ path, text: pattern });
    }
  };
  walk(value, []);
  return { language, value, places };
}

/** A JSON template whose bare placeholders are quoted, so that it can be read as JSON. */
function quotedTemplate({ template, quoted }: BodyTemplate): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('base64' in part) return '';
      return quoted.has(part) ? part.whole : JSON.stringify(part.whole);
    })
    .join('');
}

/** What stands in a body at a template's placeholders. */
export function valuesIn(reader: TemplateReader, body: unknown): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { path, text } of reader.places) {
    let found = body;
    for (const step of path) {
      // One element is no array of one.
      if (typeof step === 'number' && !Array.isArray(found)) continue;
      found =
        typeof found === 'object' && found !== null && Object.hasOwn(found, step)
          ? (found as Record<string | number, unknown>)[step]
          : undefined;
    }
    if (found === undefined) continue;
    if (text.literal === 0 && text.names.length === 1) values.set(text.names[0] ?? '', found);
    else capture(text, writeValue(found), values as Map<string, string>);
  }
  // A placeholder that nothing was put in for stands there as it is written.
  for (const [name, value] of values) {
    if (typeof value === 'string' && /^\$?\{\{?:?[\w.@-]+\}?\}$/.test(value)) values.delete(name);
  }
  return values;
}
