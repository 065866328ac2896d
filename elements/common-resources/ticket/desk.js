// Desk.com ranks from 1 to 10: four ranks have our words, the others stay numbers. People stand in links.
// include ../lib/words.js
// include ../lib/search-names.js
const status = { solved: 'resolved' };
const priority = { low: '2', normal: '4', high: '7', urgent: '10' };

const idOf = (link) => link?.href?.split('/').pop();
const linkTo = (kind, id) => (id === null ? null : { href: `/api/v2/${kind}s/${id}`, class: kind });

function read() {
  const { customer, assigned_user } = originalObject._links ?? {};
  const [requesterId, assigneeId] = [idOf(customer), idOf(assigned_user)];
  return {
    ...transformedObject,
    ...(transformedObject.status !== undefined && { status: ours(status, transformedObject.status) }),
    ...(transformedObject.priority !== undefined && { priority: ours(priority, transformedObject.priority) }),
    ...(requesterId !== undefined && { requesterId }),
    ...(assigneeId !== undefined && { assigneeId }),
  };
}

function write() {
  const { id, subject, description, tags, requesterId, assigneeId } = originalObject;
  const record = { ...transformedObject };
  if (record.status !== undefined) record.status = theirs(status, record.status);
  if (typeof record.priority === 'string') record.priority = Number(theirs(priority, record.priority));
  // Without it labels are added to those that are there.
  if (tags !== undefined) record.label_action = 'replace';
  if (requesterId !== undefined || assigneeId !== undefined) {
    record._links = {
      ...(requesterId !== undefined && { customer: linkTo('customer', requesterId) }),
      ...(assigneeId !== undefined && { assigned_user: linkTo('user', assigneeId) }),
    };
  }
  // A case begins with a message of its customer; that of an older case stays as it is.
  if (id === undefined && typeof subject === 'string' && typeof description === 'string') {
    record.type ??= 'email';
    record.message = { direction: 'in', subject, body: description };
  }
  return record;
}

function search() {
  const names = { channel: 'channels', assigneeId: 'assigned_user' };
  const words = { status, priority };
  const where = searchedAs(names).map((condition) => {
    const table = words[condition.attribute];
    return table === undefined ? condition : { ...condition, value: theirs(table, condition.value) };
  });
  return { where };
}

if (isWhere) done(search());
else done(fromVendor ? read() : write());
