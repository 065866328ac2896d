// The results of a vendor's bulk job, set after set, as records; each set is read while it comes.

import { Problem } from '../core/errors.ts';
import type { Fetching } from '../element/bulk-extension.ts';
import { readRecords } from './formats/formats.ts';
import { type FormatLimits, isFault } from './formats/row.ts';
import { type Steps, textAt } from './native-steps.ts';
import type { Pause } from './native-wait.ts';
import { mayPass, withPatience } from './patience.ts';

/** Where in the results of a job one stands: which set, and how many of its records were given. */
export interface ResultPlace {
  locator?: string;
  given: number;
}

/** Records of a set, and where one stands behind them. */
export interface ResultGroup {
  records: Record<string, unknown>[];
  after: ResultPlace;
}

/** Records that are given together at least, but for the last of a set. */
const groupRecords = 1000;
/** How often in a row a set may break without giving anything. */
const mostBreaks = 8;
const firstPauseMs = 1000;

interface Results {
  steps: Steps;
  fetching: Fetching;
  job: string;
  limits: FormatLimits;
  pause: Pause;
  signal: AbortSignal;
}

/**
 * Gives what stands behind `from`, to the last record. A set that breaks while it comes is asked for again, and what was
 * given of it is left out. Throws a Problem for results that cannot be read, and for a vendor that does not answer.
 */
export async function* readResults(results: Results, from: ResultPlace): AsyncGenerator<ResultGroup> {
  let place = from;
  for (let breaks = 0; ; ) {
    const next: { locator?: string | undefined } = {};
    try {
      for await (const records of readSet(results, place, next)) {
        breaks = 0;
        place = { ...place, given: place.given + records.length };
        yield { records, after: place };
      }
    } catch (error) {
      results.signal.throwIfAborted();
      if (!(error instanceof Problem) || !mayPass(error) || ++breaks > mostBreaks) throw error;
      await results.pause(firstPauseMs * 2 ** (breaks - 1), results.signal);
      continue;
    }
    if (next.locator === undefined) return;
    place = { locator: next.locator, given: 0 };
    yield { records: [], after: place };
  }
}

async function* readSet(
  { steps, fetching, job, limits, signal }: Results,
  { locator, given }: ResultPlace,
  next: { locator?: string | undefined },
): AsyncGenerator<Record<string, unknown>[]> {
  const rows = fetching.rows === undefined ? undefined : String(fetching.rows);
  const ask = () => steps.open(fetching.resource, { job, locator, rows }, signal);
  const answer = await withPatience(ask, mayPass, signal);
  const named = fetching.next === undefined ? undefined : textAt(answer, fetching.next);
  const isLast = named === undefined || named === '' || (fetching.last ?? []).includes(named);
  next.locator = isLast ? undefined : named;
  let left = given;
  let group: Record<string, unknown>[] = [];
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of answer.content as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    for await (const read of readRecords(fetching.format, counted(), limits)) {
      for (const row of read) {
        if (isFault(row)) {
          // Nothing at all stands for no rows, though CSV should have a header.
          if (bytes === 0) return;
          const message = `Results of the vendor's bulk job ${job} cannot be read: ${row.message}`;
          throw new Problem('vendorRefused', message, { status: 502 });
        }
        if (left > 0) left--;
        else group.push(row.record);
      }
      if (group.length >= groupRecords) {
        yield group;
        group = [];
      }
    }
  } finally {
    answer.content.destroy();
  }
  if (group.length > 0) yield group;
}
