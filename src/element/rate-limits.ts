// Which calls a stated rate limit counts.

import type { RateLimit } from './extension.ts';

/** Whether a limit counts calls of a resource, by its path below the hub and its method in capitals. */
export function countsCalls({ paths, methods }: RateLimit, path: string, method: string): boolean {
  return (
    (paths === undefined || paths.some((pattern) => matchesPath(path, pattern))) &&
    (methods === undefined || methods.some((name) => name.toUpperCase() === method))
  );
}

/** Whether a path is one that a pattern stands for: `*` stands for any text. */
function matchesPath(path: string, pattern: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(path);
}
