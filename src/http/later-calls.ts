// Calls that are not made while the caller waits: stored as a job (Elements-Schedule-Request), or made at once and
// answered by a callback (Elements-Async-Request).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../core/errors.ts';
import { mergeSettings } from '../element/settings.ts';
import type { StoredCall } from '../store/jobs.ts';
import { requireIdentity } from './caller.ts';
import type { RouteContext } from './context.ts';
import { basePath, elementCallPath } from './dispatch.ts';
import { createJob, describeJob } from './schedule.ts';

/** Whether a request asks not to be waited for. */
export function isForLater({ headers, url }: FastifyRequest): boolean {
  if (headers['elements-schedule-request'] === undefined && headers['elements-async-request'] === undefined)
    return false;
  if (!url.startsWith(`${basePath}/`) && !url.startsWith(elementCallPath)) return false;
  return headers['elements-schedule-request'] !== undefined || isTrue(headers['elements-async-request']);
}

/**
 * Stores the call of a request, whose body was not read yet, and answers with the job or the event. Throws a Problem for
 * a schedule or a callback that cannot be used, and for a body that is too large to be kept.
 */
export async function storeForLater(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller } = request;
  const identity = requireIdentity(caller);
  const { instance } = caller;
  const owner = {
    organizationId: identity.organization.id,
    accountId: instance?.accountId ?? identity.account.id,
    userId: identity.user.id,
    instanceId: instance?.id,
  };
  const definition = instance && (await context.elements.byId(instance.elementId, instance));
  const target = { ...owner, elementKey: definition?.key };
  const schedule = headerOf(request, 'elements-schedule-request');
  if (schedule !== undefined) {
    const call = await readCall(request, reply, context.limits.bodyBytes);
    delete call.headers['idempotency-key'];
    // a bulk job that it begins tells its end there
    const callbackUrl = headerOf(request, 'elements-async-callback-url');
    if (callbackUrl !== undefined) call.headers['elements-async-callback-url'] = readCallbackUrl(callbackUrl);
    const name = `${call.method} ${call.path}`;
    const job = await createJob(context, {
      ...target,
      name,
      description: undefined,
      call,
      cron: schedule,
      zone: 'UTC',
    });
    return answer(reply, describeJob(job));
  }
  const settings = instance && definition ? mergeSettings(definition, instance.values) : {};
  const callbackUrl = readCallbackUrl(
    headerOf(request, 'elements-async-callback-url') ?? settings['event.notification.callback.url'] ?? undefined,
  );
  const call = await readCall(request, reply, context.limits.bodyBytes);
  const ofElement = request.url.startsWith(elementCallPath);
  const eventId = await context.asynchronousCalls.accept(target, { call, callbackUrl, ofElement });
  return answer(reply, { eventId, eventStatus: 'dispatched' });
}

/** Sends text: what the route itself would answer has another shape. */
function answer(reply: FastifyReply, body: object): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}

function isTrue(value: string | string[] | undefined): boolean {
  return String(value).trim().toLowerCase() === 'true';
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' && name !== 'elements-schedule-request' ? undefined : text;
}

/** Throws a Problem for what is no address that a callback can be sent to. */
export function readCallbackUrl(text: string | undefined): string {
  if (text === undefined || text === '') {
    throw new Problem(
      'badRequest',
      'Nobody would be told the result: name an address in Elements-Async-Callback-Url, or in the setting ' +
        'event.notification.callback.url of the instance.',
    );
  }
  const protocol = URL.canParse(text) ? new URL(text).protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new Problem('badRequest', 'The callback address cannot be used: give a whole URL with http or https.');
}

/** Headers that belong to the connection, to the credentials, or to the wish not to wait. */
const leftOut =
  /^(authorization|connection|content-length|elements-async-.*|elements-schedule-request|expect|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;

/** The headers of a call that are kept, names in lower case. */
export function keptHeaders(headers: Record<string, unknown>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !leftOut.test(name.toLowerCase())) kept[name.toLowerCase()] = String(value);
  }
  return kept;
}

async function readCall(request: FastifyRequest, reply: FastifyReply, limit: number): Promise<StoredCall> {
  const [path = '', query] = request.originalUrl.replace(/\/{2,}/g, '/').split(/\?(.*)/s, 2);
  const body = await readBytes(request, reply, limit);
  return {
    method: request.method,
    path: path.slice(basePath.length),
    query: query === undefined ? '' : `?${query}`,
    headers: keptHeaders(request.headers),
    body: body.length === 0 ? undefined : body.toString('base64'),
  };
}

async function readBytes({ raw }: FastifyRequest, reply: FastifyReply, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLarge = () => {
    // what is left unread must not be taken for the next request
    reply.header('connection', 'close');
    return new Problem('tooLarge', `A call that is made later is kept with its body, which may have ${limit} bytes.`);
  };
  if (Number(raw.headers['content-length'] ?? 0) > limit) throw tooLarge();
  raw.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  });
  await new Promise<void>((resolve, reject) => {
    raw.once('end', resolve);
    raw.once('error', reject);
    raw.once('close', () => reject(new Problem('badRequest', 'The request body broke off before its end.')));
  });
  if (size > limit) throw tooLarge();
  return Buffer.concat(chunks);
}
