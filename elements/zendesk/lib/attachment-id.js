// The id of an upload holds the number of the attachment and the token by which Zendesk deletes it: 12-abc. A file that a
// comment has taken is known by its number alone.
// biome-ignore lint/correctness/noUnusedVariables: read by the hooks that include this file
const [, number = request_path_variables.id, token] = /^(\d+)-(.+)$/.exec(request_path_variables.id) ?? [];
