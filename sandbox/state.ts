// Everything the sandbox remembers, in one value: a reset is a new one.

import type { Account } from './accounts.ts';
import { type ApplicationStore, createApplicationStore } from './applications.ts';
import { type CodeStore, createCodeStore } from './authorization-codes.ts';
import { type AllSettings, documentedSettings } from './settings.ts';
import { createTokenStore, type TokenStore } from './tokens.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** What the vendors share. */
export interface SandboxState {
  now: () => Date;
  applications: ApplicationStore;
  codes: CodeStore;
  tokens: TokenStore;
  settings: AllSettings;
  /** What the vendors send of their own accord. */
  webhooks: Webhooks;
  /** Passwords that people have changed, by e-mail address. */
  passwords: Map<string, string>;
  /** People between login page and consent page, by the ticket in the page's form. */
  logins: Map<string, Account>;
}

/** The state that a fresh sandbox starts with. */
export function createState(now: () => Date): SandboxState {
  const settings = documentedSettings();
  return {
    now,
    applications: createApplicationStore(),
    codes: createCodeStore(),
    tokens: createTokenStore(now),
    settings,
    webhooks: createWebhooks(now, settings),
    passwords: new Map(),
    logins: new Map(),
  };
}
