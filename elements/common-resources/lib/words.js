// Words for which vendors have others: a table from ours to theirs. A word that the table does not have is left as it is,
// so that whatever is read can be written back.

// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function ours(table, word) {
  const found = Object.entries(table).find(([, theirs]) => theirs === word);
  return found === undefined ? word : found[0];
}

// biome-ignore lint/correctness/noUnusedVariables: called by the scripts that include this file
function theirs(table, word) {
  if (Array.isArray(word)) return word.map((one) => theirs(table, one));
  return Object.hasOwn(table, word) ? table[word] : word;
}
