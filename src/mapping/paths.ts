// Paths of fields, on both sides of a mapping: `a.b`, `a[0].x`, `a[id=4].x`, `a[?(@.f.t==true)].x`, `a[*].x`, `a[*].size()`.
// A path is read once into steps; reading and writing then follow the steps. Only own members count, so that names such
// as `constructor` are names like others. Paths are written by users: what they can cost is bounded here.

/** One step of a path. */
export type Step =
  | { kind: 'key'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'each' }
  /** the first element of a list whose member has this value */
  | { kind: 'where'; member: readonly string[]; value: PathLiteral }
  /** how many elements a list has; always the last step */
  | { kind: 'size' };
export type PathLiteral = string | number | boolean | null;

/** A path and what it was read from. */
export interface Path {
  text: string;
  steps: readonly Step[];
}

/** What is wrong with a path, and where (characters from its beginning, the first is 0). */
export class PathError extends Error {
  readonly position: number;

  constructor(path: string, message: string, position: number) {
    super(`The path ${path} is malformed: ${message} at position ${position}`);
    this.name = 'PathError';
    this.position = position;
  }
}

const maximumLength = 1000;
const maximumSteps = 50;
/** What `[n]` may name: a write of one element makes a list that reaches so far. */
const maximumIndex = 999;

