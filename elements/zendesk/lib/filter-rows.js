// Conditions on rows that Zendesk has no search for: each page is filtered as it comes.

const text = (value) => String(value).toLowerCase();

/** -1, 0 or 1: times and numbers by what they mean, all else by its letters. */
function compare(left, right) {
  const asNumbers = [left, right].map((value) => (String(value).trim() === '' ? Number.NaN : Number(value)));
  const asTimes = [left, right].map((value) => (/^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN));
  const [a, b] = [asNumbers, asTimes].find((pair) => !pair.some(Number.isNaN)) ?? [text(left), text(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A pattern of LIKE: % stands for any text. */
function isLike(found, pattern) {
  const parts = text(pattern)
    .split('%')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text(found));
}

function fits(row, { attribute, operator, value }) {
  const member = attribute.split('.').reduce((found, name) => found?.[name] ?? null, row);
  const found = (Array.isArray(member) ? member : [member]).filter((one) => one !== null);
  switch (operator.toUpperCase()) {
    case 'IS NULL':
      return found.length === 0;
    case 'IS NOT NULL':
      return found.length > 0;
    case '=':
      return value === null ? found.length === 0 : found.some((one) => compare(one, value) === 0);
    case '!=':
      return value === null ? found.length > 0 : !found.some((one) => compare(one, value) === 0);
    case 'IN':
      return value.some((wanted) => found.some((one) => compare(one, wanted) === 0));
    case 'NOT IN':
      return !value.some((wanted) => found.some((one) => compare(one, wanted) === 0));
    case 'LIKE':
      return found.some((one) => isLike(one, value));
    case 'NOT LIKE':
      return !found.some((one) => isLike(one, value));
    case '<':
      return found.some((one) => compare(one, value) < 0);
    case '<=':
      return found.some((one) => compare(one, value) <= 0);
    case '>':
      return found.some((one) => compare(one, value) > 0);
    default:
      return found.some((one) => compare(one, value) >= 0);
  }
}

/** The refusal of a where that joins conditions by OR; undefined for any other. */
function refusedOr() {
  const withoutTexts = String(request_parameters.where ?? '').replace(/'(?:[^']|'')*'|`[^`]*`/g, ' ');
  if (!/(^|[\s()])or([\s()]|$)/i.test(withoutTexts)) return undefined;
  const response_error_message = 'where: conditions of this list are joined by AND only; ask once for each side of OR.';
  return { continue: false, response_status_code: 400, response_error_message };
}

/** What a hook after the call gives: the rows that fit all conditions. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function filtered(rows, conditions) {
  if (response_iserror) return {};
  return refusedOr() ?? { response_body: rows.filter((row) => conditions.every((condition) => fits(row, condition))) };
}
