// Whose call it was.

import type { Call } from './queries.ts';

/** The account by its name, or the element that it was to be connected at. */
export function accountOf({ instanceName, elementName }: Call): string {
  return instanceName === undefined || instanceName === '' ? elementName : instanceName;
}
