// Valence as it is measured: the real program in a process of its own, with its embedded database and one connected account.

import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { credentials, embeddedEnvironment } from '../test/support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../test/support/server-process.ts';

/** A running Valence. */
export interface MeasuredValence {
  server: ServerProcess;
  /** the address of a path of the bench element */
  urlOf(path: string): string;
  /** what a caller of the connected account sends */
  headers: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts Valence with the element of this folder, and connects one account at the upstream over HTTP. With a profile folder
 * it leaves a .cpuprofile there when it stops, which costs CPU itself.
 */
export async function startValence(upstreamUrl: string, profileFolder: string | undefined): Promise<MeasuredValence> {
  const dataFolder = await makeDataFolder();
  const server = await startServerProcess({
    ...embeddedEnvironment({ dataFolder, routes: {} }),
    VALENCE_EGRESS: 'any',
    ...(profileFolder !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` }),
    VALENCE_ELEMENTS: fileURLToPath(new URL('elements', import.meta.url)),
  });
  const stop = async () => {
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
  const created = await server.call('POST', '/instances', {
    body: {
      element: { key: 'bench' },
      name: 'bench',
      configuration: { 'base.url': upstreamUrl, 'api.key': 'bench-key' },
    },
  });
  if (created.status !== 200) {
    await stop();
    throw new Error(`The bench account cannot be connected: ${created.status} ${created.body?.message}`);
  }
  return {
    server,
    urlOf: (path) => `${server.url}/elements/api-v2/hubs/general${path}`,
    headers: { authorization: credentials(created.body.token) },
    stop,
  };
}
