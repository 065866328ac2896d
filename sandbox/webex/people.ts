// Webex's People and Organizations APIs (developer.webex.com "People", "Organizations").

import { scopesOf } from '../oauth2.ts';
import { type Answer, json } from '../vendor.ts';
import { bodyOf, deleted, page, textOf, type WebexCall, WebexRefusal } from './call.ts';
import { newPerson, type Person, webexOrganization } from './data.ts';

/** GET /people/me (Get My Own Details). */
export function webexSelf(call: WebexCall): Answer {
  return json(200, call.self);
}

/**
 * GET /people: by `email`, by how the `displayName` begins, or by `id` (up to 85, with commas). Only those who read people as
 * an administrator may leave all of them out. The next page's link says `after`, as in "REST API Basics".
 */
export function listPeople(call: WebexCall, scope: string): Answer {
  const email = call.query.get('email')?.toLowerCase();
  const beginning = call.query.get('displayName')?.toLowerCase();
  const ids = call.query.get('id')?.split(',');
  const orgId = call.query.get('orgId');
  const asAdministrator = scopesOf(scope).includes('spark-admin:people_read');
  if (email === undefined && beginning === undefined && ids === undefined && !asAdministrator) {
    throw new WebexRefusal(400, 'Email, displayName, or id list should be specified.');
  }
  if (ids !== undefined && ids.length > 85) throw new WebexRefusal(400, 'At most 85 ids can be given.');
  const people = [...call.data.people.values()]
    .filter((person) => email === undefined || person.emails.includes(email))
    .filter((person) => beginning === undefined || person.displayName.toLowerCase().startsWith(beginning))
    .filter((person) => ids === undefined || ids.includes(person.id))
    .filter((person) => orgId === null || person.orgId === orgId);
  return page(call, people, { by: (person) => person.id }, (person) => person, 'after');
}

/** POST /people: one of `emails` is required. */
export function createPerson(call: WebexCall): Answer {
  const body = bodyOf(call);
  const emails = emailsOf(body) ?? [];
  if (emails.length === 0) throw new WebexRefusal(400, 'The request is missing a required parameter: emails.');
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

function change(person: Person, body: Record<string, unknown>, now: string): void {
  const firstName = textOf(body, 'firstName') ?? person.firstName;
  const lastName = textOf(body, 'lastName') ?? person.lastName;
  const named = `${firstName} ${lastName}`.trim();
  const displayName = textOf(body, 'displayName') ?? (named === '' ? person.displayName : named);
  Object.assign(person, { firstName, lastName, displayName, lastModified: now });
}
