// The start of a connection: the URL that a user is sent to, and for OAuth 1.0a the request token before it.

import { randomBytes } from 'node:crypto';
import { requiredUrl, tokenTimeoutMs } from '../auth/application.ts';
import { requestOAuth1Token } from '../auth/oauth1-token.ts';
import { authorizeUrl, callbackWithState, createPkce } from '../auth/oauth2.ts';
import { type Account, oauth1Signer } from '../auth/schemes.ts';
import type { VendorDoor } from '../auth/vendor-door.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { encodePairs, isObject } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import { type GivenSettings, mergeSettings, type SettingValues } from '../element/settings.ts';
import { normalizeSiteAddress } from '../element/site-address.ts';
import type { RunLifecycle } from '../engine/lifecycle.ts';
import type { AuthorizationStore } from '../store/authorizations.ts';

/** What a caller gives to start a connection; empty values count as absent. */
export interface AuthorizeRequest {
  apiKey?: string | undefined;
  apiSecret?: string | undefined;
  callbackUrl?: string | undefined;
  scope?: string | undefined;
  state?: string | undefined;
  siteAddress?: string | undefined;
  requestToken?: string | undefined;
}

/** The account to be connected, as far as it is known before anybody consents: whose it is, and settings of its own. */
export interface KnownAccount extends GivenSettings {
  owner: string;
}

/** Starts connections. */
export interface Authorize {
  /**
   * The URL that the user's browser is sent to, and the key of the element to provision. `stateElement` is the element
   * that the state is the key of, if the caller sees one: with the same authorization URL it is the one meant.
   * Throws a Problem naming every parameter that is missing.
   */
  oauthUrl(
    definition: Definition,
    request: AuthorizeRequest,
    stateElement?: Definition | undefined,
    known?: KnownAccount,
  ): Promise<{ element: string; oauthUrl: string }>;
  /** OAuth 1.0a's temporary credentials (RFC 5849 section 2.1), remembered for an hour. */
  requestToken(
    definition: Definition,
    request: AuthorizeRequest,
    known?: KnownAccount,
  ): Promise<{ token: string; secret: string }>;
}

interface AuthorizeDependencies {
  runLifecycle: RunLifecycle;
  authorizations: AuthorizationStore;
  door: VendorDoor;
  /** the address that a person's browser is given for a vendor's page */
  browserUrl(url: string): string;
  clock: Clock;
  limits: { authorizationSeconds: number };
}

