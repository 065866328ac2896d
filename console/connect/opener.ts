// The page that opened this one, in a window or around this frame: it is told how it ends, at the one origin that the server
// has allowed, and at no other.

import { pagePath } from './server.ts';

const page: Window | null = window.parent === window ? window.opener : window.parent;

/** Whether this page stands in a frame of another one. */
export const isFramed = window.parent !== window;

/** An end of which the opener is told. */
export type Ending =
  | { status: 'connected'; instanceId: number | undefined; elementKey: string | undefined }
  | { status: 'cancelled' }
  | { status: 'failed'; message: string };

/** Tells the opener, if there is one at this origin; gives whether there may be. */
export function tellOpener(origin: string | undefined, ending: Ending): boolean {
  if (origin === undefined || page === null) return false;
  page.postMessage({ valence: pagePath, ...ending }, origin);
  return true;
}
