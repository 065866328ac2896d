// Elements as callers see them.

import { isObject } from '../core/http.ts';
import type { Definition } from './define.ts';
import type { Setting } from './definition.ts';
import { withNumbers } from './parts.ts';
import { firstOwnNumber } from './server-members.ts';
import { settingId } from './settings.ts';

/** Any JSON object; documents carry members that no schema knows. */
export type Open = Record<string, unknown>;

const largeMembers = new Set([
  'configuration',
  'resources',
  'hooks',
  'objects',
  'models',
  'valence',
  'elementMetadata',
]);

/** An element without its large parts, as lists and instances show it. */
export function elementSummary(definition: Definition): Open {
  const members = Object.entries(definition.document).filter(([name]) => !largeMembers.has(name) && name !== 'id');
  return { id: definition.id, ...Object.fromEntries(members), ...stateOf(definition), parameters: [], resources: [] };
}

/** An element whole, with a number for each of its parts. */
export function elementDetail(definition: Definition): Open {
  const { id: _, ...document } = withNumbers(definition.document);
  return {
    id: definition.id,
    ...document,
    ...stateOf(definition),
    private: definition.owner !== undefined,
    extended: definition.extended,
    parameters: listOf(document['parameters']),
    configuration: definition.document.configuration.map(settingView),
    hooks: listOf(document['hooks']).map(withBody),
    resources: listOf(document['resources']).map((resource) => resourceDetail(resource, definition)),
  };
}

/** What every element is, also where its document does not say so. */
function stateOf({ document }: Definition): Open {
  const { deleted }: Open = document;
  return { active: document.active !== false, deleted: deleted === true };
}

/** Account 1 stands for the catalog, as existing clients know it; the platform has no account of this number. */
export const catalogAccount = 1;

function resourceDetail(resource: Open, { owner }: Definition): Open {
  const isOwn = Number(resource['id']) >= firstOwnNumber;
  return {
    ...resource,
    ...(Array.isArray(resource['hooks']) ? { hooks: listOf(resource['hooks']).map(withBody) } : {}),
    ...(owner === undefined && isOwn ? {} : { ownerAccountId: owner?.accountId ?? catalogAccount }),
  };
}

function listOf(value: unknown): Open[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Existing clients rely on a text in every hook. */
function withBody(hook: Open): Open {
  return typeof hook['body'] === 'string' ? hook : { ...hook, body: '' };
}

/** A setting with the number that stands for it. */
export function settingView(setting: Setting): Open {
  return { id: settingId(setting.key), ...setting };
}

const authenticationNames = new Map([
  ['basic', 'User name and password'],
  ['oauth1', 'OAuth 1.0a'],
  ['oauth2', 'OAuth 2'],
  ['oauth2Password', 'OAuth 2 with user name and password'],
  ['apiKey', 'API key'],
  ['custom', 'Custom'],
]);

/** The ways to authenticate at an element. */
export function authenticationTypes(definition: Definition) {
  const { type } = definition.document.authentication;
  return { defaultValue: type, options: [{ value: type, description: authenticationNames.get(type) ?? type }] };
}

/** What callers must pass on from the vendor's consent page, described like settings. */
export function providerDataSettings(definition: Definition): Open[] {
  const names = new Map([
    ['oauth2', ['code']],
    ['oauth1', ['oauth_token', 'oauth_verifier', 'secret']],
  ]).get(definition.document.authentication.type);
  return (names ?? []).map((key) => ({ id: settingId(key), key, name: key, required: true, type: 'TEXTFIELD_1000' }));
}
