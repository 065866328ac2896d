// What an element says of the objects that are moved: whether it has bulk for them, where their records are listed and
// created, and how their lists are read to the end.

import { Problem } from '../core/errors.ts';
import { type Definition, declaredObjects } from '../element/define.ts';
import type { InstanceAccount } from '../engine/account.ts';
import { matchResource } from '../engine/match.ts';

/** Where the records of an object are, below the hub; percent-encoded. */
export interface ObjectPlace {
  /** as the caller names it */
  path: string;
  /** as the element's own resources name it */
  elementPath: string;
}

const flags = {
  download: ['bulkDownloadEnabled', 'hulkDownloadEnabled'],
  upload: ['bulkUploadEnabled', 'hulkUploadEnabled'],
} as const;

/**
 * The place of an object. `vendorName` is what a common resource of this name stands for; undefined when there is none.
 * `otherPath` is where its records are when they belong to another one, such as `/lists/7/contacts`. Throws a Problem when the element has no bulk for the object, or no such list or create.
 */
export function findObject(
  definition: Definition,
  objectName: string,
  vendorName: string | undefined,
  direction: 'download' | 'upload',
  otherPath?: string | undefined,
): ObjectPlace {
  const name = vendorName ?? objectName;
  const declared = declaredObjects(definition.document).filter(
    (object) => object['name'] === name || object['vendorName'] === name,
  );
  requireBulk(definition, declared, objectName, direction);
  const method = direction === 'download' ? 'GET' : 'POST';
  if (otherPath !== undefined) return placeAt(definition, otherPath, method);
  const names = [name, ...declared.map((object) => String(object['name']))];
  const candidates = [
    ...names.map((one) => `/${one.split('/').map(encodeURIComponent).join('/')}`),
    ...pathsOf(definition, name),
  ];
  const elementPath = candidates.find((path) => matchResource(definition, method, path) !== undefined);
  if (elementPath === undefined) {
    const what = direction === 'download' ? 'lists' : 'creates';
    throw new Problem(
      'badRequest',
      `${definition.key} has no ${method} /${name}, which ${what} ${objectName}: GET /objects lists its objects.`,
    );
  }
  return { path: vendorName === undefined ? elementPath : `/${encodeURIComponent(objectName)}`, elementPath };
}

function placeAt(definition: Definition, path: string, method: string): ObjectPlace {
  if (matchResource(definition, method, path) === undefined) {
    throw new Problem(
      'badRequest',
      `${definition.key} has no ${method} ${path}: name a path below the hub that it has.`,
    );
  }
  return { path, elementPath: path };
}

function requireBulk(
  definition: Definition,
  declared: readonly Record<string, unknown>[],
  objectName: string,
  direction: 'download' | 'upload',
): void {
  const element: Record<string, unknown> = definition.document;
  const [standard] = flags[direction];
  const said = declared.flatMap((object) => flags[direction].map((flag) => object[flag]));
  if (said.includes(true)) return;
  if (element[standard] === true && !declared.some((object) => object[standard] === false)) return;
  throw new Problem(
    'badRequest',
    `${definition.key} has no bulk ${direction} of ${objectName}: ${standard} is not set for the element or this object.`,
  );
}

/** The paths, below the hub, of resources that say which object they are of. */
function pathsOf({ document }: Definition, objectName: string): string[] {
  const paths: string[] = [];
  for (const resource of document.resources ?? []) {
    const [, hubs, , name, more] = resource.path.split('/');
    if (resource.objectName !== objectName || hubs !== 'hubs' || name === undefined || more !== undefined) continue;
    if (!name.includes('{')) paths.push(`/${name}`);
  }
  return paths;
}

/**
 * The account as a list is read to its end for: by cursor where the vendor has one, since numbered pages shift when records
 * come and go and many vendors end them early; and at once where it is this platform that divides the vendor's list.
 */
export function accountForWholeList({
  account,
  elementPath,
  orderBy,
}: {
  account: InstanceAccount;
  elementPath: string;
  orderBy: string | undefined;
}): InstanceAccount {
  const resource = matchResource(account.definition, 'GET', elementPath)?.resource;
  const extension = resource?.resource.valence;
  const hasKeyset = orderBy === undefined && extension?.statement?.keyset !== undefined;
  const changed: Record<string, string> = {};
  if (hasKeyset || extension?.paging?.includes('cursor')) changed['pagination.type'] = 'cursor';
  if (resource?.paging === 'platform') changed['pagination.max'] = String(mostRowsAtOnce);
  return Object.keys(changed).length === 0 ? account : accountWith(account, changed);
}

/** The account with other settings. */
export function accountWith(account: InstanceAccount, changed: Record<string, string>): InstanceAccount {
  // Object.create keeps getters of the account, which open secrets when they are needed.
  const descriptors = Object.getOwnPropertyDescriptors(account);
  return Object.defineProperties(
    {},
    {
      ...descriptors,
      values: { value: { ...account.values, ...changed }, enumerable: true },
    },
  ) as InstanceAccount;
}

/** Rows of a list that its vendor gives whole. */
const mostRowsAtOnce = 1_000_000_000;

/** The field by which a record of an object is addressed. */
export function primaryKeyOf({
  account,
  objectName,
  elementPath,
}: {
  account: InstanceAccount;
  objectName: string;
  elementPath: string;
}): string {
  const [, segment = ''] = elementPath.split('/');
  const names = new Set([objectName, decodeURIComponent(segment)]);
  const declared = declaredObjects(account.definition.document).find(
    (object) => names.has(String(object['name'])) || names.has(String(object['vendorName'])),
  );
  const named = declared?.['primaryKeyName'];
  if (typeof named === 'string' && named !== '') return named;
  const list = matchResource(account.definition, 'GET', elementPath)?.resource.resource;
  return list?.valence?.statement?.keyset ?? 'id';
}
