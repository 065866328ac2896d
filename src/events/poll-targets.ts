// The instances that are to be polled, as the accounts that calls are made for: read for many claims in one statement.

import { Problem } from '../core/errors.ts';
import { accountOf } from '../engine/account.ts';
import type { Elements } from '../engine/elements.ts';
import type { InstanceStore } from '../store/instances.ts';
import type { ClaimedPoll } from '../store/polls.ts';
import type { PollTarget } from './poll.ts';

/** An instance that cannot be polled now, and why. */
export interface UnpolledTarget {
  poll: ClaimedPoll;
  unpolled: string;
}

interface TargetDependencies {
  instances: Pick<InstanceStore, 'byIds'>;
  elements: Pick<Elements, 'byId'>;
}

/** Makes the finder of what claims are about; instances that are gone are left out. */
export function createPollTargets({ instances, elements }: TargetDependencies) {
  return async (polls: readonly ClaimedPoll[]): Promise<(PollTarget | UnpolledTarget)[]> => {
    const records = new Map((await instances.byIds(polls)).map((record) => [record.id, record]));
    const found = polls.map(async (poll): Promise<PollTarget | UnpolledTarget | undefined> => {
      const record = records.get(poll.instanceId);
      if (record === undefined) return undefined;
      if (record.disabled)
        return { poll, unpolled: 'The instance is disabled; changes are brought when it is enabled.' };
      try {
        const definition = await elements.byId(record.elementId, record);
        return { poll, definition, account: accountOf(record, definition) };
      } catch (error) {
        if (error instanceof Problem) return { poll, unpolled: error.message };
        throw error;
      }
    });
    return (await Promise.all(found)).filter((target) => target !== undefined);
  };
}
