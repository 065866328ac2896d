// Zendesk's organizations and groups, which only need a name (developer docs "Organizations", "Groups").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { blank, isSameText, taken } from './answers.ts';
import { addGroup, addOrganization, type ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { tellOfOrganization } from './people-events.ts';
import { isLacking, isTaken, type Kind, recordsOf } from './records.ts';
import { groupChildren, organizationChildren } from './related.ts';
import { besideRows, includedIn } from './side-loads.ts';

const organizations: Kind = {
  name: 'organization',
  plural: 'organizations',
  writable: [
    'details',
    'domain_names',
    'external_id',
    'group_id',
    'name',
    'notes',
    'organization_fields',
    'shared_comments',
    'shared_tickets',
    'tags',
  ],
  ways: 'both',
  sideLoaded: 'organizations',
  records: (site) => site.organizations,
  add: addOrganization,
  tell: tellOfOrganization,
  check: (site, given, record) => checkName(site.organizations, given, record),
};

const groups: Kind = {
  name: 'group',
  plural: 'groups',
  writable: ['name', 'description', 'is_public'],
  ways: 'both',
  sideLoaded: 'groups',
  records: (site) => site.groups,
  add: addGroup,
  check: (site, given, record) => checkName(site.groups, given, record),
};

/** /api/v2/organizations.json and its records. */
export function organizationsApi(
  site: ZendeskSite,
  request: VendorRequest,
  id: number | undefined,
  child: string | undefined,
): Answer | undefined {
  if (child === undefined) return recordsOf(site, request, organizations, id);
  return id === undefined ? undefined : organizationChildren(site, request, id, child);
}

/**
 * GET /api/v2/organizations/search.json?external_id= or ?name=: those that have exactly this one. "But not both": how both, or
 * none, are refused is _assumed_.
 */
export function searchOrganizations(site: ZendeskSite, request: VendorRequest): Answer {
  const query = new URLSearchParams(request.query);
  const asked = (['external_id', 'name'] as const).filter((name) => query.has(name));
  const [field] = asked;
  if (field === undefined || asked.length > 1) {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: external_id or name' });
  }
  const rows = [...site.organizations.values()].filter((each) => isSameText(each[field], query.get(field) ?? ''));
  return pageOf(request, 'organizations', rows, { beside: besideRows(site, request, 'organizations') });
}

/**
 * /api/v2/groups.json and its records. With `include=users` each group names the ids of its users (_assumed_: the vendor's
 * own Ruby client reads `user_ids`).
 */
export function groupsApi(
  site: ZendeskSite,
  request: VendorRequest,
  id: number | undefined,
  child: string | undefined,
): Answer | undefined {
  if (child !== undefined) return id === undefined ? undefined : groupChildren(site, request, id, child);
  if (request.method !== 'GET' || !includedIn(request).has('users')) return recordsOf(site, request, groups, id);
  const withUsers = new Map(
    [...site.groups].map(([groupId, group]) => [groupId, { ...group, user_ids: usersOf(site, groupId) }]),
  );
  return recordsOf({ ...site, groups: withUsers }, request, groups, id);
}

/** GET …/show_many.json?ids= or, but for tickets, ?external_ids=: those that are there, in the order of the ids. */
export function showMany(
  request: VendorRequest,
  name: 'tickets' | 'users' | 'organizations',
  site: ZendeskSite,
): Answer {
  const query = new URLSearchParams(request.query);
  const isExternal = name !== 'tickets' && !query.has('ids');
  const ids = (query.get(isExternal ? 'external_ids' : 'ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: ids' });
  }
  // That 100 are the most, and how more are refused, is _assumed_.
  if (ids.length > 100) return json(422, { error: 'TooManyValues', description: 'Too many ids: 100 at most' });
  const records = [...site[name].values()];
  const find = (id: string) =>
    isExternal ? records.find((each) => isSameText(each['external_id'], id)) : site[name].get(Number(id));
  const rows = ids.flatMap((id) => find(id) ?? []);
  return pageOf({ ...request, query: '' }, name, rows, { beside: besideRows(site, request, name) });
}

function usersOf(site: ZendeskSite, groupId: number): number[] {
  return [...site.users.values()].filter((user) => user['default_group_id'] === groupId).map(({ id }) => id);
}

/** Names are there and, of one kind, all different. */
function checkName(
  records: Parameters<typeof isTaken>[0],
  given: Record<string, unknown>,
  record: Parameters<typeof isTaken>[3],
) {
  if (isLacking('name', given, record)) return [blank('name')];
  return 'name' in given && isTaken(records, 'name', String(given['name']).trim(), record) ? [taken('name')] : [];
}
