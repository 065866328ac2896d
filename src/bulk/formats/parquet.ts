// Apache Parquet: records as columns, for tools that analyse them.

import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Column } from './columns.ts';
import { columnsOf, groupsWithColumns } from './columns-of-records.ts';

/** A row group is written when it has so many rows, or about so many bytes: it is held in memory until then. */
const groupRows = 50_000;
const groupBytes = 16 * 1024 * 1024;

/**
 * As `writeRecords` says. Each member of the records is a column (a chosen name is a member's name), all may be empty: text is
 * STRING, numbers are DOUBLE, `true` and `false` BOOLEAN, and what is nested or mixed is JSON.
 */
export async function* writeParquet(
  records: AsyncIterable<readonly unknown[]>,
  columns: readonly (string | Column)[] | undefined,
): AsyncGenerator<Uint8Array> {
  let table: Table | undefined;
  let rows = 0;
  for await (const { group, columns: known } of groupsWithColumns('parquet', records, columns)) {
    table ??= createTable(await typed(known, group));
    for (const record of group) {
      table.add(record as Record<string, unknown>, ++rows);
      if (table.isFull()) yield table.writeGroup();
    }
  }
  table ??= createTable(await typed(columns ?? [], []));
  yield table.writeGroup();
  yield table.finish();
}

/** Columns that are only names get the types that the first records show. */
async function typed(columns: readonly (string | Column)[], group: readonly unknown[]): Promise<Column[]> {
  async function* first() {
    yield group;
  }
  const shown = await columnsOf('parquet', first(), Number.POSITIVE_INFINITY);
  const types = new Map(shown.map(({ name, type }) => [name, type]));
  return columns.map((column) =>
    typeof column === 'string' ? { name: column, type: types.get(column) ?? 'string' } : column,
  );
}

interface Table {
  add(record: Record<string, unknown>, row: number): void;
  isFull(): boolean;
  /** The bytes of the rows since the last group; they are forgotten. */
  writeGroup(): Uint8Array;
  /** The bytes with which the file ends. */
  finish(): Uint8Array;
}

function createTable(columns: readonly Column[]): Table {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: 'valence' });
  let data: unknown[][] = columns.map(() => []);
  let rows = 0;
  let bytes = 0;
  const taken = (): Uint8Array => {
    const written = writer.getBytes().slice();
    writer.index = 0;
    return written;
  };
  return {
    add(record, row) {
      rows++;
      for (const [at, column] of columns.entries()) {
        const value = Object.hasOwn(record, column.name) ? (record[column.name] ?? undefined) : undefined;
        if (value !== undefined && column.type !== 'json' && typeof value !== column.type) {
          const found = typeof value === 'object' ? 'nested' : `a ${typeof value}`;
          throw new Error(`Row ${row}: ${column.name} is ${found}, and its column is of type ${column.type}`);
        }
        data[at]?.push(value);
        bytes += sizeOf(value);
      }
    },
    isFull: () => rows >= groupRows || bytes >= groupBytes,
    writeGroup() {
      if (rows > 0 && columns.length > 0) {
        const columnData = columns.map(({ name }, at) => ({ name, data: data[at] ?? [] }));
        void file.write({ columnData, rowGroupSize: rows });
      }
      data = columns.map(() => []);
      [rows, bytes] = [0, 0];
      return taken();
    },
    finish() {
      void file.finish();
      return taken();
    },
  };
}

const elements: Record<Column['type'], Partial<SchemaElement>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
};

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: 'OPTIONAL' as const, ...elements[type] })),
  ];
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8;
}
