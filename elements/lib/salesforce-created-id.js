// A new record's id, which Salesforce answers as `id`, is given in the spelling of its fields, too.
if (response_iserror) done();
else done({ response_body: { ...response_body, Id: response_body.id } });
