// include ./record-names.js

// What Zendesk documents that lists of these records are filtered by. It takes no notice of other names and would give
// every record.
const known = {
  activities: ['since'],
  automations: ['active'],
  custom_statuses: ['active', 'default', 'status_categories'],
  macros: ['access', 'active', 'category', 'group_id', 'only_viewable'],
  requests: ['status'],
  satisfaction_ratings: ['end_time', 'score', 'start_time'],
  search: ['query'],
  ticket_forms: ['active', 'associated_to_brand', 'end_user_visible', 'fallback_to_default'],
  triggers: ['active', 'category_id'],
  views: ['access', 'active', 'group_id'],
};

/** The parameters that conditions become, or the hook's refusal. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function filters() {
  const names = [...(Object.hasOwn(known, plural) ? known[plural] : []), 'sort_by', 'sort_order'];
  const parameters = {};
  const withoutTexts = String(request_parameters.where ?? '').replace(/'(?:[^']|'')*'|`[^`]*`/g, ' ');
  let fault = /(^|[\s()])or([\s()]|$)/i.test(withoutTexts) ? 'Zendesk joins filters by AND only' : undefined;
  for (const { attribute, operator, value } of request_expression ?? []) {
    const values = Array.isArray(value) ? value : [value];
    if (!names.includes(attribute)) fault ??= `Zendesk filters ${plural} by ${names.join(', ')}, not by ${attribute}`;
    if (!['=', 'IN'].includes(operator.toUpperCase()) || values.includes(null)) {
      fault ??= `Zendesk filters by ${attribute} with = and IN only`;
    }
    parameters[attribute] = values.join(',');
  }
  if (fault === undefined) return { request_vendor_parameters: parameters };
  return { continue: false, response_status_code: 400, response_error_message: `where: ${fault}.` };
}
