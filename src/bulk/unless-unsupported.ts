// The vendor's own bulk API for objects that it takes, and page by page for one that it says it does not: no list of such
// objects is right for every account, so it is asked, and its refusal (`unsupported` in `valence.bulk`) understood.

import { Problem } from '../core/errors.ts';
import { isOfPages } from './paging-strategy.ts';
import type { BulkStrategy, DownloadedPage, Upload } from './strategy.ts';

/** Makes the strategy of the vendor's bulk API one that goes on page by page where that API refuses the object. */
export function unlessUnsupported(native: BulkStrategy, byPage: BulkStrategy): BulkStrategy {
  return {
    download(request) {
      const [first, second] = [native.download(request), byPage.download(request)];
      if (first === undefined || second === undefined) return first;
      const words = request.account.definition.document.valence?.bulk?.download?.unsupported;
      return async function* eitherWay(asked, from, signal): AsyncGenerator<DownloadedPage> {
        if (isOfPages(from)) return yield* second(asked, from, signal);
        let given = 0;
        try {
          for await (const page of first(asked, from, signal)) {
            given += page.records.length;
            yield page;
          }
        } catch (error) {
          if (given > 0 || !isUnsupported(words, error)) throw error;
          yield* second(asked, undefined, signal);
        }
      };
    },
    upload(request) {
      const [first, second] = [native.upload(request), byPage.upload(request)];
      if (first === undefined || second === undefined) return first;
      const words = request.account.definition.document.valence?.bulk?.upload?.unsupported;
      let way: Upload = first;
      return {
        get batchRows() {
          return way.batchRows;
        },
        get wholeBatches() {
          return way.wholeBatches === true;
        },
        async send(asked, batch, stop) {
          try {
            return await way.send(asked, batch, stop);
          } catch (error) {
            if (way === second || !isUnsupported(words, error)) throw error;
            way = second;
            // A batch that a process began without a job of the vendor may have gone row by row.
            if (batch.begunBefore && batch.kept === undefined) return second.send(asked, batch, stop);
            // Nothing was sent: its rows come again in the smaller batches of the other way.
            return [];
          }
        },
      };
    },
  };
}

function isUnsupported(words: readonly string[] | undefined, error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  const said = error.providerMessage ?? error.message;
  return words?.some((word) => said.includes(word)) === true;
}
