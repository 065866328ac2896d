// Desk.com's searches: query parameters that all must fit, each with values of which one must fit.

import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { type Embeds, isObject, pageOf } from './answers.ts';
import type { DeskRecord, DeskSite } from './data.ts';

type Texts = (site: DeskSite, record: DeskRecord) => unknown[];

const customerOf = (site: DeskSite, record: DeskRecord): DeskRecord | undefined =>
  site.customers.get(linkedId(record, 'customer') ?? 0);

const values = (record: DeskRecord | undefined, name: string): unknown[] => {
  const list = record?.[name];
  return Array.isArray(list) ? list.map((item) => (isObject(item) ? item['value'] : item)) : [];
};

const fullName = (record: DeskRecord | undefined) => `${record?.['first_name'] ?? ''} ${record?.['last_name'] ?? ''}`;

/** dev.desk.com "Cases", search. */
const caseFields: Readonly<Record<string, Texts>> = {
  name: (site, record) => [fullName(customerOf(site, record))],
  first_name: (site, record) => [customerOf(site, record)?.['first_name']],
  last_name: (site, record) => [customerOf(site, record)?.['last_name']],
  email: (site, record) => values(customerOf(site, record), 'emails'),
  phone: (site, record) => values(customerOf(site, record), 'phone_numbers'),
  company: (site, record) => [customerOf(site, record)?.['company']],
  labels: (_site, record) => values(record, 'labels'),
  case_id: (_site, record) => [record.id],
  external_id: (_site, record) => [record['external_id']],
  subject: (_site, record) => [record['subject']],
  description: (_site, record) => [record['description']],
  status: (_site, record) => [record['status']],
  priority: (_site, record) => [record['priority']],
  assigned_user: (site, record) => [site.users.get(linkedId(record, 'assigned_user') ?? 0)?.['name']],
  channels: (_site, record) => [record['type']],
  attachments: (site, record) => (site.attachments.get(record.id) ?? []).map(({ file_name: name }) => name),
  q: (_site, record) => [record['subject'], record['blurb'], record['description']],
};

/** dev.desk.com "Customers", search. */
const customerFields: Readonly<Record<string, Texts>> = {
  first_name: (_site, record) => [record['first_name']],
  last_name: (_site, record) => [record['last_name']],
  full_name: (_site, record) => [fullName(record)],
  email: (_site, record) => values(record, 'emails'),
  phone: (_site, record) => values(record, 'phone_numbers'),
  external_id: (_site, record) => [record['external_id']],
  q: (_site, record) => [fullName(record), ...values(record, 'emails'), ...values(record, 'phone_numbers')],
};

/** dev.desk.com "Companies", search. */
const companyFields: Readonly<Record<string, Texts>> = {
  q: (_site, record) => [record['name'], ...values(record, 'domains')],
};

/** These are compared as a whole; the others by their words. */
const wholeValues = ['case_id', 'status', 'priority', 'email', 'phone', 'external_id', 'channels', 'labels'];

/** Seconds since 1970, as the guide of the vendor has them. */
const bounds: Readonly<Record<string, (record: DeskRecord, bound: number) => boolean>> = {
  since_created_at: (record, bound) => seconds(record['created_at']) >= bound,
  max_created_at: (record, bound) => seconds(record['created_at']) <= bound,
  since_updated_at: (record, bound) => seconds(record['updated_at']) >= bound,
  max_updated_at: (record, bound) => seconds(record['updated_at']) <= bound,
  since_id: (record, bound) => record.id >= bound,
  max_id: (record, bound) => record.id <= bound,
};

/** GET /api/v2/cases/search. */
export function searchCases(site: DeskSite, request: VendorRequest, embeds: Embeds): Answer {
  return search(site, request, [...site.cases.values()], caseFields, embeds);
}

/** GET /api/v2/customers/search. */
export function searchCustomers(site: DeskSite, request: VendorRequest): Answer {
  return search(site, request, [...site.customers.values()], customerFields);
}

/** GET /api/v2/companies/search. */
export function searchCompanies(site: DeskSite, request: VendorRequest): Answer {
  return search(site, request, [...site.companies.values()], companyFields);
}

/** A search without any parameter that the vendor knows is refused (_assumed_). */
function search(
  site: DeskSite,
  request: VendorRequest,
  records: readonly DeskRecord[],
  fields: Readonly<Record<string, Texts>>,
  embeds: Embeds = {},
): Answer {
  const asked = [...new URLSearchParams(request.query)];
  const texts = asked.filter(([name]) => Object.hasOwn(fields, name));
  const limits = asked.filter(([name]) => Object.hasOwn(bounds, name));
  if (texts.length + limits.length === 0) return json(400, { message: 'Bad Request' });
  const found = records.filter(
    (record) =>
      texts.every(([name, value]) => {
        const candidates = fields[name]?.(site, record) ?? [];
        return value.split(',').some((wanted) => candidates.some((text) => fits(name, text, wanted)));
      }) && limits.every(([name, value]) => bounds[name]?.(record, Number(value)) === true),
  );
  return pageOf(request, found, { embeds });
}

function fits(name: string, candidate: unknown, wanted: string): boolean {
  if (candidate === undefined || candidate === null) return false;
  const text = String(candidate).toLowerCase();
  const value = wanted.trim().toLowerCase();
  return wholeValues.includes(name) ? text === value : text.includes(value);
}

function seconds(time: unknown): number {
  return Date.parse(String(time)) / 1000;
}

/** The id at the end of a link of a record. */
export function linkedId(record: Record<string, unknown>, name: string): number | undefined {
  const links = record['_links'];
  const link = isObject(links) ? links[name] : undefined;
  const id = isObject(link) ? /\/(\d+)$/.exec(String(link['href']))?.[1] : undefined;
  return id === undefined ? undefined : Number(id);
}
