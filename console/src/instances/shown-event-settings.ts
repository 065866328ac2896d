// Which settings of events have a meaning with the way in which an account learns of changes.

import type { Setting } from '../elements/queries.ts';
import { eventMethod } from './setting-groups.ts';

/** The settings of events without those of polls where nothing is polled. `all` has the method where it is hidden. */
export function shownEventSettings(
  events: readonly Setting[],
  all: readonly Setting[],
  values: Readonly<Record<string, string | null>>,
): Setting[] {
  const method = values[eventMethod] ?? all.find(({ key }) => key === eventMethod)?.defaultValue ?? '';
  return events.filter(({ key }) => method.includes('polling') || !key.startsWith('event.poller.'));
}
