// Desk.com's Cases API with messages and replies (dev.desk.com "Cases").

import { toSecond } from '../seed.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import {
  type Embeds,
  isObject,
  methodNotAllowed,
  notFound,
  pageOf,
  readBody,
  showRecord,
  type Violations,
  validationFailed,
} from './answers.ts';
import { attachments, type Uploading } from './attachments.ts';
import { addCase, addCustomer, addMessage, addReply, type DeskRecord, type DeskSite } from './data.ts';
import { linkedId, searchCases } from './search.ts';

const statuses = ['new', 'open', 'pending', 'resolved', 'closed', 'deleted'];
const types = ['chat', 'twitter', 'email', 'qna', 'facebook', 'phone'];
const writable = ['custom_fields', 'description', 'external_id', 'language', 'priority', 'status', 'subject'] as const;

/** /api/v2/cases and what is below it. */
export function cases(site: DeskSite, request: VendorRequest, parts: readonly string[], uploading: Uploading): Answer {
  const { method } = request;
  const [name, child, childId, ...more] = parts;
  if (name === undefined) {
    if (method === 'GET') return pageOf(request, [...site.cases.values()], { embeds: embedsOf(site) });
    return method === 'POST' ? createCase(site, request) : methodNotAllowed();
  }
  if (name === 'search' && child === undefined) {
    return method === 'GET' ? searchCases(site, request, embedsOf(site)) : methodNotAllowed();
  }
  const found = findCase(site, name);
  if (found === undefined) return notFound();
  if (child === 'attachments') return attachments(site, request, found, parts.slice(2), uploading);
  if (more.length > 0) return notFound();
  if (child === 'message' && childId === undefined && method === 'GET') {
    return json(200, site.messages.get(found.id) ?? null);
  }
  if (child === 'replies') return replies(site, request, found, childId);
  if (child !== undefined) return notFound();
  if (method === 'GET') return showRecord(request, found, embedsOf(site));
  if (method === 'PATCH') return updateCase(site, request, found);
  return method === 'DELETE' ? deleteCase(site, found) : methodNotAllowed();
}

/** The relations of a case that the vendor's own client names embeddable, as far as they are played here. */
function embedsOf(site: DeskSite): Embeds {
  return {
    customer: (record) => site.customers.get(linkedId(record, 'customer') ?? 0),
    assigned_user: (record) => site.users.get(linkedId(record, 'assigned_user') ?? 0),
    message: (record) => site.messages.get(Number(record['id'])),
  };
}

/** By id, or with `e-` in front by external id. */
function findCase(site: DeskSite, name: string): DeskRecord | undefined {
  if (!name.startsWith('e-')) return site.cases.get(Number(name));
  return [...site.cases.values()].find((record) => record['external_id'] === decodeURIComponent(name.slice(2)));
}

/**
 * POST /api/v2/cases: a type, a message and a customer are required. Without a link to the customer it is the one whose
 * e-mail address the message has, made when there is none (_assumed_).
 */
function createCase(site: DeskSite, request: VendorRequest): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  const message = given['message'];
  const errors = violationsOf(given);
  if (given['type'] === undefined) errors['type'] = ['blank'];
  if (!isObject(message)) errors['message'] = ['blank'];
  else if (String(message['body'] ?? '').trim() === '') errors['message'] = { body: ['blank'] };
  const linked = linkedId(given, 'customer');
  const address = isObject(message) ? (message['direction'] === 'out' ? message['to'] : message['from']) : undefined;
  const unknownCustomer = linked === undefined ? typeof address !== 'string' : !site.customers.has(linked);
  if (unknownCustomer) errors['_links'] = { customer: [linked === undefined ? 'blank' : 'invalid'] };
  if (Object.keys(errors).length > 0 || !isObject(message)) return validationFailed(errors);

  const now = toSecond(site.now());
  const id = Math.max(0, ...site.cases.keys()) + 1;
  const record = addCase(site, {
    id,
    ...picked(given),
    type: given['type'],
    labels: Array.isArray(given['labels']) ? given['labels'] : [],
    subject: given['subject'] ?? message['subject'] ?? null,
    blurb: String(message['body']).slice(0, 200),
    created_at: now,
    updated_at: now,
    received_at: message['direction'] === 'out' ? null : now,
    links: {
      customer: linked ?? customerWith(site, String(address), now),
      assigned_user: linkedId(given, 'assigned_user'),
      assigned_group: linkedId(given, 'assigned_group'),
    },
  });
  addMessage(site, id, message, now);
  return json(201, record, { location: `https://${request.host}/api/v2/cases/${id}` });
}

