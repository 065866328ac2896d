// Runs the hooks of elements, in processes of their own that can be replaced.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { Problem } from '../core/errors.ts';
import { type LineWriter, onLines, writeLines } from './lines.ts';
import type { Failure, ScriptLimits } from './pool.ts';

/** One run of a hook. */
export interface ScriptCall {
  /** the account: never shares an isolate with another */
  owner: string;
  source: string;
  /** written for the older engine: its return value counts as given to `done` */
  legacy: boolean;
  /** every variable that a hook of its kind may name, as JSON data; a missing one is null. Only those named are read */
  variables: Record<string, unknown>;
  /** ends the wait with its reason */
  signal?: AbortSignal | undefined;
}

export interface ScriptOutcome {
  /** what was given to `done`, as JSON data (with keys of any name, `__proto__` too); undefined when it was nothing */
  result: unknown;
  /** what the script printed, at most 200 lines */
  console: string[];
}

export interface ScriptRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

export interface ScriptReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface ScriptDependencies {
  limits: ScriptLimits;
  /** the guarded way out: the only thing outside that a script reaches. What it throws, the script sees as an error */
  send(request: ScriptRequest, signal: AbortSignal): Promise<ScriptReply>;
}

export interface Scripts {
  /**
   * Runs a script until it calls `done`, or ends without and waits for nothing. Throws Problem `scriptFailed` (what it
   * threw, with its line; a limit passed), `overloaded` (no isolate became free in time) and the signal's reason.
   * docs/hooks.md is the contract with authors.
   */
  run(call: ScriptCall): Promise<ScriptOutcome>;
  /** Ends the processes, and every run with them. */
  close(): Promise<void>;
}

/** programs that a process learns before it is replaced */
const mostPrograms = 5000;
/** milliseconds in which a process that lost a thread may end its other runs */
const drainMs = 5000;
/** milliseconds that a process may be late with an answer */
const lateMs = 5000;
/** processes that may end under a run that sent nothing yet, before the run is given up */
const mostAttempts = 2;

interface Run {
  readonly id: number;
  readonly call: ScriptCall;
  readonly names: string;
  readonly values: string;
  readonly finish: (outcome: ScriptOutcome | { error: unknown }) => void;
  startedAt: number;
  attempts: number;
  /** there as soon as the script sends its first request */
  sending: AbortController | undefined;
}

/** A process for scripts, and what it was told. */
interface Host {
  readonly child: ChildProcess;
  readonly say: LineWriter;
  readonly runs: Map<number, Run>;
  readonly programs: Map<string, Map<string, number>>;
  programCount: number;
}

const processFile = fileURLToPath(new URL('./process.ts', import.meta.url));

