// The conformance table: for every resource and method of an element, what is tried against the sandbox. Each cell of
// docs/elements.md is one test of here; `describeConformance` runs them, `table.test.ts` writes them down.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ElementDocument, pathBelowHub } from '../../trials/element-document.ts';
import { connectDesk } from '../support/connect-desk.ts';
import { callElement, connect, type Trip, useTrip } from '../support/guide.ts';
import { type Answer, credentials } from '../support/platform.ts';

/** A row of a list. */
export type Row = Record<string, unknown>;

/** An element with a connected account, and ways to call it. Paths are below the hub. */
export interface Connection {
  trip: Trip;
  token: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  upload(method: string, path: string, form: FormData): Promise<Answer>;
  download(path: string): Promise<{ status: number; headers: Headers; bytes: Buffer }>;
  /** Every row of a list, page by page, and how many pages there were. */
  allRows(path: string, query?: Record<string, string>): Promise<{ rows: Row[]; pages: number }>;
}

/** What is tried of a resource, the columns of the table. */
export const columns = ['list', 'pages', 'search', 'create', 'read', 'update', 'delete', 'error'] as const;
export type Column = (typeof columns)[number];

export type Check = (connection: Connection) => Promise<void>;

/** One resource and method. */
export interface ResourceRow {
  /** `GET /incidents/{id}`, as in the document without its hub */
  resource: string;
  checks: Partial<Record<Column, Check>>;
  /** why a cell that the method would need is not there */
  without: Partial<Record<Column, string>>;
}

/** Everything that is tried of an element. */
export interface ElementConformance {
  key: ElementKey;
  hub: string;
  rows: readonly ResourceRow[];
  before?(connection: Connection): Promise<void>;
}

export type ElementKey =
  | 'zendesk'
  | 'desk'
  | 'sfdc'
  | 'sfdcservicecloud'
  | 'sfdcmarketingcloud'
  | 'sfdcdocuments'
  | 'actessentialsoauth'
  | 'ciscospark';

/** A resource that is tried in ways of its own. */
export function row(
  resource: string,
  checks: ResourceRow['checks'],
  without: ResourceRow['without'] = {},
): ResourceRow {
  return { resource, checks, without };
}

/** Bad input, the status that it gets, and words of the vendor (or of the platform, when it refuses by itself). */
export interface Refused {
  /** default: the collection, or the record with an id that is not there */
  path?: string;
  body?: unknown;
  status: number;
  says: string | RegExp;
}

export interface CollectionOptions {
  /** `/incidents`, as in the document */
  path: string;
  /** default `<path>/{id}` */
  item?: string;
  /** makes what the path's placeholders need and gives the real path */
  parent?: (connection: Connection) => Promise<string>;
  /** in rows; default `id` */
  idField?: string;
  /** in the answer of POST; default `idField` */
  createdIdField?: string;
  list?: { pageSize: number; atLeast: number; query?: Record<string, string> };
  search?: { where: string; fits: (row: Row) => boolean; query?: Record<string, string> }[];
  create?: { body: object | ((connection: Connection) => Promise<object>); shows?: object };
  read?: boolean;
  update?: { method?: 'PATCH' | 'PUT'; body: object; shows?: object };
  /** `stays`: the vendor keeps the record, so that it can still be read */
  delete?: boolean | 'stays';
  refused: Partial<Record<'list' | 'create' | 'read' | 'update' | 'delete', Refused>>;
  /** an id that is not there; reading, changing and deleting it answers 404 unless `refused` says otherwise */
  missing?: string;
  without?: ResourceRow['without'];
}

