// Rules for settings, the authentication that reads them, and the element's own `valence` members.

import { isObject, parseJson } from '../core/http.ts';
import { placeholders } from '../core/template.ts';
import { defineElement, resourcesOf } from './define.ts';
import type { ElementDocument, Setting } from './definition.ts';
import { oneOf, type Report } from './finding.ts';
import { isSecretSetting, mask, tokenSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** How accounts sign in: those that the platform signs itself, and those of documents that it leaves to parameters. */
const signedTypes = new Set(['oauth2', 'oauth1', 'oauth2Password', 'basic', 'custom', 'none']);
const unsignedTypes = new Set([
  ...['awsv2', 'awsv4', 'oauth2Pkce', 'oauth2ClientCredentials', 'jwtOauth', 'customApiKey', 'personalAccessToken'],
]);
const settingTypes = /^(TEXTFIELD_\d+|TEXTAREA|PASSWORD|BOOLEAN|BOOLEAN_YESNO|CODE_EDITOR|COMBO)$/;
const pageCounts = ['page', 'page 0', 'page starts with 1', 'offset', 'cursor'];
const jsonSettings = /^(event\.poller\.configuration|event\.metadata|pagination)$/;

/** Checks everything of the element that is not a resource, a parameter or a hook. */
export function checkSettings(document: ElementDocument, surroundings: Surroundings, report: Report): void {
  const definition = defineElement(document, 0, undefined);
  // what a key alone says, before any setting declares its type
  const undeclared = defineElement({ ...document, configuration: [] }, 0, undefined);
  const seen = new Set<string>();
  for (const [index, setting] of document.configuration.entries()) {
    const path = `/configuration/${index}`;
    if (seen.has(setting.key)) {
      report.error(path, `${setting.key} is there twice; only the last counts`, 'Take one of them away.');
    }
    seen.add(setting.key);
    const secrecy = {
      kept: isSecretSetting(definition, setting.key),
      sounds: isSecretSetting(undeclared, setting.key),
    };
    checkSetting(setting, path, secrecy, report);
    checkAddress(setting, path, surroundings, report);
  }
  checkBase(document, surroundings, report);
  checkAuthentication(document, surroundings, report);
  checkExtension(document, report);
}

function checkSetting(
  setting: Setting,
  path: string,
  secrecy: { kept: boolean; sounds: boolean },
  report: Report,
): void {
  const { key, type, required, internal } = setting;
  const value = (setting.defaultValue ?? '').trim();
  if (type && !settingTypes.test(type)) {
    report.warning(
      `${path}/type`,
      `${key} has the type ${type}, which no form knows`,
      'Write TEXTFIELD_32 to TEXTFIELD_1000, TEXTAREA, PASSWORD, BOOLEAN, CODE_EDITOR or COMBO.',
    );
  }
  if (required === true && internal === true && value === '' && !isRequiredElsewhere(key)) {
    report.warning(
      path,
      `${key} is required but internal, so nobody is asked for it and nobody is told when it is missing`,
      'Take internal away if callers give it; take required away if the platform writes it.',
    );
  }
  const isFlag = type?.startsWith('BOOLEAN') === true || /^(true|false)$/i.test(value);
  if ((secrecy.kept || secrecy.sounds) && isLiteral(value) && !isFlag) {
    report.warning(
      `${path}/defaultValue`,
      `${key} is a secret, and its default would be the same for everybody and shown to all who see the element`,
      'Take the default away; if it was ever real, have it replaced at the vendor.',
    );
  }
  if (secrecy.sounds && !secrecy.kept && !isFlag) {
    report.warning(
      `${path}/type`,
      `${key} sounds like a secret, but is stored and shown in clear`,
      'Give it the type PASSWORD.',
    );
  }
  if (key === 'pagination.type' && value !== '' && !pageCounts.includes(value)) {
    report.error(
      `${path}/defaultValue`,
      `pages cannot be counted by "${value}"`,
      `Write ${oneOf(pageCounts)}, or take the default away when the vendor has no pages.`,
    );
  }
  if (key === 'pagination.max' && value !== '' && !(Number(value) > 0) && !isObject(parseJson(value))) {
    report.error(
      `${path}/defaultValue`,
      `pagination.max "${value}" is no number of rows`,
      'Write the most rows that the vendor gives at once, such as 100.',
    );
  }
  const isJson = value !== '' && (jsonSettings.test(key) || /^[[{]\s*["{[]/.test(value));
  if (isJson && parseJson(value) === undefined) {
    report.warning(
      `${path}/defaultValue`,
      `the default of ${key} is no valid JSON, so it counts as none`,
      'Mend the JSON inside the text; quotes in it are written as \\".',
    );
  }
}

/** Tokens are written by the platform, and the addresses of OAuth have a rule of their own. */
function isRequiredElsewhere(key: string): boolean {
  return Object.values<string>(tokenSettings).includes(key) || /^oauth\..*url$/.test(key);
}

/** A value that is one, neither a mask nor only placeholders. */
function isLiteral(value: string): boolean {
  return value !== '' && value !== mask && placeholders(value).length === 0;
}

/** The addresses of OAuth are filled from settings only. */
function checkAddress({ key, defaultValue }: Setting, path: string, { isKnown }: Surroundings, report: Report): void {
  if (!/^oauth\..*url$/.test(key)) return;
  for (const name of placeholders(defaultValue ?? '')) {
    if (isKnown(name)) continue;
    report.error(
      `${path}/defaultValue`,
      `nothing fills {${name}} of ${key}`,
      `Add a setting ${name}, or correct the name.`,
    );
  }
}

function checkBase(document: ElementDocument, { isKnown }: Surroundings, report: Report): void {
  const { configuration } = document;
  const isNeeded = resourcesOf(document).some(({ vendorPath }) => !/^(https?:|\{)/i.test(vendorPath ?? ''));
  if (!isNeeded) return;
  const index = configuration.findIndex(({ key }) => key === 'base.url');
  const setting = configuration[index];
  if (setting === undefined && !isKnown('base.url')) {
    report.error(
      '/configuration',
      'there is no base.url, so calls have no address',
      'Add the setting base.url with the address that the vendorPath of resources is added to.',
    );
  } else if (setting?.internal === true && (setting.defaultValue ?? '') === '') {
    report.warning(
      `/configuration/${index}`,
      'base.url has no default and nobody is asked for it',
      'Give it a default, or see to it that a hook or a response parameter writes it.',
    );
  }
}

function checkAuthentication(document: ElementDocument, surroundings: Surroundings, report: Report): void {
  const { type } = document.authentication;
  const path = '/authentication/type';
  if (unsignedTypes.has(type)) {
    report.warning(
      path,
      `requests are not signed for ${type}`,
      'Put the credential into a header or query parameter of the element.',
    );
  } else if (!signedTypes.has(type)) {
    report.error(path, `${type} is no way to sign in`, `Write ${oneOf(signedTypes)}.`);
  }
  const has = (lifecycle: RegExp) => (document.resources ?? []).some((resource) => lifecycle.test(resource.type ?? ''));
  const addresses: string[] = [];
  if (type === 'oauth1') addresses.push('oauth.request.url');
  if (type === 'oauth1' || (type === 'oauth2' && !has(/^oauthOnAuth(orize|roize)Url$/))) {
    addresses.push('oauth.authorization.url');
  }
  if (type === 'oauth1' || (type === 'oauth2' && !has(/^oauthOnTokenExchange$/))) addresses.push('oauth.token.url');
  if (type === 'oauth2Password' && !has(/^oauth2Password$/)) addresses.push('oauth.token.url');
  for (const key of addresses) requireAddress(document, key, type, surroundings, report);

  const asked: Record<string, string[]> = {
    oauth2: ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url'],
    oauth1: ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url'],
    oauth2Password: ['username', 'password'],
    basic: ['username', 'password'],
  };
  const signsItself = [...(document.parameters ?? [])].some(({ name, vendorName }) =>
    [name, vendorName].some((text) => /^authorization$/i.test(text ?? '')),
  );
  if (type === 'basic' && signsItself) return;
  for (const key of asked[type] ?? []) {
    if (document.configuration.some((setting) => setting.key === key)) continue;
    report.warning(
      '/configuration',
      `${type} needs ${key}, which callers are not asked for`,
      `Add the setting ${key} with required: true.`,
    );
  }
}

function requireAddress(
  { configuration }: ElementDocument,
  key: string,
  type: string,
  { isKnown }: Surroundings,
  report: Report,
): void {
  const index = configuration.findIndex((setting) => setting.key === key);
  const setting = configuration[index];
  if (setting === undefined ? isKnown(key) : (setting.defaultValue ?? '') !== '' || setting.internal !== true) return;
  report.error(
    setting === undefined ? '/configuration' : `/configuration/${index}`,
    `${type} needs ${key}, and the element has none`,
    `Add the setting ${key} with the vendor’s address as its default.`,
  );
}

function checkExtension({ valence, configuration, authentication }: ElementDocument, report: Report): void {
  const site = valence?.siteAddress?.setting;
  if (site !== undefined && !configuration.some(({ key }) => key === site)) {
    report.error(
      '/valence/siteAddress/setting',
      `siteAddress fills ${site}, which is no setting of the element`,
      `Add the setting ${site}, or name the one that the addresses use.`,
    );
  }
  for (const kind of ['oauth1', 'oauth2'] as const) {
    if (valence?.[kind] === undefined || authentication.type.startsWith(kind)) continue;
    report.warning(
      `/valence/${kind}`,
      `${kind} changes nothing while the authentication is ${authentication.type}`,
      'Take it away, or correct the type of authentication.',
    );
  }
}
