// What is wrong, sentence by sentence, at the field that it is about.

/** Sentences by the field that they name, and those that name none. */
export interface Faults {
  ofFields: Map<string, string[]>;
  others: string[];
}

/** Sorts the sentences of a refusal by the fields that they name; the longest path that fits counts. */
export function sortFaults(message: string, paths: readonly string[]): Faults {
  const byLength = [...paths].sort((one, other) => other.length - one.length);
  const faults: Faults = { ofFields: new Map(), others: [] };
  for (const sentence of new Set(sentencesOf(message))) {
    const path = byLength.find((one) => names(sentence, one));
    if (path === undefined) faults.others.push(sentence);
    else faults.ofFields.set(path, [...(faults.ofFields.get(path) ?? []), sentence]);
  }
  return faults;
}

/** Where a sentence ends; one that explains the one before it stays with it. */
const boundary = /; |\. (?=[A-Z])(?!The path [^;]*? is malformed|The date pattern )/;

function sentencesOf(message: string): string[] {
  const sentences = message.split(boundary).map((sentence) => sentence.replace(/\.$/, '').trim());
  return sentences.filter((sentence) => sentence !== '' && !/^The mapping of \S+ cannot be used$/.test(sentence));
}

function names(sentence: string, path: string): boolean {
  return ['field', 'path', 'vendorPath'].some((word) => `${sentence} `.match(afterWord(word, path)) !== null);
}

function afterWord(word: string, path: string): RegExp {
  return new RegExp(`\\b${word} ${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\s:,]`);
}
