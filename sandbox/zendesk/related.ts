// What hangs together with Zendesk's users, organizations, groups and tickets, and how much of it there is (developer docs
// "Tickets", "Users", "Organizations", "Groups").

import { toSecond } from '../seed.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { recordNotFound } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { tagsOf } from './tags.ts';
import { pageOfTickets } from './tickets.ts';
import { pageOfUsers } from './users.ts';

/** Lists that are counted, too, by the same path with /count behind it. */
const counted = [
  /^(tickets|users|organizations|groups)$/,
  /^tickets\/\d+\/comments$/,
  /^organizations\/\d+\/(tickets|users)$/,
  /^users\/\d+\/(tickets\/(ccd|assigned)|organizations|groups)$/,
  /^groups\/\d+\/users$/,
];

/** The path of the list that a path with /count counts. */
export function countedList(path: string): string | undefined {
  const list = path.endsWith('/count') ? path.slice(0, -'/count'.length) : undefined;
  return list !== undefined && counted.some((pattern) => pattern.test(list)) ? list : undefined;
}

/** How many rows the answer to a list has, as /count tells it; a refusal stays. */
export function countOf(site: ZendeskSite, list: Answer): Answer {
  if (list.status !== 200) return list;
  const { count } = JSON.parse(String(list.body)) as { count: number };
  return json(200, { count: { value: count, refreshed_at: toSecond(site.now()) } });
}

const namesUser = (ticket: ZendeskRecord, member: string, userId: number) => [ticket[member]].flat().includes(userId);

/** The members of a ticket by which it is a user's. */
const ticketMembers = {
  requested: ['requester_id'],
  ccd: ['collaborator_ids', 'email_cc_ids'],
  followed: ['follower_ids'],
  assigned: ['assignee_id'],
} as const;

function ticketsOf(site: ZendeskSite, way: keyof typeof ticketMembers, userId: number): ZendeskRecord[] {
  const members: readonly string[] = ticketMembers[way];
  return [...site.tickets.values()].filter((ticket) => members.some((member) => namesUser(ticket, member, userId)));
}

/** /api/v2/users/{id}/tickets/{way}.json, /groups.json, /organizations.json, /related.json and /tags.json. */
export function userChildren(
  site: ZendeskSite,
  request: VendorRequest,
  userId: number,
  [child, way, ...more]: readonly string[],
): Answer | undefined {
  const user = site.users.get(userId);
  if (more.length > 0 || (child !== 'tickets' && way !== undefined)) return undefined;
  if (child === 'tags') return tagsOf(site, request, user);
  if (request.method !== 'GET') return undefined;
  const lists: Record<string, (of: ZendeskRecord) => Answer | undefined> = {
    tickets: () =>
      way !== undefined && isWay(way) ? pageOfTickets(site, request, ticketsOf(site, way, userId)) : undefined,
    groups: (of) => pageOf(request, 'groups', oneOf(site.groups, of['default_group_id']), { ways: 'both' }),
    organizations: (of) =>
      pageOf(request, 'organizations', oneOf(site.organizations, of['organization_id']), { ways: 'both' }),
    related: () => json(200, { user_related: relatedToUser(site, userId) }),
  };
  return answered(lists, child, user);
}

/** /api/v2/organizations/{id}/tickets.json, /users.json, /related.json and /tags.json. */
export function organizationChildren(
  site: ZendeskSite,
  request: VendorRequest,
  id: number,
  child: string,
): Answer | undefined {
  const organization = site.organizations.get(id);
  if (child === 'tags') return tagsOf(site, request, organization);
  if (request.method !== 'GET') return undefined;
  const tickets = () => [...site.tickets.values()].filter((ticket) => ticket['organization_id'] === id);
  const users = () => [...site.users.values()].filter((user) => user['organization_id'] === id);
  const lists: Record<string, () => Answer> = {
    tickets: () => pageOfTickets(site, request, tickets()),
    users: () => pageOfUsers(site, request, users()),
    related: () =>
      json(200, {
        organization_related: {
          tickets_count: tickets().length,
          users_count: users().filter((user) => user['active'] !== false).length,
        },
      }),
  };
  return answered(lists, child, organization);
}

/** GET /api/v2/groups/{id}/users.json. */
export function groupChildren(
  site: ZendeskSite,
  request: VendorRequest,
  id: number,
  child: string,
): Answer | undefined {
  if (request.method !== 'GET' || child !== 'users') return undefined;
  if (!site.groups.has(id)) return recordNotFound();
  return pageOfUsers(
    site,
    request,
    [...site.users.values()].filter((user) => user['default_group_id'] === id),
  );
}

/** Subscriptions to organizations are not simulated. */
function relatedToUser(site: ZendeskSite, userId: number): Record<string, number> {
  return {
    assigned_tickets: ticketsOf(site, 'assigned', userId).length,
    ccd_tickets: ticketsOf(site, 'ccd', userId).length,
    organization_subscriptions: 0,
    requested_tickets: ticketsOf(site, 'requested', userId).length,
  };
}

function isWay(way: string): way is keyof typeof ticketMembers {
  return Object.hasOwn(ticketMembers, way);
}

/** In the sandbox everybody is in one group and one organization at most. */
function oneOf(records: ReadonlyMap<number, ZendeskRecord>, id: unknown): ZendeskRecord[] {
  const found = records.get(Number(id));
  return found === undefined ? [] : [found];
}

/** A path that is there with a record that is not is another refusal than a path that is not there. */
function answered(
  lists: Record<string, (of: ZendeskRecord) => Answer | undefined>,
  child: string | undefined,
  of: ZendeskRecord | undefined,
): Answer | undefined {
  const list = child !== undefined && Object.hasOwn(lists, child) ? lists[child] : undefined;
  if (list === undefined) return undefined;
  return of === undefined ? recordNotFound() : list(of);
}
