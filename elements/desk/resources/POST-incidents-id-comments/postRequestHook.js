// Clients of the original service read the id of a new comment from `_embedded[0].comment_id`; the vendor's reply stays.
if (response_iserror) done();
else done({ response_body: Object.assign({}, response_body, { _embedded: [{ comment_id: response_body.id }] }) });
