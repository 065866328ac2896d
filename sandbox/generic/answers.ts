// The vendor's answers: a value put where the engine will look for it, written as JSON or XML, with the members and headers
// that response parameters, page keys and scripts read.

import { isObject, setAt, valueAt } from '../../src/core/http.ts';
import { buildXml } from '../../src/core/xml.ts';
import type { CompiledResource } from '../../src/engine/compile.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { localName, messageOf } from './body.ts';
import type { Operation } from './operation.ts';
import type { Page } from './pages.ts';
import { define } from './samples.ts';

/** What an operation answers, before it is put into its root. */
export interface Outcome {
  status: number;
  /** undefined for an answer without a body, where the document asks for none */
  value: unknown;
  page?: Page;
}

/** The value of a setting that the element fills from answers. */
export type Filled = (setting: string) => unknown;

/** Writes an outcome as the operation answers. */
export function writeAnswer(operation: Operation, request: VendorRequest, outcome: Outcome, filled: Filled): Answer {
  const { compiled, format, place } = operation;
  const headers: Record<string, string> = {};
  const placed = [...place].reverse().reduce<unknown>((inner, name) => ({ [name]: inner }), outcome.value);
  const asked = compiled.responseParameters.length > 0 || operation.hints.members.length > 0;
  if (outcome.value === undefined && !asked && compiled.rootKey.response.length === 0)
    return empty(outcome.status === 200 ? 204 : outcome.status);
  let whole = wrap(operation, outcome.value === undefined ? {} : placed);
  if (!isObject(whole) && !Array.isArray(whole) && format === 'xml') whole = { result: whole };
  whole = withPageKeys(operation, request, outcome.page, whole, headers);
  fillResponseParameters(compiled, whole, headers, filled);
  fillHints(operation, outcome, whole, headers);
  if (format === 'xml') {
    return {
      status: outcome.status,
      headers: { 'content-type': xmlType(operation), ...headers },
      body: writeXml(operation, whole),
    };
  }
  return json(outcome.status, whole ?? null, headers);
}

/** A value under its operation's root key. */
function wrap(operation: Operation, value: unknown): unknown {
  const { compiled, format, template } = operation;
  const steps = compiled.rootKey.response;
  const last = steps.at(-1);
  const isMessage = format === 'xml' && typeof last === 'string' && localName(last) === 'Body';
  const inner = isMessage ? { [responseName(operation)]: value } : value;
  if (steps.length > 0) return wrapSteps(steps, inner);
  if (format !== 'xml') return inner;
  if (template !== undefined && isEnvelope(template.value)) {
    const prefix =
      Object.keys(template.value as object)[0]
        ?.split(':')
        .slice(0, -1)
        .join(':') ?? '';
    const named = (name: string) => (prefix === '' ? name : `${prefix}:${name}`);
    return { [named('Envelope')]: { [named('Body')]: { [responseName(operation)]: inner } } };
  }
  return inner;
}

function isEnvelope(value: unknown): boolean {
  return isObject(value) && localName(Object.keys(value)[0] ?? '') === 'Envelope';
}

/** What the answer to a message is called, as most services do. */
function responseName({ template, compiled }: Operation): string {
  const name = template === undefined ? undefined : messageOf(template.value)?.[0];
  const own = localName(name ?? compiled.path.slice(compiled.path.lastIndexOf('/') + 1).replace(/[^\w.-]/g, ''));
  return `${own.replace(/Request$/, '')}Response`;
}

function wrapSteps(steps: CompiledResource['rootKey']['response'], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (step === '[*]') return (Array.isArray(value) ? value : [value]).map((one) => wrapSteps(rest, one));
  const inner = wrapSteps(rest, value);
  if (typeof step === 'number') return [...Array.from({ length: step }, () => null), inner];
  return { [step]: inner };
}

