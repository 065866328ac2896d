// include ../../../lib/salesforce-select-all.js

const { q, nextPage } = request_parameters;
const all = selectsAll(q);
if (String(nextPage).startsWith('/services/data/')) {
  // Salesforce names the next page by its path.
  done({ request_vendor_path: nextPage, request_vendor_parameters: { q: null } });
} else if (all === undefined) {
  done();
} else {
  const names = request_previous_response.map((field) => field.name).join(', ');
  done({ request_vendor_parameters: { q: `SELECT ${names} FROM ${all.object}${all.rest}` } });
}
