// What the check of an element document says.

import { call } from '../call.ts';

/** One thing that is wrong with a document: where (a JSON pointer), what, and how to mend it. */
export interface Finding {
  level: 'error' | 'warning';
  path: string;
  message: string;
  advice: string;
}

/** Everything that is wrong with a document; nothing is stored. */
export function checkDocument(document: unknown): Promise<Finding[]> {
  return call<Finding[]>('POST', '/elements/check', { body: document });
}
