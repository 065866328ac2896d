// A file as every documents element shows it.
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

if (response_iserror) done();
else done({ response_body: fileOf(response_body) });
