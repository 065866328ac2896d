// Routes of jobs: calls that are made at the times of a schedule, and what became of them.

import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { JobRecord, JobRun, JobScope, RunFilter, StoredCall } from '../../store/jobs.ts';
import { type Caller, ownScope, reachableScope, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { keptHeaders } from '../later-calls.ts';
import { secured } from '../openapi.ts';
import { pageHeaders, readPageToken } from '../pages.ts';
import { CreatedJob, createJob, describeJob, firstTime, readSchedule } from '../schedule.ts';
import { emptyResponse, Id, OpenObject, PageQuery, responses } from '../shapes.ts';
import { readTime } from '../times.ts';

const Trigger = Type.Object({
  cron: Type.String({ description: 'a Quartz expression: seconds first, one of day of month and day of week is ?' }),
  timeZone: Type.Optional(Type.String({ description: 'an IANA name such as Europe/Berlin; default: UTC' })),
});
const NewJob = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  method: Type.Optional(
    Type.String({
      pattern: '^(?:[Gg][Ee][Tt]|[Pp][Oo][Ss][Tt]|[Pp][Uu][Tt]|[Pp][Aa][Tt][Cc][Hh]|[Dd][Ee][Ll][Ee][Tt][Ee])$',
      description: 'default: GET',
    }),
  ),
  uri: Type.String({ minLength: 1, maxLength: 8000, description: 'below the API’s base, such as /hubs/crm/contacts' }),
  headers: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
  query: Type.Optional(OpenObject),
  body: Type.Optional(Type.Unknown({ description: 'sent as JSON' })),
  instanceId: Type.Optional(
    Type.Union([Id, Type.String()], {
      description: 'the instance that the call goes through; its element token is added',
    }),
  ),
  trigger: Trigger,
});
const Reschedule = Type.Object({ trigger: Trigger });
const Times = Type.Object({
  schedule: Type.String(),
  timeZone: Type.String(),
  fireTimes: Type.Array(Type.Integer(), { description: 'the next times, in milliseconds since 1970' }),
});

const NullableTime = Type.Union([Type.Integer(), Type.Null()]);
const Job = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  disallowConcurrent: Type.Boolean({ description: 'a run is never begun while another is under way' }),
  data: Type.Object({
    id: Type.Optional(Type.Integer({ description: 'the instance' })),
    topic: Type.String({ description: 'what is called' }),
    elementKey: Type.Optional(Type.String()),
  }),
  trigger: Type.Object({
    id: Type.String(),
    state: Type.String({
      description: 'NORMAL, BLOCKED while it runs, PAUSED while disabled, COMPLETE without a next time',
    }),
    schedule: Type.String(),
    timeZone: Type.String(),
    nextFireTime: Type.Optional(Type.Integer({ description: 'milliseconds since 1970, as all times here' })),
    startTime: Type.Integer(),
    endTime: Type.Null(),
    priority: Type.Integer(),
    mayFireAgain: Type.Boolean(),
    calendarName: Type.Null(),
    description: Type.Null(),
  }),
});
const execution = {
  job_history_id: Type.Integer(),
  job_name: Type.String(),
  job_group: Type.String(),
  job_class_name: Type.String(),
  job_state: Type.String({ description: 'RUNNING, COMPLETED, FAILED, or INTERRUPTED: nobody knows what became of it' }),
  job_data: Type.String({ description: 'JSON: which job, and what it calls' }),
  description: Type.Optional(Type.String()),
  start_time: Type.Integer(),
  end_time: NullableTime,
  job_error_message: Type.Union([Type.String(), Type.Null()]),
};
const JobExecution = Type.Object({ ...execution, element_key: Type.Union([Type.String(), Type.Null()]) });
const JobHistory = Type.Object({
  ...execution,
  account_id: Type.Integer(),
  company_id: Type.Integer(),
  user_id: Type.Integer(),
  instance_id: Type.Optional(Type.Integer()),
  external_id: Type.Null(),
  created_dt: Type.Integer(),
  updated_dt: Type.Integer(),
});

const ById = Type.Object({ id: Type.String() });
const Texts = Type.Optional(Type.Array(Type.String()));

