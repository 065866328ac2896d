// "select *", which SOQL does not have.

/** What the resources here are called at Salesforce. */
const vendorNames = {
  accounts: 'Account',
  contacts: 'Contact',
  leads: 'Lead',
  opportunities: 'Opportunity',
  campaigns: 'Campaign',
  users: 'User',
  activities: 'Event',
  notes: 'Note',
  tasks: 'Task',
};

/** The object of such a statement and what follows its name; undefined for any other statement. "from" may be left out. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function selectsAll(statement) {
  const [, name, rest] = /^\s*select\s+\*\s+(?:from\s+)?(?!from\b)([a-z]\w*)(.*)$/is.exec(String(statement)) || [];
  return name === undefined ? undefined : { object: vendorNames[name.toLowerCase()] || name, rest };
}
