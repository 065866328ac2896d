// A download by the vendor's own bulk API: a job is made of what the caller asks for, awaited, and its results are given
// page by page. What is kept names the job and the place in its results, so that any process can go on.

import { randomUUID } from 'node:crypto';
import { CeqlError, parseOrderBy } from '../ceql/parse.ts';
import { soqlStatement } from '../ceql/to-soql.ts';
import { Problem } from '../core/errors.ts';
import { isObject, valueAt, writeValue } from '../core/http.ts';
import type { BulkDownload } from '../element/bulk-extension.ts';
import { readWhere, statementObject } from '../engine/draft.ts';
import type { ElementCall } from '../engine/element-call.ts';
import { type Match, matchResource } from '../engine/match.ts';
import { backgroundCall } from './background-call.ts';
import type { NativeDependencies } from './native.ts';
import { type ResultPlace, readResults } from './native-results.ts';
import { createSteps, endJob, jobName, objectOf, type Steps, type StepValues, textAt } from './native-steps.ts';
import { awaitJob, isCancelled } from './native-wait.ts';
import { mayPass, withPatience } from './patience.ts';
import type { DownloadedPage, DownloadRequest } from './strategy.ts';

/** What is kept: the vendor's job, where in its results one stands, how many there are. */
interface Kept {
  job: string;
  place: ResultPlace;
  total: number | undefined;
}

/** What is asked of the vendor, in its words. */
interface Wanted {
  values: StepValues;
  /** makes a record of the vendor's results what the same list gives page by page */
  read(record: Record<string, unknown>): Record<string, unknown>;
}

/** The list of the element that a download is of, if the vendor's bulk API can give it. */
export function nativeList(request: DownloadRequest): Match | undefined {
  const { account, elementPath, where, orderBy, parameters, mostCalls } = request;
  const download = account.definition.document.valence?.bulk?.download;
  // Parameters are those of the list, and so are the calls that are counted.
  if (download === undefined || parameters !== undefined || mostCalls !== undefined) return undefined;
  const list = matchResource(account.definition, 'GET', elementPath);
  const extension = list?.resource.resource.valence;
  const hasRules = extension?.keep !== undefined || extension?.sideLoads !== undefined || extension?.pick !== undefined;
  // Scripts and rules for rows are written for the answers of the list.
  if (list === undefined || hasRules || list.resource.postRequest.length > 0 || list.resource.preRequest.length > 0) {
    return undefined;
  }
  if (extension?.statement !== undefined) return list;
  const isPlain = where === undefined && orderBy === undefined;
  return isPlain && download.objects?.[objectOf(elementPath)] !== undefined ? list : undefined;
}

/** Downloads as `Download` says. */
export async function* downloadNatively(
  { engine, mappedCalls, pause, limits }: NativeDependencies,
  list: Match,
  download: BulkDownload,
  request: DownloadRequest,
  from: unknown,
  signal: AbortSignal,
): AsyncGenerator<DownloadedPage> {
  const steps = createSteps(engine, request.account);
  const call = listCall(request, signal);
  const mapped = await mappedCalls.find(request.account, request.account.definition, call);
  const wanted = await wantedOf(steps, list, download, request, mapped?.call ?? call, signal);
  let kept = readKept(from);
  if (kept === undefined) {
    const { resource, job: place, jobAfter } = download.create;
    const values = { ...wanted.values, reference: randomUUID() };
    const made = await withPatience(() => steps.call(resource, values, signal), mayPass, signal);
    kept = { job: jobName(textAt(made, place), jobAfter, resource), place: { given: 0 }, total: undefined };
    yield { records: [], after: kept, total: undefined };
  }
  const { job } = kept;
  try {
    const state = await awaitJob(steps, download.poll, job, pause, { winding: signal, signal }, async () => undefined);
    if (state.phase === 'failed') throw failure(job, state.state, state.message);
    const total = state.processed ?? kept.total;
    const reading = { steps, fetching: download.fetch, job, limits, pause, signal };
    for await (const { records, after } of readResults(reading, kept.place)) {
      const read = records.map(wanted.read);
      yield { records: await inCallersWords(read), after: { job, place: after, total }, total };
    }
  } finally {
    if (isCancelled(signal)) await endJob(steps, download.abort, job);
  }

  async function inCallersWords(records: unknown[]): Promise<readonly unknown[]> {
    if (mapped === undefined || records.length === 0) return records;
    // What a common resource tells of faults grows with each answer, so each page has its own.
    const own = await mappedCalls.find(request.account, request.account.definition, call);
    const answer = await own?.answer({ headers: {}, value: records, stream: undefined });
    return Array.isArray(answer?.value) ? answer.value : records;
  }
}

