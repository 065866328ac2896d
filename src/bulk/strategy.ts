// How the records of a job come from a vendor and go there: page by page and row by row through the engine, or as the
// vendor's own bulk API does it. A job knows this interface only, and keeps what a strategy gives it to go on from.

import type { InstanceAccount } from '../engine/account.ts';

/** What a download is of. */
export interface DownloadRequest {
  account: InstanceAccount;
  /** the object as the caller names it; it may be a common resource */
  objectName: string;
  /** the list below the hub that has the records, such as `/contacts`; percent-encoded */
  path: string;
  /** the same list as the element's own resources name it, which is another path for a common resource */
  elementPath: string;
  /** the fields that the caller selects; undefined for all */
  fields: readonly string[] | undefined;
  /** CEQL, the dates of `from`, `to` and `lastRunDate` in it */
  where: string | undefined;
  orderBy: string | undefined;
  /** records after which the job ends; it cuts what comes beyond them itself */
  limit: number | undefined;
  /** records of one page, where the caller says */
  pageSize: number | undefined;
  /** further parameters of the list, by their names */
  parameters?: Readonly<Record<string, string>> | undefined;
  /** pages after which it ends, counted over all that go on from each other; only `Download`s by page know it */
  mostCalls?: number | undefined;
}

/** Some records, in the order of the whole. */
export interface DownloadedPage {
  /** may be empty, to have `after` kept at once */
  records: readonly unknown[];
  /** plain JSON by which `download` goes on behind these records, also in another process */
  after: unknown;
  /** records in all, where the vendor tells */
  total: number | undefined;
}

/**
 * Gives the records behind `from` (the `after` of the last page that was kept; undefined at the beginning). It ends after
 * the last record. The next page may be asked for as soon as it is pulled: the job pulls it while it writes the last.
 * Throws a Problem for what ends the job; what may pass (429, 502, 503, 504) it waits for itself, as long as `signal`
 * is not aborted.
 */
export type Download = (request: DownloadRequest, from: unknown, signal: AbortSignal) => AsyncIterable<DownloadedPage>;

/** What an upload is into. */
export interface UploadRequest {
  account: InstanceAccount;
  /** the object as the caller names it; it may be a common resource */
  objectName: string;
  /** the path below the hub that records are created at, such as `/contacts`; percent-encoded */
  path: string;
  /** the same path as the element's own resources name it, which is another one for a common resource */
  elementPath: string;
  /** the field by which a record that is there already is found and updated; undefined to create every row */
  identifierField: string | undefined;
  /** one row at a time, in the order of the file */
  serial: boolean;
}

/** One row of the file. `row` counts from 1. */
export interface UploadRow {
  row: number;
  record: Record<string, unknown>;
}

/** Rows that are sent together. A batch that was begun is given again with the same rows until it has outcomes. */
export interface UploadBatch {
  rows: readonly UploadRow[];
  /** whether a process that has ended began it: rows may have been written that nobody has noted */
  begunBefore: boolean;
  /** plain JSON that `keep` was last given for this batch, also by a process that has ended; undefined when it was not */
  kept: unknown;
  /** Stores plain JSON with the batch before it resolves. */
  keep(state: unknown): Promise<void>;
}

/** What became of a row. */
export type RowOutcome =
  | { row: number; state: 'written' }
  | { row: number; state: 'failed'; status: number | undefined; message: string; providerMessage: string | undefined }
  /** it is not known whether the vendor has it */
  | {
      row: number;
      state: 'doubtful';
      message: string;
      status?: number | undefined;
      providerMessage?: string | undefined;
    };

/** Sends rows. */
export interface Upload {
  /** rows of one batch at most */
  batchRows: number;
  /** each batch has as many rows as it may, however long it takes; else batches are as large as what takes a second */
  wholeBatches?: boolean;
  /**
   * Sends a batch and tells the outcome of its rows. A row without an outcome was certainly not sent, and such rows stand
   * at the end of the batch: they come again. When `winding` is aborted nothing more is begun, and what is under way may
   * end; when `signal` is aborted it ends at once, and what was under way is doubtful. Throws a Problem for what ends the
   * job, such as lost credentials, and only when no row of the batch can have been written. `later`, which it may give only
   * when `winding` is aborted and `signal` is not: the batch stays begun, and is given again with what was kept. The same is
   * meant when it rejects with the reason of an aborted `signal`, unless the job was cancelled.
   */
  send(request: UploadRequest, batch: UploadBatch, stop: Stop): Promise<readonly RowOutcome[] | 'later'>;
}

/** The reason of `winding` and `signal` when the job was cancelled, and not only left to another process. */
export const cancelled = 'cancelled';

/** How work is told to end. */
export interface Stop {
  /** begin nothing more, and end what is under way */
  winding: AbortSignal;
  /** end at once */
  signal: AbortSignal;
}

/** A way to move records; undefined where it is none for a request. */
export interface BulkStrategy {
  download(request: DownloadRequest): Download | undefined;
  upload(request: UploadRequest): Upload | undefined;
}
