// What the tests of the four Salesforce elements share: a connected account, its lists page by page, and the trip of a
// record through create, read, update and delete.

import { beforeAll, expect } from 'vitest';
import { type Connectable, callElement, connect, type Trip, useTrip } from '../support/guide.ts';
import type { Answer } from '../support/platform.ts';

/** A row of a list. */
export type Row = Record<string, unknown>;

/** An element with a connected account. */
export interface ConnectedElement {
  trip: Trip;
  token(): string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** One page of a list. */
  rows(path: string, query?: Record<string, string>): Promise<Row[]>;
  /** Every row of a list, page by page. */
  allRows(path: string, query: Record<string, string>): Promise<Row[]>;
}

/** Connects an account of the element before the tests of a file. */
export function useElement(key: Connectable, hub: string): ConnectedElement {
  const trip = useTrip();
  let token = '';
  beforeAll(async () => {
    token = (await connect(trip, key)).token;
  });
  const call: ConnectedElement['call'] = (method, path, body) =>
    callElement(trip, token, method, `/hubs/${hub}${path}`, body);
  const page = async (path: string, query: Record<string, string>): Promise<Answer> => {
    const answer = await call('GET', `${path}?${new URLSearchParams(query)}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(answer.headers.get('elements-returned-count')).toBe(String(answer.body.length));
    return answer;
  };
  return {
    trip,
    token: () => token,
    call,
    rows: async (path, query = {}) => (await page(path, query)).body,
    async allRows(path, query) {
      const found: Row[] = [];
      let next: Record<string, string> | undefined = {};
      while (next !== undefined) {
        const answer: Answer = await page(path, { ...query, ...next });
        found.push(...answer.body);
        const nextPage = answer.headers.get('elements-next-page-token');
        next = nextPage === null ? undefined : { nextPage };
      }
      return found;
    },
  };
}

/** A list in pages has every record once, whatever the size of the pages. */
export async function expectEveryRecordOnce(
  { allRows }: ConnectedElement,
  path: string,
  pageSize: number,
  total: number,
): Promise<void> {
  const found = await allRows(path, { pageSize: String(pageSize) });
  expect([found.length, new Set(found.map((row) => row['Id'])).size]).toEqual([total, total]);
}

/** Text that ends a SOQL literal unless it is escaped, in a `where`. */
const quotedName = `O'Neill \\ "Sons" % _ \\' OR Id != null`;

/** A value as CEQL writes it. */
export function ceqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * A record is created, found by a field that holds quotes and backslashes, read, changed and deleted; `field` is the one
 * that is searched, `change` is what is updated.
 */
export async function expectRecordTrip(
  element: ConnectedElement,
  path: string,
  record: Record<string, unknown>,
  field: string,
  change: Record<string, unknown>,
): Promise<void> {
  const { call, rows } = element;
  const created = await call('POST', path, { ...record, [field.toLowerCase()]: quotedName });
  expect(created.status, JSON.stringify(created.body)).toBe(200);
  const id: string = created.body.id;
  expect(id).toMatch(/^[A-Za-z0-9]{18}$/);

  const found = await rows(path, { where: `${field} = ${ceqlText(quotedName)}` });
  expect(found.map((row) => row['Id'])).toEqual([id]);
  const one = `${path}/${id}`;
  const read = await call('GET', one);
  expect(read).toMatchObject({ status: 200, body: { Id: id, [field]: quotedName, ...record } });
  expect(Object.values(read.body)).not.toContain(null);

  expect((await call('PATCH', one, change)).status).toBe(200);
  expect((await call('GET', one)).body).toMatchObject({ Id: id, [field]: quotedName, ...change });

  expect((await call('DELETE', one)).status).toBe(200);
  expect(await rows(path, { where: `${field} = ${ceqlText(quotedName)}` })).toEqual([]);
  for (const method of ['GET', 'DELETE']) {
    expect(await call(method, one)).toMatchObject({ status: 404, body: { providerMessage: 'entity is deleted' } });
  }
}
