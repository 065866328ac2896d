// Remembers what changed and in which order, so that it can be told of anything read earlier whether it is still true.

/** What processes keep in memory and tell each other of; the ids are those of the rows (`answers`: of the instance; `extensions` and `accountResources`: of the account; `organizationResources`: of the organization). */
export const changeKinds = [
  'organization',
  'account',
  'user',
  'element',
  'extensions',
  'organizationResources',
  'accountResources',
  'instance',
  'answers',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** One thing that a value was made from, such as `instance:7`. */
export type Source = `${ChangeKind}:${number}`;

/** Something read, the things it was made from, and the moment at which it was read or last found to be true. */
export interface Sighting {
  readonly sources: readonly Source[];
  /** a moment of the ledger, taken before the reading began; the ledger moves it forward when it checks */
  seen: number;
}

/** The changes that were told of, in order. */
export interface ChangeLedger {
  /** The present moment: it moves on with every change. */
  now(): number;
  /** Notes a change; of every row of every kind when it has no source. */
  note(source?: Source): void;
  /** Whether nothing that was seen has changed since. One comparison as long as nothing at all changed. */
  isCurrent(sighting: Sighting): boolean;
}

/** Makes an empty ledger. When it holds `capacity` changes it forgets which they were, and everything seen before is past. */
export function createChangeLedger(capacity = 10_000): ChangeLedger {
  const changedAt = new Map<Source, number>();
  let present = 0;
  let everythingChangedAt = 0;

  return {
    now: () => present,
    note(source) {
      present++;
      if (source !== undefined && changedAt.size < capacity) {
        changedAt.set(source, present);
        return;
      }
      changedAt.clear();
      everythingChangedAt = present;
    },
    isCurrent(sighting) {
      if (sighting.seen === present) return true;
      if (sighting.seen < everythingChangedAt) return false;
      for (const source of sighting.sources) if ((changedAt.get(source) ?? 0) > sighting.seen) return false;
      sighting.seen = present;
      return true;
    },
  };
}
