// include ../../lib/batch.js
const id = fileId();
done(batch(isFileId(id) ? [fileUrl(id), feedQuery(id)] : [fileUrl(id)]));
