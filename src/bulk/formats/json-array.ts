// One JSON array of objects (RFC 8259), read element by element. A streaming parser would make a value of every token in
// script; here only the places where elements begin and end are looked for, and each is given whole to JSON.parse.

import { isUtf8 } from 'node:buffer';
import { type FormatLimits, notUtf8, type Row, type RowFault, readRow, tooLong } from './row.ts';
import { bufferOf } from './utf8.ts';

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const byteOrderMark = [0xef, 0xbb, 0xbf];

type Place = 'before' | 'inside' | 'after';

/** As `readRecords` says. A faulty element is left out; a fault of the array itself ends the reading. */
export async function* readJsonArray(
  content: AsyncIterable<Uint8Array>,
  limits: FormatLimits,
): AsyncGenerator<(Row | RowFault)[]> {
  let row = 0;
  /** where in the file the reading is: changed by what is found outside elements */
  let place = 'before' as Place;
  let markBytes = 0;
  /** inside an element */
  let [depth, inString, escaped] = [0, false, false];
  /** the beginning of an element whose end has not come */
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let dropping = false;

  const keep = (bytes: Buffer): RowFault[] => {
    if (dropping || bytes.length === 0) return [];
    kept.push(bytes);
    keptBytes += bytes.length;
    if (keptBytes <= limits.rowBytes) return [];
    [kept, keptBytes, dropping] = [[], 0, true];
    return [tooLong(++row, limits)];
  };
  /** The element that ends here, after a comma or before the end of the array. */
  const finish = (bytes: Buffer, endsArray: boolean): (Row | RowFault)[] => {
    const faults = keep(bytes);
    const element = Buffer.concat(kept);
    const dropped = dropping;
    [kept, keptBytes, dropping] = [[], 0, false];
    if (dropped) return faults;
    if (!isUtf8(element)) return [notUtf8(++row)];
    const json = element.toString('utf8');
    if (/\S/.test(json)) return [readRow(++row, json, limits)];
    if (endsArray && row === 0) return [];
    return [{ row: ++row, message: `Row ${row} is missing: there is nothing beside a comma.` }];
  };
  const outside = (byte: number): RowFault | undefined => {
    if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) return undefined;
    if (place === 'after') {
      return { row, ends: true, message: `Something stands after the end of the array, behind row ${row}: remove it.` };
    }
    if (byte === byteOrderMark[markBytes]) {
      markBytes++;
      return undefined;
    }
    if (byte === openBracket) {
      place = 'inside';
      return undefined;
    }
    return {
      row: 0,
      ends: true,
      message:
        'The file is no JSON array in UTF-8: it must begin with [. For an object in each line, say that it is JSON lines.',
    };
  };

  for await (const piece of content) {
    const bytes = bufferOf(piece);
    const rows: (Row | RowFault)[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (place !== 'inside') {
        const fault = outside(byte);
        if (fault !== undefined) {
          yield [...rows, fault];
          return;
        }
        start = at + 1;
      } else if (escaped) escaped = false;
      else if (inString) {
        if (byte === quote) inString = false;
        else if (byte === backslash) escaped = true;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (depth > 0) {
        if (byte === closeBrace || byte === closeBracket) depth--;
      } else if (byte === comma || byte === closeBracket) {
        rows.push(...finish(bytes.subarray(start, at), byte === closeBracket));
        start = at + 1;
        if (byte === closeBracket) place = 'after';
      }
    }
    if (place === 'inside') rows.push(...keep(bytes.subarray(start)));
    if (rows.length > 0) yield rows;
  }
  if (place === 'before') yield [{ row: 0, ends: true, message: 'The file is empty: it must hold a JSON array.' }];
  if (place === 'inside') {
    const last = dropping ? row : row + 1;
    yield [
      {
        row: last,
        ends: true,
        message: `Row ${last} does not end, or the array does not: the file was cut off, or a quote or bracket is not closed.`,
      },
    ];
  }
}

/** As `writeRecords` says: an element in each line. */
export async function* writeJsonArray(records: AsyncIterable<readonly unknown[]>): AsyncGenerator<Uint8Array> {
  let before = '[';
  for await (const group of records) {
    if (group.length === 0) continue;
    yield Buffer.from(before + group.map((record) => JSON.stringify(record)).join(',\n'));
    before = ',\n';
  }
  yield Buffer.from(before === '[' ? '[]' : ']');
}