function customerWith(site: DeskSite, address: string, now: string): number {
  const email = /<([^>]+)>/.exec(address)?.[1] ?? address;
  const known = [...site.customers.values()].find((customer) =>
    (customer['emails'] as { value: string }[]).some(({ value }) => value === email),
  );
  if (known !== undefined) return known.id;
  const emails = [{ type: 'work', value: email }];
  const id = Math.max(0, ...site.customers.keys()) + 1;
  return addCustomer(site, { id, first_name: email.split('@')[0], emails, created_at: now, updated_at: now }).id;
}

/** PATCH /api/v2/cases/{id}: a closed case stays as it is; labels are added unless `label_action` is `replace`. */
function updateCase(site: DeskSite, request: VendorRequest, record: DeskRecord): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  const errors = violationsOf(given);
  if (record['status'] === 'closed') errors['status'] = ['closed'];
  if (Object.keys(errors).length > 0) return validationFailed(errors);
  const now = toSecond(site.now());
  const labels = Array.isArray(given['labels']) ? given['labels'] : [];
  const kept = given['label_action'] === 'replace' ? [] : (record['labels'] as unknown[]);
  const changes = { ...picked(given), labels: [...new Set([...kept, ...labels])] };
  Object.assign(record, changes, { updated_at: now, changed_at: now });
  return json(200, record);
}

/** DELETE /api/v2/cases/{id}: 204, as recorded for other records. */
function deleteCase(site: DeskSite, record: DeskRecord): Answer {
  site.cases.delete(record.id);
  site.messages.delete(record.id);
  site.replies.delete(record.id);
  site.attachments.delete(record.id);
  return empty(204);
}

function picked(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

function violationsOf(given: Record<string, unknown>): Violations {
  const errors: Violations = {};
  const { status, type, priority } = given as Record<'status' | 'type' | 'priority', unknown>;
  if (status !== undefined && !statuses.includes(String(status))) errors['status'] = ['invalid'];
  if (type !== undefined && !types.includes(String(type))) errors['type'] = ['invalid'];
  const isRank = Number.isInteger(priority) && Number(priority) >= 1 && Number(priority) <= 10;
  if (priority !== undefined && priority !== null && !isRank) errors['priority'] = ['invalid'];
  return errors;
}

/** /api/v2/cases/{id}/replies: a draft can be changed and deleted, a sent reply cannot. */
function replies(site: DeskSite, request: VendorRequest, of: DeskRecord, id: string | undefined): Answer {
  const all = site.replies.get(of.id) ?? [];
  const now = toSecond(site.now());
  if (id === undefined) {
    if (request.method === 'GET') return pageOf(request, all);
    return request.method === 'POST' ? createReply(site, request, of) : methodNotAllowed();
  }
  const reply = all.find((candidate) => String(candidate.id) === id);
  if (reply === undefined) return notFound();
  if (request.method === 'GET') return showRecord(request, reply);
  if (reply['status'] !== 'draft') return methodNotAllowed();
  if (request.method === 'DELETE') {
    all.splice(all.indexOf(reply), 1);
    return empty(204);
  }
  if (request.method !== 'PATCH') return methodNotAllowed();
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  for (const name of ['body', 'status', 'subject', 'to', 'cc', 'bcc']) {
    if (name in given) reply[name] = given[name];
  }
  reply['updated_at'] = now;
  return json(200, reply);
}

function createReply(site: DeskSite, request: VendorRequest, of: DeskRecord): Answer {
  const { members: given, refusal } = readBody(request);
  if (refusal !== undefined) return refusal;
  if (String(given['body'] ?? '').trim() === '') return validationFailed({ body: ['blank'] });
  const reply = addReply(site, of.id, given, toSecond(site.now()));
  return json(201, reply, { location: `https://${request.host}/api/v2/cases/${of.id}/replies/${reply.id}` });
}
