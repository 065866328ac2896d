// The settings that the platform itself reads. A private element has them without declaring them; the catalog's
// documents declare what they use.

import { resourcesOf } from './define.ts';
import type { ElementDocument, Setting } from './definition.ts';

type Kind = 'any' | 'basic' | 'oauth1' | 'oauth2';

/** key, name, type, default, and who sees it: a person who connects an account, an operator, or the platform alone */
type Row = [string, string, string, string | undefined, 'shown' | 'hidden' | 'internal'];

/** What every kind of OAuth knows the vendor's application by. */
const application: Row[] = [
  ['oauth.api.key', 'OAuth API key', 'TEXTFIELD_1000', undefined, 'hidden'],
  ['oauth.api.secret', 'OAuth API secret', 'TEXTFIELD_1000', undefined, 'hidden'],
  ['oauth.callback.url', 'OAuth callback URL', 'TEXTFIELD_1000', undefined, 'hidden'],
];

const rows: Record<Kind, Row[]> = {
  any: [
    ['base.url', 'Base URL', 'TEXTFIELD_1000', undefined, 'hidden'],
    ['pagination.type', 'Pagination type', 'TEXTFIELD_32', undefined, 'hidden'],
    ['pagination.max', 'Most rows of a page', 'TEXTFIELD_32', '100', 'hidden'],
    ['pagination.page.startindex', 'Number of the first page', 'TEXTFIELD_32', undefined, 'hidden'],
    ['filter.response.nulls', 'Leave null values out of answers', 'BOOLEAN', 'true', 'shown'],
    ['event.vendor.type', 'Vendor event type', 'TEXTFIELD_32', undefined, 'internal'],
    ['event.notification.enabled', 'Events enabled', 'BOOLEAN', 'false', 'shown'],
    ['event.notification.callback.url', 'Callback URL of events', 'TEXTFIELD_1000', undefined, 'shown'],
    ['event.notification.callback.headers', 'Callback headers of events', 'TEXTFIELD_1000', undefined, 'shown'],
    ['event.notification.signature.key', 'Signature key of events', 'TEXTFIELD_128', undefined, 'hidden'],
    ['event.notification.basic.username', 'Basic user name of callbacks', 'TEXTFIELD_1000', undefined, 'shown'],
    ['event.notification.basic.password', 'Basic password of callbacks', 'PASSWORD', undefined, 'shown'],
    ['event.notification.subscription.id', 'Subscription at the vendor', 'TEXTFIELD_1000', undefined, 'internal'],
    ['event.notification.instance.finder', 'How events find their instance', 'TEXTFIELD_1000', undefined, 'hidden'],
    ['event.poller.refresh_interval', 'Minutes between polls', 'TEXTFIELD_32', '15', 'shown'],
    ['event.poller.configuration', 'What is polled', 'CODE_EDITOR', undefined, 'hidden'],
    ['event.metadata', 'Which events there are', 'TEXTAREA', undefined, 'hidden'],
    ['bulk.query.field_name', 'Bulk: field of the time of change', 'TEXTFIELD_128', undefined, 'hidden'],
    ['bulk.query.operator', 'Bulk: operator of the time', 'TEXTFIELD_128', undefined, 'hidden'],
    ['bulk.query.date_mask', 'Bulk: how the time is written', 'TEXTFIELD_128', undefined, 'hidden'],
    ['bulk.query.download_format', 'Bulk: format of downloads', 'TEXTFIELD_128', undefined, 'hidden'],
    ['bulk.attribute.created_time', 'Bulk: field of the time of creation', 'TEXTFIELD_128', undefined, 'hidden'],
    ['bulk.relations', 'Bulk: relations', 'TEXTAREA', undefined, 'hidden'],
    ['bulk.add_metadata', 'Bulk: add metadata', 'TEXTFIELD_128', undefined, 'hidden'],
  ],
  basic: [
    ['username', 'User name', 'TEXTFIELD_1000', undefined, 'shown'],
    ['password', 'Password', 'PASSWORD', undefined, 'shown'],
  ],
  oauth1: [
    ...application,
    ['oauth.request.url', 'OAuth request URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.authorization.url', 'OAuth authorization URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.token.url', 'OAuth token URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.request.authorization.type', 'Where requests are signed', 'TEXTFIELD_32', undefined, 'hidden'],
    ['oauth.user.token', 'OAuth access token', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.user.token.secret', 'OAuth token secret', 'TEXTFIELD_1000', undefined, 'internal'],
  ],
  oauth2: [
    ...application,
    ['oauth.scope', 'OAuth scope', 'TEXTFIELD_1000', undefined, 'hidden'],
    ['oauth.authorization.url', 'OAuth authorization URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.token.url', 'OAuth token URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.token.refresh_url', 'OAuth refresh URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.token.revoke_url', 'OAuth revoke URL', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.basic.header', 'Application’s secret in a Basic header', 'BOOLEAN', undefined, 'hidden'],
    ['oauth.user.token', 'OAuth access token', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.user.refresh_token', 'OAuth refresh token', 'TEXTFIELD_1000', undefined, 'internal'],
    ['oauth.user.refresh_interval', 'Seconds between refreshes', 'TEXTFIELD_32', undefined, 'internal'],
    ['oauth.user.refresh_time', 'Time of the last refresh', 'TEXTFIELD_64', undefined, 'internal'],
  ],
};

const settings = new Map<string, Setting[]>(
  Object.entries(rows).map(([kind, ofKind]) => [kind, ofKind.map(settingOf)]),
);

function settingOf([key, name, type, defaultValue, seen]: Row): Setting {
  return {
    key,
    name,
    description: name,
    type,
    ...(defaultValue === undefined ? {} : { defaultValue }),
    required: false,
    internal: seen === 'internal',
    hideFromConsole: seen !== 'shown',
    active: true,
    companyConfig: false,
    resellerConfig: false,
    groupControl: false,
    displayOrder: 100,
  };
}

const neededAddress: Setting = { ...settingOf(rows.any[0] as Row), required: true };

const reserved = new Set<string>([
  ...[...settings.values()].flat().map(({ key }) => key),
  'oauth.authorization.type',
  'aws.api.key',
  'aws.api.secret',
  'aws.region',
  'expires',
  'expires_in',
]);

/** Whether a key is the platform's own: it is there without being created, and creating it is refused. */
export function isReservedSetting(key: string): boolean {
  return reserved.has(key) || key.startsWith('event.') || key.startsWith('bulk.');
}

/** The platform's own settings of an element with a type of authentication; the same objects each time. */
export function reservedSettings(authenticationType: string): readonly Setting[] {
  const kind = authenticationType.startsWith('oauth2') ? 'oauth2' : authenticationType;
  const withPassword = authenticationType === 'oauth2Password' ? (settings.get('basic') ?? []) : [];
  const ofKind = kind === 'any' ? [] : (settings.get(kind) ?? []);
  return [...(settings.get('any') ?? []), ...ofKind, ...withPassword];
}

/**
 * The document with the platform's own settings that it does not declare, after its own. An address is demanded where
 * resources need one.
 */
export function withReservedSettings(document: ElementDocument): ElementDocument {
  const declared = new Set(document.configuration.map(({ key }) => key));
  const missing = reservedSettings(document.authentication.type).filter(({ key }) => !declared.has(key));
  const isRelative = resourcesOf(document).some(({ vendorPath }) => !/^https?:/i.test(vendorPath ?? ''));
  const added = missing.map((setting) => (setting.key === 'base.url' && isRelative ? neededAddress : setting));
  return { ...document, configuration: [...document.configuration, ...added] };
}
