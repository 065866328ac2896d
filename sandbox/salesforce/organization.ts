// The two Salesforce organizations that the sandbox has: production, logged in to by login.salesforce.com, and a Salesforce
// sandbox, logged in to by test.salesforce.com; each with its My Domain host.

import type { SandboxState } from '../state.ts';

/** A Salesforce organization. */
export interface Organization {
  /** 18 characters. */
  id: string;
  /** The My Domain host, which `instance_url` names. */
  host: string;
  loginHost: string;
}

const production: Organization = {
  id: '00D5g000004VaLnEAK',
  host: 'valence-dev-ed.my.salesforce.com',
  loginHost: 'login.salesforce.com',
};

const testing: Organization = {
  id: '00D7z000000SaNdEAB',
  host: 'valence--uat.sandbox.my.salesforce.com',
  loginHost: 'test.salesforce.com',
};

/** The organization that a host belongs to (Salesforce help "My Domain URL Formats"); unknown My Domains are production. */
export function organizationOf(host: string): Organization {
  return host === testing.loginHost || host.endsWith('.sandbox.my.salesforce.com') ? testing : production;
}

/** Whether an organization is an active production one; production is a Developer Edition unless a setting says otherwise. */
export function isActive({ settings }: Pick<SandboxState, 'settings'>, organization: Organization): boolean {
  return organization === production && settings.salesforce.edition === 'enterprise';
}

/** The 18 character user id of a preset person. */
export function salesforceUserId(number: number): string {
  return `0055g00000VaLe${number}AAK`;
}
