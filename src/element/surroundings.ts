// What a resource stands among: the values that its placeholders and parameters can be filled from.

import type { ElementDocument, Resource } from './definition.ts';
import type { Parameter } from './parameter.ts';
import { tokenSettings } from './settings.ts';

/** What the rules for one resource must know of the element around it. */
export interface Surroundings {
  document: ElementDocument;
  /** Whether a placeholder of this name has a value in every call: a setting, or one of the platform's own. */
  isKnown(key: string): boolean;
  /** names in the paths of the resources whose chains lead to a resource */
  inherited: ReadonlyMap<Resource, ReadonlySet<string>>;
}

/** The platform's own: its addresses, and what it reads from every call. */
const platformNames = ['webhookCallbackUrl', 'insert_base_url', 'page', 'pageSize', 'where'];

/** Reads what resources stand among. */
export function surroundingsOf(
  document: ElementDocument,
  inherited: ReadonlyMap<Resource, ReadonlySet<string>>,
): Surroundings {
  const holders = [document, ...(document.resources ?? [])];
  const known = new Set<string>([
    ...platformNames,
    ...Object.values(tokenSettings),
    ...document.configuration.map(({ key }) => key),
    ...Object.keys(document.valence?.oauth2?.answer?.settings ?? {}),
    ...holders.flatMap(({ parameters }) => (parameters ?? []).flatMap(writtenSettings)),
  ]);
  const scripts = holders.flatMap(({ hooks }) => (hooks ?? []).map(({ body }) => body ?? '')).join('\n');
  return {
    document,
    inherited,
    isKnown: (key) => known.has(key) || writesMember(scripts, key),
  };
}

/** The settings that a parameter writes. */
function writtenSettings({ type, name, source, vendorName, vendorType }: Parameter): string[] {
  if (vendorType === 'configuration') return [vendorName ?? name];
  return source === 'response' && type === 'configuration' ? [name] : [];
}

/** Whether a script writes an object with this member, as hooks write settings. */
function writesMember(scripts: string, key: string): boolean {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w$.])["'\`]?${escaped}["'\`]?\\]?\\s*[:=](?!=)`).test(scripts);
}

/** The scripts that run before a resource's call. */
export function preRequestScripts(document: ElementDocument, resource: Resource): string[] {
  return [...(document.hooks ?? []), ...(resource.hooks ?? [])]
    .filter(({ type, body }) => type === 'preRequest' && (body ?? '').trim() !== '')
    .map(({ body }) => body ?? '');
}
