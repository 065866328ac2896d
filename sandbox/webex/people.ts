// Webex's People and Organizations APIs (developer.webex.com "People", "Organizations").

import { scopesOf } from '../oauth2.ts';
import { type Answer, json } from '../vendor.ts';
import { bodyOf, deleted, page, textOf, type WebexCall, WebexRefusal } from './call.ts';
import { newPerson, type Person, webexLicenses, webexOrganization, webexRoles } from './data.ts';

/** GET /people/me (Get My Own Details). */
export function webexSelf(call: WebexCall): Answer {
  return json(200, call.self);
}

/**
 * GET /people: by `email`, by how the `displayName` begins, or by `id` (up to 85, with commas). Only those who read people as
 * an administrator may leave all of them out, and ask for `roles`. The next page's link says `after`, as in "REST API Basics".
 */
export function listPeople(call: WebexCall, scope: string): Answer {
  const email = call.query.get('email')?.toLowerCase();
  const beginning = call.query.get('displayName')?.toLowerCase();
  const ids = call.query.get('id')?.split(',');
  const orgId = call.query.get('orgId');
  const roles = call.query.get('roles')?.split(',');
  const locationId = call.query.get('locationId');
  const asAdministrator = scopesOf(scope).includes('spark-admin:people_read');
  if (email === undefined && beginning === undefined && ids === undefined && !asAdministrator) {
    throw new WebexRefusal(400, 'Email, displayName, or id list should be specified.');
  }
  if (roles !== undefined && !asAdministrator) {
    throw new WebexRefusal(403, 'Lookup by roles is only supported for administrators.');
  }
  if (ids !== undefined && ids.length > 85) throw new WebexRefusal(400, 'At most 85 ids can be given.');
  const people = [...call.data.people.values()]
    .filter((person) => email === undefined || person.emails.includes(email))
    .filter((person) => beginning === undefined || person.displayName.toLowerCase().startsWith(beginning))
    .filter((person) => ids === undefined || ids.includes(person.id))
    .filter((person) => orgId === null || person.orgId === orgId)
    .filter((person) => roles === undefined || roles.some((role) => person.roles.includes(role)))
    .filter((person) => locationId === null || person['locationId'] === locationId);
  return page(call, people, { by: (person) => person.id }, { next: 'after' });
}

/** POST /people: one address in `emails`, and one of `displayName`, `firstName` and `lastName` ("Create a Person"). */
export function createPerson(call: WebexCall): Answer {
  const body = bodyOf(call);
  const emails = emailsOf(body) ?? [];
  if (emails.length === 0) throw new WebexRefusal(400, 'The request is missing a required parameter: emails.');
  if (emails.length > 1) throw new WebexRefusal(400, 'Only one email address is allowed per person.');
  if (['displayName', 'firstName', 'lastName'].every((name) => textOf(body, name) === undefined)) {
    throw new WebexRefusal(400, 'One of displayName, firstName and lastName must be given.');
  }
  if ([...call.data.people.values()].some((person) => person.emails.some((email) => emails.includes(email)))) {
    throw new WebexRefusal(409, 'A person with this email exists.');
  }
  const person = newPerson(call.data, emails, call.now);
  change(person, body, call.now);
  call.data.people.set(person.id, person);
  return json(200, person);
}

/** GET /people/{personId}. */
export function readPerson(call: WebexCall): Answer {
  return json(200, personOf(call));
}

/** PUT /people/{personId}: the whole person; `displayName` is required. */
export function updatePerson(call: WebexCall): Answer {
  const person = personOf(call);
  const body = bodyOf(call);
  if (textOf(body, 'displayName') === undefined) {
    throw new WebexRefusal(400, 'The request is missing a required parameter: displayName.');
  }
  person.emails = emailsOf(body) ?? person.emails;
  change(person, body, call.now);
  return json(200, person);
}

/** DELETE /people/{personId}, with their memberships. */
export function deletePerson(call: WebexCall): Answer {
  const person = personOf(call);
  if (person === call.self) throw new WebexRefusal(403, 'You cannot delete yourself.');
  for (const rows of [call.data.memberships, call.data.teamMemberships]) {
    for (const { id, personId } of rows.values()) if (personId === person.id) rows.delete(id);
  }
  call.data.people.delete(person.id);
  return deleted;
}

/** GET /roles. */
export function listRoles(): Answer {
  return json(200, { items: webexRoles });
}

/** GET /roles/{roleId}. */
export function readRole(call: WebexCall): Answer {
  const role = webexRoles.find(({ id }) => id === call.id);
  if (role === undefined) throw new WebexRefusal(404, 'Could not find a role with provided ID.');
  return json(200, role);
}

/** GET /licenses, of an `orgId`. */
export function listLicenses(call: WebexCall): Answer {
  const orgId = call.query.get('orgId');
  if (orgId !== null && orgId !== webexOrganization.id) {
    throw new WebexRefusal(404, 'Could not find an organization with provided ID.');
  }
  return json(200, { items: webexLicenses });
}

/** GET /licenses/{licenseId}. */
export function readLicense(call: WebexCall): Answer {
  const license = webexLicenses.find(({ id }) => id === call.id);
  if (license === undefined) throw new WebexRefusal(404, 'Could not find a license with provided ID.');
  return json(200, license);
}

/** GET /organizations. */
export function listOrganizations(): Answer {
  return json(200, { items: [webexOrganization] });
}

/** GET /organizations/{orgId}. */
export function readOrganization(call: WebexCall): Answer {
  if (call.id !== webexOrganization.id) throw new WebexRefusal(404, 'Could not find an organization with provided ID.');
  return json(200, webexOrganization);
}

function personOf(call: WebexCall): Person {
  const person = call.data.people.get(call.id);
  if (person === undefined) throw new WebexRefusal(404, 'Could not find a person with provided ID.');
  return person;
}

function emailsOf(body: Record<string, unknown>): string[] | undefined {
  const emails = body['emails'] ?? undefined;
  if (emails === undefined) return undefined;
  if (!Array.isArray(emails) || !emails.every((email) => typeof email === 'string' && /^\S+@\S+$/.test(email))) {
    throw new WebexRefusal(400, 'The parameter emails must be a list of email addresses.');
  }
  return emails.map((email: string) => email.toLowerCase());
}

/** Taken as they come, if they are there ("Update a Person"). */
const details = ['avatar', 'department', 'extension', 'locationId', 'manager', 'managerId', 'title'] as const;
const lists = ['addresses', 'licenses', 'phoneNumbers', 'roles', 'siteUrls'] as const;

function change(person: Person, body: Record<string, unknown>, now: string): void {
  const firstName = textOf(body, 'firstName') ?? person.firstName;
  const lastName = textOf(body, 'lastName') ?? person.lastName;
  const named = `${firstName} ${lastName}`.trim();
  const displayName = textOf(body, 'displayName') ?? (named === '' ? person.displayName : named);
  const given = lists.filter((name) => (body[name] ?? undefined) !== undefined);
  for (const name of given) {
    if (!Array.isArray(body[name])) throw new WebexRefusal(400, `The parameter ${name} must be a list.`);
  }
  for (const name of details) person[name] = textOf(body, name) ?? person[name];
  Object.assign(person, Object.fromEntries(given.map((name) => [name, body[name]])));
  Object.assign(person, { firstName, lastName, displayName, lastModified: now });
}
