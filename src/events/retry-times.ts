// When a callback that failed is tried again.

const mostRetries = 9;

/**
 * Milliseconds from a failed attempt to the next: 2^(2x) seconds before retry x (4 s, 16 s … about 73 hours), up to a
 * tenth more so that many do not come at once; `random` is between 0 and 1. Undefined after the ninth retry.
 */
export function retryDelayMs(attemptsMade: number, random: number): number | undefined {
  if (attemptsMade > mostRetries) return undefined;
  return 2 ** (2 * attemptsMade) * 1000 * (1 + random / 10);
}
