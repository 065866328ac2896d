// The settings of an instance: what its definition declares, what the caller gave, and which of it is secret.

import { Problem } from '../core/errors.ts';
import { writeValue } from '../core/http.ts';
import { Secret } from '../core/secret.ts';
import { fillTemplate } from '../core/template.ts';
import type { Definition } from './define.ts';
import { normalizeSiteAddress } from './site-address.ts';

/** Values by setting key, as they are used and shown; null where a declared setting has none. */
export type SettingValues = Record<string, string | null>;

/** What stands in place of a secret wherever it is read back; sent back, it leaves the secret as it is. */
export const mask = '********';

/** The settings that the platform fills with the vendor's tokens. */
export const tokenSettings = {
  access: 'oauth.user.token',
  secret: 'oauth.user.token.secret',
  refresh: 'oauth.user.refresh_token',
  time: 'oauth.user.refresh_time',
} as const;

const secretKeys = new Set<string>([
  'oauth.api.key',
  'oauth.api.secret',
  tokenSettings.access,
  tokenSettings.secret,
  tokenSettings.refresh,
  'password',
  'aws.api.secret',
  'event.notification.signature.key',
  'event.notification.basic.password',
]);

const secretName = /(passw(or)?d|secret|token|api[._-]?key|private[._-]?key|signature[._-]?key)$/i;

/** Whether a setting's value must be sealed, and masked where it is read back. */
export function isSecretSetting(definition: Definition, key: string): boolean {
  if (secretKeys.has(key)) return true;
  const setting = definition.settings.get(key);
  return setting === undefined ? secretName.test(key) : setting.type === 'PASSWORD';
}

/** Settings given by a caller, split into what is stored in clear and what is sealed. */
export interface GivenSettings {
  values: Record<string, string>;
  secrets: Record<string, Secret>;
}

/**
 * Splits what a caller gave. Values become strings, empty ones count as absent, a mask is left out (it leaves the
 * stored secret as it is), and a setting that is part of a host name is brought into the definition's form.
 * Throws a Problem naming every value that is no scalar or no allowed host.
 */
export function splitSettings(definition: Definition, given: Record<string, unknown>): GivenSettings {
  const faults: string[] = [];
  const split: GivenSettings = { values: {}, secrets: {} };
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === '' || value === mask) continue;
    const text = writeValue(value);
    if (isSecretSetting(definition, key)) {
      split.secrets[key] = new Secret(text);
      continue;
    }
    try {
      split.values[key] = checkHostPart(definition, key, text);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));
  fillFromSite(definition, split.values);
  return split;
}

/** An address that is given moves the settings that go with it, unless they are given, too. */
function fillFromSite(definition: Definition, values: Record<string, string>): void {
  const { setting = '', fills = {} } = definition.document.valence?.siteAddress ?? {};
  if (values[setting] === undefined) return;
  for (const [key, text] of Object.entries(fills)) values[key] ??= fillSettings(text, values);
}

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** A setting that a URL of the definition has in its host part is one DNS label, or the definition's site address. */
function checkHostPart(definition: Definition, key: string, text: string): string {
  const site = definition.document.valence?.siteAddress;
  if (site?.setting === key) return normalizeSiteAddress(site, text, key);
  const isHostPart = definition.document.configuration.some((setting) =>
    /^https?:\/\/([^/?#]*)/i.exec(setting.defaultValue ?? '')?.[1]?.includes(`{${key}}`),
  );
  if (isHostPart && !dnsLabel.test(text)) {
    throw new Problem('badRequest', `${key} is part of a host name: give one label of letters, digits and hyphens.`);
  }
  return text;
}

/**
 * The values of every declared setting and of every other that was given: the given value, else the default. The
 * placeholders of defaults are filled from the other settings, except in `base.url`, which calls fill.
 */
export function mergeSettings(definition: Definition, given: Record<string, string>): SettingValues {
  const values: SettingValues = {};
  for (const [key, setting] of definition.settings) values[key] = setting.defaultValue ?? null;
  Object.assign(values, given);
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && key !== 'base.url' && !Object.hasOwn(given, key)) values[key] = fillSettings(value, values);
  }
  return values;
}

/** Characters that a setting may grow to when it is filled. */
const longestFilled = 1_000_000;

/**
 * Fills the placeholders of a text from settings, also those inside the values filled in. Settings that name each other
 * over and over grow to a million characters at most; placeholders beyond that stay as they are.
 */
export function fillSettings(text: string, values: SettingValues): string {
  let filled = text;
  for (let depth = 0; depth < 5; depth++) {
    let size = filled.length;
    const next = fillTemplate(filled, (key) => {
      const value = Object.hasOwn(values, key) ? (values[key] ?? undefined) : undefined;
      size += value?.length ?? 0;
      return size > longestFilled ? undefined : value;
    });
    if (next === filled) break;
    filled = next;
  }
  return filled;
}

/** The keys of required settings that have no value; `known` are the keys that were given or stored. */
export function missingSettings(definition: Definition, known: ReadonlySet<string>): string[] {
  return [...definition.settings.values()]
    .filter((setting) => setting.required === true && setting.internal !== true && setting.active !== false)
    .filter((setting) => !known.has(setting.key) && (setting.defaultValue ?? '') === '')
    .map((setting) => setting.key);
}

/** A number that stands for a setting in `/configuration/{configId}`: the same in every release. */
export function settingId(key: string): number {
  return hashOfName(key) % 0x7fffffff;
}

/** A number made of a name, the same in every release and process (FNV-1a, 32 bits). */
export function hashOfName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
