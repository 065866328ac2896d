// Which events a caller sees: those of its accounts that are not older than the organization keeps events.

import type { EventScope } from '../store/event-log.ts';
import { type Caller, reachableScope, requireIdentity } from './caller.ts';

/** The member of an organization's profile that holds how many days events are shown. */
export const retentionMember = 'eventRetentionDays';

const dayMs = 86_400_000;

/** The events of an instance that the caller may reach, or of all its accounts. `now` is in milliseconds since 1970. */
export function eventScope(
  caller: Caller,
  wanted: { now: number; instanceId?: number | undefined; accountIds?: readonly number[] | undefined },
): EventScope {
  const identity = requireIdentity(caller);
  const { organizationId, accountId } = reachableScope(identity);
  const days = Number(identity.organization.profile[retentionMember] ?? Number.NaN);
  return {
    organizationId,
    accountIds: wanted.accountIds ?? (accountId === undefined ? undefined : [accountId]),
    instanceId: wanted.instanceId,
    since: Number.isFinite(days) ? wanted.now - days * dayMs : 0,
  };
}
