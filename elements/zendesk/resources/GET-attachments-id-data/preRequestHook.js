// include ../../lib/attachment-id.js
done(token === undefined ? {} : { request_vendor_path: `/api/v2/attachments/${number}.json` });
