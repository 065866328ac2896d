import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../core/secret.ts';
import { createRingKey, createVault } from '../core/vault.ts';
import { diskFiles } from './disk-files.ts';
import { noDownload, runDownload } from './download.ts';
import { type DownloadState, outputPart, writtenBy } from './plan.ts';
import { createFileSeal } from './seal.ts';
import type { Download, DownloadRequest } from './strategy.ts';

test('a process that stood still writes nothing over what another one has written since', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'valence-download-'));
  const files = diskFiles(folder, createFileSeal(createVault(new Secret(createRingKey()))));
  const request = { limit: undefined } as DownloadRequest;
  const never = new AbortController().signal;
  const run = (claim: number, partBytes: number, strategy: Download, note: (state: DownloadState) => Promise<void>) =>
    runDownload(
      { files, limits: { bulkPartBytes: partBytes, bulkPartMs: 60_000 } },
      {
        organizationId: 1,
        jobId: 7,
        request,
        strategy,
        state: writtenBy(noDownload, claim),
        note,
        stop: { winding: never, signal: never },
      },
    );
  const pages = (after: () => Promise<void>): Download =>
    async function* () {
      for (let id = 1; id <= 4; id++) {
        if (id === 3) await after();
        yield { records: [{ id }], after: id, total: undefined };
      }
    };
  const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
  const still = run(
    1,
    1000,
    pages(() => awake),
    async () => {
      throw new Error('the claim is lost');
    },
  );
  // Parts of the other process end elsewhere.
  const state = await run(
    2,
    1,
    pages(async () => undefined),
    async () => undefined,
  );
  wake();
  await expect(still).rejects.toThrow('the claim is lost');

  let text = '';
  for (let part = 0; part < state.parts; part++) {
    for await (const bytes of files.read({ organizationId: 1, jobId: '7', part: outputPart(state, part) })) {
      text += Buffer.from(bytes).toString();
    }
  }
  expect(text).toBe('{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n');
  await rm(folder, { recursive: true });
});

test('parts keep the name under which they were written, whoever goes on', () => {
  const first = writtenBy(noDownload, 1);
  const second = writtenBy({ ...first, parts: 2 }, 3);
  const third = writtenBy(second, 4);
  expect([0, 1, 2].map((part) => outputPart(third, part))).toEqual([
    'output-000000-1',
    'output-000001-1',
    'output-000002-4',
  ]);
});
