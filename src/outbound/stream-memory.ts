// Keeps the memory of streams small. Their bytes lie outside of the JavaScript heap, whose collector waits until 60 to 90
// MB of buffers that nobody holds any more have piled up; asked in time, it frees them in about a millisecond.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const collectEvery = 16 * 1024 * 1024;
let passed = 0;
let collector: NodeJS.GCFunction | undefined;

/** Notes bytes that have passed through a stream; calls of a few kilobytes cost an addition. */
export function noteStreamed(bytes: number): void {
  passed += bytes;
  if (passed < collectEvery) return;
  passed = 0;
  collector ??= findCollector();
  collector({ type: 'minor' });
}

/** The flag is taken back at once: contexts made later, such as those of scripts, have no collector to call. */
function findCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  const found: NodeJS.GCFunction = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return found;
}
