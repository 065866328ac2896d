// Vendors forbid that their pages are framed, so a frame opens a window for the way to the vendor. That window begins at our
// own page, which is handed the ticket by its opener: a ticket in an address could be given to somebody else's browser.

import { pagePath, readConsent } from './server.ts';

const askMark = '?consent';
const windowMark = `valence-consent ${pagePath}`;

/** The window of a person at the vendor. */
export interface ConsentWindow {
  /** Lets it go to the vendor. */
  go(ticket: string): void;
  isClosed(): boolean;
  close(): void;
}

/** Opens the window; call it on a click. Undefined when the browser blocks it. */
export function openConsentWindow(): ConsentWindow | undefined {
  const opened = window.open(pagePath + askMark, '_blank', 'popup,width=520,height=720');
  if (opened === null) return undefined;
  let ticket: string | undefined;
  let isReady = false;
  const hand = () => {
    if (!isReady || ticket === undefined) return;
    opened.postMessage({ ticket }, location.origin);
    removeEventListener('message', hear);
  };
  const hear = ({ origin, source, data }: MessageEvent) => {
    if (origin !== location.origin || source !== opened || data?.ready !== pagePath) return;
    isReady = true;
    hand();
  };
  addEventListener('message', hear);
  return {
    go(given) {
      ticket = given;
      hand();
    },
    isClosed: () => opened.closed,
    close() {
      removeEventListener('message', hear);
      opened.close();
    },
  };
}

/** Whether this window is the one that a frame opened for the way to the vendor, also when it has come back. */
export function isConsentWindow(): boolean {
  return location.search === askMark || read() !== null;
}

/**
 * In that window: waits for the ticket and goes to the vendor, or closes when it has come back. Gives a text for the person
 * when neither can be done.
 */
export async function runConsentWindow(): Promise<string> {
  if (location.search !== askMark) {
    window.close();
    return 'You can close this window.';
  }
  if (window.opener === null) return 'Please begin on the page where you connect your account.';
  const ticket = await waitForTicket(window.opener);
  const { url } = await readConsent(ticket);
  try {
    sessionStorage.setItem(windowMark, '1');
  } catch {
    // Without it this window says that it can be closed, instead of closing.
  }
  location.replace(url);
  return 'Taking you there…';
}

function waitForTicket(opener: Window): Promise<string> {
  return new Promise((resolve) => {
    addEventListener('message', ({ origin, source, data }: MessageEvent) => {
      if (origin === location.origin && source === opener && typeof data?.ticket === 'string') resolve(data.ticket);
    });
    opener.postMessage({ ready: pagePath }, location.origin);
  });
}

function read(): string | null {
  try {
    return sessionStorage.getItem(windowMark);
  } catch {
    return null;
  }
}
