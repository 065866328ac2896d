// The files that an organization has from the start: a tree of folders, files with several versions, topics and comments.

import { storedBytes } from '../stored.ts';
import type { Files, NewFile } from './files.ts';
import { salesforceUserId } from './organization.ts';
import { dateTime, needObject, type Records, type SalesforceRecord } from './records.ts';

/** How many files each folder has; a slash parts a folder from the one that it lies in. */
const filesOfFolder: readonly [folder: string, files: number][] = [
  ['', 40],
  ['Contracts', 24],
  ['Contracts/2021', 30],
  ['Contracts/2022', 30],
  ['Contracts/2022/Signed', 15],
  ['Empty', 0],
  ['Images', 60],
  ['Images/Sites', 45],
  ['Invoices', 110],
  ['Reports', 26],
  ['Reports/Archive', 20],
  ['Reports/Archive/2020', 12],
];

const topics = ['Budget', 'Customer', 'Draft', 'Final', 'Legal', 'Marketing', 'Planning', 'Q1', 'Q2', 'Urgent'];
const remarks = [
  'Please check the figures on page 2.',
  'Looks good to me.',
  'Which customer is this for?',
  'The logo is the old one.',
  'Approved, thank you.',
  'I have put a new version up.',
];

/** The comments of the file that has most of them. */
const mostComments = 45;

const firstDay = Date.parse('2023-06-01T08:00:00Z');
const hour = 3600 * 1000;

/** Gives an organization its files. */
export function seedFiles(records: Records, files: Files): void {
  const owner = salesforceUserId(1);
  const other = salesforceUserId(2);
  let hours = 0;
  const stamps = (userId: string): SalesforceRecord => {
    const time = dateTime(new Date(firstDay + hours * hour));
    hours += 1;
    return {
      CreatedDate: time,
      CreatedById: userId,
      LastModifiedDate: time,
      LastModifiedById: userId,
      SystemModstamp: time,
    };
  };
  const insert = (name: string, values: SalesforceRecord, userId = owner) =>
    records.insert(needObject(name), { ...stamps(userId), ...values });

  const topicRecords = topics.map((Name) => insert('Topic', { Name, TalkingAbout: 1 }));
  const folderIds = new Map<string, string>();
  let number = 0;
  for (const [path, count] of filesOfFolder) {
    const name = path === '' ? 'Files' : path.replace(/^.*\//, '');
    const parent = path === '' ? null : (folderIds.get(path.replace(/\/?[^/]*$/, '')) ?? null);
    const folderId = String(insert('ContentFolder', { Name: name, ParentContentFolderId: parent })['Id']);
    folderIds.set(path, folderId);
    for (let index = 0; index < count; index++) {
      number += 1;
      const document = files.add(newFile(path, number, 1, folderId), owner, new Date(firstDay + hours * hour));
      hours += 1;
      for (let version = 2; version <= versionsOf(number); version++) {
        const next = newFile(path, number, version, folderId);
        files.addVersion(document, next, version % 2 === 0 ? other : owner, new Date(firstDay + hours * hour));
        hours += 1;
      }
      const EntityId = String(document['Id']);
      for (const topic of topicRecords.filter((_, place) => number % 6 === 0 && (number + place) % 4 === 0)) {
        insert('TopicAssignment', { TopicId: String(topic['Id']), EntityId });
      }
      if (number % 5 === 0) seedComments(EntityId, number === 5 ? mostComments : 1 + (number % 4));
    }
  }

  function seedComments(fileId: string, count: number): void {
    const post = { ParentId: fileId, Body: 'What do you think of this?', CommentCount: count };
    const FeedItemId = String(insert('FeedItem', post)['Id']);
    for (let index = 0; index < count; index++) {
      const CommentBody = `${remarks[index % remarks.length]} (${index + 1})`;
      insert('FeedComment', { FeedItemId, ParentId: fileId, CommentBody }, index % 2 === 0 ? other : owner);
    }
  }
}

function versionsOf(number: number): number {
  return number === 3 ? 12 : number % 7 === 0 ? 3 : 1;
}

function newFile(path: string, number: number, version: number, folderId: string): NewFile {
  const fileName = fileNameOf(path, number);
  const words = Buffer.from(`${fileName}, version ${version}\n${'0123456789'.repeat(1 + (number % 7))}\n`);
  const bytes = fileName.endsWith('.png') ? Buffer.concat([pngStart, words]) : words;
  const description = number % 3 === 0 ? `Kept as number ${number}.` : undefined;
  return { fileName, title: undefined, description, mimeType: undefined, folderId, content: storedBytes(bytes) };
}

function fileNameOf(path: string, number: number): string {
  const [top] = path.split('/');
  switch (top) {
    case 'Images':
      return `Picture ${number}.png`;
    case 'Invoices':
      return `Invoice ${10_000 + number}.pdf`;
    case 'Contracts':
      return `Contract ${number}.docx`;
    default:
      return `Report ${number}.${number % 2 === 0 ? 'csv' : 'txt'}`;
  }
}

/** The signature that every PNG starts with; it is not valid UTF-8. */
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
