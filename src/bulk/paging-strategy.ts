// Records by the element's own lists and creates: page after page, row by row, for every vendor that has no bulk API.

import { writeWhere } from '../ceql/write.ts';
import type { CallBody } from '../core/body.ts';
import { Problem } from '../core/errors.ts';
import { isObject, valueAt, writeValue } from '../core/http.ts';
import type { InstanceAccount } from '../engine/account.ts';
import type { CallElement } from '../engine/call-element.ts';
import type { ElementAnswer } from '../engine/element-call.ts';
import { backgroundCall } from './background-call.ts';
import { accountForWholeList, primaryKeyOf } from './objects.ts';
import { mayBeDone, mayPass, wasNotDone, withPatience } from './patience.ts';
import type {
  BulkStrategy,
  DownloadedPage,
  DownloadRequest,
  RowOutcome,
  Stop,
  UploadBatch,
  UploadRequest,
  UploadRow,
} from './strategy.ts';

interface PagingDependencies {
  callElement: CallElement;
  limits: { bulkCallsAtOnce: number; bulkBatchRows: number };
}

/** Refusals of credentials, of rows that were sent one after the other. */
interface Refusals {
  inARow: number;
  last: Problem | undefined;
}

/** Rows in a row that credentials fail for, after which none more is tried. */
const patience401 = 3;

