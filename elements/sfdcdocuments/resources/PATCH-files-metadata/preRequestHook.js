// include ../../lib/lookup.js
// include ../../lib/file-changes.js
const names = namesOf(request_parameters.path);
const changes = request_body_map ?? {};
const target = targetOf(changes.path);
const fault = fileFault(names) ?? changesFault(changes) ?? targetFault(target);
done(fault === undefined ? ask({ ...fileStatements(names), ...targetStatements(target) }) : refusal(400, fault));
