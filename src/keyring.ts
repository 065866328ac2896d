// Where the key ring comes from: the environment, or for the embedded database a file under the data folder.

import { existsSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { Secret } from './core/secret.ts';
import { createRingKey } from './core/vault.ts';
import { writePrivately } from './first-start.ts';

/** The file that holds the key ring of an embedded database. */
function keyringFile(config: Config): string {
  return join(config.dataFolder, 'keys');
}

/** The key ring; one key is made, once, for a new embedded database. */
export function readKeyring(config: Config): Secret {
  if (config.keyring !== undefined) return config.keyring;
  const file = keyringFile(config);
  if (!existsSync(file)) writePrivately(file, `${createRingKey()}\n`);
  return new Secret(readFileSync(file, 'utf8').trim());
}

/** How often a server looks whether its key file has changed, in milliseconds. */
export const keyringCheckMs = 500;

/** Tells when the key file has changed, so that `valence keys rotate` works while the server runs. Ends with `stop`. */
export function watchKeyring(config: Config, changed: (keyring: Secret) => void): { stop(): void } {
  if (config.keyring !== undefined) return { stop: () => undefined };
  const file = keyringFile(config);
  watchFile(file, { interval: keyringCheckMs, persistent: false }, () => {
    if (existsSync(file)) changed(readKeyring(config));
  });
  return { stop: () => unwatchFile(file) };
}

/** Puts a fresh key before the others in the file, so that it seals from now on. */
export function addRingKey(config: Config): Secret {
  const ring = `${createRingKey()},${readKeyring(config).reveal()}`;
  writePrivately(keyringFile(config), `${ring}\n`);
  return new Secret(ring);
}
