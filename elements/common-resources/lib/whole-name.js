// People of vendors that keep one name: its last word is the last name, all before it the first name, which is empty for
// a name of one word. Put together again they are what they were.

// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function withNames(person, name) {
  if (typeof name !== 'string') return person;
  const end = name.lastIndexOf(' ');
  if (end <= 0) return { ...person, firstName: '', lastName: name };
  return { ...person, firstName: name.slice(0, end), lastName: name.slice(end + 1) };
}

// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function withName(person, { firstName, lastName }) {
  if (firstName === undefined && lastName === undefined) return person;
  if (firstName === undefined || lastName === undefined) {
    throw new Error('The name was left out: this vendor keeps one name, so give firstName and lastName together.');
  }
  return { ...person, name: firstName === '' ? lastName : `${firstName} ${lastName}` };
}

// The conditions of a where: first and last name together are the name; one alone finds people with that word in it.
// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function whereName() {
  const { where } = transformedObject;
  const valueIs = (name) => where.find(({ attribute, operator }) => attribute === name && operator === '=')?.value;
  const words = [valueIs('firstName'), valueIs('lastName')].filter((word) => typeof word === 'string' && word !== '');
  const others = where.filter(({ attribute }) => attribute !== 'firstName' && attribute !== 'lastName');
  if (words.length !== where.length - others.length) {
    throw new Error('This vendor keeps one name: firstName and lastName are compared with = only.');
  }
  if (words.length === 0) return { where };
  return { where: [...others, { attribute: 'name', operator: '=', value: words.join(' ') }] };
}
