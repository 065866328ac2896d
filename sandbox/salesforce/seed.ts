// What an organization has from the start: the same records in every sandbox, old enough that nothing new sorts before them.

import { fullName, sandboxAccounts } from '../accounts.ts';
import { storedBytes } from '../stored.ts';
import { findField } from './objects/catalog.ts';
import type { Value } from './objects/field.ts';
import { viewedObjects } from './objects/list-views.ts';
import { salesforceUserId } from './organization.ts';
import { dateTime, needObject, type Records, type SalesforceRecord } from './records.ts';

const firstDay = Date.parse('2023-01-02T08:00:00Z');
const hour = 3600 * 1000;

/** How many records there are of each object. */
export const seeded = {
  Account: 230,
  Contact: 300,
  Lead: 120,
  Opportunity: 120,
  Campaign: 40,
  Case: 250,
  CampaignMember: 160,
  Task: 400,
  Event: 300,
  Note: 60,
  Shipment__c: 150,
  Attachment: 40,
  KnowledgeArticle: 80,
} as const;

const companies = [
  'Acme',
  'Globex',
  'Initech',
  'Umbrella',
  'Hooli',
  'Stark',
  'Wayne',
  'Soylent',
  'Tyrell',
  'Cyberdyne',
];
const trades = ['Logistics', 'Foods', 'Energy', 'Software', 'Textiles', 'Media', 'Health'];
const firstNames = ['Ada', 'Ben', 'Chen', 'Dora', 'Emil', 'Fatima', 'Grace', 'Hugo', 'Ines', 'Jan', 'Kofi', 'Lena'];
const lastNames = ['Ahmed', 'Brown', 'Cruz', 'Dubois', 'Evans', 'Fischer', "O'Neill", 'Patel', 'Rossi', 'Sato', 'Zhu'];
const carriers = ['Royal Mail', 'DHL', 'UPS', 'La Poste'];
const topics = ['Reset a password', 'Read an invoice', 'Return a pump', 'Install a router', 'Export a report'];
const cities = [
  { city: 'London', country: 'United Kingdom' },
  { city: 'Paris', country: 'France' },
  { city: 'Berlin', country: 'Germany' },
  { city: 'Boston', country: 'United States' },
];

