// include ../../lib/lookup.js
// include ../../lib/file-changes.js
// Only a new path needs a look-up: of the folder that it leads to.
const changes = request_body_map ?? {};
const target = targetOf(changes.path);
const fault = changesFault(changes) ?? targetFault(target);
const statements = targetStatements(target);
if (fault !== undefined) done(refusal(400, fault));
else if (statements.target === undefined) done({ continue: false, response_body: {} });
else done(ask(statements));
