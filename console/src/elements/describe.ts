// What members of element documents are called where people read them.

import type { Resource, Setting } from './queries.ts';

const authenticationNames: Record<string, string> = {
  basic: 'User name and password',
  oauth1: 'OAuth 1.0a',
  oauth2: 'OAuth 2',
  oauth2Password: 'OAuth 2 with user name and password',
  apiKey: 'API key',
  custom: 'Custom',
};

/** How accounts sign in at the vendor. */
export function describeAuthentication(type: string): string {
  return authenticationNames[type] ?? type;
}

/** The text of what may be written in HTML; nothing of it is ever shown as HTML. */
export function textOfHtml(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
}

/** Whether the value of a setting is a secret, which no page shows. */
export function isSecretSetting({ type, key }: Setting): boolean {
  return type === 'PASSWORD' || /secret|passw(or)?d|token$|private[._-]?key/i.test(key);
}

/** Whether callers reach a resource; others are steps of a connection, of a chain or of a bulk job. */
export function isCallable({ type, valence }: { type?: Resource['type']; valence?: unknown }): boolean {
  if (typeof valence === 'object' && valence !== null && 'internal' in valence && valence.internal === true)
    return false;
  return type === undefined || type === null || type === 'api' || type === 'apiNoDocumentation';
}

/** The path without the hub, as the descriptions of APIs have it. */
export function pathWithoutHub(path: string): string {
  return path.replace(/^\/hubs\/[^/]+(?=\/|$)/, '');
}
