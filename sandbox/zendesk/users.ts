// Zendesk's Users API: who am I, and the people of an account (developer docs "Users").

import { toSecond } from '../seed.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import {
  isBlank,
  isSameText,
  notIncluded,
  recordInvalid,
  recordNotFound,
  type Violation,
  wrappedBody,
} from './answers.ts';
import { addUser, type ZendeskRecord, type ZendeskSite } from './data.ts';
import { pageOf } from './pages.ts';
import { tellOfUser } from './people-events.ts';
import { picked } from './records.ts';
import { besideRows } from './side-loads.ts';

const roles = ['end-user', 'agent', 'admin'];

/** What a request may set. `email` is set when a user is made; later it adds a second address, which is not simulated. */
const writable = [
  'alias',
  'custom_role_id',
  'default_group_id',
  'details',
  'external_id',
  'locale',
  'moderator',
  'name',
  'notes',
  'only_private_comments',
  'organization_id',
  'phone',
  'role',
  'signature',
  'suspended',
  'tags',
  'ticket_restriction',
  'time_zone',
  'user_fields',
  'verified',
] as const;

/** GET /api/v2/users/me.json without any credentials: 200 with an anonymous user whose id is null. */
export function anonymousSelf(request: VendorRequest): Answer {
  return json(200, {
    user: {
      id: null,
      url: `https://${request.host}/api/v2/users/.json`,
      name: 'Anonymous user',
      email: 'invalid@example.com',
      role: 'end-user',
    },
  });
}

/** GET /api/v2/users.json, by id; `role`, `role[]` and `external_id` filter. */
export function listUsers(site: ZendeskSite, request: VendorRequest): Answer {
  return pageOfUsers(site, request, [...site.users.values()]);
}

/** One page of those of some users that the query asks for, with what is side-loaded. */
export function pageOfUsers(site: ZendeskSite, request: VendorRequest, some: readonly ZendeskRecord[]): Answer {
  const query = new URLSearchParams(request.query);
  const asked = [...query.getAll('role'), ...query.getAll('role[]')];
  const externalId = query.get('external_id');
  const users = some.filter(
    (user) =>
      user['active'] === true &&
      (asked.length === 0 || asked.includes(String(user['role']))) &&
      (externalId === null || isSameText(user['external_id'], externalId)),
  );
  return pageOf(request, 'users', users, { ways: 'both', beside: besideRows(site, request, 'users') });
}

/** GET /api/v2/users/{id}.json: also a deleted user, with `active` false. */
export function showUser(site: ZendeskSite, request: VendorRequest, id: number): Answer {
  const user = site.users.get(id);
  if (user === undefined) return recordNotFound();
  return json(200, { user, ...besideRows(site, request, 'users')([user]) });
}

/** POST /api/v2/users.json. */
export function createUser(site: ZendeskSite, request: VendorRequest): Answer {
  const { members: given, refusal } = wrappedBody(request, 'user');
  if (refusal !== undefined) return refusal;
  const violations = violationsOf(given);
  if (isBlank(given['name'])) violations.push(blankName());
  violations.push(...emailViolations(site, given['email']));
  if (violations.length > 0) return recordInvalid(violations);
  const now = toSecond(site.now());
  const email = given['email'] === undefined ? null : String(given['email']).toLowerCase();
  const user = addUser(site, { id: site.newId(), email, created_at: now, updated_at: now, ...picked(writable, given) });
  tellOfUser(site, user, { kind: 'created' });
  return json(201, { user }, { location: String(user['url']) });
}

/** PUT /api/v2/users/{id}.json. */
export function updateUser(site: ZendeskSite, request: VendorRequest, id: number): Answer {
  const user = site.users.get(id);
  if (user === undefined || user['active'] === false) return recordNotFound();
  const { members: given, refusal } = wrappedBody(request, 'user');
  if (refusal !== undefined) return refusal;
  const violations = violationsOf(given);
  if ('name' in given && isBlank(given['name'])) violations.push(blankName());
  if (violations.length > 0) return recordInvalid(violations);
  const before = { ...user };
  Object.assign(user, picked(writable, given), { updated_at: toSecond(site.now()) });
  tellOfUser(site, user, { kind: 'changed', before });
  return json(200, { user });
}

/** DELETE /api/v2/users/{id}.json: the user stays, not active any more, and is answered. */
export function deleteUser(site: ZendeskSite, id: number): Answer {
  const user = site.users.get(id);
  if (user === undefined || user['active'] === false) return recordNotFound();
  Object.assign(user, { active: false, email: null, updated_at: toSecond(site.now()) });
  tellOfUser(site, user, { kind: 'deleted' });
  return json(200, { user });
}

function blankName(): Violation {
  return { field: 'name', description: 'Name: is too short (minimum is 1 characters)', error: 'TooShort' };
}

function violationsOf(given: Record<string, unknown>): Violation[] {
  const { role } = given as { role?: unknown };
  return role === undefined || roles.includes(String(role)) ? [] : [notIncluded('role', role)];
}

function emailViolations(site: ZendeskSite, email: unknown): Violation[] {
  if (email === undefined || email === null) return [];
  if (!/^[^\s@]+@[^\s@]+$/.test(String(email))) {
    return [{ field: 'email', description: `Email:  ${email} is not properly formatted`, error: 'InvalidFormat' }];
  }
  const isTaken = [...site.users.values()].some((user: ZendeskRecord) => user['email'] === String(email).toLowerCase());
  if (!isTaken) return [];
  const description = `Email: ${email} is already being used by another user`;
  return [{ field: 'email', description, error: 'DuplicateValue' }];
}
