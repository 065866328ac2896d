// Which calls a caller asks for: the conditions that every route of usage takes, and whose calls it may see.

import { type Static, Type } from 'typebox';
import { Problem } from '../core/errors.ts';
import type { OrganizationStore } from '../store/organizations.ts';
import type { UsageFilter, UsageScope } from '../store/usage.ts';
import { type Caller, reachableScope, requireIdentity } from './caller.ts';
import { Id } from './shapes.ts';
import { readTime } from './times.ts';

const Texts = Type.Optional(Type.Array(Type.String()));
const Ids = Type.Optional(Type.Array(Id));

/** The conditions, as members of a query. */
export const UsageConditions = {
  hub: Type.Optional(Type.String()),
  'keys[]': Texts,
  keys: Texts,
  'tags[]': Texts,
  tags: Texts,
  'accountIds[]': Ids,
  accountIds: Ids,
  'instanceIds[]': Ids,
  instanceIds: Ids,
  status: Type.Optional(Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAILED')])),
  from: Type.Optional(
    Type.String({ description: 'ISO 8601, milliseconds since 1970, or back from now such as -7d (the default)' }),
  ),
  to: Type.Optional(Type.String({ description: 'the same; default: now' })),
  searchText: Type.Optional(Type.String({ description: 'in path, element, instance or error; or a whole id' })),
};
const Query = Type.Object(UsageConditions);

const dayMs = 86_400_000;

/** What a query means at `now` (milliseconds since 1970). Throws a Problem for a time that is none. */
export function readUsageFilter(query: Static<typeof Query>, now: number): UsageFilter {
  return {
    from: query.from === undefined ? now - 7 * dayMs : readTime('from', query.from, now),
    to: query.to === undefined ? now : readTime('to', query.to, now),
    hub: query.hub,
    elementKeys: [...(query['keys[]'] ?? []), ...(query.keys ?? [])],
    tags: [...(query['tags[]'] ?? []), ...(query.tags ?? [])],
    instanceIds: [...(query['instanceIds[]'] ?? []), ...(query.instanceIds ?? [])],
    requestStatus: query.status,
    searchText: query.searchText,
  };
}

/** The accounts whose calls a query asks for; none given: all that the caller may see. Throws a Problem for others. */
export async function readUsageScope(
  organizations: OrganizationStore,
  caller: Caller,
  query: Pick<Static<typeof Query>, 'accountIds' | 'accountIds[]'>,
): Promise<UsageScope> {
  const { organizationId, accountId } = reachableScope(requireIdentity(caller));
  const accountIds = [...(query['accountIds[]'] ?? []), ...(query.accountIds ?? [])];
  for (const id of new Set(accountIds)) {
    const reachable = accountId === undefined ? await organizations.account(organizationId, id) : id === accountId;
    if (!reachable) throw new Problem('forbidden', `You may not see the calls of the account ${id}.`);
  }
  if (accountIds.length > 0) return { organizationId, accountIds };
  return { organizationId, accountIds: accountId === undefined ? undefined : [accountId] };
}
