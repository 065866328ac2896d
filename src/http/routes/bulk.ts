// Routes of bulk jobs, which take an element token as calls to elements do. Each is served where `dispatchUrl` leads calls
// with an element token, and described under the hub, where they are called.

import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { requireDocuments } from '../../bulk/document.ts';
import type { Format } from '../../bulk/formats/formats.ts';
import type { BulkParty, CopyAsk, DownloadAsk } from '../../bulk/jobs.ts';
import type { BulkPlan, DocumentPlan } from '../../bulk/plan.ts';
import { Problem } from '../../core/errors.ts';
import { withEveryFault } from '../../core/every-fault.ts';
import { isObject, parseJson } from '../../core/http.ts';
import { mergeSettings } from '../../element/settings.ts';
import type { BulkJobRecord } from '../../store/bulk-jobs.ts';
import {
  describeStatus,
  ListedJob,
  Load,
  listJob,
  planned,
  RowError,
  recordsIn,
  Started,
  Status,
  showLoad,
  started,
} from '../bulk-answers.ts';
import {
  BulkDownload,
  BulkQuery,
  Copies,
  type Copy,
  queryText,
  readDates,
  readParameters,
  readSource,
} from '../bulk-asks.ts';
import { asksJson, fileFormat, requireFormat, sendFile } from '../bulk-files.ts';
import { readMetaData, readUpload, uploadParsers } from '../bulk-upload.ts';
import { elementCallParsers, readCallBody } from '../call-body.ts';
import { ownScope, reachableScope, requireIdentity, requireInstance, seesInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath, elementCallPath } from '../dispatch.ts';
import { readCallbackUrl } from '../later-calls.ts';
import { dropEmptyQueryValues, refuseMalformed } from '../malformed.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, pageOf, readPageToken } from '../pages.ts';
import { Id, PageQuery, responses } from '../shapes.ts';
import { createFilter } from '../where.ts';

const ResultQuery = Type.Object({
  json: Type.Optional(Type.String({ description: 'JSON: {"convertToNativeType":"false"} makes text of every value' })),
  partial: Type.Optional(Type.Boolean({ description: 'also what a job has that failed or was cancelled' })),
});
const ById = Type.Object({ id: Type.String() });
const fileAnswer = Type.Unknown({ description: 'the file, streamed' });

const listedFields = ['object_name', 'job_status', 'job_direction', 'record_count', 'error_count', 'job_id'];
const mostListed = 5000;

