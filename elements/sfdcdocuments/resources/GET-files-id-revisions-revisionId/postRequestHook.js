// include ../../lib/batch.js
if (response_iserror) done();
else {
  const failure = failureIn([0]);
  const revision = resultAt(1).result?.records?.[0];
  if (failure !== undefined) done(failure);
  else if (revision === undefined) done(missing(`The file has no revision ${request_path_variables.revisionId}.`));
  else done({ response_body: { file: resultAt(0).result, revision } });
}
