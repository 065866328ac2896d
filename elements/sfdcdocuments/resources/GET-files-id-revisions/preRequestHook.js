// include ../../lib/batch.js
// page and pageSize are what the platform counted.
const id = fileId();
const size = Number(request_vendor_parameters.pageSize);
const offset = Number(request_vendor_parameters.page) * size;
const fields =
  'Id, ContentDocumentId, Title, FileExtension, ContentSize, VersionNumber, IsLatest, Description, ReasonForChange, CreatedDate, LastModifiedDate';
const versions = query(
  `SELECT ${fields} FROM ContentVersion WHERE ContentDocumentId = '${id}' ORDER BY CreatedDate DESC, Id DESC LIMIT ${size} OFFSET ${offset}`,
);
const asked = batch(isFileId(id) ? [fileUrl(id), versions] : [fileUrl(id)]);
done({ ...asked, request_vendor_parameters: { page: null, pageSize: null } });
