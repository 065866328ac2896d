// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// Calls of Salesforce that need nothing of each other go in one batch.
const batch = (requests) => ({
  request_vendor_body: { batchRequests: requests.map((url) => ({ method: 'GET', url: `v44.0/${url}` })) },
});

const query = (soql) => `query?q=${encodeURIComponent(soql)}`;
const fileUrl = (id) => `connect/files/${encodeURIComponent(id)}`;

/** The post on a file whose comments are the file’s: its oldest. */
const feedQuery = (fileId) =>
  query(`SELECT Id FROM ContentDocumentFeed WHERE ParentId = '${fileId}' ORDER BY CreatedDate, Id LIMIT 1`);

/** The file that a look-up found, or that the path names. */
const fileId = () => request_previous_response?.Id ?? request_path_variables.id;

/** What is no id of a document is asked for alone, so that Salesforce says that it is not there. */
const isFileId = (id) => /^069[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(id);

const resultAt = (place) => response_body_raw_map.results[place] ?? { statusCode: 404, result: null };

/** The first of these results that is an error, as the hook’s result; undefined when none is. */
function failureIn(places) {
  const failed = places.map(resultAt).find(({ statusCode }) => statusCode >= 400);
  return failed === undefined
    ? undefined
    : { response_status_code: failed.statusCode, response_body: failed.result ?? [] };
}

/** What a hook after a call gives for what is not there; `message` takes the place of what the vendor said. */
const missing = (message) => ({
  response_status_code: 404,
  response_error_message: message,
  response_body: { message },
});
