// Desk.com's Customers, Companies and Users API (dev.desk.com "Customers", "Companies", "Users"). None of them can be deleted.

import { findAccount } from '../accounts.ts';
import { toSecond } from '../seed.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import {
  isObject,
  methodNotAllowed,
  notFound,
  pageOf,
  readBody,
  showRecord,
  type Violations,
  validationFailed,
} from './answers.ts';
import { addCompany, addCustomer, type DeskRecord, type DeskSite } from './data.ts';
import { linkedId, searchCompanies, searchCustomers } from './search.ts';

/** dev.desk.com "Users", limits. */
const largestPageOfUsers = 1000;

interface Kind {
  records(site: DeskSite): Map<number, DeskRecord>;
  writable: readonly string[];
  check(site: DeskSite, given: Record<string, unknown>, record: DeskRecord | undefined): Violations;
  add(site: DeskSite, record: DeskRecord): DeskRecord;
  search(site: DeskSite, request: VendorRequest): Answer;
}

const kinds: Readonly<Record<string, Kind>> = {
  customers: {
    records: (site) => site.customers,
    writable: [
      'access_company_cases',
      'access_private_portal',
      'addresses',
      'background',
      'company',
      'custom_fields',
      'emails',
      'external_id',
      'first_name',
      'language',
      'last_name',
      'phone_numbers',
      'title',
      'uid',
    ],
    check: checkCustomer,
    add: addCustomer,
    search: searchCustomers,
  },
  companies: {
    records: (site) => site.companies,
    writable: ['name', 'domains', 'custom_fields'],
    check: (_site, given, record) =>
      (record === undefined || 'name' in given) && String(given['name'] ?? '').trim() === '' ? { name: ['blank'] } : {},
    add: addCompany,
    search: searchCompanies,
  },
};

/** /api/v2/customers and /api/v2/companies and what is below them; undefined for other collections. */
export function customersAndCompanies(
  site: DeskSite,
  request: VendorRequest,
  [collection = '', name, child, ...more]: readonly string[],
): Answer | undefined {
  const kind = Object.hasOwn(kinds, collection) ? kinds[collection] : undefined;
  if (kind === undefined) return undefined;
  const { method } = request;
  if (more.length > 0) return notFound();
  if (name === undefined) {
    if (method === 'GET') return pageOf(request, [...kind.records(site).values()]);
    return method === 'POST' ? create(site, request, kind, collection) : methodNotAllowed();
  }
  if (name === 'search') return method === 'GET' ? kind.search(site, request) : methodNotAllowed();
  const record = kind.records(site).get(Number(name));
  if (record === undefined) return notFound();
  if (child !== undefined) return children(site, request, collection, record, child);
  if (method === 'GET') return showRecord(request, record);
  return method === 'PATCH' ? update(site, request, kind, record) : methodNotAllowed();
}

/** /api/v2/users and /api/v2/users/{id} for the user with the id `ownId`, who is also `me` and `current`. */
export function users(site: DeskSite, request: VendorRequest, name: string | undefined, ownId: number): Answer {
  if (name === undefined) {
    if (request.method !== 'GET') return methodNotAllowed();
    return pageOf(request, [...site.users.values()], { largest: largestPageOfUsers });
  }
  const user = site.users.get(name === 'me' || name === 'current' ? ownId : Number(name));
  if (user === undefined) return notFound();
  if (request.method === 'GET') return showRecord(request, user);
  return request.method === 'PATCH' ? updateUser(site, request, user) : methodNotAllowed();
}

/**
 * PATCH /api/v2/users/{id}: the names, and a new `password` for who knows the `current_password`. Which members it takes
 * is known from public clients only; the words of its refusals are _assumed_, and that the tokens stay good.
 */
function updateUser(site: DeskSite, request: VendorRequest, user: DeskRecord): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  const errors: Violations = {};
  for (const name of ['name', 'public_name', 'password']) {
    if (name in given && String(given[name] ?? '').trim() === '') errors[name] = ['blank'];
  }
  const email = String(user['email']);
  const present = site.passwords.get(email) ?? findAccount(email)?.password;
  if ('password' in given && given['current_password'] !== present) {
    errors['current_password'] = [given['current_password'] === undefined ? 'blank' : 'invalid'];
  }
  if (Object.keys(errors).length > 0) return validationFailed(errors);
  if ('password' in given) site.passwords.set(email, String(given['password']));
  for (const name of ['name', 'public_name']) if (name in given) user[name] = given[name];
  user['updated_at'] = toSecond(site.now());
  return json(200, user);
}

function create(site: DeskSite, request: VendorRequest, kind: Kind, collection: string): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  const errors = kind.check(site, given, undefined);
  if (Object.keys(errors).length > 0) return validationFailed(errors);
  const now = toSecond(site.now());
  const id = Math.max(0, ...kind.records(site).keys()) + 1;
  const record = kind.add(site, { id, ...picked(kind, given), created_at: now, updated_at: now });
  return json(201, record, { location: `https://${request.host}/api/v2/${collection}/${id}` });
}

function update(site: DeskSite, request: VendorRequest, kind: Kind, record: DeskRecord): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  const errors = kind.check(site, given, record);
  if (Object.keys(errors).length > 0) return validationFailed(errors);
  Object.assign(record, picked(kind, given), { updated_at: toSecond(site.now()) });
  return json(200, record);
}

function picked(kind: Kind, given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(kind.writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

/** E-mail addresses look like such and belong to one customer only. */
function checkCustomer(site: DeskSite, given: Record<string, unknown>, record: DeskRecord | undefined): Violations {
  if (!('emails' in given)) return {};
  const wanted = valuesOf(given['emails']);
  if (wanted === undefined || wanted.some((email) => !/^[^\s@]+@[^\s@]+$/.test(email))) return { emails: ['invalid'] };
  const isTaken = [...site.customers.values()].some(
    (other) => other.id !== record?.id && valuesOf(other['emails'])?.some((email) => wanted.includes(email)),
  );
  return isTaken ? { emails: ['taken'] } : {};
}

function valuesOf(list: unknown): string[] | undefined {
  if (!Array.isArray(list) || !list.every(isObject)) return undefined;
  return list.map((item) => String(item['value'] ?? '').toLowerCase());
}

/** The cases of a customer, and the customers and cases of a company. */
function children(
  site: DeskSite,
  request: VendorRequest,
  collection: string,
  record: DeskRecord,
  child: string,
): Answer {
  if (request.method !== 'GET') return methodNotAllowed();
  const ofCompany = [...site.customers.values()].filter((customer) => customer['company'] === record['name']);
  const owners = new Set(collection === 'companies' ? ofCompany.map((customer) => customer.id) : [record.id]);
  if (child === 'customers' && collection === 'companies') return pageOf(request, ofCompany);
  if (child !== 'cases') return notFound();
  const found = [...site.cases.values()].filter((candidate) => owners.has(linkedId(candidate, 'customer') ?? 0));
  return pageOf(request, found);
}
