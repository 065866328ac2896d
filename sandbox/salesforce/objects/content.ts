// Salesforce Files: documents, their versions, and what they are shared with.

import { Refusal } from '../errors.ts';
import {
  field,
  flag,
  object,
  owner,
  pick,
  readOnly,
  reference,
  required,
  type SObject,
  text,
  type Values,
} from './field.ts';

/** What a document may be shared with. */
const linked = [
  'Account',
  'Contact',
  'Lead',
  'Opportunity',
  'Campaign',
  'Case',
  'Task',
  'Event',
  'User',
  'Shipment__c',
];

export const contentObjects: readonly SObject[] = [
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
      field('int', 'ContentSize', readOnly),
      field('datetime', 'ContentModifiedDate', readOnly),
      reference('LatestPublishedVersionId', 'ContentVersion', readOnly),
      text('PublishStatus', 40, { nillable: false, ...readOnly }),
      owner,
    ],
  }),
  object({
    name: 'ContentVersion',
    keyPrefix: '068',
    nameField: 'Title',
    deletable: false,
    fields: [
      reference('ContentDocumentId', 'ContentDocument', {
        updateable: false,
        childrenName: 'ContentVersions',
        cascadeDelete: true,
      }),
      text('Title', 255, required),
      text('Description', 1000),
      text('ReasonForChange', 1000),
      text('PathOnClient', 500, { updateable: false }),
      text('VersionNumber', 20, readOnly),
      flag('IsLatest', readOnly),
      flag('IsMajorVersion', { updateable: false, defaultValue: true }),
      text('FileType', 20, readOnly),
      text('FileExtension', 40, readOnly),
      field('int', 'ContentSize', readOnly),
      text('Checksum', 50, readOnly),
      field('base64', 'VersionData', { filterable: false }),
      reference('FirstPublishLocationId', linked, { updateable: false }),
      pick('Origin', ['C', 'H'], { restrictedPicklist: true, updateable: false, defaultValue: 'C' }),
      text('TagCsv', 2000, { filterable: false }),
      field('datetime', 'ContentModifiedDate', readOnly),
      reference('ContentModifiedById', 'User', readOnly),
      text('PublishStatus', 40, { ...readOnly, defaultValue: 'R' }),
      text('TextPreview', 255, { ...readOnly, filterable: false }),
      owner,
    ],
  }),
  object({
    name: 'ContentDocumentLink',
    keyPrefix: '06A',
    nameField: 'Id',
    requiredFilters: ['Id', 'ContentDocumentId', 'LinkedEntityId'],
    fields: [
      reference('LinkedEntityId', linked, {
        ...required,
        updateable: false,
        childrenName: 'ContentDocumentLinks',
        cascadeDelete: true,
      }),
      reference('ContentDocumentId', 'ContentDocument', {
        ...required,
        updateable: false,
        childrenName: 'ContentDocumentLinks',
        cascadeDelete: true,
      }),
      pick('ShareType', ['V', 'C', 'I'], { restrictedPicklist: true, ...required }),
      pick('Visibility', ['AllUsers', 'InternalUsers', 'SharedUsers'], {
        restrictedPicklist: true,
        defaultValue: 'AllUsers',
      }),
    ],
    check(record, before, around) {
      if (before !== undefined) return undefined;
      const isThere = around
        .living('ContentDocumentLink')
        .some((other) => ['LinkedEntityId', 'ContentDocumentId'].every((name) => other[name] === record[name]));
      const message = `${record['LinkedEntityId']} is already linked with content.`;
      return isThere ? new Refusal(400, 'DUPLICATE_VALUE', message, []) : undefined;
    },
  }),
  object({
    name: 'ContentFolder',
    keyPrefix: '07H',
    fields: [text('Name', 765, required), reference('ParentContentFolderId', 'ContentFolder', { cascadeDelete: true })],
    // What ContentFolderItem shows of it.
    derive: (record) => ({ Title: record['Name'] ?? null, IsFolder: true }),
    check(record, _before, around) {
      const isTaken = around
        .living('ContentFolder')
        .some((other) => other['Id'] !== record['Id'] && isNamedAlike(other, record));
      const message = `duplicate value found: a folder ${record['Name']} is already in this folder`;
      return isTaken ? new Refusal(400, 'DUPLICATE_VALUE', message, ['Name']) : undefined;
    },
  }),
  object({
    name: 'ContentFolderItem',
    keyPrefix: '07',
    createable: false,
    updateable: false,
    deletable: false,
    nameField: 'Title',
    views: ['ContentFolder', 'ContentDocument'],
    requiredFilters: ['Id', 'ParentContentFolderId'],
    fields: [
      text('Title', 765, required),
      flag('IsFolder', readOnly),
      reference('ParentContentFolderId', 'ContentFolder', readOnly),
      text('FileExtension', 40, readOnly),
      text('FileType', 20, readOnly),
      field('int', 'ContentSize', readOnly),
    ],
  }),
];

function isNamedAlike(left: Values, right: Values): boolean {
  const nameOf = (folder: Values) => String(folder['Name']).toLowerCase();
  return left['ParentContentFolderId'] === right['ParentContentFolderId'] && nameOf(left) === nameOf(right);
}
