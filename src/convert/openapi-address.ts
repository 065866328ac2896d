// Where calls go: the address of a description's server, with its variables as settings.

import type { Setting } from '../element/definition.ts';
import { baseUrlSetting, type ConversionOptions, type Notes, setting, variableName } from './conversion.ts';
import type { ApiDescription, ApiOperation, ApiServer } from './openapi-description.ts';

/** The setting `base.url`, and the settings that it is made of. */
export function addressSettings(
  api: ApiDescription,
  options: ConversionOptions,
  taken: ReadonlySet<string>,
  notes: Notes,
): Setting[] {
  if (options.baseUrl !== undefined) return [baseUrlSetting(options.baseUrl)];
  const server = api.servers.find(({ url }) => !isLocal(url)) ?? api.servers[0];
  const others = api.servers.length - 1;
  if (server === undefined) {
    notes.add('/servers', 'no server is named, so each account is asked for base.url.');
    return [baseUrlSetting(undefined)];
  }
  if (others > 0) notes.add('/servers', `${others} more servers are named; base.url can be set to one of them.`);
  const url = absolute(server.url, options.source);
  if (url === undefined) {
    notes.add('/servers', `the server ${server.url} has no host, so each account is asked for base.url.`);
    return [
      setting('base.url', 'Base URL', { description: `The address of your account, which ends in ${server.url}` }),
    ];
  }
  return templatedAddress(url, server, taken, notes);
}

function templatedAddress(url: string, server: ApiServer, taken: ReadonlySet<string>, notes: Notes): Setting[] {
  const names = [...new Set([...url.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name))];
  if (names.length === 0) {
    if (URL.canParse(url)) return [baseUrlSetting(url)];
    notes.add('/servers', `${url} is no URL, so each account is asked for base.url.`);
    return [baseUrlSetting(undefined)];
  }
  const host = /^[^/]*\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
  const isWhole = names.some((name) => {
    const fallback = server.variables[name]?.default ?? '';
    const stands = host.includes(`{${name}}`);
    return (
      /^\{[^{}]*\}/.test(url) || (stands && (host === `{${name}}` || /[.:/]/.test(fallback) || host.includes(`:{`)))
    );
  });
  // One setting can be a label of a host; a whole host or a port is asked for as part of the address.
  if (isWhole) {
    const filled = url.replace(/\{([^{}]+)\}/g, (whole, name: string) => server.variables[name]?.default ?? whole);
    notes.add('/servers', `the variables of ${url} are no labels of a host, so each account is asked for base.url.`);
    const isUsable = URL.canParse(filled) && !filled.includes('{') && /^https?:/.test(filled) && !isLocal(filled);
    return [
      setting('base.url', 'Base URL', {
        description: `The address of your account, such as ${filled}`,
        ...(isUsable ? { defaultValue: filled.replace(/\/+$/, ''), required: true } : {}),
      }),
    ];
  }
  const settings: Setting[] = [];
  let address = url;
  for (const name of names) {
    const plain = variableName(name);
    const key = taken.has(plain) || reserved.has(plain) ? `server.${plain}` : plain;
    address = address.replaceAll(`{${name}}`, `{${key}}`);
    const { default: fallback, description, options = [] } = server.variables[name] ?? {};
    // A default that stands for the caller's own name would lead every account to the same place.
    const isExample = /^(your|my|example|company|subdomain|domain|tenant|instance|account)([-_]|$)|^example|<.*>/i.test(
      fallback ?? '',
    );
    settings.push(
      setting(key, name, {
        description: description ?? `The part {${name}} of the vendor’s address ${url}`,
        type: options.length > 0 ? 'COMBO' : 'TEXTFIELD_128',
        ...(options.length > 0 ? { options: options.map((value) => ({ value, description: value })) } : {}),
        ...(fallback === undefined || fallback === '' || isExample ? {} : { defaultValue: fallback }),
      }),
    );
  }
  return [baseUrlSetting(address), ...settings];
}

const reserved = new Set(['page', 'pageSize', 'where', 'base.url', 'webhookCallbackUrl', 'insert_base_url']);

function isLocal(url: string): boolean {
  return /^https?:\/\/(localhost|127\.|0\.0\.0\.0|\[::1?\])/i.test(url);
}

/** A server's address against where the description came from; undefined when that leads nowhere. */
export function absolute(url: string, source: string | undefined): string | undefined {
  if (/^https?:\/\//i.test(url) || /^\{/.test(url)) return url;
  if (url.startsWith('//')) return `https:${url}`;
  if (source === undefined || !URL.canParse(source)) return undefined;
  // braces of variables must stay as they are
  const resolved = URL.parse(url, source)?.href.replaceAll('%7B', '{').replaceAll('%7D', '}');
  return resolved !== undefined && /^https?:/.test(resolved) ? resolved : undefined;
}

/** The address of an operation with a server of its own, in front of its path; undefined where it is the usual one. */
export function ownAddress(operation: ApiOperation, options: ConversionOptions, notes: Notes): string | undefined {
  const { server, path } = operation;
  if (server === undefined || options.baseUrl !== undefined) return undefined;
  const filled = server.url.replace(/\{([^{}]+)\}/g, (whole, name: string) => server.variables[name]?.default ?? whole);
  const address = absolute(filled, options.source);
  if (address === undefined || address.includes('{') || !URL.canParse(address)) {
    notes.add(
      `${path}/servers`,
      `the server ${server.url} has variables without defaults; base.url is called instead.`,
    );
    return undefined;
  }
  notes.add(`${path}/servers`, `goes to ${address} whatever base.url is.`);
  return address.replace(/\/+$/, '');
}
