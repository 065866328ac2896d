// Calls to elements: any method and path below a hub, with an element token. `answer` reads as the trip of a call; the
// steps at the vendor are in engine/call.ts.

import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import type { Definition } from '../../element/define.ts';
import { accountOf, ownerOf } from '../../engine/account.ts';
import type { ElementAnswer, ElementCall } from '../../engine/element-call.ts';
import { runOnce } from '../../engine/idempotent.ts';
import { findMatch, matchPing, matchResource } from '../../engine/match.ts';
import {
  documentedMappings,
  mappedDocs,
  mappedMetadata,
  objectDocs,
  objectMetadata,
  objectNames,
} from '../../engine/objects.ts';
import { createTrace, noTrace } from '../../engine/trace.ts';
import { scopeOf } from '../../mapping/resolve.ts';
import type { InstanceRecord } from '../../store/instances.ts';
import { elementCallParsers, readCallBody } from '../call-body.ts';
import { requireInstance } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath, elementCallPath } from '../dispatch.ts';
import { dropEmptyQueryValues, refuseMalformed } from '../malformed.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';

const Pong = Type.Object({ dateTime: Type.String(), endpoint: Type.String() });

/** The pattern under which every element call is served. */
export const elementCallRoute = `${elementCallPath}/*`;

/** What is noted of a call while it runs. */
interface CallNotes {
  record: InstanceRecord;
  definition: Definition;
  call: ElementCall;
  resourcePath: string | undefined;
  cacheHit: boolean;
}

/** Adds the routes of element calls. They are reached by `dispatchUrl`, which knows an element token when it sees one. */
export function elementCallRoutes(server: Server, context: RouteContext): void {
  const { elements, engine, mappings, mappedCalls, clock, limits, admission, keptAnswers, idempotency, usage } =
    context;
  const longestWriteMs = limits.vendorCallMs * 2 + limits.rateWaitBackgroundMs;

  for (const path of ['/ping', '/hubs/:hub/ping']) {
    server.get(
      basePath + path,
      {
        schema: {
          tags: ['Element calls'],
          summary: 'Does the connected account still work; asks the vendor who one is',
          security: secured.secrets,
          ...(path === '/ping' ? {} : { params: Type.Object({ hub: Type.String() }) }),
          response: responses(Pong),
        },
      },
      // Led here without an element token only; with one the call is led to the route below.
      async (request): Promise<never> => {
        requireInstance(request.caller);
        throw new Problem('notFound', 'This path takes an Element token.');
      },
    );
  }
  // A scope of its own: only element calls take bodies of every type.
  server.register(async (scope) => {
    elementCallParsers(scope);
    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: elementCallRoute,
      schema: { hide: true },
      handler: answer,
    });
  });

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    dropEmptyQueryValues(request.query);
    refuseMalformed(request);
    const record = requireInstance(request.caller);
    reply.header('Elements-Element-Instance-Id', record.id);
    const definition = await elements.byId(record.elementId, record);
    const call = readCall(request, reply, record);
    if (call.method !== 'GET') reply.raw.once('finish', () => discardRest(request.raw));
    const notes: CallNotes = { record, definition, call, resourcePath: undefined, cacheHit: false };
    try {
      const isBuiltIn = call.path.startsWith('/objects') && !discoversItself(definition, call);
      const discovered = isBuiltIn ? await discover(record, definition, call, request.host) : undefined;
      const given = discovered ?? (await callVendor(request, notes));
      if (call.vendor.waitedMs !== undefined) reply.header('Elements-Rate-Waited', call.vendor.waitedMs);
      noteUsage(request, notes, 200, undefined);
      return sendAnswer(reply, given, notes);
    } catch (error) {
      call.trace.add('error', () => (error instanceof Error ? error.message : String(error)));
      noteUsage(request, notes, error instanceof Problem ? error.status : 500, error);
      throw error;
    }
  }

  function readCall(request: FastifyRequest, reply: FastifyReply, record: InstanceRecord): ElementCall {
    const end = request.url.indexOf('?');
    const path = request.url.slice(elementCallPath.length, end < 0 ? undefined : end);
    const traced = record.traceLoggingUntil !== undefined && record.traceLoggingUntil.getTime() > clock();
    if (traced) reply.header('Elements-Trace-Id', request.id);
    const trace = traced ? createTrace(() => secretsOf(record), clock) : noTrace;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    trace.add('call', () => ({ method, path, query: { ...(request.query as object) }, headers: request.headers }));
    return {
      requestId: request.id,
      method,
      path,
      query: request.query as ElementCall['query'],
      headers: request.headers as Record<string, string>,
      body: { kind: 'none' },
      signal: goneSignal(reply),
      trace,
      priority: priorityOf(request),
      vendor: { milliseconds: 0, calls: 0 },
    };
  }

  /** What the platform knows of an element by itself; also for a disabled instance. */
  async function discover(
    record: InstanceRecord,
    definition: Definition,
    { method, path }: ElementCall,
    host: string,
  ): Promise<ElementAnswer | undefined> {
    const [, first, segment, what, more] = path.split('/');
    if (method !== 'GET' || first !== 'objects' || more !== undefined) return undefined;
    const mapped = await mappings.of(scopeOf(record), definition.key);
    if (segment === undefined) {
      const documented = documentedMappings(mapped).map(({ objectName }) => objectName);
      return valueAnswer([...new Set([...objectNames(definition), ...documented])].sort());
    }
    const name = decodeURIComponent(segment);
    const mapping = mapped?.find(name);
    if (what === 'metadata') {
      return valueAnswer(mapping === undefined ? objectMetadata(definition, name) : mappedMetadata(mapping));
    }
    if (what === 'docs') {
      return valueAnswer(
        mapping === undefined ? objectDocs(definition, name, host) : mappedDocs(definition, mapping, host),
      );
    }
    return undefined;
  }

  /** A call that the vendor answers, or that it has answered a moment ago. */
  async function callVendor(request: FastifyRequest, notes: CallNotes): Promise<ElementAnswer> {
    const { record, definition, call } = notes;
    if (record.disabled && !discoversItself(definition, call)) throw disabled(record);
    const isPing = call.method === 'GET' && call.path === '/ping';
    // Scripts of a mapping are given the caller's secrets; those of another account's mapping are not.
    const shown = request.caller.identity?.account.id === record.accountId ? call : withoutCredentials(call);
    const mapped = isPing ? undefined : await mappedCalls.find(scopeOf(record), definition, shown);
    const asked = mapped?.call ?? call;
    const match = isPing ? matchPing(definition) : findMatch(definition, asked);
    if (match === undefined) return pong(definition);
    notes.resourcePath = match.resource.resource.path;
    const kept = keptAnswers.find(record, asked, match.resource);
    if (kept !== undefined) {
      notes.cacheHit = true;
      return mapped === undefined ? kept : mapped.answer(kept);
    }
    const leave = admission.enter(ownerOf(record));
    try {
      call.body = await readCallBody(request);
      asked.body = mapped === undefined ? call.body : await mapped.body(call.body);
      const account = accountOf(record, definition);
      if (call.method === 'GET') {
        const keep = keptAnswers.expect(record, asked, match.resource);
        const given = await engine.call(account, match, asked);
        keep(given);
        if (mapped !== undefined) return await mapped.answer(given);
        return isPing ? pong(definition) : given;
      }
      const write = async () => {
        const given = await engine.call(account, match, asked);
        return mapped === undefined ? given : mapped.answer(given);
      };
      return await runOnce(idempotency, record, call, longestWriteMs, write).finally(() => {
        keptAnswers.written(record);
      });
    } finally {
      leave();
    }
  }

  function pong({ key }: Definition): ElementAnswer {
    return valueAnswer({ dateTime: new Date(clock()).toISOString(), endpoint: key });
  }

  function noteUsage(request: FastifyRequest, notes: CallNotes, status: number, error: unknown): void {
    const { record, definition, call } = notes;
    const { identity } = request.caller;
    const { document } = definition;
    usage.record({
      id: request.id,
      at: clock(),
      organizationId: record.organizationId,
      accountId: record.accountId,
      userId: identity?.user.id ?? record.user.id,
      instanceId: record.id,
      instanceName: record.name,
      elementKey: definition.key,
      elementName: document.name,
      elementTags: record.tags,
      hub: document.hub,
      method: request.method,
      path: `/hubs/${document.hub}${call.path}`,
      elementApi: notes.resourcePath,
      httpStatus: status,
      processMs: Math.round(performance.now() - request.startedAt),
      vendorMs: Math.round(call.vendor.milliseconds),
      vendorCalls: call.vendor.calls,
      requestIp: request.ip,
      error: error === undefined ? undefined : error instanceof Problem ? error.message : 'unexpected error',
      kind: 'call',
      cacheHit: notes.cacheHit,
      trace: call.trace.steps(),
    });
  }
}

