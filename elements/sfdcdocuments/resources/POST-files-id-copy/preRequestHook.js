// include ../../lib/copy.js
const { id } = request_path_variables;
if (!/^069[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(id)) done(refusal(404, `There is no file ${id}.`));
else done(askForCopy({ source: `SELECT Id, FileExtension FROM ContentDocument WHERE Id = '${id}'` }));
