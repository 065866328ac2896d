// `npm run sandbox [-- --element <file or folder> …] [--port <number>]`: starts the simulated vendors and prints what a person
// needs to connect accounts at them.

import { parseArgs } from 'node:util';
import { sandboxAccounts } from './accounts.ts';
import { sandboxApplications } from './applications.ts';
import { readElementFile } from './generic/document.ts';
import { introduce } from './generic/introduce.ts';
import { startSandbox } from './server.ts';

const { values } = parseArgs({
  options: { element: { type: 'string', multiple: true, default: [] }, port: { type: 'string' } },
});

const sandbox = await startSandbox({
  host: process.env['SANDBOX_HOST'] ?? '127.0.0.1',
  port: Number(values.port ?? process.env['SANDBOX_PORT'] ?? 4010),
  documents: readDocuments(values.element),
  onUnknown: (message) => console.error(message),
});

console.log(`Sandbox: ${sandbox.url} (control API: ${sandbox.url}/_sandbox/)\n`);
console.log(`VALENCE_ROUTES='${JSON.stringify(sandbox.routes)}'\n`);
for (const introduction of sandbox.introductions) console.log(`${introduce(introduction, sandbox.url)}\n`);
console.log('Applications (any http or https URL may be the callback, such as http://127.0.0.1:8080/callback):');
for (const [key, { clientId, clientSecret }] of Object.entries(sandboxApplications)) {
  console.log(`  ${key.padEnd(16)} client id ${clientId}, secret ${clientSecret}`);
}
console.log('\nPeople:');
for (const { email, password } of sandboxAccounts) console.log(`  ${email}, password ${password}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => sandbox.close());

function readDocuments(paths: readonly string[]) {
  try {
    return paths.map(readElementFile);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
