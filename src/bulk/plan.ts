// What a job is asked to do, and how far it has come: plain JSON that any process goes on from.

import type { Format } from './formats/formats.ts';

/** What is to be downloaded. */
export interface DownloadPlan {
  objectName: string;
  /** the list below the hub; percent-encoded */
  path: string;
  /** the same as the element's own resources name it */
  elementPath: string;
  fields: string[] | undefined;
  where: string | undefined;
  orderBy: string | undefined;
  limit: number | undefined;
  pageSize: number | undefined;
  /** further parameters of the list, by their names */
  parameters?: Record<string, string> | undefined;
  /** calls to the vendor after which the job ends, whatever is left */
  mostCalls?: number | undefined;
  /** whether members without a value are left out; undefined: as the account says */
  withoutNulls?: boolean | undefined;
  /** where another job ended, from which this one goes on */
  start?: Pick<DownloadState, 'after' | 'skip'> | undefined;
}

/** What is to be uploaded. */
export interface UploadPlan {
  objectName: string;
  /** where records are created, below the hub; percent-encoded */
  path: string;
  /** the same as the element's own resources name it */
  elementPath: string;
  identifierField: string | undefined;
  serial: boolean;
  format: Format;
}

/** Where a download is put as a file, too. */
export interface DocumentPlan {
  instanceId: number;
  /** of the file, or, ending with a slash, of its folder */
  path: string;
  /** whether a file that is there already becomes another version */
  overwrite: boolean;
}

/** What a job is asked. A copy has both. */
export interface BulkPlan {
  download?: DownloadPlan | undefined;
  upload?: UploadPlan | undefined;
  document?: DocumentPlan | undefined;
  /** the query as its caller wrote it */
  query?: string | undefined;
  callbackUrl?: string | undefined;
  /** passed back in the callback as it is */
  payload?: unknown;
  /** the format in which results are given when nobody names one */
  resultFormat?: Format | undefined;
  /** the job whose failed rows these are */
  retryOf?: number | undefined;
}

/** How far a download has come: what is in the parts that were written whole. */
export interface DownloadState {
  /** what the strategy goes on from; absent at the beginning */
  after?: unknown;
  /** records behind `after` that were given already, because the limit of the job was in the middle of a page */
  skip?: number;
  parts: number;
  /** which claim on the job wrote the parts from a number on; `outputPart` */
  writers?: { from: number; claim: number }[];
  records: number;
  bytes: number;
  done: boolean;
}

/** How far an upload has come. */
export interface UploadState {
  /** every row up to this one has an outcome */
  row: number;
  failed: number;
  doubtful: number;
  /** bytes of the file that had been read then, and all of them */
  bytes: number;
  fileBytes: number;
  /** rows behind `row` that were begun to be sent, up to this one, and what the strategy keeps of them */
  batch?: { to: number; kept?: unknown };
  done: boolean;
}

/** How far a job has come. */
export interface BulkState {
  download?: DownloadState;
  upload?: UploadState;
  /** whether the file of a download began to be put into its place, or is there */
  document?: 'begun' | 'done';
}

/** The file that an upload brought. */
export const inputPart = 'input';

/**
 * The name of a part of a download, counted from 0. It tells the claim under which the part was written: a process that
 * stood still, and does not know yet that another one has taken the job up, writes nothing over what that one wrote.
 */
export function outputPart({ writers = [] }: DownloadState, number: number): string {
  const claim = writers.findLast(({ from }) => from <= number)?.claim ?? 0;
  return `output-${String(number).padStart(6, '0')}-${claim}`;
}

/** A download that goes on under a claim. */
export function writtenBy(state: DownloadState, claim: number): DownloadState {
  const before = (state.writers ?? []).filter(({ from }) => from < state.parts);
  return { ...state, writers: [...before, { from: state.parts, claim }] };
}
