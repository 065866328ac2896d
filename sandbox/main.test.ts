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

test('plays the vendors of element documents, and says how accounts are connected', async () => {
  const element = join(import.meta.dirname, '..', 'elements', 'desk');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--element', element, '--port', '0'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const unknown = once(child.stderr, 'data');
  let printed = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes('kim@example.com')) break;
  }
  expect(printed).toContain('Element desk (Desk.com), played by its document');
  expect(printed).toContain('It asks for credentials (oauth1).');
  const url = /^Sandbox: (\S+)/.exec(printed)?.[1] ?? '';
  expect((await fetch(`${url}/acme.desk.com/api/v2/nothing`)).status).toBe(404);
  expect(String(await unknown)).toContain('has no operation GET https://acme.desk.com/api/v2/nothing');
});

test('refuses what is no document', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--element', 'not-there.json'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [[said], [status]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
  expect(status).toBe(2);
  expect(String(said)).toContain('not-there.json is not there: give a file or a folder');
});
