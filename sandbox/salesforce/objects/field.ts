// The words in which objects and their fields are described, and how a description is made short.

import type { Refusal } from '../errors.ts';

/** A field's value as the REST API writes it; dates and times are text. */
export type Value = string | number | boolean | null;

/** A record as rules read it. */
export type Values = Readonly<Record<string, Value>>;

/** The types of the Object Reference that the sandbox has. */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'combobox'
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
  | 'email'
  | 'base64';

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
  /** Whether the organization itself added it to the object. */
  custom: boolean;
  /** Whether its value is that of a formula. */
  calculated: boolean;
  /** Whether it identifies records of another system, and upserts may go by it. */
  externalId: boolean;
  autoNumber: boolean;
  /** What a new record has when the request says nothing. */
  defaultValue: Value;
  picklistValues: readonly string[];
  /** Whether only the values of the picklist may be stored. */
  restrictedPicklist: boolean;
  /** The objects that a reference points to, and the name under which SOQL follows it. */
  referenceTo: readonly string[];
  relationshipName: string | null;
  /** The name under which the object that a reference points to has its children; null: it has none. */
  childrenName: string | null;
  /** Whether a record is deleted with the one that it points to. */
  cascadeDelete: boolean;
}

/** What a rule may ask of the organization. */
export interface Surroundings {
  /** The record that an id of any object names, deleted or not. */
  lookup(id: Value): Values | undefined;
  /** The records of an object that are not deleted. */
  living(objectName: string): readonly Values[];
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
  /** Whether the organization itself made it. */
  custom: boolean;
  /** The field that names a record to people. */
  nameField: string;
  fields: readonly Field[];
  /** The objects whose records are seen through this one, which has none of its own. */
  views: readonly string[];
  /** The fields of which a query must filter one; none: any query goes. */
  requiredFilters: readonly string[];
  /** The fields that a change of others empties, so that they are worked out anew. */
  stale(changes: Values): Record<string, Value>;
  /** The fields that the organization works out of others whenever a record changes. */
  derive(record: Values, around: Surroundings): Record<string, Value>;
  /** The refusal of a record that breaks a rule between fields or records; `before` is undefined for a new one. */
  check(record: Values, before: Values | undefined, around: Surroundings): Refusal | undefined;
}

export type Options = Partial<Omit<Field, 'name' | 'type'>>;

export function field(type: FieldType, name: string, options: Options = {}): Field {
  const label = name
    .replace(/__c$/, '')
    .replace(/Id$/, ' ID')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
  return {
    name,
    label,
    type,
    length: 0,
    nillable: true,
    createable: true,
    updateable: true,
    filterable: true,
    custom: name.endsWith('__c'),
    calculated: false,
    externalId: false,
    autoNumber: false,
    defaultValue: null,
    picklistValues: [],
    restrictedPicklist: false,
    referenceTo: [],
    relationshipName: null,
    childrenName: null,
    cascadeDelete: false,
    ...options,
  };
}

export const readOnly = { createable: false, updateable: false };
export const required = { nillable: false };

export const text = (name: string, length: number, options: Options = {}) =>
  field('string', name, { length, ...options });
export const longText = (name: string, length = 32_000) => field('textarea', name, { length, filterable: false });
export const street = (name: string) => field('textarea', name, { length: 255 });
export const phone = (name: string) => field('phone', name, { length: 40 });
export const url = (name: string) => field('url', name, { length: 255 });
export const email = (name: string, options: Options = {}) => field('email', name, { length: 80, ...options });
export const flag = (name: string, options: Options = {}) =>
  field('boolean', name, { nillable: false, defaultValue: false, ...options });
export const pick = (name: string, picklistValues: readonly string[], options: Options = {}) =>
  field('picklist', name, { length: 255, picklistValues, ...options });

/** A reference to a record of one object or, as `WhatId`, of one of several. */
export function reference(name: string, referenceTo: string | readonly string[], options: Options = {}): Field {
  const relationshipName = name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, '');
  return field('reference', name, {
    length: 18,
    referenceTo: typeof referenceTo === 'string' ? [referenceTo] : referenceTo,
    relationshipName,
    ...options,
  });
}

export const owner = reference('OwnerId', 'User', required);

export const address = (prefix: string) => [
  street(`${prefix}Street`),
  text(`${prefix}City`, 40),
  text(`${prefix}State`, 80),
  text(`${prefix}PostalCode`, 20),
  text(`${prefix}Country`, 80),
];

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

export const industries = [
  'Agriculture',
  'Banking',
  'Biotechnology',
  'Construction',
  'Education',
  'Energy',
  'Technology',
];
export const leadSources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
export const ratings = ['Hot', 'Warm', 'Cold'];
export const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.'];

/** A person's name out of its parts. */
export function personName(record: Values): { Name: string } {
  return {
    Name: [record['FirstName'], record['LastName']].filter((part) => part !== null && part !== undefined).join(' '),
  };
}

interface Description extends Partial<Omit<SObject, 'fields'>> {
  name: string;
  keyPrefix: string;
  fields: readonly Field[];
}

/** An object by what is special about it. */
export function object(description: Description): SObject {
  const label = description.name
    .replace(/__\w+$/, '')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2');
  const named = description.label ?? label;
  return {
    label: named,
    labelPlural: named.endsWith('y') ? named.replace(/y$/, 'ies') : `${named}s`,
    createable: true,
    updateable: true,
    deletable: true,
    custom: description.name.endsWith('__c') || description.name.endsWith('__kav'),
    nameField: 'Name',
    views: [],
    requiredFilters: [],
    stale: () => ({}),
    derive: () => ({}),
    check: () => undefined,
    ...description,
    fields: [...systemFields, ...description.fields],
  };
}
