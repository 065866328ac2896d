// What the tests of bulk strategies share: batches and signals as jobs give them, and processes that end at any step.

import type { RowOutcome, Stop, UploadBatch, UploadRow } from '../../src/bulk/strategy.ts';
import type { Engine } from '../../src/engine/call.ts';

export const limits = { rowBytes: 1_000_000, columns: 1000, depth: 20 };

/** An account without common resources. */
export const mappedCalls = { find: async () => undefined };

/** The outcomes of a batch that was sent. */
export function outcomesOf(sent: readonly RowOutcome[] | 'later' | undefined): readonly RowOutcome[] {
  if (sent === undefined || sent === 'later') throw new Error('The batch was not sent');
  return sent;
}

/** Two signals that are aborted by hand. */
export function stops(): Stop & { wind(reason: unknown): void; end(reason: unknown): void } {
  const [winding, ending] = [new AbortController(), new AbortController()];
  return {
    winding: winding.signal,
    signal: ending.signal,
    wind: (reason) => winding.abort(reason),
    end: (reason) => ending.abort(reason),
  };
}

/** A batch as a job gives it: what is kept is written down as JSON. */
export function batchOf(rows: readonly UploadRow[], kept?: unknown): UploadBatch & { written(): unknown } {
  let written = kept === undefined ? undefined : JSON.stringify(kept);
  return {
    rows,
    begunBefore: kept !== undefined,
    kept,
    async keep(state) {
      written = JSON.stringify(state);
    },
    written: () => (written === undefined ? undefined : JSON.parse(written)),
  };
}

/** The process ends here. */
export class Crash extends Error {}

/** An engine whose process ends before, or after, its n-th step. */
export function crashing(
  engine: Pick<Engine, 'step'>,
  step: number,
  when: 'before' | 'after',
): { engine: Pick<Engine, 'step'>; reached(): boolean } {
  let steps = 0;
  return {
    reached: () => steps >= step,
    engine: {
      async step(...call) {
        steps++;
        if (steps === step && when === 'before') throw new Crash();
        const answer = await engine.step(...call);
        if (steps !== step) return answer;
        answer.download?.body.destroy();
        throw new Crash();
      },
    },
  };
}
