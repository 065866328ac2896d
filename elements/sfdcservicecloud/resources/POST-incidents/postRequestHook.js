// This element has always answered a new record's id in the spelling of its fields.
if (response_iserror) done();
else done({ response_body: { ...response_body, Id: response_body.id } });