/** Adds the routes of bulk jobs. */
export function bulkRoutes(server: Server, context: RouteContext): void {
  const { bulk, bulkResults, bulkStore, elements, instances, clock, limits } = context;

  // Scopes of their own: a query may bring a form, and an upload any type, unread.
  server.register(async (scope) => {
    elementCallParsers(scope);
    const add = routesOf(scope as unknown as Server);

    add(
      'POST',
      '/bulk/query',
      'Begin to download what a query finds',
      { querystring: BulkQuery, answer: Started },
      async (request) => {
        const query = request.query as Static<typeof BulkQuery>;
        const party = await partyOf(request);
        const meta = await metaDataOf(request);
        const { dates, more, ...read } = await withEveryFault({
          q: () => requireQuery(query),
          dates: () => readDates(query, clock()),
          format: () => (query.fileFormat === undefined ? undefined : requireFormat('fileFormat', query.fileFormat)),
          continueFrom: () => jobNamed(request, query.continueFromJobId),
          more: () => asked(request, readMetaData(meta, undefined).payload),
        });
        return started(await bulk.download(party, { ...dates, ...read, pageSize: query.pageSize, ...more }));
      },
    );

    add(
      'POST',
      '/bulk/download',
      'Begin to download an object',
      { body: BulkDownload, answer: Started },
      async (request) => {
        const body = request.body as Static<typeof BulkDownload>;
        const party = await partyOf(request);
        const { dates, more, ...read } = await withEveryFault({
          dates: () => readDates(body, clock()),
          parameters: () => readParameters(body.query),
          format: () => (body.format === undefined ? undefined : requireFormat('format', body.format)),
          continueFrom: () => jobNamed(request, body.continueFromJobId),
          document: () => readDocument(request, body.docsHubDetails),
          more: () => asked(request, undefined, body.notificationUrl),
        });
        return started(
          await bulk.download(party, {
            ...dates,
            ...read,
            dateField: body.filterDateField,
            q: queryText(body),
            withoutNulls: body.filterNulls,
            mostCalls: body.apiLimit,
            pageSize: body.pageSize,
            ...more,
          }),
        );
      },
    );

    add(
      'POST',
      '/bulk/workflows',
      'Copy records to another account',
      { body: Copies, answer: Started },
      async (request) => {
        const body = request.body as Static<typeof Copies>;
        const party = await partyOf(request);
        const asks = await Promise.all([body].flat().map((copy) => readCopy(request, copy)));
        const [first] = await bulk.copy(party, asks);
        if (first === undefined) throw new Error('A copy was begun without a job');
        return started(first);
      },
    );

    add(
      'GET',
      '/bulk/jobs',
      'List the bulk jobs of the instance, the latest first',
      {
        querystring: Type.Object({ where: Type.Optional(Type.String()), ...PageQuery }),
        answer: Type.Array(ListedJob),
      },
      async (request, reply) => {
        const query = request.query as { where?: string; page?: number; pageSize?: number; nextPage?: string };
        const { organizationId, id: instanceId } = requireInstance(request.caller);
        const passes = createFilter(query.where, listedFields);
        const scope = { organizationId, accountId: undefined, instanceId };
        const { rows } = await bulkStore.list(scope, {}, { before: undefined, skip: 0, limit: mostListed });
        const listed = rows.filter((job) => passes(listJob(job)));
        return pageOf(reply, listed, { pageSize: limits.pageRows, ...query }).map((job) => ({
          ...listJob(job),
          ...planned(job),
        }));
      },
    );

    add('GET', '/bulk/:id/status', 'How far a bulk job has come', { params: ById, answer: Status }, async (request) =>
      describeStatus(await requireJob(request), clock()),
    );

    add(
      'GET',
      '/bulk/:id/errors',
      'The rows that were not written, or of which it is not known; as a file with Accept text/csv',
      {
        params: ById,
        querystring: Type.Object(PageQuery),
        answer: Type.Union([Type.Array(RowError), fileAnswer]),
      },
      async (request, reply) => {
        const job = await requireJob(request);
        const format = fileFormat(request);
        if (format !== undefined) {
          requireFiles(job);
          return sendFile(
            reply,
            bulkResults.failedRows(job, { format, asText: false }),
            format,
            `${job.objectName}-failed`,
          );
        }
        const {
          nextPage,
          page = 1,
          pageSize = limits.pageRows,
        } = request.query as { nextPage?: string; page?: number; pageSize?: number };
        const after = nextPage === undefined ? -1 : readPageToken(nextPage);
        const skip = nextPage === undefined ? (page - 1) * pageSize : 0;
        const rows = await bulkStore.errors(job.id, after, pageSize + 1, skip);
        const shown = rows.slice(0, pageSize);
        pageHeaders(
          reply,
          shown.length,
          job.failed + job.doubtful,
          rows.length > pageSize ? shown.at(-1)?.row : undefined,
        );
        return sendJson(reply, shown);
      },
    );

    add(
      'GET',
      '/bulk/:id/:objectName',
      'The records of a download: CSV, JSON lines or Parquet, as Accept says',
      {
        params: Type.Object({ id: Type.String(), objectName: Type.String() }),
        querystring: ResultQuery,
        answer: fileAnswer,
      },
      async (request, reply) => {
        const job = await requireJob(request);
        if (job.direction === 'UPLOAD') {
          throw new Problem(
            'badRequest',
            `The job ${job.id} is an upload: GET /bulk/${job.id}/errors has the rows that failed.`,
          );
        }
        const { json, partial = false } = request.query as Static<typeof ResultQuery>;
        if (job.status !== 'COMPLETED' && !(partial && job.endedAt !== undefined)) throw notComplete(job);
        requireFiles(job);
        const plan = job.openPlan() as BulkPlan;
        const format =
          fileFormat(request) ??
          (asksJson(request) ? 'jsonLines' : plan.resultFormat) ??
          (await standardFormat(request));
        reply.header('Elements-Returned-Count', String(recordsIn(job)));
        return sendFile(reply, bulkResults.records(job, { format, asText: asText(json) }), format, job.objectName);
      },
    );

    add('PUT', '/bulk/:id/cancel', 'End a bulk job', { params: ById, answer: Status }, async (request) => {
      const { id } = await requireJob(request);
      const job = await bulk.cancel(requireInstance(request.caller), id);
      if (job === undefined) throw noJob(String(id));
      return describeStatus(job, clock());
    });

    add(
      'POST',
      '/bulk/:id/retry',
      'Upload the rows of a job again that failed, or were never sent',
      {
        params: ById,
        querystring: Type.Object({
          doubtful: Type.Optional(Type.Boolean({ description: 'also those of which it is not known' })),
        }),
        answer: Started,
      },
      async (request) => {
        const job = await requireJob(request);
        requireFiles(job);
        await requireTarget(request, job);
        const { doubtful = false } = request.query as { doubtful?: boolean };
        return started(await bulk.retry(await partyOf(request), job, { doubtful, unsent: job.status !== 'COMPLETED' }));
      },
    );
  });

  server.register(async (scope) => {
    uploadParsers(scope);
    const add = routesOf(scope as unknown as Server);
    add(
      'POST',
      '/bulk/:objectName',
      'Upload records: CSV, JSON lines or a JSON array',
      {
        params: Type.Object({ objectName: Type.String() }),
        querystring: Type.Object({ metaData: Type.Optional(Type.String({ description: 'as the part of a form' })) }),
        answer: Started,
      },
      async (request) => {
        const { objectName } = request.params as { objectName: string };
        const party = await partyOf(request);
        const given = await readUpload(request, (request.query as { metaData?: string }).metaData);
        return started(
          await bulk.upload(party, given, (text) => {
            const { payload, ...meta } = readMetaData(text, objectName);
            return { objectName, ...meta, ...asked(request, payload) };
          }),
        );
      },
    );
  });

  server.get(
    `${basePath}/bulkloader`,
    {
      schema: {
        tags: ['Bulk'],
        summary: 'The copies of your account, the latest first; empty when there are none',
        security: secured.secrets,
        querystring: Type.Object({
          ...PageQuery,
          jobId: Type.Optional(Id),
          parentBulkLoaderId: Type.Optional(Id),
        }),
        response: responses(Type.Array(Load)),
      },
    },
    async (request, reply) => {
      const identity = requireIdentity(request.caller);
      const { instance } = request.caller;
      const { organizationId, accountId } = instance ?? ownScope(identity);
      const { nextPage, page = 1, pageSize = limits.pageRows, jobId, parentBulkLoaderId } = request.query;
      const { rows, total } = await bulkStore.list(
        { organizationId, accountId, instanceId: undefined },
        { scheduledBy: jobId, groupId: parentBulkLoaderId, direction: 'COPY' },
        {
          before: nextPage === undefined ? undefined : readPageToken(nextPage),
          skip: nextPage === undefined ? (page - 1) * pageSize : 0,
          limit: pageSize + 1,
        },
      );
      const shown = rows.slice(0, pageSize);
      pageHeaders(reply, shown.length, total, rows.length > pageSize ? shown.at(-1)?.id : undefined);
      return shown.map(showLoad);
    },
  );

  /** Adds a route twice: where element calls are led to, and, described, where callers find it. */
  function routesOf(scope: Server) {
    return (
      method: 'GET' | 'POST' | 'PUT',
      path: string,
      summary: string,
      { answer, ...shapes }: { answer: TSchema; params?: TSchema; querystring?: TSchema; body?: TSchema },
      handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    ): void => {
      const options: RouteShorthandOptions = {
        schema: { ...shapes, response: responses(answer) },
        preValidation: async (request) => dropEmptyQueryValues(request.query),
        preHandler: async (request) => refuseMalformed(request),
      };
      const served = async (request: FastifyRequest, reply: FastifyReply) => {
        reply.header('Elements-Element-Instance-Id', requireInstance(request.caller).id);
        return handler(request, reply);
      };
      scope.route({
        ...options,
        method,
        url: elementCallPath + path,
        schema: { ...options.schema, hide: true },
        handler: served,
      });
      const described = { tags: ['Bulk'], summary, security: secured.secrets };
      const params = Type.Object({
        hub: Type.String(),
        ...(shapes.params as { properties?: object } | undefined)?.properties,
      });
      scope.route({
        ...options,
        method,
        url: `${basePath}/hubs/:hub${path}`,
        schema: { ...options.schema, ...described, params },
        // Led here without an element token only.
        handler: served,
      });
    };
  }

  async function partyOf(request: FastifyRequest): Promise<BulkParty> {
    const identity = requireIdentity(request.caller);
    const instance = requireInstance(request.caller);
    if (instance.disabled) {
      throw new Problem(
        'instanceDisabled',
        `Instance ${instance.id} is disabled: PUT /instances/${instance.id}/enabled enables it.`,
      );
    }
    return { instance, definition: await elements.byId(instance.elementId, instance), userId: identity.user.id };
  }

  async function requireJob(request: FastifyRequest): Promise<BulkJobRecord> {
    return findJob(request, (request.params as { id: string }).id);
  }

  async function jobNamed(request: FastifyRequest, id: number | undefined): Promise<BulkJobRecord | undefined> {
    return id === undefined ? undefined : findJob(request, String(id));
  }

  async function findJob(request: FastifyRequest, id: string): Promise<BulkJobRecord> {
    const { organizationId, id: instanceId } = requireInstance(request.caller);
    const scope = { organizationId, accountId: undefined, instanceId };
    const job = /^\d{1,15}$/.test(id) ? await bulkStore.byId(scope, Number(id)) : undefined;
    if (job === undefined) throw noJob(id);
    return job;
  }

  /** Throws a Problem for a copy into an account that the caller may not use, though another one who began it may. */
  async function requireTarget(request: FastifyRequest, { id, targetInstanceId }: BulkJobRecord): Promise<void> {
    if (targetInstanceId === undefined) return;
    const scope = reachableScope(requireIdentity(request.caller));
    if ((await instances.byId(scope, targetInstanceId)) !== undefined) return;
    throw new Problem('forbidden', `The job ${id} copies into an account that is not yours, or is no longer there.`);
  }

  /** What a job is told beside what it moves. */
  function asked({ headers }: FastifyRequest, payload: unknown, notificationUrl?: string) {
    const url = headers['elements-async-callback-url'] || notificationUrl;
    const scheduledBy = Number(headers['elements-job-id'] ?? Number.NaN);
    return {
      callbackUrl: url === undefined ? undefined : readCallbackUrl(String(url)),
      payload,
      scheduledBy: Number.isSafeInteger(scheduledBy) ? scheduledBy : undefined,
    };
  }

  async function readCopy(request: FastifyRequest, copy: Static<typeof Copy>): Promise<CopyAsk> {
    const { targetConfiguration: target, sourceConfiguration } = copy;
    const source = readSource(isObject(sourceConfiguration) ? { ...copy, ...sourceConfiguration } : copy);
    const q =
      source.query ??
      source.q ??
      (source.objectName === undefined ? undefined : `select * from \`${source.objectName}\``);
    if (q === undefined)
      throw new Problem('badRequest', 'sourceConfiguration needs query or objectName: what is copied.');
    const instance = await instances.byToken(target.token);
    const identity = requireIdentity(request.caller);
    if (instance === undefined || !seesInstance(identity, instance)) {
      throw new Problem('badRequest', 'targetConfiguration.token is no element token of an account of yours.');
    }
    const objectName = target.objectName ?? /\/([^/?]+)$/.exec(target.path ?? '')?.[1] ?? source.objectName;
    if (objectName === undefined)
      throw new Problem('badRequest', 'targetConfiguration needs objectName: where records go.');
    const { payload, format: _, ...meta } = readMetaData(target.metaData, objectName);
    const from: DownloadAsk = {
      ...readDates(source, clock()),
      q,
      pageSize: source.pageSize,
      format: undefined,
      continueFrom: undefined,
      ...asked(request, payload),
    };
    const to = { objectName, ...meta, identifierField: target.identifierFieldName ?? meta.identifierField };
    const definition = await elements.byId(instance.elementId, instance);
    return { from, to, target: { instance, definition, userId: identity.user.id } };
  }

  /** Where the file is put. Throws a Problem for an account that is not the caller's, and one that takes no files. */
  async function readDocument(
    request: FastifyRequest,
    details: Static<typeof BulkDownload>['docsHubDetails'],
  ): Promise<DocumentPlan | undefined> {
    if (details === undefined || details === null) return undefined;
    const { instanceId, path, overwrite = false } = details;
    const instance = await instances.byId(reachableScope(requireIdentity(request.caller)), instanceId);
    if (instance === undefined) {
      throw new Problem('badRequest', `docsHubDetails.instanceId: ${instanceId} is no instance of yours.`);
    }
    requireDocuments(await elements.byId(instance.elementId, instance));
    return { instanceId, path, overwrite };
  }

  async function standardFormat(request: FastifyRequest): Promise<Format> {
    const { definition, instance } = await partyOf(request);
    const setting = mergeSettings(definition, instance.values)['bulk.query.download_format'] ?? '';
    return setting.trim().toLowerCase() === 'csv' ? 'csv' : 'jsonLines';
  }
}

