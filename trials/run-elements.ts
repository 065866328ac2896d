// `npm run run-elements -- <folder or files>`: imports element documents, connects an account of each at the vendor that its
// document describes, and calls every resource. One line for each; those with a fault of their own are told apart.

import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { readElementFile } from '../sandbox/generic/document.ts';
import { startSandbox } from '../sandbox/server.ts';
import { startServer } from '../src/start.ts';
import { knownFaults } from './known-faults.ts';
import { type ElementRun, runElement } from './run-element.ts';

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('Give folders or files of element documents: npm run run-elements -- elements');
  process.exit(2);
}
const files = (await Promise.all(paths.map(documentFiles))).flat();

const documents = files.map(readElementFile);

const folder = await mkdtemp(join(tmpdir(), 'valence-run-'));
// As root, PostgreSQL runs as another user, who must be able to pass through.
await chmod(folder, 0o711);
const counts = { elements: 0, good: 0, explained: 0, failed: 0 };
const started = performance.now();
const sandbox = await startSandbox({ documents });
const environment = { VALENCE_PORT: '0', VALENCE_DATA: folder, VALENCE_ROUTES: JSON.stringify(sandbox.routes) };
const server = await startServer(environment, pino({ level: 'silent' }));
try {
  const { userSecret, organizationSecret } = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'));
  const authorization = `User ${userSecret}, Organization ${organizationSecret}`;
  const targets = { url: server.url, authorization, sandboxUrl: sandbox.url };
  for (const [index, introduction] of sandbox.introductions.entries()) {
    const served = documents[index];
    if (served !== undefined) print(await runElement(targets, served.document, introduction));
  }
} finally {
  await server.stop();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${counts.elements} elements, ${counts.good} resources ok, ${counts.explained} with a known fault of their document, ` +
    `${counts.failed} failed, ${seconds} s`,
);
process.exitCode = counts.failed > 0 || counts.elements === 0 ? 1 : 0;

function print({ key, refused, resources }: ElementRun): void {
  counts.elements += 1;
  if (refused !== undefined) {
    counts.failed += 1;
    console.log(`${key}: FAILED ${refused}`);
  }
  for (const { name, note, isGood } of resources) {
    const fault = knownFaults.find(({ element, resource }) => element === key && resource === name);
    const kind = isGood ? 'good' : fault === undefined ? 'failed' : 'explained';
    counts[kind] += 1;
    const text = { good: note, explained: `known fault: ${fault?.because} (${note})`, failed: `FAILED ${note}` }[kind];
    console.log(`${key} ${name}: ${text}`);
  }
}

/** Documents of a folder: `<key>.json` but not `<key>.docs.json`, and `<key>/element.json`. */
async function documentFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = (await readdir(path, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => name === 'element.json')) return [path];
  const found: string[] = [];
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (entry.isFile() && /(?<!\.docs)\.json$/.test(entry.name) && entry.name !== 'hubs.json') found.push(inner);
    if (entry.isDirectory() && (await readdir(inner)).includes('element.json')) found.push(inner);
  }
  return found;
}