/** Tells the next page and the total where the document looks for them. */
function withPageKeys(
  { compiled }: Operation,
  request: VendorRequest,
  page: Page | undefined,
  whole: unknown,
  headers: Record<string, string>,
): unknown {
  if (page === undefined) return whole;
  if (compiled.totalKey !== undefined) setMember(whole, compiled.totalKey, page.total);
  const query = new URLSearchParams(request.query);
  if (isObject(whole) && query.get('$count') === 'true') setMember(whole, '@odata.count', page.total);
  if (query.get('$inlinecount') === 'allpages' && isObject(whole) && isObject(whole['d']))
    define(whole['d'], '__count', String(page.total));
  const key = compiled.nextPageKey;
  if (key === undefined || page.next === undefined) return whole;
  const takesWord = compiled.queryNames.has('nextPage') || compiled.queryNames.has('page');
  const isUrl = key.parameter !== undefined || !takesWord || key.name === 'link';
  const word = isUrl ? urlOfNext(request, page) : page.next;
  if (key.place === 'header') headers[key.name] = key.name === 'link' ? `<${word}>; rel="next"` : word;
  else setMember(whole, key.name, word);
  return whole;
}

function urlOfNext({ host, path, query }: VendorRequest, { next = '', parameter, scheme }: Page): string {
  const pairs = new URLSearchParams(query);
  pairs.delete('$skip');
  pairs.set(parameter, next);
  return `${scheme}://${host}${path}?${pairs.toString()}`;
}

/** OData's members have dots in their names. */
function setMember(whole: unknown, path: string, value: unknown): void {
  if (!isObject(whole)) return;
  if (path.startsWith('@')) define(whole, path, value);
  // A script sets what would stand among rows.
  else if (!standsInList(whole, path)) setAt(whole, path, value);
}

function standsInList(whole: unknown, path: string): boolean {
  const steps = path.split('.');
  return steps.some((_step, position) => Array.isArray(valueAt(whole, steps.slice(0, position).join('.'))));
}

/** Response parameters copy members and headers into settings: each finds something there. */
function fillResponseParameters(
  { responseParameters }: CompiledResource,
  whole: unknown,
  headers: Record<string, string>,
  filled: Filled,
): void {
  for (const { from, name, to, vendorName } of responseParameters) {
    const [key, place, path] = to === 'configuration' ? [vendorName, from, name] : [name, to, vendorName];
    if (place === 'header') headers[path.toLowerCase()] ??= String(filled(key));
    else if (isObject(whole) && path !== '' && path !== 'body' && valueAt(whole, path) === undefined) {
      if (!hasDeep(whole, path)) setAt(whole, path, filled(key));
    }
  }
}

/** Paths of response parameters are tried below the root key, too. */
function hasDeep(value: unknown, path: string, depth = 0): boolean {
  if (valueAt(value, path) !== undefined) return true;
  return (
    depth < 3 &&
    isObject(value) &&
    Object.values(value).some((inner) => isObject(inner) && hasDeep(inner, path, depth + 1))
  );
}

/** What scripts read is there: in rows, in the answer, and as headers. */
function fillHints(
  operation: Operation,
  { page, value }: Outcome,
  whole: unknown,
  headers: Record<string, string>,
): void {
  const { hints, verb } = operation;
  for (const name of hints.headers) {
    if (/^(content-|date$|link$|status)/.test(name)) continue;
    headers[name] ??= name === 'set-cookie' ? 'SANDBOX_SESSION=sandbox-session; path=/' : `sandbox-${name}`;
  }
  if (verb === 'list' && Array.isArray(value)) {
    for (const [index, row] of value.entries()) {
      if (!isObject(row)) continue;
      for (const path of hints.rowMembers)
        if (valueAt(row, path) === undefined) setAt(row, path, `row-${index}-of-${idOf(row, operation)}`);
    }
  }
  if (!isObject(whole)) return;
  for (const path of [...hints.members, ...hints.lists]) {
    if (path === '' || valueAt(whole, path) !== undefined || hasDeep(value, path)) continue;
    if (hints.lists.includes(path)) setAt(whole, path, []);
    else if (/next|cursor|token|stamp|last|more|after/i.test(path.slice(path.lastIndexOf('.') + 1)))
      setAt(whole, path, page?.next ?? null);
  }
}

function idOf(row: Record<string, unknown>, { collection }: Operation): string {
  return String(row[collection.idMember] ?? '');
}

function xmlType({ template }: Operation): string {
  const envelope = template !== undefined && isEnvelope(template.value) ? JSON.stringify(template.value) : '';
  return envelope.includes('http://www.w3.org/2003/05/soap-envelope')
    ? 'application/soap+xml; charset=utf-8'
    : 'text/xml; charset=utf-8';
}

