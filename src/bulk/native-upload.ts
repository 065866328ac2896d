// An upload by the vendor's own bulk API. Each portion of a batch is a job of the vendor: made, loaded, started, awaited,
// and asked what became of its rows. Before a step that does something it is kept that it is about to be done, so that
// after a crash, as after an error, it is known what may have been done already.

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Problem } from '../core/errors.ts';
import { isObject, valueAt, writeValue } from '../core/http.ts';
import type { BulkOutcome, BulkUpload } from '../element/bulk-extension.ts';
import { statementObject } from '../engine/draft.ts';
import { matchResource } from '../engine/match.ts';
import { backgroundCall } from './background-call.ts';
import type { NativeDependencies } from './native.ts';
import { readResults } from './native-results.ts';
import { divideRows, type RowIndex, type WrittenRows } from './native-rows.ts';
import { createSteps, endJob, type JobState, jobName, objectOf, type Steps, textAt } from './native-steps.ts';
import { awaitJob, isCancelled, Left } from './native-wait.ts';
import { mayBeDone, mayPass, withPatience } from './patience.ts';
import type { RowOutcome, Stop, UploadBatch, UploadRequest, UploadRow } from './strategy.ts';

/**
 * How far the job of a portion has come: its making, its loading or its start is about to be asked for, or was. A job that
 * is `sent` has nothing left to do but to end.
 */
interface PortionState {
  step: 'creating' | 'loading' | 'starting' | 'sent';
  reference: string;
  job?: string;
}

/** What is kept of a batch: the state of each portion that was begun. */
interface Kept {
  portions: PortionState[];
}

/** What is done to the rows, in the vendor's words. */
interface Work {
  steps: Steps;
  upload: BulkUpload;
  object: string;
  operation: string;
  identifier: string | undefined;
  stop: Stop;
}

const mostTries = 6;
const firstPauseMs = 1000;

/** What the vendor's bulk API calls the object of an upload and what is done with its rows; undefined where it cannot. */
export function nativeTarget(request: UploadRequest): { object: string; operation: string } | undefined {
  const { account, elementPath, identifierField, serial } = request;
  const upload = account.definition.document.valence?.bulk?.upload;
  const operation = identifierField === undefined ? upload?.operations.create : upload?.operations.upsert;
  // Jobs of vendors go through rows in any order.
  if (upload === undefined || operation === undefined || serial) return undefined;
  const create = matchResource(account.definition, 'POST', elementPath)?.resource;
  if (create === undefined) return undefined;
  // Scripts after the call are about its answer, which nobody asks for here.
  const hasRules = create.preRequest.length > 0 || create.nextResource !== undefined;
  const isPlain = create.rootKey.request.length === 0 && create.parameters.every(({ from, to }) => from === to);
  const mapped = upload.objects?.[objectOf(elementPath)];
  if (mapped !== undefined) return { object: mapped, operation };
  if (hasRules || !isPlain || !create.parameters.some(({ from }) => from === 'body')) return undefined;
  const list = matchResource(account.definition, 'GET', elementPath);
  const statement = list?.resource.resource.valence?.statement;
  if (list === undefined || statement === undefined) return undefined;
  return { object: statementObject(statement, list.pathVariables), operation };
}

/** Sends a batch as `Upload.send` says; every row gets an outcome, unless nothing was begun or it is left for later. */
export async function sendNatively(
  dependencies: NativeDependencies,
  target: { object: string; operation: string },
  request: UploadRequest,
  batch: UploadBatch,
  stop: Stop,
): Promise<readonly RowOutcome[] | 'later'> {
  const upload = request.account.definition.document.valence?.bulk?.upload;
  if (upload === undefined) throw new Error(`${request.account.definition.key} has no native upload`);
  const kept = readKept(batch.kept);
  if (stop.winding.aborted && kept.portions.length === 0) return [];
  const { rows, refused, identifier } = await inVendorsWords(dependencies, request, batch.rows, stop);
  const { portions, refused: tooLong } = await divideRows(upload, rows, dependencies.limits.columns);
  const work: Work = { steps: createSteps(dependencies.engine, request.account), upload, ...target, identifier, stop };
  const outcomes: RowOutcome[] = [...refused, ...tooLong];
  for (const [place, portion] of portions.entries()) {
    const keep = (state: PortionState) => {
      kept.portions[place] = state;
      return batch.keep(kept);
    };
    if (stop.winding.aborted && kept.portions[place] === undefined) {
      if (!isCancelled(stop.winding)) return 'later';
      outcomes.push(...portion.rows.map((row) => failed(row, 'The row was not sent, because the job was ended.')));
      continue;
    }
    try {
      outcomes.push(...(await sendPortion(dependencies, work, portion, kept.portions[place], keep)));
    } catch (error) {
      if (error instanceof Left) return 'later';
      // What ends the job may only be thrown when nothing was written.
      if (!(error instanceof Problem) || place === 0) throw error;
      outcomes.push(...portion.rows.map((row) => failed(row, error.message, error.providerMessage)));
    }
  }
  return outcomes.sort((one, other) => one.row - other.row);
}

