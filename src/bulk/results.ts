// What a job has brought, in the format that its caller wants: the records of a download, or the rows of an upload that
// were not written. Nothing is ever held whole.

import type { BulkJobRecord, BulkJobStore, BulkRowError } from '../store/bulk-jobs.ts';
import type { BulkFiles } from './files.ts';
import type { Column } from './formats/columns.ts';
import { columnsOf } from './formats/columns-of-records.ts';
import { type Format, readRecords, writeRecords } from './formats/formats.ts';
import { type FormatLimits, isFault, type Row, type RowFault } from './formats/row.ts';
import { type BulkPlan, type BulkState, inputPart, outputPart } from './plan.ts';

interface ResultDependencies {
  files: Pick<BulkFiles, 'read'>;
  jobs: Pick<BulkJobStore, 'errors'>;
  formatLimits: FormatLimits;
}

/** How results are written. */
export interface ResultOptions {
  format: Format;
  /** every number and boolean as text, as in the vendor's words of a CSV */
  asText: boolean;
}

/** Gives results. */
export interface BulkResults {
  /** The records of a download, or of the first half of a copy. */
  records(job: BulkJobRecord, options: ResultOptions): AsyncIterable<Uint8Array>;
  /** The rows of an upload that failed, or are doubtful where they are asked for, or were never sent. */
  rows(job: BulkJobRecord, which: RowChoice): AsyncIterable<readonly FailedRow[]>;
  /** The same as a file: each record with `bulk_row`, `bulk_state` and `bulk_error`. */
  failedRows(job: BulkJobRecord, options: ResultOptions): AsyncIterable<Uint8Array>;
}

/** Which rows of an upload are meant, beside those that failed. */
export interface RowChoice {
  doubtful: boolean;
  unsent: boolean;
}

/** A row that was not written, or of which it is not known; `error` is undefined for one that was never sent. */
export interface FailedRow {
  row: number;
  /** undefined for a row that cannot be read */
  record: Record<string, unknown> | undefined;
  error: BulkRowError | undefined;
}

const errorPage = 1000;

/** Makes the reader of results. */
export function createResults({ files, jobs, formatLimits }: ResultDependencies): BulkResults {
  return { records, rows, failedRows };

  async function* records(job: BulkJobRecord, options: ResultOptions): AsyncGenerator<Uint8Array> {
    if (options.format === 'jsonLines' && !options.asText) return yield* parts(job);
    const groups = () => asRecords(readRecords('jsonLines', parts(job), formatLimits), options.asText);
    const plan = job.openPlan() as BulkPlan;
    yield* write(groups, options.format, plan.download?.fields);
  }

  async function* parts(job: BulkJobRecord): AsyncGenerator<Uint8Array> {
    const { download }: BulkState = job.state;
    if (download === undefined) return;
    for (let part = 0; part < download.parts; part++) {
      yield* files.read({
        organizationId: job.organizationId,
        jobId: String(job.id),
        part: outputPart(download, part),
      });
    }
  }

  async function* rows(job: BulkJobRecord, which: RowChoice): AsyncGenerator<readonly FailedRow[]> {
    const plan = job.openPlan() as BulkPlan;
    const { upload }: BulkState = job.state;
    const format = plan.upload?.format;
    if (format === undefined || format === 'parquet') return;
    const content = plan.download === undefined ? input(job) : parts(job);
    const errors = errorsInOrder(job.id);
    const last = upload?.row ?? 0;
    let error = await errors.next();
    for await (const group of readRecords(format, content, formatLimits)) {
      const found: FailedRow[] = [];
      for (const row of group) {
        while (error !== undefined && error.row < row.row) error = await errors.next();
        const isWanted = error?.row === row.row && (which.doubtful || error.state === 'failed');
        if (isWanted) found.push({ row: row.row, record: recordOf(row), error });
        else if (row.row > last && which.unsent) found.push({ row: row.row, record: recordOf(row), error: undefined });
      }
      if (found.length > 0) yield found;
      if (error === undefined && !which.unsent) return;
    }
  }

  function input({ organizationId, id }: BulkJobRecord): AsyncIterable<Uint8Array> {
    return files.read({ organizationId, jobId: String(id), part: inputPart });
  }

  function errorsInOrder(jobId: number) {
    let page: BulkRowError[] = [];
    let position = 0;
    let after = -1;
    let ended = false;
    return {
      async next(): Promise<BulkRowError | undefined> {
        if (position >= page.length && !ended) {
          page = await jobs.errors(jobId, after, errorPage);
          position = 0;
          after = page.at(-1)?.row ?? after;
          ended = page.length < errorPage;
        }
        return page[position++];
      },
    };
  }

  async function* failedRows(job: BulkJobRecord, options: ResultOptions): AsyncGenerator<Uint8Array> {
    const groups = async function* () {
      for await (const group of rows(job, { doubtful: true, unsent: false })) yield group.map(describeRow);
    };
    yield* write(groups, options.format, undefined);
  }

  /** Tables are read twice: their columns are known when every record was seen. */
  async function* write(
    groups: () => AsyncIterable<readonly unknown[]>,
    format: Format,
    chosen: readonly string[] | undefined,
  ): AsyncGenerator<Uint8Array> {
    let columns: readonly (string | Column)[] | undefined;
    if (format === 'csv' || format === 'parquet') {
      columns = chosen ?? (await columnsOf(format, groups(), formatLimits.columns));
    }
    yield* writeRecords(format, groups(), columns);
  }
}

function recordOf(row: Row | RowFault): Record<string, unknown> | undefined {
  return isFault(row) ? undefined : row.record;
}

function describeRow({ row, record, error }: FailedRow): Record<string, unknown> {
  const { state, message, providerMessage } = error ?? {};
  const reason = providerMessage === undefined ? message : `${message} (${providerMessage})`;
  return { ...record, bulk_row: row, bulk_state: state, bulk_error: reason };
}

async function* asRecords(
  groups: AsyncIterable<readonly (Row | RowFault)[]>,
  asText: boolean,
): AsyncGenerator<readonly unknown[]> {
  for await (const group of groups) {
    yield group.map((row) => {
      // Parts hold what this server wrote: a row that cannot be read is a defect, not a fault of a caller.
      if (isFault(row)) throw new Error(`A part of a bulk job cannot be read: ${row.message}`);
      return asText ? textsOf(row.record) : row.record;
    });
  }
}

/** The same value, its numbers and booleans as text. */
function textsOf(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(textsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, textsOf(member)]));
}
