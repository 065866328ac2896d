// include ../../lib/shapes.js
if (response_iserror) done();
else done({ response_body: commentOf(response_body) });
