// What an instance's settings say about its events.

import { Problem } from '../core/errors.ts';
import type { Definition } from './define.ts';
import type { SettingValues } from './settings.ts';

/** How an instance learns of changes at the vendor. */
export interface EventWays {
  webhooks: boolean;
  polling: boolean;
}

/**
 * The ways of an instance, none when its events are not enabled. `event.vendor.type` is `webhook` (or `webhooks`),
 * `polling`, or both, separated by a comma: then polls find what webhooks missed.
 */
export function eventWays(values: SettingValues): EventWays {
  if (values['event.notification.enabled'] !== 'true') return { webhooks: false, polling: false };
  const words = typesOf(values);
  return { webhooks: words.some((word) => /^webhooks?$/.test(word)), polling: words.includes('polling') };
}

function typesOf(values: SettingValues): string[] {
  return (values['event.vendor.type'] ?? '')
    .toLowerCase()
    .split(/[,|;\s]+/)
    .filter((word) => word !== '');
}

/** How an instance is found in what its vendor sends: a setting's value at a path of the payload. */
export function finderOf(values: SettingValues): { finder: string; setting: string; path: string } | undefined {
  const finder = (values['event.notification.instance.finder'] ?? '').trim();
  const [setting = '', path = ''] = finder.split('|').map((part) => part.trim());
  return setting === '' || path === '' ? undefined : { finder, setting, path };
}

/** Throws a Problem that names every fault of the settings about events, before anything is stored or sent. */
export function requireEventSettings(definition: Definition, values: SettingValues): void {
  if (values['event.notification.enabled'] !== 'true') return;
  const faults: string[] = [];
  const url = values['event.notification.callback.url'] ?? '';
  if (url !== '' && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
    faults.push('event.notification.callback.url must be an http or https URL');
  }
  const unknown = typesOf(values).filter((word) => !/^(webhooks?|polling|none)$/.test(word));
  if (unknown.length > 0) {
    faults.push(`event.vendor.type must be webhook, polling or both (webhook,polling), not ${unknown.join(', ')}`);
  }
  if (faults.length > 0) throw new Problem('badRequest', `${definition.key}: ${faults.join('; ')}.`);
}
