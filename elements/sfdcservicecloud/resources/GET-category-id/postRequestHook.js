// The new article type, in the words in which Salesforce answers a new record.
const [found] = response_body || [];
if (response_iserror) done();
else done({ response_body: { id: found?.Id, Id: found?.Id, success: true, errors: [] } });
