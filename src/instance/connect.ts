// Turns what came back from the vendor's consent page into tokens, and gives tokens back when they are not kept.

import { application, requiredUrl, tokenTimeoutMs } from '../auth/application.ts';
import { requestOAuth1Token } from '../auth/oauth1-token.ts';
import {
  callbackProblem,
  isRefusal,
  readTokenAnswer,
  refusalProblem,
  requestRevocation,
  requestToken,
  type Send,
} from '../auth/oauth2.ts';
import { type Account, oauth1Signer } from '../auth/schemes.ts';
import type { VendorDoor } from '../auth/vendor-door.ts';
import type { Clock } from '../core/clock.ts';
import { Problem } from '../core/errors.ts';
import { writeValue } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { tokenSettings } from '../element/settings.ts';
import { grantOf, type LifecycleOutcome, type RunLifecycle } from '../engine/lifecycle.ts';
import type { Trace } from '../engine/trace.ts';
import type { AuthorizationStore } from '../store/authorizations.ts';
import type { TokenTimes, VendorTokens } from '../store/tokens.ts';

/** Tokens that a vendor has just given, and the settings that its answer filled. */
export interface Connection {
  tokens: VendorTokens;
  times: TokenTimes;
  values: Record<string, string>;
  /** false for tokens that the caller brought: they stay the caller's, whatever becomes of the connection */
  obtained: boolean;
}

/** Data of the consent page's redirect, as the caller passes it on. */
export type ProviderData = Record<string, unknown>;

/** Connects accounts. */
export interface Connect {
  /** The names of what must still be given before `open` can succeed, as callers write them. */
  missing(account: Account, provider: ProviderData, externalAuthentication: string): string[];
  /** Gets tokens; undefined for elements that have none. Throws a Problem with the vendor's reason. */
  open(
    account: Account,
    provider: ProviderData,
    externalAuthentication: string,
    trace: Trace,
  ): Promise<Connection | undefined>;
  /**
   * Makes the calls by which the element tells whether the credentials work, and then those that set the account up;
   * gives the settings that they brought. Throws a Problem when one fails.
   */
  settle(account: Account, tokens: VendorTokens | undefined, trace: Trace): Promise<Record<string, string>>;
  /** Does what follows on a connection; when that fails, what was obtained for it is revoked where the vendor can. */
  orRevoke<Result>(account: Account, connection: Connection | undefined, work: () => Promise<Result>): Promise<Result>;
  /** Asks the vendor to revoke tokens, where it can. Gives back why it could not, or undefined. */
  revoke(account: Account, tokens: VendorTokens): Promise<string | undefined>;
}

interface ConnectDependencies {
  authorizations: AuthorizationStore;
  runLifecycle: RunLifecycle;
  door: VendorDoor;
  clock: Clock;
}

