// Zendesk keeps the texts of the help center in translations, one for each language, under names of their own.

/** The names that a record and its translation have for the texts that are to be changed. */
const changedTexts = (names) => Object.entries(names).filter(([own]) => own in (request_body_map ?? {}));

/** What a hook before the call gives: the texts, or no call when none is changed. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function changeTexts(names) {
  const texts = changedTexts(names).map(([own, name]) => [name, request_body_map[own]]);
  if (texts.length === 0) return { continue: false };
  return { request_vendor_body: { translation: Object.fromEntries(texts) } };
}

/** What a hook after the call gives: the record, with the texts that were changed. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function withTexts(names) {
  if (response_iserror) return {};
  const texts = changedTexts(names).map(([own, name]) => [own, response_body?.[name] ?? request_body_map[own]]);
  return { response_body: { ...request_previous_response, ...Object.fromEntries(texts) } };
}
