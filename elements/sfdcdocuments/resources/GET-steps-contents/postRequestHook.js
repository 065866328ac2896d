// include ../../lib/shapes.js
// A file knows the id of its folder only; the folder was asked for before.
const { path } = request_previous_response;
if (response_iserror) done();
else {
  const shown = response_body.map(({ type, folder, file }) =>
    type === 'Folder' ? folderOf(folder) : fileOf(file, path),
  );
  done({ response_body: shown });
}
