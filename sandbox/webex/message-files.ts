// Files of Webex's messages: how they come, and how they are given out (developer.webex.com "REST API Basics", Message
// Attachments and Anti-Malware Scanning).

import { type Part, readParts, textOf as textOfPart } from '../parts.ts';
import { storedBytes } from '../stored.ts';
import { type Answer, mediaType } from '../vendor.ts';
import { bodyOf, isMember, type WebexCall, WebexRefusal } from './call.ts';
import { addContent, type Content, type Room } from './data.ts';

/** A file before it belongs to a message. */
type NewFile = Pick<Content, 'name' | 'type' | 'stored'>;

/** What POST /messages brings: its fields, and the one file that a message may have. */
export function readPosted(call: WebexCall): { body: Record<string, unknown>; file: NewFile | undefined } {
  if (mediaType(call.request) !== 'multipart/form-data') {
    const { files, ...body } = bodyOf(call);
    return { body, file: files === undefined || files === null ? undefined : fileAt(files) };
  }
  const parts = readParts(call.request);
  const uploads = parts.filter(({ fileName }) => fileName !== undefined);
  if (uploads.length > 1) throw tooManyFiles();
  const body = Object.fromEntries(
    parts.filter(({ fileName }) => fileName === undefined).map((part) => [part.name, textOfPart(part)]),
  );
  const [upload] = uploads;
  return { body, file: upload === undefined ? undefined : uploadedFile(upload, call.largestFile) };
}

function tooManyFiles(): WebexRefusal {
  return new WebexRefusal(400, 'Only one file may be included with a message.');
}

function uploadedFile({ name, fileName = '', contentType, stored }: Part, largest: number): NewFile {
  if (name !== 'files') throw new WebexRefusal(400, `The part ${name} is not expected; a file is named files.`);
  if (stored.size > largest) throw new WebexRefusal(413, `The file is larger than ${largest} bytes.`);
  return { name: fileName, type: contentType, stored };
}

/** Webex fetches the file of a public URL; the sandbox fetches nothing and keeps the address in its place. */
function fileAt(files: unknown): NewFile {
  if (Array.isArray(files) && files.length > 1) throw tooManyFiles();
  const [address] = Array.isArray(files) ? files : [];
  if (typeof address !== 'string' || !/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    throw new WebexRefusal(400, 'files must be a list with the public URL of one file.');
  }
  const name = new URL(address).pathname.split('/').at(-1) ?? '';
  return { name: name === '' ? 'file' : name, type: 'text/plain', stored: storedBytes(Buffer.from(address, 'utf8')) };
}

/** Keeps the file of a message in a room. */
export function keepFile(call: WebexCall, room: Room, file: NewFile): Content {
  return addContent(call.data, room, file);
}

/** GET and HEAD /contents/{contentId}: 410 for an infected file, 428 for one that cannot be scanned unless `allow` says so. */
export function readContent(call: WebexCall): Answer {
  const content = call.data.contents.get(call.id);
  if (content === undefined || !isMember(call.data.memberships, content.roomId, call.self.id)) {
    throw new WebexRefusal(404, 'Unable to retrieve content.');
  }
  if (isInfected(content)) throw new WebexRefusal(410, 'The file is infected and is not available.');
  if (isEncryptedArchive(content) && call.query.get('allow') !== 'unscannable') {
    throw new WebexRefusal(428, 'The file cannot be scanned for malware and needs to be force downloaded.');
  }
  const headers = {
    'content-type': content.type,
    'content-disposition': disposition(content.name),
    'content-length': String(content.stored.size),
    'cache-control': 'no-cache',
  };
  return { status: 200, headers, body: call.request.method === 'HEAD' ? '' : content.stored };
}

/** The harmless test file of the anti-virus industry (eicar.org). */
const testVirus = Buffer.from('EICAR-STANDARD-ANTIVIRUS-TEST-FILE', 'ascii');

function isInfected({ stored }: Content): boolean {
  return stored.slice(0, Math.min(stored.size, 128)).indexOf(testVirus, 0) >= 0;
}

/** A ZIP file whose first entry has the flag of encryption (APPNOTE.TXT section 4.3.7). */
function isEncryptedArchive({ stored }: Content): boolean {
  if (stored.size < 8) return false;
  const head = stored.slice(0, 8).bytes();
  return head.readUInt32LE(0) === 0x04034b50 && (head.readUInt16LE(6) & 1) === 1;
}

/** `filename` as an HTTP header can carry it, and the whole name beside it (RFC 6266). */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
