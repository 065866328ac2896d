// `npm run sandbox` as a process of its own: what it prints, and that a signal stops it whatever is still waiting.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sandboxApplications } from './applications.ts';

test.each(['SIGINT', 'SIGTERM'] as const)('prints what one needs, and %s stops it', async (signal) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SANDBOX_PORT: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let printed = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes('kim@example.com')) break;
  }
  const url = /^Sandbox: (\S+)/.exec(printed)?.[1] ?? '';
  expect(printed).toContain(`VALENCE_ROUTES='{"*.zendesk.com":"${url}/{host}"`);
  for (const { clientId, clientSecret } of Object.values(sandboxApplications)) {
    expect(printed).toContain(`client id ${clientId}, secret ${clientSecret}`);
  }
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ kind: 'slow', delayMs: 600_000 });
  await fetch(`${url}/_sandbox/faults`, { method: 'POST', headers, body });
  const pending = fetch(`${url}/acme.zendesk.com/api/v2/users/me.json`).catch(() => 'cut');
  const waiting = async () => ((await (await fetch(`${url}/_sandbox/faults`)).json()) as unknown[]).length;
  while ((await waiting()) > 0) await new Promise(setImmediate);
  const exited = once(child, 'exit');
  child.kill(signal);
  expect(await exited).toEqual([0, null]);
  await pending;
});
