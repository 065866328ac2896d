// A record that answers a POST has its id in the spelling of Salesforce's answers to a POST, too.
if (response_iserror) done();
else done({ response_body: { id: response_body.Id, ...response_body } });
