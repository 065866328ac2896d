// include ../../lib/filter-records.js
// Below an incident, `incidents` are those of a problem, which Zendesk calls so, too.
const child = request_path.split('/').at(-1);
done({ ...filters(), request_vendor_path: request_vendor_path.replace(/[^/]*$/, `${child}.json`) });
