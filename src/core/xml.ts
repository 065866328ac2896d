// XML as plain objects and back, as elements of SOAP vendors expect it. Read by hand: answers are large, and a parser that
// keeps CDATA and white space apart from markup, and checks that tags match, costs five times as much as this.

import { Problem } from './errors.ts';
import { isObject } from './http.ts';

/** Why a text could not be read as XML. */
export class XmlError extends Error {}

interface OpenElement {
  name: string;
  /** attributes and child elements, once there are any */
  members: Record<string, unknown> | undefined;
  hasChildren: boolean;
  text: string;
}

const deepest = 100;
const namePattern = '[A-Za-z_:\\u0080-\\uffff][\\w:.\\-\\u0080-\\uffff]*';
const tagName = new RegExp(namePattern, 'y');
const attribute = new RegExp(`\\s+(${namePattern})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, 'y');
const tagEnd = /\s*(\/?)>/y;

/**
 * Reads a document as `{rootName: value}`. An element with nothing but text is that text, else an object: attributes as
 * `@name`, child elements by name, text as `#text`; names keep their prefixes, a single child is no array, repeated ones
 * are. White space between elements is dropped. Of entities only the five of XML and character references are resolved,
 * others stay as they are. Throws an `XmlError` for text that is not well-formed (XML 1.0), has a document type, is
 * nested more than 100 levels deep, or has an element named `__proto__`.
 */
export function parseXml(text: string): Record<string, unknown> {
  const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const document: OpenElement = { name: '', members: undefined, hasChildren: false, text: '' };
  const open: OpenElement[] = [];
  let current = document;
  let position = source.startsWith('\uFEFF') ? 1 : 0;

  const endOf = (terminator: string, from: number): number => {
    const found = source.indexOf(terminator, from);
    if (found === -1) throw new XmlError(`It ends where ${terminator} is missing.`);
    return found;
  };
  const close = (): void => {
    const parent = open.pop() ?? document;
    if (parent === document && document.hasChildren) throw new XmlError('It has more than one root element.');
    parent.members ??= {};
    parent.hasChildren = true;
    addMember(parent.members, current.name, elementValue(current));
    current = parent;
  };

  for (;;) {
    const next = source.indexOf('<', position);
    if (next !== position) {
      const run = next === -1 ? source.slice(position) : source.slice(position, next);
      if (current !== document) current.text += resolveEntities(run);
      else if (run.trim() !== '') throw new XmlError('It has text outside of its root element.');
    }
    if (next === -1) break;
    const kind = source[next + 1];
    if (kind === '/') {
      position = endOf('>', next) + 1;
      const name = source.slice(next + 2, position - 1).trimEnd();
      if (current === document || name !== current.name) throw new XmlError(`</${name}> closes what is not open.`);
      close();
    } else if (kind === '?') {
      position = endOf('?>', next) + 2;
    } else if (source.startsWith('<!--', next)) {
      position = endOf('-->', next + 4) + 3;
    } else if (source.startsWith('<![CDATA[', next) && current !== document) {
      position = endOf(']]>', next) + 3;
      current.text += source.slice(next + 9, position - 3);
    } else if (kind === '!') {
      throw new XmlError('It has a document type, which is not read.');
    } else {
      const name = matchAt(tagName, source, next + 1)?.[0];
      if (name === undefined || name === '__proto__') throw new XmlError(`There is no element name at ${next}.`);
      if (open.length >= deepest) throw new XmlError(`It is nested more than ${deepest} levels deep.`);
      open.push(current);
      current = { name, members: undefined, hasChildren: false, text: '' };
      position = next + 1 + name.length;
      for (let found = matchAt(attribute, source, position); found; found = matchAt(attribute, source, position)) {
        position = attribute.lastIndex;
        current.members ??= {};
        const key = `@${found[1]}`;
        if (Object.hasOwn(current.members, key)) throw new XmlError(`<${name}> has the attribute ${found[1]} twice.`);
        current.members[key] = resolveEntities((found[2] ?? found[3] ?? '').replace(/[\t\n]/g, ' '));
      }
      const end = matchAt(tagEnd, source, position);
      if (end === null) throw new XmlError(`The tag <${name}> is not well-formed.`);
      position = tagEnd.lastIndex;
      if (end[1] === '/') close();
    }
  }
  if (current !== document) throw new XmlError(`<${current.name}> is not closed.`);
  if (document.members === undefined) throw new XmlError('It has no element.');
  return document.members;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function addMember(members: Record<string, unknown>, name: string, value: unknown): void {
  if (!Object.hasOwn(members, name)) {
    members[name] = value;
    return;
  }
  const present = members[name];
  if (Array.isArray(present)) present.push(value);
  else members[name] = [present, value];
}

/** Values are never arrays: an array under a name is always one of repeated elements. */
function elementValue({ members, hasChildren, text }: OpenElement): string | Record<string, unknown> {
  const trimmed = text.trim();
  const shown = hasChildren || trimmed === '' ? trimmed : text;
  if (members === undefined) return shown;
  if (shown !== '') members['#text'] = shown;
  return members;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** In one pass, so that what comes out is never read again: no entity can grow. */
function resolveEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));/g,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return entities[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code > 0x10ffff) return whole;
      const character = String.fromCodePoint(code);
      return isXmlText(character) ? character : whole;
    },
  );
}

