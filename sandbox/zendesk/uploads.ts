// Zendesk's Attachments API: a file is uploaded first, and the token then goes with a comment (developer docs "Attachments").

import { randomBytes } from 'node:crypto';
import type { SandboxState } from '../state.ts';
import { type Answer, empty, json, type VendorRequest } from '../vendor.ts';
import { recordNotFound } from './answers.ts';
import type { Upload, ZendeskRecord, ZendeskSite } from './data.ts';

/** "Each file can be up to 50 MB" (support.zendesk.com "Adding attachments to tickets"). */
const largestFile = 50 * 1024 * 1024;

/** "The token is valid for 60 minutes." */
const tokenMilliseconds = 3_600_000;

/** Where the files themselves are, which the address of an attachment leads to (_assumed_: seen by clients). */
export const filesHost = 'p1.zdusercontent.com';

/** POST /api/v2/uploads.json?filename=&token=: the body is the file; an earlier token gets another file. */
export function upload(site: ZendeskSite, request: VendorRequest, { settings }: SandboxState): Answer {
  const query = new URLSearchParams(request.query);
  const fileName = query.get('filename');
  if (fileName === null || fileName === '') {
    return json(400, { error: 'ParameterMissing', description: 'Required parameter missing: filename' });
  }
  if (request.upload.size > (settings.zendesk.largestUploadBytes ?? largestFile)) return tooLarge();
  const token = query.get('token') ?? randomBytes(12).toString('base64url');
  const waiting = waitingUpload(site, token);
  if (query.has('token') && waiting === undefined) return recordNotFound();
  const attachment = store(site, fileName, request);
  const attachments = [...(waiting?.attachments ?? []), attachment];
  const until = site.now().getTime() + tokenMilliseconds;
  site.uploads.set(token, { token, attachments, until: waiting?.until ?? until });
  return json(201, { upload: { token, expires_at: new Date(until).toISOString(), attachment, attachments } });
}

/** An upload whose token is still good. */
export function waitingUpload(site: ZendeskSite, token: string): Upload | undefined {
  const waiting = site.uploads.get(token);
  return waiting !== undefined && waiting.until > site.now().getTime() ? waiting : undefined;
}

/** The status and the words are _assumed_. */
function tooLarge(): Answer {
  return json(413, { error: 'AttachmentTooLarge', description: 'The file is larger than the account allows' });
}

function store(site: ZendeskSite, fileName: string, request: VendorRequest): ZendeskRecord {
  const id = site.newId();
  const secret = randomBytes(12).toString('hex');
  const address = `https://${site.host}/attachments/token/${secret}/?name=${encodeURIComponent(fileName)}`;
  const attachment: ZendeskRecord = {
    url: `https://${site.host}/api/v2/attachments/${id}.json`,
    id,
    file_name: fileName,
    content_url: address,
    mapped_content_url: address,
    content_type: request.headers['content-type'] ?? 'application/octet-stream',
    size: request.upload.size,
    width: null,
    height: null,
    inline: false,
    deleted: false,
    malware_access_override: false,
    malware_scan_result: 'malware_not_found',
    thumbnails: [],
  };
  site.attachments.set(id, attachment);
  site.contents.set(id, request.upload);
  return attachment;
}

/** DELETE /api/v2/uploads/{token}.json: a token whose comment was made is gone. */
export function deleteUpload(site: ZendeskSite, token: string): Answer {
  const waiting = waitingUpload(site, token);
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

/**
 * GET of a `content_url` leads to the file's own host. The address is the secret (uploads "are visible to any authenticated
 * user at the content_url"); that no token is asked for is _assumed_.
 */
export function attachmentContent(site: ZendeskSite, request: VendorRequest): Answer {
  const secret = request.path.split('/')[3] ?? '';
  if (withSecret(site, secret) === undefined) return recordNotFound();
  const location = `https://${filesHost}/attachment/${site.host.split('.')[0]}/${secret}?${request.query}`;
  return { status: 302, headers: { location }, body: '' };
}

/** GET of a file at its own host, which knows nobody: credentials are refused there (_assumed_). */
export function fileContent(siteOf: (host: string) => ZendeskSite, request: VendorRequest): Answer {
  const [, name, secret] = /^\/attachment\/([^/]+)\/(\w+)$/.exec(request.path) ?? [];
  if (request.headers['authorization'] !== undefined) return { status: 400, headers: {}, body: 'Bad Request' };
  const site = name === undefined ? undefined : siteOf(`${name}.zendesk.com`);
  const attachment = site === undefined ? undefined : withSecret(site, secret ?? '');
  const body = attachment === undefined ? undefined : site?.contents.get(attachment.id);
  if (attachment === undefined || body === undefined) return { status: 404, headers: {}, body: 'Not Found' };
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(String(attachment['file_name']))}`;
  const headers = { 'content-type': String(attachment['content_type']), 'content-disposition': disposition };
  return { status: 200, headers, body };
}

function withSecret(site: ZendeskSite, secret: string): ZendeskRecord | undefined {
  const beginning = `https://${site.host}/attachments/token/${secret}/`;
  return [...site.attachments.values()].find(({ content_url: url }) => String(url).startsWith(beginning));
}
