// include ../../lib/lookup.js
// include ../../lib/folder-changes.js
const names = namesOf(request_parameters.path);
const changes = request_body_map ?? {};
const target = targetOf(changes.path);
const fault =
  (names.length === 0 ? 'The root folder cannot be changed.' : folderFault(names)) ??
  changesFault(changes) ??
  targetFault(target);
done(fault === undefined ? ask({ folder: folderStatement(names), ...targetStatements(target) }) : refusal(400, fault));
