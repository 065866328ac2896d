// Applications registered with the vendors: client id, secret and the callback URLs each one may use.
// One preset per vendor takes any callback URL, so that a fresh checkout can log in without registering anything.

import type { VendorKey } from './vendor.ts';

/** A registered application (OAuth 2 client, RFC 6749 section 2; OAuth 1.0a consumer, RFC 5849 section 1.1). */
export interface Application {
  vendor: VendorKey;
  clientId: string;
  clientSecret: string;
  name: string;
  /** Exact callback URLs that are allowed. */
  redirectUris: readonly string[];
  /** Takes every absolute http or https callback URL; only the presets do. */
  anyRedirectUri: boolean;
  /** Zendesk only: access tokens expire and come with a rotating refresh token; a classic client's last for ever. */
  expiringTokens: boolean;
}

const preset = { redirectUris: [], anyRedirectUri: true, expiringTokens: false };

/** The presets, by vendor; `zendeskExpiring` is a Zendesk client whose tokens expire and rotate. */
export const sandboxApplications = {
  zendesk: {
    ...preset,
    vendor: 'zendesk',
    clientId: 'valence_sandbox',
    clientSecret: 'zendesk-sandbox-secret-classic',
    name: 'Valence at Zendesk',
  },
  zendeskExpiring: {
    ...preset,
    vendor: 'zendesk',
    clientId: 'valence_sandbox_expiring',
    clientSecret: 'zendesk-sandbox-secret-expiring',
    name: 'Valence at Zendesk (expiring tokens)',
    expiringTokens: true,
  },
  desk: {
    ...preset,
    vendor: 'desk',
    clientId: 'deskSandboxConsumerKey',
    clientSecret: 'desk-sandbox-consumer-secret',
    name: 'Valence at Desk.com',
  },
  salesforce: {
    ...preset,
    vendor: 'salesforce',
    clientId: '3MVG9ValenceSandboxConsumerKey',
    clientSecret: 'salesforce-sandbox-secret',
    name: 'Valence at Salesforce',
  },
  act: {
    ...preset,
    vendor: 'act',
    clientId: 'act-sandbox-client',
    clientSecret: 'act-sandbox-secret',
    name: 'Valence at Act! Essentials',
  },
  webex: {
    ...preset,
    vendor: 'webex',
    clientId: 'Cvalencesandboxintegration',
    clientSecret: 'webex-sandbox-secret',
    name: 'Valence at Webex',
  },
} as const satisfies Record<string, Application>;

/** The registered applications. */
export interface ApplicationStore {
  find(vendor: VendorKey, clientId: string): Application | undefined;
  /** Registers an application, or replaces the one with the same vendor and client id. */
  register(application: Application): void;
}

/** A store with the presets in it. */
export function createApplicationStore(): ApplicationStore {
  const applications = new Map<string, Application>();
  const keyOf = (vendor: VendorKey, clientId: string) => `${vendor} ${clientId}`;
  const register = (application: Application) => {
    applications.set(keyOf(application.vendor, application.clientId), application);
  };
  for (const application of Object.values(sandboxApplications)) register(application);
  return { register, find: (vendor, clientId) => applications.get(keyOf(vendor, clientId)) };
}

/** Whether the application may send people back to this URL: an exact match (RFC 6749 section 3.1.2.3, RFC 9700 section 2.1). */
export function mayRedirectTo(application: Application, uri: string): boolean {
  if (application.anyRedirectUri) return /^https?:\/\/[^/?#\s]+[^#\s]*$/i.test(uri);
  return application.redirectUris.includes(uri);
}
