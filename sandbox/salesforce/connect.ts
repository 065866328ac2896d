// Salesforce's Connect REST API, as far as files need it: which path goes where.

import type { Answer } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { filesApi } from './connect-files.ts';
import { foldersApi } from './connect-folders.ts';
import { recordTopics } from './connect-topics.ts';
import { unknownResource } from './errors.ts';

/** Answers what stands below `/connect/`. */
export function connectApi(call: RestCall, path: string): Answer {
  const [, kind, rest = ''] = /^(files|folders|records)\/(.+)$/.exec(path) ?? [];
  switch (kind) {
    case 'files':
      return filesApi(call, rest);
    case 'folders':
      return foldersApi(call, rest);
    case 'records': {
      const [, recordId] = /^([^/]+)\/topics$/.exec(rest) ?? [];
      if (recordId !== undefined) return recordTopics(call, recordId);
    }
  }
  throw unknownResource();
}
