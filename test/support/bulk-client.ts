// Bulk jobs as a caller uses them: begun, waited for, and their files fetched.

import type { ObjectStore } from './object-store.ts';
import { type Answer, type CallOptions, credentials, type Platform } from './platform.ts';
import { until } from './server-process.ts';

/** A caller of bulk jobs with one element token. */
export function createBulkClient(platform: Pick<Platform, 'url' | 'call'>, token: string, hub: string) {
  const authorization = credentials(token);
  const place = (path: string) => `/hubs/${hub}${path.replace(/ /g, '%20')}`;
  const call = (method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
    platform.call(method, place(path), { authorization, ...options });

  const begun = (answer: Answer): { id: string; instanceId: number; status: string } => {
    if (answer.status !== 200) throw new Error(`The job was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    call,
    begin: async (method: string, path: string, options?: CallOptions) => begun(await call(method, path, options)),
    /** Sends a file in a form, with `metaData` before it unless `late`. */
    async send(
      path: string,
      content: string,
      { metaData, type = 'text/csv', name = 'records.csv', late = false, headers = {} }: UploadOptions = {},
    ): Promise<Answer> {
      const form = new FormData();
      if (metaData !== undefined && !late) form.set('metaData', JSON.stringify(metaData));
      form.set('file', new Blob([content], { type }), name);
      if (metaData !== undefined && late) form.set('metaData', JSON.stringify(metaData));
      const response = await fetch(`${platform.url}/elements/api-v2${place(path)}`, {
        method: 'POST',
        headers: { authorization, ...headers },
        body: form,
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    async upload(path: string, content: string, options: UploadOptions = {}) {
      return begun(await this.send(path, content, options));
    },
    /** The status of a job once it has one of these, by default once it has ended. */
    ended: (id: string, statuses = ['COMPLETED', 'CANCELLED', 'ERROR']): Promise<Answer['body']> =>
      until(`bulk job ${id} is ${statuses.join(' or ')}`, async () => {
        const { body } = await call('GET', `/bulk/${id}/status`);
        return statuses.includes(body.status) && body;
      }),
    async file(path: string, accept: string) {
      const response = await fetch(`${platform.url}/elements/api-v2${place(path)}`, {
        headers: { authorization, accept },
      });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        headers: response.headers,
        text: await response.text(),
      };
    },
  };
}

/** How a file is sent. */
interface UploadOptions {
  metaData?: Record<string, unknown>;
  type?: string;
  name?: string;
  late?: boolean;
  headers?: Record<string, string>;
}

/** The settings of a server whose files lie in a store. */
export function storeEnvironment({ url, bucket, region, keyId, secret }: ObjectStore): Record<string, string> {
  return {
    VALENCE_FILES: `s3://${bucket}`,
    VALENCE_FILES_ENDPOINT: url,
    VALENCE_FILES_REGION: region,
    VALENCE_FILES_KEY_ID: keyId,
    VALENCE_FILES_SECRET: secret,
  };
}
