// Decides which calls are element calls: the hub segment is decorative, and with an element token an element's
// resource wins over a platform route of the same name.

import { withoutHub } from '../element/define.ts';

/** The prefix of the API. */
export const basePath = '/elements/api-v2';
/** Where element calls are led to; it is no public path. */
export const elementCallPath = '/-/element-call';

const platformOnly =
  /^\/(instances|elements|authentication|events|formulas|jobs|usage|audit-logs|docs|bulkloader)(\/|$)/;
const platformExact = /^\/(organizations\/me|accounts\/settings|hubs(\/[^/]+)?)$/;

/**
 * The path that a request is served under: element calls are led to `elementCallPath`, everything else stays.
 * Repeated slashes are folded, as some clients write them. `authorization` is the raw header.
 */
export function dispatchUrl(url: string, authorization: string | undefined): string {
  const end = url.indexOf('?');
  const suffix = end < 0 ? '' : url.slice(end);
  let path = end < 0 ? url : url.slice(0, end);
  if (path.includes('//')) path = path.replace(/\/{2,}/g, '/');
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  if (path.startsWith(elementCallPath)) return '/-/';
  if (!path.startsWith(`${basePath}/`)) return path + suffix;
  const apiPath = path.slice(basePath.length);
  return isElementCall(apiPath, authorization) ? elementCallPath + withoutHub(apiPath) + suffix : path + suffix;
}

/** Whether a path below the base is a call to an element; only calls with an element token are. */
export function isElementCall(path: string, authorization: string | undefined): boolean {
  if (!/(^|,)\s*element\s/i.test(authorization ?? '')) return false;
  if (/^\/hubs\/[^/]+\/elements$/.test(path)) return false;
  return !platformOnly.test(path) && !platformExact.test(path);
}
