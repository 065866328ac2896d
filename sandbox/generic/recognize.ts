// Which operation a request is for: by method, address and fixed parameters, by the action and message of SOAP, by the fields
// of forms, and by the object that a statement selects from.

import { isObject, valueAt } from '../../src/core/http.ts';
import { placeholders } from '../../src/core/template.ts';
import type { VendorRequest } from '../vendor.ts';
import { matchAddress, normalPath } from './address.ts';
import { localName, messageOf, type ReadBody, readBody, valuesIn } from './body.ts';
import { type Operation, plain } from './operation.ts';

/** A request that an operation serves, and what it says. */
export interface Recognized {
  operation: Operation;
  request: VendorRequest;
  query: URLSearchParams;
  body: ReadBody;
  /** what stands at the placeholders of the address, by their names */
  captures: ReadonlyMap<string, string>;
  /** what stands at the placeholders of the body, by their names */
  tokens: ReadonlyMap<string, unknown>;
}

/** The operation of a request; undefined when no operation is called so. */
export function recognize(operations: readonly Operation[], request: VendorRequest): Recognized | undefined {
  const query = new URLSearchParams(request.query);
  const body = readBody(request);
  const message = body.kind === 'xml' ? messageOf(body.value)?.[0] : undefined;
  let best: { score: number; found: Recognized } | undefined;
  for (const operation of operations) {
    if (operation.method !== request.method) continue;
    const captures = matchAddress(operation.address, request, query, operation.compiled.preRequest.length > 0);
    if (captures === undefined) continue;
    const score = scoreOf(operation, { request, query, body, message, captures });
    if (score === undefined || (best !== undefined && best.score >= score)) continue;
    best = { score, found: { operation, request, query, body, captures, tokens: new Map() } };
  }
  const found = best?.found ?? movedOperation(operations, request, query, body);
  if (found === undefined) return undefined;
  const { template } = found.operation;
  return template === undefined ? found : { ...found, tokens: valuesIn(template, body.value) };
}

interface Clues {
  request: VendorRequest;
  query: URLSearchParams;
  body: ReadBody;
  message: string | undefined;
  captures: Map<string, string>;
}

function scoreOf(operation: Operation, clues: Clues): number | undefined {
  const { request, query, body, message, captures } = clues;
  const { compiled, address } = operation;
  let score = address.path.literal + (operation.isLifecycle ? 0 : 1) + (operation.verb === 'describe' ? 5 : 0);
  const action = request.headers['soapaction']?.replace(/^"|"$/g, '');
  if (operation.soapAction !== undefined && action !== undefined && action !== '') {
    if (operation.soapAction.replace(/^"|"$/g, '') !== action) return undefined;
    score += 1000;
  }
  if (operation.message !== undefined && message !== undefined) {
    if (operation.message !== localName(message)) return undefined;
    score += 500;
  }
  for (const { name, value } of address.query)
    score += query.getAll(name).some((one) => value.pattern.test(one)) ? 50 : -50;
  const statement = statementScore(operation, query, captures);
  if (statement === undefined) return undefined;
  score += statement;
  const variables = placeholders(compiled.path);
  for (const { from, to, name, vendorName, required } of compiled.parameters) {
    if (from === 'value' || from === 'configuration') continue;
    if (to === 'query') score += query.has(vendorName) ? 2 : required ? -20 : 0;
    // What the path says is always sent.
    const isGiven = isObject(body.value) && vendorName in body.value;
    if (to === 'form' || to === 'multipart') score += isGiven ? 5 : variables.includes(name) ? -20 : -1;
    if (to === 'bodyField') score += valueAt(body.value, vendorName) === undefined ? 0 : 2;
  }
  if (body.kind === 'form' && isObject(body.value)) {
    const declared = new Set(compiled.parameters.map(({ vendorName }) => vendorName));
    for (const name of Object.keys(body.value)) score -= declared.has(name) ? 0 : 10;
  }
  return score;
}

/** Statements of many resources go to one address and differ in what they select from. */
function statementScore(
  { compiled }: Operation,
  query: URLSearchParams,
  captures: Map<string, string>,
): number | undefined {
  const { statement } = compiled.resource.valence ?? {};
  if (statement === undefined) return 0;
  const text = compiled.parameters
    .filter(({ converter, to }) => converter !== undefined && to === 'query')
    .map(({ vendorName }) => query.get(vendorName))
    .find((one) => one !== null && one !== undefined);
  const object = /\bFROM\s+(\w+)/i.exec(text ?? '')?.[1];
  if (object === undefined) return 0;
  const variable = /^\{(\w+)\}$/.exec(statement.object)?.[1];
  if (variable === undefined) return statement.object === object ? 200 : undefined;
  captures.set(variable, object);
  return 100;
}

/** A script may have sent the request elsewhere: then to the operation with such a script whose address is nearest. */
function movedOperation(
  operations: readonly Operation[],
  request: VendorRequest,
  query: URLSearchParams,
  body: ReadBody,
): Recognized | undefined {
  const moved = operations.filter(({ isMoved, compiled, method }) => {
    const keepsMethod = compiled.preRequest.every(({ source }) => !source.includes('request_vendor_method'));
    return isMoved && (method === request.method || !keepsMethod);
  });
  const [nearest] = nearestFirst(moved, request);
  if (nearest === undefined || nearest.shared === 0) return undefined;
  return { operation: nearest.operation, request, query, body, captures: new Map(), tokens: new Map() };
}

/** Operations with the most alike address first, and how many segments of it are the request's. */
export function nearestFirst(
  operations: readonly Operation[],
  request: VendorRequest,
): { operation: Operation; shared: number }[] {
  const asked = normalPath(request.path)
    .split('/')
    .filter((segment) => segment !== '')
    .map(plain);
  return operations
    .map((operation) => {
      const own = (operation.compiled.resource.vendorPath ?? '').replace(/^https?:\/\/[^/]*/i, '').split(/[/?]/);
      const names = new Set(own.filter((segment) => segment !== '' && !segment.includes('{')).map(plain));
      const shared = asked.filter((segment) => names.has(segment)).length;
      return { operation, shared, score: shared * 10 + (operation.method === request.method ? 5 : 0) - own.length };
    })
    .toSorted((a, b) => b.score - a.score);
}
