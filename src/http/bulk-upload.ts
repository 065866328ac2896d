// The file of a bulk upload, as it comes: in a form beside its `metaData`, before or after it, or as the whole body.

import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Format } from '../bulk/formats/formats.ts';
import type { IncomingUpload } from '../bulk/jobs.ts';
import { Problem } from '../core/errors.ts';
import { parseJson } from '../core/http.ts';
import { bodyStream, readCallBody } from './call-body.ts';

/** What `metaData` may say; other members are ignored, as callers of other systems send them. */
const MetaData = Type.Object({
  format: Type.Optional(Type.String()),
  identifierFieldName: Type.Optional(Type.String({ minLength: 1 })),
  action: Type.Optional(Type.String()),
  concurrency: Type.Optional(Type.String()),
  path: Type.Optional(Type.String({ minLength: 1 })),
  listId: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Integer()])),
  campaignId: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Integer()])),
  'callback-payload': Type.Optional(Type.Unknown()),
});

/** What a job's `metaData` asks for. */
export interface BulkMetaData {
  format: UploadFormat | 'json' | undefined;
  identifierField: string | undefined;
  serial: boolean;
  path: string | undefined;
  payload: unknown;
}
type UploadFormat = Exclude<Format, 'parquet'>;

const formats: Record<string, BulkMetaData['format']> = {
  csv: 'csv',
  json: 'json',
  jsonl: 'jsonLines',
  ndjson: 'jsonLines',
  'application/json': 'json',
  'application/jsonl': 'jsonLines',
  'text/csv': 'csv',
};

/** Lets the routes of a scope of its own take a body of any type, unread. */
export function uploadParsers(
  scope: Pick<FastifyInstance, 'addContentTypeParser' | 'removeAllContentTypeParsers'>,
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

/** Reads `metaData`: JSON text, or what a JSON body holds. Throws a Problem that names everything that is wrong. */
export function readMetaData(given: unknown, objectName: string | undefined): BulkMetaData {
  const value = typeof given === 'string' ? (given.trim() === '' ? {} : parseJson(given)) : (given ?? {});
  if (!Value.Check(MetaData, value)) {
    const faults = [...Value.Errors(MetaData, value)].map(({ instancePath, message }) => `${instancePath} ${message}`);
    const what = value === undefined ? 'is not JSON' : faults.join('; ');
    throw new Problem('badRequest', `metaData ${what}. Write it as {"identifierFieldName":"email"}.`);
  }
  const meta: Static<typeof MetaData> = value;
  const faults: string[] = [];
  const format = meta.format === undefined ? undefined : formats[meta.format.toLowerCase()];
  if (meta.format !== undefined && format === undefined) faults.push('format must be csv, json or jsonl');
  const action = meta.action?.toLowerCase();
  if (action !== undefined && action !== 'insert' && action !== 'upsert')
    faults.push('action must be insert or upsert');
  if (action === 'upsert' && meta.identifierFieldName === undefined) {
    faults.push('action upsert needs identifierFieldName, the field by which a record is found');
  }
  const concurrency = meta.concurrency?.toLowerCase();
  if (concurrency !== undefined && concurrency !== 'serial' && concurrency !== 'parallel') {
    faults.push('concurrency must be serial or parallel');
  }
  if (faults.length > 0) throw new Problem('badRequest', `metaData: ${faults.join('; ')}.`);
  return {
    format,
    identifierField: action === 'insert' ? undefined : meta.identifierFieldName,
    serial: concurrency === 'serial',
    path: pathOf(meta, objectName),
    payload: meta['callback-payload'],
  };
}

/** Where the records belong, when it is to another one. */
function pathOf({ path, listId, campaignId }: Static<typeof MetaData>, objectName: string | undefined) {
  if (path !== undefined) return path.startsWith('/') ? path : `/${path}`;
  if (objectName === undefined) return undefined;
  const name = encodeURIComponent(objectName);
  if (listId !== undefined) return `/lists/${encodeURIComponent(listId)}/${name}`;
  return campaignId === undefined ? undefined : `/campaigns/${encodeURIComponent(campaignId)}/${name}`;
}

/** The upload of a request to a route of `uploadParsers`. Throws a Problem for a request without a file. */
export async function readUpload(request: FastifyRequest, given: unknown): Promise<IncomingUpload<unknown>> {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data/i.test(contentType)) {
    if (!hasBody(request)) throw noFile();
    return upload(bodyStream(request.raw), given, typeFormat(contentType), async () => undefined);
  }
  const body = await readCallBody(request);
  if (body.kind !== 'multipart' || body.file === undefined) throw noFile();
  const { file, fields, rest } = body;
  const named = typeFormat(file.contentType) ?? nameFormat(file.fileName);
  return upload(file.stream, fields['metaData'] ?? given, named, async () => {
    let late: unknown;
    for await (const part of rest) {
      if (part.kind === 'file') part.stream.resume();
      else if (part.name === 'metaData') late = part.value;
    }
    return late;
  });
}

function upload(
  stream: Readable,
  metaData: unknown,
  named: BulkMetaData['format'],
  late: () => Promise<unknown>,
): IncomingUpload<unknown> {
  const seen: { first: number | undefined } = { first: undefined };
  return {
    metaData,
    content: lookingAtFirst(stream, seen),
    late,
    format(wanted) {
      const said = (wanted as BulkMetaData['format']) ?? named;
      if (said === 'csv' || said === 'jsonLines' || said === 'jsonArray') return said;
      if (seen.first === 0x5b) return 'jsonArray';
      return said === 'json' || seen.first === 0x7b ? 'jsonLines' : 'csv';
    },
  };
}

/** Notes the first byte that is no space and no byte order mark: `[` and `{` begin JSON. */
async function* lookingAtFirst(stream: Readable, seen: { first: number | undefined }): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    seen.first ??= chunk.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
    yield chunk;
  }
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function typeFormat(contentType: string): BulkMetaData['format'] {
  if (/\b(jsonl|ndjson|jsonlines)\b/i.test(contentType)) return 'jsonLines';
  if (/\bcsv\b/i.test(contentType)) return 'csv';
  return /\bjson\b/i.test(contentType) ? 'json' : undefined;
}

function nameFormat(fileName: string): BulkMetaData['format'] {
  const [, ending = ''] = /\.([a-z]+)$/i.exec(fileName) ?? [];
  return formats[ending.toLowerCase()];
}

function noFile(): Problem {
  return new Problem(
    'badRequest',
    'There is no file: send it as the part `file` of multipart/form-data, or as the body with its Content-Type.',
  );
}
