// CSV as Bulk API 2.0 reads and writes it (Bulk API 2.0 Developer Guide "Prepare CSV Files"): UTF-8, a header line, fields
// in double quotes where they need them, one of six delimiters, one of two line endings.

import { StringDecoder } from 'node:string_decoder';
import type { Stored } from '../stored.ts';
import { Refusal } from './errors.ts';

/** How a job's CSV is written. */
export interface CsvForm {
  delimiter: string;
  lineEnding: '\n' | '\r\n';
}

const delimiters: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

/** The form that a job names; refuses names that Salesforce does not have. */
export function csvForm(columnDelimiter: string, lineEnding: string): CsvForm {
  const delimiter = delimiters[columnDelimiter];
  if (delimiter === undefined)
    throw new Refusal(400, 'INVALIDJOB', `InvalidJob : Unknown delimiter ${columnDelimiter}`);
  if (lineEnding !== 'LF' && lineEnding !== 'CRLF') {
    throw new Refusal(400, 'INVALIDJOB', `InvalidJob : Unknown line ending ${lineEnding}`);
  }
  return { delimiter, lineEnding: lineEnding === 'LF' ? '\n' : '\r\n' };
}

/** Why data cannot be read; the words are those of a job's `errorMessage`. */
export class CsvFault extends Error {}

const sliceSize = 4 * 1024 * 1024;

/** The text of an upload. Throws a CsvFault when it is not UTF-8. */
export function csvText(data: Stored): string {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for (let start = 0; start < data.size; start += sliceSize) {
    text += decoder.write(data.slice(start, Math.min(start + sliceSize, data.size)).bytes());
  }
  text += decoder.end();
  if (text.includes('\uFFFD')) throw new CsvFault('ClientInputError : CSV data is not encoded in UTF-8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The lines of a CSV text as fields. Throws a CsvFault for the other line ending and for quotes that do not fit. */
export function readCsv(text: string, { delimiter, lineEnding }: CsvForm): string[][] {
  const wrongEnding = lineEnding === '\n' ? '\r\n' : '\n';
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      for (let from = at + 1; ; ) {
        const quote = text.indexOf('"', from);
        if (quote < 0)
          throw new CsvFault(`ClientInputError : Unterminated quote in line ${rows.length + 1} of the CSV data`);
        field += text.slice(from, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        from = at + 1;
      }
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
      field = text.slice(start, at);
    }
    row.push(field);
    if (at < text.length && text[at] === delimiter) {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    if (at < text.length) {
      if (text.startsWith(wrongEnding, at) && !text.startsWith(lineEnding, at)) {
        const name = lineEnding === '\n' ? 'LF' : 'CRLF';
        throw new CsvFault(
          `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${name}`,
        );
      }
      if (!text.startsWith(lineEnding, at)) {
        throw new CsvFault(`ClientInputError : Text behind a closing quote in line ${rows.length + 1} of the CSV data`);
      }
      at += lineEnding.length;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** One line; every field is quoted, as Salesforce quotes its results. */
export function csvLine(fields: readonly string[], { delimiter, lineEnding }: CsvForm): string {
  return fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(delimiter) + lineEnding;
}
