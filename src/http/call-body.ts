// The body of an element call: small ones read, files left as streams.

import { PassThrough, Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limits } from '../config.ts';
import type { CallBody, MultipartBody, MultipartPart } from '../core/body.ts';
import { Problem } from '../core/errors.ts';

const jsonType = /^(application\/json|application\/[\w.-]+\+json|text\/json)(\s*;|\s*$)/i;
const formType = /^application\/x-www-form-urlencoded(\s*;|\s*$)/i;
const textType = /^(text\/plain|text\/xml|application\/xml|application\/[\w.-]+\+xml)(\s*;|\s*$)/i;
const multipartType = /^multipart\/form-data(\s*;|\s*$)/i;
const otherCharset = /;\s*charset\s*=\s*(?!"?(utf-?8|us-ascii)\b)/i;

type ParserScope = Pick<
  FastifyInstance,
  'addContentTypeParser' | 'getDefaultJsonParser' | 'removeAllContentTypeParsers'
>;

/**
 * Lets the routes of a scope of its own take any content type; all others keep their 415. `readCallBody` reads what
 * these parsers leave. JSON is as strict as on other routes: an empty body is none, `__proto__` and `constructor` are
 * refused.
 */
export function elementCallParsers(scope: ParserScope): void {
  scope.removeAllContentTypeParsers();
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser(jsonType, { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') done(null, undefined);
    else parseJson(request, String(body), done);
  });
  scope.addContentTypeParser(formType, { parseAs: 'string' }, (_request, body, done) => {
    const fields: Record<string, string> = Object.create(null);
    for (const [name, value] of new URLSearchParams(String(body))) fields[name] = value;
    done(null, fields);
  });
  scope.addContentTypeParser(textType, { parseAs: 'string' }, (request, body, done) => {
    if (!otherCharset.test(request.headers['content-type'] ?? '')) done(null, String(body));
    else done(new Problem('unsupportedMediaType', 'Text is only understood in UTF-8: send it so.'));
  });
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

const none: CallBody = { kind: 'none' };

/**
 * The body of a request to a route of `elementCallParsers`. Multipart is read up to its first file, anything that is
 * neither JSON, form nor text not at all. A client who goes away breaks the streams with a Problem; to destroy them
 * leaves the connection open for the answer. Throws a Problem `badRequest` or `tooLarge` for a form.
 */
export async function readCallBody(request: FastifyRequest): Promise<CallBody> {
  const { headers, method } = request;
  if (method === 'GET' || method === 'HEAD') return none;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return none;
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  if (jsonType.test(contentType)) return request.body === undefined ? none : { kind: 'json', value: request.body };
  if (formType.test(contentType)) return { kind: 'form', fields: request.body as Record<string, string> };
  if (textType.test(contentType)) return { kind: 'text', text: request.body as string, contentType };
  if (multipartType.test(contentType)) return readForm(request.raw, contentType);
  const length = headers['content-length'];
  return {
    kind: 'stream',
    stream: bodyStream(request.raw),
    contentType,
    length: length === undefined ? undefined : Number(length),
  };
}

function goneAway(): Problem {
  return new Problem('badRequest', 'The request body broke off before its end.');
}

/** Calls back when a source ends before it was read whole. */
function onBroken(source: Readable, callback: () => void): void {
  source.once('error', callback);
  source.once('close', () => {
    if (!source.readableEnded) callback();
  });
}

/** A request's bytes as a stream of its own: to destroy the request itself would destroy its connection. */
export function bodyStream(source: Readable): Readable {
  const body = new PassThrough();
  // A failure before anyone reads must not end the process; who reads later is still given it.
  body.on('error', () => undefined);
  onBroken(source, () => body.destroy(goneAway()));
  return source.pipe(body);
}

/** Reads a form up to its first file, or whole when it has none. */
function readForm(source: Readable, contentType: string): Promise<MultipartBody> {
  return new Promise((resolve, reject) => {
    const fields: Record<string, string> = Object.create(null);
    const rest = new Readable({ objectMode: true, read: () => undefined });
    const opened: Readable[] = [];
    let fieldBytes = 0;

    /** Breaks what was begun. The source is left unread: the answer goes through its connection. */
    const fail = (problem: Problem): void => {
      source.unpipe(form);
      reject(problem);
      rest.destroy(problem);
      for (const file of opened) file.destroy(problem);
    };
    const begin = (file: MultipartBody['file']): void => resolve({ kind: 'multipart', fields, file, rest });
    rest.on('error', () => undefined);

    const form = createReader(contentType, reject);
    if (form === undefined) return;
    form.on('field', (name, value, _nameTruncated, truncated) => {
      fieldBytes += value.length;
      if (truncated || fieldBytes > limits.bodyBytes) {
        fail(new Problem('tooLarge', `The fields of the form are larger than ${limits.bodyBytes} bytes.`));
      } else if (value.includes('\0')) {
        fail(new Problem('badRequest', `The field ${name} holds a NUL character.`));
      } else if (opened.length === 0) {
        fields[name] = value;
      } else {
        rest.push({ kind: 'field', name, value } satisfies MultipartPart);
      }
    });
    form.on('file', (name, stream, fileName, _encoding, type) => {
      const file = { name, fileName: fileName ?? name, contentType: type, stream };
      stream.on('error', () => undefined);
      stream.once('close', () => {
        // Nobody wants the rest of this file, and behind it no part can be reached.
        if (!stream.readableEnded) fail(goneAway());
      });
      opened.push(stream);
      if (opened.length === 1) begin(file);
      else rest.push({ kind: 'file', ...file } satisfies MultipartPart);
    });
    form.once('partsLimit', () => {
      fail(new Problem('tooLarge', `The form has more than ${limits.formParts} fields and files.`));
    });
    form.on('error', (error) => fail(new Problem('badRequest', 'The form cannot be read.', { cause: error })));
    form.once('finish', () => {
      rest.push(null);
      begin(undefined);
    });
    onBroken(source, () => fail(goneAway()));
    source.pipe(form);
  });
}

function createReader(contentType: string, reject: (problem: Problem) => void) {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fieldSize: limits.bodyBytes,
        parts: limits.formParts,
        headerPairs: 100,
        headerSize: limits.formPartHeaderBytes,
      },
    });
  } catch (error) {
    reject(new Problem('badRequest', 'The content type of the form names no boundary.', { cause: error }));
    return undefined;
  }
}
