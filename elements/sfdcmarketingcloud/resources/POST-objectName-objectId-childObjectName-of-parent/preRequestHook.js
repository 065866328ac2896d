// include ../../../lib/salesforce-child-field.js

// The parent's id is added to the new record, in whatever case the caller has written the field.
const named = findChildField(request_previous_response, request_path_variables);
if (named === undefined) {
  done(noChildren(request_path_variables));
} else {
  const record = { ...request_body_map };
  for (const name of Object.keys(record)) if (name.toLowerCase() === named.toLowerCase()) delete record[name];
  done({ request_vendor_body: { ...record, [named]: request_path_variables.objectId } });
}
