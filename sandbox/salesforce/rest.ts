// Salesforce's REST API, as far as the versions and the list of resources.

import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, type VendorRequest } from '../vendor.ts';
import { organizationOf, salesforceUserId } from './organization.ts';

const firstVersion = 20;
const lastVersion = 63;
const seasons = ['Winter', 'Spring', 'Summer'];

/** GET /services/data needs no token; everything below it does (REST API Developer Guide "Versions", "Resources by Version"). */
export function salesforceRest(state: SandboxState, request: VendorRequest): Answer {
  const path = request.path.replace(/\/$/, '');
  if (path === '/services/data') return json(200, versions());
  const token = state.tokens.goodAccessToken('salesforce', bearerToken(request) ?? '');
  if (token === undefined || organizationOf(token.grant.host).host !== request.host) {
    const body = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];
    return json(401, body, { 'www-authenticate': 'Bearer realm="Salesforce"' });
  }
  const version = /^\/services\/data\/v(\d+)\.0$/.exec(path)?.[1];
  if (version !== undefined && Number(version) >= firstVersion && Number(version) <= lastVersion) {
    const { id, loginHost } = organizationOf(request.host);
    const identity = `https://${loginHost}/id/${id}/${salesforceUserId(token.grant.account.number)}`;
    return json(200, { ...resources(`/services/data/v${version}.0`), identity });
  }
  return notFound();
}

/** The REST API's answer to an unknown path. */
export function notFound(): Answer {
  return json(404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]);
}

/** API version 20 is Winter ’11; there are three a year. */
function versions(): Record<string, string>[] {
  const numbers = Array.from({ length: lastVersion - firstVersion + 1 }, (_, index) => firstVersion + index);
  return numbers.map((number) => ({
    label: `${seasons[(number - firstVersion) % 3]} '${11 + Math.floor((number - firstVersion) / 3)}`,
    url: `/services/data/v${number}.0`,
    version: `${number}.0`,
  }));
}

function resources(base: string): Record<string, string> {
  const names = ['sobjects', 'query', 'queryAll', 'search', 'limits', 'analytics', 'chatter', 'recent', 'tooling'];
  return Object.fromEntries(names.map((name) => [name, `${base}/${name}`]));
}
