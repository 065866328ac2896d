// Words of the picklists that every organization begins with; its own stay as they are.
// include ../lib/words.js
const words = {
  Status: { new: 'New', open: 'Working', hold: 'On Hold', closed: 'Closed' },
  Priority: { low: 'Low', normal: 'Medium', high: 'High', urgent: 'Critical' },
  Origin: { phone: 'Phone', email: 'Email', web: 'Web' },
};
const fields = { status: 'Status', priority: 'Priority', channel: 'Origin' };

if (isWhere) {
  const where = transformedObject.where.map((condition) => {
    const table = words[condition.attribute];
    return table === undefined ? condition : { ...condition, value: theirs(table, condition.value) };
  });
  done({ where });
} else {
  const record = { ...transformedObject };
  for (const [field, vendorField] of Object.entries(fields)) {
    const [name, translate] = fromVendor ? [field, ours] : [vendorField, theirs];
    if (record[name] !== undefined) record[name] = translate(words[vendorField], record[name]);
  }
  done(record);
}
