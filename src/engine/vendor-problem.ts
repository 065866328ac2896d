// A vendor's error as callers see it: its 4xx pass with its message, its 5xx become 502.

import { Problem } from '../core/errors.ts';
import { isObject, retryAfterSeconds, valueAt } from '../core/http.ts';

const longestMessage = 500;
/** Levels of an answer that are looked through for a text. */
const deepest = 6;

/** The Problem for an answer with an error status; `said` is what a hook reported instead of the vendor's own words. */
export function vendorProblem(
  reply: { status: number; headers: Record<string, string> },
  body: unknown,
  said?: string | undefined,
): Problem {
  const providerMessage = said ?? vendorMessage(body);
  const wait = waitSeconds(reply.headers);
  const detail = {
    ...(providerMessage === undefined ? {} : { providerMessage }),
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  };
  if (reply.status >= 500) {
    return new Problem('vendorFailed', `The vendor failed with status ${reply.status}: try again later.`, detail);
  }
  if (reply.status === 429) {
    return new Problem('tooManyRequests', 'The vendor limits how often it is called: wait and try again.', {
      retryAfterSeconds: 30,
      ...detail,
    });
  }
  return new Problem('vendorRefused', `The vendor refused the request with status ${reply.status}.`, {
    ...detail,
    status: reply.status < 400 ? 502 : reply.status,
  });
}

/** Retry-After in whole seconds, from a number or a date (RFC 9110 section 10.2.3). */
function waitSeconds(headers: Record<string, string>): number | undefined {
  const seconds = retryAfterSeconds({ status: 429, headers, body: Buffer.alloc(0) });
  if (seconds !== undefined) return Math.max(0, Math.ceil(seconds));
  const moment = Date.parse(headers['retry-after'] ?? '');
  const answered = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(moment) || Number.isNaN(answered)) return undefined;
  return Math.max(1, Math.ceil((moment - answered) / 1000));
}

/** Where vendors write what went wrong, the first that says something counts. */
const messagePaths = [
  'error_description',
  'description',
  'message',
  'error.message',
  'error.message.value',
  'error.description',
  'error',
  'errorMessage',
  'detail',
  'title',
];

/** Where vendors list the fields that are wrong. */
const faultPaths = [
  'details',
  'errors',
  'fields',
  'fieldErrors',
  'validationErrors',
  'validationResults',
  'invalid-params',
  'errorMessages',
  'error.errors',
  'error.details',
];

const textNames = ['message', 'description', 'detail', 'reason', 'text', 'faultstring', 'title', 'code'];
const fieldNames = ['field', 'name', 'param', 'property', 'attribute', 'path', 'pointer'];

/** What a vendor says went wrong, and with which fields; undefined when it says nothing. */
export function vendorMessage(body: unknown): string | undefined {
  const [first, ...others] = Array.isArray(body) ? body : [body];
  if (typeof first === 'string') return [first, ...others].filter(isText).join('; ').slice(0, longestMessage);
  if (!isObject(first)) return undefined;
  const said = messagePaths.map((path) => valueAt(first, path)).find(isText);
  const faults = [...faultPaths.flatMap((path) => faultsIn(valueAt(first, path))), ...faultsIn(others)];
  const message = said ?? faults.shift() ?? anyText(first, 0) ?? JSON.stringify(first);
  const more = [...new Set(faults)].filter((fault) => !message.includes(fault));
  return (more.length === 0 ? message : `${message} (${more.join('; ')})`).slice(0, longestMessage);
}

/** The faults in a list of them, or in an object whose members are the fields. */
function faultsIn(list: unknown, field?: string, depth = 0): string[] {
  if (isText(list)) return [named(field, list)];
  if (depth >= deepest) return [];
  if (Array.isArray(list)) return list.flatMap((entry) => faultsIn(entry, field, depth + 1));
  if (!isObject(list)) return [];
  const text = memberText(list, textNames);
  if (text !== undefined) return [named(memberText(list, fieldNames) ?? field, text)];
  return Object.entries(list).flatMap(([name, member]) => faultsIn(member, name, depth + 1));
}

/** A fault with its field in front, unless it names the field itself. */
function named(field: string | undefined, text: string): string {
  const plain = field?.replace(/^[#/]+/, '');
  if (!plain || text.toLowerCase().includes(plain.toLowerCase())) return text;
  return `${plain}: ${text}`;
}

/** Of answers that are written as nobody else's, the text nearest to their outside. */
function anyText(value: unknown, depth: number): string | undefined {
  if (!isObject(value) || depth >= deepest) return undefined;
  const here = memberText(value, textNames);
  if (here !== undefined) return here;
  for (const member of Object.values(value)) {
    const inside = anyText(Array.isArray(member) ? member[0] : member, depth + 1);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** The text of the first of these members that has one, however it is capitalized. */
function memberText(value: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const wanted of names) {
    for (const [name, member] of Object.entries(value)) {
      if (name.toLowerCase() === wanted && isText(member)) return member;
    }
  }
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
