// What a request of the REST API brings: a JSON object, or a form whose first part is JSON and whose other parts are
// binary ("Insert or Update Blob Data").

import { readParts, textOf } from '../parts.ts';
import { mediaType } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { Refusal } from './errors.ts';
import { BinaryPart, type Members } from './records.ts';

/** A record's members, and the name of the file that came with them. */
export interface RecordBody {
  members: Members;
  fileName: string | undefined;
  contentType: string | undefined;
}

/** The members that the body names; in a form each binary part is the field that it names. */
export function readRecordBody(call: RestCall): RecordBody {
  if (mediaType(call.request) !== 'multipart/form-data') {
    return { members: readJsonBody(call), fileName: undefined, contentType: undefined };
  }
  const parts = readParts(call.request);
  const json = parts.find((part) => part.fileName === undefined && part.contentType.startsWith('application/json'));
  if (json === undefined) {
    throw new Refusal(400, 'INVALID_MULTIPART_REQUEST', 'Multipart message must include a non-binary part');
  }
  const files = parts.filter((part) => part.fileName !== undefined);
  const blobs = Object.fromEntries(files.map((part) => [part.name, new BinaryPart(part.stored)]));
  return {
    members: { ...readJson(textOf(json)), ...blobs },
    fileName: files[0]?.fileName,
    contentType: files[0]?.contentType,
  };
}

/** The body, which must be a JSON object. */
export function readJsonBody(call: RestCall): Members {
  if (mediaType(call.request) !== 'application/json') {
    const message = `Content-Type header specified in HTTP request is not supported: ${call.request.headers['content-type'] ?? ''}`;
    throw new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  return readJson(call.request.body);
}

function readJson(text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'JSON_PARSER_ERROR', `${(error as Error).message} at [line:1, column:1]`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required to be a JSON object.');
  }
  return value as Members;
}
