// Placeholders in definitions: `{key}`, `${key}`, `${configuration.key}`, `{:key}` and `{{key}}`, and `CE.b64(…)` around
// them. A template is read once; each call fills it.

/** A placeholder as it is written (`whole`), and the key that it stands for. */
export interface Placeholder {
  whole: string;
  key: string;
}

/** A template, read: text, placeholders, and templates whose filled text is encoded in base64. */
export type TemplatePart = string | Placeholder | { base64: Template };
export type Template = readonly TemplatePart[];

const placeholder = /\{\{([A-Za-z0-9_@][\w.@-]*)\}\}|\$?\{:?(?:configuration\.)?([A-Za-z0-9_@][\w.@-]*)\}/g;

/** Reads a template. */
export function compileTemplate(text: string): Template {
  const start = text.indexOf('CE.b64(');
  const end = start < 0 ? -1 : text.lastIndexOf(')');
  if (end < 0) return splitPlaceholders(text);
  const inner = splitPlaceholders(text.slice(start + 'CE.b64('.length, end));
  return [...splitPlaceholders(text.slice(0, start)), { base64: inner }, ...splitPlaceholders(text.slice(end + 1))];
}

function splitPlaceholders(text: string): Template {
  const parts: TemplatePart[] = [];
  let position = 0;
  for (const match of text.matchAll(placeholder)) {
    if (match.index > position) parts.push(text.slice(position, match.index));
    parts.push({ whole: match[0], key: match[1] ?? match[2] ?? '' });
    position = match.index + match[0].length;
  }
  if (position < text.length) parts.push(text.slice(position));
  return parts;
}

/** The text of a template without placeholders, or undefined. */
export function constantText(template: Template): string | undefined {
  if (template.length === 0) return '';
  return template.length === 1 && typeof template[0] === 'string' ? template[0] : undefined;
}

/** Fills a template; a placeholder that `find` does not know (undefined) stays as it is written. */
export function renderTemplate(
  template: Template,
  find: (key: string, placeholder: Placeholder) => string | undefined,
): string {
  let text = '';
  for (const part of template) {
    if (typeof part === 'string') text += part;
    else if ('base64' in part) text += Buffer.from(renderTemplate(part.base64, find)).toString('base64');
    else text += find(part.key, part) ?? part.whole;
  }
  return text;
}

/** The keys that a template asks for, in order. */
function templateKeys(template: Template): string[] {
  return template.flatMap((part) => {
    if (typeof part === 'string') return [];
    return 'base64' in part ? templateKeys(part.base64) : [part.key];
  });
}

/** Fills the placeholders of a text whose key `find` knows; one that it does not know (undefined) stays as it is. */
export function fillTemplate(text: string, find: (key: string) => string | undefined): string {
  return text.includes('{') ? renderTemplate(splitPlaceholders(text), find) : text;
}

/** The keys of the placeholders in a text, in order. */
export function placeholders(text: string): string[] {
  return templateKeys(splitPlaceholders(text));
}
