// The connected user's id is the end of the identity URL that came with the token.
const [, id] = /\/id\/\w+\/(\w+)$/.exec(configuration['sfdc.user.id.url'] || '') || [];
if (id === undefined) {
  done({
    continue: false,
    response_status_code: 400,
    response_error_message:
      'It is not known whose account this is (setting sfdc.user.id.url): connect the account again.',
  });
} else {
  done({ request_vendor_path: `${request_vendor_path}/${id}` });
}
