if (response_iserror) done();
else done({ response_body: { Id: request_previous_response.Id } });
