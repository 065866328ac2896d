// The ledger against a model that remembers everything.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChangeLedger, type Sighting, type Source } from './change-ledger.ts';

const source = fc.constantFrom<Source>('instance:1', 'instance:2', 'user:1', 'account:1', 'element:1');
type Step = { note: Source | undefined } | { see: Source[] } | { check: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ note: fc.option(source, { nil: undefined }) }),
  fc.record({ note: source }),
  fc.record({ see: fc.uniqueArray(source) }),
  fc.record({ check: fc.nat(20) }),
);

/** Plays steps against a ledger and tells, for every check, what it said and whether a source has changed since. */
function play(steps: Step[], capacity: number) {
  const ledger = createChangeLedger(capacity);
  const sightings: { sighting: Sighting; sources: Source[]; changed: boolean }[] = [];
  const checks: { current: boolean; changed: boolean }[] = [];
  for (const one of steps) {
    if ('see' in one) {
      sightings.push({ sighting: { sources: one.see, seen: ledger.now() }, sources: one.see, changed: false });
    } else if ('check' in one) {
      const entry = sightings[one.check % Math.max(1, sightings.length)];
      if (entry !== undefined) checks.push({ current: ledger.isCurrent(entry.sighting), changed: entry.changed });
    } else {
      ledger.note(one.note);
      for (const entry of sightings) {
        if (one.note === undefined || entry.sources.includes(one.note)) entry.changed = true;
      }
    }
  }
  return checks;
}

test('what was seen is current exactly until one of its sources changes, however often it is asked', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      for (const { current, changed } of play(steps, 1000)) expect(current).toBe(!changed);
    }),
    { numRuns: 2000 },
  );
});

test('a ledger that had to forget takes current things for changed ones, never the other way round', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.integer({ min: 0, max: 3 }), (steps, capacity) => {
      for (const { current, changed } of play(steps, capacity)) expect(current && changed).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
