// include ../../lib/lookup.js
// include ../../lib/folder-changes.js
const changes = request_body_map ?? {};
done(askForTarget(changes, changesFault(changes)));
