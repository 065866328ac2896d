// The names of the objects that an account has, of Salesforce's description of all of them.
if (response_iserror) done();
else done({ response_body: response_body.map((object) => object.name) });
