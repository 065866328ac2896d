// Comma-separated values (RFC 4180): records with nested members become tables whose column names are paths, and back.

import Papa from 'papaparse';
import { recordShapes } from '../../core/record-shapes.ts';
import { type Column, type ColumnPath, nameOfColumn, pathOfColumn } from './columns.ts';
import { groupsWithColumns } from './columns-of-records.ts';
import { type FormatLimits, notUtf8, type Row, type RowFault, tooLong } from './row.ts';
import { createDecoder } from './utf8.ts';

/** Characters that are taken together to the parser: fewer cost more for each row. */
const parsedCharacters = 64 * 1024;

/** What the parser's core gives; its types leave it open. */
interface Parsed {
  data: string[][];
  errors: { code: string; row: number }[];
  /** where the last whole row ends */
  meta: { cursor: number };
}

/** As `readRecords` says. The line end is that of the header: CR LF, LF, or CR. */
export async function* readCsv(
  content: AsyncIterable<Uint8Array>,
  limits: FormatLimits,
): AsyncGenerator<(Row | RowFault)[]> {
  const decoder = createDecoder();
  const reader = createReader(limits);
  for await (const bytes of content) {
    const { text, broken } = decoder.decode(bytes);
    const rows = reader.take(text, broken ? 'broken' : 'more');
    if (rows.length > 0) yield rows;
    if (reader.ended()) return;
  }
  const rows = reader.take('', decoder.end().broken ? 'broken' : 'end');
  if (rows.length > 0) yield rows;
}

/** What comes after a piece of text: more, nothing, or bytes that are no text. */
type After = 'more' | 'end' | 'broken';

function createReader(limits: FormatLimits) {
  let text = '';
  let parseAt = parsedCharacters;
  let table: Table | undefined;
  let row = 0;
  let ended = false;

  const end = (fault: RowFault): RowFault => {
    ended = true;
    text = '';
    return { ...fault, ends: true };
  };

  /** The rows that are there as a whole; what is left of the text begins with the first that is not. */
  const parse = (newline: Newline, after: After): (Row | RowFault)[] => {
    const { rows, broken, rest } = parseRows(text, newline, after);
    const longest = text.length > limits.rowBytes ? limits.rowBytes : Number.POSITIVE_INFINITY;
    text = rest;
    const read: (Row | RowFault)[] = [];
    for (const cells of rows) {
      if (cells.length === 1 && cells[0] === '') continue;
      row++;
      if (lengthOf(cells) > longest) read.push(tooLong(row, limits));
      else if (table !== undefined) read.push(table.read(row, cells));
    }
    if (broken) read.push(end(brokenQuotes(row + 1)));
    else if (after === 'broken') read.push(end(notUtf8(row + 1)));
    else if (text.length > limits.rowBytes) read.push(end(tooLong(row + 1, limits)));
    parseAt = Math.max(parsedCharacters, 2 * text.length);
    return read;
  };

  const readHeader = (after: After): RowFault | undefined => {
    const first = endOfHeader(text, after);
    if (first === undefined) {
      if (after === 'broken') return end(notUtf8(0));
      return text.length > limits.rowBytes
        ? end(wrongHeader([`it is longer than ${limits.rowBytes} bytes`]))
        : undefined;
    }
    const { rows, broken } = parseRows(text.slice(0, first.at), first.newline, 'end');
    const [cells = ['']] = rows;
    if (broken) return end(wrongHeader(['a quoted name does not end with a quote before the next comma or line end']));
    const made = createTable(first.newline, cells, limits);
    if ('message' in made) return end(made);
    table = made;
    text = text.slice(first.at + first.newline.length);
    return undefined;
  };

  return {
    ended: () => ended,
    take(more: string, after: After): (Row | RowFault)[] {
      text += more;
      if (table === undefined) {
        const fault = readHeader(after);
        if (fault !== undefined) return [fault];
      }
      if (table === undefined) return after === 'end' ? [end(wrongHeader(['there is none: the file is empty']))] : [];
      if (after === 'more' && text.length < parseAt) return [];
      return parse(table.newline, after);
    },
  };
}

type Newline = '\r\n' | '\n' | '\r';

