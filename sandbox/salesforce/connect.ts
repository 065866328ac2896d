// Files and folders in Salesforce's Connect REST API ("Files Resources", "Folders Resources", "User Files Resources").

import { textOf as partText, readParts } from '../parts.ts';
import { type Answer, empty, json, mediaType, type VendorRequest } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import type { FolderEntry } from './files.ts';
import { needObject, type SalesforceRecord } from './records.ts';

const folders = needObject('ContentFolder');
const documents = needObject('ContentDocument');

/** Answers what stands below `/connect/`. */
export function connectApi(call: RestCall, path: string): Answer {
  const { method } = call.request;
  const [, folderId, items] = /^folders\/([^/]+)(\/items)?$/.exec(path) ?? [];
  if (folderId !== undefined) {
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD']);
    const folder = folderId === 'root' ? undefined : call.data.records.get(folders, folderId);
    return items === undefined ? json(200, folderOf(call, folder)) : folderItems(call, folder, folderId);
  }
  const [, user] = /^files\/users\/([^/]+)$/.exec(path) ?? [];
  if (user !== undefined) {
    if (method === 'POST') return upload(call);
    if (method !== 'GET') throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
    const owned = call.data.files.ownedBy(user === 'me' ? call.userId : user);
    const page = pageOf(call, path, owned);
    return json(200, { ...page.urls, files: page.rows.map((file) => fileOf(call, file)) });
  }
  const [, id, content] = /^files\/([^/]+)(\/content)?$/.exec(path) ?? [];
  if (id === undefined) throw unknownResource();
  return content === undefined ? file(call, id) : download(call, id);
}

function file(call: RestCall, id: string): Answer {
  const { files, records } = call.data;
  const document = files.document(id);
  switch (call.request.method) {
    case 'GET':
      return json(200, fileOf(call, document));
    case 'PATCH': {
      const { title, desc } = inputOf(call.request);
      const members = {
        ...(title === undefined ? {} : { Title: title }),
        ...(desc === undefined ? {} : { Description: desc }),
      };
      records.update(documents, id, members, call.userId);
      return json(200, fileOf(call, document));
    }
    case 'DELETE':
      records.delete(documents, id, call.userId);
      return empty(204);
  }
  throw methodNotAllowed(call.request.method, ['GET', 'PATCH', 'DELETE', 'HEAD']);
}

function download(call: RestCall, id: string): Answer {
  if (call.request.method !== 'GET') throw methodNotAllowed(call.request.method, ['GET', 'HEAD']);
  const document = call.data.files.document(id);
  const { content, mimeType } = call.data.files.content(document);
  const fileName = [document['Title'], document['FileExtension']].filter((part) => part !== null).join('.');
  const headers = {
    'content-type': mimeType,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  };
  return { status: 200, headers, body: content };
}

/** The file is the part `fileData`; title and description come as parameters, as fields or as a JSON part ("Uploading Binary Files"). */
function upload(call: RestCall): Answer {
  const part = readParts(call.request).find((one) => one.name === 'fileData');
  if (part?.fileName === undefined) {
    throw new Refusal(
      400,
      'POST_BODY_PARSE_ERROR',
      'The file is missing: send it as the binary part fileData of multipart/form-data.',
    );
  }
  const { title, desc } = inputOf(call.request);
  const { fileName, contentType, stored: content } = part;
  const added = { fileName, title, description: desc, mimeType: contentType, folderId: undefined, content };
  return json(201, fileOf(call, call.data.files.add(added, call.userId, call.now)));
}

/** File Input: its members as request parameters, or in a JSON body, or in a JSON part or fields of a form. */
function inputOf(request: VendorRequest): { title: string | undefined; desc: string | undefined } {
  const input: Record<string, unknown> = Object.fromEntries(new URLSearchParams(request.query));
  for (const part of readParts(request)) {
    const { contentType, fileName, name } = part;
    if (fileName !== undefined) continue;
    if (contentType === 'application/json') Object.assign(input, readJson(partText(part)));
    else input[name] = partText(part);
  }
  if (mediaType(request) === 'application/json') Object.assign(input, readJson(request.body));
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { title: textOf(input['title']), desc: textOf(input['desc']) };
}

function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, as for a body of another form.
  }
  throw new Refusal(400, 'JSON_PARSER_ERROR', 'The request body is no JSON object.');
}

