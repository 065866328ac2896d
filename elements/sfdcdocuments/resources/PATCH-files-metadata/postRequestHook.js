// include ../../lib/lookup.js
done(foundWithTarget(foundFile(), targetOf(request_body_map?.path)));
