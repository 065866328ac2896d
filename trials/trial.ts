// What every trial is, and the seeded chance that makes its rounds repeatable.

/** Tries something `count` times; throws an Error at the first violation of a promise. */
export type Trial = (count: number, seed: number, report: (line: string) => void) => Promise<void>;

/** Numbers that look random and are the same for the same seed. */
export interface Chance {
  /** a whole number from 0 up to, but not including, `end` */
  below(end: number): number;
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
}

/** Makes a chance (the generator mulberry32: 32 bits of state, good enough for choosing moments). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    below,
    pick: (values) => values[below(values.length)] ?? values[0],
  };
}

/** Throws an Error with the text unless the condition holds. */
export function holds(condition: boolean, violated: string): asserts condition {
  if (!condition) throw new Error(violated);
}
