// include ../../lib/lookup.js
const own = { response_body: { Id: request_path_variables.id } };
done(response_iserror ? {} : foundWithTarget(own, targetOf(request_body_map?.path)));
