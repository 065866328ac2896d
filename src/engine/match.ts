// Which resource serves a call: static segments beat parameters, and only what the element has is found.

import { Problem } from '../core/errors.ts';
import { type Definition, isCallable, vendorObjectName } from '../element/define.ts';
import { type CompiledResource, compileElement, methodOf, pathBelowHub } from './compile.ts';

/** A resource that serves a call, and the values of the parameters in its path, decoded. */
export interface Match {
  resource: CompiledResource;
  pathVariables: Record<string, string>;
}

/** One level of the paths of an element; all the trees of a large catalog are kept, so each holds as little as it can. */
interface Branch {
  statics: Map<string, Branch> | undefined;
  parameter: Branch | undefined;
  /** the resources of the path that ends here, one for each method */
  endings: Ending[] | undefined;
}

/** A resource at the end of its path. */
interface Ending {
  method: string;
  /** where it stands in the document */
  place: number;
  /** the parameters of its path: the segment in which each stands, and its name */
  parameters: readonly (readonly [segment: number, name: string])[];
  /** made ready when it is first called */
  resource: CompiledResource | undefined;
}

const trees = new WeakMap<Definition, Branch>();

/** The resource that serves a method and a path below the hub, or undefined. Throws a Problem for a path that cannot be decoded. */
export function matchResource(definition: Definition, method: string, path: string): Match | undefined {
  const segments = segmentsOf(path);
  const ending = walk(treeOf(definition), segments, 1, method);
  if (ending === undefined) return undefined;
  ending.resource ??= compileElement(definition).at(ending.place);
  return { resource: ending.resource, pathVariables: pathVariables(definition, ending, segments) };
}

/** What `/ping` asks the vendor: the element's own resource for it, else the one that tells whether credentials work. */
export function matchPing(definition: Definition): Match | undefined {
  const own = matchResource(definition, 'GET', '/ping');
  if (own !== undefined) return own;
  const resources = definition.document.resources ?? [];
  const place = resources.findIndex(({ type }) => type === 'provisionAuthValidation');
  return place < 0 ? undefined : { resource: compileElement(definition).at(place), pathVariables: Object.create(null) };
}

/** The same, but throws a Problem (404, 405) where there is none. */
export function findMatch(definition: Definition, { method, path }: { method: string; path: string }): Match {
  const match = matchResource(definition, method, path);
  if (match !== undefined) return match;
  const methods = methodsOf(definition, path);
  if (methods.length === 0) {
    throw new Problem(
      'notFound',
      `${definition.key} has no resource ${path}; GET /elements/${definition.key} lists them.`,
    );
  }
  throw new Problem('methodNotAllowed', `${definition.key} has no ${method} ${path}, only ${methods.join(', ')}.`);
}

/** The methods that the element has for a path, for the answer 405. */
export function methodsOf(definition: Definition, path: string): string[] {
  const segments = segmentsOf(path);
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  return methods.filter((method) => walk(treeOf(definition), segments, 1, method) !== undefined);
}

/** The segments of a path, decoded; the first, before the slash, is empty. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  return path.includes('%') ? segments.map(decodeSegment) : segments;
}

function walk(branch: Branch, segments: string[], position: number, method: string): Ending | undefined {
  const segment = segments[position];
  if (segment === undefined) return branch.endings?.find((ending) => ending.method === method);
  const next = branch.statics?.get(segment);
  const found = next === undefined ? undefined : walk(next, segments, position + 1, method);
  if (found !== undefined || branch.parameter === undefined || segment === '') return found;
  return walk(branch.parameter, segments, position + 1, method);
}

function treeOf(definition: Definition): Branch {
  const known = trees.get(definition);
  if (known !== undefined) return known;
  const root = emptyBranch();
  for (const [place, resource] of (definition.document.resources ?? []).entries()) {
    if (!isCallable(resource)) continue;
    let branch = root;
    const segments = pathBelowHub(resource).split('/');
    for (const segment of segments.slice(1)) branch = step(branch, segment);
    const method = methodOf(resource);
    branch.endings ??= [];
    if (branch.endings.some((ending) => ending.method === method)) continue;
    branch.endings.push({ method, place, parameters: parametersOf(segments), resource: undefined });
  }
  trees.set(definition, root);
  return root;
}

function emptyBranch(): Branch {
  return { statics: undefined, parameter: undefined, endings: undefined };
}

function step(branch: Branch, segment: string): Branch {
  if (isParameter(segment)) {
    branch.parameter ??= emptyBranch();
    return branch.parameter;
  }
  branch.statics ??= new Map();
  const next = branch.statics.get(segment) ?? emptyBranch();
  branch.statics.set(segment, next);
  return next;
}

function isParameter(segment: string): boolean {
  return /^\{:?[^{}]*\}$/.test(segment);
}

function parametersOf(segments: readonly string[]): Ending['parameters'] {
  return segments.flatMap((segment, position) =>
    isParameter(segment) ? [[position, segment.replace(/^\{:?|\}$/g, '')] as const] : [],
  );
}

/** An object that the element declares is called by the vendor's name for it. */
function pathVariables(definition: Definition, { parameters }: Ending, segments: string[]): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const [position, name] of parameters) {
    const value = segments[position] ?? '';
    variables[name] =
      name === 'objectName' || name === 'childObjectName' ? (vendorObjectName(definition, value) ?? value) : value;
  }
  return variables;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('badRequest', 'The path cannot be decoded: percent-encode it as UTF-8.');
  }
}
