// The HTTP server: what every request passes (identity, errors, headers, logs), and then the routes.

import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { Problem } from '../core/errors.ts';
import { identifyCaller, readCredentials } from './caller.ts';
import type { RouteContext, Server } from './context.ts';
import { dispatchUrl } from './dispatch.ts';
import { answerStrangeRequests, answerUnreadable, refuseMalformed } from './malformed.ts';
import { describeApi } from './openapi.ts';
import { accountRoutes } from './routes/accounts.ts';
import { authenticationRoutes } from './routes/authentication.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { elementCallRoutes } from './routes/element-calls.ts';
import { instanceRoutes } from './routes/instances.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { serviceRoutes } from './routes/service.ts';
import { userRoutes } from './routes/users.ts';

/** The response headers that a browser may read. */
const exposedHeaders = [
  'Elements-Returned-Count',
  'Elements-Total-Count',
  'Elements-Request-Id',
  'Elements-Next-Page-Token',
  'Elements-Trace-Id',
  'Elements-Error',
  'Content-Disposition',
];

/** A server, and a way to wait for what its calls still do after their clients have gone. */
export interface HttpServer {
  server: Server;
  /** Waits until no handler runs any more, so that what they use may be closed. */
  settled(): Promise<void>;
}

/** Makes the server with all its routes; it does not listen yet. */
export async function createServer(context: RouteContext): Promise<HttpServer> {
  const { limits } = context;
  const server = fastify({
    loggerInstance: context.logger,
    trustProxy: context.config.trustProxy,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestArrivalMs,
    http: { maxHeaderSize: limits.headerBytes, requireHostHeader: false },
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 1000 },
    rewriteUrl: (request) => dispatchUrl(request.url ?? '/', request.headers.authorization),
    ajv: { customOptions: { allErrors: true, removeAdditional: false, coerceTypes: 'array' } },
    schemaErrorFormatter: (errors, place) =>
      new Problem(
        'badRequest',
        errors.map((error) => `${place}${error.instancePath} ${error.message ?? 'is wrong'}`).join('; '),
      ),
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    clientErrorHandler: answerUnreadable,
  }).withTypeProvider<TypeBoxTypeProvider>();

  answerStrangeRequests(server.server);
  readJsonBodies(server);
  await server.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    maxAge: 86400,
    strictPreflight: false,
  });
  await server.register(swagger, { openapi: describeApi(context.config.publicUrl), hideUntagged: true });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { persistAuthorization: true },
    theme: {
      title: 'Valence API',
      css: [{ filename: 'valence.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });

  const running = trackHandlers(server);
  server.decorateRequest('caller');
  server.addHook('onRequest', async (request, reply) => {
    reply.header('Elements-Request-Id', request.id);
    requireHost(request);
    request.caller = await identifyCaller(context, readCredentials(request.headers.authorization));
  });
  let stopping = false;
  server.addHook('preClose', async () => {
    stopping = true;
  });
  server.addHook('onSend', async (_request, reply) => {
    // Else a connection with a call in flight would stay open, and the stop would wait for it.
    if (stopping) reply.header('Connection', 'close');
  });
  server.addHook('preValidation', async (request) => dropEmptyQueryValues(request));
  // After validation, which makes numbers of text: `Infinity` is a number to it.
  server.addHook('preHandler', async (request) => refuseMalformed(request));
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    context.telemetry.requestDone(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.info(
      {
        method: request.method,
        path: pathOf(request.originalUrl),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
  server.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply));
  server.setNotFoundHandler(async (request) => {
    throw new Problem(
      'notFound',
      `There is no ${request.method} ${pathOf(request.originalUrl)}; /docs shows what there is.`,
    );
  });

  for (const routes of [
    serviceRoutes,
    authenticationRoutes,
    catalogRoutes,
    oauthRoutes,
    instanceRoutes,
    organizationRoutes,
    accountRoutes,
    userRoutes,
    elementCallRoutes,
  ]) {
    routes(server, context);
  }
  return {
    server,
    async settled() {
      await Promise.allSettled(running);
    },
  };
}

/** The handlers that run, however their connections fare: one that stores a token must not be cut off. */
function trackHandlers(server: Server): Set<Promise<unknown>> {
  const running = new Set<Promise<unknown>>();
  server.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function tracked(request, reply) {
      const result = handler.call(this, request, reply);
      if (result instanceof Promise) {
        const ended = result.then(
          () => undefined,
          () => undefined,
        );
        running.add(ended);
        void ended.then(() => running.delete(ended));
      }
      return result;
    };
  });
  return running;
}

/** JSON bodies, where an empty one counts as none: some clients send the content type with every DELETE. */
function readJsonBodies(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}

/** RFC 9112 section 3.2: a request of HTTP/1.1 without Host is answered 400. */
function requireHost(request: FastifyRequest): void {
  if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
    throw new Problem('badRequest', 'The Host header is missing.');
  }
}

/** An empty query value counts as absent, everywhere. */
function dropEmptyQueryValues(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown>;
  for (const [name, value] of Object.entries(query)) {
    if (value === '') delete query[name];
    else if (Array.isArray(value)) query[name] = value.filter((one) => one !== '');
  }
}

/** A path without its query, because secrets travel there. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Errors of the framework come before any hook has run.
  reply.header('Elements-Request-Id', request.id);
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Expose-Headers', exposedHeaders.join(', '));
  if (error instanceof Problem) {
    if (error.retryAfterSeconds !== undefined) reply.header('Retry-After', error.retryAfterSeconds);
    if (error.status >= 500) request.log.warn({ err: error }, 'a vendor or this server could not answer');
    const said = error.providerMessage === undefined ? {} : { providerMessage: error.providerMessage };
    return reply.status(error.status).send({ requestId: request.id, message: error.message, ...said });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return reply.status(status).send({ requestId: request.id, message: frameworkMessage(error) });
  request.log.error({ err: error }, 'unexpected error');
  return reply.status(500).send({
    requestId: request.id,
    message: 'Something went wrong on this server; its log has the details under this requestId.',
  });
}

/** The framework's own errors in our words; secrets stand in URLs, so none is repeated. */
function frameworkMessage(error: FastifyError): string {
  switch (error.code) {
    case 'FST_ERR_BAD_URL':
      return 'The URL cannot be decoded: percent-encode its path.';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'The content type is not understood here: send application/json.';
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'The request body is larger than this server takes.';
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'The request body is not valid JSON.';
    default:
      return error.message;
  }
}
