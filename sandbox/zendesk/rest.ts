// Which request of Zendesk's REST API goes where, for a caller whose token was found good.

import type { SandboxState } from '../state.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import { invalidEndpoint, invalidId } from './answers.ts';
import { listAudits, showAudit } from './audits.ts';
import { brands } from './brands.ts';
import { macros, slaPolicies } from './business-rules.ts';
import type { ZendeskSite } from './data.ts';
import { ticketFields, userFields } from './fields.ts';
import { helpCenter } from './help-center.ts';
import { identities } from './identities.ts';
import { groupsApi, organizationsApi, searchOrganizations, showMany } from './organizations.ts';
import { type Kind, recordsOf } from './records.ts';
import { countedList, countOf, userChildren } from './related.ts';
import { search, searchCount } from './search.ts';
import { targets } from './targets.ts';
import { listMetrics, ticketChildren } from './ticket-children.ts';
import { createTicket, deleteTicket, listComments, listTickets, showTicket, updateTicket } from './tickets.ts';
import { triggersApi } from './triggers.ts';
import { deleteUpload, showAttachment, upload } from './uploads.ts';
import { createUser, deleteUser, listUsers, showUser, updateUser } from './users.ts';
import { webhooksApi } from './webhooks.ts';

/** One call: the path after /api/v2/ in its segments, and whose it is. */
interface Call {
  state: SandboxState;
  site: ZendeskSite;
  request: VendorRequest;
  userId: number;
}

type Place = (call: Call, segments: readonly string[]) => Answer | undefined;

const plain =
  (kind: Kind): Place =>
  ({ site, request }, [id, ...more]) =>
    more.length > 0 ? undefined : recordsOf(site, request, kind, id === undefined ? undefined : Number(id));

/** What stands first in a path. */
const places: Readonly<Record<string, Place>> = {
  attachments: ({ site, request }, [id, ...more]) =>
    request.method === 'GET' && id !== undefined && more.length === 0 ? showAttachment(site, Number(id)) : undefined,
  brands: plain(brands),
  groups: ({ site, request }, [id, child, ...more]) =>
    more.length > 0 ? undefined : groupsApi(site, request, numberOf(id), child),
  macros: plain(macros),
  organizations: ({ site, request }, [id, child, ...more]) =>
    more.length > 0 ? undefined : organizationsApi(site, request, numberOf(id), child),
  search: ({ site, request }, more) =>
    request.method === 'GET' && more.length === 0 ? search(site, request) : undefined,
  targets: plain(targets),
  ticket_fields: plain(ticketFields),
  ticket_metrics: ({ site, request }, more) =>
    request.method === 'GET' && more.length === 0 ? listMetrics(site, request) : undefined,
  tickets,
  user_fields: plain(userFields),
  users,
};

/** `path` is what follows /api/v2/, without `.json`; `userId` is the caller's own user. */
export function zendeskRest(
  state: SandboxState,
  site: ZendeskSite,
  request: VendorRequest,
  path: string,
  userId: number,
): Answer {
  const call = { state, site, request, userId };
  const [first = '', second, ...others] = path.split('/').map(decoded);
  const below = [second, ...others].filter((part) => part !== undefined);
  const { method } = request;
  const list = method === 'GET' ? countedList(path) : undefined;
  if (list !== undefined) {
    return countOf(site, zendeskRest(state, site, { ...request, query: withoutPages(request.query) }, list, userId));
  }
  if (method === 'GET' && path === 'search/count') return searchCount(site, request);
  if (first === 'help_center') {
    return helpCenter(site, request, below, userId);
  }
  if (first === 'webhooks') return webhooksApi(site, request, below, userId) ?? invalidEndpoint();
  if (first === 'triggers') return triggersApi(site, request, below) ?? invalidEndpoint();
  if (first === 'slas' && second === 'policies') return plain(slaPolicies)(call, others) ?? invalidEndpoint();
  if (first === 'uploads') return uploads(call, second, others) ?? invalidEndpoint();
  if (method === 'GET' && others.length === 0 && second === 'show_many' && isShownInMany(first)) {
    return showMany(request, first, site);
  }
  if (method === 'GET' && path === 'users/search') return search(site, request, 'user');
  if (method === 'GET' && path === 'organizations/search') return searchOrganizations(site, request);
  const place = Object.hasOwn(places, first) ? places[first] : undefined;
  if (place === undefined) return invalidEndpoint();
  const isMe = first === 'users' && second === 'me';
  if (second !== undefined && !isMe && !/^\d+$/.test(second)) return invalidId(first);
  return place(call, below) ?? invalidEndpoint();
}

function isShownInMany(first: string): first is 'tickets' | 'users' | 'organizations' {
  return ['tickets', 'users', 'organizations'].includes(first);
}

/** The query without the parameters of a page, so that the whole list is counted. */
function withoutPages(query: string): string {
  const kept = new URLSearchParams(query);
  for (const name of [...kept.keys()]) if (/^(page|per_page)/.test(name)) kept.delete(name);
  return kept.toString();
}

/** A segment that cannot be decoded stays as it is, and names nothing then. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function numberOf(id: string | undefined): number | undefined {
  return id === undefined ? undefined : Number(id);
}

function uploads(
  { state, site, request }: Call,
  token: string | undefined,
  more: readonly string[],
): Answer | undefined {
  if (more.length > 0) return undefined;
  if (token === undefined) return request.method === 'POST' ? upload(site, request, state) : undefined;
  return request.method === 'DELETE' ? deleteUpload(site, token) : undefined;
}

function tickets(
  { site, request, userId }: Call,
  [name, child, childId, ...more]: readonly string[],
): Answer | undefined {
  const { method } = request;
  if (name === undefined) {
    if (method === 'GET') return listTickets(site, request);
    return method === 'POST' ? createTicket(site, request, userId) : undefined;
  }
  const id = Number(name);
  if (more.length > 0) return undefined;
  if (child === 'audits' && method === 'GET') {
    return childId === undefined ? listAudits(site, request, id) : showAudit(site, id, Number(childId));
  }
  if (childId !== undefined) return undefined;
  if (child === 'comments') return method === 'GET' ? listComments(site, request, id) : undefined;
  if (child !== undefined) return ticketChildren(site, request, id, child, userId);
  if (method === 'GET') return showTicket(site, request, id);
  if (method === 'PUT') return updateTicket(site, request, id, userId);
  return method === 'DELETE' ? deleteTicket(site, id, userId) : undefined;
}

function users(
  { site, request, userId }: Call,
  [name, child, childId, ...more]: readonly string[],
): Answer | undefined {
  const { method } = request;
  if (name === undefined) {
    if (method === 'GET') return listUsers(site, request);
    return method === 'POST' ? createUser(site, request) : undefined;
  }
  const id = name === 'me' ? userId : Number(name);
  if (child === 'identities' && more.length === 0) return identities(site, request, id, numberOf(childId));
  if (child !== undefined) {
    const below = [child, ...(childId === undefined ? [] : [childId]), ...more];
    return userChildren(site, request, id, below);
  }
  if (method === 'GET') return showUser(site, request, id);
  if (name === 'me') return undefined;
  if (method === 'PUT') return updateUser(site, request, id);
  return method === 'DELETE' ? deleteUser(site, id) : undefined;
}
