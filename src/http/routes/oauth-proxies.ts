// Routes of OAuth proxies: one callback URL at the vendor for several programs of an organization.

import { type Static, Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { mask } from '../../element/settings.ts';
import { applicationUrlFault } from '../../instance/application-urls.ts';
import { isDuplicate } from '../../store/database.ts';
import type { OAuthProxy } from '../../store/oauth-proxies.ts';
import { requireAdministrator, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { emptyResponse, Id, nullableText, responses } from '../shapes.ts';

const mostUrls = 200;

const NewProxy = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  apiKey: Type.Optional(nullableText({ maxLength: 4000 })),
  apiSecret: Type.Optional(nullableText({ maxLength: 4000 })),
  applicationUrls: Type.Optional(
    Type.Array(Type.String(), {
      maxItems: mostUrls,
      description: 'addresses, or regular expressions that fit them whole',
    }),
  ),
});
const ProxyView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  apiKey: Type.Optional(Type.String()),
  apiSecret: Type.Optional(Type.String({ description: 'always ********' })),
  applicationUrls: Type.Array(Type.String()),
  proxyUrl: Type.String({ description: 'the callback URL to register at the vendor' }),
});
const ById = Type.Object({ id: Id });
const ApplicationUrl = Type.Object({ applicationUrl: Type.String() });
const GivenUrl = Type.Object({ applicationUrl: Type.Optional(Type.String()) });

/** Adds the routes of OAuth proxies. */
export function oauthProxyRoutes(server: Server, context: RouteContext): void {
  const { oauthProxies, callbackUrl } = context;
  const describe = { tags: ['Vendor applications'], security: secured.secrets };
  const base = `${basePath}/elements/oauthProxies`;

  server.get(
    base,
    { schema: { ...describe, summary: 'List OAuth proxies', response: responses(Type.Array(ProxyView)) } },
    async (request) => {
      const { organization } = requireIdentity(request.caller);
      return (await oauthProxies.list(organization.id)).map(show);
    },
  );

  server.post(
    base,
    {
      schema: {
        ...describe,
        summary: 'Make an OAuth proxy (administrators)',
        body: NewProxy,
        response: responses(ProxyView),
      },
    },
    async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const { name, apiKey, apiSecret, applicationUrls = [] } = request.body;
      requireUrls(applicationUrls);
      try {
        const made = await oauthProxies.create(organization.id, {
          name,
          apiKey: secretOf(apiKey),
          apiSecret: secretOf(apiSecret),
          applicationUrls: [...new Set(applicationUrls)],
        });
        return show(made);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        throw new Problem('conflict', `There is an OAuth proxy named ${name} already: give another name.`);
      }
    },
  );

  server.delete(
    `${base}/:id`,
    {
      schema: { ...describe, summary: 'Delete an OAuth proxy (administrators)', params: ById, response: emptyResponse },
    },
    async (request, reply) => {
      const { organization } = requireAdministrator(request.caller);
      const { id } = request.params;
      if (await oauthProxies.remove(organization.id, id)) return reply.send();
      throw noProxy(id);
    },
  );

  server.post(
    `${base}/:id/applicationUrl`,
    {
      schema: {
        ...describe,
        summary: 'Register an address that people may be sent on to (administrators)',
        params: ById,
        body: ApplicationUrl,
        response: responses(ProxyView),
      },
    },
    async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const { applicationUrl } = request.body;
      requireUrls([applicationUrl]);
      return changed(organization.id, request.params.id, (urls) => {
        const all = [...new Set([...urls, applicationUrl])];
        if (all.length <= mostUrls) return all;
        throw new Problem('badRequest', `An OAuth proxy has at most ${mostUrls} addresses: give a pattern instead.`);
      });
    },
  );

  server.delete(
    `${base}/:id/applicationUrl`,
    {
      schema: {
        ...describe,
        summary: 'Take an address away, named in the query or the body (administrators)',
        params: ById,
        querystring: GivenUrl,
        body: Type.Optional(Type.Union([GivenUrl, Type.Null()])),
        response: responses(ProxyView),
      },
    },
    async (request) => {
      const { organization } = requireAdministrator(request.caller);
      const applicationUrl = request.query.applicationUrl ?? request.body?.applicationUrl;
      if (applicationUrl === undefined) throw new Problem('badRequest', 'applicationUrl is missing.');
      return changed(organization.id, request.params.id, (urls) => {
        if (urls.includes(applicationUrl)) return urls.filter((url) => url !== applicationUrl);
        throw new Problem('notFound', `${applicationUrl} is not registered with this OAuth proxy.`);
      });
    },
  );

  async function changed(organizationId: number, id: number, change: (urls: string[]) => string[]) {
    const proxy = await oauthProxies.changeUrls(organizationId, id, change);
    if (proxy === undefined) throw noProxy(id);
    return show(proxy);
  }

  function show({ id, name, apiKey, apiSecret, applicationUrls }: OAuthProxy): Static<typeof ProxyView> {
    return {
      id,
      name,
      ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }),
      ...(apiSecret === undefined ? {} : { apiSecret: mask }),
      applicationUrls,
      proxyUrl: callbackUrl(),
    };
  }
}

/** Throws a Problem that names every address that cannot be registered. */
function requireUrls(urls: readonly string[]): void {
  const faults = urls.flatMap((url) => {
    const fault = applicationUrlFault(url);
    return fault === undefined ? [] : [`${url.slice(0, 200)} ${fault}`];
  });
  if (faults.length > 0) throw new Problem('badRequest', `applicationUrls: ${faults.join('; ')}.`);
}

function secretOf(text: string | null | undefined): Secret | undefined {
  return text === undefined || text === null || text === '' ? undefined : new Secret(text);
}

function noProxy(id: number): Problem {
  return new Problem('notFound', `No OAuth proxy found with the id ${id}.`);
}
