// Waits for a count that nothing says the end of: how much a sender has sent until it is held back.

/** The count, once it has not changed for a fifth of a second. */
export async function standsStill(count: () => number): Promise<number> {
  let before = -1;
  for (let still = 0; still < 20; still = before === count() ? still + 1 : 0) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return before;
}
