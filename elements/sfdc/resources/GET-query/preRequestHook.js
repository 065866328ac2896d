// include ../../../lib/salesforce-select-all.js

// Only "select *" must know the fields of its object; every other statement goes on as it is.
const all = request_parameters.nextPage === null ? selectsAll(request_parameters.q) : undefined;
if (all === undefined) done({ continue: false, response_body: [] });
else done({ request_vendor_path: `${request_vendor_path}/${all.object}/describe` });
