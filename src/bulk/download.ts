// A download: pages become parts of JSON lines, and how far it has come is noted when a part is whole, never before. A part
// that was begun and not noted is written anew, so that no record is lost or there twice.

import { shortTextLength } from '../core/short-text.ts';
import type { BulkFiles } from './files.ts';
import { type DownloadState, outputPart } from './plan.ts';
import type { Download, DownloadedPage, DownloadRequest, Stop } from './strategy.ts';

interface DownloadDependencies {
  files: Pick<BulkFiles, 'write'>;
  /** bytes, and milliseconds, after which a part is closed and noted */
  limits: { bulkPartBytes: number; bulkPartMs: number };
}

/** One run of a download. */
export interface DownloadRun {
  organizationId: number;
  jobId: number;
  request: DownloadRequest;
  strategy: Download;
  state: DownloadState;
  /** keeps how far it has come; `total` is how many records there will be, where it is known */
  note(state: DownloadState, total: number | undefined): Promise<void>;
  stop: Stop;
}

/** A download at its beginning. */
export const noDownload: DownloadState = { parts: 0, records: 0, bytes: 0, done: false };

/**
 * Downloads from where the state says until the last record, or until `stop.winding` is aborted and the part that is being
 * written is noted. Gives the last state; `done` tells whether it is the whole. Throws what the strategy throws, once what
 * came before it is noted.
 */
export async function runDownload({ files, limits }: DownloadDependencies, run: DownloadRun): Promise<DownloadState> {
  const { request, stop } = run;
  let state = run.state;
  let total: number | undefined;
  let fault: unknown;
  const pages = readAhead(run.strategy(request, state.after, stop.signal));
  try {
    while (!state.done && !stop.winding.aborted) {
      const part: DownloadState = { ...state, parts: state.parts + 1 };
      const name = {
        organizationId: run.organizationId,
        jobId: String(run.jobId),
        part: outputPart(state, state.parts),
      };
      await files.write(name, fillPart(part));
      await run.note(part, total);
      state = part;
      if (fault !== undefined) throw fault;
    }
    return state;
  } finally {
    await pages.return();
  }

  /** The bytes of one part; `part` tells afterwards how far it goes. */
  async function* fillPart(part: DownloadState): AsyncGenerator<Uint8Array> {
    const until = performance.now() + limits.bulkPartMs;
    const start = part.bytes;
    while (part.bytes - start < limits.bulkPartBytes && performance.now() < until && !stop.winding.aborted) {
      const next = await pages.next().catch((error: unknown) => {
        if (part.bytes === start || stop.signal.aborted) throw error;
        fault = error;
      });
      if (next === undefined) return;
      const { value: page, done } = next;
      if (done || page === undefined) {
        part.done = true;
        return;
      }
      total = page.total ?? total;
      const { skip = 0 } = part;
      const left = request.limit === undefined ? Number.POSITIVE_INFINITY : request.limit - part.records;
      const records = skip > 0 || page.records.length > left ? page.records.slice(skip, skip + left) : page.records;
      const used = Math.min(page.records.length, skip + left);
      if (used < page.records.length) part.skip = used;
      else {
        part.after = page.after;
        part.skip = Math.max(0, skip - used);
      }
      if (page.records.length === 0) {
        // There is something to go on from, and perhaps nothing else for a long time.
        if (part.bytes > start) return;
        state = { ...state, after: part.after, skip: part.skip ?? 0 };
        await run.note(state, total);
      }
      if (records.length > 0) {
        part.records += records.length;
        for (const bytes of linesOf(records)) {
          part.bytes += bytes.length;
          yield bytes;
        }
      }
      if (part.records >= (request.limit ?? Number.POSITIVE_INFINITY)) {
        part.done = true;
        return;
      }
    }
  }
}

/** Records as JSON lines. */
function* linesOf(records: readonly unknown[]): Generator<Uint8Array> {
  let text = '';
  for (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    if (text.length < shortTextLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** Asks for the next page while the last one is used, but for no more than one. */
function readAhead(pages: AsyncIterable<DownloadedPage>) {
  const iterator = pages[Symbol.asyncIterator]();
  const ask = () => {
    const asked = iterator.next();
    // a failure is told to who takes the page
    asked.catch(() => undefined);
    return asked;
  };
  let upcoming: ReturnType<typeof ask> | undefined;
  return {
    async next() {
      const result = await (upcoming ?? ask());
      upcoming = result.done ? Promise.resolve(result) : ask();
      return result;
    },
    /** Ends the strategy, once the page that was asked for is there. */
    async return() {
      await upcoming?.catch(() => undefined);
      await iterator.return?.();
    },
  };
}
