// What V8 must have seen of records that are made member by member, so that it does not keep them as hash tables.

/** Fewer members never become a hash table; more would, known or not, or are no record's. */
const fewest = 13;
const most = 120;

/** Records at the beginning that are all looked at, and then one in so many. */
const first = 32;
const oneIn = 128;

/** Shapes that are kept: V8 forgets those of which nothing is left. */
const kept = 64;

/**
 * Hears of records that are made by `record[name] = value`. V8 keeps the first of more than a dozen members that way as a
 * hash table, and all after it, unless one of the same names in the same order was once made at once: then making them
 * takes a fourth of the time, and writing them as JSON less than half. It makes such a one of most shapes that come often;
 * no value is kept. Nothing depends on it but speed.
 */
export function recordShapes(): (record: object) => void {
  const shapes: object[] = [];
  let heard = 0;
  return (record) => {
    if (heard++ >= first && heard % oneIn !== 0) return;
    const names = Object.keys(record);
    if (names.length < fewest || names.length > most) return;
    shapes[heard % kept] = Object.fromEntries(names.map((name) => [name, null]));
  };
}
