// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
/** The comment in words of Salesforce: `comment` or Salesforce’s own `body`; undefined when there is neither. */
function commentBody() {
  const { comment, body } = request_body_map ?? {};
  if (typeof comment === 'string' && comment.trim() !== '')
    return { body: { messageSegments: [{ type: 'Text', text: comment }] } };
  return typeof body === 'object' && body !== null ? { body } : undefined;
}

const noComment = {
  continue: false,
  response_status_code: 400,
  response_error_message: 'Give the words of the comment as {"comment": "…"}.',
};
