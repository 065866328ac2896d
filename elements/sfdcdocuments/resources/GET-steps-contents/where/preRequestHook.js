// include ../../../lib/lookup.js
// include ../../../lib/conditions.js
// The Connect API cannot search a folder; a query can. page and pageSize are what the platform counted.
const fields = {
  directory: { name: 'IsFolder', type: 'flag' },
  extension: { name: 'FileExtension' },
  size: { name: 'ContentSize', type: 'number' },
  createdDate: { name: 'CreatedDate', type: 'date' },
  modifiedDate: { name: 'LastModifiedDate', type: 'date' },
};
const { conditions, fault } = conditionsIn(fields);
if (fault !== undefined) done(refusal(400, fault));
else {
  const size = Number(request_vendor_parameters.pageSize);
  const offset = Number(request_vendor_parameters.page) * size;
  const inFolder = `ParentContentFolderId = ${quoted(request_previous_response.id)}`;
  const selected = 'Id, Title, FileExtension, IsFolder, ContentSize, CreatedDate, LastModifiedDate';
  const where = [inFolder, ...conditions].join(' AND ');
  const q = `SELECT ${selected} FROM ContentFolderItem WHERE ${where} ORDER BY IsFolder DESC, Title, Id LIMIT ${size} OFFSET ${offset}`;
  done({ request_vendor_parameters: { q, page: null, pageSize: null } });
}