/** XML 1.0 section 2.2: the characters that a document can hold in any form. */
function isXmlText(text: string): boolean {
  return !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
}

const escapes: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * Escapes a text for an element or an attribute in either quotes, so that a reader gets exactly it. Throws a Problem
 * `badRequest` for characters that XML cannot hold, such as NUL.
 */
export function escapeXml(text: string): string {
  if (!isXmlText(text)) {
    throw new Problem('badRequest', 'A value has a control character that XML cannot hold: remove it.');
  }
  return text.replace(/[<>&"'\r]/g, (character) => escapes[character] ?? character);
}

/**
 * Writes an object as elements, the reverse of `parseXml`; null and undefined make an empty element, an empty array none.
 * Throws a Problem `badRequest` for names that XML does not have, nested arrays, and depth beyond 100.
 */
export function buildXml(elements: Record<string, unknown>): string {
  return Object.entries(elements)
    .map(([name, value]) => writeElements(name, value, 1))
    .join('');
}

function writeElements(name: string, value: unknown, depth: number): string {
  if (!Array.isArray(value)) return writeElement(name, value, depth);
  return value.map((one) => writeElement(name, one, depth)).join('');
}

function writeElement(name: string, value: unknown, depth: number): string {
  requireName(name);
  if (depth > deepest) throw new Problem('badRequest', `XML is not written more than ${deepest} levels deep.`);
  if (Array.isArray(value))
    throw new Problem('badRequest', `${name} is an array in an array, which XML does not have.`);
  if (!isObject(value)) return wrap(name, '', escapeXml(plainText(value)));
  let attributes = '';
  let content = '';
  for (const [key, member] of Object.entries(value)) {
    if (key === '#text') {
      content += escapeXml(plainText(member));
    } else if (key.startsWith('@')) {
      requireName(key.slice(1));
      const escaped = escapeXml(plainText(member)).replace(/[\t\n]/g, (character) => escapes[character] ?? character);
      attributes += ` ${key.slice(1)}="${escaped}"`;
    } else {
      content += writeElements(key, member, depth + 1);
    }
  }
  return wrap(name, attributes, content);
}

function wrap(name: string, attributes: string, content: string): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

const wholeName = new RegExp(`^${namePattern}$`);

function requireName(name: string): void {
  if (!wholeName.test(name) || !isXmlText(name)) {
    throw new Problem('badRequest', `${JSON.stringify(name)} cannot be the name of an XML element or attribute.`);
  }
}

function plainText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
