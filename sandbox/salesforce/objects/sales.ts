// Accounts, contacts, leads, opportunities, campaigns and their members.

import { Refusal } from '../errors.ts';
import {
  address,
  email,
  field,
  flag,
  industries,
  leadSources,
  longText,
  object,
  owner,
  personName,
  phone,
  pick,
  ratings,
  readOnly,
  reference,
  required,
  type SObject,
  salutations,
  street,
  text,
  url,
} from './field.ts';

/** Stages, with the probability and whether an opportunity in it is closed, and won. */
const stages: Readonly<Record<string, { probability: number; closed: boolean; won: boolean }>> = {
  Prospecting: { probability: 10, closed: false, won: false },
  Qualification: { probability: 20, closed: false, won: false },
  'Needs Analysis': { probability: 35, closed: false, won: false },
  'Negotiation/Review': { probability: 90, closed: false, won: false },
  'Closed Won': { probability: 100, closed: true, won: true },
  'Closed Lost': { probability: 0, closed: true, won: false },
};

export const salesObjects: readonly SObject[] = [
  object({
    name: 'Account',
    keyPrefix: '001',
    fields: [
      text('Name', 255, required),
      pick('Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller', 'Other']),
      reference('ParentId', 'Account', { childrenName: 'ChildAccounts' }),
      ...address('Billing'),
      ...address('Shipping'),
      phone('Phone'),
      phone('Fax'),
      text('AccountNumber', 40),
      url('Website'),
      text('Sic', 20),
      pick('Industry', industries),
      field('currency', 'AnnualRevenue'),
      field('int', 'NumberOfEmployees'),
      pick('Ownership', ['Public', 'Private', 'Subsidiary', 'Other']),
      text('TickerSymbol', 20),
      longText('Description'),
      pick('Rating', ratings),
      text('Site', 80),
      owner,
      pick('AccountSource', leadSources),
    ],
  }),
  object({
    name: 'Contact',
    keyPrefix: '003',
    fields: [
      reference('AccountId', 'Account', { childrenName: 'Contacts', cascadeDelete: true }),
      text('LastName', 80, required),
      text('FirstName', 40),
      pick('Salutation', salutations),
      text('Name', 121, { nillable: false, ...readOnly }),
      ...address('Mailing'),
      phone('Phone'),
      phone('Fax'),
      phone('MobilePhone'),
      phone('HomePhone'),
      reference('ReportsToId', 'Contact'),
      email('Email'),
      text('Title', 128),
      text('Department', 80),
      text('AssistantName', 40),
      pick('LeadSource', leadSources),
      field('date', 'Birthdate'),
      longText('Description'),
      owner,
      flag('HasOptedOutOfEmail'),
      flag('DoNotCall'),
    ],
    derive: personName,
  }),
  object({
    name: 'Lead',
    keyPrefix: '00Q',
    fields: [
      text('LastName', 80, required),
      text('FirstName', 40),
      pick('Salutation', salutations),
      text('Name', 121, { nillable: false, ...readOnly }),
      text('Title', 128),
      text('Company', 255, required),
      street('Street'),
      text('City', 40),
      text('State', 80),
      text('PostalCode', 20),
      text('Country', 80),
      phone('Phone'),
      phone('MobilePhone'),
      email('Email'),
      url('Website'),
      longText('Description'),
      pick('LeadSource', leadSources),
      pick('Status', ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'], {
        nillable: false,
        defaultValue: 'Open - Not Contacted',
      }),
      pick('Industry', industries),
      pick('Rating', ratings),
      field('currency', 'AnnualRevenue'),
      field('int', 'NumberOfEmployees'),
      owner,
      flag('HasOptedOutOfEmail'),
      flag('IsConverted', readOnly),
    ],
    derive: personName,
  }),
  object({
    name: 'Opportunity',
    keyPrefix: '006',
    labelPlural: 'Opportunities',
    fields: [
      reference('AccountId', 'Account', { childrenName: 'Opportunities', cascadeDelete: true }),
      text('Name', 120, required),
      longText('Description'),
      pick('StageName', Object.keys(stages), required),
      field('currency', 'Amount'),
      field('percent', 'Probability'),
      field('date', 'CloseDate', required),
      pick('Type', ['New Customer', 'Existing Customer - Upgrade', 'Existing Customer - Replacement']),
      text('NextStep', 255),
      pick('LeadSource', leadSources),
      flag('IsClosed', readOnly),
      flag('IsWon', readOnly),
      reference('CampaignId', 'Campaign', { childrenName: 'Opportunities' }),
      owner,
    ],
    // A probability that is not given with a new stage is the stage's.
    stale: (changes) => ('StageName' in changes ? { Probability: null } : {}),
    derive: (record) => {
      const stage = stages[String(record['StageName'])] ?? { probability: 0, closed: false, won: false };
      return { IsClosed: stage.closed, IsWon: stage.won, Probability: record['Probability'] ?? stage.probability };
    },
  }),
  object({
    name: 'Campaign',
    keyPrefix: '701',
    fields: [
      text('Name', 80, required),
      reference('ParentId', 'Campaign', { childrenName: 'ChildCampaigns' }),
      pick('Type', ['Conference', 'Webinar', 'Trade Show', 'Email', 'Advertisement', 'Other']),
      pick('Status', ['Planned', 'In Progress', 'Completed', 'Aborted'], { defaultValue: 'Planned' }),
      field('date', 'StartDate'),
      field('date', 'EndDate'),
      field('currency', 'ExpectedRevenue'),
      field('currency', 'BudgetedCost'),
      field('currency', 'ActualCost'),
      field('percent', 'ExpectedResponse'),
      field('double', 'NumberSent'),
      flag('IsActive'),
      longText('Description'),
      owner,
    ],
  }),
  object({
    name: 'CampaignMember',
    keyPrefix: '00v',
    nameField: 'Id',
    fields: [
      reference('CampaignId', 'Campaign', {
        ...required,
        updateable: false,
        childrenName: 'CampaignMembers',
        cascadeDelete: true,
      }),
      reference('LeadId', 'Lead', { updateable: false, childrenName: 'CampaignMembers', cascadeDelete: true }),
      reference('ContactId', 'Contact', { updateable: false, childrenName: 'CampaignMembers', cascadeDelete: true }),
      pick('Status', ['Sent', 'Responded'], { defaultValue: 'Sent' }),
      flag('HasResponded', readOnly),
      field('date', 'FirstRespondedDate', readOnly),
    ],
    derive: (record) => {
      const responded = record['Status'] === 'Responded';
      const day = String(record['LastModifiedDate'] ?? '').slice(0, 10);
      return {
        HasResponded: responded,
        FirstRespondedDate: responded ? (record['FirstRespondedDate'] ?? day) : null,
      };
    },
    check(record, before, around) {
      if (before !== undefined) return undefined;
      if ((record['LeadId'] ?? null) === null && (record['ContactId'] ?? null) === null) {
        const message = 'A campaign member must have a lead or contact ID specified.';
        return new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, []);
      }
      const isThere = around
        .living('CampaignMember')
        .some((other) => ['CampaignId', 'LeadId', 'ContactId'].every((name) => other[name] === (record[name] ?? null)));
      return isThere ? new Refusal(400, 'DUPLICATE_VALUE', 'Already a campaign member.', []) : undefined;
    },
  }),
];