/** The query that is to be downloaded; only a job that is continued has its own. Throws a Problem when there is none. */
function requireQuery({ q, continueFromJobId }: Static<typeof BulkQuery>): string | undefined {
  if (q !== undefined || continueFromJobId !== undefined) return q;
  throw new Problem('badRequest', 'Error parsing query: q is missing. Write it as select * from contacts.');
}

function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(value));
}

function asText(json: string | undefined): boolean {
  if (json === undefined) return false;
  const value = parseJson(json);
  if (!isObject(value)) throw new Problem('badRequest', 'json must be JSON such as {"convertToNativeType":"false"}.');
  return String(value['convertToNativeType']).toLowerCase() === 'false';
}

async function metaDataOf(request: FastifyRequest): Promise<unknown> {
  const body = await readCallBody(request);
  if (body.kind === 'multipart') {
    body.file?.stream.resume();
    return body.fields['metaData'];
  }
  if (body.kind === 'form') return body.fields['metaData'];
  return body.kind === 'json' && isObject(body.value) ? body.value['metaData'] : undefined;
}

function requireFiles({ id, filesDeleted }: BulkJobRecord): void {
  if (filesDeleted)
    throw new Problem('notFound', `The files of the job ${id} were deleted, as they are after a while: begin it anew.`);
}

function notComplete(job: BulkJobRecord): Problem {
  const { id, status, message } = job;
  const why = message === undefined ? '' : ` ${message}`;
  const next =
    status === 'CANCELLED' || status === 'ERROR'
      ? `begin it anew, or ask for the ${recordsIn(job)} records that it has with ?partial=true`
      : `ask again when GET /bulk/${id}/status says COMPLETED`;
  return new Problem('conflict', `The job ${id} is ${status}, and has no results: ${next}.${why}`);
}

function noJob(id: string): Problem {
  return new Problem('notFound', `There is no bulk job ${id} of this instance; GET /bulk/jobs lists them.`);
}
