// include ../../lib/shapes.js
if (response_iserror) done();
else done({ response_body: folderOf(response_body) });
