// The HTTP server: what every request passes (identity, errors, headers, logs), and then the routes.

import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { Problem } from '../core/errors.ts';
import { answerError } from './answer-error.ts';
import { endArrival, limitArrival } from './arrival.ts';
import { identifyBrowser, instanceHeader, sessionTokenOf } from './browser-session.ts';
import { allowBrowsers, answerPreflight } from './browsers.ts';
import { type Caller, identifyCaller, readCredentials, unknownCaller } from './caller.ts';
import type { RouteContext, Server } from './context.ts';
import { dispatchUrl, hasElementToken } from './dispatch.ts';
import { isForLater, storeForLater } from './later-calls.ts';
import { answerStrangeRequests, answerUnreadable, dropEmptyQueryValues, refuseMalformed } from './malformed.ts';
import { noteAnswer, pathOf } from './note-answer.ts';
import { describeApi } from './openapi.ts';
import { accountRoutes } from './routes/accounts.ts';
import { authenticationRoutes } from './routes/authentication.ts';
import { brandingRoutes } from './routes/branding.ts';
import { browserSessionRoutes } from './routes/browser-sessions.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { bulkOverviewRoutes } from './routes/bulk-overview.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { checkElementRoutes } from './routes/check-elements.ts';
import { commonResourceRoutes } from './routes/common-resources.ts';
import { connectRoutes } from './routes/connect.ts';
import { connectSessionRoutes } from './routes/connect-sessions.ts';
import { connectionRoutes } from './routes/connections.ts';
import { consoleInstanceRoutes } from './routes/console-instances.ts';
import { convertRoutes } from './routes/convert.ts';
import { definitionRoutes } from './routes/definitions.ts';
import { docsRoutes } from './routes/docs.ts';
import { elementCallRoute, elementCallRoutes } from './routes/element-calls.ts';
import { elementPartRoutes } from './routes/element-parts.ts';
import { elementRoutes } from './routes/elements.ts';
import { eventAnalyticsRoutes } from './routes/event-analytics.ts';
import { eventRoutePrefix, eventRoutes } from './routes/events.ts';
import { instanceRoutes } from './routes/instance.ts';
import { instanceEventRoutes } from './routes/instance-events.ts';
import { instancesRoutes } from './routes/instances.ts';
import { jobRoutes } from './routes/jobs.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { oauthCallbackRoutes } from './routes/oauth-callback.ts';
import { oauthProxyRoutes } from './routes/oauth-proxies.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { overviewRoutes } from './routes/overview.ts';
import { pollerRecordRoutes } from './routes/poller-records.ts';
import { serviceRoutes } from './routes/service.ts';
import { transformationRoutes } from './routes/transformations.ts';
import { tryMappingRoutes } from './routes/try-mappings.ts';
import { usageRoutes } from './routes/usage.ts';
import { usageAnalyticsRoutes } from './routes/usage-analytics.ts';
import { userRoutes } from './routes/users.ts';
import { vdrRoutes } from './routes/vdrs.ts';
import { vendorApplicationRoutes } from './routes/vendor-applications.ts';
import { vendorObjectRoutes } from './routes/vendor-objects.ts';
import { createRunning } from './running.ts';
import { compileSchemasAtFirstUse } from './schema-compilers.ts';
import { opensPage, readPage, serveBuiltFiles } from './web-pages.ts';
import { createWebhookDoor, type WebhookDoor } from './webhook-door.ts';

/** A server, and a way to wait for what its calls still do after their clients have gone. */
export interface HttpServer {
  server: Server;
  /** Waits until no handler runs any more, so that what they use may be closed. */
  settled(): Promise<void>;
}

/** Makes the server with all its routes; it does not listen yet. */
export async function createServer(context: RouteContext): Promise<HttpServer> {
  const running = createRunning();
  const server = createFramework(context, createWebhookDoor(context, running));
  compileSchemasAtFirstUse(server, { allErrors: true, removeAdditional: false, coerceTypes: 'array' });
  answerStrangeRequests(server.server);
  readJsonBodies(server);
  await describeItself(server, context);
  await serveBuiltFiles(server);
  running.follow(server);
  passEveryRequest(server, context);
  for (const addRoutes of [
    serviceRoutes,
    authenticationRoutes,
    browserSessionRoutes,
    catalogRoutes,
    elementRoutes,
    elementPartRoutes,
    docsRoutes,
    convertRoutes,
    checkElementRoutes,
    oauthRoutes,
    oauthCallbackRoutes,
    oauthProxyRoutes,
    vendorApplicationRoutes,
    connectionRoutes,
    instancesRoutes,
    instanceRoutes,
    consoleInstanceRoutes,
    pollerRecordRoutes,
    organizationRoutes,
    brandingRoutes,
    connectSessionRoutes,
    connectRoutes,
    accountRoutes,
    userRoutes,
    usageRoutes,
    usageAnalyticsRoutes,
    overviewRoutes,
    eventRoutes,
    jobRoutes,
    instanceEventRoutes,
    eventAnalyticsRoutes,
    notificationRoutes,
    definitionRoutes,
    transformationRoutes,
    commonResourceRoutes,
    vdrRoutes,
    bulkRoutes,
    bulkOverviewRoutes,
    tryMappingRoutes,
    vendorObjectRoutes,
    elementCallRoutes,
  ]) {
    addRoutes(server, context);
  }
  return { server, settled: running.settled };
}

