// Webex's People API, as far as "who am I" goes.

import { type Account, fullName } from '../accounts.ts';
import { type Answer, json } from '../vendor.ts';

/** Webex ids are base64 of a URI. */
function webexId(kind: string, id: string): string {
  return Buffer.from(`ciscospark://us/${kind}/${id}`, 'utf8').toString('base64url');
}

/** GET /v1/people/me (developer.webex.com "People", Get My Own Details). */
export function webexSelf(account: Account): Answer {
  return json(200, {
    id: webexId('PEOPLE', `f5b36187-c8dd-4727-8b2f-0000000000${String(account.number).padStart(2, '0')}`),
    emails: [account.email],
    phoneNumbers: [],
    displayName: fullName(account),
    nickName: account.firstName,
    firstName: account.firstName,
    lastName: account.lastName,
    userName: account.email,
    orgId: webexId('ORGANIZATION', '96abc2aa-3dcc-11e5-a152-fe34819cdc9a'),
    roles: [webexId('ROLE', 'id_full_admin')],
    licenses: [],
    created: '2024-01-15T09:30:00.000Z',
    lastModified: '2024-01-15T09:30:00.000Z',
    status: 'active',
    invitePending: false,
    loginEnabled: true,
    type: 'person',
  });
}
