// Salesforce Files: what the documents of an organization contain and in which folders they lie. A file's record is a
// ContentDocument, so that queries and the Connect API see the same files; its folder stands in the record, too, where
// ContentFolderItem shows it.

import type { Stored } from '../stored.ts';
import { addVersion, createDocument, mimeTypeOf, splitFileName, versionsOf } from './content-versions.ts';
import { Refusal } from './errors.ts';
import { needObject, type Records, type SalesforceRecord } from './records.ts';

/** What a version of a document contains. */
export interface FileContent {
  /** The ContentVersion's record. */
  version: SalesforceRecord;
  content: Stored;
  mimeType: string;
  /** MD5 in hexadecimal. */
  checksum: string;
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
  /** What the latest version contains, or the one of this number; refuses an unknown number with NOT_FOUND. */
  content(document: SalesforceRecord, versionNumber?: string): FileContent;
  add(file: NewFile, userId: string, time: Date): SalesforceRecord;
  /** Gives a document its next version. */
  addVersion(document: SalesforceRecord, file: Omit<NewFile, 'folderId'>, userId: string, time: Date): void;
  /** The folder that all others lie in. */
  root(): SalesforceRecord;
  /** A folder that is not deleted, by its id or by `root`; refuses with NOT_FOUND or ENTITY_IS_DELETED. */
  folder(id: string): SalesforceRecord;
  /** The folder that a document or a folder lies in; a file whose folder was deleted lies in the root folder. */
  folderOf(entry: SalesforceRecord): SalesforceRecord;
  /** Puts a document into a folder. */
  move(document: SalesforceRecord, folder: SalesforceRecord): void;
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
  /** Undefined for the root folder. */
  folderId: string | undefined;
  content: Stored;
}

const documents = needObject('ContentDocument');
const folders = needObject('ContentFolder');

/** An organization's files, none yet. */
export function createFiles(records: Records): Files {
  /** What only the Connect API knows of a version. */
  const mimeTypes = new Map<string, string | undefined>();
  const living = (record: SalesforceRecord) => record['IsDeleted'] !== true;

  function root(): SalesforceRecord {
    const found = records.all(folders).find((record) => record['ParentContentFolderId'] === null);
    if (found === undefined) throw new Error('the organization has no root folder');
    return found;
  }

  function folderOf(entry: SalesforceRecord): SalesforceRecord {
    const folder = records.lookup(String(entry['ParentContentFolderId'] ?? ''));
    return folder === undefined || !living(folder) ? root() : folder;
  }

  function addTo(document: SalesforceRecord, file: Omit<NewFile, 'folderId'>, userId: string, time: Date): void {
    const title = file.title ?? String(document['Title'] ?? splitFileName(file.fileName).base);
    const description = file.description ?? (document['Description'] as string | null) ?? undefined;
    const { fileName, content } = file;
    const version = { title, description, reasonForChange: undefined, fileName, content };
    mimeTypes.set(String(addVersion(records, document, version, userId, time)['Id']), file.mimeType);
  }

  return {
    document: (id) => records.get(documents, id),
    content(document, versionNumber) {
      const version =
        versionNumber === undefined
          ? records.lookup(String(document['LatestPublishedVersionId']))
          : versionsOf(records, document).find((one) => one['VersionNumber'] === versionNumber);
      if (version === undefined) {
        throw new Refusal(404, 'NOT_FOUND', `The file has no version with the number ${versionNumber}.`);
      }
      const content = records.blob(version, 'VersionData');
      if (content === undefined) throw new Error(`the document ${document['Id']} has no content`);
      const mimeType =
        mimeTypeOf(version['FileExtension']) ?? mimeTypes.get(String(version['Id'])) ?? 'application/octet-stream';
      return { version, content, mimeType, checksum: String(version['Checksum']) };
    },
    add(file, userId, time) {
      const document = createDocument(records, userId, time);
      addTo(document, file, userId, time);
      document['ParentContentFolderId'] = file.folderId ?? String(root()['Id']);
      document['IsFolder'] = false;
      return document;
    },
    addVersion: addTo,
    root,
    folder: (id) => (id === 'root' ? root() : records.get(folders, id)),
    folderOf,
    move(document, folder) {
      document['ParentContentFolderId'] = String(folder['Id']);
      document['IsFolder'] = false;
    },
    entries(folderId) {
      const folder = folderId === undefined ? root() : records.get(folders, folderId);
      const inside = (record: SalesforceRecord) => living(record) && record !== folder && folderOf(record) === folder;
      const subfolders = records.all(folders).filter(inside).sort(byName('Name'));
      const inFolder = records.all(documents).filter(inside).sort(byName('Title'));
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