function createFramework({ config, limits, logger }: RouteContext, door: WebhookDoor): Server {
  const server = fastify({
    loggerInstance: logger,
    trustProxy: config.trustProxy,
    bodyLimit: limits.bodyBytes,
    serverFactory: (handler) =>
      createHttpServer(
        {
          maxHeaderSize: limits.headerBytes,
          requireHostHeader: false,
          headersTimeout: limits.requestArrivalMs,
          // A file may take as long as it needs; `limitArrival` bounds what is read whole.
          requestTimeout: 0,
          keepAliveTimeout: limits.idleConnectionMs,
        },
        (request, response) => {
          if (!door(request, response)) handler(request, response);
        },
      ),
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 1000 },
    rewriteUrl: ({ url = '/', headers: { authorization, [instanceHeader]: named } }) =>
      dispatchUrl(url, hasElementToken(authorization) || (authorization === undefined && named !== undefined)),
    schemaErrorFormatter: (errors, place) =>
      new Problem(
        'badRequest',
        errors.map((error) => `${place}${error.instancePath} ${error.message ?? 'is wrong'}`).join('; '),
      ),
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    clientErrorHandler: answerUnreadable,
  });
  // Lines that are about a request name it; a logger for each would be part of the cost of every call.
  server.setChildLoggerFactory((parent) => parent);
  return server.withTypeProvider<TypeBoxTypeProvider>();
}

/** OpenAPI from the routes' schemas, and the page to read and try it. */
async function describeItself(server: Server, { config }: RouteContext): Promise<void> {
  await server.register(swagger, { openapi: describeApi(config.publicUrl), hideUntagged: true });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { persistAuthorization: true },
    theme: {
      title: 'Valence API',
      css: [{ filename: 'valence.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
}

/** What every request passes, in this order: who asks, what it asks, the route, and what is noted of it. */
function passEveryRequest(server: Server, context: RouteContext): void {
  server.decorateRequest('caller');
  server.decorateRequest('startedAt', 0);
  server.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now();
    reply.header('Elements-Request-Id', request.id);
    // Vendors' servers are no browsers, and there may be thousands of them a second.
    const isVendor = request.url.startsWith(eventRoutePrefix) && request.method !== 'OPTIONS';
    if (!isVendor) allowBrowsers(reply);
    if (request.method === 'OPTIONS') return void answerPreflight(request, reply);
    requireHost(request);
    limitArrival(request.raw, context.limits.requestArrivalMs, (problem) => {
      reply.header('Connection', 'close');
      endArrival(request.raw, problem);
    });
    // Probes, scrapers and vendors may bring credentials of their own; nothing is waited for.
    if (isVendor || isServiceUrl(request.url)) {
      request.caller = unknownCaller;
      return done();
    }
    return takeCaller(context, request, reply);
  });
  server.addHook('onRoute', (route) => {
    // Element calls and webhooks are read by their own routes, since every hook is part of their cost.
    if (route.url === elementCallRoute || route.url.startsWith(eventRoutePrefix)) return;
    route.preValidation = (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
      dropEmptyQueryValues(request.query);
      done();
    };
    // After validation, which makes numbers of text: `Infinity` is a number to it.
    route.preHandler = (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
      refuseMalformed(request);
      done();
    };
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { id, method, routeOptions, originalUrl, startedAt } = request;
    const answered = { requestId: id, method, url: originalUrl, route: routeOptions.url, startedAt };
    noteAnswer(context, { ...answered, status: reply.statusCode });
    done();
  });
  server.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply));
  const console = readPage('index.html');
  server.setNotFoundHandler(async (request, reply) => {
    if (opensPage(request)) return console.send(reply);
    const asked = `${request.method} ${pathOf(request.originalUrl)}`;
    throw new Problem('notFound', `There is no ${asked}; /docs shows what there is.`);
  });
}

/** Notes who asks; a call for later is stored, and answered, before it is read. */
async function takeCaller(context: RouteContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  request.caller = await callerOf(context, request);
  return isForLater(request) && !request.is404 ? storeForLater(context, request, reply) : undefined;
}

/** Who asks: by secrets, or by the session of a browser, which no later step is to see. */
async function callerOf(context: RouteContext, request: FastifyRequest): Promise<Caller> {
  const token = sessionTokenOf(request);
  const browser = token === undefined ? undefined : await identifyBrowser(context, request, token);
  if (browser !== undefined) {
    // What runs for a call to an element sees its headers.
    if (browser.instance !== undefined) {
      delete request.raw.headers.cookie;
      delete request.raw.headers[instanceHeader];
    }
    return browser;
  }
  return identifyCaller(context, readCredentials(request.headers.authorization));
}

function isServiceUrl(url: string): boolean {
  return /^\/(health|ready|metrics|openapi\.json|docs)([/?]|$)/.test(url);
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
