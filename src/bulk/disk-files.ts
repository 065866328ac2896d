// The files of bulk jobs in a folder of this machine, for a server that is one process.

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BulkFiles, fileNotFound, pathOf } from './files.ts';
import type { FileSeal } from './seal.ts';

/**
 * Keeps files under a folder, as `<account>/<job>/<part>`, readable by the server's own user only. A file is written beside
 * its place under a name that no part can have, brought to the disk, and then renamed: after a crash there is the whole
 * file or none.
 */
export function diskFiles(folder: string, seal: FileSeal): BulkFiles {
  return {
    async write(name, content) {
      const place = pathOf(name);
      const path = join(folder, place);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const unfinished = `${path}.${randomUUID()}`;
      try {
        const bytes = await writeDurably(unfinished, seal, place, content);
        await rename(unfinished, path);
        await syncFolder(dirname(path));
        return { bytes };
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    async *read(name) {
      const place = pathOf(name);
      yield* seal.open(readFrom(join(folder, place), name), place);
    },
    async remove({ organizationId, jobId }) {
      await rm(join(folder, pathOf({ organizationId, jobId })), { recursive: true, force: true });
    },
    close: async () => undefined,
  };
}

async function writeDurably(
  path: string,
  seal: FileSeal,
  place: string,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  let bytes = 0;
  async function* counted() {
    for await (const chunk of content) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of seal.seal(counted(), place)) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

/** A rename is on the disk when its folder is; Windows has no way to say so. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function* readFrom(path: string, name: Parameters<BulkFiles['read']>[0]): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw fileNotFound(name, error);
    throw error;
  }
}
