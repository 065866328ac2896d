// Salesforce Files: what the documents of an organization contain and in which folders they lie. A file's record is a
// ContentDocument, so that queries and the Connect API see the same files.

import { createHash } from 'node:crypto';
import { longId } from './record-id.ts';
import { dateTime, needObject, type Records, type SalesforceRecord } from './records.ts';

/** What a document contains. */
export interface FileContent {
  bytes: Buffer;
  mimeType: string;
  /** MD5 in hexadecimal. */
  checksum: string;
  /** The folder it lies in; undefined for the root folder. */
  folderId: string | undefined;
}

/** An entry of a folder: a document's or a folder's record. */
export interface FolderEntry {
  type: 'File' | 'Folder';
  record: SalesforceRecord;
}

/** The files of one organization. */
export interface Files {
  /** A document that is not deleted; refuses with NOT_FOUND or ENTITY_IS_DELETED. */
  document(id: string): SalesforceRecord;
  content(document: SalesforceRecord): FileContent;
  add(file: NewFile, userId: string, time: Date): SalesforceRecord;
  /** Folders first, then files, each by name; `undefined` is the root folder. */
  entries(folderId: string | undefined): FolderEntry[];
  /** The files of a user, those changed last first. */
  ownedBy(userId: string): SalesforceRecord[];
}

export interface NewFile {
  /** With extension; names the title where none is given. */
  fileName: string;
  title: string | undefined;
  description: string | undefined;
  mimeType: string | undefined;
  folderId: string | undefined;
  bytes: Buffer;
}

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

const documents = needObject('ContentDocument');
const folders = needObject('ContentFolder');

/** An organization's files, none yet. */
export function createFiles(records: Records): Files {
  const contents = new Map<string, FileContent>();
  const living = (record: SalesforceRecord) => record['IsDeleted'] !== true;
  const contentOf = (document: SalesforceRecord): FileContent => {
    const content = contents.get(String(document['Id']));
    if (content === undefined) throw new Error(`the document ${document['Id']} has no content`);
    return content;
  };

  return {
    document: (id) => records.get(documents, id),
    content: contentOf,
    add(file, userId, time) {
      const [, base = file.fileName, extension] = /^(.+)\.([^.]+)$/s.exec(file.fileName) ?? [];
      const known = knownTypes[(extension ?? '').toLowerCase()];
      const now = dateTime(time);
      const document = records.insert(documents, {
        Title: file.title ?? base,
        Description: file.description ?? null,
        FileExtension: extension ?? null,
        FileType: known?.fileType ?? 'UNKNOWN',
        ContentSize: file.bytes.length,
        ContentModifiedDate: now,
        PublishStatus: 'R',
        OwnerId: userId,
        CreatedDate: now,
        CreatedById: userId,
        LastModifiedDate: now,
        LastModifiedById: userId,
        SystemModstamp: now,
      });
      const id = String(document['Id']);
      document['LatestPublishedVersionId'] = longId(id.slice(0, 15).replace(/^069/, '068'));
      contents.set(id, {
        bytes: file.bytes,
        mimeType: known?.mimeType ?? file.mimeType ?? 'application/octet-stream',
        checksum: createHash('md5').update(file.bytes).digest('hex'),
        folderId: file.folderId,
      });
      return document;
    },
    entries(folderId) {
      const inside = (parent: unknown) => (parent ?? undefined) === folderId;
      const subfolders = records
        .all(folders)
        .filter((record) => living(record) && inside(record['ParentContentFolderId']))
        .sort(byName('Name'));
      const inFolder = records
        .all(documents)
        .filter((record) => living(record) && inside(contentOf(record).folderId))
        .sort(byName('Title'));
      return [
        ...subfolders.map((record): FolderEntry => ({ type: 'Folder', record })),
        ...inFolder.map((record): FolderEntry => ({ type: 'File', record })),
      ];
    },
    ownedBy: (userId) =>
      records
        .all(documents)
        .filter((record) => living(record) && record['OwnerId'] === userId)
        .reverse(),
  };
}

function byName(field: string): (left: SalesforceRecord, right: SalesforceRecord) => number {
  return (left, right) => (String(left[field]) < String(right[field]) ? -1 : 1);
}