/** A document has one root, and every prefix is declared at it. */
function writeXml({ template, collection, compiled }: Operation, whole: unknown): string {
  const single = isObject(whole) && Object.keys(whole).length === 1 && !Array.isArray(Object.values(whole)[0]);
  const root = single
    ? (whole as Record<string, unknown>)
    : { [elementName(collection.title)]: isObject(whole) ? whole : { item: whole } };
  const [[name, content] = ['response', {}]] = Object.entries(root);
  const members = xmlValue(content, 0);
  const declared = { ...namespacesOf(template?.value), ...missingNamespaces({ [name]: members }, compiled) };
  const known = namespacesOf(template?.value);
  const attributes = Object.fromEntries(Object.entries({ ...declared, ...known }));
  const body = isObject(members) ? { ...attributes, ...members } : { ...attributes, '#text': members };
  return `<?xml version="1.0" encoding="UTF-8"?>${buildXml({ [name]: body })}`;
}

/** What XML can say: names that it allows, lists as repeated elements, no list in a list. */
function xmlValue(value: unknown, depth: number): unknown {
  if (depth > 20) return null;
  if (Array.isArray(value))
    return value.map((one) => (Array.isArray(one) ? { item: xmlValue(one, depth + 1) } : xmlValue(one, depth + 1)));
  if (!isObject(value))
    return typeof value === 'string'
      ? value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
      : value;
  const made: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    define(made, name === '#text' || name.startsWith('@') ? name : elementName(name), xmlValue(member, depth + 1));
  }
  return made;
}

function elementName(name: string): string {
  const safe = name.replace(/[^\w:.-]/g, '_');
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`;
}

/** The namespaces that a template declares anywhere. */
function namespacesOf(value: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (inner: unknown): void => {
    if (Array.isArray(inner)) for (const one of inner) walk(one);
    else if (isObject(inner)) {
      for (const [name, member] of Object.entries(inner)) {
        if (name.startsWith('@xmlns:') && typeof member === 'string') found[name] ??= member;
        else walk(member);
      }
    }
  };
  walk(value);
  return found;
}

const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';

function missingNamespaces(value: unknown, { rootKey }: CompiledResource): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (inner: unknown): void => {
    if (Array.isArray(inner)) for (const one of inner) walk(one);
    else if (isObject(inner)) {
      for (const [name, member] of Object.entries(inner)) {
        const [, prefix] = /^@?([^:]+):/.exec(name) ?? [];
        if (prefix !== undefined && prefix !== 'xmlns' && prefix !== 'xml') {
          const isSoap = localName(String(rootKey.response[0] ?? '')) === 'Envelope' && name.endsWith(':Envelope');
          found[`@xmlns:${prefix}`] ??= isSoap ? soapNamespace : `urn:${prefix}`;
        }
        walk(member);
      }
    }
  };
  walk(value);
  return found;
}

/** An error in the operation's own format; a fault for messages in envelopes (SOAP 1.1 section 4.4). */
export function errorAnswer(
  operation: Operation | undefined,
  status: number,
  error: string,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  if (operation?.format !== 'xml') return json(status, { error, message }, headers);
  const first = String(operation.compiled.rootKey.response[0] ?? 'soap:Envelope');
  const envelope = localName(first) === 'Envelope' || operation.template !== undefined;
  if (!envelope) {
    return {
      status,
      headers: { 'content-type': 'text/xml; charset=utf-8', ...headers },
      body: buildXml({ error: { code: error, message } }),
    };
  }
  const name = localName(first) === 'Envelope' ? first : 'soap:Envelope';
  const prefix = name.includes(':') ? name.slice(0, name.indexOf(':') + 1) : '';
  const namespace = prefix === '' ? '@xmlns' : `@xmlns:${prefix.slice(0, -1)}`;
  const fault = { faultcode: `${prefix}Client`, faultstring: message, detail: { error } };
  const body = { [name]: { [namespace]: soapNamespace, [`${prefix}Body`]: { [`${prefix}Fault`]: fault } } };
  return { status, headers: { 'content-type': 'text/xml; charset=utf-8', ...headers }, body: buildXml(body) };
}
