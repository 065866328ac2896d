// include ../../lib/lookup.js
// include ../../lib/file-changes.js
const changes = request_body_map ?? {};
done(askForTarget(changes, changesFault(changes)));
