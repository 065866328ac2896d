// Routes that start a connection: the URL for the user's browser and OAuth 1.0a's request token.

import { Type } from 'typebox';
import type { Caller } from '../caller.ts';
import type { RouteContext, Server } from '../context.ts';
import { basePath } from '../dispatch.ts';
import { secured } from '../openapi.ts';
import { responses } from '../shapes.ts';
import { viewerOf } from '../viewer.ts';

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
});
const OAuthRedirect = Type.Object({ element: Type.String(), oauthUrl: Type.String() });
const OAuthToken = Type.Object({ token: Type.String(), secret: Type.String() });
const KeyOrId = Type.Object({ keyOrId: Type.String() });

type GivenInfo = Type.Static<typeof OAuthInfo>;

/** Adds the routes that start a connection. */
export function oauthRoutes(server: Server, context: RouteContext): void {
  const { elements, authorize } = context;
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
      const element = await elements.find(request.params.keyOrId, viewerOf(request.caller));
      return authorize.requestToken(element, settled(request.query));
    },
  );

  async function oauthUrl(caller: Caller, keyOrId: string, given: GivenInfo) {
    const viewer = viewerOf(caller);
    const info = settled(given);
    const stateElement = info.state === undefined ? undefined : await elements.look(info.state, viewer);
    return authorize.oauthUrl(await elements.find(keyOrId, viewer), info, stateElement);
  }
}

/** What was given, where an empty value counts as absent and `subdomain` is another name of `siteAddress`. */
function settled(given: GivenInfo): GivenInfo {
  const info: GivenInfo = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const siteAddress = info.siteAddress ?? info.subdomain;
  return siteAddress === undefined ? info : { ...info, siteAddress };
}
