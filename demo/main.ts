// `npm run demo`: starts the server and the sandbox on free ports, walks each of the eight elements through its guide, and
// leaves both running with a link that signs in at the console. With `--once` it ends after the walk.

import { appendFileSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startSandbox } from '../sandbox/server.ts';
import { startServer } from '../src/start.ts';
import { keepApplications } from './applications.ts';
import { guides } from './guides.ts';
import { showReady } from './ready.ts';
import { createTerminal } from './terminal.ts';
import { type Connected, walkGuide } from './walk.ts';

const once = process.argv.includes('--once');
const terminal = createTerminal();

// Whenever Ctrl-C comes, the step at hand is finished and nothing is left behind.
let asked = false;
let walking = true;
let stopListening = () => {};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!asked && !walking) void stop();
    asked = true;
  });
}

const folder = await mkdtemp(join(tmpdir(), 'valence-demo-'));
// As root, PostgreSQL runs as another user, who must be able to pass through.
await chmod(folder, 0o711);
const log = join(folder, 'server.log');
const sandbox = await startSandbox();
terminal.title('Starting');
terminal.line(`Simulated vendors answer at ${sandbox.url}`);
let listening = false;
const server = await startServer(
  {
    VALENCE_PORT: '0',
    VALENCE_DATA: folder,
    VALENCE_ROUTES: JSON.stringify(sandbox.routes),
    VALENCE_ROUTE_BROWSER: 'true',
  },
  pino({}, { write: logLine }),
);
listening = true;
terminal.line(`Valence answers at ${server.url}, its log is ${log}`);
const administrator = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8')) as Record<string, string>;
const authorization = `User ${administrator['userSecret']}, Organization ${administrator['organizationSecret']}`;

const kept = await keepApplications(guides, { terminal, serverUrl: server.url, authorization });

const results: Connected[] = [];
for (const guide of guides) {
  if (asked) break;
  results.push(await walkGuide({ guide, terminal, serverUrl: server.url, sandboxUrl: sandbox.url, authorization }));
}

terminal.title('Connected');
terminal.table(
  ['element', 'instance', 'element token', 'GET /ping'],
  results.map(({ element, instance, token, ping }) => [element, instance, token, ping]),
);
const connected = results.filter((result) => result.ping === '200').length;

if (once || asked) {
  process.exitCode = kept && connected === guides.length ? 0 : 1;
  await stop();
} else {
  const zendesk = results.find(({ element, ping }) => element === 'zendesk' && ping === '200');
  stopListening = await showReady({
    terminal,
    server,
    administratorEmail: administrator['email'] ?? '',
    credentialsFile: join(folder, 'admin.json'),
    sandboxUrl: sandbox.url,
    firstCall:
      zendesk &&
      `curl '${server.url}/elements/api-v2/hubs/helpdesk/incidents?pageSize=2' -H 'Authorization: ${authorization}, Element ${zendesk.token}'`,
  });
  walking = false;
  if (asked) await stop();
}

/** Keeps the server's log in a file, and shows what it says until it listens. */
function logLine(line: string): void {
  appendFileSync(log, line);
  if (!listening) terminal.line((JSON.parse(line) as { msg: string }).msg);
}

async function stop(): Promise<void> {
  stopListening();
  await server.stop();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}
