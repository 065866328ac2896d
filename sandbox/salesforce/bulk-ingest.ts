// Ingest jobs of Bulk API 2.0 (Developer Guide "Ingest"): rows of one upload that are inserted, updated, upserted or
// deleted, each for itself.

import type { Stored } from '../stored.ts';
import { type Answer, json, mediaType } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import { CsvFault, csvForm, csvLine, csvText, readCsv } from './bulk-csv.ts';
import {
  abort,
  askedState,
  csvAnswer,
  deleteJob,
  findJob,
  hasEnded,
  type Job,
  type JobPace,
  jobBasics,
  listJobs,
  needMethod,
  newJob,
  recordsDue,
  refuseUnsupported,
  versionOf,
} from './bulk-job.ts';
import { externalIds, readBulkRow, rowColumns } from './bulk-row.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { findField } from './objects/catalog.ts';
import type { SObject } from './objects/field.ts';
import { type Members, needObject } from './records.ts';

const operations = ['insert', 'update', 'upsert', 'delete'] as const;
type Operation = (typeof operations)[number];

/** An ingest job and what has become of its rows. */
export interface IngestJob extends Job {
  operation: Operation;
  externalIdField: string | undefined;
  data: Stored | undefined;
  columns: readonly string[];
  /** The rows of the upload, read when the job begins. */
  rows: string[][] | undefined;
  succeeded: { row: number; id: string; created: boolean }[];
  failed: { row: number; id: string; error: string }[];
  /** Ids of records by the values of the external id, while the job runs. */
  known: Map<string, string> | undefined;
}

const firstVersion = 41;
const largestUpload = 150_000_000;

/** Answers what stands below `/jobs/ingest`. */
export function ingestJobsApi(
  call: RestCall,
  path: string,
  jobs: Map<string, IngestJob>,
  pace: JobPace & { largestUploadBytes: number | undefined },
): Answer {
  if (versionOf(call) < firstVersion) throw unknownResource();
  const { method } = call.request;
  if (path === '') {
    if (method === 'POST') return json(200, describe(create(call, jobs, pace)));
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'POST']);
    for (const job of jobs.values()) advance(call, job, pace);
    return listJobs(call, jobs.values(), 'ingest', (job) => ({ ...describe(job), jobType: 'V2Ingest' }));
  }
  const [id = '', part, ...more] = path.split('/');
  const job = findJob(jobs, id, call.now);
  advance(call, job, pace);
  if (more.length > 0) throw unknownResource();
  if (part === undefined) return oneJob(call, jobs, job);
  if (part === 'batches') {
    needMethod(call, 'PUT');
    upload(call, job, pace.largestUploadBytes);
    return { status: 201, headers: {}, body: '' };
  }
  needMethod(call, 'GET');
  return resultsOf(job, part);
}

function oneJob(call: RestCall, jobs: Map<string, IngestJob>, job: IngestJob): Answer {
  switch (call.request.method) {
    case 'GET':
      return json(200, {
        ...describe(job),
        jobType: 'V2Ingest',
        numberRecordsProcessed: job.processed,
        numberRecordsFailed: job.failed.length,
        retries: 0,
        totalProcessingTime: job.processed,
        apiActiveProcessingTime: job.processed,
        apexProcessingTime: 0,
        ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
      });
    case 'PATCH':
      if (askedState(call, ['UploadComplete', 'Aborted']) === 'Aborted') abort(job, call.now);
      else close(call, job);
      return json(200, jobBasics(job));
    case 'DELETE':
      return deleteJob(jobs as Map<string, Job>, job, ['UploadComplete', 'JobComplete', 'Aborted', 'Failed']);
  }
  throw methodNotAllowed(call.request.method, ['DELETE', 'GET', 'PATCH']);
}

function describe(job: Job): Record<string, unknown> {
  const version = `services/data/v${job.apiVersion}.0`;
  return {
    ...jobBasics(job),
    ...(job.state === 'Open' ? { contentUrl: `${version}/jobs/ingest/${job.id}/batches` } : {}),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
    ...('externalIdField' in job && job.externalIdField !== undefined
      ? { externalIdFieldName: job.externalIdField }
      : {}),
  };
}