/** Makes the starter of connections. */
export function createAuthorize(dependencies: AuthorizeDependencies): Authorize {
  const { authorizations, door, browserUrl, clock, limits } = dependencies;
  return {
    async oauthUrl(definition, request, stateElement, known = nobody(definition)) {
      const type = definition.document.authentication.type;
      if (type === 'oauth1') return oauth1Url(definition, request, known);
      if (type !== 'oauth2') throw notOAuth(definition);
      requireParameters(definition, request, ['apiKey', 'apiSecret', 'callbackUrl'], siteNeeded(definition));
      const values = siteSettings(definition, request.siteAddress, known);
      const quirks = definition.document.valence?.oauth2 ?? {};
      const own = await authorizeByResource(definition, values, request, known);
      if (own !== undefined) return { element: definition.key, oauthUrl: browserUrl(own) };
      const authorizationUrl = requiredUrl({ definition, values }, 'oauth.authorization.url');

      const pkce = quirks.pkce === undefined ? undefined : await createPkce(quirks.pkce);
      const state =
        request.state ?? (pkce === undefined ? definition.key : `${definition.key}.${randomBytes(16).toString('hex')}`);
      if (pkce !== undefined) {
        const memory = { verifier: pkce.verifier.reveal() };
        await authorizations.remember('pkce', definition.key, state, memory, limits.authorizationSeconds);
      }
      const url = authorizeUrl(
        {
          authorizationUrl,
          clientId: request.apiKey ?? '',
          callbackUrl: request.callbackUrl ?? '',
          scope: request.scope ?? values['oauth.scope'] ?? undefined,
          state,
          codeChallenge: pkce?.challenge,
        },
        quirks,
      );
      const isMeant =
        stateElement !== undefined && sameAuthorization(stateElement, authorizationUrl, request.siteAddress);
      return { element: isMeant ? stateElement.key : definition.key, oauthUrl: browserUrl(url) };
    },

    async requestToken(definition, request, known = nobody(definition)) {
      if (definition.document.authentication.type !== 'oauth1') {
        throw new Problem('badRequest', `${definition.key} has no request tokens: start with GET …/oauth/url.`);
      }
      requireParameters(definition, request, ['apiKey', 'apiSecret', 'callbackUrl'], siteNeeded(definition));
      const values = siteSettings(definition, request.siteAddress, known);
      const { owner } = known;
      const account = { owner, definition, values, secrets: { ...known.secrets, ...applicationSecrets(request) } };
      const own = await requestByResource(account, request);
      const { token, secret } =
        own ??
        (await requestOAuth1Token(
          (unsent) => door.send(definition, unsent, tokenTimeoutMs(definition)),
          requiredUrl(account, 'oauth.request.url'),
          oauth1Signer(account, undefined, undefined),
          clock(),
          { oauth_callback: callbackWithState(request.callbackUrl ?? '', request.state ?? definition.key) },
        ));
      const site = definition.document.valence?.siteAddress;
      const memory = {
        apiKey: request.apiKey ?? '',
        ...(site === undefined ? {} : { siteAddress: values[site.setting] ?? '' }),
      };
      await authorizations.remember('requestToken', definition.key, token, memory, limits.authorizationSeconds);
      return { token, secret };
    },
  };

  /** The element's own way to the consent page: its resource answers with the address, as text or as `oauthUrl` or `url`. */
  async function authorizeByResource(
    definition: Definition,
    values: SettingValues,
    request: AuthorizeRequest,
    known: KnownAccount,
  ): Promise<string | undefined> {
    const secrets = { ...known.secrets, ...applicationSecrets(request) };
    const account = { owner: known.owner, definition, values, secrets };
    for (const type of ['oauthOnAuthorizeUrl', 'oauthOnAuthroizeUrl'] as const) {
      const { ran, body } = await dependencies.runLifecycle(account, undefined, type, {
        given: givenBy(definition, request),
      });
      if (ran === 0) continue;
      const url = isObject(body) ? (body['oauthUrl'] ?? body['url']) : body;
      if (typeof url === 'string' && URL.canParse(url) && /^https?:/i.test(url)) return url;
      throw new Problem(
        'vendorFailed',
        `The ${type} resource of ${definition.key} gave no address: let it answer {"oauthUrl": "https://…"}.`,
      );
    }
    return undefined;
  }

  /** The element's own way to a request token, answered as JSON or as a form (RFC 5849 section 2.1). */
  async function requestByResource(
    account: Account,
    request: AuthorizeRequest,
  ): Promise<{ token: string; secret: string } | undefined> {
    const { definition } = account;
    const given = givenBy(definition, request);
    const { ran, body } = await dependencies.runLifecycle(account, undefined, 'oauthOnTokenRequest', { given });
    if (ran === 0) return undefined;
    const answer = typeof body === 'string' ? Object.fromEntries(new URLSearchParams(body)) : body;
    const { oauth_token: token, oauth_token_secret: secret }: Record<string, unknown> = isObject(answer) ? answer : {};
    if (typeof token === 'string' && typeof secret === 'string') return { token, secret };
    throw new Problem(
      'vendorFailed',
      `The oauthOnTokenRequest resource of ${definition.key} gave no oauth_token and oauth_token_secret.`,
    );
  }

  /** The page where the user consents to a request token (RFC 5849 section 2.2). */
  async function oauth1Url(definition: Definition, request: AuthorizeRequest, known: KnownAccount) {
    const remembered =
      request.requestToken === undefined
        ? undefined
        : await authorizations.recall('requestToken', definition.key, request.requestToken);
    const siteAddress = request.siteAddress ?? remembered?.['siteAddress'];
    const asked = { ...request, siteAddress };
    requireParameters(
      definition,
      asked,
      ['apiKey', 'apiSecret', 'callbackUrl', 'requestToken'],
      siteNeeded(definition),
    );
    const values = siteSettings(definition, siteAddress, known);
    const authorizationUrl = requiredUrl({ definition, values }, 'oauth.authorization.url');
    const query = encodePairs([
      ['oauth_token', request.requestToken ?? ''],
      ['oauth_callback', callbackWithState(request.callbackUrl ?? '', request.state ?? definition.key)],
    ]);
    const url = `${authorizationUrl}${authorizationUrl.includes('?') ? '&' : '?'}${query}`;
    return { element: definition.key, oauthUrl: browserUrl(url) };
  }
}

function nobody({ key }: Definition): KnownAccount {
  return { owner: key, values: {}, secrets: {} };
}

/** What a caller gave, under the names that resources know. */
function givenBy(definition: Definition, request: AuthorizeRequest): Record<string, string> {
  const given: Record<string, string> = { state: definition.key };
  for (const [name, value] of Object.entries(request)) if (value !== undefined) given[name] = value;
  return given;
}

function applicationSecrets({ apiKey, apiSecret }: AuthorizeRequest): Record<string, Secret> {
  return { 'oauth.api.key': new Secret(apiKey ?? ''), 'oauth.api.secret': new Secret(apiSecret ?? '') };
}

type ParameterName = keyof AuthorizeRequest;

function requireParameters(
  definition: Definition,
  request: AuthorizeRequest,
  names: ParameterName[],
  site: boolean,
): void {
  const missing = [...names, ...(site ? (['siteAddress'] as const) : [])].filter((name) => request[name] === undefined);
  if (missing.length > 0) {
    throw new Problem('badRequest', `Missing parameters for ${definition.key}: ${missing.join(', ')}.`);
  }
}

/** Whether the customer's host must be given, because the definition has no default for it. */
function siteNeeded(definition: Definition): boolean {
  const site = definition.document.valence?.siteAddress;
  return site !== undefined && (definition.settings.get(site.setting)?.defaultValue ?? '') === '';
}

function siteSettings(
  definition: Definition,
  siteAddress: string | undefined,
  { values }: Pick<KnownAccount, 'values'>,
): SettingValues {
  const site = definition.document.valence?.siteAddress;
  if (site === undefined || siteAddress === undefined) return mergeSettings(definition, values);
  const address = normalizeSiteAddress(site, siteAddress, 'siteAddress');
  return mergeSettings(definition, { ...values, [site.setting]: address });
}

/** Whether another element sends its users to the same page. */
function sameAuthorization(element: Definition, authorizationUrl: string, siteAddress: string | undefined): boolean {
  if (element.document.authentication.type !== 'oauth2') return false;
  try {
    return siteSettings(element, siteAddress, { values: {} })['oauth.authorization.url'] === authorizationUrl;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function notOAuth(definition: Definition): Problem {
  const type = definition.document.authentication.type;
  return new Problem(
    'badRequest',
    `${definition.key} uses ${type} authentication: POST /instances needs no OAuth URL.`,
  );
}
