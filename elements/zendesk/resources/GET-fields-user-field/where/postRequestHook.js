// include ../../../lib/filter-rows.js
done(filtered(response_body, request_expression));
