// include ./filter-rows.js

// Which conditions Zendesk's search of articles takes, and which are looked at in the articles that it gives.
const subjects = ['query', 'category', 'section', 'label_names'];
const narrowing = [
  'brand_id',
  'created_after',
  'created_before',
  'locale',
  'multibrand',
  'updated_after',
  'updated_before',
];
const isEqual = ({ operator, value }) => ['=', 'IN'].includes(operator.toUpperCase()) && value !== null;
/** Every article is in a section, and every section in a category. */
const isEvery = ({ attribute, operator }) =>
  operator.toUpperCase() === 'IS NOT NULL' && /^(category|section)$/.test(attribute);

const conditions = request_expression.filter((condition) => !isEvery(condition));
const title = conditions.find(
  (condition) => condition.attribute === 'title' && condition.operator === '=' && isEqual(condition),
);
const isSearch = title !== undefined || conditions.some((one) => subjects.includes(one.attribute) && isEqual(one));
/** Articles have a locale themselves, by which they are filtered where nothing is searched for. */
const isSearched = (condition) =>
  isEqual(condition) &&
  [...subjects, ...narrowing].includes(condition.attribute) &&
  (isSearch || condition.attribute !== 'locale');
const parameters = Object.fromEntries([
  ...(title === undefined ? [] : [['query', title.value]]),
  ...conditions.filter(isSearched).map(({ attribute, value }) => [attribute, [].concat(value).join(',')]),
]);
// biome-ignore lint/correctness/noUnusedVariables: read by the hooks that include this file
const own = conditions.filter((condition) => !isSearched(condition));

/** The refusal of conditions that only a search takes, where there is nothing to search for. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function refusedSearch() {
  const [name] = isSearch ? [] : Object.keys(parameters);
  if (name === undefined) return undefined;
  const response_error_message = `where: a search of articles by ${name} needs one of ${subjects.join(', ')} or title, too.`;
  return { continue: false, response_status_code: 400, response_error_message };
}
