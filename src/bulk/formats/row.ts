// A row of a file in bulk: a record, or what is wrong with it.

/** A record that was read; its row is counted from 1 over the rows with data. */
export interface Row {
  row: number;
  record: Record<string, unknown>;
}

/** A row that could not be read. */
export interface RowFault {
  /** 0 for a fault of the header, or of the file as a whole */
  row: number;
  /** names the row and the column or position, and says what to do */
  message: string;
  /** nothing after this row was read, because nobody can tell where the next one begins */
  ends?: true;
}

/** What a row may be; limits.bulk… in src/config.ts are the server's. */
export interface FormatLimits {
  /** bytes of one row (of CSV: characters) */
  rowBytes: number;
  /** columns of a table, and items of an array whose places are columns */
  columns: number;
  /** objects and arrays inside one another */
  depth: number;
}

/** Whether a row could not be read. */
export function isFault(row: Row | RowFault): row is RowFault {
  return 'message' in row;
}

/** The fault of a row that is longer than any may be. */
export function tooLong(row: number, { rowBytes }: FormatLimits): RowFault {
  return {
    row,
    message: `Row ${row} is longer than ${rowBytes} bytes: send large values as files of their own, or check the quotes and line ends.`,
  };
}

/** The fault of a row with bytes that no UTF-8 has. */
export function notUtf8(row: number): RowFault {
  return {
    row,
    message: `${row === 0 ? 'The header' : `Row ${row}`} has bytes that are not UTF-8: save the file in UTF-8 and send it again.`,
  };
}

/**
 * Reads the JSON text of one row. Gives a fault when it is no JSON, no object, or nested deeper than the limit.
 */
export function readRow(row: number, json: string, limits: FormatLimits): Row | RowFault {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch (error) {
    return { row, message: `Row ${row} is not JSON: ${error instanceof Error ? error.message : error}.` };
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    const found = record === null ? 'null' : Array.isArray(record) ? 'an array' : `a ${typeof record}`;
    return { row, message: `Row ${row} is ${found}: each row must be an object, such as {"name":"value"}.` };
  }
  if (isDeeper(record, limits.depth)) {
    return { row, message: `Row ${row} is nested deeper than ${limits.depth} levels: flatten it.` };
  }
  return { row, record: record as Record<string, unknown> };
}

function isDeeper(value: object, depth: number): boolean {
  if (depth === 0) return true;
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null && isDeeper(member, depth - 1)) return true;
  }
  return false;
}
