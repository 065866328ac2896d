// The files of bulk jobs in an object store that speaks the S3 protocol, for servers of any number of processes.

import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NoSuchUpload,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Config } from '../config.ts';
import { type BulkFiles, type FileName, fileNotFound, pathOf } from './files.ts';
import type { FileSeal } from './seal.ts';

/**
 * Bytes of one part that is sent, of which two are under way, and of one piece that is read. The store takes 10,000 parts,
 * so a file may have 80 GB.
 */
const pieceBytes = 8 * 1024 * 1024;
const readAttempts = 3;

/**
 * Keeps files as objects `<prefix>/<account>/<job>/<part>`. An object is there when its last part was accepted. Files are read
 * in pieces, each a request of its own, so that nothing is held open while the reader takes its time; a file that is replaced
 * meanwhile is an error. Without keys of its own, the client looks for credentials where the machine has them (environment,
 * files, the roles of instances and containers).
 */
export function objectStoreFiles(store: NonNullable<Config['files']>, seal: FileSeal): BulkFiles {
  const { bucket, endpoint, region, credentials } = store;
  const client = new S3Client({
    region,
    // Other stores than the protocol's own mostly have no host name for each bucket, and no checksums but the signature's.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials && {
      credentials: { accessKeyId: credentials.keyId, secretAccessKey: credentials.secret.reveal() },
    }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
  });
  const keyOf = (path: string) => (store.prefix === '' ? path : `${store.prefix}/${path}`);

  return {
    async write(name, content) {
      const place = pathOf(name);
      let bytes = 0;
      let failure: unknown;
      async function* counted() {
        try {
          for await (const chunk of content) {
            bytes += chunk.length;
            yield chunk;
          }
        } catch (error) {
          failure = error;
          throw error;
        }
      }
      const body = Readable.from(seal.seal(counted(), place), { objectMode: false });
      try {
        await new Upload({
          client,
          params: { Bucket: bucket, Key: keyOf(place), Body: body, ContentType: 'application/octet-stream' },
          partSize: pieceBytes,
          queueSize: 2,
        }).done();
      } catch (error) {
        // A part that was under way fails, too, when the others are given up: the reason counts.
        throw failure ?? error;
      } finally {
        body.destroy();
      }
      return { bytes };
    },
    async *read(name) {
      const place = pathOf(name);
      yield* seal.open(pieces(client, { Bucket: bucket, Key: keyOf(place) }, name), place);
    },
    async remove({ organizationId, jobId }) {
      const Prefix = `${keyOf(pathOf({ organizationId, jobId }))}/`;
      await abortUploads(client, { Bucket: bucket, Prefix });
      await deleteObjects(client, { Bucket: bucket, Prefix });
    },
    close: async () => client.destroy(),
  };
}

async function* pieces(
  client: S3Client,
  place: { Bucket: string; Key: string },
  name: FileName,
): AsyncGenerator<Uint8Array> {
  let tag: string | undefined;
  for (let start = 0, length = 1; start < length; start += pieceBytes) {
    const piece = await readPiece(client, { ...place, IfMatch: tag }, start).catch((error: unknown) => {
      if (error instanceof NoSuchKey) throw fileNotFound(name, error);
      // There is no first byte: what opens it says that it was cut off.
      if (error instanceof Error && error.name === 'InvalidRange' && start === 0) return undefined;
      throw error;
    });
    if (piece === undefined) return;
    [tag, length] = [piece.tag, piece.length];
    yield piece.bytes;
  }
}

interface Piece {
  bytes: Uint8Array;
  tag: string | undefined;
  /** of the whole object */
  length: number;
}

/** The client asks again when the store refuses; an answer that breaks off is asked for again here. */
async function readPiece(
  client: S3Client,
  place: { Bucket: string; Key: string; IfMatch: string | undefined },
  start: number,
): Promise<Piece> {
  for (let attempt = 1; ; attempt++) {
    const answer = await client.send(
      new GetObjectCommand({ ...place, Range: `bytes=${start}-${start + pieceBytes - 1}` }),
    );
    try {
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return { bytes, tag: answer.ETag, length: Number(answer.ContentRange?.split('/')[1] ?? start + bytes.length) };
    } catch (error) {
      if (attempt === readAttempts) throw error;
    }
  }
}

async function deleteObjects(client: S3Client, { Bucket, Prefix }: { Bucket: string; Prefix: string }): Promise<void> {
  for (;;) {
    const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    // What was listed is gone, so the next list begins after it.
    if (IsTruncated !== true || Contents.length === 0) return;
  }
}

/** A process that ended in the middle leaves parts, which the store would keep, and count. */
async function abortUploads(client: S3Client, { Bucket, Prefix }: { Bucket: string; Prefix: string }): Promise<void> {
  for (;;) {
    const { Uploads = [], IsTruncated } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error: unknown) => {
        // Aborted in the meantime, or by a request whose answer was lost.
        if (!(error instanceof NoSuchUpload)) throw error;
      });
    }
    if (IsTruncated !== true || Uploads.length === 0) return;
  }
}
