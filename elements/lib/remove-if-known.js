// What was made for events is removed at the vendor only when its id is known: a provisioning that failed has made nothing.

/** What a hook before the call gives: the vendor is not called without the id that a setting holds. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function removeIfKnown(setting) {
  return configuration[setting] ? {} : { continue: false, response_status_code: 200, response_body: {} };
}
