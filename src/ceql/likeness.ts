// What a LIKE pattern asks for, for the many targets that know no patterns but contains, begins and ends.

import { soleValueOf } from './conditions.ts';
import { CeqlError, type Condition } from './parse.ts';

export interface Likeness {
  kind: 'equals' | 'contains' | 'startsWith' | 'endsWith';
  text: string;
}

/**
 * Reads the pattern of a `like` or `notLike` condition. Throws a CeqlError for a pattern with `%` inside its text, and
 * for one without any text.
 */
export function likenessOf(condition: Condition): Likeness {
  const pattern = String(soleValueOf(condition) ?? '');
  const open = pattern.startsWith('%');
  const close = pattern.length > 1 && pattern.endsWith('%');
  const text = pattern.slice(open ? 1 : 0, close ? -1 : undefined);
  if (text.includes('%')) {
    throw new CeqlError(`The pattern of ${condition.field} may have % at its beginning and end only`);
  }
  if (text === '') throw new CeqlError(`The pattern of ${condition.field} needs a text beside %`);
  if (open && close) return { kind: 'contains', text };
  if (open) return { kind: 'endsWith', text };
  return close ? { kind: 'startsWith', text } : { kind: 'equals', text };
}
