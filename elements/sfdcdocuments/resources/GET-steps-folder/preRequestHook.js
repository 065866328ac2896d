// A file need not lie in a folder.
if (request_previous_response.file.parentFolder) done();
else done({ continue: false, response_body: { path: '' } });
