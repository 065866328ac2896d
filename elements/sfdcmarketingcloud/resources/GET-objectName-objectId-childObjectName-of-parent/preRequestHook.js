// include ../../../lib/salesforce-child-field.js

// The condition on the parent stands first in the statement, behind nothing but names; the field of it is put in.
const named = findChildField(request_previous_response, request_path_variables);
if (named === undefined) {
  done(noChildren(request_path_variables));
} else {
  const { q } = request_vendor_parameters;
  done({ request_vendor_parameters: { q: q.replace(/^(SELECT [\w., ]+ FROM \w+ WHERE )ParentId\b/, `$1${named}`) } });
}
