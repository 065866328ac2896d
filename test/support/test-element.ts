// Elements that a test makes up, for those that provision instances of them in their own way.

import { type Answer, credentials, type Platform } from './platform.ts';
import type { RecordingVendor, TestElement, TestInstance } from './recording-vendor.ts';

let elements = 0;

/** Makes an element whose vendor is this one, and gives back its key. */
export async function makeElement(
  platform: Platform,
  vendor: Pick<RecordingVendor, 'url'>,
  { configuration = [], ...members }: TestElement,
): Promise<string> {
  const key = `own${++elements}`;
  const given = new Set(configuration.map((setting) => setting['key']));
  const usual = [
    { key: 'base.url', defaultValue: vendor.url, internal: true },
    { key: 'oauth.token.url', defaultValue: `${vendor.url}/token`, internal: true },
  ].filter((setting) => !given.has(setting.key));
  const created = await platform.call('POST', '/elements', {
    body: {
      key,
      name: key,
      hub: 'general',
      authentication: { type: 'custom' },
      ...members,
      configuration: [...usual, ...configuration],
    },
  });
  if (created.status !== 200) throw new Error(`The element was refused: ${created.body.message}`);
  return key;
}

/** `POST /instances`, with what the test adds to the body. */
export function provision(
  platform: Platform,
  elementKey: string,
  body: Record<string, unknown> = {},
  options: { authorization?: string } = {},
): Promise<Answer> {
  return platform.call('POST', '/instances', {
    ...options,
    body: { element: { key: elementKey }, name: elementKey, configuration: {}, ...body },
  });
}

/** The instance of a provisioning that succeeded. Throws an Error when it did not. */
export function instanceOf(
  platform: Platform,
  elementKey: string,
  { status, body }: Answer,
  user = credentials(),
): TestInstance {
  if (status !== 200) throw new Error(`The instance was refused: ${status} ${body.message} ${body.providerMessage}`);
  const { id, token } = body;
  return {
    id,
    token,
    elementKey,
    call: (method, path, options) =>
      platform.call(method, path, { authorization: `${user}, Element ${token}`, ...options }),
  };
}

/** Settings and authentication of an instance whose OAuth 2 tokens the caller brings. */
export function ownTokens(access: string, refresh?: string): Record<string, unknown> {
  return {
    externalAuthentication: 'initial',
    configuration: {
      'oauth.api.key': 'application-key',
      'oauth.api.secret': 'application-secret',
      'oauth.user.token': access,
      ...(refresh === undefined ? {} : { 'oauth.user.refresh_token': refresh }),
    },
  };
}
