// include ../../lib/copy.js
const names = namesOf(request_parameters.path);
const fault = fileFault(names);
done(fault === undefined ? askForCopy(fileStatements(names, 'sourceFolder', 'source')) : refusal(400, fault));
