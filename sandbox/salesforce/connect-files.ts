// Files in the Connect REST API ("File Information", "File Content", "Files Shares Link", "User Files, General").

import { readParts } from '../parts.ts';
import { type Answer, empty, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { binaryPart, connectDate, inputOf, numberedPage, referenceTo, textMember, userOf } from './connect-pages.ts';
import { topicsOf } from './connect-topics.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import type { NewFile } from './files.ts';
import { needObject, type SalesforceRecord } from './records.ts';

const documents = needObject('ContentDocument');

/** Where a document's record keeps what its public link ends with. */
const shareLink = 'ShareLink';

/** Answers what stands below `/connect/files/`. */
export function filesApi(call: RestCall, path: string): Answer {
  const [, user] = /^users\/([^/]+)$/.exec(path) ?? [];
  if (user !== undefined) return userFiles(call, user === 'me' ? call.userId : user);
  const [, id, part] = /^([^/]+)(?:\/(content|file-shares\/link))?$/.exec(path) ?? [];
  if (id === undefined) throw unknownResource();
  const document = call.data.files.document(id);
  if (part === 'content') return download(call, document);
  return part === undefined ? file(call, document) : fileLink(call, document);
}

function userFiles(call: RestCall, userId: string): Answer {
  switch (call.request.method) {
    case 'POST':
      return json(201, fileDetail(call, uploadFile(call, undefined)));
    case 'GET': {
      const { rows, urls } = numberedPage(call, `connect/files/users/${userId}`, call.data.files.ownedBy(userId));
      return json(200, { ...urls, files: rows.map((document) => fileSummary(call, document)) });
    }
  }
  throw methodNotAllowed(call.request.method, ['GET', 'HEAD', 'POST']);
}

/** Makes a file of an upload, in a folder or in the root folder. */
export function uploadFile(call: RestCall, folderId: string | undefined): SalesforceRecord {
  return call.data.files.add({ ...uploadOf(call), folderId }, call.userId, call.now);
}

/** The file is the part `fileData`; title and description come as parameters, as fields or as a JSON part ("Uploading Binary Files"). */
function uploadOf(call: RestCall): Omit<NewFile, 'folderId'> {
  const part = readParts(call.request).find((one) => one.name === binaryPart);
  if (part?.fileName === undefined) {
    const message = 'The file is missing: send it as the binary part fileData of multipart/form-data.';
    throw new Refusal(400, 'POST_BODY_PARSE_ERROR', message);
  }
  const input = inputOf(call.request);
  const { file } = input;
  const members = typeof file === 'object' && file !== null ? { ...input, ...file } : input;
  const title = textMember(members, 'title');
  checkTitle(title);
  return {
    fileName: part.fileName,
    title,
    description: textMember(members, 'desc'),
    mimeType: part.contentType,
    content: part.stored,
  };
}

function checkTitle(title: string | undefined): void {
  if (title === undefined || title.length <= 255) return;
  const message = `Title: data value too large: ${title} (max length=255)`;
  throw new Refusal(400, 'STRING_TOO_LONG', message, ['Title']);
}

function file(call: RestCall, document: SalesforceRecord): Answer {
  const { files, records } = call.data;
  const { method, query } = call.request;
  switch (method) {
    case 'GET':
      return json(200, fileDetail(call, document, new URLSearchParams(query).get('versionNumber') ?? undefined));
    case 'POST':
      files.addVersion(document, uploadOf(call), call.userId, call.now);
      return json(201, fileDetail(call, document));
    case 'PATCH': {
      const input = inputOf(call.request);
      const folderId = textMember(input, 'parentFolderId');
      const folder = folderId === undefined ? undefined : files.folder(folderId);
      const changed = [
        ['Title', 'title'],
        ['Description', 'desc'],
      ] as const;
      const members = changed.filter(([, name]) => name in input).map(([field, name]) => [field, input[name]]);
      records.update(documents, String(document['Id']), Object.fromEntries(members), call.userId);
      if (folder !== undefined) files.move(document, folder);
      return json(200, fileDetail(call, document));
    }
    case 'DELETE':
      records.delete(documents, String(document['Id']), call.userId);
      return empty(204);
  }
  throw methodNotAllowed(method, ['GET', 'POST', 'PATCH', 'DELETE', 'HEAD']);
}

function download(call: RestCall, document: SalesforceRecord): Answer {
  const { method, query } = call.request;
  if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
  const versionNumber = new URLSearchParams(query).get('versionNumber') ?? undefined;
  const { version, content, mimeType } = call.data.files.content(document, versionNumber);
  const fileName = [version['Title'], version['FileExtension']].filter((part) => part !== null).join('.');
  const headers = {
    'content-type': mimeType,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  };
  return { status: 200, headers, body: content };
}

/** A file has a public link once somebody has asked for one by PUT. */
function fileLink(call: RestCall, document: SalesforceRecord): Answer {
  const { method, host } = call.request;
  switch (method) {
    case 'PUT':
      document[shareLink] ??= Buffer.from(String(document['Id'])).toString('base64url');
      break;
    case 'DELETE':
      if ((document[shareLink] ?? null) === null) throw noLink();
      document[shareLink] = null;
      return empty(204);
    case 'GET':
      break;
    default:
      throw methodNotAllowed(method, ['GET', 'HEAD', 'PUT', 'DELETE']);
  }
  const link = document[shareLink] ?? null;
  if (link === null) throw noLink();
  return json(200, {
    expirationDate: null,
    fileViewUrl: `https://${host.replace('.my.salesforce.com', '.file.force.com')}/sfc/p/${link}`,
    isPasswordRequired: false,
    password: null,
    sharingType: 'V',
  });
}

function noLink(): Refusal {
  return new Refusal(404, 'NOT_FOUND', 'The file has no share link.');
}

/** File Detail: a File Summary with topics. */
function fileDetail(call: RestCall, document: SalesforceRecord, versionNumber?: string): object {
  const topics = topicsOf(call, String(document['Id']));
  return { ...fileSummary(call, document, versionNumber), fileAsset: null, pageCount: 0, topics };
}

/** File Summary. */
export function fileSummary(call: RestCall, document: SalesforceRecord, versionNumber?: string): object {
  const { version, checksum, mimeType } = call.data.files.content(document, versionNumber);
  const url = `${call.base}/connect/files/${document['Id']}`;
  return {
    checkSum: checksum,
    contentHubRepository: null,
    contentModifiedDate: connectDate(version['ContentModifiedDate']),
    contentSize: version['ContentSize'],
    contentUrl: null,
    createdDate: connectDate(document['CreatedDate']),
    description: document['Description'],
    downloadUrl: `${url}/content?versionNumber=${version['VersionNumber']}`,
    externalDocumentUrl: null,
    fileExtension: version['FileExtension'],
    fileType: version['FileType'],
    id: document['Id'],
    isInMyFileSync: false,
    isMajorVersion: true,
    mimeType,
    modifiedDate: connectDate(document['LastModifiedDate']),
    name: document['Title'],
    origin: 'Chatter',
    owner: userOf(call, document['OwnerId']),
    parentFolder: referenceTo(call, 'folders', call.data.files.folderOf(document)['Id']),
    publishStatus: 'PrivateAccess',
    sharingOption: 'Allowed',
    sharingPrivacy: 'None',
    sharingRole: 'Owner',
    systemModstamp: connectDate(document['SystemModstamp']),
    title: document['Title'],
    type: 'ContentDocument',
    url,
    versionNumber: version['VersionNumber'],
  };
}
