// Which request of Zendesk's REST API goes where, for a caller whose token was found good.

import type { Answer, VendorRequest } from '../vendor.ts';
import { invalidEndpoint, invalidId } from './answers.ts';
import type { ZendeskSite } from './data.ts';
import { namedRecords } from './named-records.ts';
import { search } from './search.ts';
import { createTicket, deleteTicket, listComments, listTickets, showTicket, updateTicket } from './tickets.ts';
import { deleteUpload, showAttachment, upload } from './uploads.ts';
import { createUser, deleteUser, listUsers, showUser, updateUser } from './users.ts';

/** `path` is what follows /api/v2/, without `.json`; `userId` is the caller's own user. */
export function zendeskRest(site: ZendeskSite, request: VendorRequest, path: string, userId: number): Answer {
  const [collection = '', name, child, ...more] = path.split('/');
  if (more.length > 0) return invalidEndpoint();
  if (name === undefined) return onCollection(site, request, collection, userId) ?? invalidEndpoint();
  if (collection === 'users' && name === 'me') return only(request, 'GET', () => showUser(site, userId));
  if (name === 'search' && child === undefined) return searchIn(site, request, collection);
  if (collection === 'uploads') return only(request, 'DELETE', () => deleteUpload(site, name));
  if (!/^\d+$/.test(name)) return known(collection) ? invalidId(collection) : invalidEndpoint();
  return onRecord(site, request, collection, Number(name), child, userId) ?? invalidEndpoint();
}

function known(collection: string): boolean {
  return ['tickets', 'users', 'organizations', 'groups', 'attachments'].includes(collection);
}

function searchIn(site: ZendeskSite, request: VendorRequest, collection: string): Answer {
  if (collection === 'users') return only(request, 'GET', () => search(site, request, 'user'));
  return collection === 'organizations'
    ? only(request, 'GET', () => search(site, request, 'organization'))
    : invalidEndpoint();
}

function onCollection(
  site: ZendeskSite,
  request: VendorRequest,
  collection: string,
  userId: number,
): Answer | undefined {
  switch (`${request.method} ${collection}`) {
    case 'GET tickets':
      return listTickets(site, request);
    case 'POST tickets':
      return createTicket(site, request, userId);
    case 'GET users':
      return listUsers(site, request);
    case 'POST users':
      return createUser(site, request);
    case 'GET search':
      return search(site, request);
    case 'POST uploads':
      return upload(site, request);
    default:
      return namedRecords(site, request, collection, undefined);
  }
}

function onRecord(
  site: ZendeskSite,
  request: VendorRequest,
  collection: string,
  id: number,
  child: string | undefined,
  userId: number,
): Answer | undefined {
  const { method } = request;
  if (child !== undefined) {
    return collection === 'tickets' && child === 'comments' && method === 'GET'
      ? listComments(site, request, id)
      : undefined;
  }
  switch (`${method} ${collection}`) {
    case 'GET tickets':
      return showTicket(site, id);
    case 'PUT tickets':
      return updateTicket(site, request, id, userId);
    case 'DELETE tickets':
      return deleteTicket(site, id);
    case 'GET users':
      return showUser(site, id);
    case 'PUT users':
      return updateUser(site, request, id);
    case 'DELETE users':
      return deleteUser(site, id);
    case 'GET attachments':
      return showAttachment(site, id);
    default:
      return namedRecords(site, request, collection, id);
  }
}

function only(request: VendorRequest, method: string, answer: () => Answer): Answer {
  return request.method === method ? answer() : invalidEndpoint();
}
