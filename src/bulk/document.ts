// Puts what a download brought into an account of documents, as a file.

import { Readable } from 'node:stream';
import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import type { InstanceAccount } from '../engine/account.ts';
import type { CallElement } from '../engine/call-element.ts';
import { matchResource } from '../engine/match.ts';
import type { BulkJobRecord } from '../store/bulk-jobs.ts';
import { backgroundCall } from './background-call.ts';
import { contentTypes, type Format, fileNameOf } from './formats/formats.ts';
import { mayBeDone, wasNotDone, withPatience } from './patience.ts';
import type { DocumentPlan } from './plan.ts';
import type { BulkResults } from './results.ts';

const filesPath = '/files';

/** Throws a Problem for an element that takes no files at a path. */
export function requireDocuments(definition: Definition): void {
  // A resource for objects of any name is none for files.
  if (matchResource(definition, 'POST', filesPath)?.resource.resource.path.endsWith(filesPath)) return;
  throw new Problem(
    'badRequest',
    `docsHubDetails.instanceId: ${definition.key} takes no files: name an instance of the documents hub.`,
  );
}

/** Where the file of a job comes to lie; in a folder it is named by the object and the job. */
export function documentPath({ path }: DocumentPlan, { id, objectName }: BulkJobRecord, format: Format): string {
  return path.endsWith('/') ? path + fileNameOf(`${objectName}-${id}`, format) : path;
}

interface DocumentParts {
  callElement: CallElement;
  results: Pick<BulkResults, 'records'>;
}

/**
 * Writes the records of a job as a file, streamed. What was certainly not taken is sent again for about ten minutes. Throws a
 * Problem that says how the file failed, and, where it may be there in spite of it, that it is not known.
 */
export async function putDocument(
  { callElement, results }: DocumentParts,
  { account, job, plan, format }: { account: InstanceAccount; job: BulkJobRecord; plan: DocumentPlan; format: Format },
  signal: AbortSignal,
): Promise<void> {
  const path = documentPath(plan, job, format);
  const query = { path, ...(plan.overwrite ? { overwrite: 'true' } : {}) };
  const send = async () => {
    const stream = Readable.from(results.records(job, { format, asText: false }), { objectMode: false });
    const fileName = path.slice(path.lastIndexOf('/') + 1);
    const file = { name: 'file', fileName, contentType: contentTypes[format], stream };
    try {
      const body = { kind: 'multipart' as const, fields: {}, file, rest: noParts() };
      const answer = await callElement(account, backgroundCall('POST', filesPath, query, body, signal));
      answer.stream?.destroy();
    } finally {
      stream.destroy();
    }
  };
  try {
    await withPatience(send, plan.overwrite ? (error) => wasNotDone(error) || mayBeDone(error) : wasNotDone, signal);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, providerMessage } = error;
    const outcome =
      mayBeDone(error) && !plan.overwrite ? 'it is not known whether the file came to' : 'the file could not be put at';
    const message = `The records are here, but ${outcome} ${path}: ${error.message}`;
    throw new Problem(code, message, providerMessage === undefined ? {} : { providerMessage });
  }
}

async function* noParts(): AsyncGenerator<never> {}
