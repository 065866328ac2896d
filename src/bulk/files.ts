// The files of bulk jobs, wherever they lie: what a place for them must be able to do, and the names that they have.

import { Problem } from '../core/errors.ts';

/** One file of one job of an account; `part` is for example `input` or `output-000001-1`. */
export interface FileName {
  organizationId: number;
  jobId: string;
  part: string;
}

/** A place for the files of bulk jobs. Everything in it is sealed. */
export interface BulkFiles {
  /**
   * Writes a file whole or not at all; an existing one is replaced when the new one is complete. Gives back how many bytes
   * were given, which is before they were sealed. Throws what the content throws, and an Error for a malformed name.
   */
  write(name: FileName, content: AsyncIterable<Uint8Array>): Promise<{ bytes: number }>;
  /**
   * The bytes that were given to `write`; nothing is opened before the first is asked for. Throws a Problem `notFound` when
   * there is no such file, and an Error when it was changed or cut off, or lies where another one was written.
   */
  read(name: FileName): AsyncIterable<Uint8Array>;
  /** Removes everything of a job, also what was begun and never completed; it is no mistake when there is nothing. */
  remove(job: Omit<FileName, 'part'>): Promise<void>;
  /** Gives back connections. No other function may be called afterwards. */
  close(): Promise<void>;
}

/** What callers of bulk are told by a server whose several processes share no place for files. */
export function filesMissing(): Problem {
  return new Problem(
    'notConfigured',
    'Bulk needs a place for its files that every process of this server reaches. Set VALENCE_FILES to an object store, such ' +
      'as s3://bucket/prefix, and start again (docs/configuration.md says the rest).',
  );
}

/**
 * Where a job's files lie, as a path of three names: account, job, and the file with `part`. Throws an Error when one of
 * them could mean anything else in a path.
 */
export function pathOf({ organizationId, jobId, part }: Omit<FileName, 'part'> & { part?: string }): string {
  if (!Number.isSafeInteger(organizationId) || organizationId < 0) {
    throw new Error(`A file's account must be a whole number, not ${organizationId}`);
  }
  for (const [what, name] of [
    ['job', jobId],
    ['part', part ?? 'all'],
  ]) {
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(name ?? '')) {
      throw new Error(`A file's ${what} must be letters, digits, - and _, not ${JSON.stringify(name)}`);
    }
  }
  return [organizationId, jobId, ...(part === undefined ? [] : [part])].join('/');
}

/** What the reader of a file is told that is not there. */
export function fileNotFound({ jobId, part }: FileName, cause: unknown): Problem {
  return new Problem(
    'notFound',
    `Bulk job ${jobId} has no file ${part}: it was not written, or is past its retention.`,
    {
      cause,
    },
  );
}