function parseRows(text: string, newline: Newline, after: After): { rows: string[][]; broken: boolean; rest: string } {
  if (text === '') return { rows: [], broken: false, rest: '' };
  const parser = new Papa.Parser({ delimiter: ',', newline, quoteChar: '"' });
  const { data, errors, meta }: Parsed = parser.parse(text, 0, after !== 'end');
  // What is said of the row that is not there as a whole may turn out to be wrong.
  const [wrong] = errors.filter((error) => after === 'end' || error.row < data.length);
  const rows = wrong === undefined ? data : data.slice(0, wrong.row);
  return { rows, broken: wrong !== undefined, rest: after === 'end' ? '' : text.slice(meta.cursor) };
}

/** Where the first line ends, outside quotes, and how; undefined when it does not end yet. */
function endOfHeader(text: string, after: After): { at: number; newline: Newline } | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '\n') return { at, newline: '\n' };
    else if (character === '\r') {
      if (at + 1 === text.length && after === 'more') return undefined;
      return { at, newline: text[at + 1] === '\n' ? '\r\n' : '\r' };
    }
  }
  return after === 'end' && text !== '' ? { at: text.length, newline: '\n' } : undefined;
}

function lengthOf(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.length + 1, 0);
}

function brokenQuotes(row: number): RowFault {
  return {
    row,
    message:
      `Row ${row} has a quoted cell that does not end with a quote before the next comma or line end. Write each quote inside ` +
      'a quoted cell twice. Nothing after this row was read.',
  };
}

interface Table {
  newline: Newline;
  read(row: number, cells: string[]): Row | RowFault;
}

function wrongHeader(faults: string[]): RowFault {
  return { row: 0, message: `The header is wrong: ${faults.join('; ')}.` };
}

interface ReadColumn {
  name: string;
  path: ColumnPath;
  /** the only member of the path, which no other column is below or above of */
  member: string | undefined;
}

function createTable(newline: Newline, header: string[], limits: FormatLimits): Table | RowFault {
  const names = header.map((name) => name.trim());
  const faults = faultsOf(names, limits);
  if (faults.length > 0) return wrongHeader(faults);
  const paths = names.map(pathOfColumn);
  const firsts = Map.groupBy(paths, ([first]) => first);
  const columns = names.map((name, at): ReadColumn => {
    const path = paths[at] ?? [];
    const [first] = path;
    const alone = path.length === 1 && typeof first === 'string' && firsts.get(first)?.length === 1;
    return { name, path, member: alone ? first : undefined };
  });
  const made = recordShapes();
  return {
    newline,
    read(row, cells) {
      if (cells.length !== columns.length) return wrongWidth(row, cells.length, columns.length);
      const record: Record<string, unknown> = {};
      for (let at = 0; at < columns.length; at++) {
        let cell = cells[at] ?? '';
        const column = columns[at] as ReadColumn;
        // A line that ends with CR LF in a file whose header ends with LF.
        if (newline === '\n' && at === columns.length - 1 && cell.endsWith('\r')) cell = cell.slice(0, -1);
        if (cell === '') continue;
        if (column.member !== undefined) record[column.member] = cell;
        else if (!put(record, column.path, cell)) return clash(row, column.name);
      }
      made(record);
      return { row, record };
    },
  };
}

function faultsOf(names: string[], limits: FormatLimits): string[] {
  if (names.length > limits.columns) return [`it has ${names.length} columns, and at most ${limits.columns} are read`];
  if (names.some((name) => name.includes('\0'))) return ['it holds NUL characters: save the file in UTF-8'];
  const [only = ''] = names;
  if (names.length === 1 && /[;\t]/.test(only)) {
    return [`it has one column, \`${only}\`: separate columns by commas, not by semicolons or tabs`];
  }
  const places = placesIn(names);
  if (places > placesPerColumn * limits.columns) {
    return [
      `its columns name places so far in lists that each row would have ${places} of them: number them from 0 on`,
    ];
  }
  return names.flatMap((name, at) => {
    const path = pathOfColumn(name);
    if (name === '') return [`column ${at + 1} has no name`];
    if (names.indexOf(name) < at) return [`column \`${name}\` is there twice`];
    if (path.includes('__proto__')) return [`column \`${name}\` has a name that no member may have`];
    if (path.length > limits.depth) return [`column \`${name}\` is nested deeper than ${limits.depth} levels`];
    const far = path.find((key) => typeof key === 'number' && key >= limits.columns);
    return far === undefined ? [] : [`column \`${name}\` has place ${far}, and at most ${limits.columns} are read`];
  });
}

