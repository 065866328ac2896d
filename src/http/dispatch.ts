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
 * Repeated slashes are folded, as some clients write them. `withInstance`: the request names an instance to call at.
 */
export function dispatchUrl(url: string, withInstance: boolean): string {
  const end = url.indexOf('?');
  const suffix = end < 0 ? '' : url.slice(end);
  let path = end < 0 ? url : url.slice(0, end);
  if (path.includes('//')) path = path.replace(/\/{2,}/g, '/');
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  if (path.startsWith(elementCallPath)) return '/-/';
  if (!path.startsWith(`${basePath}/`)) return path + suffix;
  const apiPath = path.slice(basePath.length);
  return withInstance && isElementCall(apiPath) ? elementCallPath + withoutHub(apiPath) + suffix : path + suffix;
}

/** Whether an Authorization header has an element token. */
export function hasElementToken(authorization: string | undefined): boolean {
  return /(^|,)\s*element\s/i.test(authorization ?? '');
}

/** Whether a path below the base is a call to an element when an instance is named with it. */
function isElementCall(path: string): boolean {
  if (/^\/hubs\/[^/]+\/elements$/.test(path)) return false;
  return !platformOnly.test(path) && !platformExact.test(path);
}
