// include ./record-names.js

// A record goes below its name, unless the caller has put it there already.
const record = request_body_map ?? {};
const isWrapped = Object.keys(record).length === 1 && (singular in record || plural in record);
done(isWrapped ? {} : { request_vendor_body: { [singular]: record } });
