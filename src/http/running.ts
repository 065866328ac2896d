// What still runs when the server is to stop: handlers are waited for, however their connections fare, and connections
// with a call in flight are closed with its answer.

import type { Server } from './context.ts';

/** What runs in a server. */
export interface Running {
  /** Whether the server is stopping: then a connection is to be closed with its answer. */
  isStopping(): boolean;
  /** Counts a handler until its promise is settled. */
  watch(result: Promise<unknown>): void;
  /** Waits until no handler runs any more, so that what they use may be closed. */
  settled(): Promise<void>;
  /** Counts the handlers of the routes that are added to a server from now on, and learns when it stops. */
  follow(server: Server): void;
}

/** Begins with nothing that runs. */
export function createRunning(): Running {
  // A count, not a set of promises: what a set forgets keeps alive what came after it, and the heap grows old with that.
  let count = 0;
  let stopping = false;
  const waiting: (() => void)[] = [];
  const ended = () => {
    count--;
    if (count === 0) for (const goOn of waiting.splice(0)) goOn();
  };
  const watch = (result: Promise<unknown>) => {
    count++;
    result.then(ended, ended);
  };

  return {
    isStopping: () => stopping,
    watch,
    async settled() {
      if (count > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    follow(server) {
      server.addHook('preClose', async () => {
        stopping = true;
      });
      // Else a connection with a call in flight would stay open after its answer, and the stop would wait for it.
      server.addHook('onSend', (_request, reply, payload, done) => {
        if (stopping) reply.header('Connection', 'close');
        done(null, payload);
      });
      // One that stores a token must not be cut off.
      server.addHook('onRoute', (route) => {
        const { handler } = route;
        route.handler = function tracked(request, reply) {
          const result = handler.call(this, request, reply);
          if (result instanceof Promise) watch(result);
          return result;
        };
      });
    },
  };
}
