// Tells callers when what they want to make is there already.

import { Problem } from '../core/errors.ts';
import { isDuplicate } from '../store/database.ts';

/** Runs a write; when the database finds a second row with a unique value, throws a Problem (409) with the message. */
export async function orConflict<Result>(message: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicate(error)) throw new Problem('conflict', message);
    throw error;
  }
}
