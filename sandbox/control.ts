// The control API under /_sandbox/: tests and people look into the sandbox, decide for a person, and make vendors misbehave.

import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { findAccount, sandboxAccounts } from './accounts.ts';
import { FaultOrder } from './faults.ts';
import { splitTarget, vendorOfHost } from './hosts.ts';
import { RepeatedCalls, repeatCalls } from './repeated-calls.ts';
import { VendorSettings } from './settings.ts';
import { storedBytes } from './stored.ts';
import type { VendorKey, VendorRequest } from './vendor.ts';
import { VendorName } from './vendor-name.ts';
import { webhookRoutes } from './webhook-control.ts';
import type { ControlledSandbox } from './world.ts';

const strict = { additionalProperties: false };

const TokenChoice = Type.Object(
  { vendor: Type.Optional(VendorName), token: Type.Optional(Type.String({ minLength: 1 })) },
  strict,
);
type TokenChoice = Static<typeof TokenChoice>;

const TokenQuery = Type.Object({ vendor: Type.Optional(VendorName) }, strict);

const LogQuery = Type.Object({ host: Type.Optional(Type.String()), path: Type.Optional(Type.String()) }, strict);

const NewApplication = Type.Object(
  {
    vendor: VendorName,
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.String({ minLength: 1 }),
    name: Type.Optional(Type.String({ minLength: 1 })),
    redirectUris: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    anyRedirectUri: Type.Optional(Type.Boolean()),
    expiringTokens: Type.Optional(Type.Boolean()),
  },
  strict,
);

const NewSettings = Type.Object({ vendor: VendorName, ...VendorSettings.properties }, strict);

const PasswordChange = Type.Object(
  { user: Type.String({ minLength: 1 }), password: Type.String({ minLength: 1 }), vendor: Type.Optional(VendorName) },
  strict,
);

const Consent = Type.Object(
  {
    authorizeUrl: Type.String({ minLength: 1 }),
    decision: Type.Enum(['allow', 'deny']),
    user: Type.Optional(Type.String({ minLength: 1 })),
  },
  strict,
);

/** The routes of the control API, as README.md lists them. */
export function controlRoutes(
  sandbox: ControlledSandbox,
  closing: AbortSignal,
): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    readEmptyBodies(app);

    app.post('/reset', async () => {
      sandbox.reset();
      return { reset: true };
    });

    app.get<{ Querystring: Static<typeof LogQuery> }>(
      '/requests',
      { schema: { querystring: LogQuery } },
      async (request) => sandbox.world().log.list(request.query),
    );
    app.delete('/requests', async () => {
      sandbox.world().log.clear();
      return { cleared: true };
    });

    app.post<{ Body: FaultOrder }>('/faults', { schema: { body: FaultOrder } }, async (request) =>
      sandbox.world().faults.add(request.body),
    );
    app.get('/faults', async () => sandbox.world().faults.list());
    app.delete('/faults', async () => {
      sandbox.world().faults.clear();
      return { cleared: true };
    });

    app.get<{ Querystring: { vendor?: VendorKey } }>(
      '/tokens',
      { schema: { querystring: TokenQuery } },
      async (request) => sandbox.world().state.tokens.report(request.query.vendor),
    );
    app.post<{ Body: TokenChoice }>('/tokens/expire', { schema: { body: TokenChoice } }, async (request) => ({
      expired: sandbox.world().state.tokens.expire(request.body.vendor, request.body.token),
    }));
    app.post<{ Body: TokenChoice }>('/tokens/revoke', { schema: { body: TokenChoice } }, async (request) => ({
      revoked: sandbox.world().state.tokens.revoke(request.body.vendor, request.body.token),
    }));

    app.post<{ Body: Static<typeof NewApplication> }>(
      '/applications',
      { schema: { body: NewApplication } },
      async (request) => {
        const { name = request.body.clientId, redirectUris = [] } = request.body;
        const { anyRedirectUri = false, expiringTokens = false } = request.body;
        const application = { ...request.body, name, redirectUris, anyRedirectUri, expiringTokens };
        sandbox.world().state.applications.register(application);
        return application;
      },
    );

    app.post<{ Body: Static<typeof NewSettings> }>('/settings', { schema: { body: NewSettings } }, async (request) => {
      const { vendor, ...settings } = request.body;
      const all = sandbox.world().state.settings;
      all[vendor] = { ...all[vendor], ...settings };
      return all[vendor];
    });

    await app.register(webhookRoutes(sandbox), { prefix: '/webhooks' });

    app.post<{ Body: RepeatedCalls }>('/calls', { schema: { body: RepeatedCalls } }, async (request, reply) => {
      const { vendors } = sandbox.world();
      const answers = await repeatCalls(vendors, request.body, closing);
      if (answers !== undefined) return answers;
      const knownHosts = vendors.flatMap((known) => known.hosts);
      return reply.code(400).send({ error: 'url is not a URL of a simulated vendor.', knownHosts });
    });

    app.post<{ Body: Static<typeof PasswordChange> }>(
      '/password',
      { schema: { body: PasswordChange } },
      async (request, reply) => {
        const { user, password, vendor } = request.body;
        const account = findAccount(user);
        if (account === undefined) return reply.code(400).send({ error: `There is no sandbox user "${user}".` });
        const { state } = sandbox.world();
        state.passwords.set(account.email, password);
        return { revoked: state.tokens.revokePerson(vendor, account.email) };
      },
    );

    app.post<{ Body: Static<typeof Consent> }>('/consent', { schema: { body: Consent } }, async (request, reply) => {
      const { authorizeUrl, decision, user } = request.body;
      const account = user === undefined ? sandboxAccounts[0] : findAccount(user);
      if (account === undefined) return reply.code(400).send({ error: `There is no sandbox user "${user}".` });
      const { vendors } = sandbox.world();
      const asked = authorizeRequest(authorizeUrl, (host) => vendorOfHost(vendors, host) !== undefined);
      const vendor = asked && vendorOfHost(vendors, asked.host);
      if (asked === undefined || vendor === undefined) {
        const knownHosts = vendors.flatMap((known) => known.hosts);
        return reply.code(400).send({ error: 'authorizeUrl is not a URL of a simulated vendor.', knownHosts });
      }
      const answer = vendor.consent(asked, decision, account);
      const location = answer.headers['location'];
      if (location !== undefined) return { location };
      return reply.code(400).send({ error: 'The vendor shows a page and does not redirect.', page: answer.body });
    });
  };
}

/** A POST without a body, or with an empty JSON one, counts as `{}`. */
function readEmptyBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }));
    }
  });
  app.addHook('preValidation', async (request) => {
    request.body ??= {};
  });
}

/** The request that a browser would make: for the vendor's own URL, or for one that has the host as its first path segment. */
function authorizeRequest(url: string, isKnown: (host: string) => boolean): VendorRequest | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname, search } = new URL(url);
  const target = isKnown(hostname) ? `/${hostname}${pathname}${search}` : `${pathname}${search}`;
  const none = Buffer.alloc(0);
  return { method: 'GET', ...splitTarget(target), headers: {}, body: '', bytes: none, upload: storedBytes(none) };
}
