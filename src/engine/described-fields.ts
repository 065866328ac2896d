// The fields that a vendor describes an object with, for statements that select them all: asked for once and kept for
// some minutes, since they differ between accounts and change seldom.

import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.ts';

/** Keeps the names of fields. */
export interface DescribedFields {
  /** The names of an object's fields, kept or asked for; `isKept` tells which. */
  find(
    instance: number | undefined,
    object: string,
    ask: () => Promise<readonly string[]>,
  ): Promise<{ fields: readonly string[]; isKept: boolean }>;
  /** Drops what is kept of an object: the vendor has refused a statement that was made of it. */
  forget(instance: number | undefined, object: string): void;
}

interface Kept {
  fields: readonly string[];
  at: number;
}

const keptMs = 10 * 60_000;

/** Makes the keeper; `characters` bounds the memory of all that is kept. */
export function createDescribedFields(clock: Clock, characters: number): DescribedFields {
  const kept = new LRUCache<string, Kept>({
    maxSize: characters,
    sizeCalculation: ({ fields }) => 1 + fields.reduce((sum, field) => sum + field.length, 0),
  });
  const keyOf = (instance: number, object: string) => `${instance} ${object.toLowerCase()}`;

  return {
    async find(instance, object, ask) {
      // An account that is only being connected has no place to keep anything.
      if (instance === undefined) return { fields: await ask(), isKept: false };
      const key = keyOf(instance, object);
      const found = kept.get(key);
      if (found !== undefined && clock() - found.at < keptMs) return { fields: found.fields, isKept: true };
      const fields = await ask();
      kept.set(key, { fields, at: clock() });
      return { fields, isKept: false };
    },
    forget(instance, object) {
      if (instance !== undefined) kept.delete(keyOf(instance, object));
    },
  };
}