/** Adds the routes of jobs. */
export function jobRoutes(server: Server, context: RouteContext): void {
  const { jobs, instances, elements, wakeJobs, clock, limits } = context;
  const describe = { tags: ['Jobs'], security: secured.secrets };

  server.get(
    `${basePath}/jobs`,
    {
      schema: {
        ...describe,
        summary: 'List the jobs of your account; empty when there are none',
        querystring: Type.Object(PageQuery),
        response: responses(Type.Array(Job)),
      },
    },
    async (request, reply) => {
      const scope = ownScope(requireIdentity(request.caller));
      const { nextPage, page = 1, pageSize = limits.pageRows } = request.query;
      const skip = nextPage === undefined ? (page - 1) * pageSize : 0;
      const { rows, total } = await jobs.list(scope, { after: readPageToken(nextPage), skip, limit: pageSize + 1 });
      const shown = rows.slice(0, pageSize);
      pageHeaders(reply, shown.length, total, rows.length > shown.length ? shown.at(-1)?.id : undefined);
      return shown.map(showJob);
    },
  );

  server.post(
    `${basePath}/jobs`,
    {
      schema: {
        ...describe,
        summary: 'Make a call at the times of a schedule',
        body: NewJob,
        response: responses(CreatedJob),
      },
    },
    async (request) => {
      const { caller, body } = request;
      const call = readCall(body);
      const { user, account, organization } = requireIdentity(caller);
      const instance = await instanceOf(caller, body.instanceId);
      const element = instance && (await elements.byId(instance.elementId, instance));
      const made = await createJob(context, {
        organizationId: organization.id,
        accountId: instance?.accountId ?? account.id,
        userId: user.id,
        instanceId: instance?.id,
        elementKey: element?.key,
        name: body.name ?? `${call.method} ${call.path}`,
        description: body.description,
        call,
        cron: body.trigger.cron,
        zone: body.trigger.timeZone ?? 'UTC',
      });
      return describeJob(made);
    },
  );

  server.get(
    `${basePath}/jobs/schedules`,
    {
      schema: {
        ...describe,
        summary: 'When a job with a schedule would run: its next times',
        querystring: Type.Object({
          ...Trigger.properties,
          count: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, description: 'default 5' })),
        }),
        response: responses(Times),
      },
    },
    async (request) => {
      requireIdentity(request.caller);
      const { cron, timeZone = 'UTC', count = 5 } = request.query;
      const schedule = readSchedule(cron, timeZone, limits.jobGapSeconds);
      const fireTimes: number[] = [];
      for (let time = schedule.nextAfter(clock()); time !== undefined; time = schedule.nextAfter(time)) {
        if (fireTimes.push(time) === count) break;
      }
      return { schedule: cron, timeZone, fireTimes };
    },
  );

  server.get(
    `${basePath}/jobs/executions`,
    {
      schema: {
        ...describe,
        summary: 'What became of the runs of all jobs of your account, the latest first',
        querystring: Type.Object({
          ...PageQuery,
          'elementKeys[]': Texts,
          elementKeys: Texts,
          startTime: Type.Optional(Type.String({ description: 'ISO 8601, milliseconds since 1970, or such as -7d' })),
          endTime: Type.Optional(Type.String({ description: 'the same' })),
        }),
        response: responses(Type.Array(JobExecution)),
      },
    },
    async (request, reply) => {
      const scope = ownScope(requireIdentity(request.caller));
      const { query } = request;
      const time = (name: 'startTime' | 'endTime') =>
        query[name] === undefined ? undefined : readTime(name, query[name], clock());
      const filter = {
        elementKeys: [...(query['elementKeys[]'] ?? []), ...(query.elementKeys ?? [])],
        from: time('startTime'),
        to: time('endTime'),
      };
      return (await listRuns(reply, scope, filter, query)).map((run) => ({
        ...showRun(run),
        element_key: run.elementKey ?? null,
      }));
    },
  );

  server.get(
    `${basePath}/jobs/:id`,
    { schema: { ...describe, summary: 'One job', params: ById, response: responses(Job) } },
    async (request) => showJob(await find(request.caller, request.params.id)),
  );

  server.delete(
    `${basePath}/jobs/:id`,
    { schema: { ...describe, summary: 'Delete a job', params: ById, response: emptyResponse } },
    async (request, reply) => {
      const { id } = await find(request.caller, request.params.id);
      await jobs.remove(scopeOf(request.caller), id);
      return reply.send();
    },
  );

  for (const enabled of [true, false]) {
    server.put(
      `${basePath}/jobs/:id/${enabled ? 'enable' : 'disable'}`,
      {
        schema: {
          ...describe,
          summary: enabled ? 'Let a job run again, from its next time on' : 'Let a job run no more until it is enabled',
          params: ById,
          response: emptyResponse,
        },
      },
      async (request, reply) => {
        const { id, cron, zone } = await find(request.caller, request.params.id);
        const now = clock();
        const nextAt = enabled ? readSchedule(cron, zone, 0).nextAfter(now) : undefined;
        await jobs.change(scopeOf(request.caller), id, { enabled, nextAt }, now);
        wakeJobs();
        return reply.send();
      },
    );
  }

  server.patch(
    `${basePath}/jobs/:id/reschedule`,
    {
      schema: {
        ...describe,
        summary: 'Give a job another schedule',
        params: ById,
        body: Reschedule,
        response: responses(CreatedJob),
      },
    },
    async (request) => {
      const job = await find(request.caller, request.params.id);
      const { cron, timeZone: zone = job.zone } = request.body.trigger;
      const now = clock();
      const nextAt = firstTime(readSchedule(cron, zone, limits.jobGapSeconds), cron, now);
      const changed = await jobs.change(scopeOf(request.caller), job.id, { cron, zone, nextAt }, now);
      if (changed === undefined) throw noJob(request.params.id);
      wakeJobs();
      return describeJob(changed);
    },
  );

  server.get(
    `${basePath}/jobs/:id/history`,
    {
      schema: {
        ...describe,
        summary: 'What became of the runs of a job, the latest first',
        params: ById,
        querystring: Type.Object(PageQuery),
        response: responses(Type.Array(JobHistory)),
      },
    },
    async (request, reply) => {
      const { id } = await find(request.caller, request.params.id);
      const runs = await listRuns(reply, scopeOf(request.caller), { jobId: id }, request.query);
      return runs.map(showHistory);
    },
  );

  server.get(
    `${basePath}/jobs/:id/history/:historyId`,
    {
      schema: {
        ...describe,
        summary: 'What became of one run of a job',
        params: Type.Object({ id: Type.String(), historyId: Id }),
        response: responses(JobHistory),
      },
    },
    async (request) => {
      const { id } = await find(request.caller, request.params.id);
      const { historyId } = request.params;
      const run = historyId > 0 ? await jobs.run(scopeOf(request.caller), id, historyId) : undefined;
      if (run === undefined) throw new Problem('notFound', `The job ${id} has no run ${historyId}.`);
      return showHistory(run);
    },
  );

  async function find(caller: Caller, id: string): Promise<JobRecord> {
    const scope = scopeOf(caller);
    const job = /^[1-9]\d{0,14}$/.test(id) ? await jobs.byId(scope, Number(id)) : undefined;
    if (job === undefined) throw noJob(id);
    return job;
  }

  /** The instance that a job names, or that of the element token; undefined when there is neither. Throws a Problem. */
  async function instanceOf(caller: Caller, given: string | number | undefined) {
    if (given === undefined || given === '') return caller.instance;
    const id = Number(given);
    const found = Number.isSafeInteger(id) && id > 0 ? await instances.byId(scopeOf(caller), id) : undefined;
    if (found === undefined) throw new Problem('notFound', `No instance found with the id ${given}.`);
    return found;
  }

  async function listRuns(
    reply: FastifyReply,
    scope: JobScope,
    filter: RunFilter,
    { nextPage, page = 1, pageSize = limits.pageRows }: { nextPage?: string; page?: number; pageSize?: number },
  ): Promise<JobRun[]> {
    const before = nextPage === undefined ? undefined : readPageToken(nextPage);
    const skip = before === undefined ? (page - 1) * pageSize : 0;
    const { rows, total } = await jobs.runs(scope, filter, { before, skip, limit: pageSize + 1 });
    const shown = rows.slice(0, pageSize);
    pageHeaders(reply, shown.length, total, rows.length > shown.length ? shown.at(-1)?.id : undefined);
    return shown;
  }
}

