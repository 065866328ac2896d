// What the demo says when it is through: where the console is, with a link that signs in, and a first call to paste.

import { createInterface } from 'node:readline';
import type { RunningServer } from '../src/start.ts';
import type { Terminal } from './terminal.ts';

/** What there is to say. */
export interface Ready {
  terminal: Terminal;
  server: RunningServer;
  administratorEmail: string;
  credentialsFile: string;
  sandboxUrl: string;
  /** a call that works as it stands */
  firstCall: string | undefined;
}

/** Prints it, and another sign-in link whenever Enter is pressed; gives back what ends that. */
export async function showReady(ready: Ready): Promise<() => void> {
  const { terminal, server, administratorEmail, credentialsFile, sandboxUrl, firstCall } = ready;
  const link = () => server.signInLink(administratorEmail);
  terminal.title('Ready');
  terminal.line('Open the console; this link signs you in (once, within ten minutes; Enter prints another):\n');
  terminal.command(`  ${await link()}\n`);
  if (firstCall !== undefined) {
    terminal.line('A first call, for the Zendesk account that is connected now:\n');
    terminal.command(`  ${firstCall}\n`);
  }
  terminal.line(`Console            ${server.url}`);
  terminal.line(`API                ${server.url}/elements/api-v2`);
  terminal.line(`API, to try        ${server.url}/docs`);
  terminal.line(`Simulated vendors  ${sandboxUrl}`);
  terminal.line(`Credentials        ${credentialsFile}`);
  terminal.line('\nCtrl-C stops the server and removes what the demo made.');
  return onEnter(async () => terminal.command(`  ${await link()}`));
}

function onEnter(print: () => Promise<void>): () => void {
  if (!process.stdin.isTTY) return () => {};
  const input = createInterface({ input: process.stdin });
  input.on('line', () => void print());
  return () => input.close();
}
