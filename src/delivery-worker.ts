// Where the thread that delivers events begins: like the process itself it is read from what the last start compiled.

import { readlinkSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import type { DeliveryTask } from './delivery-thread.ts';

leaveTheCores();
const { compiled } = workerData as DeliveryTask;
if (compiled !== undefined) enableCompileCache(compiled);
await import('./delivery-app.ts');
flushCompileCache();

/** Lets threads for which somebody waits go first. Linux alone has a priority for each thread; elsewhere nothing changes. */
function leaveTheCores(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, 10);
  } catch {
    // Without /proc deliveries are as important as everything else.
  }
}
