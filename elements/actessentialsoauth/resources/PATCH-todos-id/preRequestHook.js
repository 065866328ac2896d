// Act! updates a record at its collection and reads the id from the body.
done({ request_vendor_body: Object.assign({}, request_body_map, { id: request_path_variables.id }) });
