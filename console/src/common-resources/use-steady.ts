// Functions that stay the same between renders and do what the latest ones do, so that what is given them need not be
// made anew.

import { useRef } from 'react';

/** The same object every time; each of its functions calls the one of that name that was given last. */
export function useSteady<Functions extends object>(functions: Functions): Functions {
  const latest = useRef(functions);
  latest.current = functions;
  const steady = useRef<Functions>(undefined);
  steady.current ??= Object.fromEntries(
    (Object.keys(functions) as (keyof Functions & string)[]).map((name) => [
      name,
      (...given: unknown[]) => (latest.current[name] as (...given: unknown[]) => unknown)(...given),
    ]),
  ) as Functions;
  return steady.current;
}
