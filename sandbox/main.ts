// `npm run sandbox`: starts the simulated vendors and prints what a person needs to log in to them.

import { sandboxAccounts } from './accounts.ts';
import { sandboxApplications } from './applications.ts';
import { startSandbox } from './server.ts';

const sandbox = await startSandbox({
  host: process.env['SANDBOX_HOST'] ?? '127.0.0.1',
  port: Number(process.env['SANDBOX_PORT'] ?? 4010),
});

console.log(`Sandbox: ${sandbox.url} (control API: ${sandbox.url}/_sandbox/)\n`);
console.log(`VALENCE_ROUTES='${JSON.stringify(sandbox.routes)}'\n`);
console.log('Applications (any http or https URL may be the callback, such as http://127.0.0.1:8080/callback):');
for (const [key, { clientId, clientSecret }] of Object.entries(sandboxApplications)) {
  console.log(`  ${key.padEnd(16)} client id ${clientId}, secret ${clientSecret}`);
}
console.log('\nPeople:');
for (const { email, password } of sandboxAccounts) console.log(`  ${email}, password ${password}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => sandbox.close());
