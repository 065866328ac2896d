// include ../../lib/lookup.js
done(foundWithTarget(foundFolder(), targetOf(request_body_map?.path)));
