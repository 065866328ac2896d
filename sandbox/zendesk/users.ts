// Zendesk's Users API, as far as "who am I" goes.

import { fullName } from '../accounts.ts';
import type { AccessToken } from '../tokens.ts';
import { type Answer, json, type VendorRequest } from '../vendor.ts';
import { zendeskUserId } from './login.ts';

/**
 * GET /api/v2/users/me.json (Zendesk developer docs "Users", Show Self). Without any credentials Zendesk answers 200 with
 * an anonymous user whose id is null.
 */
export function zendeskSelf(request: VendorRequest, token: AccessToken | undefined): Answer {
  if (token === undefined) {
    return json(200, {
      user: {
        id: null,
        url: `https://${request.host}/api/v2/users/.json`,
        name: 'Anonymous user',
        email: 'invalid@example.com',
        role: 'end-user',
      },
    });
  }
  const { account } = token.grant;
  const id = zendeskUserId(account.number);
  return json(200, {
    user: {
      id,
      url: `https://${request.host}/api/v2/users/${id}.json`,
      name: fullName(account),
      email: account.email,
      created_at: '2024-01-15T09:30:00Z',
      updated_at: '2024-01-15T09:30:00Z',
      time_zone: 'UTC',
      iana_time_zone: 'Etc/UTC',
      phone: null,
      shared_phone_number: null,
      photo: null,
      locale_id: 1,
      locale: 'en-US',
      organization_id: null,
      role: 'admin',
      verified: true,
      external_id: null,
      tags: [],
      alias: null,
      active: true,
      shared: false,
      shared_agent: false,
      suspended: false,
      default_group_id: null,
      user_fields: {},
    },
  });
}
