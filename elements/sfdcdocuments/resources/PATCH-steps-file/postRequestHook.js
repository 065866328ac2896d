if (response_iserror) done();
else done({ response_body: { Id: response_body.id } });