/** Makes the connector of accounts. */
export function createConnect({ authorizations, runLifecycle, door, clock }: ConnectDependencies): Connect {
  return {
    missing(account, provider, externalAuthentication) {
      const type = account.definition.document.authentication.type;
      if (type !== 'oauth2' && type !== 'oauth1') return [];
      if (externalAuthentication === 'initial') {
        const { access, refresh } = tokenSettings;
        if (account.secrets[access] !== undefined) return [];
        return account.secrets[refresh] === undefined ? [`configuration ${refresh}`] : [];
      }
      if (text(provider['error']) !== undefined) return [];
      const names = type === 'oauth2' ? ['code'] : ['oauth_token', 'oauth_verifier', 'secret'];
      return names.filter((name) => text(provider[name]) === undefined).map((name) => `providerData.${name}`);
    },

    async open(account, provider, externalAuthentication, trace) {
      const connection = await obtain(account, provider, externalAuthentication, trace);
      trace.add('tokens', () =>
        connection === undefined
          ? 'this element needs none'
          : {
              obtained: connection.obtained,
              refreshable: connection.tokens.refresh !== undefined,
              ...connection.times,
            },
      );
      return connection;
    },

    async settle(account, tokens, trace) {
      const checked = await runLifecycle(account, tokens, 'provisionAuthValidation', { trace });
      const known = { ...account, values: { ...account.values, ...checked.settings } };
      const provisioned = await runLifecycle(known, tokens, 'onProvision', { trace });
      return { ...checked.settings, ...provisioned.settings };
    },

    async orRevoke(account, connection, work) {
      try {
        return await work();
      } catch (error) {
        if (connection?.obtained === true) await revoke(account, connection.tokens);
        throw error;
      }
    },

    revoke,
  };

  async function obtain(
    account: Account,
    provider: ProviderData,
    externalAuthentication: string,
    trace: Trace,
  ): Promise<Connection | undefined> {
    const type = account.definition.document.authentication.type;
    if (type !== 'oauth2' && type !== 'oauth1' && type !== 'oauth2Password') return undefined;
    if (externalAuthentication === 'initial') return ownTokens(account);
    const error = text(provider['error']);
    if (error !== undefined) throw callbackProblem(error, text(provider['error_description']));
    if (type === 'oauth1') return exchangeRequestToken(account, provider);
    if (type === 'oauth2Password') return exchangePassword(account, trace);
    return (await exchangeByResource(account, provider, trace)) ?? exchangeCode(account, provider);
  }

  /** The element's own way to exchange a code; undefined when it has none. */
  async function exchangeByResource(
    account: Account,
    provider: ProviderData,
    trace: Trace,
  ): Promise<Connection | undefined> {
    const given: Record<string, string> = {};
    for (const [name, value] of Object.entries(provider)) given[name] = text(value) ?? '';
    const callbackUrl = account.values['oauth.callback.url'] ?? '';
    const options = { given: { ...given, callbackUrl, redirect_uri: callbackUrl }, trace };
    const outcome = await runLifecycle(account, undefined, 'oauthOnTokenExchange', options);
    return outcome.ran === 0 ? undefined : connectionOf(outcome);
  }

  /** RFC 6749 section 4.3.2, or the element's own way. */
  async function exchangePassword(account: Account, trace: Trace): Promise<Connection> {
    const username = account.values['username'] ?? account.secrets['username']?.reveal() ?? '';
    const password = account.secrets['password']?.reveal() ?? '';
    const options = { given: { username, password }, trace };
    const outcome = await runLifecycle(account, undefined, 'oauth2Password', options);
    if (outcome.ran > 0) return connectionOf(outcome);
    return { ...(await requestConnection(account, 'password', { username, password })), obtained: true };
  }

  function connectionOf({ settings, body }: LifecycleOutcome): Connection {
    const { access, refresh, expiresIn, settings: values } = grantOf(settings, body);
    const secret = settings[tokenSettings.secret];
    const now = clock();
    return {
      tokens: { access, refresh, secret: secret === undefined ? undefined : new Secret(secret) },
      times: { refreshedAt: now, expiresAt: expiresIn === undefined ? undefined : now + expiresIn * 1000 },
      values,
      obtained: true,
    };
  }

  async function revoke(account: Account, tokens: VendorTokens): Promise<string | undefined> {
    try {
      const { ran } = await runLifecycle(account, tokens, 'oauthOnTokenRevoke');
      const url = account.values['oauth.token.revoke_url'];
      const token = tokens.refresh ?? tokens.access;
      if (ran > 0 || url === undefined || url === null || token === undefined) return undefined;
      const reply = await requestRevocation(tokenSend(account), url, application(account), token);
      return reply.status < 400 ? undefined : `The vendor answered ${reply.status}.`;
    } catch (error) {
      if (error instanceof Problem) return error.message;
      throw error;
    }
  }

  /** Sends to the vendor's token endpoints, within their time limit. */
  function tokenSend({ definition }: Account): Send {
    return (request) => door.send(definition, request, tokenTimeoutMs(definition));
  }

  /** RFC 6749 section 4.1.3. */
  async function exchangeCode(account: Account, provider: ProviderData): Promise<Connection> {
    const { definition, values } = account;
    const quirks = definition.document.valence?.oauth2 ?? {};
    const parameters: Record<string, string> = { code: text(provider['code']) ?? '' };
    const callback = values['oauth.callback.url'];
    if (callback !== undefined && callback !== null) parameters['redirect_uri'] = callback;
    const scope = values['oauth.scope'];
    if (quirks.tokenScope === true && scope !== undefined && scope !== null) parameters['scope'] = scope;
    if (quirks.pkce !== undefined) parameters['code_verifier'] = await takeVerifier(account, provider);
    return { ...(await requestConnection(account, 'authorization_code', parameters)), obtained: true };
  }

  async function takeVerifier(account: Account, provider: ProviderData): Promise<string> {
    const state = text(provider['state']);
    if (state === undefined) {
      throw new Problem('badRequest', 'providerData.state is missing: pass on the state that came with the code.');
    }
    const memory = await authorizations.take('pkce', account.definition.key, state);
    if (memory?.['verifier'] !== undefined) return memory['verifier'];
    throw new Problem(
      'badRequest',
      'The state is not known, was used before, or is older than an hour: get a new OAuth URL.',
    );
  }

  /** Tokens that the caller brought; an access token that is not there is got with the refresh token. */
  async function ownTokens(account: Account): Promise<Connection> {
    const access = account.secrets[tokenSettings.access];
    const refresh = account.secrets[tokenSettings.refresh];
    const secret = account.secrets[tokenSettings.secret];
    if (access !== undefined) {
      const times = { refreshedAt: clock(), expiresAt: undefined };
      return { tokens: { access, refresh, secret }, times, values: {}, obtained: false };
    }
    const granted = await requestConnection(account, 'refresh_token', { refresh_token: refresh?.reveal() ?? '' });
    const tokens = { ...granted.tokens, refresh: granted.tokens.refresh ?? refresh };
    return { ...granted, tokens, obtained: false };
  }

  async function requestConnection(
    account: Account,
    grant: 'authorization_code' | 'refresh_token' | 'password',
    parameters: Record<string, string>,
  ): Promise<Omit<Connection, 'obtained'>> {
    const { definition, values } = account;
    const quirks = definition.document.valence?.oauth2 ?? {};
    const refreshUrl = grant === 'refresh_token' ? values['oauth.token.refresh_url'] : undefined;
    const url = refreshUrl ?? requiredUrl(account, 'oauth.token.url');
    const reply = await requestToken(tokenSend(account), url, application(account), grant, parameters, quirks);
    const answer = readTokenAnswer(reply, quirks);
    if (isRefusal(answer)) throw refusalProblem(answer);

    const now = clock();
    const expiresAt = answer.expiresIn === undefined ? undefined : now + answer.expiresIn * 1000;
    const tokens = { access: answer.access, refresh: answer.refresh, secret: undefined };
    return { tokens, times: { refreshedAt: now, expiresAt }, values: answer.settings };
  }

  /** RFC 5849 section 2.3. */
  async function exchangeRequestToken(account: Account, provider: ProviderData): Promise<Connection> {
    const { definition } = account;
    const token = text(provider['oauth_token']) ?? '';
    const memory = await authorizations.take('requestToken', definition.key, token);
    const consumer = account.secrets['oauth.api.key']?.reveal();
    if (memory !== undefined && memory['apiKey'] !== consumer) {
      throw new Problem(
        'badRequest',
        'The request token was made with another oauth.api.key: start again with GET …/oauth/token.',
      );
    }
    const url = requiredUrl(account, 'oauth.token.url');
    const signer = oauth1Signer(account, new Secret(token), new Secret(text(provider['secret']) ?? ''));
    const verifier = { oauth_verifier: text(provider['oauth_verifier']) ?? '' };
    const answer = await requestOAuth1Token(tokenSend(account), url, signer, clock(), verifier);
    return {
      tokens: { access: new Secret(answer.token), refresh: undefined, secret: new Secret(answer.secret) },
      times: { refreshedAt: clock(), expiresAt: undefined },
      values: {},
      obtained: true,
    };
  }
}

/** A value of the redirect's query as text; an object (some callers pass the whole code answer) as JSON. */
function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return writeValue(value);
}
