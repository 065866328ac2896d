// The page of Connect, what it asks of the server, and the script by which other pages open it. The page proves itself by a
// key in a header, which no other page has and no browser adds by itself.

import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { connectBranding } from '../../core/branding.ts';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { readOrigin } from '../../core/web-origins.ts';
import { noTrace } from '../../engine/trace.ts';
import { connectPath } from '../../instance/connect-sessions.ts';
import type { ConnectSession } from '../../store/connect-sessions.ts';
import { connectionCookie } from '../connection-cookie.ts';
import type { RouteContext, Server } from '../context.ts';
import { readBuilt, readPage } from '../web-pages.ts';
import { brandingImagePath } from './branding.ts';
import { isUuid, requireUuid, statusOf } from './connect-sessions.ts';
import { provisioningEntry } from './provisioning-usage.ts';

const keyHeader = 'valence-connect-key';

const ById = Type.Object({ id: Type.String({ maxLength: 100 }) });
const ByElement = Type.Object({ id: Type.String({ maxLength: 100 }), key: Type.String({ maxLength: 200 }) });
const token = Type.String({ minLength: 1, maxLength: 200 });
const Link = Type.Object({ token, origin: Type.Optional(Type.String({ maxLength: 500 })) });
const Ticket = Type.Object({ ticket: token });
const Token = Type.Object({ token });
const Answers = Type.Object({
  element: Type.String({ minLength: 1, maxLength: 200 }),
  configuration: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 20_000 }))),
});

/** Colours that the page takes from the branding. */
const shownColors = [
  'themePrimaryColor',
  'buttonPrimaryBackgroundColor',
  'buttonPrimaryTextColor',
  'logoBackgroundColor',
] as const;

/** Adds the page of Connect and its script. */
export function connectRoutes(server: Server, context: RouteContext): void {
  const { connectVisit, branding, organizations, usage, clock, limits } = context;
  const page = readPage('connect.html');
  const hidden = { hide: true, params: ById };

  server.get(`${connectPath}/:id`, { schema: hidden }, async (request, reply) => {
    const { id } = request.params;
    // A link that was copied in part is told so by the page.
    const frameAncestors = isUuid(id) ? await connectVisit.origins(id) : [];
    return page.send(reply, { frameAncestors, tellsOpener: true });
  });

  for (const [path, file, type] of [
    ['/connect.js', 'connect.js', 'text/javascript; charset=utf-8'],
    ['/connect.d.ts', 'connect.d.ts', 'text/plain; charset=utf-8'],
  ] as const) {
    const content = readBuilt(file);
    server.get(path, { schema: { hide: true } }, async (_request, reply) => {
      if (content === undefined) {
        throw new Problem('notFound', 'connect.js is not built: run npm run build and start the server again.');
      }
      return reply
        .headers({
          'Content-Type': type,
          'Cache-Control': 'public, max-age=300',
          'Cross-Origin-Resource-Policy': 'cross-origin',
          'X-Content-Type-Options': 'nosniff',
        })
        .send(content);
    });
  }

  server.post(`${connectPath}/:id/link`, { schema: { ...hidden, body: Link } }, async (request) => {
    const { token, origin } = request.body;
    const opener = origin === undefined ? undefined : readOrigin(origin);
    if (origin !== undefined && opener === undefined) throw new Problem('badRequest', 'origin is not one of a page.');
    const { key, session } = await connectVisit.open(requireUuid(request.params.id), new Secret(token), opener);
    return { key: key.reveal(), ...(await view(session)) };
  });

  server.get(`${connectPath}/:id/session`, { schema: hidden }, async (request) => view(await sessionOf(request)));

  server.get(`${connectPath}/:id/elements/:key`, { schema: { ...hidden, params: ByElement } }, async (request) =>
    connectVisit.form(await sessionOf(request), request.params.key),
  );

  server.post(`${connectPath}/:id/connections`, { schema: { ...hidden, body: Answers } }, async (request) => {
    const { element, configuration = {} } = request.body;
    const session = await sessionOf(request);
    const attempt = await connectVisit.connect(session, element, configuration, ({ definition, instance, error }) =>
      usage.record(
        provisioningEntry({
          request,
          provisioner: { organizationId: session.organizationId, accountId: session.accountId, userId: session.userId },
          element: definition,
          record: instance,
          trace: noTrace,
          status: instance !== undefined ? 200 : error instanceof Problem ? error.status : 500,
          error,
          now: clock(),
        }),
      ),
    );
    return 'ticket' in attempt ? { ticket: attempt.ticket.reveal() } : outcome(attempt.session);
  });

  server.post(`${connectPath}/:id/consent`, { schema: { ...hidden, body: Ticket } }, async (request, reply) => {
    const { ticket } = request.body;
    const { connectionId, consent } = await connectVisit.consent(requireUuid(request.params.id), new Secret(ticket));
    const cookie = { secure: request.protocol === 'https', seconds: limits.authorizationSeconds };
    reply.header('Set-Cookie', connectionCookie(connectionId, new Secret(consent.browserKey), cookie));
    return { url: consent.url };
  });

  server.get(`${connectPath}/:id/outcome`, { schema: hidden }, async (request) => outcome(await sessionOf(request)));

  server.post(`${connectPath}/:id/cancel`, { schema: hidden }, async (request) =>
    outcome(await connectVisit.cancel(await sessionOf(request))),
  );

  server.post(`${connectPath}/:id/status`, { schema: { ...hidden, body: Token } }, async (request) => {
    const { origin } = request.headers;
    const id = requireUuid(request.params.id);
    const { next: _, ...shown } = outcome(await connectVisit.status(id, new Secret(request.body.token), origin));
    return shown;
  });

  async function sessionOf(request: FastifyRequest<{ Params: { id: string } }>): Promise<ConnectSession> {
    const key = request.headers[keyHeader];
    if (typeof key !== 'string' || key === '') throw new Problem('credentialsMissing', `${keyHeader} is missing.`);
    return connectVisit.session(requireUuid(request.params.id), new Secret(key));
  }

  /** What the page shows; the link's own program sees the rest. */
  async function view(session: ConnectSession) {
    const { organizationId, request, openerOrigin } = session;
    const stored = await branding.of(organizationId);
    const { connectName } = connectBranding(stored?.document ?? {});
    const organization = connectName === '' ? await organizations.nameOfOrganization(organizationId) : connectName;
    const elements = await connectVisit.elements(session);
    return {
      ...outcome(session),
      organization,
      endUser: request.endUser?.name,
      reconnects: request.instanceId !== undefined,
      opener: openerOrigin,
      font: stored?.document['bodyFont'],
      colors: Object.fromEntries(shownColors.map((member) => [member, stored?.document[member]])),
      logo: stored?.images.logo && `${brandingImagePath}/${stored.images.logo}`,
      favicon: stored?.images.favicon && `${brandingImagePath}/${stored.images.favicon}`,
      elements: elements.map(({ key, document }) => ({ key, name: document.name })),
    };
  }

  function outcome(session: ConnectSession) {
    const { elementKey, instanceId, message, request, id } = session;
    const status = statusOf(session, clock());
    const isOver = status === 'connected' || status === 'cancelled';
    const next = request.callbackUrl === undefined || !isOver ? undefined : new URL(request.callbackUrl);
    next?.searchParams.set('status', status);
    next?.searchParams.set('session', id);
    return { status, elementKey, instanceId, message, next: next?.href };
  }
}