/** The rows of a collection and its records: list, pages, search, create, read, update, delete, and what is refused. */
export function collection(options: CollectionOptions): ResourceRow[] {
  const { path, item = `${path}/{id}`, idField = 'id', createdIdField = idField, without = {} } = options;
  const { list, search, create, read, update, refused, missing } = options;
  const updateMethod = update?.method ?? 'PATCH';
  const parent = options.parent ?? (async () => path);

  const made = async (connection: Connection): Promise<{ at: string; id: string; sent: object; answer: Answer }> => {
    const at = await parent(connection);
    if (create === undefined) {
      const { body } = await connection.call('GET', at);
      return { at, id: String(body[0][idField]), sent: {}, answer: body[0] };
    }
    const sent = typeof create.body === 'function' ? await create.body(connection) : create.body;
    const answer = await connection.call('POST', at, sent);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return { at, id: String(answer.body[createdIdField]), sent, answer };
  };
  const one = (at: string, id: string) => `${at}/${encodeURIComponent(id)}`;
  const refusal = (method: string, kind: keyof CollectionOptions['refused'], body?: unknown): Check | undefined => {
    const wanted =
      refused[kind] ??
      (missing === undefined || kind === 'list' || kind === 'create' ? undefined : { status: 404, says: '' });
    if (wanted === undefined) return undefined;
    return async (connection) => {
      const at = wanted.path ?? (await parent(connection));
      const isRecord = kind !== 'list' && kind !== 'create' && wanted.path === undefined;
      const target = isRecord ? one(at, missing ?? (await made(connection)).id) : at;
      const sent = wanted.body === undefined ? body : wanted.body;
      expectRefused(await connection.call(method, target, sent), wanted);
    };
  };
  const checksOf = (checks: Partial<Record<Column, Check | undefined>>) =>
    Object.fromEntries(Object.entries(checks).filter(([, check]) => check !== undefined));

  const rows: ResourceRow[] = [];
  const add = (resource: string, checks: Partial<Record<Column, Check | undefined>>) =>
    rows.push({ resource, checks: checksOf(checks), without });

  if (list !== undefined) {
    add(`GET ${path}`, {
      list: async (connection) => {
        const answer = await connection.call('GET', withQuery(await parent(connection), list.query));
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        expect(answer.body.length).toBeGreaterThan(0);
        for (const found of answer.body) expect(found).toHaveProperty(idField);
      },
      pages:
        without.pages === undefined
          ? async (connection) => {
              const at = await parent(connection);
              const pageSize = String(list.pageSize);
              const { rows: found, pages } = await connection.allRows(at, { ...list.query, pageSize });
              expect(found.length).toBeGreaterThanOrEqual(list.atLeast);
              expect(pages).toBeGreaterThan(1);
              const ids = found.map((each) => each[idField]);
              expect(new Set(ids).size).toBe(ids.length);
              const larger = await connection.allRows(at, { ...list.query, pageSize: String(list.pageSize * 2) });
              expect(larger.rows.map((each) => each[idField])).toEqual(ids);
            }
          : undefined,
      search:
        search === undefined
          ? undefined
          : async (connection) => {
              const at = await parent(connection);
              const everything = (await connection.allRows(at, { ...list.query })).rows;
              for (const { where, fits, query } of search) {
                const wanted = everything.filter(fits).map((each) => each[idField]);
                expect(wanted.length, `some rows fit ${where}`).toBeGreaterThan(0);
                const found = (await connection.allRows(at, { ...list.query, ...query, where })).rows;
                expect(found.map((each) => each[idField]).sort(), where).toEqual(wanted.sort());
              }
            },
      error: refusal('GET', 'list'),
    });
  }
  if (create !== undefined) {
    add(`POST ${path}`, {
      create: async (connection) => {
        const { at, id, sent, answer } = await made(connection);
        expect(id).not.toBe('undefined');
        const shown = read === true ? (await connection.call('GET', one(at, id))).body : answer.body;
        expect(shown).toMatchObject(create.shows ?? sent);
      },
      error: refusal('POST', 'create'),
    });
  }
  if (read === true) {
    add(`GET ${item}`, {
      read: async (connection) => {
        const { at, id } = await made(connection);
        const answer = await connection.call('GET', one(at, id));
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        expect(String(answer.body[idField])).toBe(id);
      },
      error: refusal('GET', 'read'),
    });
  }
  if (update !== undefined) {
    add(`${updateMethod} ${item}`, {
      update: async (connection) => {
        const { at, id } = await made(connection);
        const answer = await connection.call(updateMethod, one(at, id), update.body);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        const shown = read === true ? (await connection.call('GET', one(at, id))).body : answer.body;
        expect(shown).toMatchObject(update.shows ?? update.body);
      },
      error: refusal(updateMethod, 'update', update.body),
    });
  }
  if (options.delete !== undefined && options.delete !== false) {
    add(`DELETE ${item}`, {
      delete: async (connection) => {
        const { at, id } = await made(connection);
        const answer = await connection.call('DELETE', one(at, id));
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        if (read !== true) return;
        expect((await connection.call('GET', one(at, id))).status).toBe(options.delete === 'stays' ? 200 : 404);
      },
      error: refusal('DELETE', 'delete'),
    });
  }
  return rows;
}

/** A refusal has the status, words of whom it comes from, and the request's id. */
export function expectRefused(answer: Answer, { status, says }: Pick<Refused, 'status' | 'says'>): void {
  expect([answer.status, answer.body?.requestId], JSON.stringify(answer.body)).toEqual([status, expect.any(String)]);
  const words = `${answer.body.providerMessage ?? ''}\n${answer.body.message}`;
  if (typeof says === 'string') expect(words).toContain(says);
  else expect(words).toMatch(says);
}

