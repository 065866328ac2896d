// Query jobs of Bulk API 2.0 (Developer Guide "Query").

import { type Answer, json } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import { csvForm, csvLine } from './bulk-csv.ts';
import {
  abort,
  askedState,
  csvAnswer,
  deleteJob,
  findJob,
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
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { findField } from './objects/catalog.ts';
import type { Value } from './objects/field.ts';
import { type Row, runQuery } from './query.ts';
import { needObject } from './records.ts';
import { parseSoql } from './soql.ts';

/** A query job; its rows are found when it begins to run. */
export interface QueryJob extends Job {
  query: string;
  columns: readonly string[];
  lines: string[] | undefined;
}

const firstVersion = 47;

/** The most records of one set of results without maxRecords (_assumed_; documented is a size only). */
const mostRecords = 250_000;

/** Answers what stands below `/jobs/query`. */
export function queryJobsApi(call: RestCall, path: string, jobs: Map<string, QueryJob>, pace: JobPace): Answer {
  if (versionOf(call) < firstVersion) throw unknownResource();
  const { method } = call.request;
  if (path === '') {
    if (method === 'POST') return json(200, describe(create(call, jobs, pace)));
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'POST']);
    for (const job of jobs.values()) advance(call, job, pace);
    return listJobs(call, jobs.values(), 'query', (job) => ({ ...jobBasics(job), jobType: 'V2Query' }));
  }
  const [id = '', part, ...more] = path.split('/');
  const job = findJob(jobs, id, call.now);
  advance(call, job, pace);
  if (more.length > 0) throw unknownResource();
  if (part === 'results') {
    needMethod(call, 'GET');
    return results(call, job);
  }
  if (part !== undefined) throw unknownResource();
  switch (method) {
    case 'GET':
      return json(200, {
        ...describe(job),
        jobType: 'V2Query',
        numberRecordsProcessed: job.processed,
        retries: 0,
        totalProcessingTime: job.processed,
        ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
      });
    case 'PATCH':
      askedState(call, ['Aborted']);
      abort(job, call.now);
      return json(200, describe(job));
    case 'DELETE':
      return deleteJob(jobs as Map<string, Job>, job, ['JobComplete', 'Aborted', 'Failed']);
  }
  throw methodNotAllowed(method, ['DELETE', 'GET', 'PATCH']);
}

function describe(job: Job): Record<string, unknown> {
  return { ...jobBasics(job), lineEnding: job.lineEnding, columnDelimiter: job.columnDelimiter };
}

function create(call: RestCall, jobs: Map<string, QueryJob>, pace: JobPace): QueryJob {
  const members = readJsonBody(call);
  const { operation, query, contentType = 'CSV', columnDelimiter = 'COMMA', lineEnding = 'LF' } = members;
  if (operation !== 'query' && operation !== 'queryAll') {
    throw new Refusal(400, 'INVALIDJOB', 'InvalidJob : The operation must be query or queryAll');
  }
  if (typeof query !== 'string' || query.trim() === '') {
    throw new Refusal(400, 'INVALIDJOB', 'InvalidJob : A query must be given');
  }
  if (contentType !== 'CSV') throw new Refusal(400, 'INVALIDJOB', 'InvalidJob : The content type must be CSV');
  const form = csvForm(String(columnDelimiter), String(lineEnding));
  const { object, columns } = checkQuery(call, query);
  refuseUnsupported(object, pace);
  const job = newJob(call, jobs.size, members, { operation, object, state: 'UploadComplete', form });
  const made: QueryJob = { ...job, query, columns, lines: undefined, queuedAt: call.now };
  jobs.set(made.id, made);
  return made;
}

