// Zendesk's brands (developer docs "Brands"): a name and a subdomain each, listed by name.

import { blank } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { isLacking, isTaken, type Kind } from './records.ts';

/** /api/v2/brands.json. That the default brand cannot be deleted, and the wordings, are _assumed_. */
export const brands: Kind = {
  name: 'brand',
  plural: 'brands',
  writable: ['name', 'subdomain', 'active', 'has_help_center', 'host_mapping', 'brand_url', 'signature_template'],
  ways: 'both',
  records: (site) => site.brands,
  add: addBrand,
  check: (site, given, record) => [
    ...['name', 'subdomain'].filter((name) => isLacking(name, given, record)).map((name) => blank(name)),
    ...('subdomain' in given && isTaken(site.brands, 'subdomain', given['subdomain'], record)
      ? [{ field: 'subdomain', description: 'Subdomain: has already been taken', error: 'DuplicateValue' }]
      : []),
  ],
  listed: (rows) => rows.toSorted((a, b) => String(a['name']).localeCompare(String(b['name']))),
  stays: (record) =>
    record['default'] === true
      ? { field: 'base', description: 'The default brand cannot be deleted', error: 'InvalidValue' }
      : undefined,
};

/** Stores a brand (developer docs "Brands", JSON format). */
export function addBrand(site: ZendeskSite, brand: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/brands/${brand.id}.json`,
    brand_url: `https://${brand['subdomain']}.zendesk.com`,
    subdomain: null,
    host_mapping: null,
    has_help_center: false,
    help_center_state: 'disabled',
    active: true,
    default: false,
    is_deleted: false,
    logo: null,
    ticket_form_ids: [],
    signature_template: '{{agent.signature}}',
    ...brand,
  };
  site.brands.set(record.id, record);
  return record;
}
