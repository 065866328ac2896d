// Under which paths an element has a vendor's object.

import type { Definition } from '../element/define.ts';
import { matchResource } from './match.ts';

/** How the element calls a vendor's object in its paths: as it is, or as the resources of that object do. */
export function vendorPaths({ document }: Definition, vendorName: string): string[] {
  const paths = new Set<string>([vendorName.split('/').map(encodeURIComponent).join('/')]);
  for (const { objectName, path } of document.resources ?? []) {
    if (objectName !== vendorName) continue;
    const [, , , name] = path.split('/');
    if (name !== undefined && !name.includes('{')) paths.add(name);
  }
  return [...paths];
}

/** The path at which records of a vendor's object are listed, such as `/users`; undefined when there is none. */
export function listPath(definition: Definition, vendorName: string): string | undefined {
  const paths = vendorPaths(definition, vendorName).map((path) => `/${path}`);
  return paths.find((path) => matchResource(definition, 'GET', path) !== undefined);
}