/** Whether the caller lets others go first where the vendor limits how often it is called. Throws a Problem for another word. */
function priorityOf({ headers }: FastifyRequest): NonNullable<ElementCall['priority']> {
  const said = headers['elements-priority'] ?? 'interactive';
  if (said === 'interactive' || said === 'background') return said;
  throw new Problem('badRequest', `Elements-Priority must be interactive or background, not ${said}.`);
}

function disabled({ id }: InstanceRecord): Problem {
  return new Problem('instanceDisabled', `Instance ${id} is disabled: PUT /instances/${id}/enabled enables it.`);
}

/** Whether an element answers what objects it has with a resource of its own; a disabled instance answers that, too. */
function discoversItself(definition: Definition, { method, path }: ElementCall): boolean {
  if (method !== 'GET' || !path.startsWith('/objects')) return false;
  return matchResource(definition, method, path)?.resource.path.startsWith('/objects') === true;
}

/** Aborted when the connection ends before the answer has gone out. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Problem('vendorUnreachable', 'The caller gave up the call.'));
  });
  return controller.signal;
}

/** What of an upload nobody wanted must not stand in the way of the connection's next request. */
function discardRest(upload: IncomingMessage): void {
  if (upload.readableEnded) return;
  upload.unpipe();
  upload.resume();
}

function* secretsOf(record: InstanceRecord): Iterable<string> {
  const { tokens } = record;
  const kept: (Secret | undefined)[] = [
    record.token,
    ...Object.values(record.secrets),
    tokens?.access,
    tokens?.refresh,
  ];
  for (const secret of [...kept, tokens?.secret]) if (secret !== undefined) yield secret.reveal();
}

function valueAnswer(value: unknown): ElementAnswer {
  return { headers: {}, value, stream: undefined };
}

function sendAnswer(reply: FastifyReply, { headers, value, stream }: ElementAnswer, notes: CallNotes): FastifyReply {
  for (const name in headers) reply.header(name, headers[name]);
  if (notes.record.cachingEnabled && notes.call.method === 'GET') {
    reply.header('Elements-Cache', notes.cacheHit ? 'hit' : 'miss');
  }
  if (stream !== undefined) return reply.send(stream);
  if (value === undefined) return reply.send();
  if (typeof value === 'string' && headers['content-type'] !== undefined) return reply.send(value);
  return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(value));
}

function withoutCredentials(call: ElementCall): ElementCall {
  const { authorization: _, ...headers } = call.headers;
  return { ...call, headers };
}
