// Zendesk's Attachments API: a file is uploaded first, and the token then goes with a comment (developer docs "Attachments").

import { randomBytes } from 'node:crypto';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { recordNotFound } from './answers.ts';
import type { ZendeskRecord, ZendeskSite } from './data.ts';

/** POST /api/v2/uploads.json?filename=&token=: the body is the file; an earlier token gets another file. */
export function upload(site: ZendeskSite, request: VendorRequest): Answer {
  const query = new URLSearchParams(request.query);
  const fileName = query.get('filename');
  if (fileName === null || fileName === '') {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: filename' });
  }
  const token = query.get('token') ?? randomBytes(12).toString('base64url');
  const waiting = site.uploads.get(token);
  if (query.has('token') && waiting === undefined) return recordNotFound();
  const attachment = store(site, fileName, request);
  const attachments = [...(waiting?.attachments ?? []), attachment];
  site.uploads.set(token, { token, attachments });
  return json(201, { upload: { token, attachment, attachments } });
}

function store(site: ZendeskSite, fileName: string, request: VendorRequest): ZendeskRecord {
  const id = site.newId();
  const attachment: ZendeskRecord = {
    url: `https://${site.host}/api/v2/attachments/${id}.json`,
    id,
    file_name: fileName,
    content_url: `https://${site.host}/attachments/token/${id}/?name=${encodeURIComponent(fileName)}`,
    mapped_content_url: `https://${site.host}/attachments/token/${id}/?name=${encodeURIComponent(fileName)}`,
    content_type: request.headers['content-type'] ?? 'application/octet-stream',
    size: request.bytes.length,
    inline: false,
    deleted: false,
    malware_access_override: false,
    malware_scan_result: 'not_scanned',
    thumbnails: [],
  };
  site.attachments.set(id, attachment);
  site.contents.set(id, request.bytes);
  return attachment;
}

/** DELETE /api/v2/uploads/{token}.json: a token whose comment was made is gone. */
export function deleteUpload(site: ZendeskSite, token: string): Answer {
  const waiting = site.uploads.get(token);
  if (waiting === undefined) return recordNotFound();
  for (const { id } of waiting.attachments) {
    site.attachments.delete(id);
    site.contents.delete(id);
  }
  site.uploads.delete(token);
  return empty(204);
}

/** GET /api/v2/attachments/{id}.json. */
export function showAttachment(site: ZendeskSite, id: number): Answer {
  const attachment = site.attachments.get(id);
  return attachment === undefined ? recordNotFound() : json(200, { attachment });
}

/** GET of a `content_url`: the file itself. Its address is the secret; no token is asked for (_assumed_). */
export function attachmentContent(site: ZendeskSite, id: number): Answer {
  const body = site.contents.get(id);
  if (body === undefined) return recordNotFound();
  const type = String(site.attachments.get(id)?.['content_type'] ?? 'application/octet-stream');
  return { status: 200, headers: { 'content-type': type }, body };
}
