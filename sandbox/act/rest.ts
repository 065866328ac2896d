// Act! Essentials' records over REST: collections of plain JSON with OData lists. Names of collections, fields, query options
// and 204 after a delete are those of public clients of the API; what they do not show is assumed (see README.md).

import { type Answer, json, mediaType, type VendorRequest } from '../vendor.ts';
import { type Collection, collectionNamed, exportable, keptMembers, type MemberKind } from './collections.ts';
import type { ActData, ActRow } from './data.ts';
import { ODataError, queryRows } from './odata.ts';

/** Assumed: as many as the original element asks for at most. */
const largestPage = 150;

/** Ends a call with an error answer. */
class ActRefusal extends Error {
  readonly answer: Answer;

  constructor(status: number, message: string) {
    super(message);
    this.answer = json(status, { message });
  }
}

/** One call to a collection. */
interface Call {
  data: ActData;
  now: Date;
  request: VendorRequest;
}

/** Answers a call to a collection; undefined when the path (below `/act/api/`, as sent) names none. */
export function actCollectionApi(data: ActData, now: Date, request: VendorRequest, path: string): Answer | undefined {
  const [name = '', id, ...more] = path.split('/');
  const collection = collectionNamed(name);
  if (collection === undefined || more.length > 0) return undefined;
  const call = { data, now, request };
  try {
    if (id === undefined) return wholeCollection(collection, call);
    const isTotals = collection.collection === 'opportunities' && id.toLowerCase() === 'totals';
    if (isTotals && request.method === 'GET') return totals(data);
    return oneRow(collection, call, id);
  } catch (error) {
    if (error instanceof ActRefusal) return error.answer;
    if (error instanceof ODataError) return json(400, { message: error.message });
    throw error;
  }
}

function wholeCollection(collection: Collection, call: Call): Answer {
  const { data, now, request } = call;
  switch (allowed(request, collection.methods.whole)) {
    case 'GET':
      return list(collection, call);
    case 'PATCH': {
      const body = objectOf(request);
      if (typeof body['id'] !== 'string') throw new ActRefusal(400, 'The id field is required.');
      return json(200, change(collection, rowOf(collection, data, body['id']), body, now));
    }
    case 'PUT':
      return replaceMetadata(collection, call);
    default:
      return collection.collection === 'export' ? createExport(call) : create(collection, call);
  }
}

function list(collection: Collection, { data, request }: Call): Answer {
  const type = { name: collection.type, members: new Set([...keptMembers, ...Object.keys(collection.members)]) };
  const query = new URLSearchParams(request.query);
  const rows = [...data.rows[collection.collection].values()];
  const groupId = collection.collection === 'contacts' ? query.get('groupid') : null;
  const members =
    groupId === null ? undefined : new Set(data.rows.groupsandlists.get(groupId)?.['contacts'] as string[]);
  const chosen = members === undefined ? rows : rows.filter(({ id }) => members.has(id));
  return json(200, queryRows(chosen, query, { type, largest: largestPage }));
}

function create(collection: Collection, { data, now, request }: Call): Answer {
  const body = objectOf(request);
  const row: ActRow = { id: data.newId(), created: now.toISOString(), lastUpdated: '' };
  for (const member of collection.required) {
    if (isMissing(body[member])) throw new ActRefusal(400, `The ${member} field is required.`);
  }
  if (collection.collection === 'campaigns') {
    rowOf(groupsAndLists(), data, String(body['groupId']));
    body['status'] = 'Scheduled';
  }
  change(collection, row, body, now);
  data.rows[collection.collection].set(row.id, row);
  return json(201, row);
}

function groupsAndLists(): Collection {
  return collectionNamed('groupsandlists') as Collection;
}

/** POST /Export: the rows of one collection, ready at once. */
function createExport({ data, now, request }: Call): Answer {
  const { type } = objectOf(request);
  if (isMissing(type)) throw new ActRefusal(400, 'The type field is required.');
  const exported = exportable(type);
  if (exported === undefined) throw new ActRefusal(400, `The value '${String(type)}' is not valid for type.`);
  const time = now.toISOString();
  const count = data.rows[exported.collection].size;
  const row = { id: data.newId(), type, status: 'Completed', count, created: time, lastUpdated: time };
  data.rows.export.set(row.id, row);
  return json(201, row);
}

