// include ../../lib/filter-rows.js
// The fields of incidents were asked for before those of users.
done(response_iserror ? {} : filtered([...request_previous_response, ...response_body], request_expression ?? []));
