// Types of the script that a server of Valence has at `/connect.js`. Take this file from `/connect.d.ts` of your server.

/** How Connect ended. */
export type ConnectOutcome =
  | { status: 'connected'; instanceId: number; elementKey: string }
  | { status: 'cancelled' }
  | { status: 'failed'; message: string };

/** What Connect is opened with. */
export interface ConnectOptions {
  /** the answer of `POST /connect/sessions`, or its `url` */
  session: string | { url: string };
  /** a window of its own (the default), or a frame over your page; call `open` when the person clicks, or windows are blocked */
  mode?: 'popup' | 'frame';
  onConnected?(outcome: { status: 'connected'; instanceId: number; elementKey: string }): void;
  onCancelled?(outcome: { status: 'cancelled' }): void;
  onFailed?(outcome: { status: 'failed'; message: string }): void;
}

/** The script’s one global. */
export interface ValenceConnect {
  /** Opens Connect. The promise is kept with how it ended, also when it failed; it is never broken. */
  open(options: ConnectOptions): Promise<ConnectOutcome>;
}

declare global {
  const Valence: ValenceConnect;
  interface Window {
    Valence: ValenceConnect;
  }
}
