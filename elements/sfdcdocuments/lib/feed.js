// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// Comments stand below a post. They are asked for by the id of the post, or by that of the file.
// include batch.js
const isPostId = (id) => /^0D5[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(id);

/** The post of a file; a post that is named needs no look-up. */
function askForFeed() {
  const id = fileId();
  if (isPostId(id)) return { continue: false, response_body: { feedId: id } };
  return batch(isFileId(id) ? [fileUrl(id), feedQuery(id)] : [fileUrl(id)]);
}

function foundFeed() {
  if (response_iserror || response_body_raw_map.feedId !== undefined) return {};
  const file = resultAt(0).result;
  return failureIn([0, 1]) ?? { response_body: { feedId: resultAt(1).result.records[0]?.Id, file } };
}

/** One comment, and the file whose it should be, unless a post is named. */
function askForComment() {
  const id = fileId();
  const comment = `chatter/comments/${encodeURIComponent(request_path_variables.commentId)}`;
  return batch(isPostId(id) ? [comment] : [comment, fileUrl(id)]);
}

function foundComment() {
  if (response_iserror) return {};
  const failure = isPostId(fileId()) ? failureIn([0]) : failureIn([1, 0]);
  if (failure !== undefined) return failure;
  const comment = resultAt(0).result;
  const isHere = isPostId(fileId())
    ? sameId(comment.feedElement.id, fileId())
    : sameId(comment.parent?.id, resultAt(1).result.id);
  if (isHere) return { response_body: comment };
  return missing(`There is no comment ${request_path_variables.commentId} on this file.`);
}

/** Ids of 15 and of 18 characters name the same. */
const sameId = (left, right) => String(left).slice(0, 15) === String(right).slice(0, 15);