function withQuery(path: string, query: Record<string, string> = {}): string {
  const text = String(new URLSearchParams(query));
  return text === '' ? path : `${path}?${text}`;
}

/** An account of the element, connected before the tests of a file. */
export function useConnection(key: ElementKey, hub: string): Connection {
  const trip = useTrip();
  const connection = { trip } as Connection;
  beforeAll(async () => {
    connection.token = (key === 'desk' ? await connectDesk(trip) : await connect(trip, key)).token;
  });
  const url = (path: string) => `${trip.platform.url}/elements/api-v2/hubs/${hub}${path}`;
  const headers = () => ({ authorization: credentials(connection.token) });
  return Object.assign(connection, {
    call: (method, path, body) => callElement(trip, connection.token, method, `/hubs/${hub}${path}`, body),
    async upload(method, path, form) {
      const response = await fetch(url(path), { method, headers: headers(), body: form });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    async download(path) {
      const response = await fetch(url(path), { headers: headers() });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, bytes };
    },
    async allRows(path, query = {}) {
      const rows: Row[] = [];
      let pages = 0;
      for (let nextPage: string | null | undefined; nextPage !== null; pages++) {
        const asked = { ...query, ...(nextPage === undefined ? {} : { nextPage }) };
        const answer = await connection.call('GET', withQuery(path, asked));
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
        rows.push(...answer.body);
        nextPage = answer.headers.get('elements-next-page-token');
      }
      return { rows, pages };
    },
  } satisfies Omit<Connection, 'trip' | 'token'>);
}

/** Every row of an element's table; all elements have the first. */
export function rowsOf({ key, rows }: ElementConformance): ResourceRow[] {
  const ping: Check = async ({ call }) => {
    expect(await call('GET', '/ping')).toMatchObject({ status: 200, body: { endpoint: key } });
  };
  return [row('GET /ping', { read: ping }, { error: 'takes no input; see the faults' }), ...rows];
}

/** Runs everything that is tried of an element, and holds the table to its document. */
export function describeConformance(conformance: ElementConformance): void {
  const { key, hub, before } = conformance;
  const connection = useConnection(key, hub);
  beforeAll(async () => before?.(connection));

  test(`${key}: every resource stands in the table, with every cell that its method needs`, () => {
    expect(conformanceFaults(conformance)).toEqual([]);
  });
  for (const { resource, checks } of rowsOf(conformance)) {
    describe(`${key} ${resource}`, () => {
      test.each(Object.entries(checks))('%s', (_column, check) => check(connection));
    });
  }
}

/** What the table lacks of the element's document, or has beyond it. */
function conformanceFaults(conformance: ElementConformance): string[] {
  const faults: string[] = [];
  const callable = callableResources(conformance.key);
  const rows = rowsOf(conformance);
  const known = new Map(rows.map((each) => [each.resource, each]));
  if (known.size < rows.length) faults.push('a resource stands in the table twice');
  for (const { resource } of rows) if (!callable.has(resource)) faults.push(`${resource} is not in the document`);
  for (const [resource, hasWhere] of callable) {
    const found = known.get(resource);
    if (found === undefined) {
      faults.push(`${resource} has no row`);
      continue;
    }
    for (const column of neededColumns(found)) {
      if (column === 'search' && !hasWhere) continue;
      if (found.checks[column] === undefined && found.without[column] === undefined) {
        faults.push(`${resource} lacks ${column}`);
      }
    }
  }
  return faults;
}

/** What is tried of a resource with this method; search only where the resource takes `where`. */
export function neededColumns({ resource, checks }: ResourceRow): Column[] {
  const [method] = resource.split(' ');
  if (method === 'POST') return checks.list === undefined ? ['create', 'error'] : ['list', 'error'];
  if (method === 'PATCH' || method === 'PUT') return ['update', 'error'];
  if (method === 'DELETE') return ['delete', 'error'];
  if (checks.read !== undefined) return ['read', 'error'];
  return ['list', 'pages', 'search', 'error'];
}

/** The resources of an element's document that callers reach, and whether they take `where`. */
function callableResources(key: string): Map<string, boolean> {
  const file = new URL(`../../elements/${key}/element.json`, import.meta.url);
  const { resources } = JSON.parse(readFileSync(file, 'utf8')) as ElementDocument;
  return new Map(
    (resources ?? [])
      .filter(({ type, valence }) => (type === 'api' || type === 'apiNoDocumentation') && valence?.internal !== true)
      .map(({ method, path, parameters }) => [
        `${method} ${pathBelowHub(path)}`,
        (parameters ?? []).some(({ name, type }) => name === 'where' && type === 'query'),
      ]),
  );
}
