// The settings of an account as templates and hooks see them: values in clear, secrets opened, tokens in their places.

import type { Account } from '../auth/schemes.ts';
import type { Secret } from '../core/secret.ts';
import { fillSettings, tokenSettings } from '../element/settings.ts';
import type { Configuration, SigningAccount } from './element-call.ts';
import type { PlatformAddresses } from './platform-addresses.ts';

/** The settings of an account for one call; `addresses` gives the platform's own, which stand in for missing settings. */
export function configurationOf(
  { account, tokens }: SigningAccount,
  addresses: (account: Account) => PlatformAddresses,
): Configuration {
  const { values } = account;
  const secret = (key: string): Secret | undefined => {
    if (key === tokenSettings.access && tokens?.access !== undefined) return tokens.access;
    if (key === tokenSettings.refresh && tokens?.refresh !== undefined) return tokens.refresh;
    if (key === tokenSettings.secret && tokens?.secret !== undefined) return tokens.secret;
    return Object.hasOwn(account.secrets, key) ? account.secrets[key] : undefined;
  };
  const address = (key: string): string | undefined => {
    if (key === 'webhookCallbackUrl') return addresses(account).webhookCallbackUrl;
    return key === 'insert_base_url' ? addresses(account).baseUrl : undefined;
  };
  return {
    find(key) {
      const value = Object.hasOwn(values, key) ? values[key] : undefined;
      if (value === undefined || value === null) return secret(key)?.reveal() ?? address(key);
      return value.includes('{') ? fillSettings(value, values) : value;
    },
    all() {
      const all: Record<string, string | null> = { ...values };
      for (const [key, value] of Object.entries(account.secrets)) all[key] = value.reveal();
      for (const key of [tokenSettings.access, tokenSettings.refresh, tokenSettings.secret]) {
        const token = secret(key);
        if (token !== undefined) all[key] = token.reveal();
      }
      return all;
    },
  };
}
