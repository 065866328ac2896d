// An object store that speaks the S3 protocol, for tests: strict where clients get it wrong. Written from Amazon's "S3 API
// Reference" and "Signature Version 4"; the packages that play such a store have not been kept for years.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const keyId = 'TESTKEY';
const secret = 'a test/secret+key';
const region = 'test-region-1';
const bucket = 'test-bucket';
/** Every part but the last must have so many bytes ("Amazon S3 multipart upload limits"). */
const leastPartBytes = 5 * 1024 * 1024;
/** Few, so that clients must ask for further pages. */
const pageLength = 3;

/** What goes wrong with the next requests, one after the other; `undefined` for one that does not. */
export type StoreFault = 'slowDown' | 'cutOff' | undefined;

/** A store with one bucket. */
export interface ObjectStore {
  url: string;
  bucket: string;
  region: string;
  keyId: string;
  secret: string;
  /** key → bytes as they are stored */
  objects: Map<string, Buffer>;
  /** the keys of uploads that were begun and neither completed nor aborted */
  openUploads(): string[];
  /** every request that was answered: method, path and query */
  requests: string[];
  faults: StoreFault[];
  close(): Promise<void>;
}

interface Upload {
  id: string;
  key: string;
  parts: Map<number, Buffer>;
}

/** An answer that is not 200. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Starts a store on a free port. */
export async function startObjectStore(): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Upload>();
  const requests: string[] = [];
  const faults: StoreFault[] = [];
  const state: State = { objects, uploads };

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
      response.writeHead(refusal.status, { 'content-type': 'application/xml' });
      response.end(xml('Error', element('Code', refusal.code) + element('Message', refusal.message)));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    requests.push(`${request.method} ${request.url}`);
    const fault = faults.shift();
    if (fault === 'slowDown') throw new Refusal(503, 'SlowDown', 'Please reduce your request rate.');
    checkSignature(request, url, body);
    const { headers = {}, content = '', status = 200 } = perform(state, request, url, body);
    const bytes = Buffer.from(content as string);
    response.writeHead(status, { ...headers, ...(status !== 204 && { 'content-length': bytes.length }) });
    if (fault !== 'cutOff') response.end(bytes);
    else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ bucket, region, keyId, secret, objects, requests, faults },
    openUploads: () => [...uploads.values()].map(({ key }) => key),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface State {
  objects: Map<string, Buffer>;
  uploads: Map<string, Upload>;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  content?: string | Uint8Array;
}