function readKept(from: unknown): Kept | undefined {
  return isObject(from) && typeof from['job'] === 'string' ? (from as unknown as Kept) : undefined;
}

function failure(job: string, state: string, message: string | undefined): Problem {
  const because = message === undefined ? `its state is ${state}` : message;
  return new Problem('vendorRefused', `The vendor's bulk job ${job} failed: ${because}.`, {
    status: 502,
    ...(message === undefined ? {} : { providerMessage: message }),
  });
}

function listCall({ path, fields, where, orderBy }: DownloadRequest, signal: AbortSignal): ElementCall {
  const query: Record<string, string> = {};
  if (fields !== undefined) query['fields'] = fields.join(',');
  if (where !== undefined) query['where'] = where;
  if (orderBy !== undefined) query['orderBy'] = orderBy;
  return backgroundCall('GET', path, query, { kind: 'none' }, signal);
}

async function wantedOf(
  steps: Steps,
  list: Match,
  download: BulkDownload,
  { elementPath, limit, account }: DownloadRequest,
  { query }: ElementCall,
  signal: AbortSignal,
): Promise<Wanted> {
  const named = fieldNames(query['fields']);
  const statement = list.resource.resource.valence?.statement;
  const mapObject = download.objects?.[objectOf(elementPath)];
  const keepsNull = account.values['filter.response.nulls'] !== 'true';
  if (statement === undefined) {
    const values = { object: mapObject, fields: named?.join(',') };
    return { values, read: reader(new Map(), named ?? [], keepsNull) };
  }
  const object = mapObject ?? statementObject(statement, list.pathVariables);
  const described = await describedTypes(steps, list, download, object, signal);
  const without = new Set(download.described?.without ?? []);
  const all = [...described].filter(([, type]) => !without.has(type)).map(([name]) => name);
  const fields = named ?? (all.length > 0 ? all : (statement.fields ?? []));
  const where = readWhere(query);
  const conditions = (statement.conditions ?? []).map(({ field, parameter }) => ({
    field,
    value: list.pathVariables[parameter] ?? '',
  }));
  const orderBy = typeof query['orderBy'] === 'string' ? query['orderBy'] : undefined;
  const text = asProblem(() =>
    soqlStatement({
      object,
      fields,
      conditions,
      orderBy: orderBy === undefined ? [] : parseOrderBy(orderBy),
      ...(where === undefined ? {} : { where }),
      ...(limit === undefined ? {} : { limit }),
    }),
  );
  const kinds = new Map<string, Kind>();
  for (const [name, type] of described) {
    if (download.described?.numbers?.includes(type)) kinds.set(name, 'number');
    if (download.described?.booleans?.includes(type)) kinds.set(name, 'boolean');
  }
  return { values: { object, statement: text, fields: fields.join(',') }, read: reader(kinds, fields, keepsNull) };
}

function asProblem<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof CeqlError) throw new Problem('badRequest', `where, fields or orderBy: ${error.message}.`);
    throw error;
  }
}

function fieldNames(fields: string | string[] | undefined): string[] | undefined {
  const names = String(fields ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? undefined : names;
}

/** The fields of an object with their types, as the vendor describes them; none where it does not. */
async function describedTypes(
  steps: Steps,
  list: Match,
  download: BulkDownload,
  object: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const { describe, resource } = list.resource;
  const described = resource.valence?.statement?.described;
  const types = new Map<string, string>();
  if (describe === undefined || described === undefined) return types;
  const { body } = await withPatience(() => steps.resource(describe, { object }, signal), mayPass, signal);
  for (const field of Array.isArray(body) ? body : []) {
    const name = valueAt(field, described.name);
    if (name === undefined || name === null) continue;
    const type = download.described === undefined ? undefined : valueAt(field, download.described.type);
    types.set(writeValue(name), type === undefined || type === null ? '' : writeValue(type));
  }
  return types;
}

type Kind = 'number' | 'boolean';

/** Gives texts the types that their fields have, and names what is empty where nulls are kept. */
function reader(
  kinds: ReadonlyMap<string, Kind>,
  fields: readonly string[],
  keepsNull: boolean,
): (record: Record<string, unknown>) => Record<string, unknown> {
  const plain = keepsNull ? fields.filter((field) => !field.includes('.')) : [];
  return (record) => {
    for (const [name, kind] of kinds) {
      const value = record[name];
      if (typeof value !== 'string') continue;
      if (kind === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) record[name] = Number(value);
      if (kind === 'boolean' && (value === 'true' || value === 'false')) record[name] = value === 'true';
    }
    for (const field of plain) if (!Object.hasOwn(record, field)) record[field] = null;
    return record;
  };
}
