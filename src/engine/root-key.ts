// Root keys: under which member a vendor wants a body, and under which member it hides its answer.

import { isObject } from '../core/http.ts';

/** One step into an answer: a member, a position, or every row (`[*]`). */
type Step = string | number;

/** A resource's root key, read. */
export interface RootKey {
  /** members that the request body is wrapped in, outermost first */
  request: readonly string[];
  /** the way into the answer */
  response: readonly Step[];
}

const everyRow = '[*]';

/**
 * Reads a root key: `|x` and bare `x` are the response's, `x|` is the request's, `a|b` both; dotted, with `[n]`, `[*]`
 * and a leading dot.
 */
export function parseRootKey(text: string | null | undefined): RootKey {
  const parts = (text ?? '').split('|');
  const [request, response] = parts.length > 1 ? [parts[0], parts[1]] : ['', parts[0]];
  return { request: steps(request ?? '').map(String), response: steps(response ?? '') };
}

function steps(path: string): Step[] {
  return [...path.matchAll(/\[(\d+|\*)\]|([^.[\]]+)/g)].map(([, index, name]) => {
    if (index === '*') return everyRow;
    return index === undefined ? (name ?? '') : Number(index);
  });
}

/** A body under the members that the vendor wants around it. */
export function wrapInRoot(rootKey: RootKey, body: unknown): unknown {
  return rootKey.request.reduceRight<unknown>((inner, name) => ({ [name]: inner }), body);
}

/** What stands at the root of an answer; an answer without it comes back untouched. */
export function takeRoot(rootKey: RootKey, answer: unknown): unknown {
  if (rootKey.response.length === 0) return answer;
  const found = follow(answer, rootKey.response);
  return found === undefined ? answer : found;
}

function follow(value: unknown, path: readonly Step[]): unknown {
  let found = value;
  for (const [position, step] of path.entries()) {
    if (step === everyRow) {
      if (!Array.isArray(found)) return undefined;
      return found.map((row) => follow(row, path.slice(position + 1))).filter((row) => row !== undefined);
    }
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
    if (found === undefined) return undefined;
  }
  return found;
}