/** "Authenticating Requests (AWS Signature Version 4)", with the Authorization header. */
function checkSignature(request: IncomingMessage, url: URL, body: Buffer): void {
  const deny = (message: string) => new Refusal(403, 'SignatureDoesNotMatch', message);
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (parts === null) throw new Refusal(403, 'AccessDenied', 'The request is not signed');
  const [, id = '', date = '', signedRegion = '', names = '', signature = ''] = parts;
  if (id !== keyId) throw new Refusal(403, 'InvalidAccessKeyId', 'There is no such key');
  if (signedRegion !== region) throw new Refusal(400, 'AuthorizationHeaderMalformed', `The region is ${region}`);

  const header = (name: string) => String(request.headers[name] ?? '');
  const time = header('x-amz-date');
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 15 * 60_000) || !time.startsWith(date)) {
    throw new Refusal(403, 'RequestTimeTooSkewed', `The request is of ${time}`);
  }
  const signed = names.split(';');
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.includes(name),
  );
  if (unsigned.length > 0) throw new Refusal(403, 'AccessDenied', `These headers must be signed: ${unsigned}`);
  if (header('x-amz-content-sha256') !== sha256(body)) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch', 'The body is not the one that was signed');
  }

  const query = [...url.searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const canonical = [
    request.method,
    url.pathname,
    query,
    ...signed.map((name) => `${name}:${header(name).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, `${date}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const signingKey = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (key, text) => createHmac('sha256', key).update(text).digest(),
    `AWS4${secret}`,
  );
  const expected = createHmac('sha256', signingKey).update(toSign).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw deny('The signature is wrong');
}

function perform({ objects, uploads }: State, request: IncomingMessage, url: URL, body: Buffer): Answer {
  const [, asked, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  if (asked !== bucket) throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
  const key = rest.join('/');
  const query = Object.fromEntries(url.searchParams);
  const operation = `${request.method} ${key === '' ? 'bucket' : 'object'} ${Object.keys(query)
    .filter((name) => name !== 'x-id')
    .sort()
    .join(' ')}`.trim();
  switch (operation) {
    case 'PUT object':
      objects.set(key, body);
      return { headers: { etag: tagOf(body) } };
    case 'GET object':
      return getObject(objects.get(key), request);
    case 'DELETE object':
      objects.delete(key);
      return { status: 204 };
    case 'GET bucket list-type prefix':
      return listObjects(objects, query['prefix'] ?? '');
    case 'POST object uploads': {
      const upload = { id: `upload-${Math.random()}`, key, parts: new Map() };
      uploads.set(upload.id, upload);
      return { content: xml('InitiateMultipartUploadResult', element('Key', key) + element('UploadId', upload.id)) };
    }
    case 'PUT object partNumber uploadId': {
      const number = Number(query['partNumber']);
      if (!(number >= 1 && number <= 10_000)) throw new Refusal(400, 'InvalidArgument', 'Part numbers are 1 to 10000');
      uploadOf(uploads, key, query).parts.set(number, body);
      return { headers: { etag: tagOf(body) } };
    }
    case 'POST object uploadId': {
      const upload = uploadOf(uploads, key, query);
      const whole = completed(upload, body.toString());
      objects.set(key, whole);
      uploads.delete(upload.id);
      return { content: xml('CompleteMultipartUploadResult', element('ETag', tagOf(whole))) };
    }
    case 'DELETE object uploadId':
      uploads.delete(uploadOf(uploads, key, query).id);
      return { status: 204 };
    case 'GET bucket prefix uploads':
      return listUploads(uploads, query['prefix'] ?? '');
    default:
      throw new Refusal(501, 'NotImplemented', `This store does not know: ${operation}`);
  }
}

function getObject(bytes: Buffer | undefined, request: IncomingMessage): Answer {
  if (bytes === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  const etag = tagOf(bytes);
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== etag) throw new Refusal(412, 'PreconditionFailed', 'It is another one now');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) return { headers: { etag }, content: bytes };
  if (Number(from) >= bytes.length) throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
  const content = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + content.length - 1}/${bytes.length}`;
  return { status: 206, headers: { etag, 'content-range': range }, content };
}

function listObjects(objects: Map<string, Buffer>, prefix: string): Answer {
  const found = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const shown = found.slice(0, pageLength).map((key) => element('Contents', element('Key', key)));
  const truncated = element('IsTruncated', String(found.length > pageLength));
  return { content: xml('ListBucketResult', truncated + shown.join('')) };
}

function listUploads(uploads: Map<string, Upload>, prefix: string): Answer {
  const found = [...uploads.values()].filter(({ key }) => key.startsWith(prefix));
  const shown = found
    .slice(0, pageLength)
    .map(({ key, id }) => element('Upload', element('Key', key) + element('UploadId', id)));
  const truncated = element('IsTruncated', String(found.length > pageLength));
  return { content: xml('ListMultipartUploadsResult', truncated + shown.join('')) };
}

function uploadOf(uploads: Map<string, Upload>, key: string, query: Record<string, string>): Upload {
  const upload = uploads.get(query['uploadId'] ?? '');
  if (upload === undefined || upload.key !== key) throw new Refusal(404, 'NoSuchUpload', 'There is no such upload');
  return upload;
}

function completed({ parts }: Upload, body: string): Buffer {
  const listed = [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
    tag: /<ETag>(.*?)<\/ETag>/.exec(part)?.[1]?.replaceAll('&quot;', '"'),
  }));
  if (listed.length === 0) throw new Refusal(400, 'MalformedXML', 'No parts are listed');
  return Buffer.concat(
    listed.map(({ number, tag }, at) => {
      const bytes = parts.get(number);
      if (bytes === undefined || tagOf(bytes) !== tag)
        throw new Refusal(400, 'InvalidPart', `Part ${number} is another`);
      if (at > 0 && number <= (listed[at - 1]?.number ?? 0)) throw new Refusal(400, 'InvalidPartOrder', 'Out of order');
      if (at < listed.length - 1 && bytes.length < leastPartBytes) {
        throw new Refusal(400, 'EntityTooSmall', `Part ${number} is too small`);
      }
      return bytes;
    }),
  );
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function tagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function element(name: string, content: string): string {
  return `<${name}>${name === 'Key' || name === 'Message' ? escaped(content) : content}</${name}>`;
}

function xml(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
