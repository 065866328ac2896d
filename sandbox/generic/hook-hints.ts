// What the scripts of a document read from the vendor's answers: members and headers that must be there for them to work.

import type { CompiledHook } from '../../src/engine/compile.ts';

/** What scripts expect of an answer. */
export interface HookHints {
  /** paths that scripts go through as rows, such as `data` in `response_body.data.length` */
  lists: readonly string[];
  /** paths of members of a row */
  rowMembers: readonly string[];
  /** paths of other members */
  members: readonly string[];
  headers: readonly string[];
}

const read = /response_body(?:_raw)?(?:_map)?((?:\??\.[A-Za-z_$][\w$]*|\[[^\]\n]*\])+)(\s*=(?!=))?/g;
const readHeader = /response_headers(?:\.([A-Za-z_$][\w$]*)|\[\s*['"]([^'"]+)['"]\s*\])/g;
const listMethods = new Set([
  'length',
  'map',
  'forEach',
  'filter',
  'find',
  'reduce',
  'some',
  'every',
  'slice',
  'concat',
  'push',
  'sort',
]);
const textMethods = new Set([
  'toString',
  'split',
  'replace',
  'substring',
  'indexOf',
  'includes',
  'trim',
  'toLowerCase',
  'match',
  'hasOwnProperty',
]);

/** Reads what scripts that run after a call say of its answer. */
export function hintsOf(hooks: readonly CompiledHook[]): HookHints {
  const lists = new Set<string>();
  const rowMembers = new Set<string>();
  const members = new Set<string>();
  const headers = new Set<string>();
  for (const { source } of hooks) {
    for (const [, path = '', assigned] of source.matchAll(read)) {
      if (assigned !== undefined) continue;
      const steps = [...path.matchAll(/\.([A-Za-z_$][\w$]*)|\[\s*(['"]?)([^\]]*?)\2\s*\]/g)].map(
        ([, name, quote, inner = '']) => (name !== undefined ? name : quote === '' ? '[]' : inner),
      );
      const row = steps.indexOf('[]');
      const last = steps.at(-1) ?? '';
      if (row >= 0) {
        lists.add(steps.slice(0, row).join('.'));
        const inner = steps.slice(row + 1).filter((step) => !listMethods.has(step) && !textMethods.has(step));
        if (inner.length > 0 && !inner.includes('[]')) rowMembers.add(inner.join('.'));
      } else if (listMethods.has(last)) lists.add(steps.slice(0, -1).join('.'));
      else members.add(steps.filter((step) => !textMethods.has(step)).join('.'));
    }
    for (const [, bare, quoted] of source.matchAll(readHeader)) headers.add((bare ?? quoted ?? '').toLowerCase());
  }
  const given = ({ size }: { size: number }) => size > 0;
  for (const set of [lists, rowMembers, members]) if (given(set)) set.delete('');
  return { lists: [...lists], rowMembers: [...rowMembers], members: [...members], headers: [...headers] };
}
