// Which settings a person is asked for, and where: an element's definition says it.

import type { Setting } from '../elements/queries.ts';
import { mask } from './queries.ts';

/** The settings of an element by the part of the form in which they stand. */
export interface SettingGroups {
  required: Setting[];
  optional: Setting[];
  /** what there is to say about events besides whether they are on */
  events: Setting[];
  /** whether events can be switched on at all */
  hasEvents: boolean;
}

/** What a vendor knows the application by; the organization keeps it, so forms have a part of their own for it. */
export const applicationKeys = ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url', 'oauth.scope'];
/** The switch of events. */
export const eventsSwitch = 'event.notification.enabled';
/** How an account learns of changes. */
export const eventMethod = 'event.vendor.type';

const secretKeys = new Set(['oauth.api.key', 'password', 'aws.api.secret', 'event.notification.signature.key']);

/** Sorts settings into groups; those of the application and those that the platform writes are left out. */
export function groupSettings(settings: readonly Setting[]): SettingGroups {
  const asked = settings.filter((setting) => isAsked(setting) && !applicationKeys.includes(setting.key));
  const isEvents = ({ key }: Setting) => key.startsWith('event.');
  return {
    required: asked.filter((setting) => !isEvents(setting) && isDemanded(setting)),
    optional: asked.filter((setting) => !isEvents(setting) && !isDemanded(setting)),
    events: asked.filter((setting) => isEvents(setting) && setting.key !== eventsSwitch),
    hasEvents: asked.some(({ key }) => key === eventsSwitch),
  };
}

/** Hidden settings are asked for only when nothing works without them. */
function isAsked(setting: Setting): boolean {
  if (setting.internal === true || setting.active === false) return false;
  return setting.hideFromConsole !== true || isDemanded(setting);
}

/** Whether a value must be given. */
export function isDemanded({ required, defaultValue }: Setting): boolean {
  return required === true && (defaultValue ?? '') === '';
}

/** Whether a value must not be read over a shoulder, nor back from the server. */
export function isSecret({ key, type }: Setting): boolean {
  return type === 'PASSWORD' || secretKeys.has(key);
}

/** What is to be sent of a form: what differs from what is there already. Cleared settings are taken away by null. */
export function changedSettings(
  values: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string | null | undefined>>,
): Record<string, string | null> {
  const changed: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(values)) {
    const stored = before[key] ?? '';
    if (value === stored || value === mask || isSameJson(value, stored)) continue;
    changed[key] = value === '' ? null : value;
  }
  return changed;
}

/** Which demanded settings have no value. */
export function missingOf(settings: readonly Setting[], values: Readonly<Record<string, string>>): Set<string> {
  return new Set(
    settings.filter((setting) => isDemanded(setting) && (values[setting.key] ?? '') === '').map(({ key }) => key),
  );
}

/** JSON with line breaks, for people; any other text as it is. */
export function readable(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function isSameJson(value: string, stored: string): boolean {
  return value === readable(stored);
}