function scopeOf(caller: Caller): JobScope {
  return reachableScope(requireIdentity(caller));
}

function noJob(id: string): Problem {
  return new Problem('notFound', `No job found with the id ${id}.`);
}

/** The call that a job describes. Throws a Problem that names every fault. */
function readCall({ method = 'GET', uri, query = {}, headers = {}, body }: Static<typeof NewJob>): StoredCall {
  const faults: string[] = [];
  const below = uri.startsWith(`${basePath}/`) ? uri.slice(basePath.length) : uri;
  const [path = '', ownQuery = ''] = below.split(/\?(.*)/s, 2);
  if (!path.startsWith('/') || /[\s#]/.test(path)) {
    faults.push('uri must be a path below the API’s base, such as /hubs/crm/contacts');
  }
  const credentials = Object.keys(headers).find((name) => name.toLowerCase() === 'authorization');
  if (credentials !== undefined) {
    faults.push('headers must not have Authorization: the call is made as you; instanceId names the instance');
  }
  for (const [name, value] of Object.entries(headers)) {
    // RFC 9110 sections 5.1 and 5.5
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) faults.push(`headers: "${name}" is no name of a header`);
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(String(value))) faults.push(`headers: ${name} holds what no header can`);
  }
  const parameters = new URLSearchParams(ownQuery);
  for (const [name, given] of Object.entries(query)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value === 'object' && value !== null)
        faults.push(`query: ${name} must be text, a number or a list of them`);
      else if (value !== null && value !== undefined) parameters.append(name, String(value));
    }
  }
  if (faults.length > 0) throw new Problem('badRequest', `${faults.join('; ')}.`);
  const text = parameters.size === 0 ? '' : `?${parameters}`;
  const kept = keptHeaders(headers);
  delete kept['idempotency-key'];
  const bytes = body === undefined || body === null ? undefined : Buffer.from(JSON.stringify(body)).toString('base64');
  return {
    method: method.toUpperCase(),
    path,
    query: text,
    headers: bytes === undefined ? kept : { 'content-type': 'application/json', ...kept },
    body: bytes,
  };
}

