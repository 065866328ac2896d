// include ../../lib/shapes.js
if (response_iserror) done();
else done({ response_body: response_body.map(commentOf) });
