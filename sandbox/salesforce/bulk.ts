// Bulk API 2.0: which of its resources answers (Bulk API 2.0 Developer Guide).

import type { VendorSettings } from '../settings.ts';
import type { Answer } from '../vendor.ts';
import { type IngestJob, ingestJobsApi } from './bulk-ingest.ts';
import { type QueryJob, queryJobsApi } from './bulk-query.ts';
import type { RestCall } from './call.ts';
import { unknownResource } from './errors.ts';

/** The jobs of one organization, by their ids. */
export interface BulkJobs {
  ingest: Map<string, IngestJob>;
  query: Map<string, QueryJob>;
}

/** An organization without jobs. */
export function noJobs(): BulkJobs {
  return { ingest: new Map(), query: new Map() };
}

/** How long a job takes unless a setting says otherwise (_assumed_). */
const usual = { queueSeconds: 1, recordsPerSecond: 20_000 };

/** Answers what stands below `/jobs`. */
export function bulkApi(call: RestCall, path: string, settings: VendorSettings): Answer {
  const [, kind = '', rest = ''] = /^([^/]*)(?:\/(.*))?$/.exec(path) ?? [];
  const { bulk = {}, largestUploadBytes } = settings;
  const pace = { failAfterRecords: undefined, unsupported: [], ...usual, ...bulk, largestUploadBytes };
  if (kind === 'query') return queryJobsApi(call, rest, call.data.bulk.query, pace);
  if (kind === 'ingest') return ingestJobsApi(call, rest, call.data.bulk.ingest, pace);
  throw unknownResource();
}
