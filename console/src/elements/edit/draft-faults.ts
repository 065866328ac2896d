// What the check says of the part that is edited, by its place within that part.

import { checkDocument, type Finding } from '../findings.ts';
import type { ElementDetail, Resource } from '../queries.ts';

/** Checks an element with a resource as it is written now; findings have their places within the resource. */
export async function checkResource(element: ElementDetail, draft: Resource, isNew: boolean): Promise<Finding[]> {
  const index = isNew ? element.resources.length : element.resources.findIndex(({ id }) => id === draft.id);
  const resources = isNew
    ? [...element.resources, draft]
    : element.resources.map((resource) => (resource.id === draft.id ? draft : resource));
  return within(await checkDocument({ ...element, resources }), `/resources/${index}`);
}

/** Checks an element with hooks and parameters of its own as they are written now. */
export async function checkShared(
  element: ElementDetail,
  shared: Pick<ElementDetail, 'hooks' | 'parameters'>,
): Promise<Finding[]> {
  const findings = await checkDocument({ ...element, ...shared });
  return findings.filter(({ path }) => /^\/(hooks|parameters)(\/|$)/.test(path));
}

function within(findings: readonly Finding[], place: string): Finding[] {
  return findings
    .filter(({ path }) => path === place || path.startsWith(`${place}/`))
    .map((finding) => ({ ...finding, path: finding.path.slice(place.length) || '/' }));
}

/** What is wrong at a place, or below it, in one text; undefined when nothing is. */
export function faultAt(findings: readonly Finding[], place: string, isBelow = false): string | undefined {
  const found = findings.filter(({ path }) => path === place || (isBelow && path.startsWith(`${place}/`)));
  if (found.length === 0) return undefined;
  return found.map(({ message, advice }) => `${message}. ${advice}`).join(' ');
}