/** Starts no process before the first call. */
export function createScripts({ limits, send }: ScriptDependencies): Scripts {
  /** `quarantine` serves accounts that a thread was lost to, so that they end no others' runs when it happens again */
  const hosts: Record<'ordinary' | 'quarantine', Host | undefined> = { ordinary: undefined, quarantine: undefined };
  const quarantined = new LRUCache<string, true>({ max: 1000, ttl: 3600_000 });
  const all = new Set<Host>();
  let ids = 0;
  let watching: NodeJS.Timeout | undefined;
  let closed = false;

  async function run(call: ScriptCall): Promise<ScriptOutcome> {
    call.signal?.throwIfAborted();
    if (closed) throw stopping();
    const names = namesUsed(call.source, call.variables);
    const values = JSON.stringify(names.map((name) => call.variables[name]));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const host = hostOf(started);
        host?.say(`cancel\t${started.id}`);
        end(started, { error: call.signal?.reason });
      };
      const started: Run = {
        id: ++ids,
        call,
        names: names.join(','),
        values,
        finish(outcome) {
          call.signal?.removeEventListener('abort', onAbort);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome);
        },
        startedAt: 0,
        attempts: 0,
        sending: undefined,
      };
      call.signal?.addEventListener('abort', onAbort);
      begin(started);
    });
  }

  function begin(begun: Run): void {
    const kind = quarantined.has(begun.call.owner) ? 'quarantine' : 'ordinary';
    let host = hosts[kind];
    if (host === undefined || host.programCount >= mostPrograms) {
      if (host !== undefined) retire(host);
      host = open();
      hosts[kind] = host;
    }
    begun.startedAt = performance.now();
    host.runs.set(begun.id, begun);
    host.say(`run\t${begun.id}\t${JSON.stringify(begun.call.owner)}\t${program(host, begun)}\t${begun.values}`);
    watching ??= setInterval(watch, 1000);
  }

  /** The number of a program in a process, which learns each once. */
  function program(host: Host, { call: { source, legacy }, names }: Run): number {
    let known = host.programs.get(source);
    if (known === undefined) {
      known = new Map();
      host.programs.set(source, known);
    }
    const key = legacy ? `legacy ${names}` : names;
    let number = known.get(key);
    if (number === undefined) {
      number = ++host.programCount;
      known.set(key, number);
      host.say(`program\t${number}\t${JSON.stringify({ source, names, legacy })}`);
    }
    return number;
  }

  function open(): Host {
    // nothing of the environment: there are secrets in it
    const child = spawn(process.execPath, ['--no-node-snapshot', processFile, JSON.stringify(limits)], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: { TZ: 'UTC' },
    });
    const socket = child.stdio[3] as Duplex;
    const host: Host = { child, say: writeLines(socket), runs: new Map(), programs: new Map(), programCount: 0 };
    all.add(host);
    onLines(socket, (kind, fields) => {
      try {
        hear(host, kind, fields);
      } catch {
        // a process that says what it never should is not to be trusted with anything more
        child.kill('SIGKILL');
      }
    });
    socket.on('error', () => child.kill('SIGKILL'));
    child.on('error', () => gone(host));
    child.on('exit', () => gone(host));
    child.unref();
    (socket as Duplex & { unref(): void }).unref();
    return host;
  }

  function hear(host: Host, kind: string, [first = '', second = '', third = '']: string[]): void {
    if (kind === 'lost') {
      if (first !== '') quarantined.set(JSON.parse(first), true);
      retire(host);
      return;
    }
    const about = host.runs.get(Number(first));
    if (about === undefined) return;
    switch (kind) {
      case 'done':
        end(about, {
          result: third === '' ? undefined : JSON.parse(third),
          console: second === '' ? [] : JSON.parse(second),
        });
        break;
      case 'failed':
        end(about, { error: failure(second as Failure, JSON.parse(third)) });
        break;
      case 'asked':
        ask(host, about, Number(second), JSON.parse(third));
        break;
      default:
        throw new Error(`Line of unknown kind ${kind}`);
    }
  }

  async function ask(host: Host, asking: Run, step: number, request: ScriptRequest): Promise<void> {
    asking.sending ??= new AbortController();
    const answer = `answer\t${asking.id}\t${step}\t`;
    try {
      const { status, headers, body } = await send(request, asking.sending.signal);
      if (body.length > limits.scriptOutputBytes) {
        throw new Error(`The answer has more than ${limits.scriptOutputBytes} bytes: ask for less at once`);
      }
      host.say(`${answer}\t${JSON.stringify({ status, headers, body })}`);
    } catch (error) {
      host.say(`${answer}${JSON.stringify(error instanceof Error ? error.message : String(error))}\t`);
    }
  }

  function hostOf(run: Run): Host | undefined {
    for (const host of all) if (host.runs.has(run.id)) return host;
    return undefined;
  }

  function end(ended: Run, outcome: ScriptOutcome | { error: unknown }): void {
    const host = hostOf(ended);
    host?.runs.delete(ended.id);
    ended.sending?.abort();
    ended.finish(outcome);
    if (host !== undefined && isRetired(host) && host.runs.size === 0) host.child.kill('SIGKILL');
  }

  const isRetired = (host: Host) => hosts.ordinary !== host && hosts.quarantine !== host;

  /** Gives a process no new runs; it ends with the last that it has, or soon. */
  function retire(host: Host): void {
    if (hosts.ordinary === host) hosts.ordinary = undefined;
    if (hosts.quarantine === host) hosts.quarantine = undefined;
    if (host.runs.size === 0) host.child.kill('SIGKILL');
    else setTimeout(() => host.child.kill('SIGKILL'), drainMs).unref();
  }

  /** A process ended. What it ran begins anew elsewhere, unless that could send a request twice. */
  function gone(host: Host): void {
    if (!all.delete(host)) return;
    retire(host);
    for (const broken of [...host.runs.values()]) {
      host.runs.delete(broken.id);
      broken.attempts++;
      if (!closed && broken.sending === undefined && broken.attempts < mostAttempts) begin(broken);
      else {
        const message = closed ? stopping() : failure('scriptFailed', 'the process for scripts ended while it ran');
        end(broken, { error: message });
      }
    }
  }

  /** A process that answers nothing is replaced, whatever its reason. */
  function watch(): void {
    const latest = performance.now() - limits.scriptWallMs - limits.scriptMs - lateMs;
    let busy = false;
    for (const host of all) {
      if (host.runs.size > 0) busy = true;
      for (const { startedAt } of host.runs.values()) if (startedAt < latest) host.child.kill('SIGKILL');
    }
    if (busy) return;
    clearInterval(watching);
    watching = undefined;
  }

  async function close(): Promise<void> {
    closed = true;
    clearInterval(watching);
    const ends = [...all].map(({ child }) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.ref();
      child.kill('SIGKILL');
      return ended;
    });
    await Promise.all(ends);
  }

  return { run, close };
}

function failure(code: Failure, message: string): Problem {
  if (code === 'overloaded') return new Problem(code, message, { retryAfterSeconds: 5 });
  return new Problem(code, `Script execution failed with message: ${message}`);
}

function stopping(): Problem {
  return new Problem('overloaded', 'The server is stopping: try again at once', { retryAfterSeconds: 1 });
}

const identifiers = new LRUCache<string, Set<string> | 'any'>({ max: 5000 });

/** The variables that a script can name: those whose name stands in its text, or all when it could make names up. */
function namesUsed(source: string, variables: Record<string, unknown>): string[] {
  let found = identifiers.get(source);
  if (found === undefined) {
    const madeUp = /\b(?:eval|arguments)\b|\\u/.test(source);
    found = madeUp ? 'any' : new Set(source.match(/[A-Za-z_$][\w$]*/g));
    identifiers.set(source, found);
  }
  const used: string[] = [];
  for (const name of Object.keys(variables)) {
    if (!(found === 'any' ? /^[A-Za-z_$][\w$]*$/.test(name) : found.has(name))) continue;
    if (name === 'done') throw new Error("A script's variable cannot be named done");
    used.push(name);
  }
  return used;
}
