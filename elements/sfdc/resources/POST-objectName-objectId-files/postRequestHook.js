// A file that cannot be linked is not made either, which is bad input, whatever status Salesforce gives it.
if (response_iserror && (response_status_code === 403 || response_status_code === 404))
  done({ response_status_code: 400 });
else done();
