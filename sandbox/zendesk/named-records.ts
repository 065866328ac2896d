// Zendesk's records that only need a name: organizations and groups (developer docs "Organizations", "Groups").

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { pageOf, recordInvalid, recordNotFound, wrappedBody } from './answers.ts';
import { addGroup, addOrganization, type ZendeskRecord, type ZendeskSite } from './data.ts';

interface Kind {
  /** The member that a record stands under, `organization`; lists have an s. */
  name: string;
  writable: readonly string[];
  records(site: ZendeskSite): Map<number, ZendeskRecord>;
  add(site: ZendeskSite, record: ZendeskRecord): ZendeskRecord;
}

const kinds: Readonly<Record<string, Kind>> = {
  organizations: {
    name: 'organization',
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
    records: (site) => site.organizations,
    add: addOrganization,
  },
  groups: {
    name: 'group',
    writable: ['name', 'description', 'is_public'],
    records: (site) => site.groups,
    add: addGroup,
  },
};

/** Answers /api/v2/{collection}.json and /api/v2/{collection}/{id}.json; undefined for other collections and methods. */
export function namedRecords(
  site: ZendeskSite,
  request: VendorRequest,
  collection: string,
  id: number | undefined,
): Answer | undefined {
  const kind = Object.hasOwn(kinds, collection) ? kinds[collection] : undefined;
  if (kind === undefined) return undefined;
  const records = kind.records(site);
  if (id === undefined) {
    if (request.method === 'GET') return pageOf(request, collection, [...records.values()]);
    return request.method === 'POST' ? create(site, request, kind) : undefined;
  }
  const record = records.get(id);
  if (record === undefined) return recordNotFound();
  if (request.method === 'GET') return json(200, { [kind.name]: record });
  if (request.method === 'PUT') return update(site, request, kind, record);
  if (request.method !== 'DELETE') return undefined;
  records.delete(id);
  return empty(204);
}

function create(site: ZendeskSite, request: VendorRequest, kind: Kind): Answer {
  const { members: given, refusal } = wrappedBody(request, kind.name);
  if (refusal !== undefined) return refusal;
  const badName = checkName(site, kind, given['name'], undefined);
  if (badName !== undefined) return badName;
  const now = toSecond(site.now());
  const record = kind.add(site, { id: site.newId(), ...picked(kind, given), created_at: now, updated_at: now });
  return json(201, { [kind.name]: record }, { location: String(record['url']) });
}

function update(site: ZendeskSite, request: VendorRequest, kind: Kind, record: ZendeskRecord): Answer {
  const { members: given, refusal } = wrappedBody(request, kind.name);
  if (refusal !== undefined) return refusal;
  const badName = 'name' in given ? checkName(site, kind, given['name'], record.id) : undefined;
  if (badName !== undefined) return badName;
  Object.assign(record, picked(kind, given), { updated_at: toSecond(site.now()) });
  return json(200, { [kind.name]: record });
}

function picked(kind: Kind, given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(kind.writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

/** Names are there and, of one kind, all different. */
function checkName(site: ZendeskSite, kind: Kind, name: unknown, id: number | undefined): Answer | undefined {
  const text = String(name ?? '').trim();
  if (text === '') {
    return recordInvalid([{ field: 'name', description: 'Name: cannot be blank', error: 'BlankValue' }]);
  }
  const isTaken = [...kind.records(site).values()].some((record) => record.id !== id && record['name'] === text);
  if (!isTaken) return undefined;
  return recordInvalid([{ field: 'name', description: 'Name: has already been taken', error: 'DuplicateValue' }]);
}
