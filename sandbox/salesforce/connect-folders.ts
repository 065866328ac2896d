// Folders in the Connect REST API ("Folders Resources"): information, contents, share links.

import { type Answer, empty, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { fileSummary, uploadFile } from './connect-files.ts';
import { connectDate, inputOf, numberedPage, referenceTo, textMember } from './connect-pages.ts';
import { methodNotAllowed, Refusal, unknownResource } from './errors.ts';
import type { FolderEntry } from './files.ts';
import { needObject, type SalesforceRecord } from './records.ts';

const folders = needObject('ContentFolder');

/** Answers what stands below `/connect/folders/`. */
export function foldersApi(call: RestCall, path: string): Answer {
  const [, id, items] = /^([^/]+)(\/items)?$/.exec(path) ?? [];
  if (id === undefined) throw unknownResource();
  const folder = call.data.files.folder(id);
  return items === undefined ? information(call, folder) : contents(call, folder, id);
}

function information(call: RestCall, folder: SalesforceRecord): Answer {
  const { records, files } = call.data;
  const id = String(folder['Id']);
  const { method } = call.request;
  switch (method) {
    case 'GET':
      return json(200, folderOf(call, folder));
    case 'PATCH': {
      refuseRoot(call, folder);
      const input = inputOf(call.request);
      const name = textMember(input, 'name');
      const parent = textMember(input, 'parentFolderId');
      if (name === undefined && parent === undefined) {
        throw new Refusal(400, 'MISSING_ARGUMENT', 'Either name or parentFolderId is required.');
      }
      const above = parent === undefined ? undefined : files.folder(parent);
      if (above !== undefined && isInside(call, above, folder)) {
        throw new Refusal(400, 'INVALID_OPERATION', 'A folder cannot be moved into itself.');
      }
      const members = {
        ...(name === undefined ? {} : { Name: name }),
        ...(above === undefined ? {} : { ParentContentFolderId: above['Id'] }),
      };
      records.update(folders, id, members, call.userId);
      return json(200, folderOf(call, folder));
    }
    case 'DELETE':
      refuseRoot(call, folder);
      records.delete(folders, id, call.userId);
      return empty(204);
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'PATCH', 'DELETE']);
}

function refuseRoot(call: RestCall, folder: SalesforceRecord): void {
  if (folder !== call.data.files.root()) return;
  throw new Refusal(400, 'INVALID_OPERATION', 'The root folder cannot be changed or deleted.');
}

function isInside(call: RestCall, inner: SalesforceRecord, outer: SalesforceRecord): boolean {
  const root = call.data.files.root();
  for (let folder = inner; folder !== root; folder = call.data.files.folderOf(folder)) {
    if (folder === outer) return true;
  }
  return false;
}

function contents(call: RestCall, folder: SalesforceRecord, id: string): Answer {
  const { method } = call.request;
  switch (method) {
    case 'GET': {
      const entries = call.data.files.entries(String(folder['Id']));
      const { rows, urls } = numberedPage(call, `connect/folders/${id}/items`, entries);
      return json(200, { ...urls, items: rows.map((entry) => itemOf(call, entry)) });
    }
    case 'POST':
      return json(201, itemOf(call, addTo(call, folder)));
  }
  throw methodNotAllowed(method, ['GET', 'HEAD', 'POST']);
}

/** Folder Item Input; a file comes as the part `fileData` of a form. */
function addTo(call: RestCall, folder: SalesforceRecord): FolderEntry {
  const input = inputOf(call.request);
  switch (input['type']) {
    case 'File':
      return { type: 'File', record: uploadFile(call, String(folder['Id'])) };
    case 'Folder':
      return { type: 'Folder', record: makeFolder(call, folder, input) };
  }
  const message = `Illegal value for type: ${input['type'] ?? 'null'}. Use File or Folder.`;
  throw new Refusal(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', message);
}

/** The folders of the path that are not there are made, too. */
function makeFolder(
  call: RestCall,
  root: SalesforceRecord,
  input: Readonly<Record<string, unknown>>,
): SalesforceRecord {
  const given = (input['folder'] ?? {}) as Record<string, unknown>;
  const path = textMember(given, 'path') ?? textMember(given, 'name') ?? textMember(input, 'folderPath') ?? '';
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop();
  if (last === undefined) throw new Refusal(400, 'MISSING_ARGUMENT', 'The path of the folder is required.');
  const { files, records } = call.data;
  const make = (Name: string, parent: SalesforceRecord) =>
    records.create(folders, { Name, ParentContentFolderId: parent['Id'] }, call.userId);
  let parent = root;
  for (const name of names) {
    const found = files
      .entries(String(parent['Id']))
      .find(({ type, record }) => type === 'Folder' && String(record['Name']).toLowerCase() === name.toLowerCase());
    parent = found?.record ?? make(name, parent);
  }
  return make(last, parent);
}

/** Folder Item. */
function itemOf(call: RestCall, { type, record }: FolderEntry): object {
  return {
    file: type === 'File' ? fileSummary(call, record) : null,
    folder: type === 'Folder' ? folderOf(call, record) : null,
    id: record['Id'],
    type,
  };
}

/** Folder. */
function folderOf(call: RestCall, folder: SalesforceRecord): object {
  const id = String(folder['Id']);
  const isRoot = folder === call.data.files.root();
  return {
    createdDate: connectDate(folder['CreatedDate']),
    folderPaths: [],
    id,
    isInMyFileSync: false,
    modifiedDate: connectDate(folder['LastModifiedDate']),
    mySubscription: null,
    name: folder['Name'],
    parentFolder: isRoot ? null : referenceTo(call, 'folders', folder['ParentContentFolderId']),
    path: pathOf(call, folder),
    systemModstamp: connectDate(folder['SystemModstamp']),
    type: 'Folder',
    url: `${call.base}/connect/folders/${id}`,
  };
}

/** The names of the folders from below the root folder, parted by slashes. */
function pathOf(call: RestCall, folder: SalesforceRecord): string {
  if (folder === call.data.files.root()) return '';
  const above = pathOf(call, call.data.files.folderOf(folder));
  return above === '' ? String(folder['Name']) : `${above}/${folder['Name']}`;
}