function create(call: RestCall, jobs: Map<string, IngestJob>, pace: JobPace): IngestJob {
  const members = readJsonBody(call);
  const { operation, object: name, externalIdFieldName, contentType = 'CSV' } = members;
  const { columnDelimiter = 'COMMA', lineEnding = 'LF' } = members;
  const invalid = (message: string) => new Refusal(400, 'INVALIDJOB', `InvalidJob : ${message}`);
  const known = operations.find((one) => one === operation);
  if (known === undefined) throw invalid(`Unknown operation ${String(operation)}`);
  if (contentType !== 'CSV') throw invalid('The content type must be CSV');
  if (typeof name !== 'string') throw invalid('An object must be given');
  const object = needObjectOfJob(name);
  refuseUnsupported(object.name, pace);
  const externalId = externalIdFieldName === undefined ? undefined : findField(object, String(externalIdFieldName));
  if (known === 'upsert' && externalId === undefined) throw invalid('An upsert needs an external ID field');
  if (externalId !== undefined && !externalId.externalId && externalId.type !== 'id') {
    throw invalid(`Field name ${externalId.name} is not an External ID or indexed field for ${object.name}`);
  }
  const form = csvForm(String(columnDelimiter), String(lineEnding));
  const job = newJob(call, jobs.size, members, { operation: known, object: object.name, state: 'Open', form });
  const made: IngestJob = {
    ...job,
    operation: known,
    externalIdField: externalId?.name,
    data: undefined,
    columns: [],
    rows: undefined,
    succeeded: [],
    failed: [],
    known: undefined,
  };
  jobs.set(made.id, made);
  return made;
}

function needObjectOfJob(name: string): SObject {
  try {
    return needObject(name);
  } catch {
    throw new Refusal(400, 'INVALIDENTITY', `InvalidEntity : Unable to find object: ${name}`);
  }
}