/** Places in lists that a row may have for each column that a table may have: those without a column are empty. */
const placesPerColumn = 10;

/** How many places the lists of a row have, those without a column of their own among them. */
function placesIn(names: readonly string[]): number {
  const lists = new Map<string, number>();
  for (const name of names) {
    const path = pathOfColumn(name);
    for (const [at, key] of path.entries()) {
      if (typeof key !== 'number') continue;
      const list = nameOfColumn(path.slice(0, at));
      lists.set(list, Math.max(lists.get(list) ?? 0, key + 1));
    }
  }
  return [...lists.values()].reduce((sum, places) => sum + places, 0);
}

function wrongWidth(row: number, cells: number, columns: number): RowFault {
  return {
    row,
    message:
      `Row ${row} has ${cells} cells, and the header ${columns}: put cells that hold commas, quotes or line breaks in ` +
      'double quotes, and end all lines as the header ends.',
  };
}

function clash(row: number, name: string): RowFault {
  return {
    row,
    message: `Row ${row}, column \`${name}\`: another column gives its place a value of another kind; leave one of them empty.`,
  };
}

/** Puts a value at a path, making what is between; false when something of another kind is in the way. */
function put(record: Record<string, unknown>, path: ColumnPath, value: string): boolean {
  let place: unknown = record;
  for (let at = 0; at < path.length; at++) {
    const key = path[at] as string | number;
    if (typeof key === 'number' ? !Array.isArray(place) : !isPlainObject(place)) return false;
    const holder = place as Record<string | number, unknown>;
    const last = at === path.length - 1;
    if (Array.isArray(holder)) while (holder.length < Number(key)) holder.push(null);
    const present = Object.hasOwn(holder, key) ? holder[key] : undefined;
    if (last) {
      if (present !== undefined && present !== null) return false;
      holder[key] = value;
    } else {
      if (present === undefined || present === null) holder[key] = typeof path[at + 1] === 'number' ? [] : {};
      place = holder[key];
    }
  }
  return true;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * As `writeRecords` says: a header, lines that end with CR LF, cells quoted where RFC 4180 asks for it. Nothing and null are
 * empty cells. Values that a spreadsheet would take for formulas are written as they are: files are for programs, and a
 * changed value would not come back.
 */
export async function* writeCsv(
  records: AsyncIterable<readonly unknown[]>,
  columns: readonly (string | Column)[] | undefined,
): AsyncGenerator<Uint8Array> {
  let line: ((record: unknown) => string) | undefined;
  for await (const { group, columns: known } of groupsWithColumns('csv', records, columns)) {
    let text = '';
    if (line === undefined) {
      text = headerOf(known);
      line = lineWriter(known);
    }
    for (const record of group) text += line(record);
    yield Buffer.from(text);
  }
  if (line === undefined) yield Buffer.from(headerOf(columns ?? []));
}

function headerOf(columns: readonly (string | Column)[]): string {
  return columns.length === 0
    ? ''
    : `${columns.map((column) => quoted(typeof column === 'string' ? column : column.name)).join(',')}\r\n`;
}

function lineWriter(columns: readonly (string | Column)[]): (record: unknown) => string {
  const places = columns.map((column) => ({
    path: pathOfColumn(typeof column === 'string' ? column : column.name),
    // What is nested has columns of its own, unless somebody chose this one.
    nested: typeof column === 'string',
  }));
  const only = places.length === 1;
  return (record) => {
    let line = '';
    for (let at = 0; at < places.length; at++) {
      const { path, nested } = places[at] as (typeof places)[number];
      if (at > 0) line += ',';
      line += cellOf(valueAt(record, path), nested);
    }
    // An empty line would be none.
    return `${only && line === '' ? '""' : line}\r\n`;
  };
}

function cellOf(value: unknown, nested: boolean): string {
  if (typeof value === 'string') return quoted(value);
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') return nested ? quoted(JSON.stringify(value)) : '';
  return String(value);
}

/** RFC 4180, section 2: cells with quotes, commas or line ends stand in quotes, and quotes in them are doubled. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function valueAt(record: unknown, path: ColumnPath): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
