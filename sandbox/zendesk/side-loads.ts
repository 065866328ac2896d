// Zendesk's side-loading: records that belong to the rows, in lists beside them (developer docs "Side-loading related records").

import type { VendorRequest } from '../vendor.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';

/** The members of a row that name the records of a list, and where these are kept. */
interface SideLoad {
  members: readonly string[];
  records(site: ZendeskSite): ReadonlyMap<number, ZendeskRecord>;
}

const people = (...members: string[]): SideLoad => ({ members, records: (site) => site.users });
const groups = (...members: string[]): SideLoad => ({ members, records: (site) => site.groups });
const organizations = (...members: string[]): SideLoad => ({ members, records: (site) => site.organizations });

/** What each kind of rows can bring along; more than this is documented and not simulated, and ignored. */
const sideLoads = {
  tickets: {
    users: people('requester_id', 'submitter_id', 'assignee_id', 'collaborator_ids', 'follower_ids', 'email_cc_ids'),
    groups: groups('group_id'),
    organizations: organizations('organization_id'),
    brands: { members: ['brand_id'], records: (site) => site.brands },
  },
  comments: { users: people('author_id') },
  audits: {
    users: people('author_id'),
    tickets: { members: ['ticket_id'], records: (site) => site.tickets },
  },
  users: { organizations: organizations('organization_id'), groups: groups('default_group_id') },
  groups: { users: people('user_ids') },
  organizations: { groups: groups('group_id') },
  fields: { users: people('creator_user_id') },
} satisfies Record<string, Record<string, SideLoad>>;

/** Rows of which something can be side-loaded. */
export type SideLoaded = keyof typeof sideLoads;

/** The lists that `include` of a request names, with the records of the rows, each once. */
export function besideRows(
  site: ZendeskSite,
  request: VendorRequest,
  kind: SideLoaded,
): (rows: readonly ZendeskRecord[]) => Record<string, unknown> {
  const asked = includedIn(request);
  const known: Record<string, SideLoad> = sideLoads[kind];
  return (rows) =>
    Object.fromEntries(
      Object.entries(known)
        .filter(([name]) => asked.has(name))
        .map(([name, { members, records }]) => {
          const ids = new Set(rows.flatMap((row) => members.flatMap((member) => row[member] ?? [])));
          return [name, [...ids].flatMap((id) => records(site).get(Number(id)) ?? [])];
        }),
    );
}

/** What `include` names. */
export function includedIn(request: VendorRequest): Set<string> {
  const text = new URLSearchParams(request.query).get('include') ?? '';
  return new Set(text.split(',').map((name) => name.trim()));
}
