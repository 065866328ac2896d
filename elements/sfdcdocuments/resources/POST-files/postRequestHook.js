// include ../../lib/lookup.js
const { path, overwrite } = request_parameters;
const names = namesOf(path);
if (response_iserror) done();
else {
  const { records: files, refused } = answerTo('file');
  const folders = names.length === 1 ? [] : answerTo('folder').records;
  if (refused !== undefined) done(refused);
  else if (names.length > 1 && folders.length === 0) {
    done(missing(`There is no folder /${names.slice(0, -1).join('/')}.`));
  } else if (files.length > 0 && overwrite !== 'true') {
    const message = `There is a file ${path} already: give overwrite=true to make a new version of it.`;
    done({ ...missing(message), response_status_code: 409 });
  } else
    done({
      response_body: { file: files[0]?.Id, folder: folders[0]?.Id, title: splitName(names[names.length - 1]).title },
    });
}
