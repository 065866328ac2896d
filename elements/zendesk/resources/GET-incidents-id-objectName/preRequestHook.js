// include ../../lib/filter-records.js
// Below an incident, `incidents` are those of a problem, and Zendesk calls them so, too.
done({ ...filters(), request_vendor_path: request_vendor_path.replace(/\/tickets\.json$/, '/incidents.json') });
