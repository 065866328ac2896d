// The vendor's own bulk API as a way to move records, for elements that describe one (`valence.bulk`) and objects that
// it takes; everything else goes page by page.

import type { Engine } from '../engine/call.ts';
import type { MappedCalls } from '../engine/mapped-call.ts';
import type { FormatLimits } from './formats/row.ts';
import { downloadNatively, nativeList } from './native-download.ts';
import { nativeTarget, sendNatively } from './native-upload.ts';
import type { Pause } from './native-wait.ts';
import type { BulkStrategy } from './strategy.ts';

/** What the strategy works with. */
export interface NativeDependencies {
  engine: Pick<Engine, 'step'>;
  mappedCalls: MappedCalls;
  pause: Pause;
  /** of results that are read, and of rows that are written */
  limits: FormatLimits;
}

/** Makes the strategy. It gives undefined for what the vendor's bulk API cannot do. */
export function createNativeStrategy(dependencies: NativeDependencies): BulkStrategy {
  return {
    download(request) {
      const list = nativeList(request);
      const download = request.account.definition.document.valence?.bulk?.download;
      if (list === undefined || download === undefined) return undefined;
      return (asked, from, signal) => downloadNatively(dependencies, list, download, asked, from, signal);
    },
    upload(request) {
      const target = nativeTarget(request);
      const upload = request.account.definition.document.valence?.bulk?.upload;
      if (target === undefined || upload === undefined) return undefined;
      return {
        batchRows: upload.largest.rows,
        wholeBatches: true,
        send: (asked, batch, stop) => sendNatively(dependencies, target, asked, batch, stop),
      };
    },
  };
}
