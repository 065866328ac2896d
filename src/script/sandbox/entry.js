// What the host calls inside an isolate: `start` once, then `run`, `deliver` and `check`. One run at a time; the host
// holds the clock and the memory limit.

import { makeCe } from './ce.js';
import { Buffer, base64Bytes, utf8Text } from './codec.js';
import { harden, lockGlobals } from './lock.js';
import { makeAxios, makeHttp, sharedClasses } from './network.js';
import { base64Of, format, makeCrypto, makeRandom, querystring, url, util } from './text-modules.js';

const { parse, stringify } = JSON;
const { apply, ownKeys } = Reflect;
const MakeFunction = Function;

const consoleLines = 200;
const consoleLineLength = 2000;
const messageLength = 2000;
const openTimers = 100;
/** questions to the host in one run: each costs the server's thread a moment */
const mostSteps = 1000;
/** two lines stand before a body in the text of a function made by `Function` */
const linesBefore = 2;

let limits;
let door;
let librarySource;
let clean;
let seededRandom;

const programs = [];
let current;

/**
 * Called once. `seed`: 32 bytes in base64. `givenLimits`: JSON of `{ outputLength, requests }`. `openDoor(run, step,
 * kind, text)` asks the host for something, which answers by `deliver`. `readLibrary(path)` gives the text of a library.
 */
export function start(seed, givenLimits, openDoor, readLibrary) {
  limits = parse(givenLimits);
  door = openDoor;
  librarySource = readLibrary;
  seededRandom = makeRandom(base64Bytes(seed));
  addGlobals();
  clean = lockGlobals();
  harden(util, url, querystring, shared.get('crypto'), ...sharedClasses);
}

/**
 * Runs a program, compiling it first when `source` is given. Answers a letter and what belongs to it: `d` done (console
 * and result), `e` failed, `p` waits for something, `b` another run is not over, `t` the context must be given up.
 */
export function run(program, source, names, legacy, values, ordinal) {
  if (source !== undefined) programs[program] = compile(source, names, legacy);
  if (current !== undefined && !current.over) return 'b';
  if (!clean()) return 't';
  current = new Run(ordinal);
  const { body, fault } = programs[program];
  if (body === undefined) current.fail(fault);
  else {
    try {
      const bound = parse(values);
      bound.unshift(current.done);
      const returned = apply(body, undefined, bound);
      if (legacy) current.done(returned);
    } catch (error) {
      current.fail(error);
    }
  }
  return current.settled ? current.outcome() : 'p';
}

/** Gives a run what the host got for it; `check` follows, when the promises of the script have run. Answers `a`. */
export function deliver(ordinal, step, fault, text) {
  const waiting = current.ordinal === ordinal && !current.over ? current.waiting.get(step) : undefined;
  if (waiting !== undefined) {
    current.waiting.delete(step);
    try {
      waiting(fault, text === undefined ? undefined : parse(text));
    } catch (error) {
      current.fail(error);
    }
  }
  return 'a';
}

/** How a run stands when its promises have run: as `run` answers. `rejection`: of a promise that nothing handled. */
export function check(ordinal, rejection) {
  if (current.ordinal !== ordinal) return 'd\n';
  if (!current.settled && rejection !== undefined) current.fail({ message: rejection });
  if (!current.settled && current.waiting.size > 0) return 'p';
  return current.outcome();
}

/** Ends a run that the host has given up waiting for. */
export function abandon(ordinal) {
  if (current?.ordinal === ordinal) current.over = true;
}

function compile(source, names, legacy) {
  const parameters = names === '' ? ['done'] : ['done', ...names.split(',')];
  try {
    return { body: keepUnchanged(make(parameters, source)), legacy };
  } catch (error) {
    return { fault: error };
  }
}

function make(parameters, source) {
  const named = `\n//# sourceURL=hook`;
  try {
    return new MakeFunction(...parameters, `${source}${named}`);
  } catch (error) {
    // `let response_body = …` beside a parameter of that name: give the body a scope of its own
    if (!/already been declared/.test(error.message)) throw error;
    return new MakeFunction(...parameters, `{${source}\n}${named}`);
  }
}

/** The function of a program outlives the run: scripts reach it by `arguments.callee`. */
function keepUnchanged(body) {
  Object.freeze(body.prototype);
  return Object.freeze(body);
}

class Run {
  over = false;
  settled = false;
  waiting = new Map();
  console = [];
  modules = undefined;
  failure = undefined;
  result = '';
  #steps = 0;
  #requests = 0;

  constructor(ordinal) {
    this.ordinal = ordinal;
    this.done = (value) => {
      if (this.settled) return;
      this.settled = true;
      try {
        const text = stringify(value);
        if (typeof text !== 'string') return;
        if (text.length > limits.outputLength)
          throw new RangeError(`done() was given more than ${limits.outputLength} bytes`);
        this.result = text;
      } catch (error) {
        this.settled = false;
        this.fail(error);
      }
    };
  }

  fail(error) {
    if (this.settled) return;
    this.settled = true;
    this.failure = error;
  }

  outcome() {
    this.over = true;
    this.waiting.clear();
    const lines = this.console.length === 0 ? '' : stringify(this.console);
    if (this.failure !== undefined) return `e${stringify({ ...describe(this.failure), console: this.console })}`;
    return `d${lines}\n${this.result}`;
  }

