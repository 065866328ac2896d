// Files as every documents element shows them; a query writes dates with +0000 and knows no media type.
function fileOf(file) {
  const name = file.FileExtension ? `${file.Title}.${file.FileExtension}` : file.Title;
  return {
    id: file.Id,
    name,
    path: `/${name}`,
    size: file.ContentSize,
    createdDate: file.CreatedDate.replace('+0000', 'Z'),
    modifiedDate: file.LastModifiedDate.replace('+0000', 'Z'),
    directory: false,
    description: file.Description,
  };
}

if (response_iserror) done();
else done({ response_body: response_body.map(fileOf) });
