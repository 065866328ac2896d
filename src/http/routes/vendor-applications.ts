// Routes of the organization's own applications at vendors. Administrators write them, everybody in the organization may
// use them, and nobody reads a secret.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import type { Definition } from '../../element/define.ts';
import { mask } from '../../element/settings.ts';
import { usesApplication } from '../../instance/vendor-application.ts';
import type { VendorApplication } from '../../store/vendor-applications.ts';
import { requireAdministrator, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, Nullable, nullableText, responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

const ApplicationBody = Type.Object({
  apiKey: Type.String({ minLength: 1, maxLength: 4000, description: 'the key that the vendor gave' }),
  apiSecret: Type.String({
    minLength: 1,
    maxLength: 4000,
    description: 'the secret that the vendor gave; ******** leaves the stored one as it is',
  }),
  callbackUrl: Type.Optional(nullableText({ maxLength: 2000 })),
  scope: Type.Optional(nullableText({ maxLength: 4000 })),
});
const Application = Type.Object({
  element: Type.Object({ id: Type.Integer(), key: Type.String() }),
  apiKey: Type.String(),
  apiSecret: Type.String({ description: 'always ********' }),
  callbackUrl: Nullable,
  scope: Nullable,
  createdDate: Type.String(),
  updatedDate: Type.String(),
});
const ByElement = Type.Object({ keyOrId: Type.String() });

/** Adds the routes of vendor applications. */
export function vendorApplicationRoutes(server: Server, context: RouteContext): void {
  const { elements, vendorApplications } = context;
  const describe = { tags: ['Vendor applications'], security: secured.secrets };
  const path = `${basePath}/elements/:keyOrId/application`;

  server.get(
    `${basePath}/elements/applications`,
    {
      schema: {
        ...describe,
        summary: 'List the applications of your organization',
        response: responses(Type.Array(Application)),
      },
    },
    async (request) => {
      const { organization } = requireIdentity(request.caller);
      return (await vendorApplications.list(organization.id)).map(show);
    },
  );

  server.get(
    path,
    {
      schema: {
        ...describe,
        summary: 'The application of your organization at this element’s vendor',
        params: ByElement,
        response: responses(Application),
      },
    },
    async (request) => {
      const { organization } = requireIdentity(request.caller);
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      const application = await vendorApplications.find(organization.id, element.id);
      if (application === undefined) throw noApplication(element);
      return show(application);
    },
  );

  server.put(
    path,
    {
      schema: {
        ...describe,
        summary: 'Keep an application for this element (administrators)',
        params: ByElement,
        body: ApplicationBody,
        response: responses(Application),
      },
    },
    async (request) => {
      const { organization, account } = requireAdministrator(request.caller);
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      requireTrusted(element, account.id);
      const { apiKey, apiSecret, callbackUrl, scope } = request.body;
      requireCallbackUrl(callbackUrl);
      const stored = await vendorApplications.put(organization.id, element, {
        apiKey: new Secret(apiKey),
        apiSecret: apiSecret === mask ? undefined : new Secret(apiSecret),
        callbackUrl: callbackUrl || undefined,
        scope: scope || undefined,
      });
      if (stored !== undefined) return show(stored);
      throw new Problem('badRequest', `There is no secret of ${element.key} yet that could stay: give apiSecret.`);
    },
  );

  server.delete(
    path,
    {
      schema: {
        ...describe,
        summary: 'Forget the application of this element (administrators)',
        params: ByElement,
        response: emptyResponse,
      },
    },
    async (request, reply) => {
      const { organization } = requireAdministrator(request.caller);
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      if (await vendorApplications.remove(organization.id, element.id)) return reply.send();
      throw noApplication(element);
    },
  );
}

/**
 * Throws a Problem for an element that has no use for an application, and for one that another account may change as it
 * likes: it could have the secret sent to itself.
 */
function requireTrusted(element: Definition, accountId: number): void {
  const { key, document, owner } = element;
  if (!usesApplication(element)) {
    throw new Problem(
      'badRequest',
      `${key} uses ${document.authentication.type} authentication and no application: give its settings to POST /instances.`,
    );
  }
  if (owner !== undefined && owner.accountId !== accountId) {
    throw new Problem(
      'badRequest',
      `${key} belongs to another account, which could change where the secret is sent: clone the element first.`,
    );
  }
}

function requireCallbackUrl(text: string | null | undefined): void {
  if (text === undefined || text === null || text === '') return;
  const address = URL.parse(text);
  if (address !== null && /^https?:$/.test(address.protocol) && !text.includes('#')) return;
  throw new Problem(
    'badRequest',
    'callbackUrl must be an http or https address without a fragment, exactly as registered at the vendor.',
  );
}

/** The Problem for an element without an application. */
export function noApplication({ key }: Definition): Problem {
  return new Problem(
    'notFound',
    `Your organization has no application for ${key}: PUT /elements/${key}/application keeps one.`,
  );
}

function show(application: VendorApplication): Static<typeof Application> {
  const { elementId: id, elementKey: key, apiKey, callbackUrl, scope, createdAt, updatedAt } = application;
  return {
    element: { id, key },
    apiKey: apiKey.reveal(),
    apiSecret: mask,
    callbackUrl: callbackUrl ?? null,
    scope: scope ?? null,
    createdDate: createdAt.toISOString(),
    updatedDate: updatedAt.toISOString(),
  };
}
