// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
/** What is wrong with the changes of a file, or undefined. */
function changesFault({ name, path, title, description, tags }) {
  if (tags !== undefined && tags !== null && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))) {
    return 'tags must be a list of texts.';
  }
  if ([name, path, title].some((text) => text !== undefined && typeof text !== 'string')) {
    return 'name, path and title must be texts.';
  }
  const isNothing = [name, path, title, description, tags].every((member) => member === undefined);
  return isNothing ? 'Give name, path, title, description or tags.' : undefined;
}
