// Paths: the vendor's with placeholders that can be filled, and ours below the hub, short where that keeps them apart.

import { type ConversionOptions, hubPath, variableName } from './conversion.ts';

/** The two paths of an operation. */
export interface Paths {
  /** with placeholders that the engine fills */
  vendorPath: string;
  /** of the caller: names and `{variables}` */
  segments: string[];
  /** the variables of both, by the name that the description uses first */
  variables: ReadonlyMap<string, string>;
}

/** Reads the path of a description. A segment of several parts, `{id}:close`, is as many segments of ours. */
export function readPath(address: string): Paths {
  const variables = new Map<string, string>();
  const used = new Set<string>();
  const vendorPath = address.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const wanted = variableName(name === '' ? 'value' : name);
    let unique = wanted;
    for (let count = 2; used.has(unique); count++) unique = `${wanted}_${count}`;
    used.add(unique);
    if (!variables.has(name)) variables.set(name, unique);
    return `{${unique}}`;
  });
  const segments = vendorPath
    .split('/')
    .flatMap((segment) => segment.match(/\{[^{}]*\}|[^{}]+/g) ?? [])
    .filter((part) => /^\{/.test(part) || /[A-Za-z0-9]/.test(part));
  for (const name of used) if (!variables.has(name)) variables.set(name, name);
  return { vendorPath, segments: segments.length === 0 ? ['root'] : segments, variables };
}

const prefix = /^(api|rest|v\d+([._]\d+)*|\d{4}-\d{2}(-\d{2})?|\d+(\.\d+)+)$/i;

/** Our paths, by operation: without their prefixes of API and version where no other path is then the same. */
export function nameOurPaths<Operation>(
  options: ConversionOptions,
  operations: ReadonlyMap<Operation, { method: string; paths: Paths }>,
): Map<Operation, string> {
  const full = (segments: readonly string[]) => hubPath(options, belowName(segments));
  const short = (segments: readonly string[]) => {
    const kept = segments.slice(segments.findIndex((segment) => !prefix.test(segment)));
    const isUsable = kept.length > 0 && segments.some((segment) => !prefix.test(segment)) && !isVariable(kept[0] ?? '');
    return isUsable ? hubPath(options, belowName(kept)) : full(segments);
  };
  const owners = new Map<string, Set<string>>();
  for (const { paths } of operations.values()) {
    const shape = shapeOf(short(paths.segments));
    owners.set(shape, (owners.get(shape) ?? new Set()).add(shapeOf(full(paths.segments))));
  }
  const named = new Map<Operation, string>();
  for (const [operation, { paths }] of operations) {
    const candidate = short(paths.segments);
    const isAlone = owners.get(shapeOf(candidate))?.size === 1;
    named.set(operation, isAlone ? candidate : full(paths.segments));
  }
  return named;
}

/** A path of one variable would answer every call, also `/ping`. */
function belowName(segments: readonly string[]): readonly string[] {
  return segments.length === 1 && isVariable(segments[0] ?? '') ? ['root', ...segments] : segments;
}

/** A path with its variables alike: two of one shape serve the same calls. */
export function shapeOf(path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}');
}

/** Whether a segment is a variable. */
function isVariable(segment: string): boolean {
  return /^\{.*\}$/.test(segment);
}

/** The last name of a path that is no variable: what its records are called. */
export function collectionOf(path: string): string | undefined {
  return path
    .split('/')
    .slice(3)
    .findLast((segment) => segment !== '' && !isVariable(segment));
}