function readKept(kept: unknown): Kept {
  return isObject(kept) && Array.isArray(kept['portions'])
    ? structuredClone(kept as unknown as Kept)
    : { portions: [] };
}

/** The rows as the vendor names their members; those that cannot be said in its words are refused, each for itself. */
async function inVendorsWords(
  { mappedCalls }: NativeDependencies,
  request: UploadRequest,
  rows: readonly UploadRow[],
  stop: Stop,
): Promise<{ rows: UploadRow[]; refused: RowOutcome[]; identifier: string | undefined }> {
  const { account, path, identifierField } = request;
  const query = identifierField === undefined ? {} : { fields: identifierField };
  const call = backgroundCall('POST', path, query, { kind: 'none' }, stop.signal);
  const mapped = await mappedCalls.find(account, account.definition, call);
  if (mapped === undefined) return { rows: [...rows], refused: [], identifier: identifierField };
  const said: UploadRow[] = [];
  const refused: RowOutcome[] = [];
  for (const { row, record } of rows) {
    try {
      const body = await mapped.body({ kind: 'json', value: record });
      said.push({ row, record: body.kind === 'json' && isObject(body.value) ? body.value : record });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { message, status, providerMessage } = error;
      refused.push({ row, state: 'failed', status, message, providerMessage });
    }
  }
  const fields = mapped.call.query['fields'];
  const identifier = identifierField === undefined ? undefined : String(fields ?? identifierField);
  return { rows: said, refused, identifier };
}

/** Brings a portion to its end from wherever it stands, trying again what may pass. */
async function sendPortion(
  { pause, limits }: NativeDependencies,
  work: Work,
  portion: WrittenRows,
  from: PortionState | undefined,
  keep: (state: PortionState) => Promise<void>,
): Promise<RowOutcome[]> {
  const { steps, upload, stop } = work;
  let state = from;
  const note = async (next: PortionState) => {
    state = next;
    await keep(next);
  };
  for (let tries = 1; ; tries++) {
    try {
      if (await isDoubtful(work, state, note)) return doubtful(portion.rows, lost);
      const job = await bringUnderWay(work, portion, state, note);
      const ended = await awaitJob(steps, upload.poll, job, pause, stop, () => endJob(steps, upload.abort, job));
      const results = { steps, job, limits, pause, signal: stop.signal };
      return await outcomesOf(upload, portion, ended, (fetching) =>
        readResults({ ...results, fetching }, { given: 0 }),
      );
    } catch (error) {
      stop.signal.throwIfAborted();
      if (!(error instanceof Problem)) throw error;
      if (mayPass(error) && tries < mostTries) {
        await pause(Math.max((error.retryAfterSeconds ?? 0) * 1000, firstPauseMs * 2 ** (tries - 1)), stop.signal);
      } else if (state === undefined || isHarmless(work, state) || (isBefore(state) && !mayBeDone(error))) {
        if (state?.job !== undefined) await endJob(steps, upload.abort, state.job);
        throw error;
      } else {
        return doubtful(portion.rows, `${lost} ${error.message}`);
      }
    }
  }
}

/** Whether the rows were not all there yet. */
function isBefore({ step }: PortionState): boolean {
  return step === 'creating' || step === 'loading';
}

/** Whether the step that was about to be done cannot have written a row. */
function isHarmless({ upload }: Work, { step }: PortionState): boolean {
  if (step === 'creating') return upload.load !== undefined;
  return step === 'loading' && upload.start !== undefined;
}

/**
 * Whether nobody can tell what became of a portion whose job may have been made with its rows. A job that can be looked for
 * is looked for; where it was not made, all begins anew.
 */
async function isDoubtful(
  { steps, upload, stop }: Work,
  state: PortionState | undefined,
  note: (state: PortionState) => Promise<void>,
): Promise<boolean> {
  if (state?.step !== 'creating' || upload.load !== undefined) return false;
  const { find } = upload;
  if (find === undefined) return true;
  const { body } = await withPatience(
    () => steps.call(find.resource, { reference: state.reference }, stop.signal),
    mayPass,
    stop.signal,
  );
  if (!Array.isArray(body))
    throw new Problem('vendorRefused', `The vendor's answer to ${find.resource} is no list.`, { status: 502 });
  const found = body.find((row) => valueAt(row, find.reference) === state.reference);
  const job = found === undefined ? undefined : valueAt(found, find.job);
  if (job !== undefined && job !== null) await note({ ...state, step: 'sent', job: writeValue(job) });
  return false;
}

