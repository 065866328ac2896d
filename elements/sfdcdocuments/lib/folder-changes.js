// biome-ignore-all lint/correctness/noUnusedVariables: the hooks that include this file use what it declares
/** What is wrong with the changes of a folder, or undefined. */
function changesFault({ name, path }) {
  if ([name, path].some((text) => text !== undefined && typeof text !== 'string'))
    return 'name and path must be texts.';
  return name === undefined && path === undefined ? 'Give name or path.' : undefined;
}