/** PUT /Metadata: a list of fields, of which names shown and whether they are shown can be changed. */
function replaceMetadata(collection: Collection, { data, now, request }: Call): Answer {
  const fields = bodyOf(request);
  if (!Array.isArray(fields)) throw new ActRefusal(400, 'The request is invalid.');
  const changes = fields.map((field: Record<string, unknown> | null) => {
    if (typeof field?.['id'] !== 'string') throw new ActRefusal(400, 'The id field is required.');
    const { displayName, show } = field;
    const body = { ...(displayName !== undefined && { displayName }), ...(show !== undefined && { show }) };
    const row = rowOf(collection, data, field['id']);
    checkMembers(collection, body);
    return { row, body };
  });
  return json(
    200,
    changes.map(({ row, body }) => change(collection, row, body, now)),
  );
}

function oneRow(collection: Collection, { data, now, request }: Call, id: string): Answer {
  const method = allowed(request, collection.methods.one);
  const row = rowOf(collection, data, id);
  if (method === 'GET') return json(200, row);
  if (method === 'PUT') return json(200, change(collection, row, objectOf(request), now));
  data.rows[collection.collection].delete(id);
  return { status: 204, headers: {}, body: '' };
}

function allowed({ method }: VendorRequest, here: readonly string[]): string {
  if (here.includes(method)) return method;
  throw new ActRefusal(405, `The requested resource does not support http method '${method}'.`);
}

function rowOf(collection: Collection, data: ActData, id: string): ActRow {
  const row = data.rows[collection.collection].get(id);
  if (row === undefined) throw new ActRefusal(404, `${collection.type} ${id} was not found.`);
  return row;
}

function bodyOf(request: VendorRequest): unknown {
  if (mediaType(request) !== 'application/json') {
    throw new ActRefusal(
      415,
      `The request entity's media type '${mediaType(request)}' is not supported for this resource.`,
    );
  }
  try {
    return JSON.parse(request.body);
  } catch {
    throw new ActRefusal(400, 'The request is invalid.');
  }
}

function objectOf(request: VendorRequest): Record<string, unknown> {
  const value = bodyOf(request);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ActRefusal(400, 'The request is invalid.');
}

/** Only what the body names changes; unknown members are left out, as a deserializer does. */
function change(collection: Collection, row: ActRow, body: Record<string, unknown>, now: Date): ActRow {
  checkMembers(collection, body);
  const { startTime = row['startTime'], endTime = row['endTime'] } = body;
  if (Date.parse(String(endTime)) < Date.parse(String(startTime))) {
    throw new ActRefusal(400, 'The endTime field must not be before startTime.');
  }
  for (const member of Object.keys(collection.members)) {
    if (Object.hasOwn(body, member)) row[member] = body[member];
  }
  row.lastUpdated = now.toISOString();
  return row;
}

function checkMembers({ required, members }: Collection, body: Record<string, unknown>): void {
  const emptied = required.find((member) => Object.hasOwn(body, member) && isMissing(body[member]));
  if (emptied !== undefined) throw new ActRefusal(400, `The ${emptied} field is required.`);
  for (const [member, kind] of Object.entries(members)) {
    const value = Object.hasOwn(body, member) ? (body[member] ?? null) : null;
    if (value === null || fits[kind](value)) continue;
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    throw new ActRefusal(400, `The value '${shown}' is not valid for ${member}.`);
  }
}

const fits: Record<MemberKind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value)),
  email: (value) => typeof value === 'string' && (value === '' || /^[^\s@]+@[^\s@]+$/.test(value)),
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object',
};

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** Number and sum of the opportunities of each stage. */
function totals(data: ActData): Answer {
  const byStage = Map.groupBy(data.rows.opportunities.values(), (row) => String(row['stage']));
  return json(
    200,
    [...byStage].map(([stage, rows]) => ({
      stage,
      count: rows.length,
      total: rows.reduce((sum, row) => sum + Number(row['total'] ?? 0), 0),
    })),
  );
}
