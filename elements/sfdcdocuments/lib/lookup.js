// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// Files and folders are found by queries: a file by its title and extension, which stand apart at Salesforce, a folder by
// its name and the names above it. What lies in a folder is asked for in one composite call.
const api = '/services/data/v44.0';
/** What the statement of this name finds, in another one. No caller can write it: texts with this character are refused. */
const idFrom = (name) => `\u0000${name}\u0000`;
/** Levels upwards that a query may go. */
const deepest = 5;

const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
const namesOf = (path) => path.split('/').filter((name) => name !== '');
const refusal = (status, message) => ({
  continue: false,
  response_status_code: status,
  response_error_message: message,
});

/** What a hook after a call gives for what is not there; `message` takes the place of what the vendor said. */
const missing = (message) => ({
  response_status_code: 404,
  response_error_message: message,
  response_body: { message },
});

function splitName(name) {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? { title: name.slice(0, dot), extension: name.slice(dot + 1) } : { title: name, extension: '' };
}

/** The folder whose names these are; above the first of them stands only the root folder. */
function folderStatement(names) {
  const above = (levels) => 'ParentContentFolder.'.repeat(levels);
  const conditions = names.map((name, place) => `${above(names.length - 1 - place)}Name = ${quoted(name)}`);
  conditions.push(`${above(names.length)}ParentContentFolderId = null`);
  return `SELECT Id FROM ContentFolder WHERE ${conditions.join(' AND ')} ORDER BY CreatedDate LIMIT 1`;
}

/** A file in a folder, or with one name alone the last changed of all files that are called so; the statements have these names. */
function fileStatements(names, folder = 'folder', file = 'file') {
  const { title, extension } = splitName(names[names.length - 1]);
  const called = `Title = ${quoted(title)} AND FileExtension = ${extension === '' ? 'null' : quoted(extension)}`;
  const lastChanged = 'ORDER BY LastModifiedDate DESC LIMIT 1';
  if (names.length === 1) return { [file]: `SELECT Id FROM ContentDocument WHERE ${called} ${lastChanged}` };
  const inFolder = `ParentContentFolderId = '${idFrom(folder)}' AND IsFolder = false`;
  return {
    [folder]: folderStatement(names.slice(0, -1)),
    [file]: `SELECT Id FROM ContentFolderItem WHERE ${inFolder} AND ${called} ${lastChanged}`,
  };
}

/** Why no file or folder can have this path, or undefined. */
function fileFault(names) {
  if (names.length === 0) return 'Give the path of a file: /Title.ext or /Folder/Title.ext.';
  return names.length - 1 > deepest ? folderFault(names.slice(0, -1)) : undefined;
}

function folderFault(names) {
  if (names.length <= deepest) return undefined;
  return `Salesforce finds folders ${deepest} levels deep: give a shorter path, or the id.`;
}

/** What a hook gives to ask for named statements at once. */
function ask(statements) {
  const names = Object.keys(statements);
  if (names.length === 1) return { request_vendor_parameters: { q: statements[names[0]] } };
  // A reference to an answer is only seen as it is; what looks like one in a caller's words stays encoded.
  const urlOf = (soql) => `${api}/query?q=${encodeURIComponent(soql).replace(/%00(\w+)%00/g, '@{$1.records[0].Id}')}`;
  const compositeRequest = names.map((name) => ({ method: 'GET', referenceId: name, url: urlOf(statements[name]) }));
  return {
    request_vendor_method: 'POST',
    request_vendor_path: `${api}/composite`,
    request_vendor_body: { compositeRequest },
  };
}

