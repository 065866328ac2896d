// A file on which nobody has posted has no comments.
if (request_previous_response.feedId === undefined) done({ continue: false, response_body: { items: [] } });
else done();
