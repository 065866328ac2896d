// Files and folders as every documents element shows them.
function fileOf(file) {
  const name = file.fileExtension ? `${file.title}.${file.fileExtension}` : file.title;
  return {
    id: file.id,
    name,
    path: `/${name}`,
    size: file.contentSize,
    createdDate: file.createdDate,
    modifiedDate: file.modifiedDate,
    directory: false,
    mimeType: file.mimeType,
    description: file.description,
  };
}

function folderOf(folder) {
  return {
    id: folder.id,
    name: folder.name,
    path: `/${folder.path}`,
    createdDate: folder.createdDate,
    modifiedDate: folder.modifiedDate,
    directory: true,
  };
}

if (response_iserror) done();
else
  done({
    response_body: response_body.map((item) => (item.type === 'Folder' ? folderOf(item.folder) : fileOf(item.file))),
  });
