// A folder answers with an item that holds the file.
if (response_iserror) done();
else done({ response_body: { Id: response_body_raw_map.id } });
