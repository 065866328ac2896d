// The words of an element call: what a caller asks for, for whom, and what it is answered.

import type { Readable } from 'node:stream';
import type { Account } from '../auth/schemes.ts';
import type { CallBody } from '../core/body.ts';
import type { VendorTokens } from '../store/tokens.ts';
import type { Trace } from './trace.ts';

/** A call to a path of an element, as it came. */
export interface ElementCall {
  requestId: string;
  /** in capitals */
  method: string;
  /** below the hub, such as `/incidents/12`; not decoded */
  path: string;
  query: Readonly<Record<string, string | string[]>>;
  /** names in lower case */
  headers: Readonly<Record<string, string>>;
  body: CallBody;
  /** aborted when the caller has gone */
  signal: AbortSignal | undefined;
  trace: Trace;
  /** background: yields to interactive calls where the vendor limits their rate, and may wait longer. Default interactive */
  priority?: 'interactive' | 'background';
  /**
   * what the vendor took of the call's time, added up while it runs, and how many milliseconds of it were spent waiting for
   * a turn inside the vendor's rate limit
   */
  vendor: { milliseconds: number; calls: number; waitedMs?: number };
}

/** What is told to the caller. Header names in lower case. */
export interface ElementAnswer {
  headers: Record<string, string>;
  /** undefined for an answer without a body */
  value: unknown;
  /** a download, streamed through; `value` is then undefined */
  stream: Readable | undefined;
}

/** An account and the tokens that its calls are signed with. */
export interface SigningAccount {
  account: Account;
  tokens: VendorTokens | undefined;
}

/** The settings of an account that a template or a hook may ask for, secrets and tokens among them. */
export interface Configuration {
  /** The value of a setting, its own placeholders filled; undefined when there is none. */
  find(key: string): string | undefined;
  /** Every setting, as hooks see them. */
  all(): Record<string, string | null>;
}
