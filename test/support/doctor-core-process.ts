// A process around `@cloudelements/doctor-core`, as a program that uses this library has it: it runs one action with the
// account of the configuration file, hands every status event on, and lets what the library left running come to its
// end. When the action fails, or what was left running, the exit status is not 0.

import { createRequire } from 'node:module';
import type { StatusEvent } from './doctor-clients.ts';

type Action = (asset: string, account: string, options: unknown) => Promise<void>;

interface DoctorCore {
  importAsset: Action;
  exportAsset: Action;
  deleteAsset: Action;
  eventHandler: {
    emitter: { on(topic: string, listener: (event: StatusEvent) => void): void };
    EventTopic: { ASSET_STATUS: string };
  };
}

const require = createRequire(import.meta.url);
const doctor = require('@cloudelements/doctor-core') as DoctorCore;
const actions = { upload: doctor.importAsset, download: doctor.exportAsset, delete: doctor.deleteAsset };

const [action, asset, account, options] = process.argv.slice(2);
doctor.eventHandler.emitter.on(doctor.eventHandler.EventTopic.ASSET_STATUS, (event) => process.send?.(event));
try {
  await actions[action as keyof typeof actions](String(asset), String(account), JSON.parse(String(options)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