const patterns = {
  key: /[^.[\]]+/y,
  each: /\[\*\]/y,
  index: /\[(\d+)\]/y,
  quoted: /\[(?:'([^']+)'|"([^"]+)")\]/y,
  // Nothing here can be matched in two ways, so that what does not match is known at once; spaces are cut off afterwards.
  filter: /\[\?\(\s*@\.([^=!<>()[\]'"]+)==\s*('[^']*'\s*|"[^"]*"\s*|[^)'"\s][^)'"]*)\)\]/y,
  equality: /\[([^=!<>()[\]'"*?]+)=\s*('[^']*'|"[^"]*"|[^\]'"\s][^\]'"]*)\]/y,
  size: /size\(\)/y,
} as const;

/**
 * Reads a path. Names are joined by dots and may have any characters but `.`, `[` and `]`; a name with those is written
 * `['a.b']`. Throws a PathError.
 */
export function parsePath(text: string): Path {
  const fail = (message: string, position: number): never => {
    throw new PathError(text, message, position);
  };
  if (text.trim() === '') fail('it is empty, name a field', 0);
  if (text.length > maximumLength) fail(`it has more than ${maximumLength} characters`, maximumLength);
  const steps: Step[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  const add = (step: Step, at: number) => {
    if (steps.at(-1)?.kind === 'size') fail('nothing follows size()', at);
    if (steps.length === 0 && step.kind !== 'key') fail("expected a field's name", at);
    if (steps.length >= maximumSteps) fail(`it has more than ${maximumSteps} steps`, at);
    // `a[*].size()` counts the elements of `a`.
    if (step.kind === 'size' && steps.at(-1)?.kind === 'each') steps.pop();
    steps.push(step);
  };
  for (;;) {
    const start = position;
    if (text[position] === '[') {
      add(bracket(take) ?? fail("expected [n], [*], [name=value], [?(@.name==value)] or ['name']", start), start);
    } else {
      if (steps.length > 0) {
        if (text[position] !== '.') fail('expected . or [', position);
        position++;
      }
      const at = position;
      if (take(patterns.size) !== null) add({ kind: 'size' }, at);
      else if (text[position] !== '[') {
        add({ kind: 'key', name: (take(patterns.key) ?? fail("expected a field's name", at))[0] }, at);
      }
    }
    if (position >= text.length) break;
  }
  for (const step of steps) {
    if (step.kind === 'index' && step.index > maximumIndex) fail(`an index is at most ${maximumIndex}`, 0);
  }
  return { text, steps };
}

function bracket(take: (pattern: RegExp) => RegExpExecArray | null): Step | undefined {
  if (take(patterns.each) !== null) return { kind: 'each' };
  const index = take(patterns.index)?.[1];
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  const quoted = take(patterns.quoted);
  if (quoted !== null) return { kind: 'key', name: quoted[1] ?? quoted[2] ?? '' };
  const [, member, value] = take(patterns.filter) ?? take(patterns.equality) ?? [];
  if (member === undefined || value === undefined) return undefined;
  const names = member.trim().split('.');
  return names.includes('') ? undefined : { kind: 'where', member: names, value: literalOf(value.trim()) };
}

function literalOf(written: string): PathLiteral {
  if (/^['"]/.test(written)) return written.slice(1, -1);
  if (written === 'true' || written === 'false') return written === 'true';
  if (written === 'null') return null;
  return String(Number(written)) === written ? Number(written) : written;
}

/** How many lists a path runs through, element by element. */
export function depthOf({ steps }: Path): number {
  return steps.filter((step) => step.kind === 'each').length;
}

/** Whether a path takes single elements out of a list. */
export function hasSelector({ steps }: Path): boolean {
  return steps.some((step) => step.kind === 'index' || step.kind === 'where');
}

/** The lists that a path runs through, element by element, each as a path of its own; the outermost first. */
export function listsOf({ steps }: Path): string[] {
  return steps.flatMap((step, index) => (step.kind === 'each' ? [pathText(steps.slice(0, index))] : []));
}

/** A path up to the first list out of which it takes single elements. */
export function beforeSelector({ steps }: Path): Path {
  const end = steps.findIndex(({ kind }) => kind === 'index' || kind === 'where' || kind === 'size');
  const before = end < 0 ? steps : steps.slice(0, end);
  return { text: pathText(before), steps: before };
}

/** Whether a path begins with all steps of another; every path begins with itself. */
export function beginsWith(path: Path, beginning: Path): boolean {
  return beginning.steps.every((step, index) => sameStep(step, path.steps[index]));
}

/** How many steps two paths have in common at their beginning. */
export function commonSteps({ steps }: Path, other: Path): number {
  const end = steps.findIndex((step, index) => !sameStep(step, other.steps[index]));
  return end < 0 ? steps.length : end;
}

/** Whether something at a path can stand within what stands at a shorter one; one element of a list can be any. */
export function canBeWithin(path: Path, whole: Path): boolean {
  if (path.steps.length <= whole.steps.length) return false;
  return whole.steps.every((step, index) => {
    const other = path.steps[index];
    return step.kind === 'key' || other?.kind === 'key' ? sameStep(step, other) : true;
  });
}

function sameStep(step: Step, other: Step | undefined): boolean {
  if (step.kind === 'key') return other?.kind === 'key' && step.name === other.name;
  if (step.kind === 'index') return other?.kind === 'index' && step.index === other.index;
  if (step.kind !== 'where') return other?.kind === step.kind;
  return other?.kind === 'where' && writeStep(step, false) === writeStep(other, false);
}

/** The text of steps, in one form whatever they were read from. */
export function pathText(steps: readonly Step[]): string {
  return steps.map((step, index) => writeStep(step, index === 0)).join('');
}

function writeStep(step: Step, isFirst: boolean): string {
  switch (step.kind) {
    case 'key':
      if (/[.[\]]|^size\(\)$/.test(step.name))
        return `[${step.name.includes("'") ? `"${step.name}"` : `'${step.name}'`}]`;
      return isFirst ? step.name : `.${step.name}`;
    case 'index':
      return `[${step.index}]`;
    case 'each':
      return '[*]';
    case 'where':
      return `[?(@.${step.member.join('.')}==${typeof step.value === 'string' ? `'${step.value}'` : step.value})]`;
    case 'size':
      return '[*].size()';
  }
}

/** A path as queries name it: without what it says of lists, up to the first element that it takes out of one. */
export function queryName(path: Path): string {
  return beforeSelector(path)
    .steps.flatMap((step) => (step.kind === 'key' ? [step.name] : []))
    .join('.');
}

/** Whether a value has members by name: no list, no text, nothing empty. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value's own member; undefined where it has none. */
export function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Sets an own member, also of a name that means something to the language. */
export function put(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * What a record has at a path: for a path with `[*]`, a list with an entry for each element (nested, for several of them).
 * Undefined where there is nothing, or something of another form.
 */
export function readPath(record: unknown, steps: readonly Step[], from = 0): unknown {
  let value = record;
  for (let at = from; at < steps.length && value !== undefined; at++) {
    const step = steps[at] as Step;
    if (step.kind === 'key') value = member(value, step.name);
    else if (!Array.isArray(value)) return undefined;
    else if (step.kind === 'each') return value.map((element) => readPath(element, steps, at + 1));
    else if (step.kind === 'index') value = value[step.index];
    else if (step.kind === 'where') value = value.find((element) => meets(element, step));
    else value = value.length;
  }
  return value;
}

/** The places of a record that a path reads, each with the numbers of elements; counting a list reads none of it. */
export function placesOf(record: unknown, steps: readonly Step[]): Step[][] {
  let places: { value: unknown; at: Step[] }[] = [{ value: record, at: [] }];
  for (const step of steps) {
    places = places.flatMap(({ value, at }) => {
      if (step.kind === 'key') return [{ value: member(value, step.name), at: [...at, step] }];
      if (!Array.isArray(value) || step.kind === 'size') return [];
      const element = (index: number) => ({ value: value[index], at: [...at, { kind: 'index' as const, index }] });
      if (step.kind === 'each') return value.map((_, index) => element(index));
      return [element(step.kind === 'index' ? step.index : value.findIndex((one) => meets(one, step)))];
    });
  }
  return places.flatMap(({ value, at }) => (value === undefined ? [] : [at]));
}

function meets(element: unknown, { member: names, value }: Step & { kind: 'where' }): boolean {
  let actual: unknown = element;
  for (const name of names) actual = member(actual, name);
  if (actual === null || value === null) return actual === value;
  return typeof actual !== 'object' && actual !== undefined && String(actual) === String(value);
}

/**
 * Brings what was read along `from` lists into the form that is written along `to` lists. More lists than there is place
 * for are joined; for lists that are missing, a list that is a value is taken apart, and any other value stands alone.
 */
export function reshape(read: unknown, from: number, to: number): unknown {
  if (read === undefined || from === to) return read;
  if (from > to) {
    if (to > 1 && Array.isArray(read)) return read.map((element) => reshape(element, from - 1, to - 1));
    const joined = Array.isArray(read) ? read.flat(from - 1) : [read];
    return to === 1 ? joined : joined.filter((element) => element !== undefined);
  }
  const elements: unknown[] = Array.isArray(read) ? read : [read];
  return elements.map((element) => reshape(element, Math.max(0, from - 1), to - 1));
}

/**
 * Writes a value, in the form that `readPath` gives, at a path of a record; objects and lists on the way are made, and
 * existing ones changed: the record must be the caller's own. Undefined writes nothing, but keeps the place of an element.
 */
export function writePath(record: Record<string, unknown>, steps: readonly Step[], value: unknown): void {
  if (value !== undefined) writeStepInto(record, steps, 0, value);
}

type Container = Record<string, unknown> | unknown[];

function writeStepInto(container: Container, steps: readonly Step[], at: number, value: unknown): void {
  const step = steps[at];
  if (step === undefined || step.kind === 'size') return;
  if (step.kind === 'each') {
    if (!Array.isArray(container) || !Array.isArray(value)) return;
    for (const [index, element] of value.entries()) writeElement(container, index, steps, at, element);
    return;
  }
  if (step.kind === 'key') {
    if (Array.isArray(container)) return;
    if (at === steps.length - 1) put(container, step.name, value);
    else {
      const inner = containerFor(member(container, step.name), steps[at + 1]);
      put(container, step.name, inner);
      writeStepInto(inner, steps, at + 1, value);
    }
    return;
  }
  if (!Array.isArray(container)) return;
  if (step.kind === 'index') {
    while (container.length < step.index) container.push(null);
    writeElement(container, step.index, steps, at, value);
    return;
  }
  const found = container.findIndex((element) => meets(element, step));
  if (found < 0) {
    const made: Record<string, unknown> = {};
    writePath(
      made,
      step.member.map((name) => ({ kind: 'key', name })),
      step.value,
    );
    container.push(made);
  }
  writeElement(container, found < 0 ? container.length - 1 : found, steps, at, value);
}

function writeElement(list: unknown[], index: number, steps: readonly Step[], at: number, value: unknown): void {
  if (at === steps.length - 1) {
    list[index] = value === undefined ? (list[index] ?? null) : value;
    return;
  }
  const inner = containerFor(list[index], steps[at + 1]);
  list[index] = inner;
  if (value !== undefined) writeStepInto(inner, steps, at + 1, value);
}

/** What stands there, when it can hold the next step, or something new. */
function containerFor(existing: unknown, next: Step | undefined): Container {
  if (next?.kind === 'key') return isRecord(existing) ? existing : {};
  return Array.isArray(existing) ? existing : [];
}

/** A copy that shares nothing with the value, which is JSON. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) put(copy, name, copyOf(value[name]));
  return copy;
}
