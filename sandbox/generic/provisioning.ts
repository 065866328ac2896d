// What an account at the simulated vendor is connected with: a value for every setting that the element asks for, and the
// hosts that its addresses name.

import { isObject } from '../../src/core/http.ts';
import { placeholders } from '../../src/core/template.ts';
import type { Definition } from '../../src/element/define.ts';
import type { ElementDocument, Setting } from '../../src/element/definition.ts';
import type { Parameter } from '../../src/element/parameter.ts';
import { fillSettings, mergeSettings, type SettingValues } from '../../src/element/settings.ts';

/** How an account is connected, and where its vendor is. */
export interface Provisioning {
  /** what a caller gives to connect an account */
  settings: Record<string, string>;
  /** those with the element's defaults */
  values: SettingValues;
  /** host patterns of the element's addresses, `*` for any labels */
  hosts: string[];
  /** what a caller gives as `siteAddress`, if the element has one */
  siteAddress: string | undefined;
}

/** The customer's own name in hosts of vendors that have one for each customer. */
const site = 'sandbox';

/** The tokens that the vendor of an element takes from the start, for accounts that are connected without its pages. */
export function readyTokens(elementKey: string): { access: string; secret: string; refresh: string } {
  return {
    access: `${elementKey}-sandbox-access-token`,
    secret: `${elementKey}-sandbox-token-secret`,
    refresh: `${elementKey}-sandbox-refresh-token`,
  };
}

const addressSettings = [
  'base.url',
  'oauth.authorization.url',
  'oauth.token.url',
  'oauth.token.refresh_url',
  'oauth.token.revoke_url',
  'oauth.request.url',
];

/** Works out how an element's account is connected. */
export function provisioningOf(definition: Definition): Provisioning {
  const { document } = definition;
  const settings: Record<string, string> = {};
  const label =
    document.key
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'element';
  const home = `${label}.sandbox.test`;
  const declared = (key: string): Setting | undefined => definition.settings.get(key);
  const isOpen = (key: string) => (declared(key)?.defaultValue ?? '') === '';

  const siteAddress = fillSite(definition, settings);
  for (const address of addressesOf(document)) {
    for (const { key, isOrigin } of hostSettings(document, address)) {
      if (isOpen(key) && settings[key] === undefined) settings[key] = isOrigin ? `https://${home}` : site;
    }
  }
  if (isOpen('base.url')) settings['base.url'] = `https://${home}`;
  const base = fillSettings(
    settings['base.url'] ?? declared('base.url')?.defaultValue ?? '',
    mergeSettings(definition, settings),
  );
  fillOAuth(definition, settings, URL.canParse(base) ? new URL(base).origin : `https://${home}`);
  const needed = namedSettings(document);
  for (const { key, type, required, internal, active } of document.configuration) {
    if (settings[key] !== undefined || !isOpen(key) || active === false || isPlatforms(key)) continue;
    const asked = required === true && internal !== true;
    if (!asked && !needed.has(key) && key !== 'username' && key !== 'password') continue;
    settings[key] = (type ?? '').startsWith('BOOLEAN') ? 'true' : `sandbox-${key.replace(/[^A-Za-z0-9]+/g, '-')}`;
  }
  const values = mergeSettings(definition, settings);
  return { settings, values, hosts: hostsOf(definition, values), siteAddress };
}

/** What the platform writes or reads by itself. */
function isPlatforms(key: string): boolean {
  return /^(oauth\.(user|token|authorization|request)\.|event\.|bulk\.|pagination|filter\.|default\.select|allow\.select)/.test(
    key,
  );
}

function fillSite({ document, settings: declared }: Definition, settings: Record<string, string>): string | undefined {
  const address = document.valence?.siteAddress;
  if (!isObject(address) || !Array.isArray(address.suffixes)) return undefined;
  if ((declared.get(address.setting)?.defaultValue ?? '') !== '') return undefined;
  const host = `${site}${address.suffixes[0] ?? ''}`;
  settings[address.setting] = address.form === 'label' ? site : address.form === 'host' ? host : `https://${host}`;
  return site;
}

