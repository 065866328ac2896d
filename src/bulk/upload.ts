// An upload: rows are read from the file in batches. Before a batch is sent it is noted that it is; its outcomes are noted
// with the beginning of the next one, in one statement. After a crash the batch that was begun is given to the strategy again.

import type { BulkRowError } from '../store/bulk-jobs.ts';
import { isFault, type Row, type RowFault } from './formats/row.ts';
import type { UploadState } from './plan.ts';
import type { RowOutcome, Stop, Upload, UploadRequest, UploadRow } from './strategy.ts';

/** One run of an upload. */
export interface UploadRun {
  request: UploadRequest;
  strategy: Upload;
  /** the rows of the file, from its beginning */
  rows: AsyncIterable<readonly (Row | RowFault)[]>;
  /** bytes of the file that were read so far */
  bytesRead(): number;
  state: UploadState;
  /** keeps how far it has come and which rows failed */
  note(state: UploadState, errors: readonly BulkRowError[]): Promise<void>;
  stop: Stop;
}

/** How an upload ended. */
export interface UploadEnd {
  state: UploadState;
  /** why nothing behind the last row could be read; undefined when all was */
  fault: string | undefined;
}

/** Milliseconds that a batch should take, so that little is doubtful after a crash and little is written down. */
const batchMs = 250;
const firstBatchRows = 25;

/**
 * Uploads from where the state says until the last row, or until `stop` is aborted. Throws a Problem for what ends the
 * job; all rows before it have their outcomes noted.
 */
export async function runUpload(run: UploadRun): Promise<UploadEnd> {
  const { strategy, request, stop } = run;
  const reader = rowReader(run.rows, run.state.row);
  // the last that was stored; a state without its batch is stored with the beginning of the next
  let state = run.state;
  let size = strategy.wholeBatches === true ? strategy.batchRows : Math.min(firstBatchRows, strategy.batchRows);
  let errors: BulkRowError[] = [];
  let fault: string | undefined;

  for (let begunBefore = state.batch !== undefined; ; begunBefore = false) {
    if (stop.winding.aborted && !begunBefore) break;
    const batch = await reader.take(begunBefore ? Number.POSITIVE_INFINITY : size, state.batch?.to);
    const last = batch.at(-1);
    if (last === undefined) break;
    const faults = batch.filter(isFault);
    const rows = batch.filter((row): row is Row => !isFault(row));
    if (!begunBefore) {
      state = { ...state, batch: { to: last.row } };
      await run.note(state, errors);
      errors = [];
    }
    const begun = state;
    const started = performance.now();
    const outcomes = await send(rows, begun, begunBefore);
    if (outcomes === 'later') return { state, fault };
    const took = performance.now() - started;
    const sent = outcomes.length === rows.length ? last.row : (outcomes.at(-1)?.row ?? state.row);
    errors = [...faults.filter(({ row }) => row <= sent).map(faultError), ...outcomes.flatMap(outcomeError)].sort(
      (one, other) => one.row - other.row,
    );
    const { batch: _, ...rest } = state;
    state = {
      ...rest,
      row: sent,
      failed: state.failed + errors.filter((error) => error.state === 'failed').length,
      doubtful: state.doubtful + errors.filter((error) => error.state === 'doubtful').length,
      bytes: run.bytesRead(),
    };
    fault = faults.find((one) => one.ends === true)?.message;
    if (fault !== undefined) break;
    if (sent < last.row) reader.giveBack(batch.filter(({ row }) => row > sent));
    if (!begunBefore && strategy.wholeBatches !== true) size = nextSize(size, rows.length, took, strategy.batchRows);
  }
  state = {
    ...state,
    done: fault === undefined && !stop.winding.aborted && state.batch === undefined && reader.isAtEnd(),
  };
  await run.note(state, errors);
  return { state, fault };

  async function send(
    rows: readonly UploadRow[],
    begun: UploadState,
    begunBefore: boolean,
  ): Promise<readonly RowOutcome[] | 'later'> {
    if (rows.length === 0) return [];
    const batch = begun.batch ?? { to: rows.at(-1)?.row ?? 0 };
    const keep = (kept: unknown) => run.note({ ...begun, batch: { ...batch, kept } }, []);
    return strategy.send(request, { rows, begunBefore, kept: batch.kept, keep }, stop);
  }
}

/** Batches grow and shrink towards the time that they should take. */
function nextSize(size: number, sent: number, took: number, most: number): number {
  if (sent === 0) return size;
  const wanted = Math.round((sent * batchMs) / Math.max(took, 1));
  return Math.max(1, Math.min(most, size * 2, wanted));
}

/** Reads rows one after the other, those behind a row only. */
function rowReader(groups: AsyncIterable<readonly (Row | RowFault)[]>, after: number) {
  const iterator = groups[Symbol.asyncIterator]();
  let waiting: readonly (Row | RowFault)[] = [];
  let position = 0;
  let ended = false;
  const peek = async (): Promise<Row | RowFault | undefined> => {
    for (;;) {
      const next = waiting[position];
      if (next !== undefined) {
        if (next.row > after || (next.row === 0 && after === 0)) return next;
        position++;
        continue;
      }
      if (ended) return undefined;
      const { value, done } = await iterator.next();
      if (done) ended = true;
      waiting = value ?? [];
      position = 0;
    }
  };
  return {
    isAtEnd: () => ended && position >= waiting.length,
    /** The next rows: so many, or those up to a row. */
    async take(most: number, to: number | undefined): Promise<(Row | RowFault)[]> {
      const taken: (Row | RowFault)[] = [];
      while (taken.length < most) {
        const next = await peek();
        if (next === undefined || (to !== undefined && next.row > to)) break;
        taken.push(next);
        position++;
      }
      return taken;
    },
    /** Rows that were taken last come again. */
    giveBack(rows: readonly (Row | RowFault)[]): void {
      waiting = [...rows, ...waiting.slice(position)];
      position = 0;
    },
  };
}

function faultError({ row, message }: RowFault): BulkRowError {
  return { row, state: 'failed', status: 400, message, providerMessage: undefined };
}

function outcomeError(outcome: RowOutcome): BulkRowError[] {
  if (outcome.state === 'written') return [];
  const { row, state, message, status, providerMessage } = outcome;
  return [{ row, state, status, message, providerMessage }];
}
