// Gives every part of a document that is stored a number of its own.

import { numberParts } from '../element/server-members.ts';
import type { PartNumbers } from '../store/elements.ts';

type Json = Record<string, unknown>;

/** The document with a fresh number for each part that has none. */
export async function numberNewParts(document: Json, partNumbers: PartNumbers): Promise<Json> {
  let missing = 0;
  numberParts(document, () => {
    missing++;
    return 0;
  });
  const numbers = await partNumbers(missing);
  return numberParts(document, () => numbers.pop() ?? 0);
}
