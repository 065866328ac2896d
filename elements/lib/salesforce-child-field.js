// The field by which the records of an object name the record above them, of Salesforce's description of that one.

/** That of the relationship with a name comes first, then that called after the object above; undefined for none, and for no description. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function findChildField(relationships, { objectName, childObjectName }) {
  const isSame = (left, right) => left.toLowerCase() === right.toLowerCase();
  const rank = ({ field, relationshipName }) =>
    (relationshipName === null ? 2 : 0) + (isSame(field, `${objectName}Id`) ? 0 : 1);
  const [first] = (Array.isArray(relationships) ? relationships : [])
    .filter(({ childSObject }) => isSame(childSObject, childObjectName))
    .sort((left, right) => rank(left) - rank(right));
  return first?.field;
}

/** The refusal of a pair of objects that are not related so. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function noChildren({ objectName, childObjectName }) {
  return {
    continue: false,
    response_status_code: 404,
    response_error_message: `Salesforce knows no ${childObjectName} below ${objectName}. GET /objects names the objects.`,
  };
}
