// One isolate with one context, serving one account: what is run in it, when it waits for something, and when it broke.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ivm from 'isolated-vm';

/** Limits of one isolate and of one run in it. */
export interface IsolateLimits {
  memoryMb: number;
  /** characters of a result and of one request's body */
  outputBytes: number;
  /** requests that one run may send */
  requests: number;
}

/** A program: a hook's text with the names that are bound in it. */
export interface Program {
  source: string;
  names: string;
  legacy: boolean;
}

/** What a run asks the host for; `send` carries a request as JSON, `wait` a number of milliseconds. */
export interface Question {
  ordinal: number;
  step: number;
  kind: string;
  text: string;
}

const folder = new URL('./sandbox/', import.meta.url);
const modules = ['entry', 'ce', 'codec', 'country-codes', 'digest', 'lock', 'network', 'text-modules'].map((name) => ({
  specifier: `./${name}.js`,
  code: readFileSync(new URL(`${name}.js`, folder), 'utf8'),
  cachedData: undefined as ivm.ExternalCopy<ArrayBuffer> | undefined,
}));

const { resolve } = createRequire(import.meta.url);
const libraryPaths: Record<string, string> = {
  lodash: 'lodash',
  moment: 'moment',
  'lodash/fp': 'lodash/fp.js',
  './lodash.min': 'lodash',
  './fp/_baseConvert': 'lodash/fp/_baseConvert.js',
  './_mapping': 'lodash/fp/_mapping.js',
  './placeholder': 'lodash/fp/placeholder.js',
};
const libraries = new Map<string, string>();

/** The text of a library that scripts may require; read when first asked for. */
function library(name: string): string {
  const path = Object.hasOwn(libraryPaths, name) ? libraryPaths[name] : undefined;
  if (path === undefined) throw new Error(`No library ${name}`);
  let text = libraries.get(path);
  if (text === undefined) {
    text = readFileSync(resolve(path), 'utf8');
    libraries.set(path, text);
  }
  return text;
}

type Entry<Arguments extends unknown[], Answer> = ivm.Reference<(...values: Arguments) => Answer>;

/** An isolate ready to run programs. What it was asked to do, it does in the order in which it was asked. */
export class Isolate {
  readonly #isolate: ivm.Isolate;
  readonly #run: Entry<unknown[], string>;
  readonly #check: Entry<unknown[], string>;
  readonly #deliver: Entry<unknown[], string>;
  readonly #abandon: Entry<unknown[], undefined>;
  readonly #programs = new Map<string, Map<string, number>>();
  #programCount = 0;

  private constructor(isolate: ivm.Isolate, namespace: ivm.Reference<Record<string, unknown>>) {
    const entry = (name: string) => namespace.getSync(name, { reference: true }) as never;
    this.#isolate = isolate;
    this.#run = entry('run');
    this.#check = entry('check');
    this.#deliver = entry('deliver');
    this.#abandon = entry('abandon');
  }

  /** Makes one, in some milliseconds. `ask` hears what runs ask for; `onCatastrophe`, that V8 lost control of it. */
  static async open(
    limits: IsolateLimits,
    ask: (question: Question) => void,
    onCatastrophe: (message: string) => void,
  ): Promise<Isolate> {
    const isolate = new ivm.Isolate({ memoryLimit: limits.memoryMb, onCatastrophicError: onCatastrophe });
    try {
      return new Isolate(isolate, await fill(isolate, limits, ask));
    } catch (error) {
      if (!isolate.isDisposed) isolate.dispose();
      throw error;
    }
  }

  /** How many programs it holds compiled. */
  get programCount(): number {
    return this.#programCount;
  }

  get broken(): boolean {
    return this.#isolate.isDisposed;
  }

  /** Runs a program with values (a JSON array in the order of its names); answers as `run` of `sandbox/entry.js`. */
  run(program: Program, values: string, ordinal: number): Promise<string> {
    const { source, names, legacy } = program;
    let known = this.#programs.get(source);
    if (known === undefined) {
      known = new Map();
      this.#programs.set(source, known);
    }
    const key = legacy ? `legacy ${names}` : names;
    const id = known.get(key);
    if (id !== undefined) return this.#run.apply(undefined, [id, undefined, undefined, legacy, values, ordinal]);
    known.set(key, this.#programCount);
    return this.#run.apply(undefined, [this.#programCount++, source, names, legacy, values, ordinal]);
  }

  /** How a run stands when its promises have run; `rejection` is the message of one that nothing handled. */
  check(ordinal: number, rejection?: string): Promise<string> {
    return this.#check.apply(undefined, [ordinal, rejection]);
  }

  /** Gives a run what it asked for, as JSON, or why it cannot have it; answers `a`. */
  deliver(ordinal: number, step: number, fault: string | undefined, text: string | undefined): Promise<string> {
    return this.#deliver.apply(undefined, [ordinal, step, fault, text]);
  }

  /** Lets a run be over that nobody waits for any more. */
  abandon(ordinal: number): void {
    this.#abandon.applyIgnored(undefined, [ordinal]);
  }

  /** Where a text that does not compile is wrong, as `line`; undefined when it compiles. */
  async syntaxFault(source: string): Promise<number | undefined> {
    try {
      const script = await this.#isolate.compileScript(`(function () {\n${source}\n})`, { filename: 'hook' });
      script.release();
      return undefined;
    } catch (error) {
      const line = /\[hook:(\d+):/.exec(error instanceof Error ? error.message : '')?.[1];
      return line === undefined ? undefined : Number(line) - 1;
    }
  }

  /** Ends everything in it at once. What waits on it is rejected. */
  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }
}

/** Loads the sandbox into an isolate; what its entry module exports is called from here. */
async function fill(
  isolate: ivm.Isolate,
  limits: IsolateLimits,
  ask: (question: Question) => void,
): Promise<ivm.Reference<Record<string, unknown>>> {
  const context = await isolate.createContext();
  const compiled = new Map<string, ivm.Module>();
  for (const module of modules) {
    const options = module.cachedData === undefined ? { produceCachedData: true } : { cachedData: module.cachedData };
    const result = await isolate.compileModule(module.code, { filename: module.specifier, ...options });
    module.cachedData ??= (result as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
    compiled.set(module.specifier, result);
  }
  const found = (specifier: string) => {
    const module = compiled.get(specifier);
    if (module === undefined) throw new Error(`The sandbox has no module ${specifier}`);
    return module;
  };
  const entry = found('./entry.js');
  await entry.instantiate(context, found);
  await entry.evaluate();
  const start: Entry<unknown[], undefined> = await entry.namespace.get('start', { reference: true });
  const door = (ordinal: number, step: number, kind: string, text: string) => ask({ ordinal, step, kind, text });
  await start.apply(undefined, [
    randomBytes(32).toString('base64'),
    JSON.stringify({ outputLength: limits.outputBytes, requests: limits.requests }),
    new ivm.Callback(door, { ignored: true }),
    new ivm.Callback(library),
  ]);
  return entry.namespace;
}
