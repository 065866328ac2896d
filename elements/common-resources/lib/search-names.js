// Conditions of a where: fields for which the vendor's search has names of its own.

// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function searchedAs(names) {
  return transformedObject.where.map((condition, index) => {
    const { attribute } = originalObject.where[index];
    return Object.hasOwn(names, attribute) ? { ...condition, attribute: names[attribute] } : condition;
  });
}