/** Fills an empty organization. */
export function seed(records: Records): void {
  const userIds = sandboxAccounts.map((account) => salesforceUserId(account.number));
  const owner = userIds[0] ?? '';
  let made = 0;

  function insert(name: string, values: SalesforceRecord): string {
    const time = dateTime(new Date(firstDay + made * hour));
    made += 1;
    const record = records.insert(needObject(name), {
      CreatedDate: time,
      CreatedById: owner,
      LastModifiedDate: time,
      LastModifiedById: owner,
      SystemModstamp: time,
      ...values,
    });
    return String(record['Id']);
  }
  function insertMany(name: keyof typeof seeded, values: (index: number) => SalesforceRecord): string[] {
    const hasOwner = findField(needObject(name), 'OwnerId') !== undefined;
    return Array.from({ length: seeded[name] }, (_, index) =>
      insert(name, { ...(hasOwner ? { OwnerId: owner } : {}), ...values(index) }),
    );
  }

  const profiles = ['System Administrator', 'Standard User', 'Support Agent'].map((Name) =>
    insert('Profile', { Name }),
  );
  // Profiles are as old as the organization itself, and so is its first user.
  made = 0;
  for (const [index, account] of sandboxAccounts.entries()) {
    insert('User', {
      Id: userIds[index] ?? '',
      Username: account.email,
      FirstName: account.firstName,
      LastName: account.lastName,
      Email: account.email,
      Alias: account.firstName.toLowerCase().slice(0, 8),
      TimeZoneSidKey: 'Europe/London',
      LocaleSidKey: 'en_GB',
      EmailEncodingKey: 'UTF-8',
      LanguageLocaleKey: 'en_US',
      ProfileId: at(profiles, index),
      Title: `Sandbox person ${fullName(account)}`,
    });
  }

  const accounts = insertMany('Account', (index) => {
    const { city, country } = at(cities, index);
    return {
      Name: `${at(companies, index)} ${at(trades, Math.floor(index / companies.length))} ${index + 1}`,
      Type: at(['Prospect', 'Customer - Direct', 'Other'], index),
      Industry: at(['Banking', 'Energy', 'Technology'], index),
      Phone: `+44 20 7946 ${String(index).padStart(4, '0')}`,
      Website: `https://customer-${index + 1}.example.com`,
      BillingCity: city,
      BillingCountry: country,
      NumberOfEmployees: 10 + index * 7,
      AnnualRevenue: index % 5 === 0 ? null : 50_000 + index * 1000,
      Rating: at(['Hot', 'Warm', 'Cold', null], index),
    };
  });
  const contacts = insertMany('Contact', (index) => {
    const firstName = at(firstNames, index);
    const lastName = at(lastNames, index);
    const { city, country } = at(cities, index + 1);
    return {
      AccountId: at(accounts, index),
      FirstName: firstName,
      LastName: lastName,
      Email: emailOf(firstName, lastName, index),
      Phone: `+1 617 555 ${String(index).padStart(4, '0')}`,
      Title: at(['Buyer', 'Engineer', 'Director'], index),
      Department: at(['Sales', 'Support', 'Finance'], index),
      MailingCity: city,
      MailingCountry: country,
      LeadSource: at(['Web', 'Other', null], index),
      Birthdate: index % 4 === 0 ? `19${60 + (index % 40)}-0${1 + (index % 9)}-15` : null,
    };
  });
  const leads = insertMany('Lead', (index) => {
    const firstName = at(firstNames, index + 5);
    const lastName = at(lastNames, index + 3);
    return {
      FirstName: firstName,
      LastName: lastName,
      Company: `${at(companies, index + 2)} Prospects ${index + 1}`,
      Email: emailOf(firstName, lastName, 1000 + index),
      Status: at(['Open - Not Contacted', 'Working - Contacted'], index),
      LeadSource: at(['Web', 'Partner Referral'], index),
      Rating: at(['Hot', 'Warm', 'Cold'], index),
      Country: at(cities, index).country,
    };
  });
  const campaigns = insertMany('Campaign', (index) => ({
    Name: `${at(['Spring', 'Summer', 'Autumn', 'Winter'], index)} ${at(['Webinar', 'Fair', 'Mailing'], index)} ${index + 1}`,
    Type: at(['Webinar', 'Trade Show', 'Email'], index),
    Status: at(['Planned', 'In Progress', 'Completed'], index),
    StartDate: day(index * 7),
    EndDate: day(index * 7 + 3),
    IsActive: index % 2 === 0,
    BudgetedCost: 1000 + index * 50,
  }));
  const opportunities = insertMany('Opportunity', (index) => ({
    AccountId: at(accounts, index * 2),
    CampaignId: index % 3 === 0 ? at(campaigns, index) : null,
    Name: `Deal ${index + 1} with ${at(companies, index)}`,
    StageName: at(['Prospecting', 'Qualification', 'Negotiation/Review', 'Closed Won', 'Closed Lost'], index),
    CloseDate: day(index * 3),
    Amount: 1000.5 + index * 250,
    Type: at(['New Customer', 'Existing Customer - Upgrade'], index),
  }));
  const cases = insertMany('Case', (index) => ({
    ContactId: at(contacts, index),
    AccountId: at(accounts, index),
    Subject: `${at(['Printer', 'Pump', 'Turbine', 'Router'], index)} ${at(['stopped', 'is loud', 'leaks'], index)} (${index + 1})`,
    Description: `Reported by telephone as number ${index + 1}.`,
    Status: at(['New', 'Working', 'Escalated', 'Closed'], index),
    Priority: at(['High', 'Medium', 'Low'], index),
    Origin: at(['Phone', 'Email', 'Web'], index),
    IsEscalated: index % 10 === 0,
  }));

  insertMany('CampaignMember', (index) => ({
    CampaignId: at(campaigns, Math.floor(index / 8)),
    ...(index % 2 === 0 ? { ContactId: at(contacts, index) } : { LeadId: at(leads, index) }),
    Status: at(['Sent', 'Sent', 'Responded'], index),
  }));
  insertMany('Task', (index) => ({
    ...(index % 5 === 4
      ? { WhoId: at(leads, index) }
      : { WhoId: at(contacts, index), WhatId: at(at([cases, accounts, opportunities], index), index) }),
    Subject: `${at(['Call', 'Email', 'Send Letter/Quote'], index)}: ${at(['offer', 'repair', 'invoice', 'visit'], index)} ${index + 1}`,
    ActivityDate: day(index),
    Status: at(['Not Started', 'In Progress', 'Completed'], index),
    Priority: at(['Normal', 'High', 'Low'], index),
  }));
  insertMany('Event', (index) => ({
    WhoId: at(contacts, index),
    WhatId: at(at([cases, accounts, opportunities], index), index),
    Subject: `${at(['Meeting', 'Call', 'Other'], index)} ${index + 1}`,
    Location: at(cities, index).city,
    StartDateTime: `${day(index)}T${String(8 + (index % 9)).padStart(2, '0')}:00:00.000+0000`,
    DurationInMinutes: at([30, 60, 90], index),
    ShowAs: at(['Busy', 'Free', 'OutOfOffice'], index),
  }));
  insertMany('Note', (index) => ({
    ParentId: at(at([accounts, contacts, cases], index), index),
    Title: `Note ${index + 1}`,
    Body: `They asked for ${at(['a discount', 'a call back', 'spare parts'], index)}.`,
    IsPrivate: index % 6 === 0,
  }));
  for (let index = 0; index < seeded.Attachment; index += 1) {
    const bytes = Buffer.from(`Attachment ${index + 1}\n${'abc'.repeat(index)}\n`);
    const id = insert('Attachment', {
      ParentId: at(at([accounts, contacts, cases], index), index),
      Name: `attachment-${index + 1}.txt`,
      ContentType: 'text/plain',
      BodyLength: bytes.length,
      OwnerId: owner,
    });
    records.setBlob(records.get(needObject('Attachment'), id), 'Body', storedBytes(bytes));
  }
  insertMany('Shipment__c', (index) => ({
    Account__c: at(accounts, index * 3),
    Status__c: at(['Planned', 'In Transit', 'Delivered', 'Lost'], index),
    Carrier__c: at(carriers, index),
    Tracking_Code__c: `TR${String(100_000 + index * 37)}`,
    Ship_Date__c: day(index * 2),
    Weight__c: 0.5 + index * 1.25,
    Insured_Value__c: index % 4 === 0 ? null : 100 + index * 10,
  }));
  for (let index = 0; index < seeded.KnowledgeArticle; index += 1) {
    const status = at(['Online', 'Online', 'Draft', 'Archived'], index);
    const articleId = insert('KnowledgeArticle', {});
    const article = records.get(needObject('KnowledgeArticle'), articleId);
    const published = status === 'Draft' ? null : (article['CreatedDate'] ?? null);
    insert(index % 3 === 2 ? 'Support__Discussion__kav' : 'Knowledge__kav', {
      KnowledgeArticleId: articleId,
      ArticleNumber: article['ArticleNumber'] ?? null,
      Title: `${at(topics, index)} (${index + 1})`,
      UrlName: `${at(topics, index).replaceAll(' ', '-')}-${index + 1}`,
      Summary: `What to do, in ${2 + (index % 5)} steps.`,
      PublishStatus: status,
      VersionNumber: 1,
      FirstPublishedDate: published,
      LastPublishedDate: published,
      ArchivedDate: status === 'Archived' ? published : null,
      IsVisibleInPkb: index % 2 === 0,
      OwnerId: owner,
    });
  }
  for (const SobjectType of viewedObjects) {
    const plural = needObject(SobjectType).labelPlural;
    for (const Name of [`All ${plural}`, `My ${plural}`, 'New This Week', `Recently Viewed ${plural}`]) {
      const DeveloperName = Name.replaceAll(' ', '');
      insert('ListView', { Name, DeveloperName, SobjectType, IsSoqlCompatible: !Name.startsWith('Recently') });
    }
  }
}

function at<Item extends Value | object | undefined>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item;
}

function day(offset: number): string {
  return new Date(firstDay + offset * 24 * hour).toISOString().slice(0, 10);
}

function emailOf(firstName: string, lastName: string, number: number): string {
  return `${firstName}.${lastName.replace(/\W/g, '')}.${number + 1}@example.com`.toLowerCase();
}
