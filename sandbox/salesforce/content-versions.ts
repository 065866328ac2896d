// The versions of Salesforce's files, and what a file is shared with from the start (Object Reference "ContentVersion",
// "ContentDocumentLink"). Every way in, the REST API and the Connect API, makes versions here, so that both see the same.

import type { Stored } from '../stored.ts';
import { dateTime, needObject, type Records, type SalesforceRecord } from './records.ts';

/** A version to be made. */
export interface NewVersion {
  title: string;
  description: string | undefined;
  reasonForChange: string | undefined;
  /** With extension. */
  fileName: string;
  content: Stored;
  /** The record that it is shared with from the start, other than its owner. */
  firstPublishLocationId?: string | undefined;
}

const versions = needObject('ContentVersion');
const documents = needObject('ContentDocument');
const links = needObject('ContentDocumentLink');

/** Salesforce's FileType and the media type of the extensions that it knows. */
const knownTypes: Readonly<Record<string, { fileType: string; mimeType: string }>> = {
  pdf: { fileType: 'PDF', mimeType: 'application/pdf' },
  png: { fileType: 'PNG', mimeType: 'image/png' },
  jpg: { fileType: 'JPG', mimeType: 'image/jpeg' },
  txt: { fileType: 'TEXT', mimeType: 'text/plain' },
  csv: { fileType: 'CSV', mimeType: 'text/csv' },
  docx: {
    fileType: 'WORD_X',
    mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  },
};

/** The media type that Salesforce gives a file with this extension; undefined when it knows none. */
export function mimeTypeOf(extension: unknown): string | undefined {
  return knownTypes[String(extension ?? '').toLowerCase()]?.mimeType;
}

/** A file name without its extension, and the extension. */
export function splitFileName(fileName: string): { base: string; extension: string | undefined } {
  const [, base = fileName, extension] = /^(.+)\.([^.]+)$/s.exec(fileName) ?? [];
  return { base, extension };
}

/** Makes a document without versions, which its owner sees; `addVersion` gives it its first. */
export function createDocument(records: Records, userId: string, time: Date): SalesforceRecord {
  const document = records.insert(documents, { PublishStatus: 'R', OwnerId: userId, ...stamps(userId, time) });
  link(records, document, userId, 'I', userId, time);
  return document;
}

/** Gives a document its next version, which becomes its latest. */
export function addVersion(
  records: Records,
  document: SalesforceRecord,
  version: NewVersion,
  userId: string,
  time: Date,
): SalesforceRecord {
  const { extension } = splitFileName(version.fileName);
  const earlier = versionsOf(records, document);
  const now = dateTime(time);
  const shared = {
    Title: version.title,
    Description: version.description ?? null,
    FileExtension: extension ?? null,
    FileType: knownTypes[(extension ?? '').toLowerCase()]?.fileType ?? 'UNKNOWN',
    ContentSize: version.content.size,
    ContentModifiedDate: now,
  };
  const record = records.insert(versions, {
    ...stamps(userId, time),
    ...shared,
    OwnerId: document['OwnerId'] ?? userId,
    ContentDocumentId: document['Id'] ?? null,
    ContentModifiedById: userId,
    PathOnClient: version.fileName,
    ReasonForChange: version.reasonForChange ?? null,
    FirstPublishLocationId: version.firstPublishLocationId ?? userId,
    VersionNumber: String(earlier.length + 1),
    IsLatest: true,
    Checksum: version.content.md5(),
  });
  records.setBlob(record, 'VersionData', version.content);
  for (const one of earlier) one['IsLatest'] = false;
  Object.assign(document, shared, {
    LatestPublishedVersionId: record['Id'],
    LastModifiedDate: now,
    LastModifiedById: userId,
    SystemModstamp: now,
  });
  const place = version.firstPublishLocationId;
  if (place !== undefined && place !== userId) link(records, document, place, 'V', userId, time);
  return record;
}

/** A document's versions, the first one first. */
export function versionsOf(records: Records, document: SalesforceRecord): SalesforceRecord[] {
  return records
    .all(versions)
    .filter((record) => record['ContentDocumentId'] === document['Id'] && record['IsDeleted'] !== true);
}

function link(
  records: Records,
  document: SalesforceRecord,
  linkedEntityId: string,
  shareType: string,
  userId: string,
  time: Date,
): void {
  records.insert(links, {
    ...stamps(userId, time),
    ContentDocumentId: document['Id'] ?? null,
    LinkedEntityId: linkedEntityId,
    ShareType: shareType,
    Visibility: 'AllUsers',
  });
}

function stamps(userId: string, time: Date): SalesforceRecord {
  const now = dateTime(time);
  return {
    CreatedDate: now,
    CreatedById: userId,
    LastModifiedDate: now,
    LastModifiedById: userId,
    SystemModstamp: now,
  };
}
