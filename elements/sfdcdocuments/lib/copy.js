// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// A copy of a file: what is copied and the place that it goes to are looked for at once. Salesforce copies nothing itself,
// so the file is read and sent on.
// include lookup.js
function askForCopy(source) {
  const names = namesOf(String(request_body_map?.path ?? ''));
  const fault = names.length === 0 ? 'Give the path of the copy as {"path": "/Title.ext"}.' : fileFault(names);
  return fault === undefined ? ask({ ...source, ...fileStatements(names) }) : refusal(400, fault);
}

/** `extensionOf` gives the extension of the file that was found. */
function foundCopy(called, extensionOf) {
  if (response_iserror) return {};
  const { records, refused } = answerTo('source');
  if (refused !== undefined) return refused;
  const [source] = records;
  if (source === undefined) return missing(`There is no file ${called}.`);
  const { path } = request_body_map;
  const extension = extensionOf(source) ?? '';
  const wanted = splitName(namesOf(path).at(-1)).extension;
  if (wanted.toLowerCase() !== extension.toLowerCase()) {
    const message = `A copy keeps the extension of its file${extension === '' ? ', which has none' : `, ${extension}`}: give its path the same.`;
    return { ...missing(message), response_status_code: 400 };
  }
  return foundPlace(path, { Id: source.Id });
}
