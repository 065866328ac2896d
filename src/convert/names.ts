// Names of a hub's resources, made of the names that descriptions give to sets and operations.

/** Words of a name in lower case, joined by hyphens: `OrderDetails`, `Order_Details` and `orderDetails` are `order-details`. */
export function kebabCase(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
  return words.join('-');
}

/** An English noun in the plural; one that is plural already stays. */
export function plural(noun: string): string {
  if (/(?:[^s]s|ies|sses|xes|ches|shes|data|info|information|children|people|staff|news)$/i.test(noun)) {
    return /(?:us|is|as)$/i.test(noun) ? `${noun}es` : noun;
  }
  if (/[^aeiou]y$/i.test(noun)) return `${noun.slice(0, -1)}ies`;
  if (/(?:s|x|z|ch|sh)$/i.test(noun)) return `${noun}es`;
  return `${noun}s`;
}

/** Whether a noun names several: its plural is itself. */
export function isPlural(noun: string): boolean {
  return plural(noun) === noun;
}

/** A name that is not taken yet, with a number behind it where needed; it is taken then. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  taken.add(free);
  return free;
}
