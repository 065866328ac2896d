// Desk.com's Users API, as far as "who am I" goes.

import { type Account, fullName } from '../accounts.ts';
import { type Answer, json } from '../vendor.ts';

/** GET /api/v2/users/me, also /users/current (Desk.com API v2 "Users"). */
export function deskSelf(account: Account): Answer {
  const href = `/api/v2/users/${account.number}`;
  return json(200, {
    id: account.number,
    name: fullName(account),
    public_name: fullName(account),
    email: account.email,
    email_verified: true,
    avatar: null,
    level: 'siteadmin_billing',
    created_at: '2014-01-15T09:30:00Z',
    updated_at: '2014-01-15T09:30:00Z',
    current_login_at: '2014-01-15T09:30:00Z',
    last_login_at: '2014-01-15T09:30:00Z',
    available: true,
    _links: {
      self: { href, class: 'user' },
      preferences: { href: `${href}/preferences`, class: 'user_preference' },
      macros: { href: `${href}/macros`, class: 'macro' },
    },
  });
}