function folderItems(call: RestCall, folder: SalesforceRecord | undefined, id: string): Answer {
  const entries = call.data.files.entries(folder === undefined ? undefined : String(folder['Id']));
  const page = pageOf(call, `folders/${id}/items`, entries);
  return json(200, { ...page.urls, items: page.rows.map((entry) => itemOf(call, entry)) });
}

function itemOf(call: RestCall, { type, record }: FolderEntry): object {
  return {
    file: type === 'File' ? fileOf(call, record) : null,
    folder: type === 'Folder' ? folderOf(call, record) : null,
    id: record['Id'],
    type,
  };
}

/** Pages are counted from 0; 25 entries unless `pageSize` (1 to 100) says otherwise. */
function pageOf<Row>(call: RestCall, path: string, rows: Row[]): { rows: Row[]; urls: Record<string, string | null> } {
  const query = new URLSearchParams(call.request.query);
  const read = (name: string, otherwise: number, least: number, most: number) => {
    const text = query.get(name) ?? String(otherwise);
    const value = /^\d+$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= most) return value;
    const message = `Illegal value for query parameter ${name}: ${text}`;
    throw new Refusal(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', message);
  };
  const page = read('page', 0, 0, Number.MAX_SAFE_INTEGER);
  const size = read('pageSize', 25, 1, 100);
  const urlOf = (number: number) => `${call.base}/connect/${path}?page=${number}&pageSize=${size}`;
  return {
    rows: rows.slice(page * size, (page + 1) * size),
    urls: {
      currentPageUrl: urlOf(page),
      nextPageUrl: (page + 1) * size < rows.length ? urlOf(page + 1) : null,
      previousPageUrl: page > 0 ? urlOf(page - 1) : null,
    },
  };
}

/** Connect writes dates with `Z`, unlike the rest of the REST API. */
function connectDate(value: unknown): string {
  return String(value).replace('+0000', 'Z');
}

function folderOf(call: RestCall, folder: SalesforceRecord | undefined): object {
  const id = folder === undefined ? 'root' : String(folder['Id']);
  const parent = folder?.['ParentContentFolderId'] ?? null;
  return {
    createdDate: connectDate(folder?.['CreatedDate'] ?? '2023-01-02T08:00:00.000Z'),
    id,
    isInMyFileSync: false,
    modifiedDate: connectDate(folder?.['LastModifiedDate'] ?? '2023-01-02T08:00:00.000Z'),
    mySubscription: null,
    name: folder?.['Name'] ?? 'root',
    parentFolder: referenceTo(call, 'folders', parent),
    path: pathOf(call, folder),
    type: 'Folder',
    url: `${call.base}/connect/folders/${id}`,
  };
}

function pathOf(call: RestCall, folder: SalesforceRecord | undefined): string {
  if (folder === undefined) return '';
  const above = pathOf(call, call.data.records.lookup(String(folder['ParentContentFolderId'] ?? '')));
  return above === '' ? String(folder['Name']) : `${above}/${folder['Name']}`;
}

function referenceTo(call: RestCall, kind: string, id: unknown): object | null {
  return id === null || id === undefined ? null : { id, url: `${call.base}/connect/${kind}/${id}` };
}

/** File Summary. */
function fileOf(call: RestCall, document: SalesforceRecord): object {
  const { checksum, mimeType, folderId } = call.data.files.content(document);
  const url = `${call.base}/connect/files/${document['Id']}`;
  const owner = call.data.records.lookup(String(document['OwnerId']));
  return {
    checkSum: checksum,
    contentHubRepository: null,
    contentModifiedDate: connectDate(document['ContentModifiedDate']),
    contentSize: document['ContentSize'],
    contentUrl: null,
    createdDate: connectDate(document['CreatedDate']),
    description: document['Description'],
    downloadUrl: `${url}/content?versionNumber=1`,
    externalDocumentUrl: null,
    fileExtension: document['FileExtension'],
    fileType: document['FileType'],
    id: document['Id'],
    isInMyFileSync: false,
    isMajorVersion: true,
    mimeType,
    modifiedDate: connectDate(document['LastModifiedDate']),
    name: document['Title'],
    origin: 'Chatter',
    owner: { ...referenceTo(call, 'users', document['OwnerId']), name: owner?.['Name'] ?? null, type: 'User' },
    parentFolder: referenceTo(call, 'folders', folderId),
    publishStatus: 'PrivateAccess',
    sharingOption: 'Allowed',
    sharingRole: 'Owner',
    systemModstamp: connectDate(document['SystemModstamp']),
    title: document['Title'],
    type: 'File',
    url,
    versionNumber: '1',
  };
}
