// What an element can do, for a card in a catalog: how it signs in, which events it has and which bulk jobs.

import { isObject, parseJson } from '../core/http.ts';
import { type Definition, declaredObjects } from './define.ts';

type Open = Record<string, unknown>;

/** The ways in which events come, in the words of `event.metadata`. */
const eventMethods = ['polling', 'webhook'] as const;

/**
 * What an element can do. Expanded, the events name the objects that have them, by the way in which they come, with the
 * kinds of change (`eventTypes`) and, where rows are polled, the path that is read (`pollUrl`); and the objects are
 * listed with what can be done to each. Settings that are no JSON count as absent.
 */
export function elementMetadata(definition: Definition, { expand }: { expand: boolean }): Open {
  const document: Open = { ...definition.document };
  const declared = isObject(document['elementMetadata']) ? document['elementMetadata'] : {};
  const authentication = definition.document.authentication.type;
  const method = settingOf(definition, 'event.vendor.type')?.replace(/^webhooks$/, 'webhook');
  const supported = method !== undefined && method !== '' && method !== 'none';
  return {
    ...declared,
    id: definition.id,
    key: definition.key,
    name: document['name'],
    description: document['description'] ?? null,
    hub: document['hub'],
    image: document['image'] ?? null,
    active: document['active'] !== false,
    beta: document['beta'] === true,
    extended: definition.extended,
    defaultAuthentication: authentication,
    authenticationTypes: [authentication],
    events: { supported, methods: supported ? [method] : [], ...(expand ? eventObjects(definition) : {}) },
    bulk: { download: document['bulkDownloadEnabled'] === true, upload: document['bulkUploadEnabled'] === true },
    ...(expand ? { objects: declaredObjects(definition.document).flatMap(objectAbilities) } : {}),
  };
}

function settingOf({ settings }: Definition, key: string): string | undefined {
  return settings.get(key)?.defaultValue ?? undefined;
}

function jsonOf(definition: Definition, key: string): Open {
  const value = parseJson(settingOf(definition, key) ?? '');
  return isObject(value) ? value : {};
}

/** The objects with events, by way. What is polled without being named in the metadata is known by its poller alone. */
function eventObjects(definition: Definition): Open {
  const metadata = jsonOf(definition, 'event.metadata');
  const pollers = jsonOf(definition, 'event.poller.configuration');
  const found = eventMethods.map((method): [string, Open] => {
    const described = metadata[method] ?? metadata[`${method}s`];
    const objects = new Map(Object.entries(isObject(described) ? described : {}));
    if (method === 'polling') for (const name of Object.keys(pollers)) if (!objects.has(name)) objects.set(name, {});
    const entries = [...objects].map(([name, object]) => [
      name,
      eventsOf(object, method === 'polling' ? pollers[name] : undefined),
    ]);
    return [method, Object.fromEntries(entries)];
  });
  return Object.fromEntries(found.filter(([, objects]) => Object.keys(objects).length > 0));
}

function eventsOf(object: unknown, poller: unknown): Open {
  const types = isObject(object) ? object['eventTypes'] : undefined;
  const url = isObject(poller) ? poller['url'] : undefined;
  return {
    // A poller tells what was made from what was changed; it never sees what is gone.
    eventTypes: Array.isArray(types)
      ? types.filter((type) => typeof type === 'string')
      : poller === undefined
        ? []
        : ['created', 'updated'],
    ...(typeof url === 'string' ? { pollUrl: url } : {}),
  };
}

function objectAbilities(object: Open): Open[] {
  const { name } = object;
  if (typeof name !== 'string') return [];
  return [
    {
      name,
      bulkDownloadEnabled: object['bulkDownloadEnabled'] === true || object['hulkDownloadEnabled'] === true,
      bulkUploadEnabled: object['bulkUploadEnabled'] === true || object['hulkUploadEnabled'] === true,
      eventsEnabled: object['eventsEnabled'] === true,
    },
  ];
}
