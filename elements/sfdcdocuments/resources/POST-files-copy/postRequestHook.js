// include ../../lib/copy.js
const called = request_parameters.path;
done(foundCopy(called, () => splitName(namesOf(called).at(-1)).extension));