/** The answer to one of the statements: its records, and the refusal of it if there was one. */
function answerTo(name) {
  const { records, compositeResponse } = response_body_raw_map ?? {};
  if (Array.isArray(records)) return { records };
  const part = (compositeResponse ?? []).find(({ referenceId }) => referenceId === name);
  if (part === undefined) return { records: [] };
  if (part.httpStatusCode < 400) return { records: part.body.records };
  // What could not be asked, because what comes before was not found, is not there either.
  const isHalted = part.body?.[0]?.errorCode === 'PROCESSING_HALTED';
  const refused = { response_status_code: part.httpStatusCode, response_body: part.body };
  return isHalted ? { records: [] } : { records: [], refused };
}

/** What the hook after a look-up of one file or folder gives: its id, or that it is not there. */
function found(name, message) {
  if (response_iserror) return {};
  const { records, refused } = answerTo(name);
  if (refused !== undefined) return refused;
  if (records.length > 0) return { response_body: { Id: records[0].Id } };
  return missing(message);
}

function askForFile() {
  const names = namesOf(request_parameters.path);
  const fault = fileFault(names);
  return fault === undefined ? ask(fileStatements(names)) : refusal(400, fault);
}

const foundFile = () => found('file', `There is no file ${request_parameters.path}.`);

/**
 * What the hook after a look-up of a place for a file gives: the file that has it already, its folder and the title;
 * `more` goes along.
 */
function foundPlace(path, more = {}) {
  const names = namesOf(path);
  const { records: files, refused } = answerTo('file');
  const folders = names.length === 1 ? [] : answerTo('folder').records;
  if (refused !== undefined) return refused;
  if (names.length > 1 && folders.length === 0) return missing(`There is no folder /${names.slice(0, -1).join('/')}.`);
  if (files.length > 0 && request_parameters.overwrite !== 'true') {
    const message = `There is a file ${path} already: give overwrite=true to make a new version of it.`;
    return { ...missing(message), response_status_code: 409 };
  }
  const { title } = splitName(names[names.length - 1]);
  return { response_body: { file: files[0]?.Id, folder: folders[0]?.Id, title, ...more } };
}

/** The root folder needs no look-up. */
function askForFolder() {
  const names = namesOf(request_parameters.path);
  if (names.length === 0) return { continue: false, response_body: { records: [{ Id: 'root' }] } };
  const fault = folderFault(names);
  return fault === undefined ? ask({ folder: folderStatement(names) }) : refusal(400, fault);
}

const foundFolder = () => found('folder', `There is no folder ${request_parameters.path}.`);

/** The folder that a new path leads to, and the last name in it; undefined when there is no new path. */
function targetOf(path) {
  if (typeof path !== 'string') return undefined;
  const names = namesOf(path);
  return { folders: names.slice(0, -1), name: names[names.length - 1] };
}

/** The statement that finds a target’s folder, as a part of a look-up; the root folder needs none. */
function targetStatements(target) {
  return target === undefined || target.folders.length === 0 ? {} : { target: folderStatement(target.folders) };
}

/** What is wrong with the new path of a file or folder, or undefined. */
function targetFault(target) {
  if (target === undefined) return undefined;
  return target.name === undefined ? 'The new path must end with a name.' : folderFault(target.folders);
}

/** What the hook before a change by id gives: only a new path needs a look-up, of the folder that it leads to. */
function askForTarget(changes, changesFault) {
  const target = targetOf(changes.path);
  const fault = changesFault ?? targetFault(target);
  if (fault !== undefined) return refusal(400, fault);
  const statements = targetStatements(target);
  return statements.target === undefined ? { continue: false, response_body: {} } : ask(statements);
}

/** What the hook after a look-up with a target gives: the id of what is changed, and that of the folder it goes to. */
function foundWithTarget(own, target) {
  if (response_iserror || own.response_body?.Id === undefined || target === undefined) return own;
  const { Id } = own.response_body;
  if (target.folders.length === 0) return { response_body: { Id, parentFolderId: 'root' } };
  const { records, refused } = answerTo('target');
  if (refused !== undefined) return refused;
  if (records.length > 0) return { response_body: { Id, parentFolderId: records[0].Id } };
  return missing(`There is no folder /${target.folders.join('/')}.`);
}
