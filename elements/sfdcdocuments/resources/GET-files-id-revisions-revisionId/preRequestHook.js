// include ../../lib/batch.js
const id = fileId();
const { revisionId } = request_path_variables;
const fields =
  'Id, ContentDocumentId, Title, FileExtension, ContentSize, VersionNumber, IsLatest, Description, ReasonForChange, CreatedDate, LastModifiedDate';
const isVersionId = /^068[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(revisionId);
const version = query(
  `SELECT ${fields} FROM ContentVersion WHERE Id = '${revisionId}' AND ContentDocumentId = '${id}'`,
);
done(batch(isFileId(id) && isVersionId ? [fileUrl(id), version] : [fileUrl(id)]));
