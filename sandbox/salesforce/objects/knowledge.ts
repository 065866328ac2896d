// Salesforce Knowledge: articles, and their versions in the object of the article's type.

import { Refusal } from '../errors.ts';
import {
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
  text,
} from './field.ts';

const statuses = ['Draft', 'Online', 'Archived'];
const languages = ['en_US', 'de', 'fr'];

const versionFields = [
  reference('KnowledgeArticleId', 'KnowledgeArticle', readOnly),
  text('ArticleNumber', 30, { ...readOnly, autoNumber: true }),
  text('Title', 255, required),
  text('UrlName', 255, required),
  field('textarea', 'Summary', { length: 1000 }),
  pick('PublishStatus', statuses, { ...readOnly, nillable: false, defaultValue: 'Draft' }),
  field('int', 'VersionNumber', readOnly),
  flag('IsLatestVersion', { ...readOnly, defaultValue: true }),
  pick('Language', languages, {
    nillable: false,
    updateable: false,
    restrictedPicklist: true,
    defaultValue: 'en_US',
  }),
  flag('IsMasterLanguage', { ...readOnly, defaultValue: true }),
  flag('IsVisibleInApp', { defaultValue: true }),
  flag('IsVisibleInPkb'),
  flag('IsVisibleInCsp'),
  flag('IsVisibleInPrm'),
  text('ValidationStatus', 40, { defaultValue: 'Not Validated' }),
  text('ArticleType', 80, readOnly),
  field('datetime', 'FirstPublishedDate', readOnly),
  field('datetime', 'LastPublishedDate', readOnly),
  field('datetime', 'ArchivedDate', readOnly),
  reference('ArchivedById', 'User', readOnly),
  owner,
];

const requiredFilters = ['Id', 'KnowledgeArticleId', 'PublishStatus'];

/** The object of the versions of one article type. */
function articleType(name: string, keyPrefix: string, label: string, ownFields: SObject['fields']): SObject {
  return object({
    name,
    keyPrefix,
    label,
    nameField: 'Title',
    requiredFilters,
    fields: [...versionFields, ...ownFields],
    derive: () => ({ ArticleType: name }),
    check(record, before, around) {
      if (before !== undefined && before['PublishStatus'] !== 'Draft') {
        const message = 'insufficient access rights on object id: only a draft can be edited';
        return new Refusal(400, 'INSUFFICIENT_ACCESS_OR_READONLY', message, []);
      }
      const urlName = String(record['UrlName']);
      if (!/^[\p{L}\p{N}]+(-[\p{L}\p{N}]+)*$/u.test(urlName)) {
        const message =
          'URL Name: The URL name can contain only letters, digits and hyphens, and can’t begin or end with a hyphen.';
        return new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, ['UrlName']);
      }
      const isTaken = around
        .living(name)
        .some(
          (other) =>
            other['UrlName'] === urlName &&
            other['Language'] === record['Language'] &&
            other['KnowledgeArticleId'] !== record['KnowledgeArticleId'],
        );
      const message = `Duplicate URL Name: the value already exists in this language: ${urlName}`;
      return isTaken ? new Refusal(400, 'DUPLICATE_VALUE', message, ['UrlName']) : undefined;
    },
  });
}

export const knowledgeObjects: readonly SObject[] = [
  object({
    name: 'KnowledgeArticle',
    keyPrefix: 'kA0',
    createable: false,
    updateable: false,
    nameField: 'ArticleNumber',
    fields: [
      text('ArticleNumber', 30, { nillable: false, autoNumber: true, ...readOnly }),
      pick('MasterLanguage', languages, { ...readOnly, defaultValue: 'en_US' }),
      field('datetime', 'FirstPublishedDate', readOnly),
      field('datetime', 'LastPublishedDate', readOnly),
      field('datetime', 'ArchivedDate', readOnly),
    ],
  }),
  articleType('Knowledge__kav', 'ka0', 'Knowledge', [longText('Question__c'), longText('Answer__c')]),
  articleType('Support__Discussion__kav', 'ka1', 'Discussion', [longText('Support__Body__c')]),
  object({
    name: 'KnowledgeArticleVersion',
    keyPrefix: 'ka',
    createable: false,
    updateable: false,
    deletable: false,
    nameField: 'Title',
    views: ['Knowledge__kav', 'Support__Discussion__kav'],
    requiredFilters,
    fields: versionFields,
  }),
];
