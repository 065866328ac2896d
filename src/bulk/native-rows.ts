// Rows on their way into a vendor's bulk job, and how they are known again in its results: by what they hold, since
// vendors give results in any order and have no place for a number of ours.

import { isObject, valueAt, writeValue } from '../core/http.ts';
import type { BulkOutcome, BulkUpload } from '../element/bulk-extension.ts';
import { type ColumnPath, pathOfColumn } from './formats/columns.ts';
import { columnsOf } from './formats/columns-of-records.ts';
import { writeRecords } from './formats/formats.ts';
import type { RowOutcome, UploadRow } from './strategy.ts';

/** The rows of one vendor job, written. */
export interface WrittenRows {
  rows: readonly UploadRow[];
  /** exactly, but for a JSON array, whose commas are counted one too often */
  bytes: number;
  content(): AsyncIterable<Uint8Array>;
  /** finds rows again in results; each call for the same content gives another row with it, as long as there is one */
  index(): RowIndex;
}

export interface RowIndex {
  /** The row that a record of a result is about, taken out of those that are left. */
  take(outcome: BulkOutcome, record: Record<string, unknown>): UploadRow | undefined;
  /** those that no result has named */
  left(): readonly UploadRow[];
}

/** What a batch becomes: rows for jobs, and rows that cannot be sent. */
export interface Portions {
  portions: WrittenRows[];
  refused: RowOutcome[];
}

/** Divides rows into as few jobs as the vendor's bounds allow; the same rows are always divided in the same way. */
export async function divideRows(
  upload: BulkUpload,
  rows: readonly UploadRow[],
  columnLimit: number,
): Promise<Portions> {
  const { empty, format, largest } = upload;
  const records = rows.map(({ record }) => (empty === undefined ? record : withWord(record, empty)));
  const columns = (await columnsOf('csv', once(records), columnLimit)).map(({ name }) => name);
  const header = format === 'jsonLines' ? 0 : await sizeOf(format, [], columns);
  const portions: WrittenRows[] = [];
  const refused: RowOutcome[] = [];
  let taken: number[] = [];
  let bytes = header;
  const close = () => {
    if (taken.length > 0) portions.push(written(upload, taken, rows, records, columns, bytes));
    taken = [];
    bytes = header;
  };
  let at = 0;
  for await (const size of sizesOf(format, records, columns, header)) {
    const row = rows[at];
    if (row !== undefined && header + size > largest.bytes) {
      const message = `The row is longer than ${largest.bytes} bytes, the most that the vendor's bulk API takes.`;
      refused.push({ row: row.row, state: 'failed', status: 400, message, providerMessage: undefined });
    } else {
      if (taken.length === largest.rows || bytes + size > largest.bytes) close();
      taken.push(at);
      bytes += size;
    }
    at++;
  }
  close();
  return { portions, refused };
}

function written(
  { format }: BulkUpload,
  places: readonly number[],
  rows: readonly UploadRow[],
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
  bytes: number,
): WrittenRows {
  const own = places.map((place) => rows[place] as UploadRow);
  const ownRecords = places.map((place) => records[place] as Record<string, unknown>);
  return {
    rows: own,
    bytes,
    content: () => writeRecords(format, groupsOf(ownRecords), columns),
    index() {
      const paths = columns.map(pathOfColumn);
      const all = new Set(own);
      const waiting = new Map<string, UploadRow[]>();
      for (const [place, row] of own.entries()) {
        const key = keyOf(ownRecords[place] ?? {}, paths);
        const same = waiting.get(key);
        if (same === undefined) waiting.set(key, [row]);
        else same.push(row);
      }
      return {
        take({ row: numbered }, record) {
          const row =
            numbered === undefined
              ? waiting.get(keyOf(record, paths))?.shift()
              : own[Number(valueAt(record, numbered.member)) - numbered.first];
          return row !== undefined && all.delete(row) ? row : undefined;
        },
        left: () => [...all],
      };
    },
  };
}

/** A record with a word in the place of each null. */
function withWord(record: Record<string, unknown>, word: string): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    changed[name] = value === null ? word : isObject(value) ? withWord(value, word) : value;
  }
  return changed;
}

const groupRows = 500;

async function* groupsOf(records: readonly Record<string, unknown>[]): AsyncGenerator<Record<string, unknown>[]> {
  for (let at = 0; at < records.length; at += groupRows) yield records.slice(at, at + groupRows);
}

async function* once(records: readonly Record<string, unknown>[]): AsyncGenerator<readonly Record<string, unknown>[]> {
  yield records;
}

async function* oneByOne(records: readonly Record<string, unknown>[]): AsyncGenerator<Record<string, unknown>[]> {
  for (const record of records) yield [record];
}

/** What each record takes in bytes. */
async function* sizesOf(
  format: BulkUpload['format'],
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
  header: number,
): AsyncGenerator<number> {
  let isFirst = true;
  for await (const bytes of writeRecords(format === 'jsonArray' ? 'jsonLines' : format, oneByOne(records), columns)) {
    yield format === 'csv' && isFirst ? bytes.length - header : bytes.length;
    isFirst = false;
  }
}

async function sizeOf(
  format: BulkUpload['format'],
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
): Promise<number> {
  let size = 0;
  for await (const bytes of writeRecords(format, oneByOne(records), columns)) size += bytes.length;
  return size;
}

/** The values of a record at these columns, in one text; the same for values that are written alike. */
function keyOf(record: Record<string, unknown>, columns: readonly ColumnPath[]): string {
  const cells = columns.map((path) => {
    const value = valueAtPath(record, path);
    return value === undefined || value === null ? '' : writeValue(value);
  });
  return JSON.stringify(cells);
}

function valueAtPath(record: Record<string, unknown>, path: ColumnPath): unknown {
  let value: unknown = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
