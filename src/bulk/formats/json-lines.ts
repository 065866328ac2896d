// JSON lines: an object in each line (jsonlines.org).

import { isUtf8 } from 'node:buffer';
import { type FormatLimits, notUtf8, type Row, type RowFault, readRow, tooLong } from './row.ts';
import { bufferOf } from './utf8.ts';

const newline = 0x0a;
const byteOrderMark = Buffer.from('\uFEFF');

/** As `readRecords` says. A faulty line is left out; the reading always goes on with the next one. */
export async function* readJsonLines(
  content: AsyncIterable<Uint8Array>,
  limits: FormatLimits,
): AsyncGenerator<(Row | RowFault)[]> {
  let row = 0;
  let begun = false;
  /** the beginning of a line whose end has not come */
  let kept: Buffer[] = [];
  let keptBytes = 0;
  /** whether that line was too long, and what comes of it is dropped */
  let dropping = false;

  const readLine = (line: string): Row | RowFault | undefined => {
    if (line.length > limits.rowBytes) return tooLong(++row, limits);
    return /\S/.test(line) ? readRow(++row, line, limits) : undefined;
  };
  const readLines = (lines: Buffer): (Row | RowFault)[] => {
    const text = begun || !lines.subarray(0, 3).equals(byteOrderMark) ? lines : lines.subarray(3);
    begun = true;
    if (isUtf8(text)) {
      return text
        .toString('utf8')
        .split('\n')
        .flatMap((line) => readLine(line) ?? []);
    }
    return splitLines(text).flatMap((line) =>
      isUtf8(line) ? (readLine(line.toString('utf8')) ?? []) : notUtf8(++row),
    );
  };
  const keep = (bytes: Buffer): RowFault[] => {
    if (dropping || bytes.length === 0) return [];
    kept.push(bytes);
    keptBytes += bytes.length;
    if (keptBytes <= limits.rowBytes) return [];
    [kept, keptBytes, dropping] = [[], 0, true];
    return [tooLong(++row, limits)];
  };

  for await (const piece of content) {
    const bytes = bufferOf(piece);
    const end = bytes.lastIndexOf(newline);
    const rows: (Row | RowFault)[] = [];
    if (end !== -1) {
      const start = dropping ? bytes.indexOf(newline) : 0;
      rows.push(...readLines(Buffer.concat([...kept, bytes.subarray(start, end)])));
      [kept, keptBytes, dropping] = [[], 0, false];
    }
    rows.push(...keep(bytes.subarray(end + 1)));
    if (rows.length > 0) yield rows;
  }
  const rows = readLines(Buffer.concat(kept));
  if (rows.length > 0) yield rows;
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length + 1 : end + 1;
  }
  return lines;
}

/** As `writeRecords` says: each line ends with LF. */
export async function* writeJsonLines(records: AsyncIterable<readonly unknown[]>): AsyncGenerator<Uint8Array> {
  for await (const group of records) {
    if (group.length > 0) yield Buffer.from(`${group.map((record) => JSON.stringify(record)).join('\n')}\n`);
  }
}
