// `npm run replay -- <folder or files>`: loads element documents as they are, calls each of their resources in several ways,
// and says where what a recording vendor got is not what the definition says.

import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startServer } from '../src/start.ts';
import { readDocuments } from './element-document.ts';
import { startRecorder } from './recorder.ts';
import { type ElementReport, replayElement } from './replay-element.ts';

const paths = process.argv.slice(2);
if (paths.length === 0) {
  console.error('Give folders or files of element documents: npm run replay -- elements');
  process.exit(2);
}
const documents = await readDocuments(paths);

const folder = await mkdtemp(join(tmpdir(), 'valence-replay-'));
// As root, PostgreSQL runs as another user, who must be able to pass through.
await chmod(folder, 0o711);
const recorder = await startRecorder();
const environment = { VALENCE_PORT: '0', VALENCE_DATA: folder, VALENCE_ROUTES: JSON.stringify(recorder.routes) };
const server = await startServer(environment, pino({ level: 'silent' }));
const administrator = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8')) as Record<string, string>;
const authorization = `User ${administrator['userSecret']}, Organization ${administrator['organizationSecret']}`;

const reports: ElementReport[] = [];
try {
  for (const document of documents) {
    const report = await replayElement({ url: server.url, authorization }, recorder, document);
    reports.push(report);
    printNotes(report);
  }
} finally {
  await server.stop();
  await recorder.close();
  await rm(folder, { recursive: true, force: true });
}
printTable(reports);
const failed = reports.some(({ refused, resources }) => {
  return refused !== undefined || resources.some(({ outcome }) => outcome === 'different');
});
process.exitCode = failed || reports.length === 0 ? 1 : 0;

function printNotes({ key, refused, resources }: ElementReport): void {
  if (refused !== undefined) console.log(`${key}: ${refused}`);
  for (const { name, outcome, notes } of resources) {
    if (notes.length === 0) continue;
    console.log(`${key} ${name}: ${outcome}`);
    for (const note of notes) console.log(`    ${note}`);
  }
}

function printTable(reports: ElementReport[]): void {
  const head = ['element', 'callable', 'equal', 'in part', 'different', 'lifecycle', 'ran equal', 'idle', 'calls'];
  const rows = reports.map(({ key, resources }) => {
    const count = (kind: string, ...outcomes: string[]) =>
      resources.filter((one) => one.kind === kind && (outcomes.length === 0 || outcomes.includes(one.outcome))).length;
    return [
      key,
      count('callable'),
      count('callable', 'equal'),
      count('callable', 'part'),
      resources.filter(({ outcome }) => outcome === 'different').length,
      count('lifecycle'),
      count('lifecycle', 'equal', 'part'),
      count('lifecycle', 'idle'),
      resources.reduce((sum, { calls }) => sum + calls, 0),
    ];
  });
  const total = head.map((_, column) =>
    column === 0 ? 'in all' : rows.reduce((sum, row) => sum + Number(row[column]), 0),
  );
  for (const row of [head, ...rows, total]) {
    console.log(
      row.map((cell, column) => (column === 0 ? String(cell).padEnd(22) : String(cell).padStart(10))).join(''),
    );
  }
}
