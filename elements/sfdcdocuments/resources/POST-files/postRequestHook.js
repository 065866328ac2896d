// include ../../lib/lookup.js
done(response_iserror ? {} : foundPlace(request_parameters.path));
