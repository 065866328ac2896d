// Zendesk's ticket fields and user fields (developer docs "Ticket Fields", "User Fields").

import { blank, notIncluded, taken, type Violation } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { isLacking, isTaken, type Kind } from './records.ts';

/** Those that one can make; the system's own types only come with an account. */
const ticketFieldTypes = [
  'text',
  'textarea',
  'checkbox',
  'date',
  'integer',
  'decimal',
  'regexp',
  'partialcreditcard',
  'multiselect',
  'tagger',
  'lookup',
];

const userFieldTypes = [
  'text',
  'textarea',
  'checkbox',
  'date',
  'integer',
  'decimal',
  'regexp',
  'dropdown',
  'lookup',
  'multiselect',
];

const common = [
  'active',
  'custom_field_options',
  'description',
  'position',
  'raw_description',
  'raw_title',
  'regexp_for_validation',
  'tag',
  'title',
];

/** /api/v2/ticket_fields.json: by position when it is not paged, by id when it is. */
export const ticketFields: Kind = {
  name: 'ticket_field',
  plural: 'ticket_fields',
  writable: [
    ...common,
    'agent_description',
    'collapsed_for_agents',
    'editable_in_portal',
    'raw_title_in_portal',
    'required',
    'required_in_portal',
    'title_in_portal',
    'type',
    'visible_in_portal',
  ],
  fixed: ['type'],
  ways: 'cursor',
  sideLoaded: 'fields',
  records: (site) => site.ticketFields,
  add: addTicketField,
  check: (_site, given, record) => checkField(given, record, ticketFieldTypes),
  listed(rows, query) {
    const shown = query.get('creator') === 'true' ? rows : rows.map(withoutCreator);
    if (query.has('page[size]')) return shown.toSorted((a, b) => a.id - b.id);
    return shown.toSorted((a, b) => Number(a['position']) - Number(b['position']));
  },
  derived: rawTexts,
  stays: (record) =>
    record['removable'] === false
      ? { field: 'base', description: `${record['title']}: is a system field and cannot be deleted` }
      : undefined,
};

/** /api/v2/user_fields.json: by position. */
export const userFields: Kind = {
  name: 'user_field',
  plural: 'user_fields',
  writable: [...common, 'key', 'relationship_filter', 'relationship_target_type', 'type'],
  fixed: ['key', 'type'],
  ways: 'both',
  records: (site) => site.userFields,
  add: addUserField,
  check: (site, given, record) => [...checkField(given, record, userFieldTypes), ...checkKey(site, given, record)],
  listed: (rows) => rows.toSorted((a, b) => Number(a['position']) - Number(b['position'])),
  derived: rawTexts,
};

/** Stores a ticket field (developer docs "Ticket Fields", JSON format). */
export function addTicketField(site: ZendeskSite, field: ZendeskRecord): ZendeskRecord {
  const title = field['title'] ?? field['raw_title'];
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/ticket_fields/${field.id}.json`,
    type: 'text',
    title,
    raw_title: title,
    description: '',
    raw_description: field['description'] ?? '',
    position: site.ticketFields.size + 1,
    active: true,
    required: false,
    collapsed_for_agents: false,
    regexp_for_validation: null,
    title_in_portal: title,
    raw_title_in_portal: title,
    visible_in_portal: false,
    editable_in_portal: false,
    required_in_portal: false,
    agent_description: null,
    tag: null,
    removable: true,
    key: null,
    creator_user_id: 35_436_001,
    creator_app_name: null,
    ...field,
  };
  site.ticketFields.set(record.id, record);
  return record;
}

/** Stores a user field (developer docs "User Fields", JSON format). */
export function addUserField(site: ZendeskSite, field: ZendeskRecord): ZendeskRecord {
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/user_fields/${field.id}.json`,
    type: 'text',
    raw_title: field['title'],
    description: '',
    raw_description: field['description'] ?? '',
    position: site.userFields.size + 1,
    active: true,
    system: false,
    regexp_for_validation: null,
    ...field,
  };
  site.userFields.set(record.id, record);
  return record;
}

/** `creator` shows who made a field; without it these members are not there. */
function withoutCreator({ creator_user_id: _, creator_app_name: __, ...field }: ZendeskRecord): ZendeskRecord {
  return field as ZendeskRecord;
}

/** The raw text is the text unless it has dynamic content, which is not simulated. */
function rawTexts(changes: Record<string, unknown>): Record<string, unknown> {
  const pairs = ['title', 'description', 'title_in_portal'].flatMap((name): [string, unknown][] => {
    const value = changes[name] ?? changes[`raw_${name}`];
    return value === undefined
      ? []
      : [
          [name, value],
          [`raw_${name}`, value],
        ];
  });
  return Object.fromEntries(pairs);
}

function checkField(
  given: Record<string, unknown>,
  record: ZendeskRecord | undefined,
  types: readonly string[],
): Violation[] {
  const violations: Violation[] = [];
  const isTitled = 'raw_title' in given && !('title' in given);
  if (!isTitled && isLacking('title', given, record)) violations.push(blank('title'));
  const { type } = given as { type?: unknown };
  if (type !== undefined && type !== record?.['type'] && !types.includes(String(type))) {
    violations.push(notIncluded('type', type));
  }
  const hasOptions = Array.isArray(given['custom_field_options']) && given['custom_field_options'].length > 0;
  if (record === undefined && ['tagger', 'multiselect', 'dropdown'].includes(String(type)) && !hasOptions) {
    violations.push(blank('custom_field_options', 'Custom field options'));
  }
  return violations;
}

/** Letters, digits and underscores, not digits only (_assumed_: the page at hand ends before it says so). */
function checkKey(site: ZendeskSite, given: Record<string, unknown>, record: ZendeskRecord | undefined): Violation[] {
  if (isLacking('key', given, record)) return [blank('key')];
  if (!('key' in given)) return [];
  const key = String(given['key']);
  if (!/^\w+$/.test(key) || /^\d+$/.test(key)) {
    return [{ field: 'key', description: 'Key: is invalid', error: 'InvalidFormat' }];
  }
  return isTaken(site.userFields, 'key', key, record) ? [taken('key')] : [];
}
