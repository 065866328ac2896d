// Zendesk's SLA policies and macros (developer docs "SLA Policies", "Macros").

import { blank, isObject, type Violation } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { isLacking, type Kind } from './records.ts';

/** /api/v2/slas/policies.json, by position. The pages name no way of paging for it, so that it is by number. */
export const slaPolicies: Kind = {
  name: 'sla_policy',
  plural: 'sla_policies',
  writable: ['title', 'description', 'filter', 'policy_metrics', 'position'],
  records: (site) => site.slaPolicies,
  add: addSlaPolicy,
  check: (_site, given, record) => [
    ...(isLacking('title', given, record) ? [blank('title')] : []),
    ...checkFilter(given, record),
  ],
  listed: (rows) => rows.toSorted((a, b) => Number(a['position']) - Number(b['position'])),
};

/** /api/v2/macros.json; `active` filters, `sort_by` and `sort_order` sort. */
export const macros: Kind = {
  name: 'macro',
  plural: 'macros',
  writable: ['title', 'description', 'actions', 'active', 'position', 'restriction'],
  ways: 'both',
  records: (site) => site.macros,
  add: addMacro,
  check: (_site, given, record) => [
    ...(isLacking('title', given, record) ? [blank('title')] : []),
    ...(record === undefined && !Array.isArray(given['actions']) ? [blank('actions')] : []),
  ],
  listed(rows, query) {
    const active = query.get('active');
    const kept = active === null ? rows : rows.filter((row) => String(row['active']) === active);
    const field = query.get('sort_by') ?? 'position';
    const direction = query.get('sort_order') === 'desc' ? -1 : 1;
    const text = (row: ZendeskRecord) => String(row[field] ?? '').padStart(20);
    return kept.toSorted((a, b) => direction * (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : a.id - b.id));
  },
};

/** Stores an SLA policy (developer docs "SLA Policies", JSON format). */
export function addSlaPolicy(site: ZendeskSite, policy: ZendeskRecord): ZendeskRecord {
  const filter = isObject(policy['filter']) ? policy['filter'] : {};
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/slas/policies/${policy.id}.json`,
    description: '',
    position: site.slaPolicies.size + 1,
    policy_metrics: [],
    ...policy,
    filter: { all: [], any: [], ...filter },
  };
  site.slaPolicies.set(record.id, record);
  return record;
}

/** Stores a macro (developer docs "Macros", JSON format). */
export function addMacro(site: ZendeskSite, macro: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/macros/${macro.id}.json`,
    description: null,
    active: true,
    position: site.macros.size + 1,
    restriction: null,
    ...macro,
  };
  site.macros.set(record.id, record);
  return record;
}

/** The filter is mandatory; the wordings are _assumed_. */
function checkFilter(given: Record<string, unknown>, record: ZendeskRecord | undefined): Violation[] {
  if (!('filter' in given)) return record === undefined ? [blank('filter')] : [];
  const { filter } = given;
  if (!isObject(filter)) return [{ field: 'filter', description: 'Filter: is invalid', error: 'InvalidValue' }];
  const conditions = [filter['all'] ?? [], filter['any'] ?? []].flat();
  const isGood = conditions.every((each) => isObject(each) && 'field' in each && 'operator' in each);
  return isGood ? [] : [{ field: 'filter', description: 'Filter: is invalid', error: 'InvalidValue' }];
}