function fillOAuth(
  { document, settings: declared }: Definition,
  settings: Record<string, string>,
  origin: string,
): void {
  const { type } = document.authentication;
  if (!type.startsWith('oauth')) return;
  settings['oauth.api.key'] ??= declared.get('oauth.api.key')?.defaultValue || `${document.key}-sandbox-client`;
  settings['oauth.api.secret'] ??= declared.get('oauth.api.secret')?.defaultValue || `${document.key}-sandbox-secret`;
  if (declared.has('oauth.callback.url') || type !== 'oauth2Password') {
    settings['oauth.callback.url'] ??= 'http://127.0.0.1:8080/callback';
  }
  const needed: Record<string, string> = {
    ...(type === 'oauth2Password' ? {} : { 'oauth.authorization.url': `${origin}/oauth/authorize` }),
    'oauth.token.url': `${origin}/oauth/token`,
    ...(type === 'oauth1' ? { 'oauth.request.url': `${origin}/oauth/request_token` } : {}),
  };
  for (const [key, url] of Object.entries(needed)) {
    if ((declared.get(key)?.defaultValue ?? '') === '') settings[key] ??= url;
  }
}

/** Every address that a document names as a template. */
function addressesOf(document: ElementDocument): string[] {
  const settings = document.configuration.filter(({ key }) => addressSettings.includes(key));
  return [
    ...settings.map(({ defaultValue }) => defaultValue ?? ''),
    ...(document.resources ?? []).map(({ vendorPath }) => vendorPath ?? '').filter((path) => /^https?:/i.test(path)),
  ];
}

/** The settings that fill the host of an address, and whether they are the whole of its beginning. */
function hostSettings(document: ElementDocument, address: string): { key: string; isOrigin: boolean }[] {
  const [host = ''] = /^(?:https?:\/\/[^/?#]*|[^/?#]*)/i.exec(address) ?? [];
  const isOrigin = !/^https?:\/\//i.test(host);
  return placeholders(host).map((name) => ({ key: settingBehind(document, name), isOrigin }));
}

/** A placeholder is filled by the parameter that names it, else by the setting of its name. */
function settingBehind(document: ElementDocument, placeholder: string): string {
  const parameter = (document.parameters ?? []).find(
    ({ type, vendorType, vendorName }) =>
      type === 'configuration' && vendorType === 'path' && vendorName?.replace(/^:/, '') === placeholder,
  );
  return parameter?.name ?? placeholder;
}

/** The settings that parameters and templates read. */
function namedSettings(document: ElementDocument): Set<string> {
  const named = new Set<string>();
  const resources = document.resources ?? [];
  const parameters: Parameter[] = [
    document.parameters ?? [],
    ...resources.map((resource) => resource.parameters ?? []),
  ].flat();
  for (const { type, name, vendorType, vendorName, source } of parameters) {
    if (source === 'response') continue;
    if (type === 'configuration') named.add(name);
    const literal = type === 'value' ? name : vendorType === 'value' ? (vendorName ?? '') : '';
    for (const key of placeholders(literal)) named.add(key);
  }
  for (const address of [...addressesOf(document), ...resources.map(({ vendorPath }) => vendorPath ?? '')]) {
    for (const name of placeholders(address)) named.add(settingBehind(document, name));
  }
  const written = parameters.filter(({ source }) => source === 'response');
  for (const { type, name, vendorName, vendorType } of written) {
    named.delete(vendorType === 'configuration' ? (vendorName ?? '') : type === 'configuration' ? name : '');
  }
  return named;
}

/** Host patterns: those of the addresses as they are filled here, and `*.` where a customer's own name may stand. */
function hostsOf(definition: Definition, values: SettingValues): string[] {
  const { document } = definition;
  const hosts = new Set<string>();
  const more = addressSettings.map((key) => values[key] ?? '');
  for (const address of [...more, ...addressesOf(document)]) {
    const [, pattern] = /^https?:\/\/\$?\{[^{}]*\}(\.[^/?#{}]+)/i.exec(address) ?? [];
    if (pattern !== undefined) addHost(hosts, `*${pattern}`);
    const filled = fillSettings(address, namedBy(document, address, values)).replace(/\$?\{[^{}]*\}/g, site);
    const [, host] = /^https?:\/\/([^/?#]+)/i.exec(filled) ?? [];
    if (host !== undefined) addHost(hosts, host);
  }
  const allowed = document.valence?.hosts;
  if (Array.isArray(allowed)) for (const host of allowed) if (typeof host === 'string') addHost(hosts, host);
  return [...hosts];
}

function namedBy(document: ElementDocument, address: string, values: SettingValues): SettingValues {
  const named: SettingValues = { ...values };
  for (const name of placeholders(address)) named[name] = values[settingBehind(document, name)] ?? null;
  return named;
}

/** A host with a port is asked for with it, and routed without. */
function addHost(hosts: Set<string>, host: string): void {
  const [name = '', port] = host.toLowerCase().split(':');
  hosts.add(name);
  if (port !== undefined) hosts.add(`${name}:${port}`);
}
