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
  /** where the resources of this path stand in the document, by method */
  places: Map<string, number> | undefined;
}

const trees = new WeakMap<Definition, Branch>();

/** The resource that serves a method and a path below the hub, or undefined. Throws a Problem for a path that cannot be decoded. */
export function matchResource(definition: Definition, method: string, path: string): Match | undefined {
  const segments = path.split('/').slice(1).map(decodeSegment);
  const place = walk(treeOf(definition), segments, 0, method)?.places?.get(method);
  if (place === undefined) return undefined;
  const resource = compileElement(definition).at(place);
  return { resource, pathVariables: withVendorObjects(definition, pathVariables(resource, segments)) };
}

/** What `/ping` asks the vendor: the element's own resource for it, else the one that tells whether credentials work. */
export function matchPing(definition: Definition): Match | undefined {
  const own = matchResource(definition, 'GET', '/ping');
  if (own !== undefined) return own;
  const resources = definition.document.resources ?? [];
  const place = resources.findIndex(({ type }) => type === 'provisionAuthValidation');
  return place < 0 ? undefined : { resource: compileElement(definition).at(place), pathVariables: Object.create(null) };
}

/** The methods that the element has for a path, for the answer 405. */
export function methodsOf(definition: Definition, path: string): string[] {
  const segments = path.split('/').slice(1).map(decodeSegment);
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  return methods.filter((method) => walk(treeOf(definition), segments, 0, method) !== undefined);
}

function walk(branch: Branch, segments: string[], position: number, method: string): Branch | undefined {
  const segment = segments[position];
  if (segment === undefined) return branch.places?.has(method) ? branch : undefined;
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
    for (const segment of pathBelowHub(resource).split('/').slice(1)) branch = step(branch, segment);
    branch.places ??= new Map();
    const method = methodOf(resource);
    if (!branch.places.has(method)) branch.places.set(method, place);
  }
  trees.set(definition, root);
  return root;
}

function emptyBranch(): Branch {
  return { statics: undefined, parameter: undefined, places: undefined };
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

function pathVariables(resource: CompiledResource, segments: string[]): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const [position, name] of resource.path.split('/').slice(1).entries()) {
    if (isParameter(name)) variables[name.replace(/^\{:?|\}$/g, '')] = segments[position] ?? '';
  }
  return variables;
}

/** An object that the element declares is called by the vendor's name for it. */
function withVendorObjects(definition: Definition, variables: Record<string, string>): Record<string, string> {
  for (const variable of ['objectName', 'childObjectName']) {
    const name = variables[variable];
    if (name !== undefined) variables[variable] = vendorObjectName(definition, name) ?? name;
  }
  return variables;
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('badRequest', 'The path cannot be decoded: percent-encode it as UTF-8.');
  }
}