function showJob(job: JobRecord): Static<typeof Job> {
  const { nextAt } = job;
  const state = !job.enabled ? 'PAUSED' : job.running ? 'BLOCKED' : nextAt === undefined ? 'COMPLETE' : 'NORMAL';
  return {
    id: String(job.id),
    name: job.name,
    ...(job.description === undefined ? {} : { description: job.description }),
    disallowConcurrent: true,
    data: {
      ...(job.instanceId === undefined ? {} : { id: job.instanceId }),
      topic: `${job.method} ${job.path}`,
      ...(job.elementKey === undefined ? {} : { elementKey: job.elementKey }),
    },
    trigger: {
      id: String(job.id),
      state,
      schedule: job.cron,
      timeZone: job.zone,
      ...(nextAt === undefined ? {} : { nextFireTime: nextAt }),
      startTime: job.createdAt,
      endTime: null,
      priority: 5,
      mayFireAgain: nextAt !== undefined,
      calendarName: null,
      description: null,
    },
  };
}

function showRun(run: JobRun) {
  return {
    job_history_id: run.id,
    job_name: run.jobName,
    job_group: `account ${run.accountId}`,
    job_class_name: 'RequestJob',
    job_state: run.state,
    job_data: JSON.stringify({ jobId: String(run.jobId), method: run.method, uri: run.path }),
    ...(run.description === undefined ? {} : { description: run.description }),
    start_time: run.startedAt,
    end_time: run.endedAt ?? null,
    job_error_message: run.error ?? null,
  };
}

function showHistory(run: JobRun): Static<typeof JobHistory> {
  return {
    ...showRun(run),
    account_id: run.accountId,
    company_id: run.organizationId,
    user_id: run.userId,
    ...(run.instanceId === undefined ? {} : { instance_id: run.instanceId }),
    external_id: null,
    created_dt: run.startedAt,
    updated_dt: run.endedAt ?? run.startedAt,
  };
}