/** Makes, loads and starts the job of a portion, as far as that was not done; gives the job, which then is under way. */
async function bringUnderWay(
  work: Work,
  portion: WrittenRows,
  state: PortionState | undefined,
  note: (state: PortionState) => Promise<void>,
): Promise<string> {
  const { steps, upload, stop } = work;
  const job = state?.job;
  if (state === undefined || job === undefined) return begin();
  switch (state.step) {
    case 'creating':
      return begin();
    case 'loading': {
      // Rows that may be there already are not sent into the same job again.
      if (upload.start !== undefined) {
        await endJob(steps, upload.abort, job);
        return begin();
      }
      const { phase } = await poll(job);
      if (phase === 'waiting') await load(state, job);
      return job;
    }
    case 'starting': {
      const { phase } = await poll(job);
      if (phase === 'waiting') await start(state, job);
      return job;
    }
    case 'sent':
      return job;
  }

  function poll(name: string): Promise<JobState> {
    return withPatience(() => steps.poll(upload.poll, name, stop.signal), mayPass, stop.signal);
  }

  async function begin(): Promise<string> {
    const reference = randomUUID();
    await note({ step: 'creating', reference });
    const { resource, job: place, jobAfter } = upload.create;
    const { object, operation, identifier } = work;
    const body = upload.load === undefined ? bodyOf(upload, portion) : undefined;
    const made = await steps.call(resource, { object, operation, identifier, reference }, stop.signal, body);
    const name = jobName(textAt(made, place), jobAfter, resource);
    const begun: PortionState = { step: 'loading', reference, job: name };
    if (upload.load === undefined) await note({ ...begun, step: 'sent' });
    else await load(begun, name);
    return name;
  }

  async function load(begun: PortionState, name: string): Promise<void> {
    await note({ ...begun, step: 'loading' });
    if (upload.load !== undefined) await steps.call(upload.load, { job: name }, stop.signal, bodyOf(upload, portion));
    const loaded: PortionState = { ...begun, step: upload.start === undefined ? 'sent' : 'starting' };
    await note(loaded);
    await start(loaded, name);
  }

  async function start(loaded: PortionState, name: string): Promise<void> {
    if (upload.start === undefined) return;
    try {
      await steps.call(upload.start, { job: name }, stop.signal);
    } catch (error) {
      const isRefused = error instanceof Problem && !mayBeDone(error) && !mayPass(error);
      // Refused, and it still waits: then nothing was done.
      if (isRefused && (await poll(name)).phase === 'waiting') await note({ ...loaded, step: 'loading' });
      throw error;
    }
  }
}

function bodyOf({ contentType, format }: BulkUpload, { content, bytes }: WrittenRows) {
  const length = format === 'jsonArray' ? undefined : bytes;
  return { kind: 'stream', stream: Readable.from(content()), contentType, length } as const;
}

/** What became of each row of a job that has ended, as the job's results tell; what they do not tell is doubtful. */
async function outcomesOf(
  upload: BulkUpload,
  portion: WrittenRows,
  ended: JobState,
  results: (outcome: BulkOutcome) => AsyncIterable<{ records: Record<string, unknown>[] }>,
): Promise<RowOutcome[]> {
  const { processed, rejected, phase } = ended;
  if (phase === 'done' && rejected === 0 && processed === portion.rows.length) return portion.rows.map(writtenRow);
  const index = portion.index();
  const outcomes: RowOutcome[] = [];
  for (const outcome of upload.outcomes) {
    if (index.left().length === 0) break;
    for await (const { records } of results(outcome)) {
      for (const record of records) outcomes.push(...outcomeOf(outcome, index, record, ended));
    }
  }
  const reason = ended.message ?? `its state is ${ended.state}`;
  const unknown = `The vendor's bulk job ended (${reason}) and does not tell what became of this row. Look there before it is sent again.`;
  return [...outcomes, ...doubtful(index.left(), unknown)];
}

function outcomeOf(
  outcome: BulkOutcome,
  index: RowIndex,
  record: Record<string, unknown>,
  ended: JobState,
): RowOutcome[] {
  const row = index.take(outcome, record);
  if (row === undefined) return [];
  const saysWritten = Object.entries(outcome.written ?? {}).some(([member, values]) => {
    const value = valueAt(record, member);
    return value !== undefined && value !== null && values.includes(writeValue(value));
  });
  if (saysWritten || outcome.means === 'written') return [writtenRow(row)];
  if (outcome.means === 'notSent') {
    const reason = ended.message ?? ended.state;
    return [failed(row, `The vendor's bulk job ended before it came to this row: ${reason}`, ended.message)];
  }
  const error = outcome.error === undefined ? undefined : valueAt(record, outcome.error);
  const said = error === undefined || error === null ? undefined : writeValue(error);
  return [failed(row, said ?? 'The vendor refused the row and does not say why.', said)];
}

function writtenRow({ row }: UploadRow): RowOutcome {
  return { row, state: 'written' };
}

function failed({ row }: UploadRow, message: string, providerMessage?: string): RowOutcome {
  return { row, state: 'failed', status: 400, message, providerMessage };
}

function doubtful(rows: readonly UploadRow[], message: string): RowOutcome[] {
  return rows.map(({ row }) => ({ row, state: 'doubtful', message }));
}

const lost =
  'The vendor’s bulk job that this row went into cannot be followed: it is not known whether the vendor has it. Look there before it is sent again.';
