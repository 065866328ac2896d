// Events are spread over lanes, each worked on by one process at a time, so that those of one instance keep their order.

/** How many lanes there are: more than processes that share a database. */
export const laneCount = 64;

/** The lane of an instance's events (of an account's, for those that belong to no instance). */
export function laneOf(id: number): number {
  return id % laneCount;
}
