// Who may call: what a request must carry, as the document's parameters and its kind of authentication say.

import { constantText, placeholders, renderTemplate } from '../../src/core/template.ts';
import type { Definition } from '../../src/element/define.ts';
import { isSecretSetting, tokenSettings } from '../../src/element/settings.ts';
import type { CompiledParameter } from '../../src/engine/compile.ts';
import { challenge, type OAuth1Server } from '../oauth1.ts';
import { verify } from '../oauth1-verify.ts';
import type { SandboxState } from '../state.ts';
import type { VendorKey } from '../vendor.ts';
import type { Operation } from './operation.ts';
import { givenAt, schemeOf } from './pages.ts';
import { type Provisioning, readyTokens } from './provisioning.ts';
import type { Recognized } from './recognize.ts';

/** Why a request is refused. */
export interface Refused {
  message: string;
  headers: Record<string, string>;
}

/** The check of who calls. */
export interface Credentials {
  /** What is wrong with the credentials of a request, or undefined when they are good. */
  refuse(recognized: Recognized): Refused | undefined;
  /** why no request is refused; undefined when some are */
  open: string | undefined;
}

/** Reads where the document places credentials. */
export function createCredentials(
  definition: Definition,
  operations: readonly Operation[],
  { values }: Provisioning,
  server: { state: SandboxState; vendor: VendorKey; oauth1: OAuth1Server },
): Credentials {
  const { type } = definition.document.authentication;
  const scripts = operations.flatMap(({ compiled }) => compiled.preRequest.map(({ source }) => source));
  const answered = new Set(operations.flatMap(({ compiled }) => writtenSettings(compiled.responseParameters)));
  const byScript = (key: string) => [...scripts, ...after(operations)].some((source) => mentions(source, key));
  const open = openReason();

  return { refuse: (recognized) => (open === undefined ? refuse(recognized) : undefined), open };

  function openReason(): string | undefined {
    const setsHeader = scripts.some((source) => /['"]?authorization['"]?\s*[\]:=]/i.test(source));
    const isPlaced = operations.some(({ compiled }) => compiled.parameters.some((one) => keysOf(one).length > 0));
    if (type === 'none') return 'the element needs no credentials';
    if (setsHeader) return 'scripts put the credentials on its requests';
    if (isPlaced || hasScheme()) return undefined;
    return scripts.length > 0 ? 'scripts put the credentials on its requests' : 'the document places no credential';
  }

  function hasScheme(): boolean {
    if (type === 'basic') return (values['username'] ?? values['password'] ?? '') !== '';
    return type === 'oauth1' || type.startsWith('oauth2');
  }

  function refuse(recognized: Recognized): Refused | undefined {
    const { operation } = recognized;
    // What a connection begins with cannot carry what it brings.
    const brings = operation.isLifecycle
      ? new Set(writtenSettings(operation.compiled.responseParameters))
      : new Set<string>();
    if (operation.verb === 'token' || operation.verb === 'authorize') return undefined;
    for (const parameter of operation.compiled.parameters) {
      const keys = keysOf(parameter);
      if (keys.length === 0 || keys.some((key) => brings.has(key))) continue;
      const reason = wrongParameter(recognized, parameter, keys);
      if (reason !== undefined) return { message: reason, headers: challengeOf(type) };
    }
    const setsAuthorization = operation.compiled.parameters.some(
      (one) =>
        one.to === 'header' &&
        one.vendorName.toLowerCase() === 'authorization' &&
        (one.template !== undefined || one.from === 'configuration'),
    );
    return setsAuthorization ? undefined : wrongScheme(recognized);
  }

  /** The settings of a parameter that are credentials, where their values are known here. */
  function keysOf(parameter: CompiledParameter): string[] {
    const { from, name, to, template } = parameter;
    if (!['header', 'query', 'path', 'form', 'bodyField', 'bodyToken'].includes(to)) return [];
    const keys =
      from === 'configuration'
        ? [name]
        : template === undefined || constantText(template) !== undefined
          ? []
          : placeholders(name);
    const known = keys.filter((key) => definition.settings.has(key) || key.startsWith('oauth.'));
    const isSecret = known.some((key) => isSecretSetting(definition, key) || credentialName.test(key));
    if (!isSecret || known.length !== keys.length) return [];
    return known.some((key) => !isToken(key) && (values[key] ?? '') === '' && !answered.has(key)) ||
      known.some(byScript)
      ? []
      : known;
  }

  function wrongParameter(
    recognized: Recognized,
    parameter: CompiledParameter,
    keys: readonly string[],
  ): string | undefined {
    const place = `${parameter.to} ${parameter.vendorName}`;
    const given = givenAt(recognized, parameter);
    if (given === undefined)
      return `The request carries no ${place}, which the document fills from ${keys.join(' and ')}.`;
    const expected = (find: (key: string) => string) =>
      parameter.template === undefined ? find(keys[0] ?? '') : renderTemplate(parameter.template, find);
    if (keys.some(isToken)) {
      const [before = '', behind = ''] = expected((key) => (isToken(key) ? '\u0000' : (values[key] ?? ''))).split(
        '\u0000',
      );
      const token = given.slice(before.length, given.length - behind.length);
      return given.startsWith(before) && isGoodToken(token)
        ? undefined
        : `The ${place} holds no access token that is good.`;
    }
    const wanted = expected((key) => knownValue(key));
    return given === wanted
      ? undefined
      : `The ${place} is wrong: here the ${keys.map((key) => `setting ${key} is ${knownValue(key)}`).join(', the ')}.`;
  }

  function knownValue(key: string): string {
    const value = values[key] ?? '';
    return value === '' && answered.has(key) ? filledSetting(definition.key, key) : value;
  }

  function isGoodToken(token: string): boolean {
    return server.state.tokens.goodAccessToken(server.vendor, token) !== undefined;
  }

  function wrongScheme(recognized: Recognized): Refused | undefined {
    const { request } = recognized;
    const authorization = request.headers['authorization'] ?? '';
    if (type === 'basic' && hasScheme()) {
      const wanted = `${values['username'] ?? ''}:${values['password'] ?? ''}`;
      const [, encoded = ''] = /^Basic +(\S+)$/i.exec(authorization) ?? [];
      if (Buffer.from(encoded, 'base64').toString('utf8') === wanted) return undefined;
      const message = `Basic credentials are missing or wrong: here they are ${wanted}.`;
      return { message, headers: challengeOf(type) };
    }
    if (type === 'oauth1') return wrongSignature(recognized);
    if (!type.startsWith('oauth2')) return undefined;
    // A token that the document places elsewhere has been looked at already.
    if (recognized.operation.compiled.parameters.some((one) => keysOf(one).some(isToken))) return undefined;
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (isGoodToken(token)) return undefined;
    return { message: 'The access token is missing, expired or revoked.', headers: challengeOf(type) };
  }

  function wrongSignature({ request }: Recognized): Refused | undefined {
    const { state, vendor, oauth1 } = server;
    const verified = verify(
      state,
      oauth1,
      request,
      (value) => state.tokens.goodAccessToken(vendor, value)?.secret,
      schemeOf(values),
    );
    if (!('reason' in verified)) return undefined;
    return { message: `The signature is refused: ${verified.reason}.`, headers: challenge(request, verified) };
  }
}

/** Some documents ask for credentials in plain settings. */
const credentialName = /^username$|token|secret|session|passw|api[._-]?key/i;

function isToken(key: string): boolean {
  return key === tokenSettings.access;
}

function challengeOf(type: string): Record<string, string> {
  if (type === 'basic') return { 'www-authenticate': 'Basic realm="sandbox"' };
  return type.startsWith('oauth2') ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {};
}

/** The settings that response parameters write. */
function writtenSettings(parameters: readonly CompiledParameter[]): string[] {
  return parameters.map(({ name, to, vendorName }) => (to === 'configuration' ? vendorName : name));
}

/** What an answer fills a setting with. */
export function filledSetting(elementKey: string, key: string): string {
  const tokens = readyTokens(elementKey);
  if (key === tokenSettings.access) return tokens.access;
  if (key === tokenSettings.refresh) return tokens.refresh;
  if (/expires|_time$|interval/i.test(key)) return '3600';
  return `sandbox-${key.replace(/[^A-Za-z0-9]+/g, '-')}`;
}

function after(operations: readonly Operation[]): string[] {
  return operations.flatMap(({ compiled }) => compiled.postRequest.map(({ source }) => source));
}

/** Whether a script writes a setting: it names it and gives a configuration back. */
function mentions(source: string, key: string): boolean {
  return source.includes(key) && /['"]?configuration['"]?\s*:/.test(source);
}