/** Makes the strategy that every element has. */
export function createPagingStrategy({ callElement, limits }: PagingDependencies): BulkStrategy {
  return {
    download: () => downloadPages,
    upload() {
      const refusals: Refusals = { inARow: 0, last: undefined };
      return { batchRows: limits.bulkBatchRows, send: (...given) => sendRows(refusals, ...given) };
    },
  };

  async function* downloadPages(
    request: DownloadRequest,
    from: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<DownloadedPage> {
    const account = accountForWholeList(request);
    const { mostCalls = Number.POSITIVE_INFINITY } = request;
    let { nextPage: next, calls = 0 } = isPlace(from) ? from : { nextPage: undefined };
    if (isObject(from) && from['end'] === true) return;
    while (calls < mostCalls) {
      const query = pageQuery(request, next);
      const ask = () => callElement(account, backgroundCall('GET', request.path, query, { kind: 'none' }, signal));
      const answer = await withPatience(ask, mayPass, signal);
      const records = recordsOf(answer, request);
      next = answer.headers['elements-next-page-token'];
      calls += 1;
      const total = Number(answer.headers['elements-total-count'] ?? Number.NaN);
      yield {
        records,
        after: next === undefined ? { end: true } : { nextPage: next, calls },
        total: Number.isInteger(total) ? total : undefined,
      };
      if (next === undefined) return;
    }
  }

  async function sendRows(
    refusals: Refusals,
    request: UploadRequest,
    batch: UploadBatch,
    stop: Stop,
  ): Promise<readonly RowOutcome[]> {
    if (refusals.inARow >= patience401 && refusals.last !== undefined) throw refusals.last;
    if (batch.begunBefore && request.identifierField === undefined) {
      return batch.rows.map(({ row }) => ({ row, state: 'doubtful', message: interrupted }));
    }
    const outcomes: RowOutcome[] = [];
    const twins = new Map<string, Promise<void>>();
    const rows = batch.rows.values();
    const worker = async () => {
      for (const row of rows) {
        const outcome = await afterTwins(twins, keyOf(request, row), () => sendRow(refusals, request, row, stop));
        if (outcome === undefined) return;
        outcomes.push(outcome);
        if (stop.winding.aborted || refusals.inARow >= patience401) return;
      }
    };
    const workers = request.serial ? 1 : Math.min(limits.bulkCallsAtOnce, batch.rows.length);
    await Promise.all(Array.from({ length: workers }, worker));
    return withoutGaps(batch.rows, outcomes);
  }

  /** Sends a row; undefined when it was not sent because the work is to end. */
  async function sendRow(
    refusals: Refusals,
    request: UploadRequest,
    row: UploadRow,
    stop: Stop,
  ): Promise<RowOutcome | undefined> {
    if (stop.winding.aborted) return undefined;
    try {
      await (request.identifierField === undefined
        ? create(request, row.record, stop)
        : upsert(request, request.identifierField, row.record, stop));
      refusals.inARow = 0;
      return { row: row.row, state: 'written' };
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      if (!(error instanceof Problem)) throw error;
      refusals.inARow = error.status === 401 ? refusals.inARow + 1 : 0;
      refusals.last = error;
      const { message, status, providerMessage } = error;
      const state = stop.signal.aborted || mayBeDone(error) ? 'doubtful' : 'failed';
      return { row: row.row, state, status, message, providerMessage };
    }
  }

  async function create({ account, path }: UploadRequest, record: UploadRow['record'], stop: Stop): Promise<void> {
    await write(account, 'POST', path, record, stop);
  }

  /** Updates the record that has the same value in the field, or creates it. Throws a Problem when there are several. */
  async function upsert(request: UploadRequest, field: string, record: UploadRow['record'], stop: Stop): Promise<void> {
    const { account, path } = request;
    const value = valueAt(record, field);
    if (value === undefined || value === null || value === '') {
      throw new Problem('badRequest', `The row has no ${field}, by which its record would be found.`);
    }
    const key = primaryKeyOf(request);
    if (field === key) return write(account, 'PATCH', `${path}/${encodeURIComponent(writeValue(value))}`, record, stop);
    const operand = typeof value === 'number' || typeof value === 'boolean' ? value : writeValue(value);
    const where = writeWhere({ kind: 'condition', field, operator: '=', value: operand });
    const query = { where };
    const ask = () => callElement(account, backgroundCall('GET', path, query, { kind: 'none' }, stop.signal));
    const found = recordsOf(await patiently(ask, mayPass, stop), request).filter(
      (one) => writeValue(valueAt(one, field)) === writeValue(value),
    );
    const [first] = found;
    if (first === undefined) return create(request, record, stop);
    if (found.length > 1) {
      throw new Problem('conflict', `${found.length} records have ${field} ${writeValue(value)}: none was changed.`);
    }
    const id = valueAt(first, key);
    if (id === undefined || id === null) {
      throw new Problem('vendorFailed', `The record with this ${field} has no ${key}, by which it would be updated.`, {
        status: 400,
      });
    }
    return write(account, 'PATCH', `${path}/${encodeURIComponent(writeValue(id))}`, record, stop);
  }

  async function write(
    account: InstanceAccount,
    method: string,
    path: string,
    record: UploadRow['record'],
    stop: Stop,
  ): Promise<void> {
    const again = method === 'POST' ? wasNotDone : mayPass;
    const body: CallBody = { kind: 'json', value: record };
    const answer = await patiently(
      () => callElement(account, backgroundCall(method, path, {}, body, stop.signal)),
      again,
      stop,
    );
    answer.stream?.destroy();
  }

  /** Asks again as long as the work is not to end. Throws Stopped when it is, and nothing was done. */
  async function patiently<Answer>(
    ask: () => Promise<Answer>,
    again: (error: Problem) => boolean,
    stop: Stop,
  ): Promise<Answer> {
    let last: Problem | undefined;
    try {
      return await withPatience(
        async () => {
          last = undefined;
          return await ask().catch((error: unknown) => {
            if (error instanceof Problem) last = error;
            throw error;
          });
        },
        again,
        stop.winding,
      );
    } catch (error) {
      if (error instanceof Problem || !stop.winding.aborted) throw error;
      if (last === undefined || wasNotDone(last)) throw new Stopped();
      throw last;
    }
  }
}

/** Where a download by page stands: its next page, and how many were asked for. */
interface Place {
  nextPage: string;
  calls?: number;
}

/** Whether a download by page has ended with pages left. */
export function isPlace(after: unknown): after is Place {
  return isObject(after) && typeof after['nextPage'] === 'string';
}

/** Whether a download goes on by page from there. */
export function isOfPages(after: unknown): boolean {
  return isPlace(after) || (isObject(after) && after['end'] === true);
}

/** The work is to end, and what was asked was not done. */
class Stopped extends Error {}

const interrupted =
  'The server stopped while it sent this row: it is not known whether the vendor has it. Look there before it is sent again.';

/** Rows with the same key one after the other: the second would not find what the first has not created yet. */
async function afterTwins<Result>(
  twins: Map<string, Promise<void>>,
  key: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (key === undefined) return work();
  const before = twins.get(key);
  const own = (before ?? Promise.resolve()).then(work);
  twins.set(
    key,
    own.then(
      () => undefined,
      () => undefined,
    ),
  );
  return own;
}

function keyOf({ identifierField }: UploadRequest, { record }: UploadRow): string | undefined {
  if (identifierField === undefined) return undefined;
  const value = valueAt(record, identifierField);
  return value === undefined || value === null ? undefined : writeValue(value);
}

/** The outcomes in the order of the rows. A row that was given back while later ones were sent counts as failed. */
function withoutGaps(rows: readonly UploadRow[], outcomes: readonly RowOutcome[]): RowOutcome[] {
  const known = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
  const last = Math.max(0, ...known.keys());
  return rows
    .filter(({ row }) => row <= last)
    .map(
      ({ row }) =>
        known.get(row) ?? {
          row,
          state: 'failed',
          status: undefined,
          message: 'The row was not sent, because the job was ended.',
          providerMessage: undefined,
        },
    );
}

function pageQuery(
  { parameters, fields, where, orderBy, limit, pageSize }: DownloadRequest,
  next: string | undefined,
): Record<string, string> {
  const size = limit === undefined ? pageSize : Math.min(pageSize ?? limit, limit);
  const query: Record<string, string> = { ...parameters };
  if (fields !== undefined) query['fields'] = fields.join(',');
  if (where !== undefined) query['where'] = where;
  if (orderBy !== undefined) query['orderBy'] = orderBy;
  if (pageSize !== undefined && size !== undefined) query['pageSize'] = String(size);
  if (next !== undefined) query['nextPage'] = next;
  return query;
}

function recordsOf({ value, stream }: ElementAnswer, { objectName }: { objectName: string }): unknown[] {
  stream?.destroy();
  if (Array.isArray(value)) return value;
  if (stream === undefined && (value === undefined || value === null || value === '')) return [];
  throw new Problem('badRequest', `${objectName} cannot be downloaded: its answer is no list.`);
}
