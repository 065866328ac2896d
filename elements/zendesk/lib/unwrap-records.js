// include ./record-names.js

// Zendesk puts what it answers below the name of the records: the one of the path, else the only one that holds any.
function unwrapped(answer) {
  const named = isOne ? [singular, plural] : [plural, singular];
  const values = [...named.map((name) => answer[name]), ...Object.values(answer)];
  const isRecord = (value) => typeof value === 'object' && value !== null;
  return (isOne ? undefined : values.find(Array.isArray)) ?? values.find(isRecord) ?? answer;
}

if (response_iserror || response_body_map === null || Array.isArray(response_body)) done();
else {
  const records = unwrapped(response_body_map);
  const response_headers = Array.isArray(records) ? { 'elements-total-count': response_body_map.count } : {};
  done({ response_body: records, response_headers });
}
