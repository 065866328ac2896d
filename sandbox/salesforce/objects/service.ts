// Cases, the activities of every kind of record, and the object that the organization made itself.

import { Refusal } from '../errors.ts';
import {
  email,
  field,
  flag,
  longText,
  object,
  owner,
  pick,
  readOnly,
  reference,
  required,
  type SObject,
  type Surroundings,
  text,
  type Value,
  type Values,
} from './field.ts';

/** What activities, notes and attachments may belong to. */
const who = ['Contact', 'Lead'];
const what = ['Account', 'Opportunity', 'Campaign', 'Case', 'Shipment__c'];

const minute = 60_000;

const subjects = ['Call', 'Email', 'Meeting', 'Send Letter/Quote', 'Other'];

const belongsTo = (childrenName: string) => [
  reference('WhoId', who, { childrenName }),
  reference('WhatId', what, { childrenName, cascadeDelete: true }),
];

/** The fields of a series, which the organization fills for the tasks and events of one. */
const recurrence = [
  flag('IsRecurrence'),
  pick('RecurrenceType', ['RecursDaily', 'RecursEveryWeekday', 'RecursWeekly', 'RecursMonthly', 'RecursYearly'], {
    restrictedPicklist: true,
  }),
  field('int', 'RecurrenceInterval'),
  field('int', 'RecurrenceDayOfWeekMask'),
  field('int', 'RecurrenceDayOfMonth'),
  pick('RecurrenceInstance', ['First', 'Second', 'Third', 'Fourth', 'Last'], { restrictedPicklist: true }),
  pick('RecurrenceTimeZoneSidKey', ['Europe/London', 'America/Los_Angeles', 'America/New_York'], {
    restrictedPicklist: true,
  }),
];

export const serviceObjects: readonly SObject[] = [
  object({
    name: 'Case',
    keyPrefix: '500',
    nameField: 'CaseNumber',
    fields: [
      text('CaseNumber', 30, { nillable: false, autoNumber: true, ...readOnly }),
      reference('ContactId', 'Contact', { childrenName: 'Cases' }),
      reference('AccountId', 'Account', { childrenName: 'Cases' }),
      reference('ParentId', 'Case', { childrenName: 'Cases' }),
      text('SuppliedName', 80),
      email('SuppliedEmail'),
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
    name: 'Task',
    keyPrefix: '00T',
    nameField: 'Subject',
    fields: [
      ...belongsTo('Tasks'),
      field('combobox', 'Subject', { length: 255, picklistValues: subjects }),
      field('date', 'ActivityDate'),
      pick('Status', ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'], {
        nillable: false,
        defaultValue: 'Not Started',
      }),
      pick('Priority', ['High', 'Normal', 'Low'], { nillable: false, defaultValue: 'Normal' }),
      flag('IsHighPriority', readOnly),
      owner,
      longText('Description'),
      reference('AccountId', 'Account', readOnly),
      flag('IsClosed', readOnly),
      field('int', 'CallDurationInSeconds'),
      pick('CallType', ['Internal', 'Inbound', 'Outbound'], { restrictedPicklist: true }),
      text('CallDisposition', 255),
      text('CallObject', 255),
      field('datetime', 'ReminderDateTime'),
      flag('IsReminderSet'),
      pick('TaskSubtype', ['Task', 'Email', 'ListEmail', 'Cadence', 'Call'], {
        restrictedPicklist: true,
        updateable: false,
        defaultValue: 'Task',
      }),
      field('date', 'RecurrenceStartDateOnly'),
      field('date', 'RecurrenceEndDateOnly'),
      ...recurrence,
    ],
    derive: (record, around) => ({
      AccountId: accountOf(record, around),
      IsClosed: record['Status'] === 'Completed',
      IsHighPriority: record['Priority'] === 'High',
    }),
    check: (record) => whoOrWhat(record) ?? wholeRecurrence(record, 'RecurrenceStartDateOnly', 'RecurrenceEndDateOnly'),
  }),
  object({
    name: 'Event',
    keyPrefix: '00U',
    nameField: 'Subject',
    fields: [
      ...belongsTo('Events'),
      field('combobox', 'Subject', { length: 255, picklistValues: subjects }),
      text('Location', 255),
      flag('IsAllDayEvent'),
      field('datetime', 'ActivityDateTime'),
      field('date', 'ActivityDate'),
      field('int', 'DurationInMinutes'),
      field('datetime', 'StartDateTime'),
      field('datetime', 'EndDateTime'),
      longText('Description'),
      reference('AccountId', 'Account', readOnly),
      owner,
      flag('IsPrivate'),
      pick('ShowAs', ['Busy', 'OutOfOffice', 'Free'], { restrictedPicklist: true, defaultValue: 'Busy' }),
      flag('IsChild', readOnly),
      flag('IsGroupEvent', readOnly),
      flag('IsArchived', readOnly),
      field('datetime', 'ReminderDateTime'),
      flag('IsReminderSet'),
      pick('EventSubtype', ['Event'], { restrictedPicklist: true, updateable: false, defaultValue: 'Event' }),
      field('datetime', 'RecurrenceStartDateTime'),
      field('date', 'RecurrenceEndDateOnly'),
      ...recurrence,
    ],
    stale: staleTimes,
    derive: (record, around) => ({ AccountId: accountOf(record, around), ...timesOf(record) }),
    check: (record, before) =>
      whoOrWhat(record) ??
      eventTimes(record, before) ??
      wholeRecurrence(record, 'RecurrenceStartDateTime', 'RecurrenceEndDateOnly'),
  }),
  object({
    name: 'Note',
    keyPrefix: '002',
    nameField: 'Title',
    fields: [
      reference('ParentId', [...what, ...who], { ...required, childrenName: 'Notes', cascadeDelete: true }),
      text('Title', 80, required),
      longText('Body'),
      flag('IsPrivate'),
      owner,
    ],
  }),
  object({
    name: 'Attachment',
    keyPrefix: '00P',
    fields: [
      reference('ParentId', [...what, ...who, 'Task', 'Event'], {
        ...required,
        updateable: false,
        childrenName: 'Attachments',
        cascadeDelete: true,
      }),
      text('Name', 255, required),
      flag('IsPrivate'),
      text('ContentType', 120),
      field('int', 'BodyLength', readOnly),
      field('base64', 'Body', { nillable: false, filterable: false }),
      text('Description', 500),
      owner,
    ],
  }),
  object({
    name: 'Shipment__c',
    keyPrefix: 'a00',
    fields: [
      text('Name', 80, { nillable: false, autoNumber: true, ...readOnly, label: 'Shipment Number' }),
      reference('Account__c', 'Account', { ...required, childrenName: 'Shipments__r', cascadeDelete: true }),
      pick('Status__c', ['Planned', 'In Transit', 'Delivered', 'Lost'], {
        restrictedPicklist: true,
        defaultValue: 'Planned',
      }),
      text('Carrier__c', 40),
      text('Tracking_Code__c', 20, { externalId: true }),
      field('date', 'Ship_Date__c'),
      field('double', 'Weight__c'),
      field('currency', 'Insured_Value__c'),
      flag('Is_Heavy__c', { ...readOnly, calculated: true }),
      longText('Remarks__c', 32_768),
      owner,
    ],
    derive: (record) => ({ Is_Heavy__c: Number(record['Weight__c'] ?? 0) > 100 }),
  }),
];

