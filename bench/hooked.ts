// A server with its embedded database and the element of the measurements of events, and its vendor and customer outside.

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { embeddedEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';
import { type Conversation, converse } from './child.ts';

/** What the measurements of events run on. */
export interface Hooked {
  server: ServerProcess;
  /** the vendor and the customer, one process (webhook-load.ts) */
  outside: Conversation;
  /** where it listens */
  url: string;
  /** Connects an account; gives the instance's id. Throws an Error when it is refused. */
  connect(name: string, configuration: Record<string, unknown>): Promise<number>;
  stop(): Promise<void>;
}

/** Starts both. */
export async function startHooked(): Promise<Hooked> {
  const dataFolder = await makeDataFolder();
  const server = await startServerProcess({
    ...embeddedEnvironment({ dataFolder, routes: {} }),
    VALENCE_EGRESS: 'any',
    VALENCE_ELEMENTS: fileURLToPath(new URL('elements', import.meta.url)),
  });
  const outside = converse(new URL('./webhook-load.ts', import.meta.url));
  const { url } = await outside.next<{ url: string }>();
  return {
    server,
    outside,
    url,
    async connect(name, configuration) {
      const { status, body } = await server.call('POST', '/instances', {
        body: {
          element: { key: 'hooked' },
          name,
          configuration: { 'base.url': url, 'event.notification.enabled': true, ...configuration },
        },
      });
      if (status !== 200) throw new Error(`An instance was refused: ${body?.message}`);
      return body.id;
    },
    async stop() {
      outside.stop();
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