  ask(kind, text, answer) {
    const step = ++this.#steps;
    if (step > mostSteps) throw new Error(`A script may set at most ${mostSteps} timers`);
    this.waiting.set(step, answer);
    door(this.ordinal, step, kind, text);
    return step;
  }

  send(request, settle) {
    this.#requests++;
    if (this.#requests > limits.requests) throw new Error(`A script may send at most ${limits.requests} requests`);
    const text = stringify(request);
    if (text.length > limits.outputLength)
      throw new RangeError(`A request may have at most ${limits.outputLength} bytes`);
    this.ask('send', text, settle);
  }

  wait(milliseconds, then) {
    if (this.waiting.size >= openTimers) throw new Error(`A script may have at most ${openTimers} timers`);
    return this.ask('wait', String(Number(milliseconds) || 0), then);
  }

  print(...values) {
    if (this.console.length < consoleLines) this.console.push(format(...values).slice(0, consoleLineLength));
  }

  require(name) {
    this.modules ??= new Map();
    if (!this.modules.has(name)) this.modules.set(name, loadModule(this, name));
    return this.modules.get(name);
  }
}

/** Message and line of whatever was thrown; reading them may run code of the script. */
function describe(thrown) {
  try {
    const isError = (typeof thrown === 'object' || typeof thrown === 'function') && thrown !== null;
    const own = isError && thrown.message !== undefined ? thrown.message : thrown;
    const text = typeof own === 'object' && own !== null ? stringify(own) : String(own);
    const name = isError && thrown instanceof Error && thrown.name !== 'Error' ? `${thrown.name}: ` : '';
    const found = isError && typeof thrown.stack === 'string' ? /\bhook:(\d+)/.exec(thrown.stack) : null;
    const line = found === null ? undefined : Number(found[1]) - linesBefore;
    return { message: `${name}${text}`.slice(0, messageLength), line };
  } catch {
    return { message: 'what was thrown has no message' };
  }
}

const shared = new Map();
const allowed = [
  'lodash',
  'lodash/fp',
  'moment',
  'util',
  'axios',
  'http',
  'https',
  'url',
  'querystring',
  'crypto',
  'buffer',
];

function loadModule(run, name) {
  switch (name) {
    // its locales are set by calls, so each run has its own
    case 'moment':
      return evaluate('moment');
    case 'lodash':
    case 'lodash/fp':
      if (!shared.has(name)) {
        const library = name === 'lodash' ? evaluate('lodash') : evaluate('lodash/fp');
        harden(library);
        shared.set(name, library);
      }
      return shared.get(name);
    case 'axios':
      return makeAxios((request, settle) => run.send(request, settle));
    case 'http':
    case 'https':
      return makeHttp((request, settle) => run.send(request, settle), `${name}:`);
    default: {
      const found = { util, url, querystring, buffer: { Buffer }, crypto: shared.get('crypto') };
      if (Object.hasOwn(found, name)) return found[name];
      throw new Error(`Cannot find module '${name}': scripts may require ${allowed.join(', ')}`);
    }
  }
}

const wrappers = new Map();

/**
 * CommonJS, for the libraries only; nothing that a script may have put in the global scope is seen by them. Being strict,
 * their functions do not show themselves as `caller`; the one exception writes to built-ins and expects no error.
 */
function evaluate(path) {
  let wrapper = wrappers.get(path);
  if (wrapper === undefined) {
    const hidden = 'exports,module,require,define,global,self,window,process';
    const mode = path === './fp/_baseConvert' ? '' : "'use strict';";
    wrapper = new MakeFunction(...hidden.split(','), mode + librarySource(path));
    wrappers.set(path, wrapper);
  }
  const module = { exports: {} };
  apply(wrapper, module.exports, [module.exports, module, evaluate]);
  return module.exports;
}

function addGlobals() {
  const print = (...values) => current.print(...values);
  const console = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir']) console[level] = print;
  const ce = makeCe(seededRandom);
  shared.set('crypto', makeCrypto(seededRandom));
  const unknownJava = () => {
    throw new Error('Java classes are not available: write the hook in JavaScript');
  };
  const globals = {
    console,
    print,
    CE: ce,
    Buffer,
    btoa: (text) => Buffer.from(String(text), 'latin1').toString('base64'),
    atob: (text) => Buffer.from(String(text), 'base64').toString('latin1'),
    require: (name) => current.require(String(name)),
    setTimeout: (callback, milliseconds, ...values) => current.wait(milliseconds, () => callback(...values)),
    clearTimeout: (step) => {
      current.waiting.delete(step);
    },
    // what hooks written for the older engine expect
    base64Encode: (text) => base64Of(text),
    base64Decode: (text) => utf8Text(base64Bytes(String(text))),
    getArray(map, key) {
      const value = map?.[key];
      return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
    },
    Java: { from: (list) => list, to: (list) => list, type: unknownJava, extend: unknownJava },
  };
  for (const name of ownKeys(globals)) {
    Object.defineProperty(globalThis, name, { value: globals[name], configurable: true, writable: true });
  }
}
