// Connects accounts at the sandbox's OAuth 2 vendors for tests and trials, and tells what the vendors saw of them.

import { fileURLToPath } from 'node:url';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { consent, control } from './consent.ts';
import { type Answer, type CallOptions, credentials } from './platform.ts';

/** For VALENCE_ELEMENTS: `shortrotating` and `shortkeeping`, which give their token endpoint only 2 s. */
export const shortElements = fileURLToPath(new URL('../fixtures/elements-short', import.meta.url));

/** What an element is called at the sandbox. */
export interface VendorSide {
  element: string;
  hub: string;
  vendor: 'act' | 'salesforce' | 'zendesk';
  application: { clientId: string; clientSecret: string };
  /** the path pattern of the vendor call behind `/ping` */
  pingPath: string;
  configuration: Record<string, string>;
}

const act = { hub: 'crm', vendor: 'act', application: sandboxApplications.act, pingPath: '*/Metadata' } as const;

/** Accounts that tests connect. The vendor of the rotating ones replaces a refresh token when it is used. */
export const accounts = {
  rotating: { ...act, element: 'actessentialsoauth', configuration: {} },
  shortRotating: { ...act, element: 'shortrotating', configuration: {} },
  shortKeeping: {
    element: 'shortkeeping',
    hub: 'crm',
    vendor: 'salesforce',
    application: sandboxApplications.salesforce,
    pingPath: '/services/data/*',
    configuration: {},
  },
  expiringZendesk: {
    element: 'zendesk',
    hub: 'helpdesk',
    vendor: 'zendesk',
    application: sandboxApplications.zendeskExpiring,
    pingPath: '*/users/me.json',
    configuration: { 'zendesk.subdomain': 'acme' },
  },
} as const satisfies Record<string, VendorSide>;

/** Anything that answers platform calls. */
export interface Caller {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

/** A connected instance. */
export interface Connected {
  id: number;
  token: string;
}

const callbackUrl = 'https://app.example/callback';

/** Lets a person consent and gives back what `POST` or `PATCH` of an instance needs. */
export async function authorize(caller: Caller, sandboxUrl: string, account: VendorSide) {
  const { clientId, clientSecret } = account.application;
  const query = new URLSearchParams({ apiKey: clientId, apiSecret: clientSecret, callbackUrl });
  const site = account.configuration['zendesk.subdomain'];
  if (site !== undefined) query.set('siteAddress', site);
  const redirect = await caller.call('GET', `/elements/${account.element}/oauth/url?${query}`);
  if (redirect.status !== 200) throw new Error(`No OAuth URL: ${JSON.stringify(redirect.body)}`);
  const { code } = await consent(sandboxUrl, redirect.body.oauthUrl);
  const configuration = {
    'oauth.api.key': clientId,
    'oauth.api.secret': clientSecret,
    'oauth.callback.url': callbackUrl,
    ...account.configuration,
  };
  return { element: { key: account.element }, providerData: { code }, configuration };
}

/** Connects an account; throws an Error with the platform's answer when it is refused. */
export async function connectAccount(
  caller: Caller,
  sandboxUrl: string,
  account: VendorSide,
  configuration: Record<string, string> = {},
): Promise<Connected> {
  const body = await authorize(caller, sandboxUrl, account);
  const created = await caller.call('POST', '/instances', {
    body: { ...body, configuration: { ...body.configuration, ...configuration } },
  });
  if (created.status !== 200) throw new Error(`Not connected: ${created.status} ${JSON.stringify(created.body)}`);
  return { id: created.body.id, token: created.body.token };
}

/** `GET /hubs/<hub>/ping` with the element token. */
export function ping(caller: Caller, account: VendorSide, instance: Connected): Promise<Answer> {
  return caller.call('GET', `/hubs/${account.hub}/ping`, { authorization: credentials(instance.token) });
}

/** A request that a vendor got. */
export interface VendorRequest {
  /** milliseconds since 1970 */
  time: number;
  headers: Record<string, string>;
  body: string;
  status: number | null;
  fault: string | null;
}

/** What a vendor saw since the last reset. */
export function vendorView(sandboxUrl: string, account: VendorSide) {
  const requests = async (path: string) => {
    const list = (await control(sandboxUrl, 'GET', `/requests?path=${encodeURIComponent(path)}`)) as (Omit<
      VendorRequest,
      'time'
    > & { time: string })[];
    return list.map((entry): VendorRequest => ({ ...entry, time: Date.parse(entry.time) }));
  };
  return {
    /** refresh requests at the token endpoint */
    refreshes: async () =>
      (await requests('*/token*')).filter((request) => /grant_type\W+refresh_token/.test(request.body)),
    pings: () => requests(account.pingPath),
    /** the one grant that was given since the reset */
    async grant(): Promise<{ refreshes: number; refreshTokensSpentTwice: number; revoked: boolean }> {
      const report = (await control(sandboxUrl, 'GET', `/tokens?vendor=${account.vendor}`)) as {
        grants: { refreshes: number; refreshTokensSpentTwice: number; revoked: boolean }[];
      };
      const [grant, ...more] = report.grants;
      if (grant === undefined || more.length > 0) throw new Error(`${report.grants.length} grants instead of one`);
      return grant;
    },
  };
}
