// Brings a file of the server to the browser’s downloads. A plain link could not: the call needs headers.

import { CallError, send } from '../call.ts';
import { offerDownload } from '../components/offer-download.ts';

/** Fetches a file and lets the browser keep it. Throws a CallError when the server refuses it. */
export async function fetchFile(
  path: string,
  { instance, accept }: { instance: number; accept: string },
): Promise<void> {
  const response = await send('GET', path, { instance, headers: { accept } });
  if (!response.ok) {
    const said: unknown = await response.json().catch(() => ({}));
    throw new CallError(response.status, said as { message?: string }, true);
  }
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'records';
  offerDownload(await response.blob(), name);
}
