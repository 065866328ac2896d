// Users and the profiles that say what they may do.

import { Refusal } from '../errors.ts';
import {
  email,
  field,
  flag,
  object,
  personName,
  phone,
  pick,
  readOnly,
  reference,
  required,
  type SObject,
  text,
} from './field.ts';

const restricted = { nillable: false, restrictedPicklist: true };

export const peopleObjects: readonly SObject[] = [
  object({
    name: 'User',
    keyPrefix: '005',
    deletable: false,
    fields: [
      text('Username', 80, required),
      text('LastName', 80, required),
      text('FirstName', 40),
      text('Name', 121, { nillable: false, ...readOnly }),
      text('CompanyName', 80),
      email('Email', { length: 128, nillable: false }),
      text('Alias', 8, required),
      text('Title', 80),
      text('Department', 80),
      phone('Phone'),
      phone('MobilePhone'),
      pick('TimeZoneSidKey', ['Europe/London', 'Europe/Berlin', 'America/Los_Angeles', 'America/New_York'], restricted),
      pick('LocaleSidKey', ['en_GB', 'en_US', 'de_DE'], restricted),
      pick('EmailEncodingKey', ['UTF-8', 'ISO-8859-1'], restricted),
      pick('LanguageLocaleKey', ['en_US', 'de', 'fr'], restricted),
      reference('ProfileId', 'Profile', { ...required, childrenName: 'Users' }),
      reference('ManagerId', 'User', { childrenName: 'ManagedUsers' }),
      flag('IsActive', { defaultValue: true }),
      pick('UserType', ['Standard', 'PowerPartner', 'CsnOnly', 'Guest'], { ...readOnly, defaultValue: 'Standard' }),
      field('datetime', 'LastLoginDate', readOnly),
    ],
    derive: personName,
    check(record, before, around) {
      const username = String(record['Username']);
      if (username === before?.['Username']) return undefined;
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(username)) {
        const message = 'Username must be in the form of an email address (for example, john@acme.com)';
        return new Refusal(400, 'INVALID_EMAIL_ADDRESS', message, ['Username']);
      }
      const isTaken = around
        .living('User')
        .some((user) => String(user['Username']).toLowerCase() === username.toLowerCase());
      const message =
        'Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it does not need to match the user’s email address). ';
      return isTaken ? new Refusal(400, 'DUPLICATE_USERNAME', message, ['Username']) : undefined;
    },
  }),
  object({
    name: 'Profile',
    keyPrefix: '00e',
    createable: false,
    updateable: false,
    deletable: false,
    fields: [
      text('Name', 255, { nillable: false, ...readOnly }),
      text('Description', 255, readOnly),
      pick('UserType', ['Standard', 'PowerPartner', 'CsnOnly', 'Guest'], { ...readOnly, defaultValue: 'Standard' }),
    ],
  }),
];
