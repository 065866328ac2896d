// What became of a call of the Metadata API: a refused component is answered with status 200, a fault with 500.

if (response_iserror) {
  done();
} else if (String(response_body?.success) === 'true') {
  done({ response_body: null });
} else {
  const errors = [].concat(response_body?.errors || []);
  done({
    response_status_code: 400,
    response_error_message:
      errors.map(({ statusCode, message }) => `${statusCode}: ${message}`).join(' ') || 'Salesforce refused it.',
  });
}
