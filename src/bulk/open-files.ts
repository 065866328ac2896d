// Where the files of bulk jobs lie, as the configuration says.

import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Vault } from '../core/vault.ts';
import { diskFiles } from './disk-files.ts';
import type { BulkFiles } from './files.ts';
import { createFileSeal } from './seal.ts';

/**
 * The object store that is configured; without one the folder `bulk` of the data folder, if the database is the server's own
 * and so no other process works with it. Undefined when there is neither: `filesMissing` says what to do.
 */
export async function openFiles(
  config: Pick<Config, 'files' | 'databaseUrl' | 'dataFolder'>,
  vault: Pick<Vault, 'seal' | 'open'>,
): Promise<BulkFiles | undefined> {
  const seal = createFileSeal(vault);
  if (config.files !== undefined) {
    // Read only by servers that use it: the client is half as large as everything else.
    const { objectStoreFiles } = await import('./object-store-files.ts');
    return objectStoreFiles(config.files, seal);
  }
  return config.databaseUrl === undefined ? diskFiles(join(config.dataFolder, 'bulk'), seal) : undefined;
}
