// Descriptions in XML as a tree with namespaces, in the order of the document: WSDL, XML Schema and CSDL name things by
// qualified names, and the order of a schema's elements is the order of a message.

import { XMLParser } from 'fast-xml-parser';
import { isObject } from '../core/http.ts';
import { parseXml, XmlError } from '../core/xml.ts';
import { refusal } from './conversion.ts';

/** A name in a namespace; '' is none. */
export interface QName {
  namespace: string;
  local: string;
}

/** One element. */
export interface XmlElement extends QName {
  /** by name as it is written, prefix included */
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlElement[];
  /** the text directly in it */
  text: string;
  /** namespaces by prefix, as they are in force here */
  scope: Readonly<Record<string, string>>;
  /** where it stands: `/definitions/binding[2]` */
  path: string;
}

/** Levels that a description has at most (src/core/xml.ts), and elements. */
const mostElements = 200_000;

const reader = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: true,
  // character references are read with these only
  htmlEntities: true,
});

/**
 * Reads a description. Throws a Problem `badRequest` that calls it `kind` when it is not well-formed, has a document
 * type (so no entity can grow), is nested more than 100 levels deep, or has more than 200,000 elements.
 */
export function readXmlTree(text: string, kind: string): XmlElement {
  const source = text.replace(/^\uFEFF/, '');
  try {
    parseXml(source);
    const [root] = elementsIn(reader.parse(source), { xml: 'http://www.w3.org/XML/1998/namespace' }, '', { count: 0 });
    if (root !== undefined) return root;
  } catch (error) {
    throw refusal(kind, [{ path: '', message: reasonOf(error) }]);
  }
  throw refusal(kind, [{ path: '', message: 'It has no element.' }]);
}

function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof XmlError
    ? `It is not XML that is read here. ${reason}`
    : `It cannot be read as XML: ${reason}`;
}

function elementsIn(
  nodes: unknown,
  outer: Readonly<Record<string, string>>,
  path: string,
  read: { count: number },
): XmlElement[] {
  const elements: XmlElement[] = [];
  const seen = new Map<string, number>();
  for (const node of Array.isArray(nodes) ? nodes : []) {
    const name = isObject(node) ? Object.keys(node).find((key) => key !== ':@' && key !== '#text') : undefined;
    if (name === undefined) continue;
    read.count += 1;
    if (read.count > mostElements) throw new Error(`it has more than ${mostElements} elements.`);
    const attributes = attributesOf(node[':@']);
    const scope = scopeWith(outer, attributes);
    const { local, namespace } = resolve(name, scope, true);
    const position = (seen.get(local) ?? 0) + 1;
    seen.set(local, position);
    const place = `${path}/${local}${position === 1 ? '' : `[${position}]`}`;
    const content = node[name];
    elements.push({
      local,
      namespace,
      attributes,
      scope,
      path: place,
      children: elementsIn(content, scope, place, read),
      text: textIn(content),
    });
  }
  return elements;
}

function attributesOf(value: unknown): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null);
  if (isObject(value)) for (const [name, text] of Object.entries(value)) attributes[name] = String(text);
  return attributes;
}

function textIn(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  return nodes
    .map((node) => (isObject(node) && '#text' in node ? String(node['#text']) : ''))
    .join('')
    .trim();
}

function scopeWith(
  outer: Readonly<Record<string, string>>,
  attributes: Record<string, string>,
): Readonly<Record<string, string>> {
  let scope: Record<string, string> | undefined;
  for (const [name, value] of Object.entries(attributes)) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    scope ??= Object.assign(Object.create(null), outer) as Record<string, string>;
    scope[name === 'xmlns' ? '' : name.slice('xmlns:'.length)] = value;
  }
  return scope ?? outer;
}

function resolve(name: string, scope: Readonly<Record<string, string>>, takesDefault: boolean): QName {
  const colon = name.indexOf(':');
  if (colon === -1) return { local: name, namespace: takesDefault ? (scope[''] ?? '') : '' };
  return { local: name.slice(colon + 1), namespace: scope[name.slice(0, colon)] ?? '' };
}

/** The qualified name that an attribute's value or a text is, in the namespaces of the element where it stands. */
export function qualifiedName(element: XmlElement, name: string): QName {
  return resolve(name.trim(), element.scope, true);
}

/** A qualified name as a key of maps. */
export function keyOf({ namespace, local }: QName): string {
  return `{${namespace}}${local}`;
}

/** The children of this local name, and of this namespace if one is given. */
export function childrenNamed(element: XmlElement, local: string, namespace?: string): XmlElement[] {
  return element.children.filter(
    (child) => child.local === local && (namespace === undefined || child.namespace === namespace),
  );
}

/** The first child of this local name, and of this namespace if one is given. */
export function childNamed(element: XmlElement, local: string, namespace?: string): XmlElement | undefined {
  return childrenNamed(element, local, namespace)[0];
}

/** An attribute by its local name and namespace; without a namespace, one that is written without a prefix. */
export function attributeOf(element: XmlElement, local: string, namespace = ''): string | undefined {
  if (namespace === '') return element.attributes[local];
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!name.includes(':')) continue;
    const found = resolve(name, element.scope, false);
    if (found.local === local && found.namespace === namespace) return value;
  }
  return undefined;
}
