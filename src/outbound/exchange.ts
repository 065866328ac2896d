// One request and its answer on a connection. It speaks to undici's dispatcher directly: calls come through here.

import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Problem } from '../core/errors.ts';
import type { HttpReply, HttpRequest, HttpStream } from '../core/http.ts';
import { NotSent } from './retry.ts';
import { noteStreamed } from './stream-memory.ts';

/** Bounds of one exchange. */
export interface ExchangeOptions {
  /** milliseconds that the whole call may take; while a stream flows, up or down, the longest silence in it */
  timeoutMs: number;
  /** milliseconds of these that are left */
  leftMs: number;
  /** ends the exchange at any time, also while the body flows */
  signal: AbortSignal | undefined;
  /** decides by the headers whether the body is given as a stream; else it is read whole */
  streams(head: { status: number; headers: Record<string, string> }): boolean;
  /** most bytes of an answer that is read whole */
  answerBytes: number;
}

/** Sends a request and gives its answer: when all of it is there or, if it is streamed, its headers. */
export function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  target: URL,
  options: ExchangeOptions,
): Promise<HttpReply | HttpStream> {
  return new Promise((resolve, reject) => {
    new Exchange(request, options, resolve, reject).start(dispatcher, target);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  private readonly request: HttpRequest;
  private readonly options: ExchangeOptions;
  private readonly resolve: (answer: HttpReply | HttpStream) => void;
  private readonly reject: (problem: Problem) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failed: Problem | undefined;
  private head = { status: 0, headers: {} as Record<string, string> };
  private stream: AnswerBody | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(
    request: HttpRequest,
    options: ExchangeOptions,
    resolve: (answer: HttpReply | HttpStream) => void,
    reject: (problem: Problem) => void,
  ) {
    this.request = request;
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
  }

  start(dispatcher: Dispatcher, target: URL): void {
    const { request, options } = this;
    const { signal } = options;
    if (signal?.aborted) {
      this.onAbort();
      return;
    }
    signal?.addEventListener('abort', this.onAbort);
    this.timer = setTimeout(this.onTimeout, options.leftMs);
    try {
      dispatcher.dispatch(
        {
          origin: target.origin,
          path: target.pathname + target.search,
          method: request.method as Dispatcher.HttpMethod,
          headers: request.headers,
          body: request.body ?? null,
          headersTimeout: 0,
          bodyTimeout: options.timeoutMs,
        },
        this,
      );
    } catch (error) {
      this.fail(this.problemOf(error));
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.failed !== undefined) {
      controller.abort(this.failed);
    } else if (this.controller !== undefined) {
      // A second start would be a second delivery; retries are decided in one place only.
      controller.abort(new Error('the connection was lost'));
    } else {
      this.controller = controller;
    }
  }

  onBodySent(chunk: Uint8Array | string): void {
    if (!(this.request.body instanceof Readable)) return;
    this.timer?.refresh();
    noteStreamed(chunk.length);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, received: ReceivedHeaders): void {
    if (status < 200) return;
    this.head = { status, headers: plainHeaders(received) };
    if (!this.options.streams(this.head)) return;
    clearTimeout(this.timer);
    this.stream = new AnswerBody(controller, () => this.release());
    this.resolve({ ...this.head, body: this.stream });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.stream !== undefined) {
      noteStreamed(chunk.length);
      if (!this.stream.push(chunk)) controller.pause();
      return;
    }
    const { answerBytes } = this.options;
    this.size += chunk.length;
    if (this.size <= answerBytes) this.chunks.push(chunk);
    else this.fail(new Problem('vendorFailed', `The answer of ${this.host} is larger than ${answerBytes} bytes.`));
  }

  onResponseEnd(): void {
    if (this.stream !== undefined) {
      this.stream.complete();
      return;
    }
    this.release();
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks, this.size);
    this.resolve({ ...this.head, body });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.fail(this.problemOf(error));
  }

  /** Ends the exchange with a failure, once. */
  private fail(problem: Problem): void {
    if (this.failed !== undefined) return;
    this.failed = problem;
    this.release();
    this.controller?.abort(problem);
    if (this.request.body instanceof Readable) this.request.body.destroy();
    if (this.stream === undefined) this.reject(problem);
    else this.stream.destroy(problem);
  }

  /** Nothing more will come: lets go of the timer and of the caller's signal. */
  private release(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onTimeout = () => {
    const message = `${this.host} did not answer within ${this.options.timeoutMs / 1000} s.`;
    this.fail(new Problem('vendorTimeout', message, this.certainty()));
  };

  private readonly onAbort = () => {
    this.fail(new Problem('vendorUnreachable', `The caller gave up the call to ${this.host}.`, this.certainty()));
  };

  private get host(): string {
    return new URL(this.request.url).host;
  }

  /** Until a request is started on a connection, not a byte of it has left. */
  private certainty(cause?: unknown): { cause?: unknown } {
    if (this.controller === undefined) return { cause: new NotSent(errorText(cause)) };
    return cause === undefined ? {} : { cause };
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const { body } = this.request;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (body instanceof Readable && error !== null && body.errored === error) {
      return new Problem('badRequest', `The request body broke off: ${errorText(error)}.`, { cause: error });
    }
    if (code === 'UND_ERR_BODY_TIMEOUT') {
      const message = `${this.host} sent nothing more of its answer for ${this.options.timeoutMs / 1000} s.`;
      return new Problem('vendorTimeout', message, { cause: error });
    }
    if (
      code === 'UND_ERR_INVALID_ARG' ||
      code === 'UND_ERR_NOT_SUPPORTED' ||
      code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'
    ) {
      const message = `The request to ${this.host} cannot be sent: ${errorText(error)}.`;
      return new Problem('badRequest', message, this.certainty(error));
    }
    const what =
      this.controller === undefined ? `${this.host} cannot be reached` : `The connection to ${this.host} broke`;
    return new Problem('vendorUnreachable', `${what}: ${errorText(error)}.`, this.certainty(error));
  }
}

/** The body of an answer: the connection is read as fast as this is, and given up when this is destroyed early. */
class AnswerBody extends Readable {
  private readonly controller: Dispatcher.DispatchController;
  private readonly onClosed: () => void;
  private isComplete = false;

  constructor(controller: Dispatcher.DispatchController, onClosed: () => void) {
    super();
    this.controller = controller;
    this.onClosed = onClosed;
    // A failure before anyone reads must not end the process; who reads later is still given it.
    this.on('error', () => undefined);
  }

  complete(): void {
    this.isComplete = true;
    this.push(null);
  }

  override _read(): void {
    this.controller.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.onClosed();
    if (!this.isComplete) this.controller.abort(error ?? new Error('the answer is not wanted'));
    callback(error);
  }
}

function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join(', ');
  if (error === undefined) return 'it was not begun';
  return error instanceof Error ? error.message || error.name : String(error);
}

type ReceivedHeaders = Record<string, string | string[] | undefined>;

function plainHeaders(headers: ReceivedHeaders): Record<string, string> {
  const plain: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) plain[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return plain;
}
