// Zendesk's Targets API, which webhooks replaced (developer docs "Targets"): where triggers sent messages before.

import { blank, notIncluded, type Violation } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';
import { isLacking, type Kind } from './records.ts';

/** The types that send HTTP requests, with the methods of each; the sandbox keeps the other types, and sends nothing to them. */
const httpTypes: Record<string, readonly string[]> = {
  url_target: ['get', 'post', 'put'],
  url_target_v2: ['get', 'post', 'put', 'patch', 'delete'],
};

/** /api/v2/targets.json. */
export const targets: Kind = {
  name: 'target',
  plural: 'targets',
  writable: [
    'title',
    'type',
    'active',
    'target_url',
    'method',
    'attribute',
    'username',
    'password',
    'content_type',
    'email',
    'subject',
  ],
  hidden: ['password'],
  fixed: ['type'],
  records: (site) => site.targets,
  add: addTarget,
  check: (_site, given, record) => [
    ...(isLacking('title', given, record) ? [blank('title')] : []),
    ...(isLacking('type', given, record) ? [blank('type')] : []),
    ...checkAddress({ ...record, ...given }),
  ],
};

/** Whether a target is one to which HTTP requests are sent. */
export function isHttpTarget(target: ZendeskRecord): boolean {
  return Object.hasOwn(httpTypes, String(target['type']));
}

function addTarget(site: ZendeskSite, target: ZendeskRecord): ZendeskRecord {
  const isUrl = target['type'] === 'url_target';
  const record: ZendeskRecord = {
    url: `https://${site.host}/api/v2/targets/${target.id}.json`,
    active: true,
    ...(isUrl && { method: 'get', attribute: 'message', username: null }),
    ...target,
  };
  site.targets.set(record.id, record);
  return record;
}

function checkAddress(target: Record<string, unknown>): Violation[] {
  const methods = httpTypes[String(target['type'])];
  if (methods === undefined) return [];
  const { target_url: address, method } = target;
  const violations: Violation[] = [];
  if (!/^https?:\/\/./.test(String(address ?? ''))) {
    violations.push({ field: 'target_url', description: 'Url: is invalid', error: 'InvalidValue' });
  }
  if (method !== undefined && !methods.includes(String(method))) violations.push(notIncluded('method', method));
  return violations;
}
