// include ../../lib/lookup.js
// include ../../lib/shapes.js
const { path } = request_parameters;
const names = namesOf(path ?? '');
if (response_iserror) done();
else {
  const { records, refused } = answerTo('files');
  const isUnknown = names.length > 0 && answerTo('folder').records.length === 0;
  if (isUnknown) done({ ...missing(`There is no folder ${path} to search in.`), response_status_code: 400 });
  else if (refused !== undefined) done(refused);
  else done({ response_body: records.map((record) => foundFileOf(record, names.join('/'))) });
}
