// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// Files, folders, revisions and comments as every documents element shows them.
const nameOf = (title, extension) => (extension ? `${title}.${extension}` : title);
const pathIn = (folder, name) =>
  [...folder.split('/').filter((part) => part !== ''), name].map((part) => `/${part}`).join('');
const dateOf = (text) => text?.replace('+0000', 'Z');
const withRaw = (shape, raw) => (request_parameters.raw === 'true' ? { ...shape, raw } : shape);

/** A file; `feedId` and tags are only known where the file was asked for by itself. */
function fileOf(file, folder, feedId) {
  const name = nameOf(file.title, file.fileExtension);
  const shape = {
    id: file.id,
    name,
    path: pathIn(folder, name),
    size: file.contentSize,
    createdDate: file.createdDate,
    modifiedDate: file.modifiedDate,
    directory: false,
    mimeType: file.mimeType,
    description: file.description,
    parentFolderId: file.parentFolder?.id,
    tags: file.topics?.topics.map((topic) => topic.name),
    feedId,
  };
  return withRaw(shape, file);
}

function folderOf(folder) {
  const names = folder.path.split('/').filter((part) => part !== '');
  const shape = {
    id: folder.id,
    name: folder.name,
    path: `/${names.join('/')}`,
    createdDate: folder.createdDate,
    modifiedDate: folder.modifiedDate,
    directory: true,
    parentFolderId: folder.parentFolder?.id,
  };
  return withRaw(shape, folder);
}

/** What a query finds of a file; it knows no media type. */
function foundFileOf(record, folder) {
  const name = nameOf(record.Title, record.FileExtension);
  const shape = {
    id: record.Id,
    name,
    path: pathIn(folder, name),
    size: record.ContentSize,
    createdDate: dateOf(record.CreatedDate),
    modifiedDate: dateOf(record.LastModifiedDate),
    directory: false,
    description: record.Description,
  };
  return withRaw(shape, record);
}

function revisionOf(version, folder) {
  const name = nameOf(version.Title, version.FileExtension);
  const shape = {
    id: version.Id,
    fileId: version.ContentDocumentId,
    filePath: pathIn(folder, name),
    name,
    size: version.ContentSize,
    versionNumber: version.VersionNumber,
    isLatest: version.IsLatest,
    createdDate: dateOf(version.CreatedDate),
    modifiedDate: dateOf(version.LastModifiedDate),
    description: version.Description,
    comment: version.ReasonForChange,
  };
  return withRaw(shape, version);
}

function commentOf(comment) {
  const shape = {
    id: comment.id,
    comment: comment.body.text,
    createdDate: comment.createdDate,
    feedId: comment.feedElement.id,
    user: { id: comment.user.id, name: comment.user.name ?? comment.user.displayName },
  };
  return withRaw(shape, comment);
}
