// Files of bulk jobs as callers ask for them: CSV, JSON lines or Parquet, by `Accept` or by name.

import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentTypes, type Format, fileNameOf } from '../bulk/formats/formats.ts';
import { Problem } from '../core/errors.ts';

const fileFormats: [RegExp, Format][] = [
  [/\b(text|txt|application)\/csv\b/i, 'csv'],
  [/\bapplication\/(jsonl|x-ndjson|x-jsonlines)\b/i, 'jsonLines'],
  [/\bapplication\/(vnd\.apache\.)?parquet\b/i, 'parquet'],
];

/** The format of a file that Accept names; JSON is none of a file of its own. */
export function fileFormat({ headers }: FastifyRequest): Format | undefined {
  return fileFormats.find(([pattern]) => pattern.test(headers.accept ?? ''))?.[1];
}

/** Whether Accept names JSON. */
export function asksJson({ headers }: FastifyRequest): boolean {
  return /\bapplication\/json\b/i.test(headers.accept ?? '');
}

/** The format that a member of this name gives. Throws a Problem for one that is none. */
export function requireFormat(name: string, given: string): Format {
  const text = given.includes('/') ? given : `application/${given}`;
  if (/^application\/json$/i.test(text)) return 'jsonLines';
  const format = fileFormats.find(([pattern]) => pattern.test(text))?.[1];
  if (format !== undefined) return format;
  throw new Problem(
    'badRequest',
    `${name} must be application/json, text/csv, application/jsonl or parquet, not ${given}.`,
  );
}

/** Streams a file. Plain `application/json` means JSON lines, too. */
export function sendFile(
  reply: FastifyReply,
  content: AsyncIterable<Uint8Array>,
  format: Format,
  name: string,
): FastifyReply {
  const asked = reply.request;
  const type = format === 'jsonLines' && fileFormat(asked) === undefined ? 'application/json' : contentTypes[format];
  reply.header('content-type', type);
  reply.header('content-disposition', `attachment; filename="${fileNameOf(name, format)}"`);
  return reply.send(Readable.from(content, { objectMode: false }));
}
