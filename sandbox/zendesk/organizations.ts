// Zendesk's organizations and groups, which only need a name (developer docs "Organizations", "Groups").

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { blank, recordNotFound, taken } from './answers.ts';
import { addGroup, addOrganization, type ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { isLacking, isTaken, type Kind, recordsOf } from './records.ts';
import { includedIn } from './side-loads.ts';

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

/** /api/v2/organizations.json and its records, with /show_many.json and /{id}/tickets.json, /users.json. */
export function organizationsApi(
  site: ZendeskSite,
  request: VendorRequest,
  id: number | undefined,
  child: string | undefined,
): Answer | undefined {
  if (child === undefined) return recordsOf(site, request, organizations, id);
  if (request.method !== 'GET' || id === undefined || (child !== 'tickets' && child !== 'users')) return undefined;
  if (!site.organizations.has(id)) return recordNotFound();
  const rows = [...site[child].values()].filter((row) => row['organization_id'] === id && row['active'] !== false);
  return pageOf(request, child, rows, { ways: 'both' });
}

/**
 * /api/v2/groups.json and its records. With `include=users` each group names the ids of its users (_assumed_: the vendor's
 * own Ruby client reads `user_ids`).
 */
export function groupsApi(site: ZendeskSite, request: VendorRequest, id: number | undefined): Answer | undefined {
  if (request.method !== 'GET' || !includedIn(request).has('users')) return recordsOf(site, request, groups, id);
  const withUsers = new Map(
    [...site.groups].map(([groupId, group]) => [groupId, { ...group, user_ids: usersOf(site, groupId) }]),
  );
  return recordsOf({ ...site, groups: withUsers }, request, groups, id);
}

/** GET …/show_many.json?ids=: those that are there, in the order of the ids. */
export function showMany(
  request: VendorRequest,
  name: 'tickets' | 'users' | 'organizations',
  site: ZendeskSite,
): Answer {
  const ids = (new URLSearchParams(request.query).get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: ids' });
  }
  // "A limit of 100 tickets can be listed"; how more are refused is _assumed_.
  if (ids.length > 100) return json(422, { error: 'TooManyValues', description: 'Too many ids: 100 at most' });
  const rows = ids.flatMap((id) => site[name].get(Number(id)) ?? []);
  return pageOf({ ...request, query: '' }, name, rows);
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
