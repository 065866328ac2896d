// Placeholders in definitions: `{key}`, `${key}` and `${configuration.key}` take their value from a map.

const placeholder = /\$?\{(?:configuration\.)?([A-Za-z0-9_][\w.-]*)\}/g;

/** Fills the placeholders whose key `find` knows; one that it does not know (undefined) stays as it is. */
export function fillTemplate(template: string, find: (key: string) => string | undefined): string {
  return template.replace(placeholder, (whole, key: string) => find(key) ?? whole);
}

/** The keys of the placeholders in a text, in order. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(placeholder)].map((match) => match[1] ?? '');
}
