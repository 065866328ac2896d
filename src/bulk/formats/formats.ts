// The formats in which records come in and go out in bulk: one way to read each and one to write it.

import type { Column } from './columns.ts';
import { readCsv, writeCsv } from './csv.ts';
import { readJsonArray, writeJsonArray } from './json-array.ts';
import { readJsonLines, writeJsonLines } from './json-lines.ts';
import { writeParquet } from './parquet.ts';
import type { FormatLimits, Row, RowFault } from './row.ts';

export type Format = ReadableFormat | 'parquet';

/** What records can come in, too. */
export type ReadableFormat = 'csv' | 'jsonLines' | 'jsonArray';

/** What each format is called on the wire. */
export const contentTypes: Record<Format, string> = {
  csv: 'text/csv',
  jsonLines: 'application/jsonl',
  jsonArray: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

const fileEndings: Record<Format, string> = { csv: 'csv', jsonLines: 'jsonl', jsonArray: 'json', parquet: 'parquet' };

/** The name of a file of a format: of what it is named after, only what every system takes in a name stays. */
export function fileNameOf(name: string, format: Format): string {
  return `${name.replace(/[^\w.-]+/g, '_')}.${fileEndings[format]}`;
}

/**
 * Reads records in groups as they come; memory is bounded by the longest row, whatever the content's length. UTF-8, with or
 * without a byte order mark.
 *
 * - `csv` (RFC 4180, with a header): each cell is text, an empty one is left out. Column names are paths, see `pathOfColumn`.
 * - `jsonLines`: an object in each line. - `jsonArray`: one array of objects.
 *
 * A row that is wrong is a `RowFault` in its place, and the reading goes on where it is sure where the next one begins;
 * where it is not, the fault has `ends`, and nothing is read after it. Blank lines are skipped and not counted. Throws only
 * what the content throws.
 */
export function readRecords(
  format: ReadableFormat,
  content: AsyncIterable<Uint8Array>,
  limits: FormatLimits,
): AsyncIterable<(Row | RowFault)[]> {
  switch (format) {
    case 'csv':
      return readCsv(content, limits);
    case 'jsonLines':
      return readJsonLines(content, limits);
    case 'jsonArray':
      return readJsonArray(content, limits);
  }
}

/**
 * Writes groups of records as they come. CSV and Parquet need to know their columns before the first record: those of
 * `columnsOf`, or a choice of names. Without them they are made of the first group, and an Error is thrown for a later record
 * that does not fit. JSON has no columns; what is given is ignored.
 */
export function writeRecords(
  format: Format,
  records: AsyncIterable<readonly unknown[]>,
  columns: readonly (string | Column)[] | undefined,
): AsyncIterable<Uint8Array> {
  switch (format) {
    case 'csv':
      return writeCsv(records, columns);
    case 'jsonLines':
      return writeJsonLines(records);
    case 'jsonArray':
      return writeJsonArray(records);
    case 'parquet':
      return writeParquet(records, columns);
  }
}
