// Where in the text of a document a fault stands, so that a person finds it.

/**
 * The line (from 1) at which the value of a JSON pointer (RFC 6901) begins in a JSON text; that of the nearest value around
 * it when it is not there. The text must be JSON.
 */
export function lineOfPointer(text: string, pointer: string): number {
  const wanted = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const at = createReader(text);
  let place = at.skipSpace(0);
  for (const name of wanted) {
    const next = at.child(place, name);
    if (next === undefined) break;
    place = next;
  }
  return lineAt(text, place);
}

/** The line (from 1) of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function createReader(text: string) {
  const skipSpace = (at: number): number => {
    let place = at;
    while (/\s/.test(text[place] ?? '')) place++;
    return place;
  };
  const skipString = (at: number): number => {
    let place = at + 1;
    while (place < text.length && text[place] !== '"') place += text[place] === '\\' ? 2 : 1;
    return place + 1;
  };
  /** Where a value ends that begins at a place. */
  const skipValue = (at: number): number => {
    if (text[at] === '"') return skipString(at);
    if (text[at] !== '{' && text[at] !== '[') {
      let place = at;
      while (place < text.length && !/[,\]}\s]/.test(text[place] ?? '')) place++;
      return place;
    }
    let depth = 0;
    let place = at;
    do {
      const character = text[place];
      if (character === '"') {
        place = skipString(place);
        continue;
      }
      if (character === '{' || character === '[') depth++;
      if (character === '}' || character === ']') depth--;
      place++;
    } while (depth > 0 && place < text.length);
    return place;
  };
  /** Where the member or item of a name begins in the object or list at a place. */
  const child = (at: number, name: string): number | undefined => {
    const isList = text[at] === '[';
    if (!isList && text[at] !== '{') return undefined;
    let place = skipSpace(at + 1);
    for (let index = 0; place < text.length && text[place] !== ']' && text[place] !== '}'; index++) {
      let key = String(index);
      if (!isList) {
        const end = skipString(place);
        key = String(JSON.parse(text.slice(place, end)));
        place = skipSpace(skipSpace(end) + 1);
      }
      if (key === name) return place;
      place = skipSpace(skipValue(place));
      if (text[place] === ',') place = skipSpace(place + 1);
    }
    return undefined;
  };
  return { skipSpace, child };
}
