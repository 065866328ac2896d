// include ../../lib/shapes.js
// The last step of what is asked about a file: with its folder the path is known. A folder of others may not be read.
const { file, feedId, revision, revisions } = request_previous_response;
const isHidden = response_status_code === 403 || response_status_code === 404;
if (response_iserror && !isHidden) done();
else {
  const folder = isHidden ? '' : (response_body.path ?? '');
  const shown =
    revisions !== undefined
      ? revisions.map((version) => revisionOf(version, folder))
      : revision !== undefined
        ? revisionOf(revision, folder)
        : fileOf(file, folder, feedId);
  done({ response_body: shown, response_status_code: 200 });
}
