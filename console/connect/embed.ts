// The script that other people's pages load as /connect.js: it opens the page of Connect in a window or a frame and tells how
// it ended. It stands alone and stays small: no imports but types, and nothing on the page but one global.

import type { ConnectOptions, ConnectOutcome } from './connect.d.ts';

/** Milliseconds between two looks at a window that may have been closed. */
const lookMs = 500;

window.Valence = {
  open(options) {
    const link = new URL(typeof options.session === 'string' ? options.session : options.session.url);
    const address = `${link.origin}${link.pathname}${link.search}`;
    const token = link.hash.slice(1);
    // The page tells nobody but this origin, and only if the organization allows it.
    link.hash = `${token}&${location.origin}`;

    return new Promise<ConnectOutcome>((resolve) => {
      const shown = options.mode === 'frame' ? showFrame(link.href) : showWindow(link.href);
      let isOver = false;
      const end = (outcome: ConnectOutcome) => {
        if (isOver) return;
        isOver = true;
        removeEventListener('message', hear);
        clearInterval(timer);
        shown?.close();
        tell(options, outcome);
        resolve(outcome);
      };
      const hear = ({ origin, source, data }: MessageEvent) => {
        const isOurs = origin === link.origin && source === shown?.window && data?.valence === link.pathname;
        const outcome = isOurs ? readOutcome(data) : undefined;
        if (outcome !== undefined) end(outcome);
      };
      /** Asks the server: a vendor's page may have cut the tie to the window, and then nobody tells. */
      const ask = async () => {
        const response = await fetch(`${address}/status`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token }),
        });
        const body = await response.json();
        const outcome = response.ok ? readOutcome(body) : { status: 'failed' as const, message: String(body.message) };
        if (outcome !== undefined) end(outcome);
      };
      /** A window that seems closed is so when the person is here again; else its vendor has only cut the tie. */
      const look = async () => {
        if (!shown?.isClosed()) return;
        await ask().catch(() => undefined);
        if (document.hasFocus()) end({ status: 'cancelled' });
      };

      addEventListener('message', hear);
      const timer = setInterval(look, lookMs);
      if (shown === undefined)
        end({ status: 'failed', message: 'The browser blocked the window: open it on a click.' });
      else ask().catch(() => end({ status: 'failed', message: `${link.origin} cannot be reached.` }));
    });
  },
};

interface Shown {
  window: Window | null;
  isClosed(): boolean;
  close(): void;
}

function showWindow(url: string): Shown | undefined {
  const left = Math.max(0, screenX + (outerWidth - 520) / 2);
  const top = Math.max(0, screenY + (outerHeight - 720) / 2);
  const opened = open(url, '_blank', `popup,width=520,height=720,left=${left},top=${top}`);
  return opened === null ? undefined : { window: opened, isClosed: () => opened.closed, close: () => opened.close() };
}

/** A frame over the page, as a dialog: what had the focus gets it back. */
function showFrame(url: string): Shown {
  const before = document.activeElement;
  const dialog = document.createElement('dialog');
  const frame = document.createElement('iframe');
  frame.src = url;
  frame.title = 'Connect an account';
  Object.assign(frame.style, { border: '0', width: '100%', height: '100%', display: 'block', colorScheme: 'normal' });
  Object.assign(dialog.style, {
    border: '0',
    padding: '0',
    overflow: 'hidden',
    width: 'min(30rem, 100vw)',
    height: 'min(44rem, 100dvh)',
    maxWidth: 'none',
    maxHeight: 'none',
    borderRadius: '12px',
    background: 'transparent',
  });
  dialog.append(frame);
  document.body.append(dialog);
  dialog.showModal();
  let isClosed = false;
  dialog.addEventListener('close', () => {
    isClosed = true;
  });
  return {
    window: frame.contentWindow,
    isClosed: () => isClosed,
    close() {
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
    },
  };
}

function readOutcome(data: Record<string, unknown>): ConnectOutcome | undefined {
  const { status, instanceId, elementKey, message } = data;
  if (status === 'connected') return { status, instanceId: Number(instanceId), elementKey: String(elementKey) };
  if (status === 'cancelled') return { status };
  // An attempt that failed may be followed by one that does not; it is over when the page says so, or the link's time is.
  if (status === 'expired') return { status: 'failed', message: 'The link has expired.' };
  return status === 'failed' && 'valence' in data ? { status, message: String(message) } : undefined;
}

function tell({ onConnected, onCancelled, onFailed }: ConnectOptions, outcome: ConnectOutcome): void {
  if (outcome.status === 'connected') onConnected?.(outcome);
  else if (outcome.status === 'cancelled') onCancelled?.(outcome);
  else onFailed?.(outcome);
}
