// From the text of an OpenAPI or Swagger description, in JSON or YAML, to its tree: bounded, every reference inside it.

import SwaggerParser from '@apidevtools/swagger-parser';
import { parseDocument } from 'yaml';
import { isObject } from '../core/http.ts';
import { type Fault, pointer, refusal } from './conversion.ts';

/** A description as it is written, references not yet followed. */
export interface DescriptionTree {
  root: Record<string, unknown>;
  version: '2.0' | '3';
}

const kind = 'OpenAPI';
/** levels of nesting; the largest public descriptions have about sixty */
const deepest = 200;
/** aliases that YAML may expand to; a small text can name an enormous tree */
const mostAliases = 1000;

/** Parses a description. Throws a Problem (`badRequest`) that names every fault of its syntax, or its wrong version. */
export function parseDescription(text: string): DescriptionTree {
  const root = /^\s*\{/.test(text) ? parseJsonText(text) : parseYamlText(text);
  if (!isObject(root)) throw refusal(kind, [{ path: '', message: 'is no object.' }]);
  const tooDeep = firstTooDeep(root);
  if (tooDeep !== undefined) {
    throw refusal(kind, [{ path: tooDeep, message: `is nested more than ${deepest} levels deep.` }]);
  }
  return { root, version: versionOf(root) };
}

function versionOf(root: Record<string, unknown>): DescriptionTree['version'] {
  const { swagger, openapi } = root;
  if (String(swagger) === '2.0' || swagger === 2) return '2.0';
  if (/^3\.\d/.test(String(openapi))) return '3';
  const named = swagger === undefined ? '/openapi' : '/swagger';
  const found = swagger ?? openapi;
  const message =
    found === undefined
      ? 'neither openapi nor swagger says a version: give OpenAPI 3 or Swagger 2.0.'
      : `the version ${JSON.stringify(found)?.slice(0, 40)} is not known: give OpenAPI 3 ("openapi": "3.…") or Swagger 2.0 ("swagger": "2.0").`;
  throw refusal(kind, [{ path: named, message }]);
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // YAML in flow style begins with a brace, too.
    if (text.length < 1_000_000) {
      try {
        return parseYamlText(text);
      } catch {
        // what JSON says of it is the better message
      }
    }
    throw refusal(kind, [{ path: '', message: `is no JSON: ${reasonOf(error)}.` }]);
  }
}

function parseYamlText(text: string): unknown {
  try {
    const document = parseDocument(text, { merge: true, logLevel: 'silent', prettyErrors: true });
    if (document.errors.length > 0) {
      throw refusal(
        kind,
        document.errors.map(({ message }) => ({ path: '', message: yamlFault(message.split('\n', 1)[0] ?? '') })),
      );
    }
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    if (error instanceof RangeError) {
      throw refusal(kind, [{ path: '', message: `is nested too deeply to be read as YAML.` }]);
    }
    if (error instanceof ReferenceError || error instanceof TypeError) {
      throw refusal(kind, [{ path: '', message: `is no YAML that can be read: ${reasonOf(error)}.` }]);
    }
    throw error;
  }
}

function yamlFault(message: string): string {
  const isTooDeep = message.startsWith('Maximum call stack size exceeded');
  return isTooDeep ? 'is nested too deeply to be read as YAML.' : `is no YAML: ${message}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '').slice(0, 200) : String(error);
}

/** The place of the first value that is nested too deeply; walks without recursion. */
function firstTooDeep(root: unknown): string | undefined {
  // An object that YAML aliases name again is looked at once for each depth that is larger.
  const depths = new Map<object, number>();
  const left: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path, depth } = next;
    if (typeof value !== 'object' || value === null || (depths.get(value) ?? -1) >= depth) continue;
    depths.set(value, depth);
    if (depth > deepest) return path.slice(0, 200);
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object') {
        left.push({ value: member, path: depth < 20 ? path + pointer(name) : path, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

/** Members whose values are anything, also something that looks like a reference. */
const freeMembers = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);
/** Members that hold things by names which may be any. */
const maps = new Set(['properties', 'patternProperties', 'definitions', 'schemas', '$defs', 'parameters', 'responses']);

/** Every reference that leads nowhere, or out of the description: nothing is fetched for a description. */
export function referenceFaults({ root }: DescriptionTree): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<object>();
  const left: { value: object; path: string; isMap: boolean }[] = [{ value: root, path: '', isMap: false }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path, isMap } = next;
    if (seen.has(value)) continue;
    seen.add(value);
    for (const [name, member] of Object.entries(value)) {
      const place = path + pointer(name);
      if (name === '$ref' && typeof member === 'string') {
        const fault = referenceFault(root, member);
        if (fault !== undefined) faults.push({ path: place, message: fault });
      } else if (typeof member === 'object' && member !== null) {
        if (!isMap && (freeMembers.has(name) || name.startsWith('x-'))) continue;
        left.push({ value: member, path: place, isMap: !isMap && maps.has(name) });
      }
    }
  }
  return faults.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function referenceFault(root: Record<string, unknown>, reference: string): string | undefined {
  if (!reference.startsWith('#')) {
    return `refers to ${JSON.stringify(reference.slice(0, 200))}, outside of this description, which is not fetched: bundle everything into one file.`;
  }
  if (valueAtPointer(root, reference) !== undefined) return undefined;
  return `refers to ${JSON.stringify(reference.slice(0, 200))}, which is not in the description.`;
}

/** The value at a JSON pointer in a URL fragment (`#/components/schemas/Pet`), or undefined. */
export function valueAtPointer(root: unknown, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let found: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const name = decodePart(part);
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

function decodePart(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // a percent sign that is meant as one
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * Where a description does not follow the schema of its version, as swagger-parser says. Public descriptions often have
 * such faults and can be converted all the same.
 */
export async function specificationFaults({ root }: DescriptionTree): Promise<Fault[]> {
  try {
    await SwaggerParser.validate(structuredClone(root) as unknown as Parameters<typeof SwaggerParser.validate>[0], {
      // Nothing is fetched: the guard stands before every request, and a parser knows nothing of it.
      resolve: { external: false, file: false, http: false },
      // The schemas of the specification allow references as they stand.
      dereference: { circular: 'ignore', excludedPathMatcher: () => true },
      validate: { schema: true, spec: false },
    });
    return [];
  } catch (error) {
    const details = isObject(error) && Array.isArray(error['details']) ? error['details'].filter(isObject) : [];
    if (details.length === 0) return [{ path: '', message: `${reasonOf(error)}.` }];
    return plainFaults(details);
  }
}

/** One fault for each place: of alternatives that all fail, each is told, which says little. */
function plainFaults(details: readonly Record<string, unknown>[]): Fault[] {
  const vague = new Set(['oneOf', 'anyOf', 'if', 'not', 'unevaluatedProperties']);
  const byPath = new Map<string, string>();
  for (const { instancePath, message, keyword, params } of details) {
    const path = String(instancePath ?? '');
    const text = String(message ?? 'is wrong');
    if (vague.has(String(keyword)) || text.includes("'$ref'") || byPath.has(path)) continue;
    const named = isObject(params) ? (params['additionalProperty'] ?? params['unevaluatedProperty']) : undefined;
    byPath.set(path, `${text}${named === undefined ? '' : ` (${named})`}.`);
  }
  if (byPath.size === 0) {
    for (const { instancePath, message } of details.slice(0, 3)) byPath.set(String(instancePath), `${message}.`);
  }
  return [...byPath].map(([path, message]) => ({ path, message }));
}
