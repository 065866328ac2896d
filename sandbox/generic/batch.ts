// OData's batches (OData 3 and 4, "Batch Processing"): several requests in one multipart body; each that writes is answered as
// done, with what it wrote.

import { parseJson } from '../../src/core/http.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import { normalPath } from './address.ts';

/** Whether a request is a batch. */
export function isBatch({ method, path, headers }: VendorRequest): boolean {
  return (
    method === 'POST' &&
    normalPath(path).endsWith('/$batch') &&
    /^multipart\/mixed/i.test(headers['content-type'] ?? '')
  );
}

/** Answers a batch. */
export function answerBatch({ body }: VendorRequest): Answer {
  const inner = [...body.matchAll(/^(GET|POST|PUT|PATCH|MERGE|DELETE) \S.*?$([\s\S]*?)(?=^--|$(?![\s\S]))/gm)];
  const parts = inner.map(([, method = '', rest = '']) => {
    const start = rest.indexOf('{');
    const value = start < 0 ? undefined : parseJson(rest.slice(start, rest.lastIndexOf('}') + 1));
    const status = method === 'POST' ? '201 Created' : '200 OK';
    const text = JSON.stringify(value ?? {});
    return `--batch\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 ${status}\r\nContent-Type: application/json\r\n\r\n${text}\r\n`;
  });
  const headers = { 'content-type': 'multipart/mixed; boundary=batch' };
  return { status: 202, headers, body: `${parts.join('')}--batch--\r\n` };
}
