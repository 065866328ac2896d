// Bulk jobs of all accounts that a caller reaches, for those who look after many: without an element token, and to be read
// only. What a job is told to do, and its files, stay behind the token of its instance.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { BulkDirection, BulkJobRecord, BulkStatus } from '../../store/bulk-jobs.ts';
import { ListedJob, listJob, Progress, planned, showProgress } from '../bulk-answers.ts';
import { reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, readPageToken } from '../pages.ts';
import { Id, responses } from '../shapes.ts';

const statuses: BulkStatus[] = ['CREATED', 'RUNNING', 'CANCELLATION_PENDING', 'COMPLETED', 'CANCELLED', 'ERROR'];
const directions: BulkDirection[] = ['DOWNLOAD', 'UPLOAD', 'COPY'];

const OverviewJob = Type.Object({
  ...ListedJob.properties,
  accountId: Type.Integer(),
  elementKey: Type.String(),
  targetInstanceId: Type.Optional(Type.Integer({ description: 'of a copy: where the records go' })),
  message: Type.Optional(Type.String({ description: 'why it ended early' })),
  doubtful_count: Type.Integer({ description: 'rows, among those that failed, of which it is not known' }),
  filesDeleted: Type.Boolean({ description: 'its files are gone, as they are some days after its end' }),
  progress: Progress,
});
const defaultPageRows = 100;

/** Adds the routes that show bulk jobs without an element token. */
export function bulkOverviewRoutes(server: Server, context: RouteContext): void {
  const { bulkStore, clock } = context;
  const describe = { tags: ['Bulk'], security: secured.secrets };

  server.get(
    `${basePath}/bulk/jobs`,
    {
      schema: {
        ...describe,
        summary:
          'List the bulk jobs of your account (of all accounts for users of the default account), the latest first',
        querystring: Type.Object({
          status: Type.Optional(Type.Enum(statuses)),
          direction: Type.Optional(Type.Enum(directions)),
          instanceId: Type.Optional(Id),
          pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'default 100' })),
          nextPage: Type.Optional(Type.String({ description: 'the Elements-Next-Page-Token of the page before' })),
        }),
        response: responses(Type.Array(OverviewJob)),
      },
    },
    async (request, reply) => {
      const { status, direction, instanceId, pageSize = defaultPageRows, nextPage } = request.query;
      const { rows, total } = await bulkStore.list(
        { ...reachableScope(requireIdentity(request.caller)), instanceId },
        { status, direction },
        { before: nextPage === undefined ? undefined : readPageToken(nextPage), skip: 0, limit: pageSize + 1 },
      );
      const shown = rows.slice(0, pageSize);
      pageHeaders(reply, shown.length, total, rows.length > pageSize ? shown.at(-1)?.id : undefined);
      return shown.map(show);
    },
  );

  server.get(
    `${basePath}/bulk/jobs/:id`,
    {
      schema: {
        ...describe,
        summary: 'One bulk job, and how far it has come',
        params: Type.Object({ id: Id }),
        response: responses(OverviewJob),
      },
    },
    async (request) => {
      const { id } = request.params;
      const scope = { ...reachableScope(requireIdentity(request.caller)), instanceId: undefined };
      const job = await bulkStore.byId(scope, id);
      if (job === undefined) throw new Problem('notFound', `No bulk job found with the id ${id}.`);
      return show(job);
    },
  );

  function show(job: BulkJobRecord): Static<typeof OverviewJob> {
    return {
      ...listJob(job),
      ...planned(job),
      accountId: job.accountId,
      elementKey: job.elementKey,
      ...(job.targetInstanceId === undefined ? {} : { targetInstanceId: job.targetInstanceId }),
      ...(job.message === undefined ? {} : { message: job.message }),
      doubtful_count: job.doubtful,
      filesDeleted: job.filesDeleted,
      progress: showProgress(job, clock()),
    };
  }
}
