// How an account's credential is put on a request.

import { Problem } from '../core/errors.ts';
import type { HttpRequest } from '../core/http.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition } from '../element/define.ts';
import type { SettingValues } from '../element/settings.ts';
import type { VendorTokens } from '../store/tokens.ts';
import { type Signer, signingMoment, signRequest } from './oauth1.ts';

/** Everything that identifies an account at a vendor. */
export interface Account {
  /** whose it is; scripts of two owners never share a context */
  owner: string;
  definition: Definition;
  values: SettingValues;
  secrets: Record<string, Secret>;
}

/** Puts the credential on a request, unless the request already carries one. `now` in milliseconds since 1970. */
export function authorizeRequest(
  account: Account,
  tokens: VendorTokens | undefined,
  request: HttpRequest,
  now: number,
): HttpRequest {
  if (request.headers['authorization'] !== undefined) return request;
  switch (account.definition.document.authentication.type) {
    case 'oauth2':
    case 'oauth2Password': {
      if (tokens?.access === undefined) return request;
      return withAuthorization(request, `Bearer ${tokens.access.reveal()}`);
    }
    case 'oauth1':
      return signRequest(request, oauth1Signer(account, tokens?.access, tokens?.secret), signingMoment(now));
    case 'basic': {
      const username = account.values['username'];
      const password = account.secrets['password']?.reveal();
      // Some elements call themselves basic and identify the account by a header of their own.
      if ((username ?? password ?? undefined) === undefined) return request;
      const pair = `${username ?? ''}:${password ?? ''}`;
      return withAuthorization(request, `Basic ${Buffer.from(pair).toString('base64')}`);
    }
    default:
      return request;
  }
}

function withAuthorization(request: HttpRequest, authorization: string): HttpRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}

/** Who signs OAuth 1.0a requests of an account. Throws a Problem when the application's key or secret is missing. */
export function oauth1Signer(
  account: Omit<Account, 'owner'>,
  token: Secret | undefined,
  tokenSecret: Secret | undefined,
): Signer {
  const consumerKey = account.secrets['oauth.api.key'];
  const consumerSecret = account.secrets['oauth.api.secret'];
  if (consumerKey === undefined || consumerSecret === undefined) {
    throw new Problem('badRequest', 'oauth.api.key and oauth.api.secret are needed to sign requests: set both.');
  }
  const quirks = account.definition.document.valence?.oauth1;
  const asked = account.values['oauth.request.authorization.type'] ?? account.values['oauth.authorization.type'];
  return {
    consumerKey: consumerKey.reveal(),
    consumerSecret,
    token: token?.reveal(),
    tokenSecret,
    method: quirks?.signatureMethod ?? 'HMAC-SHA1',
    transmission: quirks?.transmission ?? (asked === 'query' ? 'query' : 'header'),
  };
}
