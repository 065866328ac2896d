// Keeps what was read from the database as long as it is known to be true there, within a bound.

import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Source } from './change-ledger.ts';
import type { Changes } from './changes.ts';

/** What a reading found. */
export interface Found<Value> {
  value: Value;
  /** the rows that the value was made from: when one of them changes it is read again */
  sources: readonly Source[];
  /** about how many bytes it keeps */
  bytes: number;
}

/** Readings that are kept. */
export interface ReadCache<Value> {
  /**
   * The value of a key as it is in the database: kept, or read now. It is never older than the last change that this
   * process was told of or made before the call. Calls that ask for the same key at the same time share a reading.
   * What is not there (undefined) is not kept. While changes are not listened to, every call reads. Throws what `read`
   * throws.
   */
  get(key: string, read: () => Promise<Found<Value> | undefined>): Promise<Value | undefined>;
}

interface Entry<Value> extends Found<Value> {
  seen: number;
}

interface Flight<Value> {
  number: number;
  landed: Promise<Entry<Value> | undefined>;
}

/** Makes a cache of at most so many entries and bytes; what was used longest ago leaves first. */
export function createReadCache<Value>(
  changes: Pick<Changes, 'now' | 'isCurrent' | 'areKnown'>,
  bound: { entries: number; bytes: number },
): ReadCache<Value> {
  const entries = new LRUCache<string, Entry<Value>>({
    max: bound.entries,
    maxSize: bound.bytes,
    sizeCalculation: (entry) => Math.max(1, entry.bytes),
  });
  const flights = new Map<string, Flight<Value>>();
  let count = 0;

  const start = (key: string, read: () => Promise<Found<Value> | undefined>): Flight<Value> => {
    const land = async () => {
      // Taken before the reading begins: a change that is told of meanwhile makes what it finds a thing of the past.
      const seen = changes.now();
      const found = await read();
      if (found === undefined) return undefined;
      const entry = { ...found, seen };
      if (changes.isCurrent(entry)) entries.set(key, entry);
      return entry;
    };
    const flight = { number: ++count, landed: land() };
    flights.set(key, flight);
    const leave = () => flights.delete(key);
    void flight.landed.then(leave, leave);
    return flight;
  };

  return {
    async get(key, read) {
      if (!changes.areKnown()) return (await read())?.value;
      const kept = entries.get(key);
      if (kept !== undefined) {
        if (changes.isCurrent(kept)) return kept.value;
        entries.delete(key);
      }
      const asked = count;
      for (;;) {
        const running = flights.get(key);
        if (running === undefined) break;
        const entry = await running.landed;
        // One that began before this call may have read what was true before it.
        if (running.number > asked || (entry !== undefined && changes.isCurrent(entry))) return entry?.value;
      }
      return (await start(key, read).landed)?.value;
    },
  };
}

/**
 * Makes names for secrets, to keep under them what a secret finds: a name is neither the secret nor what the database
 * finds it by, means nothing to another process, and costs a fraction of the vault's digest. It does not change with the
 * key ring.
 */
export function createSecretNames(): (secret: string) => string {
  const salt = randomBytes(32).toString('base64');
  return (secret) => hash('sha256', salt + secret, 'base64');
}
