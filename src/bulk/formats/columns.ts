// Columns of tables, and the places in records that they stand for: `address.city`, `items[0].name`.

/** A column of a table. */
export interface Column {
  /** a path, as `nameOfColumn` writes it; of Parquet the name of a member */
  name: string;
  /** what its values are; `json` for what is nested, or of more than one type */
  type: 'string' | 'number' | 'boolean' | 'json';
}

/** Member names, and numbers for the places in arrays. */
export type ColumnPath = readonly (string | number)[];

/**
 * The name of a column: members are joined by dots, places in arrays stand in brackets. A member whose name would be read as
 * a path itself, or is empty, stands in brackets as a JSON string: `labels["post.code"]`.
 */
export function nameOfColumn(path: ColumnPath): string {
  let name = '';
  for (const key of path) {
    if (typeof key === 'number') name += `[${key}]`;
    else if (/^[^.[\]"\s]([^.[\]"]*[^.[\]"\s])?$/.test(key)) name += name === '' ? key : `.${key}`;
    else name += `[${JSON.stringify(key)}]`;
  }
  return name;
}

/** The path that a column's name means. A name that is no path is the name of a member: `Price [EUR]`. */
export function pathOfColumn(name: string): ColumnPath {
  const path: (string | number)[] = [];
  const step = /(?:^|\.)([^.[\]"]+)(?=[.[]|$)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (step.lastIndex < name.length) {
    const [, member, place, quoted] = step.exec(name) ?? [];
    if (member !== undefined) path.push(member);
    else if (place !== undefined && path.length > 0) path.push(Number(place));
    else if (quoted !== undefined) path.push(memberOf(quoted));
    else return [name];
  }
  return path.length === 0 ? [name] : path;
}

function memberOf(quoted: string): string {
  try {
    return JSON.parse(quoted);
  } catch {
    return quoted;
  }
}
