// How many calls may run at the same time: of one account, so that nobody takes all, and in all.

import { Problem } from '../core/errors.ts';

/** Lets calls in. */
export interface Admission {
  /** Takes a place for a call of an account; the function that comes back gives it up. Throws a Problem (503) when full. */
  enter(owner: string): () => void;
}

/** Makes the gate with its limits. */
export function createAdmission(limits: { callsPerAccount: number; callsAtOnce: number }): Admission {
  const running = new Map<string, number>();
  let all = 0;
  return {
    enter(owner) {
      const own = running.get(owner) ?? 0;
      if (all >= limits.callsAtOnce) {
        throw new Problem('overloaded', 'This server has as many calls as it can take: wait and try again.', {
          retryAfterSeconds: 1,
        });
      }
      if (own >= limits.callsPerAccount) {
        throw new Problem(
          'overloaded',
          `This account has ${own} calls running, which is as many as one may have: wait for some to end.`,
          { retryAfterSeconds: 1 },
        );
      }
      all++;
      running.set(owner, own + 1);
      return () => {
        all--;
        const left = (running.get(owner) ?? 1) - 1;
        if (left === 0) running.delete(owner);
        else running.set(owner, left);
      };
    },
  };
}