/** What such jobs do not take is refused at once ("Create a Query Job": SOQL that is not supported). */
function checkQuery(call: RestCall, text: string): { object: string; columns: string[] } {
  const statement = parseSoql(text);
  const refuse = (what: string) => {
    throw new Refusal(400, 'API_ERROR', `Bulk API does not support ${what}`);
  };
  if (statement.count) refuse('aggregate functions');
  if (statement.groups.length > 0) refuse('the function FIELDS()');
  if (statement.offset > 0 || /\boffset\s+\d+\s*$/i.test(text)) refuse('OFFSET');
  const { object } = runQuery(call.data.records, limited(text), call.base);
  const columns = statement.fields.map(({ text: name }) => {
    const field = findField(object, name);
    if (field?.type === 'base64') refuse(`binary fields in queries: ${field.name}`);
    return field?.name ?? name;
  });
  return { object: object.name, columns };
}

/** The statement with no rows to find: names and conditions are checked all the same. */
function limited(text: string): string {
  return `${text.replace(/\s+limit\s+\d+\s*$/i, '')} LIMIT 0`;
}

function advance(call: RestCall, job: QueryJob, pace: JobPace): void {
  if (job.state !== 'UploadComplete' && job.state !== 'InProgress') return;
  const due = recordsDue(job, call.now, pace);
  if (due === undefined) return;
  if (job.lines === undefined) {
    const base = `/services/data/v${job.apiVersion}.0`;
    const { rows, object } = runQuery(call.data.records, job.query, base, job.operation === 'queryAll');
    const dates = new Set(
      needObject(object.name)
        .fields.filter(({ type }) => type === 'datetime')
        .map(({ name }) => name),
    );
    job.lines = rows.map((row) =>
      csvLine(
        job.columns.map((name) => written(row, name, dates)),
        job.form,
      ),
    );
  }
  const failsAt = pace.failAfterRecords ?? Infinity;
  job.processed = Math.min(due, job.lines.length, failsAt);
  job.systemModstamp = call.now;
  job.state = 'InProgress';
  if (job.processed >= failsAt && job.lines.length > failsAt) {
    job.state = 'Failed';
    job.errorMessage = 'ProcessingError : The query could not be completed';
  } else if (job.processed === job.lines.length) {
    job.state = 'JobComplete';
  }
}

/** A column's value as results write it: nothing for null, dates and times in UTC with a Z. */
function written(row: Row, column: string, dates: ReadonlySet<string>): string {
  let value: unknown = row;
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null) return '';
    const members = value as Record<string, unknown>;
    value = Object.hasOwn(members, name)
      ? members[name]
      : Object.entries(members).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  }
  const found = (value ?? '') as Exclude<Value, null>;
  return dates.has(column) ? String(found).replace(/\+0000$/, 'Z') : String(found);
}

/** A set of results; the header Sforce-Locator names the next one, `null` none ("Get Results for a Query Job"). */
function results(call: RestCall, job: QueryJob): Answer {
  if (versionOf(call) !== job.apiVersion) {
    throw new Refusal(409, 'INVALIDJOB', 'InvalidJob : The job was created with another API version');
  }
  if (job.state !== 'JobComplete' || job.lines === undefined) {
    throw new Refusal(400, 'INVALIDJOBSTATE', `InvalidJobState : The job is ${job.state}: there are no results`);
  }
  const query = new URLSearchParams(call.request.query);
  const asked = Number(query.get('maxRecords') ?? mostRecords);
  if (!Number.isInteger(asked) || asked < 1) throw new Refusal(400, 'INVALIDJOB', 'InvalidJob : maxRecords is invalid');
  const locator = query.get('locator');
  const from = locator === null ? 0 : Number(Buffer.from(locator, 'base64').toString());
  if (locator !== null && !(Number.isInteger(from) && from > 0 && from < job.lines.length)) {
    throw new Refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  const lines = job.lines.slice(from, from + Math.min(asked, mostRecords));
  const end = from + lines.length;
  return csvAnswer(csvLine(job.columns, job.form) + lines.join(''), {
    'sforce-numberofrecords': String(lines.length),
    'sforce-locator': end < job.lines.length ? Buffer.from(String(end)).toString('base64').replace(/=+$/, '') : 'null',
  });
}
