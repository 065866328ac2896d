// The thread in which one description is converted (conversions.ts is its other side): a large one takes seconds.

import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../core/errors.ts';
import type { ConversionOptions } from './conversion.ts';
import { convertDescription } from './convert.ts';

/** What the thread is given. */
export interface ConversionTask {
  text: string;
  type: string | undefined;
  options: ConversionOptions;
}

/** What the thread answers; any other error ends it. */
export type ConversionOutcome =
  | { kind: 'done'; json: string; notes: number }
  | { kind: 'refused'; code: Problem['code']; message: string };

async function convert({ text, type, options }: ConversionTask): Promise<ConversionOutcome> {
  try {
    const { document, notes } = await convertDescription(text, type, options);
    const json = JSON.stringify({ ...document, conversionNotes: notes });
    return { kind: 'done', json, notes: notes.length };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: 'refused', code: error.code, message: error.message };
  }
}

parentPort?.postMessage(await convert(workerData as ConversionTask));
