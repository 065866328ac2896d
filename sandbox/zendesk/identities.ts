// How Zendesk knows people: their e-mail addresses and telephone numbers (developer docs "User Identities").

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { blank, isBlank, notIncluded, recordInvalid, recordNotFound, taken, wrappedBody } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { picked } from './records.ts';

const types = ['email', 'phone_number', 'twitter', 'facebook', 'google', 'agent_forwarding', 'sdk'];

/** /api/v2/users/{id}/identities.json and its records; undefined for other methods. */
export function identities(
  site: ZendeskSite,
  request: VendorRequest,
  userId: number,
  id: number | undefined,
): Answer | undefined {
  const user = site.users.get(userId);
  if (user === undefined || user['active'] === false) return recordNotFound();
  const all = identitiesOf(site, user);
  if (id === undefined) {
    if (request.method === 'GET') return pageOf(request, 'identities', all, { ways: 'both' });
    return request.method === 'POST' ? create(site, request, user, all) : undefined;
  }
  const identity = all.find((each) => each.id === id);
  if (identity === undefined) return recordNotFound();
  if (request.method === 'GET') return json(200, { identity });
  if (request.method === 'PUT') return update(site, request, identity);
  if (request.method !== 'DELETE') return undefined;
  all.splice(all.indexOf(identity), 1);
  return empty(204);
}

/** Made from the user's own address when they are first asked for. */
function identitiesOf(site: ZendeskSite, user: ZendeskRecord): ZendeskRecord[] {
  const known = site.identities.get(user.id);
  if (known !== undefined) return known;
  const own = [
    ['email', user['email']],
    ['phone_number', user['phone']],
  ].filter(([, value]) => !isBlank(value));
  const made = own.map(([type, value], index) => identityOf(site, user, { type, value, primary: index === 0 }));
  site.identities.set(user.id, made);
  return made;
}

function identityOf(site: ZendeskSite, user: ZendeskRecord, members: Record<string, unknown>): ZendeskRecord {
  const id = site.newId();
  return {
    id,
    url: `https://${site.host}/api/v2/users/${user.id}/identities/${id}.json`,
    user_id: user.id,
    verified: true,
    primary: false,
    undeliverable_count: 0,
    deliverable_state: 'deliverable',
    created_at: user['created_at'],
    updated_at: user['updated_at'],
    ...members,
  };
}

function create(site: ZendeskSite, request: VendorRequest, user: ZendeskRecord, all: ZendeskRecord[]): Answer {
  const { members: given, refusal } = wrappedBody(request, 'identity');
  if (refusal !== undefined) return refusal;
  const { type, value } = given as { type?: unknown; value?: unknown };
  if (!types.includes(String(type))) return recordInvalid([notIncluded('type', type ?? '')]);
  if (isBlank(value)) return recordInvalid([blank('value')]);
  if (all.some((each) => each['value'] === value)) return recordInvalid([taken('value')]);
  const now = toSecond(site.now());
  const times = { created_at: now, updated_at: now, verified: given['verified'] === true };
  const identity = identityOf(site, user, { type, value, ...times });
  all.push(identity);
  return json(201, { identity }, { location: String(identity['url']) });
}

/** "You can only set an identity's verified property to true, and change its value." */
function update(site: ZendeskSite, request: VendorRequest, identity: ZendeskRecord): Answer {
  const { members: given, refusal } = wrappedBody(request, 'identity');
  if (refusal !== undefined) return refusal;
  if ('value' in given && isBlank(given['value'])) return recordInvalid([blank('value')]);
  Object.assign(identity, picked(['value', 'verified'], given), { updated_at: toSecond(site.now()) });
  return json(200, { identity });
}
