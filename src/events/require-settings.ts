// What is wrong with an instance's settings about events, said before anything is stored or sent.

import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import { requireEventSettings } from '../element/event-settings.ts';
import type { SettingValues } from '../element/settings.ts';
import { requirePollable } from './poll-settings.ts';

/** Throws a Problem that names every fault of the settings about events: of callbacks, of webhooks and of polling. */
export function requireEvents(definition: Definition, values: SettingValues): void {
  const faults: string[] = [];
  for (const check of [requireEventSettings, requirePollable]) {
    try {
      check(definition, values);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));
}
