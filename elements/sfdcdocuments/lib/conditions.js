// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
// Conditions of `where` as SOQL: the members of a file, each by the field that holds it.
const operators = ['=', '!=', '<', '<=', '>', '>=', 'LIKE'];

/** A condition in words of SOQL, or undefined when it cannot be asked for. */
function conditionOf({ attribute, operator, value }, fields) {
  const field = fields[attribute];
  const symbol = String(operator).toUpperCase();
  if (field === undefined || !operators.includes(symbol) || Array.isArray(value)) return undefined;
  if (field.type === 'flag') return symbol === '=' ? `${field.name} = ${String(value) === 'true'}` : undefined;
  if (field.type === 'date') {
    const date = new Date(String(value));
    return Number.isNaN(date.getTime()) || symbol === 'LIKE'
      ? undefined
      : `${field.name} ${symbol} ${date.toISOString()}`;
  }
  if (field.type === 'number') {
    return Number.isFinite(Number(value)) && symbol !== 'LIKE' ? `${field.name} ${symbol} ${Number(value)}` : undefined;
  }
  return `${field.name} ${symbol} ${quoted(String(value))}`;
}

/** A name is title and extension together; a pattern may match the title alone. */
function nameCondition({ operator, value }) {
  const { title, extension } = splitName(String(value));
  if (operator === '=') {
    return `Title = ${quoted(title)} AND FileExtension = ${extension === '' ? 'null' : quoted(extension)}`;
  }
  return String(operator).toUpperCase() === 'LIKE' ? `Title LIKE ${quoted(String(value))}` : undefined;
}

/** All conditions of the caller’s `where`; throws words for the caller when one cannot be asked for. */
function conditionsIn(fields) {
  const said = String(request_parameters.where).replace(/'(?:[^']|'')*'/g, "''");
  if (/\b(or|not)\b/i.test(said)) return { fault: 'where: join the conditions with AND.' };
  const conditions = [];
  for (const condition of request_expression ?? []) {
    const asked = condition.attribute === 'name' ? nameCondition(condition) : conditionOf(condition, fields);
    if (asked === undefined) {
      const known = ['name', ...Object.keys(fields)].join(', ');
      return { fault: `where: ${condition.attribute} cannot be asked for so; there are ${known}.` };
    }
    conditions.push(asked);
  }
  return { conditions };
}
