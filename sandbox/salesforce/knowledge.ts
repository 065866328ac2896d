// Salesforce Knowledge: how an article's versions come and go (Knowledge Developer Guide "Manage Knowledge with REST APIs").

import { type Answer, empty, json } from '../vendor.ts';
import { readJsonBody } from './body.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import { objectOfId } from './objects/catalog.ts';
import type { SObject } from './objects/field.ts';
import { dateTime, type Members, needObject, type SalesforceRecord } from './records.ts';

const articles = needObject('KnowledgeArticle');
const allVersions = needObject('KnowledgeArticleVersion');

/** Whether an object holds the versions of an article type. */
export function isArticleType(object: SObject): boolean {
  return allVersions.views.includes(object.name);
}

/** A new draft, and the article that it is a version of. */
export function createArticle(call: RestCall, object: SObject, members: Members): SalesforceRecord {
  const { records } = call.data;
  const draft = records.create(object, members, call.userId);
  const stamps = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'];
  const article = records.insert(articles, {
    ...Object.fromEntries(stamps.map((name) => [name, draft[name] ?? null])),
    MasterLanguage: draft['Language'] ?? null,
  });
  const { Id: articleId = null, ArticleNumber: number = null } = article;
  return Object.assign(draft, { KnowledgeArticleId: articleId, ArticleNumber: number, VersionNumber: 1 });
}

/** Published versions are not deleted ("Delete a Master Version of an Article"). */
export function deleteArticleVersion(call: RestCall, version: SalesforceRecord): void {
  if (version['PublishStatus'] === 'Online') {
    const message = 'An online article can’t be deleted: unpublish or archive it first.';
    throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, []);
  }
  const others = versionsOf(call, version).filter((other) => other !== version);
  if (others.length > 0) return;
  const article = call.data.records.lookup(String(version['KnowledgeArticleId']));
  if (article !== undefined) call.data.records.delete(articles, String(article['Id']), call.userId);
}

/** Answers what stands below `/knowledgeManagement`. */
export function knowledgeManagementApi(call: RestCall, path: string): Answer {
  const { method } = call.request;
  if (path === 'articleVersions/masterVersions') {
    if (method !== 'POST') throw methodNotAllowed(method, ['POST']);
    return editOnline(call);
  }
  const [, id] = /^articleVersions\/masterVersions\/([^/]+)$/.exec(path) ?? [];
  if (id === undefined) throw unknownResource();
  const version = call.data.records.get(allVersions, id);
  switch (method) {
    case 'PATCH':
      changeStatus(call, version);
      return empty(204);
    case 'DELETE': {
      const object = objectOfId(version['Id']);
      deleteArticleVersion(call, version);
      if (object !== undefined) call.data.records.delete(object, id, call.userId);
      return empty(204);
    }
  }
  throw methodNotAllowed(method, ['DELETE', 'PATCH']);
}

/** A draft of an online article beside it ("Edit an Online Version of a Master Article"). */
function editOnline(call: RestCall): Answer {
  const { records } = call.data;
  const article = records.get(articles, String(readJsonBody(call)['articleId'] ?? ''));
  const versions = versionsOf(call, { KnowledgeArticleId: article['Id'] ?? null });
  const online = versions.find((version) => version['PublishStatus'] === 'Online');
  const object = objectOfId(online?.['Id']);
  if (online === undefined || object === undefined || versions.some((one) => one['PublishStatus'] === 'Draft')) {
    throw new Refusal(400, 'INVALID_OPERATION', 'The article has no online version without a draft.');
  }
  const { Id: _id, ...values } = online;
  const now = dateTime(call.now);
  const draft = records.insert(object, {
    ...values,
    PublishStatus: 'Draft',
    VersionNumber: Number(online['VersionNumber']) + 1,
    LastModifiedDate: now,
    LastModifiedById: call.userId,
    SystemModstamp: now,
  });
  return json(201, { id: draft['Id'], success: true, errors: [] });
}

/** Publishes a draft, archives or unpublishes what is online, and restores what is archived; status names in any case. */
function changeStatus(call: RestCall, version: SalesforceRecord): void {
  const body = readJsonBody(call);
  const unknown = Object.keys(body).find((name) => name !== 'publishStatus' && name !== 'versionNumber');
  if (unknown !== undefined) {
    throw new Refusal(400, 'INVALID_FIELD', `No such column '${unknown}' on sobject of type KnowledgeArticleVersion`);
  }
  const asked = String(body['publishStatus'] ?? '').toLowerCase();
  const status = ['Draft', 'Online', 'Archived'].find((one) => one.toLowerCase() === asked);
  if (status === undefined) {
    const message = `Publish Status: bad value for restricted picklist field: ${body['publishStatus'] ?? ''}`;
    throw new Refusal(400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, ['publishStatus']);
  }
  const from = String(version['PublishStatus']);
  const hasOther = (other: string) =>
    versionsOf(call, version).some((one) => one !== version && one['PublishStatus'] === other);
  const allowed =
    (status === 'Online' && from === 'Draft') ||
    (status === 'Archived' && from === 'Online') ||
    (status === 'Draft' && from !== 'Draft' && !hasOther('Draft'));
  if (!allowed) {
    const message = `You can’t perform this action: the article version is ${from} and can’t become ${status}.`;
    throw new Refusal(400, 'INVALID_OPERATION', message);
  }
  const now = dateTime(call.now);
  const changes: SalesforceRecord = {
    PublishStatus: status,
    IsLatestVersion: true,
    LastModifiedDate: now,
    LastModifiedById: call.userId,
    SystemModstamp: now,
  };
  if (status === 'Online') {
    const online = versionsOf(call, version).find((one) => one !== version && one['PublishStatus'] === 'Online');
    // A minor version keeps the number of the one that it replaces.
    if (online !== undefined && body['versionNumber'] !== 'NextVersion') {
      changes['VersionNumber'] = online['VersionNumber'] ?? 1;
    }
    if (online !== undefined) Object.assign(online, { PublishStatus: 'Archived', IsLatestVersion: false });
    changes['FirstPublishedDate'] = version['FirstPublishedDate'] ?? now;
    changes['LastPublishedDate'] = now;
  }
  if (status === 'Archived') Object.assign(changes, { ArchivedDate: now, ArchivedById: call.userId });
  Object.assign(version, changes);
}

function versionsOf(call: RestCall, { KnowledgeArticleId: articleId = null }: SalesforceRecord): SalesforceRecord[] {
  return call.data.records
    .all(allVersions)
    .filter((one) => one['KnowledgeArticleId'] === articleId && one['IsDeleted'] !== true);
}
