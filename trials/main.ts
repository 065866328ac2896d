// `npm run trials [-- --count 50] [--only refresh-kill] [--seed 7]`: kills real processes at random moments, many times,
// and checks that every promise held. CI does a few of each (trials.test.ts).

import { parseArgs } from 'node:util';
import { bulkKill } from './bulk-kill.ts';
import { eventsKill } from './events-kill.ts';
import { governor } from './governor.ts';
import { provisioningKill } from './provisioning-kill.ts';
import { refreshKill } from './refresh-kill.ts';

const trials = {
  'bulk-kill': bulkKill,
  'events-kill': eventsKill,
  governor,
  'provisioning-kill': provisioningKill,
  'refresh-kill': refreshKill,
};

const { values } = readArguments();
const count = Number(values.count);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const chosen = Object.entries(trials).filter(([name]) => values.only === undefined || values.only === name);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || chosen.length === 0) explain();

function readArguments() {
  try {
    return parseArgs({
      options: { count: { type: 'string', default: '50' }, only: { type: 'string' }, seed: { type: 'string' } },
    });
  } catch {
    return explain();
  }
}

function explain(): never {
  console.error(`Give --count a whole number, --seed one, too, and --only one of: ${Object.keys(trials).join(', ')}`);
  process.exit(2);
}

const started = performance.now();
const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
for (const [name, trial] of chosen) {
  const begun = performance.now();
  console.log(`${name}: ${count} times, seed ${seed}`);
  try {
    await trial(count, seed, (line) => console.log(`  ${line}`));
    console.log(`${name}: held ${count} times in ${seconds(begun)} s`);
  } catch (error) {
    console.error(`${name}: VIOLATED after ${seconds(begun)} s: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
console.log(
  `${chosen.length} trials, ${count} times each, ${process.exitCode === 1 ? 'VIOLATED' : 'held'}, ${seconds(started)} s`,
);
