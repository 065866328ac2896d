// How long the embedded database takes to start: anew, and where it was before.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDatabase } from '../src/store/embedded.ts';
import { quantile, type Scenario } from './scenario.ts';

const boundMs = 1000;

/** Each round makes one in a new folder, stops it, and starts it again. */
export const databaseStart: Scenario = async ({ rounds, report }) => {
  const [anew, again]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    const dataFolder = await mkdtemp(join(tmpdir(), 'bench-start-'));
    let folder = '';
    for (const took of [anew, again]) {
      const began = performance.now();
      const database = await startEmbeddedDatabase({ dataFolder, notice: () => undefined });
      took.push(performance.now() - began);
      await database.stop();
      folder = database.folder;
    }
    // as root, the database lies elsewhere
    for (const made of [dataFolder, folder]) await rm(made, { recursive: true, force: true });
    report(`start, round ${round}: ${anew.at(-1)?.toFixed(0)} ms anew, ${again.at(-1)?.toFixed(0)} ms again`);
  }
  const seen = (took: number[]) => `${quantile(took, 0.5).toFixed(0)} ms, longest ${Math.max(...took).toFixed(0)} ms`;
  return [
    { what: 'the embedded database is made and started', asked: '–', seen: seen(anew), holds: true },
    {
      what: 'it starts again',
      asked: `within ${boundMs / 1000} s`,
      seen: seen(again),
      holds: quantile(again, 0.5) < boundMs,
    },
  ];
};
