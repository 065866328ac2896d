// A query that finds nothing is no error at Salesforce.
if (response_iserror || response_body_raw_map === null || response_body_raw_map.totalSize !== 0) done();
else done({ response_status_code: 404, response_error_message: `There is no file ${request_parameters.path}.` });
