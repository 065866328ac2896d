// What somebody has already removed at the vendor needs no removing.
if (response_status_code === 404) done({ response_status_code: 200, response_body: {} });
else done();
