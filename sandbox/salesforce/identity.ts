// Salesforce's answers to "who am I": OpenID Connect's userinfo and the identity URL.

import { fullName } from '../accounts.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, bearerToken, json, text, type VendorRequest } from '../vendor.ts';
import { organizationOf, salesforceUserId } from './organization.ts';

/** GET or POST /services/oauth2/userinfo (Salesforce help "The UserInfo Endpoint"). */
export function salesforceUserInfo(state: SandboxState, request: VendorRequest): Answer {
  const person = identify(state, request);
  if ('refusal' in person) return person.refusal;
  const { account, organization, userId } = person;
  return json(200, {
    sub: `https://${organization.loginHost}/id/${organization.id}/${userId}`,
    user_id: userId,
    organization_id: organization.id,
    preferred_username: account.email,
    nickname: account.firstName.toLowerCase(),
    name: fullName(account),
    email: account.email,
    email_verified: true,
    given_name: account.firstName,
    family_name: account.lastName,
    zoneinfo: 'Europe/London',
    photos: {},
    profile: `https://${organization.host}/${userId}`,
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_GB',
    utcOffset: 0,
    updated_at: '2024-01-15T09:30:00Z',
    urls: apiUrls(organization.host),
  });
}

/** GET /id/{organization}/{user} (Salesforce help "Identity URLs"). */
export function salesforceIdentity(state: SandboxState, request: VendorRequest): Answer {
  const person = identify(state, request);
  if ('refusal' in person) return person.refusal;
  const { account, organization, userId } = person;
  const [, , organizationId, id] = request.path.split('/');
  if (organizationId !== organization.id) return text(403, 'Wrong_Org');
  if (id !== userId) return text(404, 'Bad_Id');
  return json(200, {
    id: `https://${organization.loginHost}/id/${organization.id}/${userId}`,
    asserted_user: true,
    user_id: userId,
    organization_id: organization.id,
    username: account.email,
    nick_name: account.firstName.toLowerCase(),
    display_name: fullName(account),
    email: account.email,
    email_verified: true,
    first_name: account.firstName,
    last_name: account.lastName,
    timezone: 'Europe/London',
    photos: {},
    addr_street: null,
    mobile_phone: null,
    mobile_phone_verified: false,
    status: { created_date: null, body: null },
    urls: apiUrls(organization.host),
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_GB',
    utcOffset: 0,
    last_modified_date: '2024-01-15T09:30:00Z',
    is_app_installed: true,
  });
}

/** Both endpoints answer 403 with a bare word when the token is missing or bad. */
function identify(state: SandboxState, request: VendorRequest) {
  const value = bearerToken(request) ?? new URLSearchParams(request.query).get('oauth_token') ?? undefined;
  if (value === undefined) return { refusal: text(403, 'Missing_OAuth_Token') };
  const token = state.tokens.goodAccessToken('salesforce', value);
  const organization = organizationOf(request.host);
  if (token === undefined) return { refusal: text(403, 'Bad_OAuth_Token') };
  if (organizationOf(token.grant.host) !== organization) return { refusal: text(403, 'Wrong_Org') };
  const { account } = token.grant;
  return { account, organization, userId: salesforceUserId(account.number) };
}

function apiUrls(host: string): Record<string, string> {
  return {
    rest: `https://${host}/services/data/v{version}/`,
    sobjects: `https://${host}/services/data/v{version}/sobjects/`,
    query: `https://${host}/services/data/v{version}/query/`,
    search: `https://${host}/services/data/v{version}/search/`,
  };
}
