// The gate before the vendors: nobody takes all places, and every place comes back.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

const full = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterSeconds: 1 });

test('an account has so many places and no more; another still gets in', () => {
  const admission = createAdmission({ callsPerAccount: 2, callsAtOnce: 10 });
  const leave = admission.enter('a');
  admission.enter('a');
  expect(() => admission.enter('a')).toThrow(full);
  admission.enter('b');
  leave();
  admission.enter('a');
  expect(() => admission.enter('a')).toThrow(full);
});

test('all accounts together have so many places', () => {
  const admission = createAdmission({ callsPerAccount: 10, callsAtOnce: 3 });
  const leaves = ['a', 'b', 'c'].map((owner) => admission.enter(owner));
  expect(() => admission.enter('d')).toThrow(full);
  leaves[1]?.();
  admission.enter('d');
});

test('at any time as many are in as have entered and not left, within both limits', () => {
  const steps = fc.array(fc.record({ owner: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (moves) => {
      const limits = { callsPerAccount: 3, callsAtOnce: 5 };
      const admission = createAdmission(limits);
      const inside = new Map<string, (() => void)[]>([
        ['a', []],
        ['b', []],
        ['c', []],
      ]);
      for (const { owner, leaves } of moves) {
        const own = inside.get(owner) ?? [];
        const all = [...inside.values()].flat().length;
        if (leaves) own.pop()?.();
        else if (own.length < limits.callsPerAccount && all < limits.callsAtOnce) own.push(admission.enter(owner));
        else expect(() => admission.enter(owner)).toThrow(full);
      }
    }),
  );
});
