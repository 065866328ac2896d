// Conditions as Desk.com's searches take them: parameters of their own names, and bounds of ids and of times, which are
// whole seconds since 1970. The bounds themselves are within, so that > and < move them by one.

const bounded = ['created_at', 'updated_at', 'id'];
const boundNames = bounded.flatMap((name) => [`since_${name}`, `max_${name}`]);

// `named` has the names that some fields have in records, where the search has others for them.
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function searchBy(names, named = {}) {
  const parameters = {};
  try {
    const withoutTexts = String(request_parameters.where).replace(/'(?:[^']|'')*'|`[^`]*`/g, ' ');
    if (/(^|[\s()])or([\s()]|$)/i.test(withoutTexts)) {
      throw new Error('a search of Desk.com cannot express OR; ask once for each side of it');
    }
    for (const given of request_expression) {
      const condition = { ...given, attribute: named[given.attribute] ?? given.attribute };
      if (bounded.includes(condition.attribute)) putBound(parameters, condition);
      else putValues(parameters, condition, names);
    }
  } catch (error) {
    return { continue: false, response_status_code: 400, response_error_message: `where: ${error.message}.` };
  }
  return { request_vendor_parameters: parameters };
}

function putBound(parameters, { attribute, operator, value }) {
  const bound = attribute === 'id' ? wholeNumber(value) : secondsOf(value);
  if (!Number.isFinite(bound)) throw new Error(`${attribute} is compared to ${value}, which it cannot be`);
  const since = `since_${attribute}`;
  const max = `max_${attribute}`;
  const atLeast = (least) => Math.max(least, parameters[since] === undefined ? least : parameters[since]);
  const atMost = (most) => Math.min(most, parameters[max] === undefined ? most : parameters[max]);
  if (operator === '>') parameters[since] = atLeast(Math.floor(bound) + 1);
  else if (operator === '>=') parameters[since] = atLeast(Math.ceil(bound));
  else if (operator === '<') parameters[max] = atMost(Math.ceil(bound) - 1);
  else if (operator === '<=') parameters[max] = atMost(Math.floor(bound));
  else throw new Error(`a search of Desk.com compares ${attribute} with >, >=, < and <= only`);
}

function putValues(parameters, { attribute, operator, value }, names) {
  const values = Array.isArray(value) ? value : [value];
  // Fields of the customer's own site begin with custom_.
  if (!names.includes(attribute) && !boundNames.includes(attribute) && !attribute.startsWith('custom_')) {
    throw new Error(`a search of Desk.com does not know ${attribute}; it knows ${[...names, ...bounded].join(', ')}`);
  }
  if (!['=', 'in'].includes(String(operator).toLowerCase()) || values.includes(null)) {
    throw new Error(`a search of Desk.com compares ${attribute} with = and IN only`);
  }
  if (values.length > 1 && values.some((one) => String(one).includes(','))) {
    throw new Error(`Desk.com takes a comma in ${attribute} for the end of a value; ask for each value with =`);
  }
  if (parameters[attribute] !== undefined) throw new Error(`${attribute} is there twice; write its values with IN`);
  parameters[attribute] = values.join(',');
}

function wholeNumber(value) {
  return /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
}

// A time without a zone is in UTC, as Desk.com's own are; a number is seconds since 1970 already.
function secondsOf(value) {
  const text = String(value).trim();
  if (/^\d+$/.test(text)) return Number(text);
  const hasZone = /^\d{4}-\d{2}-\d{2}$|(Z|[+-]\d{2}:?\d{2})$/i.test(text);
  return Date.parse(hasZone ? text : `${text}Z`) / 1000;
}
