// Salesforce finds articles only by status, article or id: without one of them, those that are online are meant.
const narrowing = ['publishstatus', 'knowledgearticleid', 'id'];
const isNarrow = (request_expression || []).some((condition) =>
  narrowing.includes(String(condition.attribute).toLowerCase()),
);

/** The statement with one more condition; what follows WHERE can hold any text, so its end is looked for from behind. */
function withCondition(statement, condition) {
  const tail = /(?: ORDER BY [\w., ]+?)?(?: LIMIT \d+)?(?: OFFSET \d+)?$/.exec(statement)[0];
  const head = tail === '' ? statement : statement.slice(0, -tail.length);
  const [, selection, where] = /^(.*? FROM \w+)(?: WHERE (.*))?$/s.exec(head);
  return `${selection} WHERE ${condition}${where === undefined ? '' : ` AND (${where})`}${tail}`;
}

if (isNarrow) done();
else done({ request_vendor_parameters: { q: withCondition(request_vendor_parameters.q, "PublishStatus = 'Online'") } });
