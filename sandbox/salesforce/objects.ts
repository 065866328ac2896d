// The objects of a Salesforce organization and their standard fields (Object Reference for Salesforce), as data. Compound
// fields (addresses) and fields of features that must be switched on are left out.

/** A field's value as the REST API writes it; dates and times are text. */
export type Value = string | number | boolean | null;

/** The types of the Object Reference that the sandbox has. */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'reference'
  | 'phone'
  | 'url'
  | 'email';

/** One field of an object. */
export interface Field {
  name: string;
  label: string;
  type: FieldType;
  /** In characters; 0 where a type has none. */
  length: number;
  nillable: boolean;
  createable: boolean;
  updateable: boolean;
  /** Whether WHERE may name it: long text may not be filtered. */
  filterable: boolean;
  /** What a new record has when the request says nothing. */
  defaultValue: Value;
  picklistValues: readonly string[];
  /** The objects that a reference points to, and the name under which SOQL follows it. */
  referenceTo: readonly string[];
  relationshipName: string | null;
}

/** One kind of record. */
export interface SObject {
  name: string;
  label: string;
  labelPlural: string;
  /** The first three characters of its ids. */
  keyPrefix: string;
  createable: boolean;
  updateable: boolean;
  deletable: boolean;
  /** The field that names a record to people. */
  nameField: string;
  fields: readonly Field[];
  /** The fields that the organization works out of others whenever a record changes. */
  derive(record: Readonly<Record<string, Value>>): Record<string, Value>;
}

type Options = Partial<Omit<Field, 'name' | 'type'>>;

function field(type: FieldType, name: string, options: Options = {}): Field {
  const label = name.replace(/Id$/, ' ID').replace(/([a-z])([A-Z])/g, '$1 $2');
  return {
    name,
    label,
    type,
    length: 0,
    nillable: true,
    createable: true,
    updateable: true,
    filterable: true,
    defaultValue: null,
    picklistValues: [],
    referenceTo: [],
    relationshipName: null,
    ...options,
  };
}

const readOnly = { createable: false, updateable: false };
const required = { nillable: false };

const text = (name: string, length: number, options: Options = {}) => field('string', name, { length, ...options });
const longText = (name: string, length = 32_000) => field('textarea', name, { length, filterable: false });
const street = (name: string) => field('textarea', name, { length: 255 });
const phone = (name: string) => field('phone', name, { length: 40 });
const url = (name: string) => field('url', name, { length: 255 });
const number = (type: FieldType, name: string, options: Options = {}) => field(type, name, options);
const flag = (name: string, options: Options = {}) =>
  field('boolean', name, { nillable: false, defaultValue: false, ...options });
const pick = (name: string, picklistValues: readonly string[], options: Options = {}) =>
  field('picklist', name, { length: 255, picklistValues, ...options });
const reference = (name: string, referenceTo: string, options: Options = {}) =>
  field('reference', name, {
    length: 18,
    referenceTo: [referenceTo],
    relationshipName: name.replace(/Id$/, ''),
    ...options,
  });

const owner = reference('OwnerId', 'User', required);

/** The fields that every object has (Object Reference "System Fields"). */
const systemFields: readonly Field[] = [
  field('id', 'Id', { length: 18, nillable: false, ...readOnly }),
  flag('IsDeleted', readOnly),
  field('datetime', 'CreatedDate', { nillable: false, ...readOnly }),
  reference('CreatedById', 'User', { nillable: false, ...readOnly }),
  field('datetime', 'LastModifiedDate', { nillable: false, ...readOnly }),
  reference('LastModifiedById', 'User', { nillable: false, ...readOnly }),
  field('datetime', 'SystemModstamp', { nillable: false, ...readOnly }),
];

const industries = ['Agriculture', 'Banking', 'Biotechnology', 'Construction', 'Education', 'Energy', 'Technology'];
const leadSources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
const ratings = ['Hot', 'Warm', 'Cold'];
const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];

const address = (prefix: string) => [
  street(`${prefix}Street`),
  text(`${prefix}City`, 40),
  text(`${prefix}State`, 80),
  text(`${prefix}PostalCode`, 20),
  text(`${prefix}Country`, 80),
];

const personName = (record: Readonly<Record<string, Value>>) => ({
  Name: [record['FirstName'], record['LastName']].filter((part) => part !== null && part !== undefined).join(' '),
});

/** Stages, with the probability and whether an opportunity in it is closed, and won. */
const stages: Readonly<Record<string, { probability: number; closed: boolean; won: boolean }>> = {
  Prospecting: { probability: 10, closed: false, won: false },
  Qualification: { probability: 20, closed: false, won: false },
  'Needs Analysis': { probability: 35, closed: false, won: false },
  'Negotiation/Review': { probability: 90, closed: false, won: false },
  'Closed Won': { probability: 100, closed: true, won: true },
  'Closed Lost': { probability: 0, closed: true, won: false },
};

interface Description extends Partial<Omit<SObject, 'fields'>> {
  name: string;
  keyPrefix: string;
  fields: readonly Field[];
}

function object(description: Description): SObject {
  const label = description.name.replace(/([a-z])([A-Z])/g, '$1 $2');
  return {
    label,
    labelPlural: label.endsWith('y') ? label.replace(/y$/, 'ies') : `${label}s`,
    createable: true,
    updateable: true,
    deletable: true,
    nameField: 'Name',
    derive: () => ({}),
    ...description,
    fields: [...systemFields, ...description.fields],
  };
}

