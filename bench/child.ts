// Runs the parts of a measurement as processes of their own, with the Node of the project.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.ts';

const loadProgram = new URL('./load.ts', import.meta.url);
const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

/** A server that runs until it is stopped. */
export interface Served {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a program that prints its address when it listens. */
export async function serve(program: URL, ...programArguments: string[]): Promise<Served> {
  const child = run(program, programArguments);
  const url = await firstLine(child, program);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

/** Sends a load and gives back what came of it. Throws an Error when a call was not answered 200. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const result = JSON.parse(await firstLine(run(loadProgram, [JSON.stringify(order)]), loadProgram)) as LoadResult;
  if (result.failed > 0)
    throw new Error(`${result.failed} of ${result.calls} calls to ${order.url} failed: ${result.failure}`);
  return result;
}

function run(program: URL, programArguments: string[]): ChildProcess {
  return spawn(node, [fileURLToPath(program), ...programArguments], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function firstLine(child: ChildProcess, program: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${program.pathname} ended with ${code} before it printed anything`)),
    );
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve);
  });
}

/** A program that is told something line by line, and answers with lines of JSON. */
export interface Conversation {
  say(message: unknown): void;
  next<Message>(): Promise<Message>;
  stop(): void;
}

/** Starts a program to talk with. */
export function converse(program: URL): Conversation {
  const child = spawn(node, [fileURLToPath(program)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const heard: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) heard.push(line);
    else next(line);
  });
  return {
    say: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    async next<Message>() {
      const line = heard.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      return JSON.parse(line) as Message;
    },
    stop: () => child.kill(),
  };
}