/** One upload for each job, 150 MB of it in base64 ("Upload Job Data"). */
function upload(call: RestCall, job: IngestJob, largest: number | undefined): void {
  if (job.state !== 'Open') {
    throw new Refusal(400, 'INVALIDJOBSTATE', `InvalidJobState : The job is ${job.state}: it takes no data`);
  }
  if (job.data !== undefined) {
    throw new Refusal(400, 'INVALIDJOBSTATE', 'InvalidJobState : Data was uploaded for this job already');
  }
  if (mediaType(call.request) !== 'text/csv') {
    const type = call.request.headers['content-type'] ?? '';
    const message = `Content-Type header specified in HTTP request is not supported: ${type}`;
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  const { upload: data } = call.request;
  if (data.size === 0) throw new Refusal(400, 'INVALIDBATCH', 'InvalidBatch : No data was sent');
  if (data.size * (4 / 3) > largestUpload || data.size > (largest ?? Infinity)) {
    throw new Refusal(413, 'REQUEST_ENTITY_TOO_LARGE', 'The data must not exceed 150 MB in base64');
  }
  job.data = data;
  job.systemModstamp = call.now;
}

function close(call: RestCall, job: IngestJob): void {
  if (job.state !== 'Open') {
    throw new Refusal(400, 'INVALIDJOBSTATE', `InvalidJobState : Closing already ${job.state} Job not allowed`);
  }
  if (job.data === undefined) {
    throw new Refusal(400, 'INVALIDJOBSTATE', 'InvalidJobState : No data was uploaded for this job');
  }
  job.state = 'UploadComplete';
  job.queuedAt = call.now;
  job.systemModstamp = call.now;
}

function advance(call: RestCall, job: IngestJob, pace: JobPace): void {
  if (job.state !== 'UploadComplete' && job.state !== 'InProgress') return;
  const due = recordsDue(job, call.now, pace);
  if (due === undefined) return;
  const object = needObject(job.object);
  job.systemModstamp = call.now;
  try {
    job.rows ??= readRows(job, object);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    Object.assign(job, { state: 'Failed', errorMessage: error.message, rows: job.rows ?? [] });
    return;
  }
  job.state = 'InProgress';
  const failsAt = pace.failAfterRecords ?? Infinity;
  const end = Math.min(due, job.rows.length, failsAt);
  while (job.processed < end) process(call, job, object, job.processed++);
  if (job.processed >= failsAt && job.rows.length > failsAt) {
    Object.assign(job, { state: 'Failed', errorMessage: 'TooManyRetries : The job could not be completed' });
  } else if (job.processed === job.rows.length) {
    job.state = 'JobComplete';
  }
}

/** The rows of the upload. Throws a CsvFault for what fails the whole job. */
function readRows(job: IngestJob, object: SObject): string[][] {
  const [header, ...rows] = job.data === undefined ? [] : readCsv(csvText(job.data), job.form);
  if (header === undefined) throw new CsvFault('InvalidBatch : The data has no header line');
  job.columns = header;
  job.rows = rows;
  const isId = (name: string) => name.toLowerCase() === 'id';
  const unknown = rowColumns(object, header).find(({ column }) => column === undefined);
  if (unknown !== undefined) throw new CsvFault(`InvalidBatch : Field name not found : ${unknown.name}`);
  const strange = job.operation === 'delete' ? header.find((name) => !isId(name)) : undefined;
  if (strange !== undefined) throw new CsvFault(`InvalidBatch : Only Id may be given for a delete : ${strange}`);
  return rows;
}

function process(call: RestCall, job: IngestJob, object: SObject, row: number): void {
  const fields = job.rows?.[row] ?? [];
  let id = '';
  try {
    if (fields.length !== job.columns.length) {
      const message = `The row has ${fields.length} fields, the header ${job.columns.length}`;
      throw new Refusal(400, 'INVALID_FIELD', message);
    }
    const { id: given, members } = readBulkRow(call.data.records, object, job.columns, fields);
    id = given ?? '';
    const outcome = write(call, job, object, given, members);
    job.succeeded.push({ row, ...outcome });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    job.failed.push({ row, id, error: errorText(error) });
  }
}

function write(
  call: RestCall,
  job: IngestJob,
  object: SObject,
  id: string | undefined,
  members: Members,
): { id: string; created: boolean } {
  const { records } = call.data;
  switch (job.operation) {
    case 'insert': {
      if (id !== undefined) {
        throw new Refusal(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
      }
      return { id: String(records.create(object, members, call.userId)['Id']), created: true };
    }
    case 'update':
      if (id === undefined) throw new Refusal(400, 'MISSING_ARGUMENT', 'Id not specified in an update call');
      records.update(object, id, members, call.userId);
      return { id, created: false };
    case 'delete':
      if (id === undefined) throw new Refusal(400, 'MISSING_ARGUMENT', 'Id not specified in a delete call');
      records.delete(object, id, call.userId);
      return { id, created: false };
    case 'upsert':
      return upsert(call, job, object, id, members);
  }
}

function upsert(
  call: RestCall,
  job: IngestJob,
  object: SObject,
  id: string | undefined,
  members: Members,
): { id: string; created: boolean } {
  const { records } = call.data;
  const name = job.externalIdField ?? 'Id';
  if (name === 'Id') {
    if (id === undefined) return { id: String(records.create(object, members, call.userId)['Id']), created: true };
    records.update(object, id, members, call.userId);
    return { id, created: false };
  }
  const value = members[name];
  if (value === undefined || value === null) {
    throw new Refusal(400, 'MISSING_ARGUMENT', `${name} not specified`);
  }
  job.known ??= externalIds(records, object, name);
  const key = String(value).toLowerCase();
  const found = job.known.get(key);
  if (found !== undefined) {
    records.update(object, found, members, call.userId);
    return { id: found, created: false };
  }
  const made = String(records.create(object, members, call.userId)['Id']);
  job.known.set(key, made);
  return { id: made, created: true };
}

/** `CODE:message:fields --`, as failed results write what was wrong. */
function errorText({ errorCode, message, fields = [] }: Refusal): string {
  const [code, text] =
    errorCode === 'NOT_FOUND' ? ['INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'] : [errorCode, message];
  return `${code}:${text}:${fields.join(', ')}${fields.length > 0 ? ' ' : ''}--`;
}

/** The rows of one outcome; the order is not that of the upload, as the documentation warns. */
function resultsOf(job: IngestJob, part: string): Answer {
  if (!hasEnded(job)) {
    throw new Refusal(400, 'INVALIDJOBSTATE', `InvalidJobState : The job is ${job.state}: there are no results`);
  }
  const line = (fields: readonly string[]) => csvLine(fields, job.form);
  const rowOf = (row: number) => job.rows?.[row] ?? [];
  const table = (header: string[], lines: readonly string[][]) =>
    csvAnswer(line([...header, ...job.columns]) + lines.map(line).reverse().join(''));
  switch (part) {
    case 'successfulResults':
      return table(
        ['sf__Id', 'sf__Created'],
        job.succeeded.map(({ row, id, created }) => [id, String(created), ...rowOf(row)]),
      );
    case 'failedResults':
      return table(
        ['sf__Id', 'sf__Error'],
        job.failed.map(({ row, id, error }) => [id, error, ...rowOf(row)]),
      );
    case 'unprocessedrecords':
      return unprocessed(job);
  }
  throw unknownResource();
}

/** The rows that an ended job did not get to, of an upload that was never read too. */
function unprocessed(job: IngestJob): Answer {
  if (job.rows === undefined && job.data !== undefined) {
    try {
      const [header = [], ...rows] = readCsv(csvText(job.data), job.form);
      Object.assign(job, { columns: header, rows });
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error;
      return csvAnswer('');
    }
  }
  const left = (job.rows ?? []).slice(job.processed);
  return csvAnswer([job.columns, ...left].map((fields) => csvLine(fields, job.form)).join(''));
}