/** Every kind of record that the sandbox's organizations have. */
export const salesforceObjects: readonly SObject[] = [
  object({
    name: 'Account',
    keyPrefix: '001',
    fields: [
      text('Name', 255, required),
      pick('Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller', 'Other']),
      reference('ParentId', 'Account'),
      ...address('Billing'),
      ...address('Shipping'),
      phone('Phone'),
      phone('Fax'),
      text('AccountNumber', 40),
      url('Website'),
      text('Sic', 20),
      pick('Industry', industries),
      number('currency', 'AnnualRevenue'),
      number('int', 'NumberOfEmployees'),
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
      reference('AccountId', 'Account'),
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
      field('email', 'Email', { length: 80 }),
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
      field('email', 'Email', { length: 80 }),
      url('Website'),
      longText('Description'),
      pick('LeadSource', leadSources),
      pick('Status', ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'], {
        nillable: false,
        defaultValue: 'Open - Not Contacted',
      }),
      pick('Industry', industries),
      pick('Rating', ratings),
      number('currency', 'AnnualRevenue'),
      number('int', 'NumberOfEmployees'),
      owner,
      flag('HasOptedOutOfEmail'),
      flag('IsConverted', readOnly),
    ],
    derive: personName,
  }),
  object({
    name: 'Opportunity',
    keyPrefix: '006',
    fields: [
      reference('AccountId', 'Account'),
      text('Name', 120, required),
      longText('Description'),
      pick('StageName', Object.keys(stages), required),
      number('currency', 'Amount'),
      number('percent', 'Probability'),
      field('date', 'CloseDate', required),
      pick('Type', ['New Customer', 'Existing Customer - Upgrade', 'Existing Customer - Replacement']),
      text('NextStep', 255),
      pick('LeadSource', leadSources),
      flag('IsClosed', readOnly),
      flag('IsWon', readOnly),
      reference('CampaignId', 'Campaign'),
      owner,
    ],
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
      reference('ParentId', 'Campaign'),
      pick('Type', ['Conference', 'Webinar', 'Trade Show', 'Email', 'Advertisement', 'Other']),
      pick('Status', ['Planned', 'In Progress', 'Completed', 'Aborted'], { defaultValue: 'Planned' }),
      field('date', 'StartDate'),
      field('date', 'EndDate'),
      number('currency', 'ExpectedRevenue'),
      number('currency', 'BudgetedCost'),
      number('currency', 'ActualCost'),
      number('percent', 'ExpectedResponse'),
      number('double', 'NumberSent'),
      flag('IsActive'),
      longText('Description'),
      owner,
    ],
  }),
  object({
    name: 'Case',
    keyPrefix: '500',
    nameField: 'CaseNumber',
    fields: [
      text('CaseNumber', 30, { nillable: false, ...readOnly }),
      reference('ContactId', 'Contact'),
      reference('AccountId', 'Account'),
      reference('ParentId', 'Case'),
      text('SuppliedName', 80),
      field('email', 'SuppliedEmail', { length: 80 }),
      text('SuppliedPhone', 40),
      text('SuppliedCompany', 80),
      pick('Type', ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other']),
      pick('Status', ['New', 'Working', 'Escalated', 'Closed'], { defaultValue: 'New' }),
      pick('Reason', ['Installation', 'Equipment Complexity', 'Performance', 'Breakdown', 'Other']),
      pick('Origin', ['Phone', 'Email', 'Web']),
      text('Subject', 255),
      pick('Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
      longText('Description'),
      flag('IsClosed', readOnly),
      field('datetime', 'ClosedDate', readOnly),
      flag('IsEscalated'),
      owner,
    ],
    derive: (record) => {
      const closed = record['Status'] === 'Closed';
      return {
        IsClosed: closed,
        ClosedDate: closed ? (record['ClosedDate'] ?? record['LastModifiedDate'] ?? null) : null,
      };
    },
  }),
  object({
    name: 'User',
    keyPrefix: '005',
    deletable: false,
    fields: [
      text('Username', 80, required),
      text('LastName', 80, required),
      text('FirstName', 40),
      text('Name', 121, { nillable: false, ...readOnly }),
      field('email', 'Email', { length: 128, nillable: false }),
      text('Alias', 8, required),
      text('Title', 80),
      text('Department', 80),
      phone('Phone'),
      pick('TimeZoneSidKey', ['Europe/London', 'America/New_York'], required),
      pick('LocaleSidKey', ['en_GB', 'en_US'], required),
      pick('EmailEncodingKey', ['UTF-8', 'ISO-8859-1'], required),
      pick('LanguageLocaleKey', ['en_US', 'de'], required),
      text('ProfileId', 18, required),
      flag('IsActive', { defaultValue: true }),
    ],
    derive: personName,
  }),
  object({
    name: 'ContentDocument',
    keyPrefix: '069',
    nameField: 'Title',
    createable: false,
    fields: [
      text('Title', 255, required),
      text('Description', 1000),
      text('FileExtension', 40, readOnly),
      text('FileType', 20, { nillable: false, ...readOnly }),
      number('int', 'ContentSize', readOnly),
      field('datetime', 'ContentModifiedDate', readOnly),
      reference('LatestPublishedVersionId', 'ContentVersion', readOnly),
      text('PublishStatus', 40, { nillable: false, ...readOnly }),
      owner,
    ],
  }),
  object({
    name: 'ContentFolder',
    keyPrefix: '07H',
    fields: [text('Name', 765, required), reference('ParentContentFolderId', 'ContentFolder')],
  }),
];

/** The object of this name, in any case; undefined when the organization has none. */
export function findObject(name: string): SObject | undefined {
  return salesforceObjects.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

/** The field of this name, in any case; undefined when the object has none. */
export function findField(object: SObject, name: string): Field | undefined {
  return object.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}
