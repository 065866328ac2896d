// What happened in one call, step by step, for people to read. Secrets are masked, and long things are cut.

import type { Clock } from '../core/clock.ts';
import { createMasking, mask } from './mask.ts';

/** One step of a call. */
export interface TraceStep {
  /** such as `vendor request` */
  step: string;
  /** milliseconds since the call began */
  atMs: number;
  /** plain data: what was sent, got or decided */
  detail: unknown;
}

/** Collects the steps of one call. */
export interface Trace {
  /** Adds a step; `detail` is only asked for when somebody wants to read it, and may give any value. Never throws. */
  add(step: string, detail: () => unknown): void;
  /** Names further secrets to be masked, those that came with the call; asked for as `add` asks. Never throws. */
  hide(secrets: () => Iterable<string>): void;
  /** The steps with every secret masked; undefined when nobody wants to read them. */
  steps(): TraceStep[] | undefined;
}

/** The trace of a call that nobody wants to read. */
export const noTrace: Trace = { add: () => undefined, hide: () => undefined, steps: () => undefined };

/** Characters of one detail, of all together, and how many steps there are at most. */
const detailLength = 16 * 1024;
const traceLength = 256 * 1024;
const mostSteps = 1000;
/** So far behind a cut a secret is still seen that begins before it. */
const lookahead = 16 * 1024;
const deepest = 16;
const cut = '[cut]';

/** Members that are masked whatever their value: they hold a secret even when the platform does not know it yet. */
const secretName =
  /^(proxy-)?authorization$|^(set-)?cookie$|passw(or)?d|secret|(access|refresh|id|auth|session|bearer|security)[-_.]?token|^token$|api[-_.]?key|private[-_.]?key/i;

/**
 * Makes a trace that begins now. `secrets` gives the secrets known at that time; it is asked at every step and at the
 * end, so that those which a refresh replaces or brings are masked everywhere, in every form (see mask.ts).
 */
export function createTrace(secrets: () => Iterable<string>, clock: Clock): Trace {
  const began = clock();
  const known = new Set<string>();
  const sources = [secrets];
  const captured: { step: string; atMs: number; detail: unknown }[] = [];
  let room = traceLength;

  const learn = () => {
    for (const source of sources) for (const secret of source()) known.add(secret);
  };

  return {
    add(step, detail) {
      if (captured.length >= mostSteps) return;
      const atMs = clock() - began;
      const capture = createCapture(Math.min(detailLength, room));
      let shown: unknown;
      try {
        learn();
        shown = capture.take(detail());
      } catch (error) {
        shown = capture.take(`This step cannot be shown: ${String(error)}`);
      }
      room -= capture.taken();
      captured.push({ step, atMs, detail: shown });
    },
    hide: (more) => void sources.push(more),
    steps() {
      learn();
      const masked = createMasking(known);
      return captured.map(({ step, atMs, detail }) => ({ step: masked(step), atMs, detail: release(detail, masked) }));
    },
  };
}

/** A text that was longer: of `text` only the first `shown` characters may be given out. */
class Shortened {
  readonly text: string;
  readonly shown: number;

  constructor(text: string, shown: number) {
    this.text = text.slice(0, shown + lookahead);
    this.shown = shown;
  }
}

/** Copies values, because the call goes on changing them, as plain data of a limited length. */
function createCapture(length: number) {
  let room = length;

  const takeText = (text: string): string | Shortened => {
    const allowed = Math.max(0, room);
    room -= Math.min(text.length, allowed);
    return text.length <= allowed ? text : new Shortened(text, allowed);
  };

  const take = (value: unknown, depth = 0): unknown => {
    if (typeof value === 'string') return takeText(value);
    if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'bigint') return takeText(String(value));
    if (typeof value !== 'object') return `[${typeof value}]`;
    if (value instanceof Error) return takeText(`${value.name}: ${value.message}`);
    if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
    if ('toJSON' in value && typeof value.toJSON === 'function') return take(value.toJSON(), depth + 1);
    if (depth >= deepest) return cut;
    if (Array.isArray(value)) return takeItems(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return `[${value.constructor?.name ?? 'object'}]`;
    return takeMembers(value, depth);
  };

  const takeItems = (items: readonly unknown[], depth: number): unknown[] => {
    const taken: unknown[] = [];
    for (const item of items) {
      if (room <= 0) return [...taken, cut];
      room -= 4;
      taken.push(take(item, depth + 1));
    }
    return taken;
  };

  const takeMembers = (value: object, depth: number): Members => {
    const members: [name: string | Shortened, value: unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (room <= 0) return new Members([...members, [cut, cut]]);
      room -= 4;
      members.push([takeText(name), secretName.test(name) ? hide(name, member) : take(member, depth + 1)]);
    }
    return new Members(members);
  };

  return { take: (value: unknown) => take(value), taken: () => length - Math.max(0, room) };
}

/** The members of an object, their names not yet masked. */
class Members {
  readonly list: readonly [name: string | Shortened, value: unknown][];

  constructor(list: readonly [name: string | Shortened, value: unknown][]) {
    this.list = list;
  }
}

/** What is shown of a member that holds a secret: of credentials in a header the scheme, else nothing. */
function hide(name: string, value: unknown): unknown {
  if (value === null || value === undefined || value === '') return value ?? null;
  const scheme = /authorization$/i.test(name)
    ? /^(Basic|Bearer|Digest|OAuth|Token)(?= )/i.exec(String(value))?.[0]
    : undefined;
  return scheme === undefined ? mask : `${scheme} ${mask}`;
}

/** Gives out what was captured, masked. */
function release(value: unknown, masked: (text: string, limit?: number) => string): unknown {
  if (typeof value === 'string') return masked(value);
  if (typeof value === 'number') return masked(String(value)) === String(value) ? value : mask;
  if (value instanceof Shortened) return masked(value.text, value.shown) + cut;
  if (Array.isArray(value)) return value.map((item) => release(item, masked));
  if (!(value instanceof Members)) return value;
  const released: Record<string, unknown> = Object.create(null);
  for (const [name, member] of value.list) released[String(release(name, masked))] = release(member, masked);
  return released;
}
