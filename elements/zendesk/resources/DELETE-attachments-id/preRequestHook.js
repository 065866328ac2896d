// include ../../lib/attachment-id.js
if (token === undefined) {
  done({
    continue: false,
    response_status_code: 405,
    response_error_message: `Zendesk deletes a file only before a comment takes it, by the id that POST /attachments answered; ${number} is none.`,
  });
} else done({ request_vendor_path: `/api/v2/uploads/${encodeURIComponent(token)}.json` });
