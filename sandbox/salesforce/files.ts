// Salesforce Files: what the documents of an organization contain and in which folders they lie. A file's record is a
// ContentDocument, so that queries and the Connect API see the same files.

import type { Stored } from '../stored.ts';
import { addVersion, createDocument, mimeTypeOf, splitFileName } from './content-versions.ts';
import { needObject, type Records, type SalesforceRecord } from './records.ts';

/** What a document contains. */
export interface FileContent {
  content: Stored;
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
  content: Stored;
}

const documents = needObject('ContentDocument');
const folders = needObject('ContentFolder');

/** An organization's files, none yet. */
export function createFiles(records: Records): Files {
  /** What only the Connect API knows of a document. */
  const kept = new Map<string, { mimeType: string | undefined; folderId: string | undefined }>();
  const living = (record: SalesforceRecord) => record['IsDeleted'] !== true;
  const contentOf = (document: SalesforceRecord): FileContent => {
    const version = records.lookup(String(document['LatestPublishedVersionId']));
    const content = version === undefined ? undefined : records.blob(version, 'VersionData');
    if (content === undefined) throw new Error(`the document ${document['Id']} has no content`);
    const { mimeType, folderId } = kept.get(String(document['Id'])) ?? {};
    return {
      content,
      mimeType: mimeTypeOf(document['FileExtension']) ?? mimeType ?? 'application/octet-stream',
      checksum: String(version?.['Checksum']),
      folderId,
    };
  };

  return {
    document: (id) => records.get(documents, id),
    content: contentOf,
    add(file, userId, time) {
      const document = createDocument(records, userId, time);
      const title = file.title ?? splitFileName(file.fileName).base;
      const { description, fileName, content } = file;
      const version = { title, description, reasonForChange: undefined, fileName, content };
      addVersion(records, document, version, userId, time);
      kept.set(String(document['Id']), { mimeType: file.mimeType, folderId: file.folderId });
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
