// The application that an instance uses at the vendor, read from its settings.

import { limits } from '../config.ts';
import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import type { Application } from './oauth2.ts';
import type { Account } from './schemes.ts';

/** The OAuth 2 application of an account. Throws a Problem when its key or secret is not set. */
export function application(account: Account): Application {
  const clientId = account.secrets['oauth.api.key'];
  const clientSecret = account.secrets['oauth.api.secret'];
  if (clientId === undefined || clientSecret === undefined) {
    throw new Problem('badRequest', 'oauth.api.key and oauth.api.secret are not set: add both to the configuration.');
  }
  return {
    clientId: clientId.reveal(),
    clientSecret,
    basicHeader: account.values['oauth.basic.header'] === 'true',
  };
}

/** An address of the vendor, from the settings. Throws a Problem when the definition gives none. */
export function requiredUrl({ definition, values }: Pick<Account, 'definition' | 'values'>, key: string): string {
  const url = values[key];
  if (url !== undefined && url !== null) return url;
  throw new Problem('badRequest', `The definition of ${definition.key} has no ${key}: add it to the element.`);
}

/** How long a token endpoint of this element may take, in milliseconds. */
export function tokenTimeoutMs(definition: Definition): number {
  const { oauth2, oauth1 } = definition.document.valence ?? {};
  const seconds = oauth2?.tokenTimeoutSeconds ?? oauth1?.tokenTimeoutSeconds;
  return seconds === undefined ? limits.tokenCallMs : seconds * 1000;
}
