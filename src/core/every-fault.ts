// Input that is read in several steps: whoever sent it learns at once of everything that is wrong with it.

import { Problem } from './errors.ts';

type Read<Readers> = { [Name in keyof Readers]: Readers[Name] extends () => infer Given ? Awaited<Given> : never };

/**
 * Carries out steps that do not need one another, and gives what each gave, by its name. Throws the Problem of the one that
 * refuses its input, or, when several do, a Problem with the messages of all (a bad request, unless all say the same code).
 * Whatever else is thrown comes before Problems of the caller's.
 */
export async function withEveryFault<Readers extends Record<string, () => unknown>>(
  readers: Readers,
): Promise<Read<Readers>> {
  const outcomes = await Promise.allSettled(
    Object.entries(readers).map(async ([name, read]) => [name, await read()] as const),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const problems = failures.filter(isFault);
  if (problems.length < failures.length) throw failures.find((failure) => !isFault(failure));
  const [first, ...others] = problems;
  if (first !== undefined) throw others.length === 0 ? first : together(first, others);
  const given = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  return Object.fromEntries(given) as Read<Readers>;
}

function isFault(failure: unknown): failure is Problem {
  return failure instanceof Problem && failure.status < 500;
}

function together(first: Problem, others: readonly Problem[]): Problem {
  const code = others.every((other) => other.code === first.code) ? first.code : 'badRequest';
  return new Problem(code, [...new Set([first, ...others].map(({ message }) => message))].join(' '));
}
