// Desk.com's attachments of cases: sent as base64 in JSON, fetched from a store to which a signed address leads
// (dev.desk.com "Cases", attachments; recorded calls of the vendor's own client).

import { randomBytes } from 'node:crypto';
import { toSecond } from '../seed.ts';
import { type Stored, storedBytes } from '../stored.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { methodNotAllowed, notFound, pageOf, showRecord, type Violations, validationFailed } from './answers.ts';
import { readAttachmentBody } from './attachment-body.ts';
import { addAttachment, countAttachments, type DeskRecord, type DeskSite } from './data.ts';

/** Where the recorded addresses of attachments lead. */
export const storeHost = 'assistly-production.s3.amazonaws.com';

/** As long as the recorded addresses were good. */
const addressSeconds = 120;

/** The file behind a signed address. */
interface StoredFile {
  signature: string;
  /** seconds since 1970 */
  expires: number;
  name: string;
  type: string;
  content: Stored;
}

/** Who uploads, and how many bytes at most. */
export interface Uploading {
  /** the id of the user */
  userId: number;
  largest: number;
}

/** What the store gives out, by the path of the address. */
export type FileStore = Map<string, StoredFile>;

/** /api/v2/cases/{id}/attachments and what is below it. */
export function attachments(
  site: DeskSite,
  request: VendorRequest,
  of: DeskRecord,
  [id, child, ...more]: readonly string[],
  uploading: Uploading,
): Answer {
  const { method } = request;
  const all = site.attachments.get(of.id) ?? [];
  if (id === undefined) {
    if (method === 'GET') return pageOf(request, all);
    return method === 'POST' ? createAttachment(site, request, of, uploading) : methodNotAllowed();
  }
  const found = all.find((candidate) => String(candidate.id) === id);
  if (found === undefined || more.length > 0) return notFound();
  if (child === 'url') return method === 'GET' ? leadToStore(site, found) : methodNotAllowed();
  if (child !== undefined) return notFound();
  if (method === 'GET') return showRecord(request, found);
  if (method !== 'DELETE') return methodNotAllowed();
  all.splice(all.indexOf(found), 1);
  site.contents.delete(found.id);
  countAttachments(site, of.id);
  return empty(204);
}

/**
 * POST: a name, a type and the content are required (_assumed_: no page at hand says so; public clients send all three).
 * `largest` is the setting `largestUploadBytes`; how Desk.com refuses what is too large is not known.
 */
function createAttachment(
  site: DeskSite,
  request: VendorRequest,
  of: DeskRecord,
  { userId, largest }: Uploading,
): Answer {
  const read = readAttachmentBody(request);
  if (read.refusal !== undefined) return read.refusal;
  const { members: given, content } = read;
  const errors: Violations = {};
  for (const name of ['file_name', 'content_type', 'content']) {
    if (typeof given[name] !== 'string' || given[name] === '') errors[name] = ['blank'];
  }
  if (content === undefined) errors['content'] = ['invalid'];
  else if (content.size > largest) errors['content'] = ['too_large'];
  if (Object.keys(errors).length > 0 || content === undefined) return validationFailed(errors);
  const { file_name, content_type } = given;
  const now = toSecond(site.now());
  const record = addAttachment(site, of.id, { file_name, content_type, content, uploadedBy: userId }, now);
  of['updated_at'] = now;
  return json(201, record, { location: `https://${request.host}/api/v2/cases/${of.id}/attachments/${record.id}` });
}

/** GET /url: 302 to an address at the store that is good for two minutes. */
function leadToStore(site: DeskSite, { id, file_name, content_type }: DeskRecord): Answer {
  const name = String(file_name);
  const file: StoredFile = {
    signature: randomBytes(20).toString('base64'),
    expires: Math.floor(site.now().getTime() / 1000) + addressSeconds,
    name,
    type: String(content_type),
    content: site.contents.get(id) ?? storedBytes(Buffer.alloc(0)),
  };
  const extension = /\.[A-Za-z0-9]+$/.exec(name)?.[0] ?? '';
  const path = `/75027/ticket_attachments/${site.host}/${id}/file_original${extension}`;
  site.store.set(path, file);
  const query = new URLSearchParams({
    AWSAccessKeyId: 'sandbox',
    Expires: String(file.expires),
    Signature: file.signature,
    'response-content-disposition': `filename="${name.replaceAll('"', '')}"`,
    'response-content-type': file.type,
  });
  const location = `https://${storeHost}${path}?${query}`;
  const body = `<html><body>You are being <a href="${location.replaceAll('&', '&amp;')}">redirected</a>.</body></html>`;
  return { status: 302, headers: { location, 'content-type': 'text/html; charset=utf-8' }, body };
}

/** GET at the store: the signature in the address is the only one that it takes. */
export function fetchFromStore(store: FileStore, request: VendorRequest, now: Date): Answer {
  const query = new URLSearchParams(request.query);
  if (request.headers['authorization'] !== undefined) {
    return refusedByStore(400, 'InvalidArgument', 'Only one auth mechanism allowed');
  }
  const file = store.get(request.path);
  const isGood = file?.signature === query.get('Signature') && String(file?.expires) === query.get('Expires');
  if (file === undefined || !isGood) return refusedByStore(403, 'AccessDenied', 'Access Denied');
  if (now.getTime() > file.expires * 1000) return refusedByStore(403, 'AccessDenied', 'Request has expired');
  if (request.method !== 'GET') return refusedByStore(405, 'MethodNotAllowed', 'The method is not allowed');
  const disposition = query.get('response-content-disposition') ?? '';
  return {
    status: 200,
    headers: {
      'content-type': query.get('response-content-type') ?? 'binary/octet-stream',
      'content-disposition': encodeURI(disposition).replaceAll('%22', '"').replaceAll('%20', ' '),
      'accept-ranges': 'bytes',
    },
    body: file.content,
  };
}

function refusedByStore(status: number, code: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