/** An activity's account: that of what it belongs to, else that of the contact (Object Reference "Event": AccountId). */
function accountOf(record: Values, around: Surroundings): Value {
  const what = around.lookup(record['WhatId'] ?? null);
  const kind = String(what?.['Id'] ?? '').slice(0, 3);
  if (kind === '001') return what?.['Id'] ?? null;
  if (kind === '006') return what?.['AccountId'] ?? null;
  if (kind === 'a00') return what?.['Account__c'] ?? null;
  return around.lookup(record['WhoId'] ?? null)?.['AccountId'] ?? null;
}

/** A lead's activity belongs to nothing else (Object Reference "Task", "Event": WhatId). */
function whoOrWhat(record: Values): Refusal | undefined {
  const isLead = String(record['WhoId'] ?? '').startsWith('00Q');
  if (!isLead || (record['WhatId'] ?? null) === null) return undefined;
  const message = 'Related To ID: A lead can’t be associated with a related-to record.';
  return new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, ['WhatId']);
}

function wholeRecurrence(record: Values, start: string, end: string): Refusal | undefined {
  if (record['IsRecurrence'] !== true) return undefined;
  const missing = ['RecurrenceType', start, end].filter((name) => (record[name] ?? null) === null);
  if (missing.length === 0) return undefined;
  return new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
}

/** An event has a start and either an end or a duration; an event of whole days has a date (Object Reference "Event"). */
function eventTimes(record: Values, before: Values | undefined): Refusal | undefined {
  const has = (name: string) => (record[name] ?? null) !== null;
  const missing = [];
  if (!has('DurationInMinutes') && !has('EndDateTime')) missing.push('DurationInMinutes');
  if (!has('ActivityDateTime') && !has('StartDateTime') && !has('ActivityDate')) missing.push('ActivityDateTime');
  if (missing.length > 0 && !(record['IsAllDayEvent'] === true && has('ActivityDate'))) {
    return new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
  }
  if (Number(record['DurationInMinutes'] ?? 0) < 0 || isBackwards(record, before)) {
    return new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', 'Event duration can not be negative', ['DurationInMinutes']);
  }
  return undefined;
}

function isBackwards(record: Values, before: Values | undefined): boolean {
  const { StartDateTime: start = null, EndDateTime: end = null } = record;
  if (start === null || end === null || end === before?.['EndDateTime']) return false;
  return Date.parse(String(end)) < Date.parse(String(start));
}

function staleTimes(changes: Values): Record<string, Value> {
  const starts = ['StartDateTime', 'ActivityDateTime', 'ActivityDate'];
  const stale = starts.some((name) => name in changes) ? starts : [];
  const isNewEnd = 'EndDateTime' in changes && !('DurationInMinutes' in changes);
  return Object.fromEntries([...stale, ...(isNewEnd ? ['DurationInMinutes'] : [])].map((name) => [name, null]));
}

/** Start, end, duration and date say the same; where two were given, the start and the duration decide. */
function timesOf(record: Values): Record<string, Value> {
  const given = record['StartDateTime'] ?? record['ActivityDateTime'] ?? null;
  const day = record['ActivityDate'] ?? null;
  const start = given ?? (day === null ? null : `${day}T00:00:00.000+0000`);
  if (start === null) return {};
  const from = Date.parse(String(start));
  const end = record['EndDateTime'] ?? null;
  const duration =
    record['DurationInMinutes'] ??
    (end === null ? (record['IsAllDayEvent'] === true ? 1440 : 0) : (Date.parse(String(end)) - from) / minute);
  return {
    StartDateTime: start,
    ActivityDateTime: start,
    ActivityDate: String(start).slice(0, 10),
    DurationInMinutes: duration,
    EndDateTime: new Date(from + Number(duration) * minute).toISOString().replace('Z', '+0000'),
  };
}
