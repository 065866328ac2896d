// An instance as callers see it: settings with their defaults, secrets masked.

import { Type } from 'typebox';
import type { Definition } from '../element/define.ts';
import {
  isSecretSetting,
  mask,
  mergeSettings,
  type SettingValues,
  settingId,
  tokenSettings,
} from '../element/settings.ts';
import { elementSummary } from '../element/view.ts';
import type { InstanceRecord } from '../store/instances.ts';

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** An instance in answers. */
export const Instance = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  createdDate: Type.String(),
  updatedDate: Type.String(),
  token: Type.String({ description: 'the element token: keep it, every element call needs it' }),
  element: Type.Object({}, { additionalProperties: true }),
  elementId: Type.Integer(),
  tags: Type.Array(Type.String()),
  provisionInteractions: Type.Array(Type.Unknown()),
  valid: Type.Boolean({ description: 'false when the vendor no longer accepts the grant' }),
  invalidReason: Type.Optional(Type.String()),
  disabled: Type.Boolean(),
  maxCacheSize: Type.Integer(),
  cacheTimeToLive: Type.Integer(),
  configuration: Type.Optional(Type.Record(Type.String(), Nullable)),
  eventsEnabled: Type.Boolean(),
  traceLoggingEnabled: Type.Boolean(),
  cachingEnabled: Type.Boolean(),
  externalAuthentication: Type.String(),
  user: Type.Object({ id: Type.Integer(), emailAddress: Type.String(), firstName: Nullable, lastName: Nullable }),
});

/** An instance for an answer that is given at `now`, in milliseconds since 1970. */
export function instanceView(
  record: InstanceRecord,
  definition: Definition,
  now: number,
): Type.Static<typeof Instance> {
  const configuration = shownSettings(record, definition);
  const reason = record.tokens?.refusedReason;
  return {
    id: record.id,
    name: record.name,
    createdDate: record.createdAt.toISOString(),
    updatedDate: record.updatedAt.toISOString(),
    token: record.token.reveal(),
    element: elementSummary(definition),
    elementId: definition.id,
    tags: record.tags,
    provisionInteractions: [],
    valid: reason === undefined,
    ...(reason === undefined ? {} : { invalidReason: reason }),
    disabled: record.disabled,
    maxCacheSize: record.maxCacheSize,
    cacheTimeToLive: record.cacheTimeToLive,
    configuration,
    eventsEnabled: configuration['event.notification.enabled'] === 'true',
    traceLoggingEnabled: record.traceLoggingUntil !== undefined && record.traceLoggingUntil.getTime() > now,
    cachingEnabled: record.cachingEnabled,
    externalAuthentication: record.externalAuthentication,
    user: {
      id: record.user.id,
      emailAddress: record.user.email,
      firstName: record.user.firstName,
      lastName: record.user.lastName,
    },
  };
}

/** One setting of an instance, in `/configuration`. */
export const InstanceSetting = Type.Object({
  id: Type.Integer(),
  key: Type.String(),
  name: Type.String(),
  description: Nullable,
  type: Type.String(),
  propertyValue: Nullable,
  required: Type.Boolean(),
  active: Type.Boolean(),
  hideFromConsole: Type.Boolean(),
});

/** The settings of an instance as a list. */
export function settingList(record: InstanceRecord, definition: Definition): Type.Static<typeof InstanceSetting>[] {
  return Object.entries(shownSettings(record, definition)).map(([key, propertyValue]) => {
    const setting = definition.settings.get(key);
    return {
      id: settingId(key),
      key,
      name: setting?.name ?? key,
      description: setting?.description ?? null,
      type: setting?.type ?? 'TEXTFIELD_1000',
      propertyValue,
      required: setting?.required === true,
      active: setting?.active !== false,
      hideFromConsole: setting?.hideFromConsole === true,
    };
  });
}

function shownSettings(record: InstanceRecord, definition: Definition): SettingValues {
  const shown = mergeSettings(definition, record.values);
  for (const key of Object.keys(shown)) if (isSecretSetting(definition, key)) shown[key] = null;
  for (const key of Object.keys(record.secrets)) shown[key] = mask;
  const { tokens } = record;
  if (tokens === undefined) return shown;
  if (tokens.access !== undefined) shown[tokenSettings.access] = mask;
  if (tokens.secret !== undefined) shown[tokenSettings.secret] = mask;
  if (tokens.refresh !== undefined) {
    shown[tokenSettings.refresh] = mask;
    shown[tokenSettings.time] = String(tokens.refreshedAt);
  }
  return shown;
}
