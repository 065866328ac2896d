// include ../../lib/batch.js
// A file without a post has no feed yet; its own id leads to the comments as well, and its first comment makes the post.
if (response_iserror) done();
else {
  const file = resultAt(0).result;
  const failure = failureIn([0]);
  if (failure !== undefined) done(failure);
  else done({ response_body: { file, feedId: resultAt(1).result?.records?.[0]?.Id ?? file.id } });
}
