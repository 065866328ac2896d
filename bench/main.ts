// `npm run bench [-- <names…>]` measures all scenarios or the named ones and prints the figures as Markdown. README.md names
// the scenarios and options.

import os from 'node:os';
import { parseArgs } from 'node:util';
import { bulkDownload } from './bulk.ts';
import { bulkFormats } from './bulk-formats.ts';
import { serve } from './child.ts';
import { consolePages } from './console.ts';
import { type Comparison, compareCpu, type Pair, type Side } from './cpu-per-call.ts';
import { elementFiles } from './element-files.ts';
import { largeFiles } from './files.ts';
import { idlePolling } from './idle-polling.ts';
import { largeCatalog } from './large-catalog.ts';
import { mapping } from './mapping.ts';
import { usageOf } from './measure.ts';
import { manyAccounts } from './million.ts';
import { spreadChanges } from './propagation.ts';
import { type Scenario, tableOf } from './scenario.ts';
import { slowVendors } from './slow-vendors.ts';
import { countStatements } from './sql.ts';
import { databaseStart } from './start.ts';
import { type MeasuredValence, startValence } from './valence.ts';
import { webhooks } from './webhooks.ts';

const scenarios: Record<string, Scenario> = {
  start: databaseStart,
  sql: countStatements,
  million: manyAccounts,
  propagation: spreadChanges,
  'slow-vendors': slowVendors,
  files: largeFiles,
  'element-files': elementFiles,
  'large-catalog': largeCatalog,
  webhooks,
  'idle-polling': idlePolling,
  'bulk-formats': bulkFormats,
  mapping,
  bulk: bulkDownload,
  console: consolePages,
};
const names = ['cpu', ...Object.keys(scenarios)];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    'proxy-only': { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const [rounds, scale] = [Number(values.rounds), Number(values.scale)];
const chosen = positionals.length === 0 ? names : positionals;
const unknown = chosen.filter((name) => !names.includes(name));
if (!Number.isInteger(rounds) || rounds < 1 || !(scale > 0 && scale <= 1) || unknown.length > 0) {
  console.error(
    `Give names of: ${names.join(', ')}; --rounds a whole number from 1 on; --scale a number up to 1, more than 0.`,
  );
  process.exit(2);
}

const report = (line: string) => console.error(line);
const upstream = await serve(new URL('./upstream.ts', import.meta.url));
try {
  console.log(`${machine()}; medians of ${rounds}${scale === 1 ? '' : `; scale ${scale}`}\n`);
  if (chosen.includes('cpu')) await measureCpu();
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (!chosen.includes(name)) continue;
    report(name);
    console.log(`${tableOf(await scenario({ upstreamUrl: upstream.url, rounds, scale, report }))}\n`);
  }
} finally {
  await upstream.stop();
}

async function measureCpu(): Promise<void> {
  const proxy = await serve(new URL('./proxy.ts', import.meta.url), upstream.url);
  let valence: MeasuredValence | undefined;
  try {
    valence = values['proxy-only'] ? undefined : await startValence(upstream.url, values.profile);
    const bare = (path: string): Side => ({ pid: proxy.pid, url: proxy.url + path, headers: {} });
    console.log(costTable(await compareCpu(pairs(bare, valence), rounds, report)));
    if (valence !== undefined) {
      const { residentBytes } = usageOf(valence.server.pid);
      console.log(`\nResident memory of Valence afterwards: ${(residentBytes / 1e6).toFixed(0)} MB\n`);
    }
  } finally {
    await valence?.stop();
    await proxy.stop();
  }
}

/** Each side gets an object of its own, by which its figures are kept. */
function pairs(bare: (path: string) => Side, measured: MeasuredValence | undefined): Pair[] {
  const ours = (path: string): Side | undefined =>
    measured && { pid: measured.server.pid, url: measured.urlOf(path), headers: measured.headers };
  const plain = (name: string, path: string): Pair => ({
    name,
    baseline: bare(path),
    measured: ours(path),
    bound: 1.5,
  });
  const hooked = (name: string, path: string, ourPath: string): Pair => ({
    name,
    baseline: bare(path),
    measured: ours(ourPath),
    bound: 2.5,
  });
  const always = [plain('list of 0.5 KB', '/small'), plain('list of 10 KB', '/large')];
  if (measured === undefined) return always;
  return [
    ...always,
    hooked('list of 0.5 KB, one hook', '/small', '/hooked'),
    hooked('list of 10 KB, one hook', '/large', '/hooked-large'),
  ];
}

function machine(): string {
  const cpus = os.cpus();
  const memory = (os.totalmem() / 1024 ** 3).toFixed(0);
  return `${cpus[0]?.model.trim()}, ${cpus.length} cores, ${memory} GB, ${os.type()} ${os.release()}, Node ${process.version}`;
}

function costTable(comparisons: Comparison[]): string {
  const header = ['what', 'proxy CPU/call', 'Valence CPU/call', 'ratio', 'bound', 'p50', 'p99', 'calls/s'];
  const lines = comparisons.map(({ pair, baseline, measured }) => {
    const ratio = measured && measured.cpuMicroseconds / baseline.cpuMicroseconds;
    const shown = measured ?? baseline;
    return [
      pair.name,
      `${baseline.cpuMicroseconds.toFixed(0)} µs`,
      measured === undefined ? '–' : `${measured.cpuMicroseconds.toFixed(0)} µs`,
      ratio === undefined ? '–' : ratio.toFixed(2),
      String(pair.bound),
      `${shown.p50Ms.toFixed(2)} ms`,
      `${shown.p99Ms.toFixed(2)} ms`,
      shown.callsPerSecond.toFixed(0),
    ];
  });
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
