// Where the thread that delivers events begins: like the process itself it is read from what the last start compiled.

import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { DeliveryTask } from './delivery-thread.ts';

const { compiled } = workerData as DeliveryTask;
if (compiled !== undefined) enableCompileCache(compiled);
await import('./delivery-app.ts');
