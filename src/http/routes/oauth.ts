// Routes that start a connection: the URL for the user's browser and OAuth 1.0a's request token. What a caller with
// credentials leaves out is taken from the organization's own application, or from the OAuth proxy that it names.

import { Type } from 'typebox';
import { Problem } from '../../core/errors.ts';
import type { Definition } from '../../element/define.ts';
import { ownerOf } from '../../engine/account.ts';
import type { AuthorizeRequest, KnownAccount } from '../../instance/authorize.ts';
import { type Caller, requireIdentity } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';
import { noApplication } from './vendor-applications.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));

const OAuthInfo = Type.Object({
  apiKey: text('the key that your application got from the vendor'),
  apiSecret: text('the secret that your application got from the vendor'),
  callbackUrl: text('the URL that the vendor sends the user back to, exactly as registered there'),
  scope: text('what to ask for; by default the element’s scope'),
  state: text('comes back to the callback URL; by default the element’s key'),
  siteAddress: text('the customer’s own host at the vendor: a name, a host or an address'),
  subdomain: text('another name of siteAddress'),
  requestToken: text('OAuth 1.0a: the token of GET …/oauth/token'),
  isOauthProxy: Type.Optional(Type.Boolean({ description: 'whether the vendor sends people back to an OAuth proxy' })),
  isOAuthProxy: Type.Optional(Type.Boolean({ description: 'another name of isOauthProxy' })),
  oauthProxyName: text('the OAuth proxy; state is then the address that it sends people on to'),
});
/** What the organization's application does not say. */
const DefaultInfo = Type.Object({
  state: OAuthInfo.properties.state,
  siteAddress: OAuthInfo.properties.siteAddress,
  subdomain: OAuthInfo.properties.subdomain,
  requestToken: OAuthInfo.properties.requestToken,
});
const OAuthRedirect = Type.Object({ element: Type.String(), oauthUrl: Type.String() });
const OAuthToken = Type.Object({ token: Type.String(), secret: Type.String() });
const KeyOrId = Type.Object({ keyOrId: Type.String() });

type GivenInfo = { [Name in keyof Type.Static<typeof OAuthInfo>]: Type.Static<typeof OAuthInfo>[Name] | undefined };

/** Adds the routes that start a connection. */
export function oauthRoutes(server: Server, context: RouteContext): void {
  const { elements, authorize, completeFromApplication, vendorApplications, proxied } = context;
  const describe = { tags: ['OAuth'], security: secured.open, params: KeyOrId };

  server.get(
    `${basePath}/elements/:keyOrId/oauth/url`,
    {
      schema: {
        ...describe,
        summary: 'The URL that the user is sent to',
        querystring: OAuthInfo,
        response: responses(OAuthRedirect),
      },
    },
    async (request) => oauthUrl(request.caller, request.params.keyOrId, request.query),
  );

  server.post(
    `${basePath}/elements/:keyOrId/oauth/url`,
    {
      schema: {
        ...describe,
        summary: 'The URL that the user is sent to, with the parameters in the body',
        body: OAuthInfo,
        response: responses(OAuthRedirect),
      },
    },
    async (request) => oauthUrl(request.caller, request.params.keyOrId, request.body),
  );

  server.get(
    `${basePath}/elements/:keyOrId/oauth/url/default`,
    {
      schema: {
        ...describe,
        security: secured.secrets,
        summary: 'The URL that the user is sent to, made from your organization’s application alone',
        querystring: DefaultInfo,
        response: responses(OAuthRedirect),
      },
    },
    async (request) => {
      const { caller, params, query } = request;
      const { organization } = requireIdentity(caller);
      const element = await elements.find(params.keyOrId, viewerOf(caller));
      const application = await vendorApplications.find(organization.id, element.id);
      if (application === undefined) throw noApplication(element);
      const { state, siteAddress, subdomain, requestToken } = query;
      return oauthUrl(caller, params.keyOrId, { state, siteAddress, subdomain, requestToken });
    },
  );

  server.get(
    `${basePath}/elements/:keyOrId/oauth/token`,
    {
      schema: {
        ...describe,
        summary: 'OAuth 1.0a: a request token, remembered for an hour',
        querystring: OAuthInfo,
        response: responses(OAuthToken),
      },
    },
    async (request) => {
      const { caller, params, query } = request;
      const element = await elements.find(params.keyOrId, viewerOf(caller));
      return authorize.requestToken(element, await completed(caller, element, query), knownAccount(caller));
    },
  );

  async function oauthUrl(caller: Caller, keyOrId: string, given: GivenInfo) {
    const viewer = viewerOf(caller);
    const element = await elements.find(keyOrId, viewer);
    const info = await completed(caller, element, given);
    const stateElement = info.state === undefined ? undefined : await elements.look(info.state, viewer);
    return authorize.oauthUrl(element, info, stateElement, knownAccount(caller));
  }

  /** What was given, and what the organization's application, or a proxy, says of the rest. */
  async function completed(caller: Caller, element: Definition, given: GivenInfo): Promise<AuthorizeRequest> {
    const info = settled(given);
    const proxyName = proxyNameOf(given);
    if (proxyName === undefined && !isIdentified(caller)) return info;
    const { organization } = requireIdentity(caller);
    if (proxyName === undefined) return completeFromApplication.request(organization.id, element, info);
    const through = await proxied.begin(organization.id, proxyName, info.state);
    return completeFromApplication.request(organization.id, element, { ...info, ...through }, proxyName);
  }
}

/** What was given, where an empty value counts as absent and `subdomain` is another name of `siteAddress`. */
function settled(given: GivenInfo): AuthorizeRequest {
  const { apiKey, apiSecret, callbackUrl, scope, state, siteAddress, subdomain, requestToken } = given;
  const request = {
    apiKey,
    apiSecret,
    callbackUrl,
    scope,
    state,
    siteAddress: siteAddress || subdomain,
    requestToken,
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== '' && value !== undefined));
}

/** The proxy that is asked for. Throws a Problem when it has no name. */
function proxyNameOf({ isOauthProxy, isOAuthProxy, oauthProxyName }: GivenInfo): string | undefined {
  if (isOauthProxy !== true && isOAuthProxy !== true) return undefined;
  if (oauthProxyName) return oauthProxyName;
  throw new Problem('badRequest', 'oauthProxyName is missing: GET /elements/oauthProxies lists the names.');
}

/** Whether a caller has shown both secrets; these routes ask for none. */
function isIdentified({ identity, withOrganization, instance }: Caller): boolean {
  return identity !== undefined && (withOrganization || instance !== undefined);
}

/** Scripts of an account's elements run apart from those of others. */
function knownAccount({ identity }: Caller): KnownAccount | undefined {
  if (identity === undefined) return undefined;
  const { organization, account } = identity;
  return { owner: ownerOf({ organizationId: organization.id, accountId: account.id }), values: {}, secrets: {} };
}
