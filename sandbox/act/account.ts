// Act! Essentials' API, as far as "who am I" goes: the logged-in user.

import { type Account, fullName } from '../accounts.ts';
import { type Answer, json } from '../vendor.ts';

/** GET /act/api/UserInfos: the user that the token belongs to. Seen in a public client of the API; not in its documentation. */
export function actUser(account: Account): Answer {
  return json(200, {
    id: `5b8e4a7c-2f8d-4c53-9a41-0000000000${String(account.number).padStart(2, '0')}`,
    displayName: fullName(account),
    firstName: account.firstName,
    lastName: account.lastName,
    emailAddress: account.email,
    role: 'Administrator',
    created: '2024-01-15T09:30:00.000Z',
    lastUpdated: '2024-01-15T09:30:00.000Z',
  });
}
