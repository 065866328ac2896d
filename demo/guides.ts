// The guides that the demo walks through: which element, which application at the vendor, which account.

import { sandboxApplications } from '../sandbox/applications.ts';

/** One guide with its placeholders filled in. */
export interface Guide {
  element: string;
  hub: string;
  name: string;
  application: { clientId: string; clientSecret: string };
  callbackUrl: string;
  /** the customer's own host at the vendor, where there is one */
  siteAddress: string | undefined;
  /** the setting of `POST /instances` that repeats it, where the guide has it */
  siteSetting: string | undefined;
  /** OAuth 1.0a begins with a request token */
  oauth1: boolean;
}

const common = {
  callbackUrl: 'https://www.mycoolapp.com/auth',
  siteAddress: undefined,
  siteSetting: undefined,
  oauth1: false,
};
const { zendesk, desk, salesforce, act, webex } = sandboxApplications;

/** The eight elements of the five guides. */
export const guides: readonly Guide[] = [
  {
    ...common,
    element: 'zendesk',
    hub: 'helpdesk',
    name: 'Zendesk',
    application: zendesk,
    siteAddress: 'acme',
    siteSetting: 'zendesk.subdomain',
  },
  {
    ...common,
    element: 'desk',
    hub: 'helpdesk',
    name: 'Desk.com',
    application: desk,
    siteAddress: 'acme',
    oauth1: true,
  },
  { ...common, element: 'sfdc', hub: 'crm', name: 'Salesforce Sales Cloud', application: salesforce },
  { ...common, element: 'sfdcdocuments', hub: 'documents', name: 'Salesforce Documents', application: salesforce },
  {
    ...common,
    element: 'sfdcmarketingcloud',
    hub: 'marketing',
    name: 'Salesforce Marketing Cloud',
    application: salesforce,
  },
  {
    ...common,
    element: 'sfdcservicecloud',
    hub: 'helpdesk',
    name: 'Salesforce Service Cloud',
    application: salesforce,
  },
  { ...common, element: 'actessentialsoauth', hub: 'crm', name: 'Act! Essentials', application: act },
  { ...common, element: 'ciscospark', hub: 'collaboration', name: 'Cisco Spark', application: webex },
];
