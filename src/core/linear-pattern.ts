// Regular expressions whose work grows with the length of the text and of the pattern only, for patterns that customers write:
// JavaScript's own may take longer than the age of the universe. All states are followed at once (Thompson, 1968), so there is no
// going back. Known are characters, escapes, classes, groups, alternatives and all quantifiers; not lookarounds, references
// and anchors.

/** One step: a test of one character, or a place at which several ways go on. */
type Step = { test: RegExp; next: number } | { ways: number[] };

/** A pattern that is ready to be compared. */
export interface LinearPattern {
  /** Whether the pattern fits the whole text, capitals and small letters being the same. */
  fits(text: string): boolean;
}

const mostSteps = 5000;
const mostRepeats = 100;

/** Reads a pattern; undefined when it is none, or holds what is not known here. */
export function readLinearPattern(pattern: string): LinearPattern | undefined {
  try {
    const steps = createReader(pattern).read();
    return { fits: (text) => fits(steps, text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A part of a pattern, that is laid out before the steps which follow it; gives the step at which it begins. */
type Part = (next: number) => number;

/** Reads by recursive descent. Throws a SyntaxError. */
function createReader(pattern: string) {
  // The last step is the end of the pattern: nothing goes on there.
  const steps: Step[] = [{ ways: [] }];
  let at = 0;

  const add = (step: Step): number => {
    if (steps.push(step) > mostSteps) throw new SyntaxError('The pattern is too large');
    return steps.length - 1;
  };
  const take = (expected: RegExp): string | undefined => {
    const found = expected.exec(pattern.slice(at))?.[0];
    at += found?.length ?? 0;
    return found;
  };

  const alternatives = (): Part => {
    const all = [sequence()];
    while (take(/^\|/) !== undefined) all.push(sequence());
    return (next) => (all.length === 1 ? (all[0] as Part)(next) : add({ ways: all.map((part) => part(next)) }));
  };

  const sequence = (): Part => {
    const all: Part[] = [];
    while (at < pattern.length && !/[|)]/.test(pattern[at] ?? '')) all.push(quantified(atom()));
    return (next) => all.reduceRight((following, part) => part(following), next);
  };

  const atom = (): Part => {
    if (take(/^\((\?:)?(?!\?)/) !== undefined) {
      const inner = alternatives();
      if (take(/^\)/) === undefined) throw new SyntaxError('A group is not closed');
      return inner;
    }
    const text = take(/^(\[(\\.|[^\]\\])+\]|\\[dDwWsS]|\\[^a-zA-Z0-9]|[^\\[\](){}*+?^$])/u);
    if (text === undefined) throw new SyntaxError('A character has no meaning here');
    const test = new RegExp(`^${text}$`, 'isu');
    return (next) => add({ test, next });
  };

  const quantified = (part: Part): Part => {
    const quantifier = take(/^([*+?]|\{\d{1,4}(,\d{0,4})?\})/);
    if (quantifier === undefined) return part;
    take(/^\?/);
    const [least, most] = boundsOf(quantifier);
    return (next) => {
      let following = next;
      if (most === undefined) {
        const loop = add({ ways: [] });
        steps[loop] = { ways: [part(loop), next] };
        following = loop;
      } else {
        for (let count = least; count < most; count++) following = add({ ways: [part(following), next] });
      }
      for (let count = 0; count < least; count++) following = part(following);
      return following;
    };
  };

  return {
    read(): { steps: readonly Step[]; first: number } {
      const whole = alternatives();
      if (at < pattern.length) throw new SyntaxError('A group was not opened');
      const first = whole(0);
      return { steps, first };
    },
  };
}

function boundsOf(quantifier: string): [least: number, most: number | undefined] {
  if (quantifier === '*') return [0, undefined];
  if (quantifier === '+') return [1, undefined];
  if (quantifier === '?') return [0, 1];
  const [, least = '0', comma, most = ''] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? [];
  const bounds: [number, number | undefined] = [
    Number(least),
    comma === '' ? Number(least) : most === '' ? undefined : Number(most),
  ];
  if (bounds.some((bound) => bound !== undefined && bound > mostRepeats) || (bounds[1] ?? bounds[0]) < bounds[0]) {
    throw new SyntaxError('A quantifier is out of order or too large');
  }
  return bounds;
}

function fits({ steps, first }: { steps: readonly Step[]; first: number }, text: string): boolean {
  let places = reach(steps, [first]);
  for (const character of text) {
    const next: number[] = [];
    for (const place of places) {
      const step = steps[place];
      if (step !== undefined && 'test' in step && step.test.test(character)) next.push(step.next);
    }
    if (next.length === 0) return false;
    places = reach(steps, next);
  }
  return places.has(0);
}

/** Every step that is reached without a character. */
function reach(steps: readonly Step[], from: readonly number[]): Set<number> {
  const reached = new Set<number>();
  const left = [...from];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    const step = steps[place];
    if (step !== undefined && 'ways' in step) left.push(...step.ways);
  }
  return reached;
}
