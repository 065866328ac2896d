// Converts beside the server's own thread: a description of a thousand calls takes seconds, and a hostile one must be
// stopped. Each has a thread of its own, with a bound on its time and memory.

import { Worker } from 'node:worker_threads';
import { Problem } from '../core/errors.ts';
import type { ConversionOutcome, ConversionTask } from './worker.ts';

/** A converted description: the element document as JSON, its notes in the member `conversionNotes`. */
export interface ConvertedText {
  json: string;
  notes: number;
}

/** Converts descriptions. */
export interface Conversions {
  /**
   * Converts one, when it is its turn. Throws a Problem: `badRequest` with every fault of the description, or because it
   * takes too much time or memory; `overloaded` when too many wait.
   */
  convert(task: ConversionTask): Promise<ConvertedText>;
  /** Ends the conversions that run; those that wait are not begun. */
  close(): Promise<void>;
}

export interface ConversionLimits {
  /** milliseconds that one conversion may take */
  conversionMs: number;
  /** megabytes that one may need */
  conversionMemoryMb: number;
  /** conversions that run at the same time, and that wait for one of these to end */
  conversionsAtOnce: number;
  conversionsWaiting: number;
}

/** Makes the converter. */
export function createConversions(limits: ConversionLimits): Conversions {
  const running = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let taken = 0;
  let isClosed = false;

  /** Takes one of the places, at once or when it is left. */
  async function enter(): Promise<void> {
    if (taken < limits.conversionsAtOnce) {
      taken++;
      return;
    }
    if (waiting.length >= limits.conversionsWaiting) {
      throw new Problem('overloaded', 'Too many descriptions are being converted: try again in a few seconds.', {
        retryAfterSeconds: 5,
      });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Leaves a place to who waits longest. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) taken--;
    else next();
  }

  async function run(task: ConversionTask): Promise<ConvertedText> {
    if (isClosed) throw new Problem('overloaded', 'The server is stopping: try again.');
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: task,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: limits.conversionMemoryMb },
    });
    running.add(worker);
    try {
      return await outcomeOf(worker, limits.conversionMs);
    } finally {
      running.delete(worker);
      await worker.terminate();
    }
  }

  return {
    async convert(task) {
      await enter();
      try {
        return await run(task);
      } finally {
        leave();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}

function outcomeOf(worker: Worker, milliseconds: number): Promise<ConvertedText> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const seconds = Math.round(milliseconds / 1000);
      reject(new Problem('badRequest', `The description takes more than ${seconds} s to convert: give a smaller one.`));
    }, milliseconds);
    worker.once('message', (outcome: ConversionOutcome) => {
      clearTimeout(timer);
      if (outcome.kind === 'done') resolve({ json: outcome.json, notes: outcome.notes });
      else reject(new Problem(outcome.code, outcome.message));
    });
    worker.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isTooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(
        isTooLarge
          ? new Problem('badRequest', 'The description takes too much memory to convert: give a smaller one.')
          : error,
      );
    });
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Problem('overloaded', 'The conversion was ended before it was done: try again.'));
    });
  });
}
