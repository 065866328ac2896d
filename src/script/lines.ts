// Lines between the server and the process for scripts.

import type { Duplex } from 'node:stream';
import { shortTextLength } from '../core/short-text.ts';

export type LineWriter = (line: string) => void;

/** Writes lines; those of one turn of the event loop go out together, since each write costs more than many lines. */
export function writeLines(stream: Duplex): LineWriter {
  let waiting = '';
  const flush = () => {
    const text = waiting;
    waiting = '';
    if (text !== '' && !stream.destroyed) stream.write(text);
  };
  return (line) => {
    if (waiting === '') setImmediate(flush);
    else if (waiting.length + line.length > shortTextLength) flush();
    waiting += `${line}\n`;
  };
}

/** Hears lines: what stands before the first tab, and the fields after it. */
export function onLines(stream: Duplex, hear: (kind: string, fields: string[]) => void): void {
  let parts: string[] = [];
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      const piece = chunk.slice(from, at);
      const line = parts.length === 0 ? piece : parts.join('') + piece;
      parts = [];
      from = at + 1;
      const fields = line.split('\t');
      hear(fields.shift() as string, fields);
    }
    if (from < chunk.length) parts.push(from === 0 ? chunk : chunk.slice(from));
  });
}
