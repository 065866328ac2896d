// Act! Essentials' records over REST: collections of plain JSON with OData lists. Names of collections, fields, query options
// and 204 after a delete are those of public clients of the API; what they do not show is assumed (see sandbox/README.md).

import { type Answer, json, mediaType, type VendorRequest } from '../vendor.ts';
import type { ActCollection, ActData, ActRow } from './data.ts';
import { ODataError, queryRows } from './odata.ts';

interface Collection {
  collection: ActCollection;
  /** The name of a row in messages. */
  type: string;
  required: string[];
  members: string[];
  methods: string[];
}

const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const opportunities: Collection = {
  collection: 'opportunities',
  type: 'Opportunity',
  required: ['title', 'stage'],
  members: 'title stage description total currency notes estimatedClose actualClose contacts'.split(' '),
  methods: all,
};
const lists: Collection = {
  collection: 'groupsandlists',
  type: 'GroupOrList',
  required: ['name'],
  members: 'name description contacts'.split(' '),
  methods: all,
};

/** By the first segment below `/act/api/`, in lower case. */
const collections: Record<string, Collection> = {
  contacts: {
    collection: 'contacts',
    type: 'Contact',
    required: ['firstName'],
    members:
      'firstName lastName company jobTitle emailAddress altEmailAddress businessPhone mobilePhone homePhone website linkedinUrl birthday isFavorite'.split(
        ' ',
      ),
    methods: all,
  },
  opportunities,
  interactions: {
    collection: 'interactions',
    type: 'Interaction',
    required: ['type', 'subject'],
    members:
      'type subject startTime endTime timeZone isCompleted address campaignId campaignDetails omitFromICal contacts'.split(
        ' ',
      ),
    methods: all,
  },
  tasks: {
    collection: 'tasks',
    type: 'Task',
    required: ['subject'],
    members: 'subject isPriority isCompleted dueDate contacts'.split(' '),
    methods: all,
  },
  groupsandlists: lists,
  lists,
  campaigns: {
    collection: 'campaigns',
    type: 'Campaign',
    required: ['name'],
    members: 'name subject status sendDate'.split(' '),
    methods: ['GET'],
  },
};

const kept = ['id', 'created', 'lastUpdated'];

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

/** Answers a call to a collection; undefined when the path (below `/act/api/`, as sent) names none. */
export function actCollectionApi(data: ActData, now: Date, request: VendorRequest, path: string): Answer | undefined {
  const [name = '', id, ...more] = path.split('/');
  const key = name.toLowerCase();
  const collection = Object.hasOwn(collections, key) ? collections[key] : undefined;
  if (collection === undefined || more.length > 0) return undefined;
  try {
    if (id === undefined) return wholeCollection(collection, data, now, request);
    if (collection === opportunities && id.toLowerCase() === 'totals' && request.method === 'GET') return totals(data);
    return oneRow(collection, data, now, request, id);
  } catch (error) {
    if (error instanceof ActRefusal) return error.answer;
    if (error instanceof ODataError) return json(400, { message: error.message });
    throw error;
  }
}

function wholeCollection(collection: Collection, data: ActData, now: Date, request: VendorRequest): Answer {
  const rows = data.rows[collection.collection];
  const method = allowed(collection, request, ['GET', 'POST', 'PATCH']);
  if (method === 'GET') {
    const type = { name: collection.type, members: new Set([...kept, ...collection.members]) };
    const query = new URLSearchParams(request.query);
    return json(200, queryRows([...rows.values()], query, { type, largest: largestPage }));
  }
  const body = bodyOf(request);
  if (method === 'PATCH') {
    if (typeof body['id'] !== 'string') throw new ActRefusal(400, 'The id field is required.');
    return json(200, change(collection, rowOf(collection, data, body['id']), body, now));
  }
  const row: ActRow = { id: data.newId(), created: now.toISOString(), lastUpdated: '' };
  for (const member of collection.required) {
    if (isMissing(body[member])) throw new ActRefusal(400, `The ${member} field is required.`);
  }
  change(collection, row, body, now);
  rows.set(row.id, row);
  return json(201, row);
}

function oneRow(collection: Collection, data: ActData, now: Date, request: VendorRequest, id: string): Answer {
  const method = allowed(collection, request, ['GET', 'PUT', 'DELETE']);
  const row = rowOf(collection, data, id);
  if (method === 'GET') return json(200, row);
  if (method === 'PUT') return json(200, change(collection, row, bodyOf(request), now));
  data.rows[collection.collection].delete(id);
  return { status: 204, headers: {}, body: '' };
}

function allowed(collection: Collection, { method }: VendorRequest, here: string[]): string {
  if (here.includes(method) && collection.methods.includes(method)) return method;
  throw new ActRefusal(405, `The requested resource does not support http method '${method}'.`);
}

function rowOf(collection: Collection, data: ActData, id: string): ActRow {
  const row = data.rows[collection.collection].get(id);
  if (row === undefined) throw new ActRefusal(404, `${collection.type} ${id} was not found.`);
  return row;
}

function bodyOf(request: VendorRequest): Record<string, unknown> {
  if (mediaType(request) !== 'application/json') {
    throw new ActRefusal(
      415,
      `The request entity's media type '${mediaType(request)}' is not supported for this resource.`,
    );
  }
  try {
    const value: unknown = JSON.parse(request.body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // refused below, like JSON that is no object
  }
  throw new ActRefusal(400, 'The request is invalid.');
}

/** Only what the body names changes; unknown members are left out, as a deserializer does. */
function change(collection: Collection, row: ActRow, body: Record<string, unknown>, now: Date): ActRow {
  const emptied = collection.required.find((member) => Object.hasOwn(body, member) && isMissing(body[member]));
  if (emptied !== undefined) throw new ActRefusal(400, `The ${emptied} field is required.`);
  for (const member of collection.members) {
    if (Object.hasOwn(body, member)) row[member] = body[member];
  }
  row.lastUpdated = now.toISOString();
  return row;
}

function isMissing(value: unknown): boolean {
  return typeof value !== 'string' || value.trim() === '';
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
